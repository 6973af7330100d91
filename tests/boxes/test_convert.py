"""Forms of boxes: by hand, there and back, against Keras, areas, clipping and masks."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vidlearn import boxes
from vidlearn.boxes.convert import FORMS

SIZE = 80, 100  # height, width
BOX = {  # one box in every form
    "xyxy": [10, 20, 40, 60],
    "xywh": [10, 20, 30, 40],
    "cxcywh": [25, 40, 30, 40],
    "rel_xyxy": [0.1, 0.25, 0.4, 0.75],
    "rel_xywh": [0.1, 0.25, 0.3, 0.5],
    "rel_cxcywh": [0.25, 0.5, 0.3, 0.5],
}
pixels = st.integers(-4000, 4000).map(lambda k: k / 2)
corners = hnp.arrays(np.float64, st.tuples(st.integers(0, 5), st.just(4)), elements=pixels)


@pytest.mark.parametrize("target", FORMS)
@pytest.mark.parametrize("source", FORMS)
def test_convert_by_hand(source, target):
    result = boxes.convert([BOX[source]], source, target, size=SIZE)
    np.testing.assert_allclose(result, [BOX[target]], rtol=1e-15)
    assert result.dtype == np.float64


@given(corners, st.sampled_from(list(permutations(FORMS[:3], 2))))
def test_half_pixels_come_back_exactly(corners, forms):
    there = boxes.convert(corners, *forms)
    np.testing.assert_array_equal(boxes.convert(there, *forms[::-1]), corners)


@given(
    corners, st.sampled_from(list(permutations(FORMS, 2))), st.tuples(*[st.integers(1, 5000)] * 2)
)
def test_any_form_comes_back(corners, forms, size):
    there = boxes.convert(corners, *forms, size=size)
    back = boxes.convert(there, *forms[::-1], size=size)
    np.testing.assert_allclose(back, corners, rtol=0, atol=1e-9)


@pytest.mark.parametrize("form", FORMS[:3])
def test_convert_matches_keras(form):
    import keras

    theirs = {"xyxy": "xyxy", "xywh": "xywh", "cxcywh": "center_xywh"}[form]
    corners = np.random.default_rng(0).integers(0, 90, (7, 4)).astype(np.float32)
    wanted = keras.utils.bounding_boxes.convert_format(corners, source="xyxy", target=theirs)
    np.testing.assert_array_equal(boxes.convert(corners, "xyxy", form), np.asarray(wanted))


def test_convert_keeps_float32_and_its_argument():
    corners = np.array([[1, 2, 5, 9]], np.float32)
    for target in FORMS:
        result = boxes.convert(corners, "xyxy", target, size=SIZE)
        assert result.dtype == np.float32
        result += 1
        assert corners.tolist() == [[1, 2, 5, 9]]


def test_convert_leaves_inverted_boxes_inverted():
    assert boxes.convert([[5, 9, 1, 2]], "xyxy", "xywh").tolist() == [[5, 9, -4, -7]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1, 2, 3, 4]], "yxyx", "xyxy"), r"source must be one of xyxy.*Received: 'yxyx'"),
        (([[1, 2, 3, 4]], "xyxy", "XYWH"), r"target must be one of.*Received: 'XYWH'"),
        (([[1, 2, 3, 4]], "xyxy", "rel_xywh"), r"size must be \(height, width\).*None"),
        (([1, 2, 3, 4], "xyxy", "xywh"), r"boxes must be \(N, 4\).*Received shape \(4,\)"),
        ((np.zeros((2, 5)), "xyxy", "xywh"), r"Received shape \(2, 5\)"),
        (([[1, 2, 3, np.nan]], "xyxy", "xywh"), "boxes must be finite.*nan"),
        (([["a", 2, 3, 4]], "xyxy", "xywh"), "array of numbers.*Received"),
    ],
    ids=["source", "target", "size", "single", "five", "nan", "words"],
)
def test_convert_rejects_what_is_no_box(arguments, message):
    with pytest.raises(ValueError, match=message):
        boxes.convert(*arguments)


def test_area_by_hand():
    assert boxes.area([[0, 0, 4, 2], [1, 1, 1, 9], [-2, -3, 1.5, -1]]).tolist() == [8, 0, 7]
    assert boxes.area([]).shape == (0,)
    assert boxes.area(np.zeros((1, 4), np.float32)).dtype == np.float32


def test_area_rejects_inverted_boxes():
    with pytest.raises(ValueError, match=r"x1 <= x2.*Received box 1: \[3.0, 0.0, 2.0, 9.0\]"):
        boxes.area([[0, 0, 1, 1], [3, 0, 2, 9]])


def test_clip_by_hand():
    given = [[-3, 2, 9, 30], [2, 3, 4, 5], [9, -9, 12, -4]]
    wanted = [[0, 2, 8, 20], [2, 3, 4, 5], [8, 0, 8, 0]]
    assert boxes.clip(given, (20, 8)).tolist() == wanted
    assert boxes.clip(np.array(given, np.float32), (20, 8)).dtype == np.float32


@pytest.mark.parametrize(
    "size", [(0, 8), (8,), 8, (8, np.nan), (8, 6, 3), None, ("8", "6"), (8, None)]
)
def test_clip_rejects_what_is_no_size(size):
    with pytest.raises(ValueError, match=r"size must be \(height, width\)"):
        boxes.clip([[0, 0, 1, 1]], size)


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_box_of_mask_is_the_smallest(mask):
    if not mask.any():
        with pytest.raises(ValueError, match="at least one pixel"):
            boxes.box_of_mask(mask)
        return
    x1, y1, x2, y2 = boxes.box_of_mask(mask).astype(int)
    inside = mask[y1:y2, x1:x2]
    assert inside.sum() == mask.sum()
    assert inside[0].any()
    assert inside[-1].any()
    assert inside[:, 0].any()
    assert inside[:, -1].any()


def test_box_of_mask_rejects_masks_of_many_objects():
    with pytest.raises(ValueError, match=r"mask must be \(H, W\).*\(2, 3, 4\)"):
        boxes.box_of_mask(np.ones((2, 3, 4), bool))
