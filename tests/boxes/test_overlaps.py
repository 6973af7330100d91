"""Boxes: by hand, and properties that hold for all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vidlearn.boxes import box_of_mask, iou


def test_iou_by_hand():
    a = [[0, 0, 4, 3], [10, 0, 12, 8]]
    b = [[1, 1, 5, 4], [4, 0, 8, 3], [11, 2, 12, 4]]
    wanted = [[6 / 18, 0, 0], [0, 0, 2 / 16]]  # touching edges share nothing
    result = iou(a, b)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, wanted, rtol=1e-6)


def test_iou_of_nothing():
    assert iou(np.zeros((0, 4)), [[0, 0, 1, 1]]).shape == (0, 1)
    assert iou([[0, 0, 1, 1]], []).shape == (1, 0)
    assert iou([[2, 2, 2, 2]], [[2, 2, 2, 2]]).tolist() == [[0]]


boxes = st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2).map(
    lambda v: [v[0], v[1], v[0] + v[2], v[1] + v[3]]
)


@given(boxes, boxes)
def test_iou_counts_pixels(a, b):
    pixels = [
        {(x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3])} for box in (a, b)
    ]
    wanted = len(pixels[0] & pixels[1]) / len(pixels[0] | pixels[1])
    np.testing.assert_allclose(iou([a], [b]), [[wanted]], rtol=1e-6)


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_box_of_mask_is_the_smallest(mask):
    if not mask.any():
        with pytest.raises(ValueError, match="at least one pixel"):
            box_of_mask(mask)
        return
    x1, y1, x2, y2 = box_of_mask(mask).astype(int)
    inside = mask[y1:y2, x1:x2]
    assert inside.sum() == mask.sum()
    assert inside[0].any()
    assert inside[-1].any()
    assert inside[:, 0].any()
    assert inside[:, -1].any()
