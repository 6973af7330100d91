"""The confusion matrix, held against loops, the kinds of errors, and counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import errors_oracle as oracle
from tests.metrics.test_errors import NOTHING, hard_set
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import confusion_matrix, detection_errors


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([0.3, 0.5, 1.0]),
    st.sampled_from([0.0, 0.4]),
    st.booleans(),
)
def test_random_sets_match_loops_and_the_sums_of_the_errors(seed, overlap, threshold, whole):
    found, truths = hard_set(seed, whole=whole)
    options = {"threshold": threshold, "overlap": overlap}
    matrix = confusion_matrix(found, truths, 3, **options)
    expected = oracle.confusion(found, truths, 3, threshold, min(overlap, 1 - 1e-10))
    assert matrix.tolist() == expected
    errors = detection_errors(found, truths, low=overlap, **options)
    counted = errors.kind != "ignored"
    real = errors.fate != "ignored"
    columns = np.bincount(errors.label[counted], minlength=3)
    assert matrix[:, :3].sum(0).tolist() == columns.tolist()
    assert matrix[:3].sum(1).tolist() == np.bincount(errors.truth_label[real], minlength=3).tolist()
    assert matrix[3, 3] == 0


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_found_twice_the_diagonal_is_what_is_right(seed):
    rng = np.random.default_rng(seed)
    found, truths = [], []
    for _ in range(6):  # things far apart, each found at most once
        start = np.stack([40 * np.arange(5), np.full(5, 7)], axis=1).astype(float)
        boxes = np.hstack([start, start + rng.uniform(10, 20, (5, 2))])
        labels = rng.integers(0, 3, 5)
        moved = boxes + rng.normal(0, 2, boxes.shape)
        guessed = np.where(rng.random(5) < 0.7, labels, rng.integers(0, 3, 5))
        seen = rng.random(5) < 0.8
        found.append(Detections(moved[seen], rng.random(seen.sum()), guessed[seen]))
        truths.append(Truth(boxes, labels))
    matrix = confusion_matrix(found, truths, 3, threshold=0.2)
    counts = detection_errors(found, truths, threshold=0.2).counts
    assert np.trace(matrix[:3, :3]) == counts["right"] > 0
    assert matrix[:3, :3].sum() - np.trace(matrix[:3, :3]) == counts["class"] > 0
    rest = ("place", "class and place", "background")
    assert matrix[3].sum() == sum(counts[kind] for kind in rest)


def test_counted_by_hand():
    truth = Truth([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], [0, 1, 1])
    found = Detections(
        [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 4], [60, 0, 70, 10], [0, 0, 10, 10]],
        [0.9, 0.8, 0.7, 0.6, 0.3],
        [0, 0, 1, 2, 2],
    )
    names = ["cup", "coin", "digit"]
    assert confusion_matrix([found], [truth], names).tolist() == [
        [1, 0, 0, 0],
        [1, 0, 0, 1],
        [0, 0, 0, 0],
        [0, 1, 1, 0],
    ]


def test_the_best_place_pairs_first_then_the_higher_score():
    truth = Truth([[0, 0, 10, 10]], [0])
    boxes = [[0, 0, 10, 8], [0, 0, 10, 9]]
    matrix = confusion_matrix([Detections(boxes, [0.9, 0.6], [0, 1])], [truth], 2)
    assert matrix.tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]
    boxes = [[0, 0, 10, 9], [0, 0, 10, 9]]
    matrix = confusion_matrix([Detections(boxes, [0.6, 0.9], [0, 1])], [truth], 2)
    assert matrix.tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]
    matrix = confusion_matrix([Detections(boxes, [0.9, 0.6], [0, 1])], [truth], 2)
    assert matrix.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_an_overlap_at_the_threshold_is_enough_even_where_rounding_left_less():
    truth = Truth([[57.3, 24.3, 60.72, 26.28], [0, 0, 10, 10]])
    nearly = Detections([truth.boxes[0] + [0, 0, 1e-11, 0], [0, 0, 10, 5]], [0.9, 0.8])
    assert confusion_matrix([nearly], [truth], 1, overlap=1).tolist() == [[1, 1], [1, 0]]
    assert confusion_matrix([nearly], [truth], 1).tolist() == [[2, 0], [0, 0]]


def test_nothing_is_an_empty_matrix():
    assert confusion_matrix([], [], 2).tolist() == [[0] * 3] * 3
    assert confusion_matrix([NOTHING], [Truth([])], 1).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("classes", [0, "cup", [], True, None, 2.0], ids=repr)
def test_confusion_rejects_what_are_no_classes(classes):
    with pytest.raises(ValueError, match="classes must be a number from 1 on or a list of names"):
        confusion_matrix([NOTHING], [Truth([])], classes)


def test_confusion_rejects_a_label_without_a_class():
    truth = Truth([[0, 0, 4, 4]], [2])
    with pytest.raises(ValueError, match=r"classes must have one for each label, from 0 to 2.*: 2"):
        confusion_matrix([NOTHING], [truth], ["cup", "coin"])
