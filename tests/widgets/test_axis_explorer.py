import itertools

import numpy as np
import pytest

from tests.widgets.page import as_array, values
from vidlearn.widgets import AxisExplorer

X = np.random.default_rng(4).integers(-9, 100, (2, 3, 4, 3)).astype(float)


def test_repr_tells_shape_and_axes():
    assert repr(AxisExplorer(X)) == "AxisExplorer(2×3×4×3, sum over axis 0)"
    assert repr(AxisExplorer(X, axis=(-1, 1), operation="max")) == (
        "AxisExplorer(2×3×4×3, max over axes 1 and 3)"
    )
    assert AxisExplorer(X, axis=None).axes == [0, 1, 2, 3]
    for axis in ((), [], np.array([])):
        assert AxisExplorer(X, axis=axis).axes == []
    for axis in (2, 2.0, np.int64(-2), np.array(2), np.array([2]), range(2, 3)):
        assert AxisExplorer(X, axis=axis).axes == [2]


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (X[0], {}, r"x must be an array \(T, H, W, C\).*shape \(3, 4, 3\)"),
        (X[:, :0], {}, "x must be an array"),
        (np.where(X > 50, np.nan, X), {}, "finite numbers"),
        ([[1], [2, 3]], {}, "x must be an array"),
        (np.zeros((4, 2, 2, 2)), {}, r"of shape \(3, 4, 5, 3\) at most.*\(4, 2, 2, 2\)"),
        (X, {"axis": 4}, "axes must be an axis from -4 to 3"),
        (X, {"axis": True}, "axes must be an axis"),
        (X, {"axis": np.array([[0]])}, "axes must be an axis"),
        (X, {"axis": 1.5}, "axes must be an axis"),
        (X, {"axis": "time"}, "axes must be an axis"),
        (X, {"axis": (1, -3)}, "named once each"),
        (X, {"operation": "median"}, 'one of "sum", "mean", "max"'),
    ],
)
def test_explorer_rejects_what_it_cannot_show(x, options, message):
    with pytest.raises(ValueError, match=message):
        AxisExplorer(x, **options)


def choose(page, axes):
    for axis, box in enumerate(page.locator("[aria-label^='These axes'] input").all()):
        box.set_checked(axis in axes)


@pytest.mark.browser
@pytest.mark.parametrize("operation", ["sum", "mean", "max"])
def test_the_result_equals_numpys_for_all_axes(opened, operation):
    page = opened(AxisExplorer(X, operation=operation))
    for count in range(5):
        for axes in itertools.combinations(range(4), count):
            choose(page, axes)
            expected = getattr(X, operation)(axis=axes, keepdims=True)
            shown = as_array(values(page, "data-vl-out"), expected.shape)
            np.testing.assert_allclose(shown, expected, rtol=1e-12)
            left = str(getattr(X, operation)(axis=axes).shape)
            assert page.locator("[data-vl-shape]").get_attribute("data-vl-shape") == left


@pytest.mark.browser
def test_keepdims_keeps_them_with_length_1(opened):
    page = opened(AxisExplorer(X, axis=(0, 2)))
    page.get_by_label("keepdims").check()
    assert page.locator("[data-vl-shape]").inner_text() == "(2, 3, 4, 3) → (1, 3, 1, 3)"
    assert page.locator(".vl-code").inner_text() == "x.sum(axis=(0, 2), keepdims=True)"
    page.locator("[data-vl-out='0,2,0,1']").click()
    assert (
        "result[0, 2, 0, 1] = the sum of x[:, 2, :, 1] = " in page.locator(".vl-line").inner_text()
    )


@pytest.mark.browser
def test_a_chosen_number_marks_what_it_is_made_of(opened):
    page = opened(AxisExplorer(X, axis=1))
    page.locator("[data-vl-out='1,0,3,2']").click()
    marked = page.locator(".vl-tap").evaluate_all("nodes => nodes.map((n) => n.dataset.vlIn)")
    assert marked == ["1,0,3,2", "1,1,3,2", "1,2,3,2"]
    said = page.locator(".vl-line").inner_text().replace("−", "-")
    numbers = " + ".join(f"{number:g}" for number in X[1, :, 3, 2])
    assert (
        said == f"result[1, 3, 2] = the sum of x[1, :, 3, 2] = {numbers} = {X[1, :, 3, 2].sum():g}"
    )


@pytest.mark.browser
def test_keys_walk_through_the_result_and_python_is_told(opened):
    page = opened(AxisExplorer(X, axis=(1, 2)))
    page.locator("[data-vl-transport]").focus()
    for key, place in [("ArrowRight", "0,0,0,1"), ("End", "1,0,0,2"), ("ArrowLeft", "1,0,0,1")]:
        page.keyboard.press(key)
        assert page.locator(".vl-made").get_attribute("data-vl-out") == place
    assert "12 numbers" not in page.locator(".vl-line").inner_text()
    choose(page, range(4))
    assert page.locator("[data-vl-shape]").inner_text() == "(2, 3, 4, 3) → ()"
    assert page.locator(".vl-code").inner_text() == "x.sum()"
    assert "72 numbers" in page.locator(".vl-line").inner_text()
    choose(page, ())
    assert "each number stays as it is" in page.locator(".vl-told").inner_text()
