"""What each anchor is to learn: a thing, background, or nothing at all."""

import numpy as np

from vidlearn import boxes
from vidlearn.course.exercises import Refusal


def anchor_targets(anchors, truths):
    """Say of every anchor what it is (1, 0, or -1) and how it has to move."""
    overlaps = boxes.iou(anchors, truths)  # (A, M)
    most, which = overlaps.max(axis=1), overlaps.argmax(axis=1)
    kinds = np.full(len(anchors), -1)
    kinds[most < 0.3] = 0
    kinds[most >= 0.7] = 1
    kinds[overlaps.argmax(axis=0)] = 1  # nobody goes without
    return kinds, boxes.encode(truths[which], anchors)


def told(result, anchors, truths):
    """Compare moves only where an anchor learns one."""
    count = len(anchors)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Refusal("Return two arrays, `kinds, goals`.")
    try:
        kinds, goals = (np.asarray(part, float) for part in result)
    except (TypeError, ValueError):
        raise Refusal(f"Return numbers: kinds ({count},) and goals ({count}, 4).") from None
    if kinds.shape != (count,) or goals.shape != (count, 4):
        raise Refusal(
            f"For {count} anchors, kinds are ({count},) and goals ({count}, 4). "
            f"Yours have the shapes {kinds.shape} and {goals.shape}."
        )
    return kinds, np.where(kinds[:, None] == 1, goals, 0.0)


def target_cases():
    rng = np.random.default_rng(13)
    three = np.array([[4, 4, 14, 14], [5, 4, 15, 16], [8, 6, 18, 16], [30, 2, 40, 12.0]])
    grids = [
        boxes.anchors(shape, 16, sizes=(22, 36), ratios=(0.6, 1.2)) for shape in ((2, 3), (4, 5))
    ]
    return [
        (three, np.array([[4, 4, 14, 15.0]])),
        (three, np.array([[4, 4, 14, 15.0], [33, 4, 47, 17]])),
        *((grid, _things(grid, rng, count)) for grid, count in zip(grids, (2, 4), strict=True)),
    ]


def _things(grid, rng, count):
    """Move some anchors a little, two of them so far that they stay below the upper bound."""
    chosen = grid[rng.choice(len(grid), count, replace=False)]
    sides = np.tile(chosen[:, 2:] - chosen[:, :2], 2)
    away = rng.uniform(-0.09, 0.09, chosen.shape)
    away[-2] = [0.25, -0.2, 0.3, 0.25]
    away[-1] = [0.1, 0.15, -0.42, -0.5]  # a small thing inside of it
    return chosen + away * sides


def _rules(*, low=0.3, high=0.7, between=-1, background=0, best=True, best_first=False):
    """Return the reference with some of its rules changed."""

    def targets(anchors, truths):
        overlaps = boxes.iou(anchors, truths)
        most, which = overlaps.max(axis=1), overlaps.argmax(axis=1)
        kinds = np.full(len(anchors), between)
        if best_first:
            kinds[overlaps.argmax(axis=0)] = 1
        kinds[most < low] = background
        kinds[most >= high] = 1
        if best and not best_first:
            kinds[overlaps.argmax(axis=0)] = 1
        return kinds, boxes.encode(truths[which], anchors)

    return targets


def _moves(change):
    """Return the reference with other moves: ``change(truth of each anchor, anchors)``."""

    def targets(anchors, truths):
        which = boxes.iou(anchors, truths).argmax(axis=1)
        return anchor_targets(anchors, truths)[0], change(truths[which], anchors)

    return targets


def _only_the_best(anchors, truths):
    overlaps = boxes.iou(anchors, truths)
    kinds = np.where(overlaps.max(axis=1) < 0.3, 0, -1)
    kinds[overlaps.argmax(axis=0)] = 1
    return kinds, boxes.encode(truths[overlaps.argmax(axis=1)], anchors)


def _truths_for_anchors(anchors, truths):
    """Take the best truth of every anchor for the best anchor of every truth."""
    kinds, goals = _rules(best=False)(anchors, truths)
    kinds[boxes.iou(anchors, truths).argmax(axis=1)] = 1
    return kinds, goals


def _first_truth(anchors, truths):
    return anchor_targets(anchors, truths)[0], boxes.encode(truths[[0] * len(anchors)], anchors)


def _best_to_its_truth(anchors, truths):
    """Let the best anchor of each truth learn that truth, whatever it overlaps more."""
    overlaps = boxes.iou(anchors, truths)
    which = overlaps.argmax(axis=1)
    which[overlaps.argmax(axis=0)] = np.arange(len(truths))
    return anchor_targets(anchors, truths)[0], boxes.encode(truths[which], anchors)


def _in_pixels(truths, anchors):
    """The move of the centre in pixels, and the plain logarithms."""
    sides = np.tile(anchors[:, 2:] - anchors[:, :2], 2)
    plain = boxes.encode(truths, anchors, variances=(1, 1, 1, 1))
    return plain * np.where(np.arange(4) < 2, sides, 1)


VARIANCES = np.array([0.1, 0.1, 0.2, 0.2])

TARGET_MISTAKES = {
    "ignored-as-background": _rules(between=0),
    "no-best": _rules(best=False),
    "best-overwritten": _rules(best_first=True),
    "only-the-best": _only_the_best,
    "ignored-as-positive": _rules(high=0.3),
    "one-bound": _rules(low=0.5, high=0.5),
    "as-the-library": _rules(between=-2, background=-1),
    "changed-places": _rules(between=0, background=-1),
    "truths-for-anchors": _truths_for_anchors,
    "not-normalised": _moves(lambda t, a: boxes.encode(t, a, variances=(1, 1, 1, 1))),
    "in-pixels": _moves(_in_pixels),
    "corners": _moves(lambda t, a: t - a),
    "times-variances": _moves(lambda t, a: boxes.encode(t, a) * VARIANCES**2),
    "squared": _moves(lambda t, a: boxes.encode(t, a, variances=VARIANCES**0.5)),
    "turned-round": _moves(lambda t, a: boxes.encode(a, t)),
    "boxes-not-moves": _moves(lambda t, a: t),
    "first-truth": _first_truth,
    "best-to-its-truth": _best_to_its_truth,
}
