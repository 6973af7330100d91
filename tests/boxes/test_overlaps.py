"""IoU and its kin: by hand, against pycocotools and Keras, and properties that hold for all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn import boxes
from vidlearn.boxes import ciou, diou, giou, iou

each_measure = pytest.mark.parametrize("measure", [iou, giou, diou, ciou])
A = [[0, 0, 4, 3], [10, 0, 12, 8]]
B = [[1, 1, 5, 4], [4, 0, 8, 3], [11, 2, 12, 4]]


def some(seed, count, dtype=np.float64):
    rng = np.random.default_rng(seed)
    corner, sides = rng.uniform(-20, 60, (count, 2)), rng.uniform(0.5, 40, (count, 2))
    return np.concatenate([corner, corner + sides], axis=1).astype(dtype)


def of_numbers(numbers):
    return st.lists(st.tuples(*[numbers] * 2, *[numbers.map(abs)] * 2), max_size=5).map(
        lambda rows: np.array([(x, y, x + w, y + h) for x, y, w, h in rows], float).reshape(-1, 4)
    )


anywhere = of_numbers(st.floats(-1e6, 1e6, width=32))
on_pixels = of_numbers(st.integers(-30, 30))


def test_iou_by_hand():
    wanted = [[6 / 18, 0, 0], [0, 0, 2 / 16]]  # touching edges share nothing
    assert iou(A, B).tolist() == wanted


def test_giou_by_hand():
    wanted = [
        [6 / 18 - (5 * 4 - 18) / 20, 0, -(12 * 4 - 14) / 48],
        [-(11 * 8 - (16 + 12)) / 88, -(8 * 8 - (16 + 12)) / 64, 2 / 16],
    ]
    np.testing.assert_allclose(giou(A, B), wanted, rtol=1e-15)


def test_diou_by_hand():
    wanted = [
        [6 / 18 - (1 + 1) / (25 + 16), -(4**2) / (8**2 + 3**2), -(9.5**2 + 1.5**2) / (144 + 16)],
        [-(8**2 + 1.5**2) / (121 + 64), -(5**2 + 2.5**2) / (8**2 + 8**2), 1 / 8 - 1.25 / 68],
    ]
    np.testing.assert_allclose(diou(A, B), wanted, rtol=1e-15)


def test_ciou_by_hand():
    v = 4 / np.pi**2 * (np.arctan(2 / 8) - np.arctan(1 / 2)) ** 2
    wanted = 1 / 8 - 1.25 / 68 - v**2 / (1 - 1 / 8 + v)
    np.testing.assert_allclose(ciou(A[1:], B[2:]), [[wanted]], rtol=1e-14)


def test_alpha_of_ciou_grows_with_the_overlap():
    """Shape counts more the better boxes overlap: the same two shapes, near and apart."""
    near, apart = (
        diou([[0, 0, 4, 4]], b) - ciou([[0, 0, 4, 4]], b)
        for b in ([[0, 1, 4, 3]], [[50, 1, 54, 3]])
    )
    assert near > 1.5 * apart > 0


def test_boxes_without_area_by_hand():
    """A point, a line and a box: what has no lower part counts as 0."""
    point, line, box = [2, 2, 2, 2], [2, 2, 2, 6], [2, 2, 4, 6]
    for measure in (iou, giou, diou, ciou):
        assert measure([point], [point]).tolist() == [[0]]
        assert measure([line], [line]).tolist() == [[0]]
    assert iou([line], [box]).tolist() == [[0]]
    assert giou([line], [box]).tolist() == [[0]]  # the hull is the box
    assert diou([line], [box]).tolist() == [[-1 / (2**2 + 4**2)]]
    v = 4 / np.pi**2 * np.arctan(2 / 4) ** 2  # upright: its angle is 0
    np.testing.assert_allclose(ciou([line], [box]), [[-1 / 20 - v**2 / (1 + v)]])
    flat = ciou([[2, 2, 6, 2]], [box])  # lying: a right angle, and no division by zero
    v = 4 / np.pi**2 * (np.pi / 2 - np.arctan(2 / 4)) ** 2
    np.testing.assert_allclose(flat, [[-(1**2 + 2**2) / (4**2 + 4**2) - v**2 / (1 + v)]])


@each_measure
def test_measures_of_nothing(measure):
    assert measure(np.zeros((0, 4)), [[0, 0, 1, 1]]).shape == (0, 1)
    assert measure([[0, 0, 1, 1]], []).shape == (1, 0)
    assert measure([], []).shape == (0, 0)


@each_measure
def test_float32_stays_only_where_both_are(measure):
    a, b = some(0, 3, np.float32), some(1, 2, np.float32)
    assert measure(a, b).dtype == np.float32
    assert measure(a, b.astype(np.float64)).dtype == np.float64
    assert measure(a.astype(np.float16), b).dtype == np.float64
    np.testing.assert_allclose(measure(a, b), measure(a.tolist(), b.tolist()), atol=1e-5)


def test_iou_matches_pycocotools():
    from pycocotools import mask

    a, b = some(2, 40), some(3, 30)
    a[::5], b[::6] = b[: len(a[::5])], a[: len(b[::6])]
    xywh = [boxes.convert(x, "xyxy", "xywh") for x in (a, b)]
    np.testing.assert_allclose(iou(a, b), mask.iou(*xywh, [0] * len(b)), rtol=1e-12)


def test_iou_and_ciou_match_keras():
    from keras.utils import bounding_boxes

    a, b = some(4, 6, np.float32), some(5, 4, np.float32)
    wanted = np.asarray(bounding_boxes.compute_iou(a, b, "xyxy"))
    np.testing.assert_allclose(iou(a, b), wanted, atol=1e-6)
    wanted = np.asarray(bounding_boxes.compute_ciou(a[:, None], b[None], "xyxy"))
    np.testing.assert_allclose(ciou(a, b), wanted, atol=1e-5)


@given(of_numbers(st.integers(0, 12)), of_numbers(st.integers(0, 12)))
def test_iou_counts_pixels(a, b):
    def pixels(box):
        x1, y1, x2, y2 = box.astype(int)
        return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}

    for i, j in np.ndindex(len(a), len(b)):
        one, other = pixels(a[i]), pixels(b[j])
        wanted = len(one & other) / max(len(one | other), 1)
        assert iou(a[i : i + 1], b[j : j + 1])[0, 0] == wanted


@given(anywhere, anywhere, st.sampled_from([np.float32, np.float64]))
def test_bounds_and_symmetry(a, b, dtype):
    a, b = np.sort(a.reshape(-1, 2, 2), axis=1), np.sort(b.reshape(-1, 2, 2), axis=1)
    a, b = a.reshape(-1, 4).astype(dtype), b.reshape(-1, 4).astype(dtype)
    plain, around, centred, shaped = (measure(a, b) for measure in (iou, giou, diou, ciou))
    for measure in (iou, giou, diou, ciou):
        np.testing.assert_allclose(measure(b, a).T, measure(a, b), rtol=1e-4, atol=1e-5)
    assert ((plain >= 0) & (plain <= 1)).all()
    assert ((around >= -1) & (around <= plain)).all()
    assert ((centred >= -1.00001) & (centred <= plain)).all()
    assert ((shaped >= -2.00001) & (shaped <= centred)).all()
    np.testing.assert_array_equal(iou(b, a).T, plain)


@given(on_pixels, on_pixels, st.integers(-100, 100), st.integers(-100, 100), st.integers(-3, 8))
def test_shift_and_scale_change_nothing(a, b, x, y, power):
    for measure in (iou, giou, diou, ciou):
        moved = [(box + np.array([x, y, x, y])) * 2.0**power for box in (a, b)]
        np.testing.assert_allclose(measure(*moved), measure(a, b), rtol=1e-12, atol=1e-14)


@given(on_pixels)
def test_equal_boxes_agree_wholly(a):
    full = boxes.area(a) > 0
    for measure in (iou, giou, diou, ciou):
        assert (np.diag(measure(a, a))[full] == 1).all()


@each_measure
@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([0, 0, 1, 1], [[0, 0, 1, 1]], r"a must be \(N, 4\).*put a single one in a list.*\(4,\)"),
        ([[0, 0, 1, 1]], np.zeros((2, 3)), r"b must be \(N, 4\).*\(2, 3\)"),
        ([[0, 0, 1, 1]], [[0, 0, 1, np.inf]], r"b must be finite.*inf"),
        ([[0, np.nan, 1, 1]], [[0, 0, 1, 1]], r"a must be finite.*nan"),
        ([[0, 0, 1e200, 1]], [[0, 0, 1, 1]], r"a must be finite, at most 1e15.*1e\+200"),
        ([[0, 0, 1, 1], [3, 5, 4, 4]], [[0, 0, 1, 1]], r"a must have.*another form.*box 1: \[3.0"),
    ],
    ids=["single", "three", "infinite", "nan", "huge", "inverted"],
)
def test_measures_rejects_what_is_no_box(measure, a, b, message):
    with pytest.raises(ValueError, match=message):
        measure(a, b)


def test_the_largest_boxes_have_numbers():
    """At the limit nothing overflows, float32 included."""
    large = np.array([[-1e15, -1e15, 1e15, 1e15]], np.float32)
    for measure in (iou, giou, diou, ciou):
        assert measure(large, large).tolist() == [[1]]


def test_giou_is_not_above_iou_by_a_rounding():
    outer, inner = [[0, 0, 8.3, 7.6]], [[0, 0, 4.1, 5.0]]  # their union rounds to above the hull
    assert giou(outer, inner) == iou(outer, inner)
    assert giou(inner, outer) == iou(inner, outer)


def test_ciou_of_boxes_without_height_or_without_either_side_by_hand():
    flat, point = [[0, 0, 4, 0]], [[2, 0, 2, 0]]  # angles 90 and 0 degrees: v = 1, alpha = 1/2
    np.testing.assert_allclose(ciou(flat, point), [[-0.5]], rtol=1e-12)
    np.testing.assert_allclose(ciou(point, flat), [[-0.5]], rtol=1e-12)
    np.testing.assert_allclose(ciou([[2, -2, 2, 2]], point), [[0]], atol=1e-12)
