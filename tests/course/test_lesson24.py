"""Answers to lesson 24 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.boxes import Truth
from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import Refusal, get
from vidlearn.course.exercises.lesson24 import mirrors, recipes, thresholds

# The mirror ---------------------------------------------------------------------------------


def mirrored_at_once(frame, boxes):
    width = frame.shape[1]
    return np.fliplr(frame), np.stack(
        [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1
    )


def mirrored_box_by_box(frame, boxes):
    width = frame.shape[1]
    moved = [[width - x2, y1, width - x1, y2] for x1, y1, x2, y2 in boxes]
    return frame[:, ::-1].copy(), np.array(moved).reshape(-1, 4)


def mirrored_about_the_middle(frame, boxes):
    middle = frame.shape[1] / 2
    flat = boxes[:, [2, 1, 0, 3]]
    return np.flip(frame, 1), np.where([True, False, True, False], 2 * middle - flat, flat)


@pytest.mark.parametrize(
    "answer", [mirrored_at_once, mirrored_box_by_box, mirrored_about_the_middle]
)
def test_mirror_accepts_other_words(answer):
    assert grade(get("mirror-boxes"), answer)


def test_a_picture_of_floats_is_no_picture():
    def in_floats(frame, boxes):
        return frame[:, ::-1].astype(float), mirrored_at_once(frame, boxes)[1]

    result = check("mirror-boxes", in_floats)
    assert result.status == "wrong"
    assert "(H, W, 3) of uint8. Yours: float64" in repr(result)


def test_results_in_the_other_order_are_told():
    result = check("mirror-boxes", lambda frame, boxes: mirrored_at_once(frame, boxes)[::-1])
    assert "the picture first" in repr(result)


def test_boxes_turned_inside_out_are_not_the_function_as_given():
    result = check("mirror-boxes", lambda frame, boxes: (frame[:, ::-1], boxes[:, [2, 1, 0, 3]]))
    assert (result.status, result.misconception) == ("wrong", "exchanged")


def test_mirror_by_hand():
    frame = np.arange(2 * 10 * 3, dtype=np.uint8).reshape(2, 10, 3)
    picture, moved = mirrors.mirror_boxes(frame, np.array([[1.0, 0, 4, 2]]))
    assert moved.tolist() == [[6, 0, 9, 2]]
    assert picture[0, 0].tolist() == frame[0, 9].tolist()


def test_mirror_is_the_librarys():
    from vidlearn.datasets import flip

    for frame, boxes in mirrors.mirror_cases():
        picture, moved = mirrors.mirror_boxes(frame, boxes)
        theirs, truth = flip(frame, Truth(boxes), rng=np.random.default_rng(0), chance=1)
        np.testing.assert_array_equal(picture, theirs)
        np.testing.assert_allclose(moved, truth.boxes, rtol=1e-6)


def test_mirror_cases_break_symmetry():
    shapes = {frame.shape[:2] for frame, boxes in mirrors.mirror_cases() if len(boxes)}
    assert all(height != width for height, width in shapes)


def test_a_mirror_that_changes_its_input_is_told():
    def in_place(frame, boxes):
        boxes[:, [0, 2]] = frame.shape[1] - boxes[:, [2, 0]]
        return frame[:, ::-1], boxes

    assert check("mirror-boxes", in_place).status == "wrong"


# The threshold ------------------------------------------------------------------------------


def threshold_in_a_loop(scores, right, things):
    best, chosen = -1, None
    for least in scores:
        kept = scores >= least
        hits = sum(right[kept])
        f1 = 2 * hits / (sum(kept) + things)
        if f1 > best:
            best, chosen = f1, least
    return chosen


def threshold_between(scores, right, things):
    """Half-way to the next lower score, as sound as the score itself."""
    least = thresholds.threshold(scores, right, things)
    below = scores[scores < least]
    return (least + below.max()) / 2 if len(below) else least


def threshold_in_float32(scores, right, things):
    return np.float32(thresholds.threshold(scores, right, things))


@pytest.mark.parametrize("answer", [threshold_in_a_loop, threshold_between, threshold_in_float32])
def test_threshold_accepts_other_words(answer):
    assert grade(get("threshold"), answer)


def test_threshold_by_hand():
    scores, right, things = thresholds.threshold_cases()[0]
    # told 1 2 3 4 5, right 1 2 2 3 3, of 4 things: F1 2/5, 4/6, 4/7, 6/8, 6/9
    assert thresholds.threshold(scores, right, things) == 0.4
    assert thresholds.f1_at(0.4, scores, right, things) == pytest.approx(0.75)


@pytest.mark.parametrize("case", range(len(thresholds.threshold_cases())))
def test_no_two_thresholds_are_equally_good(case):
    scores, right, things = thresholds.threshold_cases()[case]
    values = sorted(thresholds.f1_at(least, scores, right, things) for least in scores)
    assert values[-1] > values[-2] + 1e-6


def test_scores_lie_farther_apart_than_a_rounding():
    for scores, _, _ in thresholds.threshold_cases():
        assert np.diff(np.sort(scores)).min() > 1e-3


@pytest.mark.parametrize("answer", [[0.1, 0.2], "much", float("nan"), 7, None, ...])
def test_threshold_takes_odd_answers(answer):
    assert check("threshold", answer).status in ("wrong", "not_yet")


def test_threshold_says_that_it_tells_an_f1():
    result = check("threshold", lambda scores, right, things: 0.75)
    assert "the F1 at your threshold: it is 0.66" in repr(result)


@pytest.mark.parametrize("answer", [np.nan, np.inf, True, np.True_])
def test_threshold_refuses_what_is_no_score(answer):
    result = check("threshold", lambda scores, right, things: answer)
    assert result.misconception is None
    assert "one of the scores, or between two" in repr(result)


def by_loop(scores, right, things):
    """The commonest loop, with > in place of >=."""
    best, chosen = -1, None
    for t in sorted(scores):
        hits = right[scores > t].sum()
        f1 = 2 * hits / ((scores > t).sum() + things)
        if f1 > best:
            best, chosen = f1, t
    return chosen


def divided_by_nothing(scores, right, things):
    order = np.argsort(scores)[::-1]
    p = right[order].cumsum() / np.arange(1, len(scores) + 1)
    r = right[order].cumsum() / things
    return scores[order][(2 * p * r / (p + r)).argmax()]


def in_steps(scores, right, things):
    def f1(t):
        hits = (right & (scores >= t)).sum()
        return 2 * hits / ((scores >= t).sum() + things)

    return max(np.linspace(0, 1, 101), key=f1)


def order_forgotten(scores, right, things):
    hits = right[np.argsort(-scores)].cumsum()
    return scores[(2 * hits / (np.arange(len(scores)) + 1 + things)).argmax()]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (by_loop, "strictly-above"),
        (divided_by_nothing, "nan-highest"),
        (in_steps, "grid"),
        (order_forgotten, "order-forgotten"),
    ],
)
def test_threshold_names_slips_in_other_words(answer, name):
    with np.errstate(all="ignore"):
        assert grade(get("threshold"), answer).misconception == name


# The challenge ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda frame, truth, rng: 3, "two things"),
        (lambda frame, truth, rng: (frame / 255, truth), "uint8"),
        (lambda frame, truth, rng: (frame[..., 0], truth), "uint8|\\(H, W, 3\\)"),
        (lambda frame, truth, rng: (frame[..., :2], truth), "\\(H, W, 3\\)"),
        (lambda frame, truth, rng: (frame, truth.boxes), "Truth"),
        (lambda frame, truth, rng: (frame, Truth(truth.boxes, truth.labels + 3)), "Labels"),
        (lambda frame, truth, rng: (frame, Truth([[0, 0, 9, 9]] * 61)), "At most 60"),
        (lambda frame, truth, rng: (frame, truth) if rng.random() < 0.5 else None, "every way"),
        (lambda frame, truth, rng: (frame, truth) if rng.random() > 0.5 else None, "every way"),
    ],
)
def test_the_challenge_refuses(answer, words):
    with pytest.raises(Refusal, match=words):
        recipes.recipe_score(answer)


def test_the_challenge_knows_nothing_from_an_answer(monkeypatch):
    monkeypatch.setattr(recipes, "STEPS", 2)
    assert recipes.recipe_score(lambda frame, truth, rng: None) is None
    assert 0 <= recipes.recipe_score(lambda frame, truth, rng: (frame, truth)) < 0.3


def test_the_pictures_that_judge_are_no_pictures_of_the_training():
    train, test = recipes._sets()
    sides = [np.concatenate([t.boxes[:, 2:] - t.boxes[:, :2] for t in s.truths]).max(axis=1)
             for s in (train, test)]  # fmt: skip
    assert sides[1].min() < 0.8 * sides[0].min()
    assert len(train) == 32
