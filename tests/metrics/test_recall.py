"""What proposals cover: by hand, in loops, and what is turned away."""

import numpy as np
import pytest

from tests.metrics.sets import random_set
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import average_best_overlap, precision_recall, proposal_recall

# Best overlaps of the three truths with the first 1, 2, 3: 0.5 0.5 1; 0 0.2 0.2 and 0 0.75 0.75.
PROPOSALS = [[[0, 0, 10, 5], [20, 0, 30, 2], [0, 0, 10, 10]], [[90, 90, 95, 95], [1, 0, 4, 8]]]
TRUTHS = [Truth([[0, 0, 10, 10], [20, 0, 30, 10]], [0, 1]), Truth([[0, 0, 4, 8]], [0])]


def test_recall_by_hand():
    assert proposal_recall(PROPOSALS, TRUTHS) == pytest.approx(2 / 3)
    assert proposal_recall(PROPOSALS, TRUTHS, counts=1) == pytest.approx(1 / 3)
    by_count = proposal_recall(PROPOSALS, TRUTHS, counts=[0, 1, 2, 3, 99])
    np.testing.assert_allclose(by_count, np.array([0, 1, 2, 2, 2]) / 3)
    assert proposal_recall(PROPOSALS, TRUTHS, threshold=0.5 + 1e-9, counts=1) == 0
    assert proposal_recall(PROPOSALS, TRUTHS, threshold=0.2) == 1
    assert proposal_recall(PROPOSALS, TRUTHS, threshold=1) == pytest.approx(1 / 3)


def test_average_best_overlap_by_hand():
    # ABO of class 0: (1 + 0.75) / 2, of class 1: 0.2.
    assert average_best_overlap(PROPOSALS, TRUTHS) == pytest.approx((0.875 + 0.2) / 2)
    values = average_best_overlap(PROPOSALS, TRUTHS, counts=(3, 1))  # in the order asked for
    np.testing.assert_allclose(values, [(0.875 + 0.2) / 2, (0.25 + 0) / 2])


def test_one_proposal_may_cover_several_truths():
    truths = [Truth([[0, 0, 10, 10], [0, 0, 10, 9]])]
    assert proposal_recall([[[0, 0, 10, 10]]], truths) == 1
    curve = precision_recall([Detections([[0, 0, 10, 10]], [1])], truths)
    assert curve.recall.tolist() == [0.5]  # a detection finds one


def test_detections_are_taken_by_score():
    found = [Detections(np.array(p)[::-1], np.arange(len(p))) for p in PROPOSALS]
    for counts in (None, 1, [2, 1]):
        expected = proposal_recall(PROPOSALS, TRUTHS, counts=counts)
        np.testing.assert_array_equal(proposal_recall(found, TRUTHS, counts=counts), expected)


def test_difficult_truths_and_crowds_are_left_out():
    three = Truth([[0, 0, 9, 9]] * 3, difficult=[0, 1, 0], crowd=[0, 0, 1])
    truths = [three, Truth([[0, 0, 5, 5]])]
    assert proposal_recall([[[0, 0, 9, 9]], np.zeros((0, 4))], truths) == 0.5


def test_nothing_to_cover_and_nothing_proposed():
    none = [Truth(np.zeros((0, 4)))]
    assert np.isnan(proposal_recall([[[0, 0, 1, 1]]], none))
    assert np.isnan(proposal_recall([[[0, 0, 1, 1]]], none, counts=[1, 2])).tolist() == [True] * 2
    assert np.isnan(average_best_overlap([], []))
    assert proposal_recall([[]], [Truth([[0, 0, 1, 1]])]) == 0


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_recall_in_loops(threshold):
    found, truths = random_set(3, pictures=12, ties=False)
    for count in (1, 3, 50):
        covered = total = 0
        for one, truth in zip(found, truths, strict=True):
            first = one.boxes[np.argsort(-one.scores)][:count]
            for box in truth.boxes[~truth.crowd]:
                total += 1
                covered += any(_iou(box, other) >= threshold for other in first)
        value = proposal_recall(found, truths, threshold=threshold, counts=count)
        assert value == pytest.approx(covered / total)


def _iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


@pytest.mark.parametrize(
    ("proposals", "options", "error", "message"),
    [
        (np.zeros((1, 3, 4)), {}, TypeError, r"proposals must be a list.*Received: ndarray"),
        ([[[0, 0, 1, 1]]] * 2, {}, ValueError, r"proposals and truths must be.*2 and 1"),
        ([[[0, 0, 1]]], {}, ValueError, r"\(N, 4\).*Received shape \(1, 3\)"),
        ([[[2, 0, 1, 1]]], {}, ValueError, r"proposals\[0\] must hold.*\[2.0, 0.0, 1.0, 1.0\]"),
        ([[[0, 0, 1, 1]]], {"counts": -1}, ValueError, r"counts must be whole.*Received: -1"),
        ([[[0, 0, 1, 1]]], {"counts": [0.5]}, ValueError, r"counts must be whole.*\[0.5\]"),
        ([[[0, 0, 1, 1]]], {"threshold": 0}, ValueError, r"threshold must be .*Received: 0"),
    ],
)
def test_proposal_recall_rejects_(proposals, options, error, message):
    with pytest.raises(error, match=message):
        proposal_recall(proposals, [Truth([[0, 0, 1, 1]])], **options)
