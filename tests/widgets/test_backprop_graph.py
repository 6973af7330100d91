import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.widgets import BackpropGraph

START = {
    "x": [1.0, 2, 3],
    "w": [[0.5, 1], [-0.5, 1], [0.5, -2]],
    "b": [1.0, 1],
    "v": [0.5, -1],
    "c": 0.0,
}
LAST = 17


def library(x, w, b, v, c, y):
    """Every value and every gradient of the network, by the names the drawing has for them."""
    x, w, v = np.array([x], float), np.array(w, float), np.array(v, float)[:, None]
    s, hidden = scratch.dense_forward(x, w, np.array(b, float))
    h, relu = scratch.relu_forward(s)
    z, output = scratch.dense_forward(h, v, np.array([c], float))
    a, sigmoid = scratch.sigmoid_forward(z)
    loss, entropy = scratch.sigmoid_cross_entropy_forward(z, np.array([[y]], float))
    dz = scratch.sigmoid_cross_entropy_backward(1.0, entropy)
    da = dz / scratch.sigmoid_backward(np.ones((1, 1)), sigmoid)
    dh, dv, dc = scratch.dense_backward(dz, output)
    ds = scratch.relu_backward(dh, relu)
    dx, dw, db = scratch.dense_backward(ds, hidden)
    whole = {"x": x, "w": w, "b": b, "v": v, "c": c, "s": s, "h": h, "z": z, "a": a, "L": loss}
    slopes = {"x": dx, "w": dw, "b": db, "v": dv, "c": dc, "s": ds, "h": dh, "z": dz, "a": da}
    return named(whole), named(slopes | {"L": 1.0})


def named(arrays):
    found = {}
    for letter, array in arrays.items():
        array = np.squeeze(np.asarray(array, float))
        for place in np.ndindex(array.shape):
            found[letter + "".join(map(str, place))] = float(array[place])
    return found


def shown(view, attribute):
    found = view.locator(f"[data-vl-{attribute}][data-vl-value]").evaluate_all(
        "(nodes, name) => nodes.map((n) => [n.getAttribute(name), +n.dataset.vlValue])",
        f"data-vl-{attribute}",
    )
    return {name: value for name, value in found if name != "y"}


def compare(view, numbers, y):
    values, gradients = library(**numbers, y=y)
    assert shown(view, "node") == pytest.approx(values, rel=1e-12, abs=1e-15)
    assert shown(view, "gradient") == pytest.approx(gradients, rel=1e-12, abs=1e-15)


@pytest.fixture
def graph():
    return BackpropGraph(*START.values(), y=1)


def to_the_end(page):
    page.get_by_role("slider", name="Step").fill(str(LAST))


def test_repr_tells_the_target(graph):
    assert repr(graph) == "BackpropGraph(3-2-1, target 1)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [1, 2]}, r"x must have shape \(3,\).* Received shape \(2,\)"),
        ({"w": [[1, 2, 3], [4, 5, 6]]}, r"w must have shape \(3, 2\)"),
        ({"v": [1, 10]}, "v must .* hold numbers from -9 to 9"),
        ({"c": np.nan}, "c must .* hold numbers from -9 to 9"),
        ({"b": ["one", 2]}, "b must have shape"),
        ({"y": 0.5}, "y must be 0 or 1. Received: 0.5"),
    ],
)
def test_graph_rejects_what_it_cannot_show(change, message):
    options = {**START, "y": 1, **change}
    y = options.pop("y")
    with pytest.raises(ValueError, match=message):
        BackpropGraph(*options.values(), y=y)


@pytest.mark.browser
def test_all_numbers_equal_the_library_for_both_targets(opened, graph):
    page = opened(graph)
    to_the_end(page)
    compare(page, START, 1)
    page.get_by_role("button", name="0", exact=True).click()
    compare(page, START, 0)


@pytest.mark.browser
def test_all_numbers_equal_the_library_for_random_networks(opened):
    rng = np.random.default_rng(5)
    for _ in range(3):
        numbers = {
            "x": rng.normal(size=3),
            "w": rng.normal(size=(3, 2)),
            "b": rng.normal(size=2),
            "v": rng.normal(size=2),
            "c": float(rng.normal()),
        }
        page = opened(BackpropGraph(*numbers.values(), y=0))
        to_the_end(page)
        compare(page, numbers, 0)


