import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.scratch import avg_pool2d_forward, max_pool2d_forward
from vidlearn.widgets import PoolingExplorer


@pytest.fixture
def x():
    return np.random.default_rng(2).integers(-9, 10, (6, 7)).astype(float)


def library(x, kind, size, stride):
    pool = {"max": max_pool2d_forward, "average": avg_pool2d_forward}[kind]
    return pool(x[None, ..., None], size=size, stride=stride)[0][0, ..., 0]


def set_dial(page, name, value):
    page.get_by_role("slider", name=name).fill(str(value))


def test_repr_tells_input_window_and_stride():
    explorer = PoolingExplorer(np.zeros((4, 5)), size=3, stride=1, kind="average")
    assert repr(explorer) == "PoolingExplorer(input 4×5, average 3×3, stride 1)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 3}, "size must be a whole number from 1 to 2 for an input of 2×9. Received: 3"),
        ({"stride": 5}, "stride must be a whole number from 1 to 4"),
        ({"stride": 0}, "stride must be a whole number from 1 to 4"),
        ({"kind": "min"}, 'kind must be "max" or "average". Received: \'min\''),
        ({"x": np.zeros((2, 17))}, "x must have at most 16"),
    ],
)
def test_explorer_rejects_what_it_cannot_show(options, message):
    with pytest.raises(ValueError, match=message):
        PoolingExplorer(**{"x": np.zeros((2, 9)), **options})


@pytest.mark.browser
def test_output_equals_the_library_for_all_windows(opened, x):
    page = opened(PoolingExplorer(x, size=3, stride=2))
    for kind in ("Max", "Average"):
        page.get_by_role("button", name=kind).click()
        for size, stride in ((3, 2), (2, 2), (2, 1), (4, 3), (1, 4)):
            set_dial(page, "Window size", size)
            set_dial(page, "Stride", stride)
            expected = library(x, kind.lower(), size, stride)
            shown = as_array(values(page, "data-vl-out"), expected.shape)
            np.testing.assert_allclose(shown, expected, rtol=1e-12)


@pytest.mark.browser
def test_first_of_equal_winners_is_marked(opened):
    page = opened(PoolingExplorer([[3, 5, 1, 1], [5, 2, 1, 1]]))
    won = page.locator(".vl-won[data-vl-in]").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlIn)"
    )
    assert won == ["0,1", "0,2"]
    assert page.locator(".vl-winner").get_attribute("data-vl-in") == "0,1"
    page.get_by_role("button", name="Next window").click()
    assert page.locator(".vl-winner").get_attribute("data-vl-in") == "0,2"
    page.get_by_role("button", name="Average").click()
    assert page.locator(".vl-won, .vl-winner").count() == 0


@pytest.mark.browser
def test_shift_counts_and_marks_what_stays_the_same(opened, x):
    page = opened(PoolingExplorer(x))
    page.get_by_label("Shift right").check()
    page.get_by_label("Shift down").check()
    moved = np.pad(x, ((1, 0), (1, 0)), mode="edge")[:-1, :-1]
    np.testing.assert_array_equal(as_array(values(page, "data-vl-in"), x.shape), moved)
    before, after = library(x, "max", 2, 2), library(moved, "max", 2, 2)
    np.testing.assert_array_equal(as_array(values(page, "data-vl-out"), after.shape), after)
    kept = page.locator("[data-vl-kept='yes']").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.vlOut)"
    )
    assert kept == [f"{i},{j}" for i, j in np.argwhere(before == after)]
    assert 0 < (before == after).sum() < after.size  # both kinds occur
    assert page.locator(".vl-told").inner_text() == (
        f"After the shift {(before == after).sum()} of {after.size} outputs and "
        f"{(x == moved).sum()} of {x.size} inputs are the same as before."
    )


@pytest.mark.browser
def test_the_line_shows_the_arithmetic(opened):
    page = opened(PoolingExplorer([[1, -3], [5, 7]]))
    line = page.locator(".vl-line")
    assert line.inner_text() == "Output row 0, column 0: max(1, −3, 5, 7) = 7"
    page.get_by_role("button", name="Average").click()
    assert line.inner_text() == "Output row 0, column 0: (1 − 3 + 5 + 7) / 4 = 2.5"
