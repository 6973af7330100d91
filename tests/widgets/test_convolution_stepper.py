import json

import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.scratch import conv2d_forward
from vidlearn.widgets import ConvolutionStepper

X = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
K = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
# Convolution of X with K, zero padding: the kernel is turned by 180 degrees.
SAME = [[6, 12, 8], [14, 25, 16], [12, 18, 14]]


def library(stepper, flip=False):
    """What vidlearn.scratch says the stepper's output is, (OH, OW)."""
    w = np.array(stepper.w)[::-1, ::-1] if flip else np.array(stepper.w)
    options = {name: getattr(stepper, name) for name in ("stride", "padding", "dilation")}
    out, _ = conv2d_forward(np.array(stepper.x)[None, ..., None], w[..., None, None], **options)
    return out[0, ..., 0]


@pytest.fixture
def uneven():
    rng = np.random.default_rng(3)
    x, w = rng.integers(0, 256, (7, 9)), rng.normal(size=(2, 3))
    return ConvolutionStepper(x, w, stride=(1, 2), padding=((2, 0), (0, 1)), dilation=2)


def test_repr_is_stable_and_bundle_has_it_as_plain_text():
    stepper = ConvolutionStepper(X, [[1, -1]])
    assert repr(stepper) == "ConvolutionStepper(input 3×3, kernel 1×2)"
    assert stepper._repr_mimebundle_()[0]["text/plain"] == repr(stepper)


def test_state_is_json_for_every_kind_of_array():
    stepper = ConvolutionStepper(np.eye(3, dtype=bool), np.float32([[1.5]]), padding="same")
    state = stepper.get_state()
    assert json.loads(json.dumps(state))["x"][1] == [0, 1, 0]


def test_changed_trait_changes_the_geometry():
    stepper = ConvolutionStepper(X, K, padding=1)
    stepper.dilation = 2
    stepper.padding = "same"
    assert stepper.geometry["pads"] == ((2, 2), (2, 2))
    assert stepper.geometry["dilation"] == (2, 2)


@pytest.mark.parametrize(
    ("x", "w", "options", "message"),
    [
        (np.zeros((4, 4, 3)), K, {}, r"x must be a matrix.*\(4, 4, 3\).*frame\[:8, :8, 0\]"),
        ([[]], K, {}, "x must be a matrix.*at least one entry"),
        (np.zeros((17, 4)), K, {}, r"x must have at most 16.*x\[:16, :16\]"),
        (np.zeros((16, 16)), np.zeros((8, 8)), {}, "w must have at most 7"),
        ([[1, np.nan]], [[1]], {}, "x must hold finite numbers"),
        ([["a", "b"]], [[1]], {}, "x must hold finite numbers. Received dtype <U1"),
        ([[1, 2], [3]], [[1]], {}, "x must be a matrix"),
        (X, np.ones((4, 2)), {}, "kernel must fit"),
        (X, K, {"stride": 0}, "stride must be an int of at least 1"),
        (X, K, {"padding": 9}, "padding must be at most 8"),
    ],
)
def test_stepper_rejects_what_it_cannot_show(x, w, options, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionStepper(x, w, **options)


def test_stepper_rejects_a_kernel_that_no_longer_fits_and_keeps_the_old():
    stepper = ConvolutionStepper(X, K)
    with pytest.raises(ValueError, match="kernel must fit"):
        stepper.dilation = 2
    assert stepper.dilation == 1


@pytest.mark.browser
def test_output_fills_in_and_equals_the_library(opened, uneven):
    page = opened(uneven)
    expected = library(uneven)
    cells = page.locator("[data-vl-out]")
    assert cells.count() == expected.size
    assert values(page, "data-vl-out") == pytest.approx({(0, 0): expected[0, 0]})
    page.get_by_role("button", name="Next step").click()
    assert len(values(page, "data-vl-out")) == 2
    cells.last.click()
    shown = as_array(values(page, "data-vl-out"), expected.shape)
    np.testing.assert_allclose(shown, expected, rtol=1e-12)


@pytest.mark.browser
def test_choosing_an_output_shows_its_window_products_and_sum(opened, uneven):
    page = opened(uneven)
    page.locator("[data-vl-out='2,1']").click()
    # Stride (1, 2), dilation 2, padding 2 above: rows 0 and 2, columns 2, 4 and 6.
    window = np.array(uneven.x)[np.ix_([0, 2], [2, 4, 6])]
    taps = page.locator(".vl-tap").evaluate_all("nodes => nodes.map((n) => n.dataset.vlIn)")
    assert taps == [f"{i},{j}" for i in (0, 2) for j in (2, 4, 6)]
    products = page.get_by_role("table", name="Window × kernel").get_by_role("cell")
    shown = products.evaluate_all("nodes => nodes.map((n) => Number(n.dataset.vlValue))")
    np.testing.assert_allclose(shown, (window * uneven.w).ravel(), rtol=1e-12)
    total = page.locator("[data-vl-sum='2,1']")
    assert float(total.get_attribute("data-vl-value")) == pytest.approx(library(uneven)[2, 1])
    assert page.locator(".vl-line").inner_text() == (
        f"Output row 2, column 1: {total.inner_text()}"
    )


@pytest.mark.browser
def test_turning_the_kernel_gives_the_convolution_of_mathematics(opened):
    page = opened(ConvolutionStepper(X, K, padding=1))
    page.locator("[data-vl-out='2,2']").click()
    shown = as_array(values(page, "data-vl-out"), (3, 3))
    assert shown.tolist() == [[14, 18, 12], [16, 25, 14], [8, 12, 6]]
    page.get_by_label("Turn the kernel by 180°").check()
    assert as_array(values(page, "data-vl-out"), (3, 3)).tolist() == SAME


@pytest.mark.browser
def test_keyboard_alone_steps_plays_and_jumps(opened):
    page = opened(ConvolutionStepper(np.arange(24).reshape(4, 6), K))
    current = page.locator("[aria-selected=true]")
    for _ in range(20):
        page.keyboard.press("Tab")
        if current.evaluate("node => node === document.activeElement"):
            break
    for key, place in [
        ("ArrowRight", "0,1"),
        ("ArrowDown", "1,1"),
        ("ArrowUp", "0,1"),
        ("End", "1,3"),
        ("ArrowRight", "1,3"),
        ("Home", "0,0"),
        ("ArrowLeft", "0,0"),
        ("End", "1,3"),
        ("ArrowLeft", "1,2"),
    ]:
        page.keyboard.press(key)
        assert current.get_attribute("data-vl-out") == place, key
        assert current.evaluate("node => node === document.activeElement")
    outline = current.evaluate("node => getComputedStyle(node).outlineStyle")
    assert outline == "solid"
    page.keyboard.press(" ")
    page.locator("[data-vl-out='1,3'][aria-selected=true]").wait_for()
    page.get_by_role("button", name="Play").wait_for()


@pytest.mark.browser
def test_two_steppers_on_a_page_are_independent(opened):
    page = opened(
        ConvolutionStepper(X, K, padding=1), ConvolutionStepper(X, K, padding=1, flip=True)
    )
    first, second = page.locator(".vl").all()
    first.locator("[data-vl-out='1,1']").click()
    assert len(values(first, "data-vl-out")) == 5
    assert values(second, "data-vl-out") == {(0, 0): 6}
