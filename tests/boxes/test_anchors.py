"""Anchors: by hand, their order, areas and ratios, and what is turned away."""

import numpy as np
import pytest

from vidlearn import boxes
from vidlearn.boxes import anchors


def test_anchors_by_hand():
    result = anchors((2, 3), (10, 20), sizes=[6, 12], ratios=[1, 4])
    assert result.shape == (2 * 3 * 4, 4)
    # Cell (0, 0): centre x 10, y 5. A square of 6, then 3 wide and 12 high; the same of 12.
    assert result[:4].tolist() == [
        [7, 2, 13, 8],
        [8.5, -1, 11.5, 11],
        [4, -1, 16, 11],
        [7, -7, 13, 17],
    ]
    assert result[4].tolist() == [27, 2, 33, 8]  # then across ...
    assert result[12].tolist() == [7, 12, 13, 18]  # ... then down


def test_anchors_have_their_size_ratio_and_place():
    rows, columns, sizes, ratios = 3, 5, [8, 20.5], [0.5, 1, 3]
    table = anchors((rows, columns), 7, sizes=sizes, ratios=ratios)
    x, y, width, height = boxes.convert(table, "xyxy", "cxcywh").T.reshape(4, rows, columns, 2, 3)
    shape = (rows, columns, 2, 3)
    for got, wanted in (
        (width * height, np.square(sizes)[:, None]),
        (height / width, ratios),
        (x, (np.arange(columns)[:, None, None] + 0.5) * 7),
        (y, (np.arange(rows)[:, None, None, None] + 0.5) * 7),
    ):
        np.testing.assert_allclose(got, np.broadcast_to(wanted, shape), rtol=1e-12)


def test_anchors_of_an_empty_map():
    assert anchors((0, 4), 16, sizes=[8], ratios=[1]).shape == (0, 4)


@pytest.mark.parametrize(
    ("shape", "stride", "options", "message"),
    [
        ((2, 3, 8), 16, {}, r"shape must be two whole numbers.*\(2, 3, 8\)"),
        ((2.5, 3), 16, {}, "shape must be a whole number, 0 or more.*2.5"),
        ((2, 3), 0, {}, "stride must be a whole number, 1 or more.*0"),
        ((2, 3), (16, 16, 16), {}, "stride must be two whole numbers"),
        ((2, 3), 16, {"sizes": 8}, "sizes must be a list of finite numbers above 0.*8"),
        ((2, 3), 16, {"sizes": [8, -1]}, "sizes must be a list.*-1"),
        ((2, 3), 16, {"ratios": []}, r"ratios must be a list.*\[\]"),
        ((2, 3), 16, {"ratios": [1, np.inf]}, "ratios must be a list.*inf"),
    ],
)
def test_anchors_rejects_what_lays_no_boxes(shape, stride, options, message):
    with pytest.raises(ValueError, match=message):
        anchors(shape, stride, **({"sizes": [8], "ratios": [1]} | options))