@pytest.mark.browser
def test_steps_fill_values_in_first_and_gradients_then(opened, graph):
    page = opened(graph)
    given, filled = {"x", "w", "b", "v", "c"}, []
    assert {name[0] for name in shown(page, "node")} == given
    for _ in range(LAST):
        page.get_by_role("button", name="Next step").click()
        filled.append((len(shown(page, "node")), len(shown(page, "gradient"))))
    assert filled == sorted(filled)
    assert filled[6] == (14 + 7, 0)  # what was given, and s, s, h, h, z, a, L
    assert filled[7] == (21, 1)
    assert filled[-1] == (21, 21)


@pytest.mark.browser
def test_the_line_shows_the_arithmetic(opened, graph):
    page = opened(graph)
    line, phase = page.locator(".vl-line"), page.locator(".vl-phase")
    slider = page.get_by_role("slider", name="Step")
    said = {
        1: "s₁ = 1 × 0.5 + 2 × (−0.5) + 3 × 0.5 + 1 = 2",
        4: "h₂ = max(0, −2) = 0. Not positive: unit 2 is off.",
        6: "a = 1 / (1 + e^(−1)) = 0.7311",
        14: "∂L/∂s₂ = arriving 0.2689 × local 0 = 0: ReLU was off, nothing gets through.",
    }
    for step, words in said.items():
        slider.fill(str(step))
        assert line.inner_text() == words
        assert phase.inner_text() == ("forward" if step < 8 else "backward")
    assert page.locator(".vl-dead").count() == 2  # the sum and the ReLU of unit 2


@pytest.mark.browser
def test_a_changed_number_changes_the_graph_and_stays_at_its_step(opened, graph):
    page = opened(graph)
    to_the_end(page)
    page.get_by_label("b₂", exact=True).fill("4.5")
    assert page.locator(".vl-counter").inner_text() == "18 / 18"
    compare(page, START | {"b": [1, 4.5]}, 1)
    assert page.locator(".vl-dead").count() == 0
    page.get_by_label("w₂₁", exact=True).fill("-2.25")
    changed = [[0.5, 1], [-2.25, 1], [0.5, -2]]
    compare(page, START | {"b": [1, 4.5], "w": changed}, 1)
    page.get_by_label("w₂₁", exact=True).fill("12")
    assert "from −9 to 9" in page.get_by_role("alert").inner_text()
    compare(page, START | {"b": [1, 4.5], "w": changed}, 1)
    page.get_by_role("button", name="Start values").click()
    to_the_end(page)
    compare(page, START, 1)


@pytest.mark.browser
def test_gradient_descent_steps_against_the_gradient(opened, graph):
    page = opened(graph)
    _, slopes = library(**START, y=1)
    numbers = {}
    for letter in ("w", "b", "v", "c"):
        slope = np.array([slopes[name] for name in slopes if name[0] == letter])
        start = np.array(START[letter], float)
        numbers[letter] = start - 0.1 * slope.reshape(start.shape)
    page.get_by_role("button", name="One step of gradient descent").click()
    to_the_end(page)
    compare(page, START | numbers, 1)
    before, after = library(**START, y=1)[0]["L"], library(**START | numbers, y=1)[0]["L"]
    assert after < before
    told = page.locator("[data-vl-told]")
    assert float(told.get_attribute("data-vl-value")) == pytest.approx(after, rel=1e-12)
    assert f"before {before:.4f}, now {after:.4f}" in told.inner_text()


@pytest.mark.browser
def test_extreme_numbers_are_written_not_raised(opened):
    page = opened(BackpropGraph([9] * 3, [[9, 9]] * 3, [9, 9], [-9, -9], -9, y=1))
    to_the_end(page)
    gradients = shown(page, "gradient")
    assert gradients["z"] == -1
    assert gradients["a"] == -np.inf
    assert page.locator("[data-vl-gradient='a']").inner_html() == "−∞"


@pytest.mark.browser
def test_a_phone_gets_the_upright_drawing(opened, graph):
    for width, plan in ((1000, "wide"), (400, "narrow")):
        page = opened(graph, width=width)
        assert page.locator("[data-vl-plan]").get_attribute("data-vl-plan") == plan
        to_the_end(page)
        compare(page, START, 1)
