"""Labels of frames held against the truth: worked tables, plain loops, what must always hold."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlearn.metrics import (
    edit_score,
    evaluate_labels,
    frame_accuracy,
    segmental_f1,
    segments,
)

# One film of 20 frames: a 0..7, b 8..13, c 14..19. Four ways to be wrong, each with its numbers.
TRUTH = [0] * 8 + [1] * 6 + [2] * 6
TABLE = {
    "right": (TRUTH, 1.0, 100, (1, 1, 1)),
    # the border comes two frames late: 18 of 20, a covers 8 of 10, b 4 of 6
    "late": ([0] * 10 + [1] * 4 + [2] * 6, 0.9, 100, (1, 1, 1)),
    # one frame of c in the middle of a: 5 segments for 3, two to delete, of five; a is 4/8, 3/8:
    # the first half is right at .5, the second finds a taken
    "jitter": (
        [0] * 4 + [2] + [0] * 3 + [1] * 6 + [2] * 6,
        0.95,
        60,
        tuple(2 * 3 / (2 * 3 + 2) for _ in range(3)),
    ),
    # all is a: IoU 8/20
    "one": ([0] * 20, 0.4, 100 / 3, (2 / 4, 2 / 4, 0)),
    # b and c are called the other: only a is right; two to rename, of three
    "swapped": ([0] * 8 + [2] * 6 + [1] * 6, 0.4, 100 / 3, (1 / 3, 1 / 3, 1 / 3)),
}


@pytest.mark.parametrize("case", TABLE)
def test_worked_table_by_hand(case):
    found, accuracy, edit, f1 = TABLE[case]
    assert frame_accuracy(found, TRUTH) == pytest.approx(accuracy)
    assert edit_score(found, TRUTH) == pytest.approx(edit)
    got = [segmental_f1(found, TRUTH, overlap=at) for at in (0.1, 0.25, 0.5)]
    assert got == pytest.approx(f1)
    result = evaluate_labels(found, TRUTH)
    assert (result.accuracy, result.edit) == pytest.approx((accuracy, edit))
    assert list(result.f1.values()) == pytest.approx(f1)
    assert (result.frames, result.films) == (20, 1)


def test_an_overlap_of_exactly_the_threshold_counts_by_hand():
    truth = [0] * 4 + [1] * 4
    half = [0, 0, 1, 1, 1, 1, 1, 1]  # 0: 2 of 4; 1: 4 of 6
    assert segmental_f1(half, truth, overlap=0.5) == 1
    assert segmental_f1(half, truth, overlap=0.51) == 0.5


def test_of_two_for_one_the_first_is_right_and_the_better_one_wrong_by_hand():
    truth = [0] * 10 + [1] * 2
    found = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1]  # 0 covers .3, then .6; 1: none, all
    # at .1: first 0 right, 1 wrong, second 0 wrong (taken), 1 right: 2 * 2 / (4 + 2 + 0)
    assert segmental_f1(found, truth, overlap=0.1) == pytest.approx(4 / 6)
    # at .5: first 0 wrong, second right
    assert segmental_f1(found, truth, overlap=0.5) == pytest.approx(4 / 6)


def test_who_looks_at_one_that_is_taken_finds_no_other_by_hand():
    truth = [0] * 6 + [1] + [0] * 2
    found = [0] + [1] + [0] * 7  # the second 0 covers 4/9 of the first, 2/7 of the second
    # at .1: the first 0 is right (1/6), so the second, which looks there as well, is wrong
    assert segmental_f1(found, truth, overlap=0.1) == pytest.approx(2 * 1 / (2 * 1 + 2 + 2))


def test_what_is_ignored_is_left_out_of_both_by_hand():
    truth = [9, 9, 0, 0, 0, 9, 1, 1, 9]
    found = [9, 0, 0, 0, 9, 9, 1, 9, 9]
    assert frame_accuracy(found, truth, ignore=[9]) == pytest.approx(3 / 5)
    assert edit_score(found, truth, ignore=[9]) == 100
    # 0: 2 of 4; 1: 1 of 2
    assert segmental_f1(found, truth, ignore=[9]) == 1
    assert segmental_f1(found, truth, overlap=0.6, ignore=[9]) == 0
    assert edit_score(found, truth) == 100


def test_what_is_ignored_is_so_in_every_measure_of_several_films():
    found, truth = [9, 0, 9, 0, 1, 9], [0, 0, 9, 9, 1, 1]
    result = evaluate_labels([found, TRUTH], [truth, TRUTH], ignore=[9])
    plain = evaluate_labels([found, TRUTH], [truth, TRUTH])
    assert result.accuracy == pytest.approx((2 + 20) / (4 + 20)) != plain.accuracy  # 2 of 0 0 1 1
    assert result.edit == (edit_score(found, truth, ignore=[9]) + 100) / 2 != plain.edit
    # 0: the first of two found is right, the other is wrong; 1 is right
    assert result.f1[0.5] == pytest.approx(2 * 5 / (2 * 5 + 1)) != plain.f1[0.5]


def test_what_cannot_be_had_is_nan():
    nothing = {"ignore": [3]}
    assert np.isnan(frame_accuracy([3, 3], [3, 3], **nothing))
    assert np.isnan(edit_score([3, 3], [3, 3], **nothing))
    assert np.isnan(segmental_f1([3, 3], [3, 3], **nothing))
    assert edit_score([0, 3], [3, 3], **nothing) == 0
    assert segmental_f1([0, 3], [3, 3], **nothing) == 0
    result = evaluate_labels([[3, 3], [0, 0]], [[3, 3], [0, 0]], **nothing)
    assert (result.edit, result.accuracy, result.f1[0.5]) == (100, 1, 1)


def test_films_are_counted_together_and_edits_averaged_by_hand():
    found = [[0, 0, 1, 1], [0] * 10]
    truth = [[0, 0, 1, 1], [1] * 10]
    result = evaluate_labels(found, truth, overlaps=[0.5])
    assert result.accuracy == pytest.approx(4 / 14)
    assert result.edit == 50
    assert result.f1 == {0.5: pytest.approx(2 * 2 / (2 * 2 + 1 + 1))}
    assert str(result) == "frames 0.286, edit 50.0, F1@50 0.667"


def test_segments_by_hand():
    assert segments([7]).tolist() == [[0, 1, 7]]
    assert segments(np.array([2, 2, -1, 2], np.int8)).tolist() == [[0, 2, 2], [2, 3, -1], [3, 4, 2]]


LABELS = st.lists(st.integers(0, 2), min_size=1, max_size=14)


def plain_f1(found, truth, overlap):
    """Say it again, frame by frame, with sets."""
    parts = []
    for labels in (found, truth):
        runs, start = [], 0
        for t in range(1, len(labels) + 1):
            if t == len(labels) or labels[t] != labels[start]:
                runs.append((labels[start], set(range(start, t))))
                start = t
        parts.append(runs)
    used, right = set(), 0
    for name, frames in parts[0]:
        shares = [
            len(frames & there) / len(frames | there) if label == name else 0
            for label, there in parts[1]
        ]
        best = shares.index(max(shares))
        if shares[best] >= overlap and best not in used:
            used.add(best)
            right += 1
    return 2 * right / (len(parts[0]) + len(parts[1]))


def plain_edit(found, truth):
    a, b = (segments(labels)[:, 2].tolist() for labels in (found, truth))

    @cache
    def least(i, j):
        if not i or not j:
            return i + j
        last = least(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        return min(last, least(i - 1, j) + 1, least(i, j - 1) + 1)

    return 100 * (1 - least(len(a), len(b)) / max(len(a), len(b)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_as_plain_loops_count(data):
    truth = data.draw(LABELS)
    found = data.draw(st.lists(st.integers(0, 2), min_size=len(truth), max_size=len(truth)))
    for overlap in (0.1, 0.25, 0.5, 1.0):
        wanted = plain_f1(found, truth, overlap)
        assert segmental_f1(found, truth, overlap=overlap) == pytest.approx(wanted)
    assert edit_score(found, truth) == pytest.approx(plain_edit(found, truth))
    assert edit_score(truth, found) == pytest.approx(edit_score(found, truth))


@settings(max_examples=60, deadline=None)
@given(LABELS, st.integers(1, 5))
def test_a_film_played_slower_has_the_same_numbers(truth, times):
    found = truth[::-1]
    slow = [np.repeat(labels, times) for labels in (found, truth)]
    assert evaluate_labels(*slow).f1 == pytest.approx(evaluate_labels(found, truth).f1)
    assert edit_score(*slow) == pytest.approx(edit_score(found, truth))
    parts = segments(truth)
    assert np.repeat(parts[:, 2], parts[:, 1] - parts[:, 0]).tolist() == truth


@pytest.mark.parametrize(
    "function",
    [frame_accuracy, edit_score, segmental_f1, evaluate_labels],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize(
    ("found", "truth", "said"),
    [
        ([0, 1, 1], [0, 1], "a label for each frame. Received: 3 and 2"),
        ([0.2, 0.8], [0, 1], r"found must be whole numbers of shape \(N,\)"),
        ([0, 1], [0.0, 1.0], "truth must be whole numbers"),
    ],
)
def test_rejects_what_are_no_labels_of_one_film(function, found, truth, said):
    with pytest.raises(ValueError, match=said):
        function(found, truth)


def test_rejects_scores_in_place_of_labels():
    with pytest.raises(ValueError, match=r"take argmax\(axis=-1\)"):
        segmental_f1(np.zeros((5, 3)), [0] * 5)


def test_rejects_films_without_a_partner():
    with pytest.raises(ValueError, match=r"one for each film.*1 and 2"):
        evaluate_labels([[0, 1]], [[0, 1], [1, 1]])
    with pytest.raises(ValueError, match="Received: 0 and 0"):
        evaluate_labels([], [])


@pytest.mark.parametrize("overlap", [0, 1.1, 50, "half"])
def test_rejects_an_overlap_in_percent(overlap):
    with pytest.raises(ValueError, match="overlap"):
        segmental_f1([0], [0], overlap=overlap)
    with pytest.raises(ValueError, match="overlaps"):
        evaluate_labels([0], [0], overlaps=[overlap])


@pytest.mark.parametrize("ignore", [3, "3", ["background"], None, [0.5]])
@pytest.mark.parametrize("function", [frame_accuracy, edit_score, segmental_f1, evaluate_labels])
def test_rejects_labels_to_ignore_that_are_none(function, ignore):
    """Names would match no label, in silence."""
    with pytest.raises(ValueError, match=r"ignore must be a list of whole numbers.*Received"):
        function([0, 1], [0, 1], ignore=ignore)


def test_labels_to_ignore_may_stand_in_any_order():
    for ignore in ([9, 3], (3, 9), {3, 9}, np.array([9, 3])):
        assert frame_accuracy([9, 0, 1], [9, 0, 3], ignore=ignore) == 1


def test_rejects_films_that_are_no_lists():
    with pytest.raises(ValueError, match=r"overlaps must be a list.*Received: 0.5"):
        evaluate_labels([0], [0], overlaps=0.5)
    for pair in ((3, 3), ([0], 3), (None, [0])):
        with pytest.raises(ValueError, match="must be whole numbers of shape"):
            evaluate_labels(*pair)
