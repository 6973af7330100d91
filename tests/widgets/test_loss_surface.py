import numpy as np
import pytest

from vidlearn.scratch import SGD, Adam
from vidlearn.widgets import LossSurface
from vidlearn.widgets.loss_surface import HALF_HEIGHT, HALF_WIDTH, STARTS, SURFACES

LABELS = {"bowl": "Bowl", "ravine": "Ravine", "saddle": "Saddle", "two_valleys": "Two valleys"}


def loss(terms, w):
    return sum(c * w[0] ** i * w[1] ** j for c, i, j in terms)


def gradient(terms, w):
    """By the power rule, from the terms themselves."""
    x, y = w
    dx = sum(c * i * x ** (i - 1) * y**j for c, i, j in terms if i)
    dy = sum(c * j * x**i * y ** (j - 1) for c, i, j in terms if j)
    return np.array([dx, dy])


def optimisers(rate, momentum):
    return {
        "sgd": SGD(rate),
        "momentum": SGD(rate, momentum=momentum),
        "nesterov": SGD(rate, momentum=momentum, nesterov=True),
        "adam": Adam(rate),
    }


def walk(surface, start, steps, optimiser):
    """Places and losses of the library's optimiser, from step 0 on."""
    terms, w = SURFACES[surface], np.array(start, float)
    rows = [(*w, loss(terms, w))]
    for _ in range(steps):
        optimiser.step([w], [gradient(terms, w)])
        rows.append((*w, loss(terms, w)))
    return np.array(rows)


def shown(page):
    """What the table says, {optimiser: [x, y, loss]}; None where no number stands."""
    return page.evaluate(
        """() => {
          const found = {};
          document.querySelectorAll("[data-vl-walk]").forEach((cell) => {
            const { vlWalk, vlValue } = cell.dataset;
            (found[vlWalk] ??= []).push(vlValue === undefined ? null : Number(vlValue));
          });
          return found;
        }"""
    )


def go_to(page, step):
    page.get_by_role("slider", name="Step").fill(str(step))


def compare(page, surface, start, rate, momentum, steps=(0, 1, 2, 17, 100)):
    expected = {
        name: walk(surface, start, max(steps), optimiser)
        for name, optimiser in optimisers(rate, momentum).items()
    }
    for step in steps:
        go_to(page, step)
        for name, values in shown(page).items():
            np.testing.assert_allclose(values, expected[name][step], rtol=1e-9, atol=1e-12)


def test_repr_tells_surface_rates_and_start():
    assert repr(LossSurface("two_valleys", momentum=0.5, start=(1, -0.25))) == (
        "LossSurface(two valleys, learning rate 0.1, momentum 0.5, start (1, -0.25))"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"surface": "hill"}, 'surface must be one of "bowl", "ravine".*Received: \'hill\''),
        (
            {"learning_rate": 0},
            "learning_rate must be a number above 0 and at most 10. Received: 0",
        ),
        ({"momentum": 1}, "momentum must be a number from 0 to below 1. Received: 1"),
        ({"start": (0, 1.6)}, "start must be two numbers on the map"),
        ({"start": (0, 1, 2)}, "start must be two numbers on the map"),
        ({"start": (0, np.nan)}, "start must be two numbers on the map"),
    ],
)
def test_surface_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        LossSurface(**options)


def test_surfaces_are_what_their_names_say():
    assert set(SURFACES) == set(STARTS) == set(LABELS)
    along, across = np.array([0.8, 0.6]), np.array([-0.6, 0.8])
    for w in np.random.default_rng(0).normal(size=(5, 2)):
        u, v = w @ along, w @ across
        assert loss(SURFACES["bowl"], w) == pytest.approx(w @ w / 2)
        assert loss(SURFACES["ravine"], w) == pytest.approx(0.1 * u**2 + 2 * v**2)
    for place in ((0, 0), (0, 1), (0, -1)):
        np.testing.assert_allclose(gradient(SURFACES["saddle"], place), 0)
    assert loss(SURFACES["saddle"], (0, 1)) < loss(SURFACES["saddle"], (0, 0))
    valleys = SURFACES["two_valleys"]
    assert loss(valleys, (-1, 0)) < loss(valleys, (1, 0)) < loss(valleys, (0, 0))


