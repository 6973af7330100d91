"""An exercise of lesson 11: average precision, with three faults that a program does not feel."""

import numpy as np


def average_precision(scores, overlaps, threshold):
    """Return the area below interpolated precision over recall."""
    free = np.ones(overlaps.shape[1], bool)
    correct = []
    for row in overlaps[np.argsort(-scores, kind="stable")]:
        best = np.argmax(row * free)
        hit = free[best] and row[best] >= threshold
        if hit:
            free[best] = False
        correct.append(hit)
    found = np.cumsum(correct)
    precision = found / np.arange(1, len(found) + 1)
    recall = found / len(free)
    area, reached = 0.0, 0.0
    for k in range(len(found)):
        area += (recall[k] - reached) * precision[k:].max()
        reached = recall[k]
    return area


def average_cases():
    """Truths found by hand, twice, by just enough, and after a wrong detection; then drawn."""
    scores = np.array([0.6, 0.9, 0.7, 0.8])
    by_hand = np.array([[0.7, 0], [0, 0.9], [0, 0], [0, 0.8]])
    exact = np.array([[0.2, 0.5, 0], [0.6, 0.55, 0.1], [0, 0, 0.2], [0, 0.3, 0.9]])
    late = np.array([[0, 0, 0.7], [0.1, 0, 0], [0.3, 0, 0.2], [0.8, 0, 0], [0, 0.6, 0.2]])
    falling = np.array([0.1, 0.9, 0.3, 0.7, 0.5])  # wrong, right, right, wrong, right
    cases = [(scores, by_hand, 0.5), (scores, exact, 0.5), (falling, late, 0.5)]
    rng = np.random.default_rng(7)
    for count, truths, threshold in ((9, 4, 0.5), (14, 5, 0.75), (25, 6, 0.5)):
        overlaps = rng.uniform(0, 0.35, (count, truths))
        at = np.arange(count), rng.integers(truths, size=count)
        overlaps[at] = rng.uniform(0.3, 0.98, count)
        near = overlaps * rng.choice([0.0, 1.0], p=[0.5, 0.5], size=(count, truths))
        near[at] = overlaps[at]
        second = np.arange(0, count, 3)
        near[second, (at[1][second] + 1) % truths] = rng.uniform(0.6, 0.9, len(second))
        cases.append((rng.permutation(count) / 30 + 0.15, near.round(3), threshold))
    return cases


def _matched(scores, overlaps, threshold, *, order=-1, once=True):
    """Return whether each detection is correct, in the order it was looked at."""
    free, correct = np.ones(overlaps.shape[1], bool), []
    for row in overlaps[np.argsort(order * scores, kind="stable")]:
        best = np.argmax(row * free)
        hit = free[best] and row[best] >= threshold
        free[best] &= not (hit and once)
        correct.append(hit)
    return np.array(correct)


def _rates(correct, truths):
    found = np.cumsum(correct)
    return found / np.arange(1, len(found) + 1), found / truths


def _area(correct, truths, best=lambda precision, k: precision[k:].max()):
    precision, recall = _rates(correct, truths)
    steps = np.diff(recall, prepend=0.0)
    return sum(step * best(precision, k) for k, step in enumerate(steps))


def _here(precision, k):
    return precision[k]


def _averaged(*, order=True, once=True, interpolated=True):
    """Return the planted function with some of its three faults mended."""

    def average(scores, overlaps, threshold):
        sign = -1 if order else 1
        correct = _matched(scores, overlaps, threshold, order=sign, once=once)
        best = {} if interpolated else {"best": _here}
        return _area(correct, overlaps.shape[1], **best)

    return average


def _unsorted(scores, overlaps, threshold):
    return average_precision(-np.arange(len(scores)), overlaps, threshold)


def _order_reversed_after(scores, overlaps, threshold):
    """Sort the table, not the scores: the columns' own values decide."""
    return _area(_matched(scores, np.sort(overlaps, axis=0)[::-1], threshold), overlaps.shape[1])


def _spent_on_a_miss(scores, overlaps, threshold):
    free, correct = np.ones(overlaps.shape[1], bool), []
    for row in overlaps[np.argsort(-scores, kind="stable")]:
        best = np.argmax(row * free)
        correct.append(free[best] and row[best] >= threshold)
        free[best] = False
    return _area(np.array(correct), overlaps.shape[1])


def _best_of_all(scores, overlaps, threshold):
    """Look at the best truth only, free or not, as VOC's own kit does."""
    free, correct = np.ones(overlaps.shape[1], bool), []
    for row in overlaps[np.argsort(-scores, kind="stable")]:
        best = np.argmax(row)
        hit = free[best] and row[best] >= threshold
        free[best] &= not hit
        correct.append(hit)
    return _area(np.array(correct), overlaps.shape[1])


def _first_above(scores, overlaps, threshold):
    free, correct = np.ones(overlaps.shape[1], bool), []
    for row in overlaps[np.argsort(-scores, kind="stable")]:
        best = np.argmax((row >= threshold) & free)
        hit = free[best] and row[best] >= threshold
        free[best] &= not hit
        correct.append(hit)
    return _area(np.array(correct), overlaps.shape[1])


def _strictly_above(scores, overlaps, threshold):
    return average_precision(scores, overlaps, np.nextafter(threshold, 2))


def _eleven(scores, overlaps, threshold):
    truths = overlaps.shape[1]
    precision, recall = _rates(_matched(scores, overlaps, threshold), truths)
    points = np.arange(11) / 10
    return np.mean([precision[recall >= r].max(initial=0) for r in points])


def _hundred_and_one(scores, overlaps, threshold):
    truths = overlaps.shape[1]
    precision, recall = _rates(_matched(scores, overlaps, threshold), truths)
    return np.mean([precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 101)])


def _trapezoid(scores, overlaps, threshold):
    precision, recall = _rates(_matched(scores, overlaps, threshold), overlaps.shape[1])
    return np.trapezoid(np.append(precision[0], precision), np.append(0.0, recall))


def _start_missing(scores, overlaps, threshold):
    precision, recall = _rates(_matched(scores, overlaps, threshold), overlaps.shape[1])
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(np.diff(recall) * best[1:])


def _mean_of_precision(scores, overlaps, threshold):
    return _rates(_matched(scores, overlaps, threshold), overlaps.shape[1])[0].mean()


def _best_so_far(scores, overlaps, threshold):
    correct = _matched(scores, overlaps, threshold)
    return _area(correct, overlaps.shape[1], lambda precision, k: precision[: k + 1].max())


AVERAGE_MISTAKES = {
    "as-given": _averaged(order=False, once=False, interpolated=False),
    "order-and-once": _averaged(order=False, once=False),
    "order-and-peak": _averaged(order=False, interpolated=False),
    "once-and-peak": _averaged(once=False, interpolated=False),
    "worst-first": _averaged(order=False),
    "found-twice": _averaged(once=False),
    "not-interpolated": _averaged(interpolated=False),
    "unsorted": _unsorted,
    "table-sorted": _order_reversed_after,
    "spent-on-a-miss": _spent_on_a_miss,
    "best-of-all": _best_of_all,
    "first-above": _first_above,
    "strictly-above": _strictly_above,
    "best-so-far": _best_so_far,
    "eleven": _eleven,
    "hundred-and-one": _hundred_and_one,
    "trapezoid": _trapezoid,
    "start-missing": _start_missing,
    "mean-of-precision": _mean_of_precision,
}
