"""What a detector returns and the truth: their columns, picking, and what is turned away."""

import numpy as np
import pytest

from vidlearn.boxes import Detections, Truth

BOXES = [[0, 0, 4, 2], [1, 1, 3, 3], [5, 0, 9, 8]]


def test_columns_and_their_types():
    found = Detections(BOXES, [0.9, 0.4, 0.7], [2, 0, 1.0])
    kinds = {name: getattr(found, name).dtype for name in ("boxes", "scores", "labels")}
    assert kinds == {"boxes": np.float64, "scores": np.float64, "labels": np.int64}
    assert Detections(np.float32(BOXES), np.float32([1, 2, 3])).boxes.dtype == np.float32
    assert Detections(BOXES, [0.9, 0.4, 0.7]).labels.tolist() == [0, 0, 0]
    assert len(Detections([], [])) == 0
    assert Detections([], [], []).boxes.shape == (0, 4)
    truth = Truth(BOXES, [2, 0, 1], crowd=[0, 1, 0], areas=[7, 3, 30])
    assert truth.crowd.tolist() == [False, True, False]
    assert truth.difficult.tolist() == [False] * 3
    assert truth.areas.dtype == np.float64
    assert Truth(BOXES).areas is None
    assert len(Truth([])) == 0


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        (1, [1]),
        (-1, [2]),
        (slice(None, None, -2), [2, 0]),
        ([2, 0], [2, 0]),
        (np.array([True, False, True]), [0, 2]),
        (np.zeros(3, bool), []),
        ([], []),
    ],
    ids=["one", "last", "slice", "list", "mask", "none", "empty"],
)
def test_picking_keeps_columns_together(chosen, wanted):
    found = Detections(BOXES, [0.9, 0.4, 0.7], [2, 0, 1])[chosen]
    truth = Truth(BOXES, [2, 0, 1], [1, 0, 0], [0, 1, 0], [7, 3, 30])[chosen]
    for some in (found, truth):
        assert some.boxes.tolist() == np.array(BOXES, float)[wanted].reshape(-1, 4).tolist()
        assert some.labels.tolist() == [[2, 0, 1][k] for k in wanted]
    assert found.scores.tolist() == [[0.9, 0.4, 0.7][k] for k in wanted]
    assert truth.difficult.tolist() == [k == 0 for k in wanted]
    assert truth.crowd.tolist() == [k == 1 for k in wanted]
    assert truth.areas.tolist() == [[7, 3, 30][k] for k in wanted]
    assert Truth(BOXES)[chosen].areas is None


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (Detections, ([1, 2, 3, 4], [0.5]), r"boxes must be \(N, 4\).*\(4,\)"),
        (Detections, (BOXES, [0.5]), r"scores must have shape \(3,\).*\(1,\)"),
        (Detections, (BOXES, [0.5, 0.1, np.nan]), "scores must be finite.*nan"),
        (Detections, ([[0, 0, np.inf, 1]], [0.5]), "boxes must be finite.*inf"),
        (Detections, (BOXES, [1, 1, 1], [0, 1]), r"labels must have shape \(3,\)"),
        (Detections, (BOXES, [1, 1, 1], [0, 1, -1]), "labels must be from 0 on.*-1"),
        (Detections, (BOXES, [1, 1, 1], [0, 1, 0.5]), "labels must be from 0 on.*0.5"),
        (Detections, (BOXES, [1, 1, 1], [0, 1, np.nan]), "labels must be from 0 on.*nan"),
        (Detections, (BOXES, [1, 1, 1], ["a", "b", "c"]), "labels must be numbers"),
        (Truth, ([[0, np.nan, 1, 1]],), "boxes must be finite.*nan"),
        (Truth, (BOXES, [0, 1, -2]), "labels must be from 0 on.*-2"),
        (Truth, (BOXES, None, [True]), r"difficult must have shape \(3,\)"),
        (Truth, (BOXES, None, None, [True]), r"crowd must have shape \(3,\)"),
        (Truth, (BOXES, None, ["0", "0", "1"]), "difficult must be True or False.*'0'"),
        (Truth, (BOXES, None, [0, np.nan, 1]), "difficult must be True or False.*nan"),
        (Truth, (BOXES, None, None, [0, 1, 2]), "crowd must be True or False.*2"),
        (Truth, (BOXES, None, None, None, ["1", "2", "3"]), "areas must be numbers.*'1'"),
        (Truth, (np.array(BOXES, complex),), "expected an array of numbers.*j"),
        (Truth, (np.array(BOXES, str),), "expected an array of numbers.*'"),
        (Truth, (np.array(BOXES, "datetime64[s]"),), "expected an array of numbers"),
        (Truth, ([[0, 0, 1], [1, 2, 3, 4]],), "expected an array of numbers"),
        (Truth, (BOXES, None, None, None, [1, 2]), r"areas must have shape \(3,\)"),
        (Truth, (BOXES, None, None, None, [1, 2, np.nan]), "areas must be finite.*nan"),
        (Truth, (BOXES, None, None, None, [1, 2, -3]), "areas must be 0 or above.*-3"),
    ],
)
def test_detections_rejects_what_does_not_belong_together(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(*arguments)


def test_truths_take_flags_as_zeros_and_ones():
    truth = Truth(BOXES, None, [0, 1, 1], np.array([0.0, 1.0, 0.0]), [1, 2, 3])
    assert truth.difficult.tolist() == [False, True, True]
    assert truth.crowd.tolist() == [False, True, False]
    assert truth.difficult.dtype == truth.crowd.dtype == bool
    assert truth.areas.dtype == np.float64
    assert len(Truth([], [], [], [], [])) == 0
