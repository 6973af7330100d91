"""Boxes fall on the right pixels, and their colours mean their labels."""

import numpy as np
import pytest

from vidlearn import plots

FRAME = np.zeros((40, 60, 3), np.uint8)


def test_draw_boxes_by_hand():
    drawn = plots.draw_boxes(FRAME, [[10, 5, 30, 25]])
    lit = np.argwhere(drawn.any(axis=2))
    assert lit.min(axis=0).tolist() == [5, 10]
    assert lit.max(axis=0).tolist() == [24, 29]  # x2 and y2 are edges: the last pixel is before
    assert not drawn[15, 20].any()
    assert not FRAME.any()


def test_draw_boxes_same_label_same_colour():
    drawn = plots.draw_boxes(FRAME, [[2, 20, 12, 30], [40, 20, 50, 30]], labels=[3, 3])
    assert np.array_equal(drawn[29, 5], drawn[29, 45])
    other = plots.draw_boxes(FRAME, [[2, 20, 12, 30]], labels=[4])
    assert not np.array_equal(drawn[29, 5], other[29, 5])


def test_draw_boxes_without_boxes_returns_a_copy():
    drawn = plots.draw_boxes(FRAME, np.empty((0, 4)))
    drawn[0] = 9
    assert not FRAME.any()


def test_draw_boxes_rejects_wrong_shape():
    with pytest.raises(ValueError, match=r"\(N, 4\).*\(2, 3\)"):
        plots.draw_boxes(FRAME, np.zeros((2, 3)))


def test_draw_boxes_without_numbers_by_label():
    """Colours that mean nothing are one colour; those of one label mean that label."""
    apart = [[2, 2, 12, 12], [20, 2, 30, 12], [40, 2, 50, 12]]

    def colours(labels):
        drawn = plots.draw_boxes(FRAME, apart, labels)
        return [tuple(map(int, drawn[11, x])) for x in (11, 29, 49)]

    assert len(set(colours(None))) == 1
    assert len(set(colours(["", "", ""]))) == 1
    drawn = plots.draw_boxes(FRAME, apart, labels=["cat", "dog", "cat"])
    assert np.array_equal(drawn[11, 11], drawn[11, 49])
    assert not np.array_equal(drawn[11, 11], drawn[11, 29])


@pytest.mark.parametrize(("side", "line"), [(40, 1), (120, 2), (480, 6)])
def test_lines_of_boxes_are_thick_enough_to_see(side, line):
    drawn = plots.draw_boxes(np.zeros((side, side, 3), np.uint8), [[5, 5, side - 5, side - 5]])
    assert np.flatnonzero(drawn[side // 2].any(axis=1)).tolist()[:line] == list(range(5, 5 + line))
    assert not drawn[side // 2, 5 + line].any()
