"""Kinds of errors and what they cost, as the authors' own tool has them (tidecv 1.0.1)."""

import numpy as np
import pytest

from vidlearn.boxes import Detections, Truth
from vidlearn.metrics import detection_errors, error_costs

KINDS = ("class", "place", "class and place", "duplicate", "background", "missed")
# What TIDE().evaluate(..., pos_threshold=0.5, background_threshold=0.1, mode=TIDE.BOX) tells of
# `one_each(seed)`: how many of each kind (missed ones that no error covers), and fix_main_errors().
TIDE = {
    0: ([19, 31, 18, 29, 28, 46], [0.1205, 0.1657, 0.0176, 0.0120, 0.0196, 0.0816]),
    1: ([16, 33, 26, 23, 30, 53], [0.0673, 0.1947, 0.0163, 0.0113, 0.0190, 0.0641]),
    3: ([26, 29, 28, 19, 24, 49], [0.1173, 0.1323, 0.0251, 0.0118, 0.0214, 0.0613]),
}


def one_each(seed):
    """Make things far apart, each with at most one kind of error: no rule of order has a say."""
    rng = np.random.default_rng(seed)
    found, truths = [], []
    for _ in range(30):
        boxes = np.array(
            [
                [60.0 * k, 10, 60 * k + rng.uniform(20, 40), 10 + rng.uniform(20, 40)]
                for k in range(5)
            ]
        )
        labels = rng.integers(0, 3, 5)
        rows = []
        for box, label in zip(boxes, labels, strict=True):
            width = box[2] - box[0]
            aside = np.array([width * 0.5, 0, width * 0.5, 0])
            kind = rng.integers(0, 6)
            other = (label + 1 + rng.integers(0, 2)) % 3
            moved = box + (jitter := rng.normal(0, 0.02, 4) * width)
            rows += {
                0: [(moved, label)],
                1: [(moved, label), (box + jitter * 0.5, label)],
                2: [(moved, other)],
                3: [(box + aside, label)],
                4: [(box + aside, other)],
                5: [],
            }[int(kind)]
        for _ in range(rng.integers(0, 3)):
            x = rng.uniform(0, 250)
            rows.append((np.array([x, 100, x + 30, 130]), rng.integers(0, 3)))
        boxes_found = np.array([box for box, _ in rows]).reshape(-1, 4)
        found.append(Detections(boxes_found, rng.random(len(rows)), [label for _, label in rows]))
        truths.append(Truth(boxes, labels))
    return found, truths


@pytest.mark.parametrize("seed", TIDE)
def test_kinds_and_costs_match_tide(seed):
    found, truths = one_each(seed)
    errors = detection_errors(found, truths, threshold=0)
    counts, costs = TIDE[seed]
    covered = errors.counts["class"] + errors.counts["place"]
    shown = [errors.counts[kind] for kind in KINDS]
    assert shown[:-1] == counts[:-1]
    assert shown[-1] - covered == counts[-1]
    told = error_costs(found, truths)
    np.testing.assert_allclose([told[kind] for kind in KINDS], costs, atol=6e-5)
