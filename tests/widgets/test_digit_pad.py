import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.scratch import (
    AvgPool2D,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    Network,
    softmax_forward,
)
from vidlearn.widgets import DigitPad
from vidlearn.widgets.digit_pad import inked

STROKES = [[[0.3, 0.2], [0.61, 0.23], [0.4, 0.55]], [[0.35, 0.71]]]


def network(seed=0, **options):
    layers = [
        Conv2D(3, (3, 5), padding="same", activation="relu", **options),
        MaxPool2D(2),
        Conv2D(4, 3, padding="same"),
        MaxPool2D((1, 2)),
        Flatten(),
        Dense(6, "relu"),
        Dense(10),
    ]
    made = Network(layers, input_shape=(8, 8, 1), seed=seed)
    rng = np.random.default_rng(seed)
    for p in made.parameters:
        p += rng.normal(0, 0.2, p.shape).astype(p.dtype)
    return made


def said(page):
    return as_array(values(page, "data-vl-digit"), (10,))


def gets(page):
    return as_array(values(page, "data-vl-block"), (64,)).reshape(8, 8)


def assert_as_library(page, made):
    digit = gets(page)
    scores, _ = made.forward(digit[None, ..., None])
    np.testing.assert_allclose(said(page), softmax_forward(scores)[0][0], rtol=1e-4, atol=1e-6)
    return digit


def test_repr_tells_networks_and_samples():
    pad = DigitPad({"a": network(), "b": network(1)}, np.zeros((3, 8, 8, 1)), [1, 2, 3])
    assert repr(pad) == "DigitPad(2 networks, 428 weights, 3 samples)"


def test_ink_by_hand():
    """A dot becomes a disc in the middle; a line lies as it was drawn and fills the height."""
    np.testing.assert_allclose(inked([[(0.9, 0.1)]]), inked([[(0.2, 0.6)]]))
    line = inked([[(0.2, 0.1), (0.2, 0.7)]])
    assert (line[:, 3:5] > 0.8).all()
    assert not line[:, [0, 1, 6, 7]].any()
    np.testing.assert_allclose(line, line[:, ::-1])
    np.testing.assert_allclose(inked([[(0.1, 0.2), (0.7, 0.2)]]), line.T)
    assert not inked([]).any()


@pytest.mark.parametrize("k", [1, 0.4])
def test_size_and_place_of_a_drawing_do_not_matter(k):
    moved = [[(0.02 + k * x, 0.5 * (1 - k) + k * y) for x, y in one] for one in STROKES]
    np.testing.assert_allclose(inked(moved), inked(STROKES), atol=1 / 16)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"networks": {}}, ValueError, "1 to 4 networks"),
        ({"networks": {"a": 3}}, TypeError, "Received for 'a': int"),
        ({"networks": {"a": network(use_bias=False)}}, TypeError, "layers must be Conv2D"),
        ({"networks": {"a": network(stride=2)}}, (TypeError, ValueError), "layers must be"),
        ({"samples": np.zeros((2, 8, 7)), "labels": [1, 2]}, ValueError, "at most 20 pictures"),
        ({"samples": np.full((1, 8, 8), 2), "labels": [1]}, ValueError, "from 0 to 1"),
        ({"strokes": [[[0.1, np.nan]]]}, ValueError, "finite numbers"),
        ({"strokes": [0.1]}, ValueError, "lists of places"),
    ],
)
def test_digit_pad_rejects_what_it_cannot_show(changed, error, message):
    with pytest.raises(error, match=message):
        DigitPad(**({"networks": {"a": network()}} | changed))


def test_digit_pad_rejects_other_sizes_and_layers():
    flat = Network([Flatten(), Dense(9)], input_shape=(8, 8, 1))
    with pytest.raises(ValueError, match="give 10 scores"):
        DigitPad({"a": flat})
    mean = Network([AvgPool2D(2), Flatten(), Dense(10)], input_shape=(8, 8, 1))
    with pytest.raises(TypeError, match="AvgPool2D"):
        DigitPad({"a": mean})
    large = Network([Flatten(), Dense(300), Dense(10)], input_shape=(8, 8, 1))
    with pytest.raises(ValueError, match="at most 20,000 weights"):
        DigitPad({"a": large})
    with pytest.raises(ValueError, match="network must be one of a"):
        DigitPad({"a": network()}).network = "b"


