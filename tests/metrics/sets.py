"""Random pictures on which every rule of the metrics has its say."""

import numpy as np

from vidlearn.boxes import Detections, Truth


def random_set(seed, *, pictures=8, classes=3, most=6, extra=5, decimals=1, ties=True, whole=False):
    """Make detections that are shifted truths and false ones, with all that is hard.

    Crowds, given areas, equal scores, empty pictures, classes without truth (the last one),
    equal boxes, and boxes of 32 x 32 and 96 x 96, the edges of the sizes.
    """
    rng = np.random.default_rng(seed)
    detections, truths = [], []
    for _ in range(pictures):
        truth = _truth(rng, rng.integers(0, most + 1), classes, whole)
        truths.append(truth)
        detections.append(_found(rng, truth, extra, classes, decimals if ties else 12, whole))
    return detections, truths


def _boxes(rng, count, whole):
    start = rng.uniform(0, 150, (count, 2))
    size = np.exp(rng.uniform(np.log(8), np.log(160), (count, 2)))
    square = rng.random(count) < 0.3
    size[square] = rng.choice([32.0, 96.0], (square.sum(), 1))
    boxes = np.hstack([start, start + size])
    return boxes.round() if whole else boxes


def _truth(rng, count, classes, whole):
    boxes = _boxes(rng, count, whole)
    if count > 2:
        boxes[1] = boxes[0]
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) * rng.choice([0.5, 1.0], count)
    return Truth(
        boxes,
        rng.integers(0, max(classes - 1, 1), count),
        crowd=rng.random(count) < 0.15,
        areas=areas if rng.random() < 0.5 else None,
    )


def _found(rng, truth, extra, classes, decimals, whole):
    if rng.random() < 0.1:
        return Detections(np.zeros((0, 4)), [])
    chosen = rng.integers(0, len(truth), rng.integers(0, 3 * len(truth) + 1)) if len(truth) else []
    chosen = np.asarray(chosen, int)
    side = (truth.boxes[chosen, 2:] - truth.boxes[chosen, :2]).repeat(2, 0).reshape(-1, 4)
    moved = truth.boxes[chosen] + rng.normal(0, rng.choice([0, 0.02, 0.1, 0.2]), side.shape) * side
    moved = np.hstack(
        [np.minimum(moved[:, :2], moved[:, 2:]), np.maximum(moved[:, :2], moved[:, 2:])]
    )
    false = _boxes(rng, rng.integers(0, extra + 1), whole)
    boxes = np.vstack([moved.round() if whole else moved, false])
    labels = np.concatenate([truth.labels[chosen], rng.integers(0, classes, len(false))])
    off = rng.random(len(labels)) < 0.1
    labels[off] = rng.integers(0, classes, off.sum())
    return Detections(boxes, rng.random(len(boxes)).round(decimals), labels)
