"""Kinds of error, held against loops, the matching of the metrics, and arithmetic by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics import errors_oracle as oracle
from tests.metrics.sets import random_set
from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import detection_errors, error_costs, evaluate_detections, precision_recall
from vidlearn.metrics.errors import KINDS

NOTHING = Detections([], [])


def hard_set(seed, **options):
    """A random set in which some truths are difficult, and some errors of each kind occur."""
    found, truths = random_set(seed, **options)
    rng = np.random.default_rng(seed)
    difficult = [
        Truth(t.boxes, t.labels, rng.random(len(t)) < 0.15, t.crowd, t.areas) for t in truths
    ]
    return found, difficult


def one(truth, *rows):
    """Kinds of detections (x1, y1, x2, y2, score, label) in one picture."""
    rows = np.array(rows, float)
    found = Detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(int))
    return detection_errors([found], [truth], threshold=0)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([(0.5, 0.1), (0.7, 0.3), (0.5, 0.5), (1.0, 0.25)]),
    st.sampled_from([0.0, 0.4, 0.5]),
    st.booleans(),
)
def test_random_sets_match_loops(seed, ends, threshold, whole):
    overlap, low = ends
    found, truths = hard_set(seed, whole=whole)
    errors = detection_errors(found, truths, threshold=threshold, overlap=overlap, low=low)
    expected = [
        (p, d, *row)
        for p, pair in enumerate(zip(found, truths, strict=True))
        for d, row in enumerate(oracle.picture_errors(*pair, min(overlap, 1 - 1e-10), low))
        if pair[0].scores[d] >= threshold
    ]
    columns = (errors.picture, errors.index, errors.kind, errors.truth)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == expected
    right = {(p, t) for p, _, kind, t in expected if kind == "right"}
    fates = [
        "ignored" if passed else "found" if (p, t) in right else "missed"
        for p, truth in enumerate(truths)
        for t, passed in enumerate(truth.crowd | truth.difficult)
    ]
    assert errors.fate.tolist() == fates
    for p, d, shared, t in zip(
        errors.picture, errors.index, errors.overlap, errors.truth, strict=True
    ):
        crowd = t >= 0 and truths[p].crowd[t]
        by = oracle.inside if crowd else oracle.iou
        assert shared == pytest.approx(
            by(found[p].boxes[d], truths[p].boxes[t]) if t >= 0 else 0, abs=1e-12
        )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.75]), st.sampled_from([0.0, 0.5]))
def test_right_ones_are_the_true_positives_of_the_metrics(seed, overlap, threshold):
    found, truths = hard_set(seed)
    errors = detection_errors(found, truths, threshold=threshold, overlap=overlap)
    above = [d[d.scores >= threshold] for d in found]
    metrics = evaluate_detections(
        above, truths, classes=["a", "b", "c"], thresholds=[overlap], most=[math.inf]
    )
    for label in range(3):
        curve = precision_recall(above, truths, label=label, iou=overlap)
        own = errors.label == label
        assert (errors.kind[own] == "right").sum() == curve.correct.sum()
        assert (errors.kind[own] == "ignored").sum() == curve.ignored.sum()
        found_here = ((errors.truth_label == label) & (errors.fate == "found")).sum()
        if curve.truths:
            assert metrics.recall[0, label, 0, -1] == pytest.approx(found_here / curve.truths)
    assert errors.counts["right"] == (errors.fate == "found").sum()
    assert sum(errors.counts[kind] for kind in KINDS) == sum(map(len, above))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_a_kind_does_not_depend_on_the_threshold(seed, threshold):
    found, truths = hard_set(seed)
    low, high = (detection_errors(found, truths, threshold=t) for t in (0, threshold))
    kept = low.score >= threshold
    assert high.kind.tolist() == low.kind[kept].tolist()
    assert high.truth.tolist() == low.truth[kept].tolist()


def test_each_kind_by_hand():
    # Two things side by side, 10 x 10 each; label 0 at x = 0, label 1 at x = 20.
    truth = Truth([[0, 0, 10, 10], [20, 0, 30, 10]], [0, 1])
    errors = one(
        truth,
        (0, 0, 10, 10, 0.9, 0),  # right
        (0, 0, 10, 8, 0.8, 0),  # IoU 0.8 with what is taken
        (20, 0, 30, 5, 0.7, 0),  # IoU exactly 0.5 with a 1
        (20, 0, 30, 4.9, 0.6, 1),  # IoU 0.49 with its own class
        (0, 0, 10, 1, 0.5, 1),  # IoU exactly 0.1 with a 0
        (0, 0, 10, 0.9, 0.4, 0),  # IoU 0.09: nothing
    )
    assert errors.kind.tolist() == list(KINDS[:-1])
    assert errors.truth.tolist() == [0, 0, 1, 1, 0, -1]
    np.testing.assert_allclose(errors.overlap, [1, 0.8, 0.5, 0.49, 0.1, 0])
    assert errors.fate.tolist() == ["found", "missed"]
    assert errors.counts == dict.fromkeys(KINDS[:-1], 1) | {"ignored": 0, "missed": 1}
    assert repr(errors) == (
        "DetectionErrors(right 1, duplicate 1, class 1, place 1, class and place 1, background 1, "
        "missed 1; found: all 1 of 2, small 1 of 2, medium 0 of 0, large 0 of 0)"
    )


def test_a_right_place_comes_before_a_wrong_one_of_the_own_class():
    # IoU 0.6 with a 1, 0.25 with a 0 that is not taken.
    truth = Truth([[0, 0, 10, 10], [6, 0, 16, 10]], [0, 1])
    errors = one(truth, (6, 0, 12, 10, 0.9, 0))
    assert errors.kind.tolist() == ["class"]
    assert errors.truth.tolist() == [1]
    np.testing.assert_allclose(errors.overlap, 0.6)
    # A duplicate of its own class, though it lies better on another.
    truth = Truth([[0, 0, 10, 10], [0, 0, 10, 6]], [0, 1])
    errors = one(truth, (0, 0, 10, 10, 0.9, 0), (0, 0, 10, 6, 0.8, 0))
    assert errors.kind.tolist() == ["right", "duplicate"]


def test_the_surer_one_is_right_and_not_the_better_placed():
    truth = Truth([[0, 0, 10, 10]])
    errors = one(truth, (0, 0, 10, 10, 0.6, 0), (0, 0, 10, 6, 0.7, 0))
    assert errors.kind.tolist() == ["duplicate", "right"]


def test_an_overlap_of_1_is_met_by_what_rounding_leaves_of_it():
    truth = Truth([[57.3, 24.3, 60.72, 26.28]])
    found = Detections(truth.boxes[[0, 0]] + [0, 0, 1e-11, 0], [0.9, 0.8])
    errors = detection_errors([found], [truth], overlap=1)
    assert errors.overlap.max() < 1
    assert errors.kind.tolist() == ["right", "duplicate"]


def test_crowds_and_difficult_ones_count_neither_way():
    truth = Truth(
        [[0, 0, 40, 40], [60, 0, 70, 10]], [0, 1], difficult=[False, True], crowd=[True, False]
    )
    errors = one(
        truth,
        (0, 0, 10, 10, 0.9, 0),
        (10, 0, 20, 10, 0.8, 0),
        (0, 0, 10, 10, 0.7, 1),  # of another class: nothing that counts is there
        (60, 0, 70, 10, 0.6, 1),
        (60, 0, 70, 10, 0.5, 1),  # a difficult one is found once
    )
    assert errors.kind.tolist() == ["ignored", "ignored", "background", "ignored", "background"]
    assert errors.fate.tolist() == ["ignored", "ignored"]
    assert errors.by_size["all"] == (0, 0)


def test_sizes_take_given_areas_and_both_ends_by_hand():
    truth = Truth([[0, 0, 4, 4], [10, 0, 14, 4], [20, 0, 26, 6]], areas=[16, 9, 36])
    found = Detections([[0, 0, 4, 4]], [0.9])
    errors = detection_errors([found], [truth], sizes={"low": (0, 16), "high": (16, 40)})
    assert errors.by_size == {"all": (1, 2), "low": (1, 1), "high": (1, 1)}
    errors = detection_errors([found], [truth[:2]])
    assert errors.by_size == {"all": (1, 1), "small": (1, 1), "medium": (0, 0), "large": (0, 0)}
    bare = Truth([[0, 0, 32, 33], [50, 0, 82, 32]])
    assert detection_errors([NOTHING], [bare]).by_size["medium"] == (0, 2)
    assert detection_errors([NOTHING], [bare]).by_size["small"] == (0, 1)


def test_empty_pictures():
    errors = detection_errors([], [])
    assert (len(errors.kind), len(errors.fate)) == (0, 0)
    assert repr(errors).startswith("DetectionErrors(nothing; found: all 0 of 0")
    some = Detections([[0, 0, 4, 4]], [0.5])
    errors = detection_errors([NOTHING, some], [Truth([[0, 0, 4, 4]]), Truth([])])
    assert (errors.picture.tolist(), errors.kind.tolist()) == ([1], ["background"])
    assert (errors.truth_picture.tolist(), errors.fate.tolist()) == ([0], ["missed"])


def test_costs_by_hand():
    # One class, two truths. By falling score: background, right, place. Precision 0, 1/2, 1/3.
    truth = Truth([[0, 0, 10, 10], [20, 0, 30, 10]])
    found = Detections(
        [[50, 50, 60, 60], [0, 0, 10, 10], [20, 0, 24, 10]], [0.9, 0.8, 0.7], [0, 0, 0]
    )
    costs = error_costs([found], [truth])
    share = 51 / 101  # recalls 0, 0.01 ... 0.50
    before = share / 2
    assert costs["background"] == pytest.approx(share - before)
    # Put right, precision is 0, 1/2, 2/3: the envelope 2/3 everywhere.
    assert costs["place"] == pytest.approx(2 / 3 - before)
    assert costs["duplicate"] == costs["class"] == costs["class and place"] == 0
    assert costs["missed"] == 0, "the error of place covers it"
    # Not covered: one truth is left to ask for, found with precision 1/2.
    costs = error_costs([found[:2]], [truth])
    assert costs["missed"] == pytest.approx(1 / 2 - before)


def test_only_the_surest_of_an_error_is_put_right():
    truth = Truth([[0, 0, 10, 10], [30, 0, 40, 10], [90, 0, 99, 10]], [0, 1, 0])
    boxes = [[0, 0, 10, 9], [0, 0, 10, 8], [30, 0, 40, 10], [30, 0, 40, 9], [70, 0, 80, 10]]
    boxes.append([90, 0, 99, 10])
    found = Detections(boxes, [0.9, 0.8, 0.7, 0.6, 0.85, 0.5], [1, 1, 1, 0, 0, 0])
    # Class 1: wrong, wrong, right: AP 1/3. Class 0: background, wrong, right: 1/3 to recall 1/2.
    before = (51 / 101 / 3 + 1 / 3) / 2
    # Put right, 0.9 is a 0; 0.8 and 0.6 go, as their truths are had. Class 1: right. Class 0:
    # right, background, right: precision 1 to recall 1/2, then 2/3.
    after = ((51 + 50 * 2 / 3) / 101 + 1) / 2
    costs = error_costs([found], [truth])
    assert costs["class"] == pytest.approx(after - before)
    assert costs["missed"] == 0


def test_costs_are_told_at_the_overlap_asked_for():
    found = Detections([[0, 0, 10, 6]], [0.9])
    truth = Truth([[0, 0, 10, 10]])
    assert error_costs([found], [truth])["place"] == 0
    assert error_costs([found], [truth], overlap=0.75)["place"] == 1


def test_a_class_with_nothing_left_to_ask_for_counts_in_full():
    truth = Truth([[0, 0, 10, 10], [30, 0, 40, 10]], [0, 1])
    found = Detections([[0, 0, 10, 10]], [0.9], [0])
    assert error_costs([found], [truth])["missed"] == pytest.approx(1 / 2)
    assert all(math.isnan(gain) for gain in error_costs([found], [Truth([])]).values())
    crowd = Truth([[0, 0, 10, 10]], [2], crowd=[True])
    assert all(math.isnan(gain) for gain in error_costs([found], [crowd]).values())


@pytest.mark.parametrize("seed", range(3))
def test_no_cost_is_below_zero_and_nothing_is_changed(seed):
    found, truths = hard_set(seed, pictures=12)
    before = [d.boxes.copy() for d in found], [d.labels.copy() for d in found]
    costs = error_costs(found, truths)
    assert list(costs) == [*KINDS[1:-1], "missed"]
    assert min(costs.values()) >= -1e-12
    assert max(costs.values()) > 0.01
    for old, new in zip(before[0], found, strict=True):
        np.testing.assert_array_equal(old, new.boxes)
    for old, new in zip(before[1], found, strict=True):
        np.testing.assert_array_equal(old, new.labels)


def test_labels_of_any_size_cost_no_memory():
    found, truths = hard_set(3, pictures=12)
    wide = [Detections(one.boxes, one.scores, 10**15 + 7 * one.labels) for one in found]
    known = [
        Truth(one.boxes, 10**15 + 7 * one.labels, one.difficult, one.crowd, one.areas)
        for one in truths
    ]
    assert error_costs(wide, known) == error_costs(found, truths)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 1.5}, r"threshold must be a number from 0 to 1\. Received: 1\.5"),
        ({"threshold": math.nan}, r"threshold must be a number from 0 to 1\. Received: nan"),
        ({"overlap": 0}, r"overlap must be a number above 0 and not above 1\. Received: 0"),
        ({"low": 0}, r"low must be a number above 0 and not above 1\. Received: 0"),
        ({"low": 0.6}, r"low must be at most overlap = 0\.5\. Received: 0\.6"),
        ({"sizes": {"x": (4, 2)}}, r"sizes must give each name \(least, largest\)"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_errors_rejects_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        detection_errors([NOTHING], [Truth([])], **options)


def test_errors_rejects_lists_that_do_not_belong_together():
    with pytest.raises(ValueError, match="found and truths must be of one length"):
        detection_errors([NOTHING], [])
    with pytest.raises(TypeError, match="found must be a list of Detections"):
        detection_errors(NOTHING, [Truth([])])