def test_digit_pad_rejects_a_network_that_has_gone_astray():
    astray = network()
    astray.parameters[0][...] = np.nan
    with pytest.raises(ValueError, match=r"finite weights. 'mine' has NaN.*smaller learning rate"):
        DigitPad({"mine": astray})


def test_digit_pad_takes_any_name_of_a_network():
    assert DigitPad({1: network()}).network == "1"


@pytest.mark.parametrize(
    ("samples", "labels", "message"),
    [
        (np.zeros((3, 4, 16)), [1, 2, 3], r"pictures \(8, 8\).*shape \(3, 4, 16\)"),
        (np.zeros((8, 8)), [1] * 8, r"pictures \(8, 8\)"),
        (np.zeros((3, 8, 8)), None, r"with a label each.*labels of shape \(\)"),
        (None, [1], "samples must be"),
        ("ab", [1, 2], "samples must be"),
        (np.full((1, 8, 8), np.nan), [1], "samples must be"),
        (np.zeros((2, 8, 8)), ["a", "b"], "labels must be whole numbers from 0 to 9"),
        (np.zeros((2, 8, 8)), [1.5, 2], "labels must be whole numbers from 0 to 9"),
        (np.zeros((2, 8, 8)), [1, 10], "labels must be whole numbers from 0 to 9"),
    ],
)
def test_digit_pad_rejects_what_are_no_digits_of_others(samples, labels, message):
    with pytest.raises(ValueError, match=message):
        DigitPad({"a": network()}, samples, labels)


@pytest.mark.browser
def test_what_is_drawn_is_read_as_the_library_reads_it(opened):
    made = {"one": network(), "other": network(1)}
    page = opened(DigitPad(made, strokes=STROKES))
    np.testing.assert_allclose(assert_as_library(page, made["one"]), inked(STROKES))
    box = page.locator(".vl-pad").bounding_box()
    place = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    for k, stroke in enumerate([[(0.2, 0.2), (0.7, 0.2), (0.4, 0.9)], [(0.3, 0.5), (0.6, 0.5)]]):
        page.mouse.move(*place(*stroke[0]))
        page.mouse.down()
        for corner in stroke[1:]:
            page.mouse.move(*place(*corner))
        page.mouse.up()
        assert page.locator(".vl-strokes polyline").count() == k + 1  # the given one is gone
    whole = assert_as_library(page, made["one"])
    assert (whole[0, 1:7] > 0.9).all()  # the bar of the 7 lies along the top
    page.get_by_role("button", name="other").click()
    assert_as_library(page, made["other"])
    page.get_by_role("button", name="Undo").click()
    assert page.locator(".vl-strokes polyline").count() == 1
    page.get_by_role("button", name="Clear").click()
    assert not assert_as_library(page, made["other"]).any()
    assert "An empty pad" in page.locator(".vl-line").inner_text()


@pytest.mark.browser
def test_keys_draw_and_samples_are_leafed_through(opened):
    made, rng = network(), np.random.default_rng(4)
    samples = rng.uniform(size=(2, 8, 8)).round(4)
    page = opened(DigitPad({"a": made}, samples, [4, 7]))
    page.get_by_role("button", name="One of theirs").click()
    np.testing.assert_allclose(assert_as_library(page, made), samples[0])
    assert "Its writer meant 4" in page.locator(".vl-line").inner_text()
    page.get_by_role("button", name="One of theirs").click()
    np.testing.assert_allclose(assert_as_library(page, made), samples[1])
    page.locator(".vl-pad").focus()
    for key in (" ", "ArrowDown", "Shift+ArrowDown", "ArrowRight", " ", "ArrowUp"):
        page.keyboard.press(key)
    expected = [[(0.5, 0.5), (0.5, 0.55), (0.5, 0.7), (0.55, 0.7)]]
    np.testing.assert_allclose(assert_as_library(page, made), inked(expected), atol=1 / 16)
    page.keyboard.press("Backspace")
    assert page.locator(".vl-strokes polyline").count() == 0
