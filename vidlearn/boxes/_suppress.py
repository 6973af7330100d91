r"""The fast form of non-maximum suppression.

While the best boxes drop many others, each is compared with all that are left, one row after
another. Once hardly any are dropped, only boxes whose centres are near are compared. For the IoU
of two boxes is at most that of their shadows on one axis, and of two intervals with an IoU above t
the centres are less than ``side * (1 / t - 1) / 2`` apart, with the side of either: a longer one
that reaches this has the shorter at its end, and is ``side / t`` long. In the order of the centres
those near are neighbours. What decides is the same arithmetic as in `vidlearn.boxes.iou`.
"""

import numpy as np

ROWS = 16  # rows before it is asked whether they still pay
PAIRS = 1 << 16  # pairs looked at in one go: what a processor keeps near


def keep(boxes, threshold):
    """Return the positions of the boxes to keep, rising, of boxes sorted by falling score."""
    x1, y1, x2, y2 = boxes.T
    columns = np.stack([x1, y1, x2, y2, (x2 - x1) * (y2 - y1)])  # (5, N)
    left, kept, pays = np.arange(len(boxes)), [], True
    with np.errstate(invalid="ignore"):  # 0 / 0 of two boxes without area lies above nothing
        while pays and len(left):
            alive, best = np.ones(len(left), bool), 0
            for _ in range(ROWS):
                kept.append(left[best])
                alive[best] = False
                alive[best + 1 :] &= ~_above(columns, best, slice(best + 1, None), threshold)
                best += alive[best:].argmax()
                if not alive[best]:
                    break
            pays = alive.sum() < 0.9 * len(left)
            left, columns = left[alive], columns[:, alive]
        rest = left[_keep_by_neighbours(columns, threshold)]
    return np.concatenate([np.array(kept, np.int64), rest])


def _above(columns, a, b, threshold):
    """Tell of which pairs, positions a and b, the IoU is above the threshold."""
    x1, y1, x2, y2, area = columns
    inside = np.maximum(np.minimum(x2[a], x2[b]) - np.maximum(x1[a], x1[b]), 0)
    inside *= np.maximum(np.minimum(y2[a], y2[b]) - np.maximum(y1[a], y1[b]), 0)
    return inside / (area[a] + area[b] - inside) > threshold


def _keep_by_neighbours(columns, threshold):
    """Return what `keep` does, comparing only boxes whose centres are near."""
    columns, centres, reach = _along_one_axis(columns, threshold)
    alive, near = np.ones(len(centres), bool), np.argsort(centres)
    left, size = np.arange(len(centres)), 64
    while len(left):
        best, other, seen = _neighbours(left[:size], near, centres, reach)
        touch = np.minimum(columns[3][best], columns[3][other]) > np.maximum(
            columns[1][best], columns[1][other]
        )
        best, other = (which[touch & (other > best)] for which in (best, other))
        above = _above(columns, best, other, threshold)
        best, other = best[above], other[above]
        starts = np.flatnonzero(np.diff(best, prepend=-1)).tolist()
        for k, start, end in zip(best[starts], starts, [*starts, None][1:], strict=True):
            if alive[k]:
                alive[other[start:end]] = False
        left, size = left[seen:], 2 * size
        left = left[alive[left]]
        near = near[alive[near] & (near >= (left[0] if len(left) else 0))]
    return np.flatnonzero(alive)


def _along_one_axis(columns, threshold):
    """Return columns, turned if boxes are further apart in y, and their centres and reach in x.

    Both are doubled, which spares halving; the reach is a little longer than the rule, by more
    than what rounding takes.
    """
    spread = (
        [
            np.ptp(columns[k + 2] + columns[k]) / max((columns[k + 2] - columns[k]).mean(), 1e-30)
            for k in (0, 1)
        ]
        if columns.size
        else (0, 0)
    )
    if spread[1] > spread[0]:
        columns = columns[[1, 0, 3, 2, 4]]
    start, end = columns[0].astype(np.float64), columns[2].astype(np.float64)
    centres, least = start + end, threshold * (1 - 1e-5)
    reach = (end - start) * (1 / least - 1) if least else np.full(len(centres), np.inf)
    return columns, centres, reach * (1 + 1e-9) + 1e-14 * np.abs(centres).max(initial=0)


def _neighbours(block, near, centres, reach):
    """Pair the first boxes of a block, as many as PAIRS allow, with all near; say how many."""
    ranked = centres[near]
    first = np.searchsorted(ranked, centres[block] - reach[block])
    counts = np.searchsorted(ranked, centres[block] + reach[block], side="right") - first
    ends = counts.cumsum()
    seen = max(1, np.searchsorted(ends, PAIRS, side="right"))
    first, counts, ends = first[:seen], counts[:seen], ends[:seen]
    steps = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    return np.repeat(block[:seen], counts), near[steps], seen