@pytest.mark.browser
@pytest.mark.parametrize("surface", list(SURFACES))
def test_paths_equal_the_librarys_optimisers(opened, surface):
    page = opened(LossSurface(surface, learning_rate=0.07, momentum=0.85))
    compare(page, surface, STARTS[surface], 0.07, 0.85)


@pytest.mark.browser
def test_controls_change_the_paths_as_the_library_says(opened):
    page = opened(LossSurface())
    page.get_by_role("slider", name="Learning rate").fill("4")
    page.get_by_role("slider", name="Momentum").fill("2")
    compare(page, "ravine", STARTS["ravine"], 0.1, 0.8)
    page.get_by_role("slider", name="Learning rate").fill("5")
    compare(page, "ravine", STARTS["ravine"], 0.2, 0.8)
    page.get_by_role("button", name="Saddle").click()
    compare(page, "saddle", STARTS["saddle"], 0.2, 0.8)


@pytest.mark.browser
def test_clicks_and_keys_move_the_start(opened):
    page = opened(LossSurface(start=(0.5, 0.5)))
    field = page.get_by_role("application")
    box = field.bounding_box()
    field.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.25})
    go_to(page, 0)
    x, y, _ = shown(page)["sgd"]
    assert (x, y) == pytest.approx((-HALF_WIDTH / 2, HALF_HEIGHT / 2), abs=0.02)
    field.focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowUp")
    go_to(page, 0)
    assert shown(page)["adam"][1] == HALF_HEIGHT  # the map ends there


@pytest.mark.browser
def test_arrow_keys_go_to_the_next_round_number(opened):
    page = opened(LossSurface("saddle", start=(0.52, 0.02)))
    go_to(page, 9)
    for key, start in {
        "ArrowDown": (0.52, 0.0),
        "ArrowUp": (0.52, 0.1),
        "Shift+ArrowLeft": (0.5, 0.1),
        "ArrowLeft": (0.4, 0.1),
        "Shift+ArrowRight": (0.5, 0.1),
        "Shift+ArrowDown": (0.5, 0.0),
    }.items():
        page.get_by_role("application").focus()
        page.keyboard.press(key)
        compare(page, "saddle", start, 0.1, 0.9, steps=(0, 9))


@pytest.mark.browser
def test_what_flies_off_says_so(opened):
    page = opened(LossSurface("ravine", learning_rate=1))
    go_to(page, 100)
    found = shown(page)
    assert found["sgd"] == [None, None, None]
    assert None not in found["adam"]
    assert "SGD flew off" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_an_optimiser_can_be_hidden(opened):
    page = opened(LossSurface())
    go_to(page, 5)
    page.get_by_label("Adam").uncheck()
    assert page.locator(".vl-path.vl-adam").get_attribute("display") == "none"
    assert page.locator(".vl-path.vl-sgd").get_attribute("display") is None
    page.get_by_role("button", name="Next step").click()
    said = page.locator(".vl-line").inner_text()
    assert said.startswith("After step 6, loss: SGD")
    assert "Adam" not in said


@pytest.mark.browser
def test_drawn_line_ends_at_the_optimiser(opened):
    page = opened(LossSurface("bowl"))
    go_to(page, 12)
    points = page.locator(".vl-path.vl-momentum").get_attribute("points").split(" ")
    x, y, _ = shown(page)["momentum"]
    assert len(points) == 13
    last = np.array([float(v) for v in points[-1].split(",")])
    np.testing.assert_allclose(last, [(x + HALF_WIDTH) * 100, (HALF_HEIGHT - y) * 100], atol=0.01)


@pytest.mark.browser
def test_phone_shows_all_without_scrolling_sideways(opened):
    page = opened(LossSurface(), width=380)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
