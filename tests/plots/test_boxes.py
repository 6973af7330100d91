"""Boxes fall on the right pixels, and their colours mean their labels."""

import numpy as np
import pytest

from vidlearn import plots
from vidlearn.boxes import Detections, Truth

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


def test_draw_boxes_takes_detections_and_truth():
    corners, labels, scores = [[2, 20, 22, 38], [30, 4, 58, 36]], [5, 2], [0.25, 0.75]
    found = plots.draw_boxes(FRAME, Detections(corners, scores, labels))
    np.testing.assert_array_equal(found, plots.draw_boxes(FRAME, corners, labels, scores))
    truth = plots.draw_boxes(FRAME, Truth(corners, labels))
    np.testing.assert_array_equal(truth, plots.draw_boxes(FRAME, corners, labels))
    assert not np.array_equal(found, truth)
    other = plots.draw_boxes(FRAME, Detections(corners, scores, labels), scores=[0.5, 0.125])
    np.testing.assert_array_equal(other, plots.draw_boxes(FRAME, corners, labels, [0.5, 0.125]))


def test_names_change_the_words_and_not_the_colours():
    box, names = [[10, 5, 50, 35]], ["cat", "dog"]
    first = plots.draw_boxes(FRAME, Truth(box, [0]), names=names)
    np.testing.assert_array_equal(first, plots.draw_boxes(FRAME, box, ["cat"]))
    second, numbered = (plots.draw_boxes(FRAME, box, [1], names=n) for n in (names, None))
    assert second[34, 30].tolist() == numbered[34, 30].tolist() != first[34, 30].tolist()
    assert not np.array_equal(second, numbered)
    assert plots.draw_boxes(FRAME, Detections([], []), names=names).shape == FRAME.shape


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": [1, 2]}, r"labels must be 1, one for each.*Received: 2"),
        ({"scores": []}, r"scores must be 1, one for each.*Received: 0"),
        ({"labels": [2], "names": ["cat", "dog"]}, "2 names and label 2"),
        ({"labels": [-1], "names": ["cat", "dog"]}, "2 names and label -1"),
    ],
    ids=["labels", "scores", "names", "no-name-from-the-end"],
)
def test_draw_boxes_rejects_what_does_not_belong_together(options, message):
    with pytest.raises(ValueError, match=message):
        plots.draw_boxes(FRAME, [[2, 2, 9, 9]], **options)


def test_draw_boxes_words_begin_inside_of_the_frame():
    """Also those of a box that reaches out on the left, and words wider than the frame."""
    frame = np.zeros((60, 90, 3), np.uint8)
    at_edge = plots.draw_boxes(frame, [[0, 20, 50, 50]], labels=["horse"])
    beyond = plots.draw_boxes(frame, [[-30, 20, 50, 50]], labels=["horse"])
    plate = at_edge[21:31].any(axis=(0, 2)).argmin()  # the first dark column is right of the words
    assert plate > 20
    np.testing.assert_array_equal(beyond[21:31, :plate], at_edge[21:31, :plate])
    wide = plots.draw_boxes(frame, [[40, 20, 80, 50]], labels=["a label that is far too long"])
    long = plots.draw_boxes(frame, [[0, 20, 80, 50]], labels=["a label that is far too long"])
    np.testing.assert_array_equal(wide[21:31, :40], long[21:31, :40])


@pytest.mark.parametrize(
    ("frame", "box", "message"),
    [
        (np.zeros((40, 60), np.uint8), [1, 2, 3, 4], r"frame must be.*shape \(40, 60\)"),
        (np.zeros((40, 60, 4), np.uint8), [1, 2, 3, 4], r"frame must be.*\(40, 60, 4\)"),
        (np.zeros((40, 60, 3)), [1, 2, 3, 4], "frame must be.*float64"),
        (FRAME, [1, np.nan, 3, 4], "boxes must be finite"),
    ],
    ids=["grey", "RGBA", "floats", "NaN"],
)
def test_draw_boxes_rejects_other_frames_and_nan(frame, box, message):
    with pytest.raises(ValueError, match=message):
        plots.draw_boxes(frame, [box])


def test_draw_boxes_words_stand_on_a_plate_of_the_colour():
    from vidlearn.plots.colours import COLOURS

    frame = np.full((60, 90, 3), 77, np.uint8)
    drawn = plots.draw_boxes(frame, [[20, 20, 50, 50]], labels=[2])
    colour = drawn[49, 35]  # of the box's lower edge
    wanted = [int(COLOURS[2][k : k + 2], 16) for k in (1, 3, 5)]
    assert colour.tolist() == wanted
    plate = drawn[21:24, 21:24].reshape(-1, 3)  # within the box, where nothing else is drawn
    assert (plate == wanted).all(axis=1).mean() > 0.5
    assert not (plate == 77).any()
