"""Scores of clips held against their classes: by hand, and as scikit-learn counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, confusion_matrix, top_k_accuracy_score

from vidlearn.metrics import (
    class_average_precision,
    label_confusion,
    mean_average_precision,
    top_k_accuracy,
)

SCORES = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.3, 0.3, 0.4], [0.2, 0.2, 0.6]])


def test_the_true_class_stands_first_second_or_third_by_hand():
    # ranks of the true classes 1, 2, 1, 0 among equals the lower first: 1, 2, 3, 2
    labels = [1, 2, 1, 0]
    assert [top_k_accuracy(SCORES, labels, k=k) for k in (1, 2, 3)] == [0.25, 0.75, 1.0]


def test_who_gives_all_classes_the_same_is_right_by_chance_only():
    labels = np.arange(12) % 4
    assert top_k_accuracy(np.zeros((12, 4)), labels) == 0.25
    assert top_k_accuracy(np.zeros((12, 4)), labels, k=3) == 0.75


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_as_scikit_learn_counts(k):
    rng = np.random.default_rng(k)
    scores, labels = rng.normal(size=(60, 6)), rng.integers(6, size=60)
    wanted = top_k_accuracy_score(labels, scores, k=k, labels=range(6))
    assert top_k_accuracy(scores, labels, k=k) == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_first_is_argmax_also_among_equals(seed):
    rng = np.random.default_rng(seed)
    scores, labels = rng.integers(3, size=(9, 4)), rng.integers(4, size=9)
    right = (scores.argmax(axis=1) == labels).mean()
    assert top_k_accuracy(scores, labels) == right
    shares = [top_k_accuracy(scores, labels, k=k) for k in (1, 2, 3, 4)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    # neither scale nor place of the scores counts
    assert top_k_accuracy(2.5 * scores - 7, labels, k=2) == shares[1]


def test_rows_are_the_truth_and_columns_what_was_said_by_hand():
    matrix = label_confusion([2, 2, 0, 1, 2], [1, 1, 0, 2, 2], 4)
    assert matrix.tolist() == [[1, 0, 0, 0], [0, 0, 2, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_confusion_as_scikit_learn_counts():
    rng = np.random.default_rng(3)
    found, labels = rng.integers(5, size=(2, 80))
    wanted = confusion_matrix(labels, found, labels=range(6))
    assert (label_confusion(found, labels, list("abcdef")) == wanted).all()


def test_average_precision_by_hand():
    # class 0, by falling score: right, wrong, right, wrong: (1/1 + 2/3) / 2
    scores = np.array([[0.9, 0.0], [0.8, 0.4], [0.3, 0.1], [0.1, 0.2]])
    ap = class_average_precision(scores, [0, 1, 0, 1])
    # class 1: the two highest scores are its own
    assert ap == pytest.approx([(1 + 2 / 3) / 2, 1.0])
    assert mean_average_precision(scores, [0, 1, 0, 1]) == pytest.approx((5 / 6 + 1) / 2)


def test_equal_scores_are_taken_together_by_hand():
    scores = np.array([[0.5, 0], [0.5, 0], [0.5, 0], [0.1, 0]])
    for labels in ([0, 1, 1, 0], [1, 1, 0, 0]):  # one of three, then two of four
        ap = class_average_precision(scores, labels)[0]
        assert ap == pytest.approx(0.5 * (1 / 3) + 0.5 * (2 / 4))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_average_precision_as_scikit_learn_counts(seed, ties):
    rng = np.random.default_rng(seed)
    scores = rng.integers(4, size=(23, 3)) if ties else rng.normal(size=(23, 3))
    several = rng.random((23, 3)) < 0.3
    several[0] = True
    wanted = [average_precision_score(several[:, k], scores[:, k]) for k in range(3)]
    assert class_average_precision(scores, several) == pytest.approx(wanted, abs=1e-12)


def test_a_class_that_no_clip_shows_has_no_precision():
    ap = class_average_precision(SCORES, [0, 0, 2, 2])
    assert np.isnan(ap).tolist() == [False, True, False]
    assert mean_average_precision(SCORES, [0, 0, 2, 2]) == pytest.approx(ap[[0, 2]].mean())
    assert np.isnan(mean_average_precision(SCORES, np.zeros(SCORES.shape, bool)))


@pytest.mark.parametrize("function", [top_k_accuracy, class_average_precision])
@pytest.mark.parametrize(
    ("scores", "labels", "said"),
    [
        (SCORES[0], [1], r"scores must be numbers \(N, K\)"),
        (SCORES[:0], [], r"shape \(0, 3\)"),
        (SCORES.astype(str), [0, 1, 2, 0], "scores must be numbers"),
        (SCORES, [0, 1, 2], "one for each of the 4 rows of scores. Received: 3"),
        (SCORES, [0, 1, 2, 3], "labels must be 0 to 2, for 3 classes. Received: 0 to 3"),
        (SCORES, [0, -1, 2, 1], "Received: -1 to 2"),
        (SCORES, [0.0, 1.0, 2.0, 1.0], "labels must be whole numbers"),
        (np.where(SCORES == 0.7, np.nan, SCORES), [0, 1, 2, 0], "finite.*in row 0"),
    ],
)
def test_rejects_scores_and_labels_that_do_not_fit(function, scores, labels, said):
    with pytest.raises(ValueError, match=said):
        function(scores, labels)


def test_rejects_odd_scores_of_clips_that_show_several_classes():
    shown = np.eye(*SCORES.shape, dtype=bool)
    for scores, message in (
        (np.where(SCORES == 0.7, np.nan, SCORES), "scores must be finite.*in row 0"),
        (SCORES.astype(str), "scores must be numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            class_average_precision(scores, shown)


@pytest.mark.parametrize(
    "labels", [np.eye(4, 3, dtype=int), np.eye(4, 3), np.eye(3, 4, dtype=bool)], ids=str
)
def test_rejects_several_classes_that_are_not_bool(labels):
    """Not with the advice to take argmax, which would leave one class of several."""
    with pytest.raises(ValueError, match=r"labels of several classes must be bool.*astype\(bool\)"):
        class_average_precision(SCORES, labels)


@pytest.mark.parametrize("k", [0, 4, None, 1.5, True, "1"])
def test_rejects_a_k_that_is_none(k):
    with pytest.raises(ValueError, match="k must be a whole number from 1 to 3, the number of cl"):
        top_k_accuracy(SCORES, [0, 1, 2, 0], k=k)


@pytest.mark.parametrize(
    ("found", "labels", "classes", "said"),
    [
        ([0, 1], [0], 2, "one length. Received: 2 and 1"),
        ([0, 2], [0, 1], 2, "found must be 0 to 1"),
        ([0, 1], [0, 2], ["a", "b"], "labels must be 0 to 1"),
        ([0, 1], [0, 1], "ab", "classes must be a number"),
        ([0, 1], [0, 1], 0, "classes must be a number"),
        ([[0, 1]], [0, 1], 2, r"argmax\(axis=-1\)"),
    ],
)
def test_rejects_labels_without_a_class(found, labels, classes, said):
    with pytest.raises(ValueError, match=said):
        label_confusion(found, labels, classes)
