import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.scratch.gru import gru_cell_forward
from vidlearn.scratch.lstm import lstm_cell_forward
from vidlearn.widgets import GatedCell

INPUTS = {"value": (-1, 1), "write": (0, 1)}


@pytest.fixture
def made():
    """A cell of random weights, every sum with its own: x, what makes the widget, and weights."""
    rng = np.random.default_rng(7)
    x = np.round(rng.uniform(0, 1, (6, 2)) * 4) / 4
    lstm = rng.normal(size=(2, 4)), rng.normal(size=(1, 4)), rng.normal(size=4)
    gru = rng.normal(size=(2, 3)), rng.normal(size=(1, 3)), rng.normal(size=(2, 3))
    return x, {"lstm": lstm, "gru": gru}


def library(kind, x, weights):
    """Return every row of the table from the library's cells: inputs, gates, states."""
    h = c = np.zeros((1, 1))
    rows = []
    for step in x[:, None]:
        if kind == "lstm":
            (h, c), cache = lstm_cell_forward(step, h, c, *weights)
            numbers = [*cache[5], c, h]
        else:
            h, cache = gru_cell_forward(step, h, *weights)
            numbers = [*cache[4], h]
        rows.append([*step[0], *(number.item() for number in numbers)])
    return np.array(rows).T


def shown(page, expected):
    return as_array(values(page, "data-vl-at"), expected.shape)


def test_repr_tells_kind_and_size(made):
    x, weights = made
    assert repr(GatedCell(x, INPUTS, **weights)) == "GatedCell(lstm, 6 steps of 2 inputs)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.zeros((3, 1))}, r"x must be a sequence \(T, D\) of 1 to 16 steps of the 2"),
        ({"x": np.zeros((17, 2))}, r"Received shape \(17, 2\)"),
        ({"x": np.full((3, 2), -0.5)}, "keep the input 'write' between 0 and 1"),
        ({"inputs": {"value": (1, 1)}}, "a low and a higher end"),
        ({"presets": {"longer": np.zeros((7, 2))}}, "as many steps as x, 6. Received for 'longer'"),
        ({"kind": "rnn"}, 'kind must be "lstm" or "gru"'),
        ({"lstm": (np.zeros((2, 3)), np.zeros((1, 3)), np.zeros(3))}, "lstm must be the weights"),
        ({"gru": (np.zeros((2, 3)), np.zeros((1, 3)), np.zeros(3))}, "gru must be the weights"),
    ],
)
def test_cell_rejects_what_it_cannot_show(made, change, message):
    x, weights = made
    with pytest.raises(ValueError, match=message):
        GatedCell(**{"x": x, "inputs": INPUTS, **weights, **change})


@pytest.mark.browser
def test_every_number_equals_the_library(opened, made):
    x, weights = made
    page = opened(GatedCell(x, INPUTS, **weights))
    for kind in ("lstm", "gru"):
        page.get_by_role("button", name=kind.upper()).click()
        expected = library(kind, x, weights[kind])
        np.testing.assert_allclose(shown(page, expected), expected, rtol=1e-12)


@pytest.mark.browser
def test_sliders_change_the_step_and_all_after_it(opened, made):
    x, weights = made
    page = opened(GatedCell(x, INPUTS, **weights))
    before = library("lstm", x, weights["lstm"])
    page.get_by_role("button", name="Go to step 3").click()
    page.get_by_role("slider", name="value").fill("-0.75")
    changed = x.copy()
    changed[3, 0] = -0.75
    expected = library("lstm", changed, weights["lstm"])
    np.testing.assert_allclose(shown(page, expected), expected, rtol=1e-12)
    assert np.array_equal(before[:, :3], expected[:, :3])
    assert not np.isclose(before[2:, 3:], expected[2:, 3:]).any()


@pytest.mark.browser
@pytest.mark.parametrize(("kind", "gate", "column"), [("lstm", "f", 1), ("gru", "z", 0)])
def test_bias_of_a_gate(opened, made, kind, gate, column):
    x, weights = made
    page = opened(GatedCell(x, INPUTS, **weights, kind=kind))
    page.get_by_role("slider", name=f"bias of {gate}", exact=True).fill("4.5")
    w, u, b = weights[kind]
    b = b.copy()
    b.reshape(-1)[column] = 4.5
    expected = library(kind, x, (w, u, b))
    np.testing.assert_allclose(shown(page, expected), expected, rtol=1e-12)
    page.get_by_role("button", name="As at the start").click()
    expected = library(kind, x, weights[kind])
    np.testing.assert_allclose(shown(page, expected), expected, rtol=1e-12)


@pytest.mark.browser
def test_presets_and_arrow_keys(opened, made):
    x, weights = made
    presets = {"given": x, "turned": x[::-1]}
    page = opened(GatedCell(x, INPUTS, **weights, presets=presets))
    button = page.get_by_role("button", name="turned")
    assert page.get_by_role("button", name="given").get_attribute("aria-pressed") == "true"
    button.click()
    expected = library("lstm", x[::-1], weights["lstm"])
    np.testing.assert_allclose(shown(page, expected), expected, rtol=1e-12)
    button.press("ArrowRight")
    button.press("ArrowRight")
    assert page.locator("[aria-current]").inner_text() == "2"
    c = expected[-2, 2]
    assert float(page.locator("[data-vl-sum='c']").inner_text().replace("−", "-")) == pytest.approx(
        c, abs=5e-4
    )
    page.get_by_role("slider", name="value").fill("0.5")
    assert page.locator("[data-vl-choice][aria-pressed='true']").all_inner_texts() == ["LSTM"]


@pytest.mark.browser
def test_fits_a_phone(opened, made):
    x, weights = made
    page = opened(GatedCell(np.repeat(x, 2, axis=0), INPUTS, **weights), width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name="Next step").click()
    page.keyboard.press("End")
    last = page.locator("[data-vl-at='0,11']").bounding_box()
    assert last["x"] + last["width"] <= 400
