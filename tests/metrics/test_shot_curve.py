"""Peaks of a score over thresholds: worked tables, and the counts of `evaluate_shots`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.metrics import average_precision, evaluate_shots, shot_curve
from vidlearn.metrics.shots.curve import MOST, peaks

SCORES = [0.0, 0.2, 0.8, 0.6, 0.0, 0.7, 0.7, 0.1, 0.4, 0.0]


def test_peaks_by_hand():
    scores = np.array(SCORES)
    assert peaks(scores, 0.5).tolist() == [2, 5]  # of equals the first
    assert peaks(scores, 0.05).tolist() == [2, 5]  # 7 and 8 belong to the run of 5
    assert peaks(scores, 0.3).tolist() == [2, 5, 8]
    assert peaks(scores, 0.8).tolist() == []  # not above
    assert peaks(scores, -1).tolist() == [2]
    assert peaks(np.array([0.9, 0.1, 0.9]), 0.5).tolist() == [0, 2]


def test_worked_table_by_hand():
    # True: a cut at 2, a dissolve 7 to 9. At .75 the peak 2; at .5 also 5, two frames before 7;
    # at .3 also 8, inside; at .05 8 is lost: it belongs to the run of 5.
    curve = shot_curve(SCORES, [[2, 2], [7, 9]], thresholds=[0.75, 0.5, 0.3, 0.05])
    assert curve.found.tolist() == [1, 2, 3, 2]
    assert curve.hits.tolist() == [1, 1, 2, 1]
    assert curve.precision.tolist() == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2])
    assert curve.recall.tolist() == [0.5, 0.5, 1, 0.5]
    assert curve.f1.tolist() == pytest.approx([2 / 3, 1 / 2, 4 / 5, 1 / 2])
    assert (curve.best, curve.best_f1, curve.best_threshold) == (2, pytest.approx(0.8), 0.3)
    assert curve.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    wider = shot_curve(SCORES, [[2, 2], [7, 9]], thresholds=[0.5], tolerance=2)
    assert wider.hits.tolist() == [2]


def test_thresholds_lie_between_peaks_by_hand():
    curve = shot_curve(SCORES, [[2, 2], [8, 8]])
    assert curve.thresholds.tolist() == pytest.approx([0.75, 0.55, 0.2])
    assert curve.found.tolist() == [1, 2, 3]
    assert "3 thresholds, 2 truths" in repr(curve)


def test_two_hits_for_one_truth_by_hand():
    curve = shot_curve([0, 0.9, 0, 0.9, 0], [[2, 2]])
    assert (curve.hits.tolist(), curve.found.tolist()) == ([1], [2])


def test_a_peak_may_be_late_or_early_by_hand():
    for at, hits in ((3, 0), (4, 1), (5, 1), (7, 1), (9, 1), (10, 1), (11, 0)):
        curve = shot_curve(np.eye(15)[at], [[5, 9]], thresholds=[0.5])
        assert curve.hits.tolist() == [hits]


def test_a_tolerance_without_end_overflows_nowhere():
    curve = shot_curve(np.eye(9)[7], [[2, 2]], thresholds=[0.5], tolerance=2**63 - 1)
    assert curve.hits.tolist() == [1]


def test_several_films_are_counted_together_by_hand():
    curve = shot_curve(
        [SCORES, np.array([0.1, 0.6, 0.0])], [[[2, 2]], [[1, 1]]], thresholds=[0.5, 0.65]
    )
    assert (curve.truths, curve.hits.tolist(), curve.found.tolist()) == (2, [2, 1], [3, 2])
    faint = shot_curve([[0.5, 0.9, 0.5], [0.2, 0.3, 0.2]], [[[1, 1]]] * 2)
    assert faint.thresholds.tolist() == pytest.approx([0.6, 0.25])
    assert faint.hits.tolist() == [1, 2]
    far = shot_curve([np.zeros(3), np.eye(30)[20]], [[], [[2, 2]]], thresholds=[0.5], tolerance=18)
    assert far.hits.tolist() == [1]


def test_what_cannot_be_had_is_nan():
    curve = shot_curve([0.0, 1.0, 0.0], [], thresholds=[0.5, 2])
    assert np.isnan(curve.recall).all()
    assert np.isnan(curve.average_precision)
    assert curve.f1[0] == 0
    assert curve.best_f1 == 0
    assert np.isnan([curve.precision[1], curve.f1[1]]).all()
    flat = shot_curve(np.ones(5), [])
    assert (len(flat), flat.found.tolist(), flat.best) == (1, [0], None)
    assert np.isnan([flat.best_f1, flat.best_threshold]).all()
    assert shot_curve(np.ones(5), [[2, 2]]).average_precision == 0


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.integers(0, 3), st.data())
def test_counts_as_evaluate_shots_does(scores, tolerance, data):
    marks = sorted(data.draw(st.sets(st.integers(0, len(scores)), max_size=6)))
    truth = [[t, t] for t in marks[::2]] if len(marks) % 2 else np.reshape(marks, (-1, 2))
    curve = shot_curve(scores, truth, tolerance=tolerance)
    for k, threshold in enumerate(curve.thresholds):
        frames = peaks(np.array(scores), threshold)
        count = evaluate_shots(np.stack([frames, frames], 1), truth, tolerance=tolerance).all
        assert (count.hits, count.hits + count.false_alarms) == (curve.hits[k], curve.found[k])
    other = shot_curve(np.array(scores) * 2.5 + 3, truth, tolerance=tolerance)  # another unit
    assert other.hits.tolist() == curve.hits.tolist()
    if len(marks):
        assert 0 <= curve.average_precision <= 1


def test_of_apart_peaks_it_is_the_average_precision_of_a_ranking():
    """Where peaks stay apart, a threshold is a place in the ranking of detections."""
    rng = np.random.default_rng(7)
    scores = np.zeros(400)
    at = np.arange(5, 395, 8)
    scores[at] = rng.permutation(len(at)) + 1
    right = rng.random(len(at)) < 0.4
    truth = [[t, t] for t in at[right]] + [[398, 398]]  # one is never found
    order = np.argsort(-scores[at])
    hits = right[order].cumsum()
    precision, recall = hits / np.arange(1, len(at) + 1), hits / len(truth)
    curve = shot_curve(scores, truth)
    assert curve.precision == pytest.approx(precision)
    assert curve.recall == pytest.approx(recall)
    wanted = average_precision(precision, recall, form="voc2010")
    assert curve.average_precision == pytest.approx(wanted)


def test_many_peaks_have_at_most_so_many_thresholds():
    curve = shot_curve(np.random.default_rng(3).random(5000), [[9, 9]])
    assert MOST / 2 < len(curve) <= MOST
    assert (np.diff(curve.thresholds) < 0).all()
    assert curve.found[:5].tolist() == [1, 2, 3, 4, 5]


def test_rejects_with_the_number_of_the_film():
    with pytest.raises(ValueError, match=r"scores\[1\] must be finite. Received: nan at frame 2"):
        shot_curve([SCORES, [0, 1, np.nan]], [[], []])


@pytest.mark.parametrize(
    ("scores", "options", "said"),
    [
        ([[0.1, 0.2]], {}, "scores and truth must be of one length|truth"),
        (np.zeros((3, 2)), {}, r"scores must be numbers of shape \(T,\)"),
        ([], {}, "T from 1 on"),
        ([0.1, np.nan], {}, "nan at frame 1"),
        (["a"], {}, "scores"),
        ([0.1] * 30, {"tolerance": -1}, "tolerance"),
        ([0.1] * 30, {"tolerance": None}, "tolerance"),
        ([0.1] * 30, {"thresholds": []}, "thresholds"),
        ([0.1] * 30, {"thresholds": ["high"]}, "thresholds"),
        ([0.1] * 20, {}, "<= 20, the frames of the film"),
    ],
)
def test_rejects_what_is_no_score(scores, options, said):
    with pytest.raises(ValueError, match=said):
        shot_curve(scores, [[3, 3], [25, 25]], **options)
