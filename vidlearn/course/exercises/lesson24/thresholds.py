"""The threshold at which a detector goes to work, chosen on validation pictures."""

import numpy as np

from vidlearn.course.exercises import Refusal


def threshold(scores, right, things):
    """Return the score from which on detections count, so that F1 is highest."""
    order = np.argsort(-scores)
    hits = np.cumsum(right[order])
    count = np.arange(1, len(scores) + 1)
    precision, recall = hits / count, hits / things
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return scores[order][f1.argmax()]


def threshold_cases():
    """A few detections by hand, then many: none with two highest places, none with equal scores."""
    first = np.array([0.9, 0.8, 0.7, 0.4, 0.3]), np.array([True, True, False, True, False]), 4
    second = np.array([0.35, 0.95, 0.6, 0.2]), np.array([True, False, True, False]), 2
    third = np.array([0.8, 0.35, 0.2, 0.5, 0.65, 0.05]), np.array([1, 0, 0, 1, 0, 0], bool), 2
    cases = [first, second, third]
    for seed, count, things in ((1, 40, 30), (2, 120, 90), (3, 200, 60), (28, 120, 70)):
        rng = np.random.default_rng([24, seed])
        scores = rng.permutation(count) / count * 0.93 + 0.05
        cases.append((scores, rng.random(count) < scores**1.5, things))
    return cases


def given(scores, right, things):
    """Describe an input."""
    if len(scores) < 9:
        return f"scores {scores.tolist()}, right {right.tolist()}, things {things}"
    return f"{len(scores)} scores, {right.sum()} of them right, things {things}"


def f1_at(least, scores, right, things):
    """Return the F1 of the detections whose score is at least so high."""
    kept = scores >= least
    hits = (right & kept).sum()
    return 2 * hits / max(kept.sum() + things, 1)


def quality(answer, scores, right, things):
    """Return the F1 that a threshold gives: any between two scores are worth the same."""
    number = np.asarray(answer, float)
    if isinstance(answer, bool | np.bool_) or (number.shape == () and not np.isfinite(number)):
        raise Refusal(f"The threshold is one of the scores, or between two. Yours: {answer}.")
    if number.shape != ():
        raise Refusal(f"Return one number, the threshold. Yours has the shape {number.shape}.")
    near = (float(number), float(number) - 1e-6)  # float32 will do; the scores lie farther apart
    best = max(f1_at(least, scores, right, things) for least in near)
    return {"the F1 at your threshold": float(best)}


def _by(measure):
    """Return a mistake that takes the score where something else than F1 is highest."""

    def choose(scores, right, things):
        order = np.argsort(-scores)
        hits = np.cumsum(right[order])
        return scores[order][np.argmax(measure(hits, np.arange(1, len(scores) + 1), things))]

    return choose


def _first_peak(scores, right, things):
    """Stop where F1 falls for the first time."""
    best, chosen = -1.0, scores.max()
    for least in np.sort(scores)[::-1]:
        value = f1_at(least, scores, right, things)
        if value < best:
            break
        best, chosen = value, least
    return chosen


def _next_higher(scores, right, things):
    """Count only what is above the threshold, and so lose the detection at it."""
    above = np.sort(scores[scores > threshold(scores, right, things)])
    return above[0] if len(above) else 1.0


def _ascending(scores, right, things):
    """Add up from the lowest score on."""
    order = np.argsort(scores)
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + things)
    return scores[order][f1.argmax()]


def _unsorted(scores, right, things):
    hits = np.cumsum(right)
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + things)
    return scores[f1.argmax()]


def _order_forgotten(scores, right, things):
    """Take the score from the list as it came, at the place in the sorted one."""
    hits = np.cumsum(right[np.argsort(-scores)])
    return scores[np.argmax(hits / (np.arange(1, len(scores) + 1) + things))]


def _right_unsorted(scores, right, things):
    hits = np.cumsum(right)
    return np.sort(scores)[::-1][np.argmax(hits / (np.arange(1, len(scores) + 1) + things))]


def _strictly_above(scores, right, things):
    """Count only what is above each score that is tried."""
    values = [f1_at(np.nextafter(least, 1), scores, right, things) for least in scores]
    return scores[np.argmax(values)]


def _nan_highest(scores, right, things):
    """Divide 0 by 0 where nothing is right so far; `argmax` takes NaN for the highest."""
    order = np.argsort(-scores)
    hits = np.cumsum(right[order])
    precision, recall = hits / np.arange(1, len(scores) + 1), hits / things
    with np.errstate(all="ignore"):
        return scores[order][np.argmax(2 * precision * recall / (precision + recall))]


def _grid(scores, right, things):
    steps = np.arange(101) / 100
    return steps[np.argmax([f1_at(least, scores, right, things) for least in steps])]


def _place(scores, right, things):
    return int(np.argmax(np.sort(scores)[::-1] <= threshold(scores, right, things)))


THRESHOLD_MISTAKES = {
    "most-precise": _by(lambda hits, count, things: hits / count),
    "most-found": _by(lambda hits, count, things: hits / things + 1e-9 * count),
    "product": _by(lambda hits, count, things: hits / count * hits / things),
    "recall-of-detections": _by(lambda hits, count, things: 2 * hits / (count + hits[-1] + 0.1)),
    "mean-of-both": _by(lambda hits, count, things: hits / count + hits / things),
    "accuracy": _by(lambda hits, count, things: hits + (len(count) - count) - (hits[-1] - hits)),
    "half": lambda scores, right, things: 0.5,
    "mean-score": lambda scores, right, things: float(np.mean(scores)),
    "first-peak": _first_peak,
    "next-higher": _next_higher,
    "ascending": _ascending,
    "unsorted": _unsorted,
    "order-forgotten": _order_forgotten,
    "right-unsorted": _right_unsorted,
    "strictly-above": _strictly_above,
    "nan-highest": _nan_highest,
    "grid": _grid,
    "counted-from-0": _by(lambda hits, count, things: hits / (count - 1 + things)),
    "place": _place,
    "f1-itself": lambda scores, right, things: f1_at(
        threshold(scores, right, things), scores, right, things
    ),
}
