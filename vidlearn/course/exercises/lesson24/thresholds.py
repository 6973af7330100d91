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
    cases = [first, second]
    for seed, count, things in ((1, 40, 30), (2, 120, 90), (3, 200, 60)):
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
    if number.shape != ():
        raise Refusal(f"Return one number, the threshold. Yours has the shape {number.shape}.")
    return float(f1_at(float(number) - 1e-9, scores, right, things))


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


def _place(scores, right, things):
    return int(np.argmax(np.sort(scores)[::-1] <= threshold(scores, right, things)))


THRESHOLD_MISTAKES = {
    "most-precise": _by(lambda hits, count, things: hits / count),
    "most-found": _by(lambda hits, count, things: hits / things + 1e-9 * count),
    "recall-of-detections": _by(lambda hits, count, things: 2 * hits / (count + hits[-1] + 0.1)),
    "mean-of-both": _by(lambda hits, count, things: hits / count + hits / things),
    "accuracy": _by(lambda hits, count, things: hits + (len(count) - count) - (hits[-1] - hits)),
    "half": lambda scores, right, things: 0.5,
    "mean-score": lambda scores, right, things: float(np.mean(scores)),
    "first-peak": _first_peak,
    "next-higher": _next_higher,
    "ascending": _ascending,
    "unsorted": _unsorted,
    "place": _place,
    "f1-itself": lambda scores, right, things: f1_at(
        threshold(scores, right, things), scores, right, things
    ),
}
