import numpy as np
import pytest

from tests.widgets.page import values
from vidlearn.scratch import rnn_backward, rnn_forward
from vidlearn.widgets import UnrolledRNN

UNITS = 5


@pytest.fixture
def u():
    return np.random.default_rng(3).normal(size=(UNITS, UNITS))


@pytest.fixture
def x():
    return np.random.default_rng(4).normal(size=(40, UNITS))


def library(x, u, steps, radius):
    """Return the length of the gradient of every state, and of each step's part in du."""
    u = radius * u / np.abs(np.linalg.eigvals(u)).max()
    hs, cache = rnn_forward(x[None, :steps], np.eye(UNITS), u, np.zeros(UNITS))
    dout = np.zeros_like(hs)
    dout[:, -1] = UNITS**-0.5
    *_, dhs = rnn_backward(dout, cache, return_dhs=True)
    return np.linalg.norm(dhs[0], axis=1), hs[0], dhs[0]


def shown(page):
    found = values(page, "data-vl-gradient")
    return np.array([found[t,] for t in range(1, len(found) + 1)])


def set_slider(page, name, value):
    page.get_by_role("slider", name=name).fill(str(value))


def test_repr_tells_length_units_activation_and_radius(u, x):
    told = repr(UnrolledRNN(u, x, steps=7, radius=1.2, activation="linear"))
    assert told == "UnrolledRNN(7 steps, 5 units, linear, spectral radius 1.2)"


def test_weights_are_scaled_to_spectral_radius_one(u, x):
    widget = UnrolledRNN(u, x)
    assert np.abs(np.linalg.eigvals(widget.u)).max() == pytest.approx(1)
    assert widget.stretch == pytest.approx(np.linalg.norm(widget.u, 2))
    orthogonal = np.array(widget.orthogonal)
    np.testing.assert_allclose(orthogonal @ orthogonal.T, np.eye(UNITS), atol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"u": np.ones((2, 3))}, r"u must be \(U, U\) with U from 2 to 8. Received shape \(2, 3\)"),
        ({"u": np.eye(9)}, "U from 2 to 8"),
        ({"u": np.zeros((5, 5))}, "spectral radius above 0"),
        ({"u": np.full((5, 5), np.nan)}, "must be finite"),
        ({"x": np.ones((39, 5))}, r"shape \(40, 5\). Received shape \(39, 5\)"),
        ({"steps": 41}, "steps must be a whole number from 2 to 40. Received: 41"),
        ({"radius": 2.0}, "radius must be a number from 0.3 to 1.6. Received: 2.0"),
        ({"activation": "relu"}, 'activation must be "tanh" or "linear". Received: \'relu\''),
    ],
)
def test_widget_rejects_what_it_cannot_show(u, x, options, message):
    with pytest.raises(ValueError, match=message):
        UnrolledRNN(**{"u": u, "x": x, **options})


@pytest.mark.browser
@pytest.mark.parametrize(("steps", "radius"), [(20, 0.9), (3, 1.6), (40, 0.3), (13, 1.15)])
def test_gradients_equal_the_library(opened, u, x, steps, radius):
    page = opened(UnrolledRNN(u, x))
    set_slider(page, "Length", steps)
    set_slider(page, "Spectral radius", radius)
    expected, *_ = library(x, u, steps, radius)
    np.testing.assert_allclose(shown(page), expected, rtol=1e-9)
    first, rate = (
        float(page.locator(f"[data-vl-{name}]").get_attribute("data-vl-value"))
        for name in ("first", "rate")
    )
    assert first == pytest.approx(expected[0], rel=1e-9)
    assert rate == pytest.approx((expected[0] / expected[-1]) ** (1 / (steps - 1)), rel=1e-9)


@pytest.mark.browser
def test_strong_inputs_saturate_as_in_the_library(opened, u, x):
    page = opened(UnrolledRNN(u, x, radius=1.3))
    for strength in (0, 2.5, 4):
        set_slider(page, "Input strength", strength)
        np.testing.assert_allclose(shown(page), library(strength * x, u, 20, 1.3)[0], rtol=1e-9)


@pytest.mark.browser
def test_linear_gradients_are_powers_of_the_matrix(opened, u, x):
    page = opened(UnrolledRNN(u, x, steps=9, radius=0.8))
    page.get_by_role("button", name="linear").click()
    matrix = 0.8 * u / np.abs(np.linalg.eigvals(u)).max()
    last = np.full(UNITS, UNITS**-0.5)
    expected = [
        np.linalg.norm(last @ np.linalg.matrix_power(matrix.T, 9 - t)) for t in range(1, 10)
    ]
    np.testing.assert_allclose(shown(page), expected, rtol=1e-9)
    page.get_by_role("button", name="orthogonal").click()
    np.testing.assert_allclose(shown(page), 0.8 ** np.arange(8, -1, -1), rtol=1e-9)


@pytest.mark.browser
def test_the_line_tells_the_part_of_a_step_in_du(opened, u, x):
    page = opened(UnrolledRNN(u, x, steps=6))
    norms, hs, dhs = library(x, u, 6, 0.9)
    page.get_by_role("button", name="One step further back in time").click()
    dz = dhs[4] * (1 - hs[4] ** 2)
    share = np.linalg.norm(np.outer(hs[3], dz))
    state = np.linalg.norm(hs[4])
    assert page.locator(".vl-line").inner_text() == (
        f"Step 5: dL/dh is {norms[4]:.2g} long, the state {state:.2g}; "
        f"this step gives {share:.2g} to dL/du."
    )


@pytest.mark.browser
def test_keys_clicks_and_play_go_back_through_time(opened, u, x):
    page = opened(UnrolledRNN(u, x, steps=6), reduced_motion="reduce")
    line = page.locator(".vl-line")

    def chosen():
        return int(line.inner_text().removeprefix("Step ").partition(":")[0])

    assert chosen() == 6
    page.get_by_role("button", name="tanh").focus()
    for key, step in (
        ("ArrowLeft", 5),
        ("ArrowLeft", 4),
        ("ArrowRight", 5),
        ("Home", 1),
        ("End", 6),
    ):
        page.keyboard.press(key)
        assert chosen() == step
    page.locator(".vl-pick").nth(1).click()
    assert chosen() == 2
    assert page.locator(".vl-length.vl-chosen").get_attribute("data-vl-gradient") == "2"
    page.get_by_role("button", name="Play").click()
    page.locator(".vl-length.vl-chosen[data-vl-gradient='1']").wait_for()


@pytest.mark.browser
def test_drawing_fits_a_phone(opened, u, x):
    page = opened(UnrolledRNN(u, x, steps=40), width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator(".vl-length[data-vl-gradient]").count() == 40
