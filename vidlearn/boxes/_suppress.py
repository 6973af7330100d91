r"""The fast form of non-maximum suppression.

While the best boxes drop many others, each is compared with all that are left, one row after
another. Once hardly any are dropped, only boxes whose centres are near are compared. For the IoU
of two boxes is at most that of their shadows on one axis, and of two intervals with an IoU above t
the centres are less than ``side * (1 / t - 1) / 2`` apart, with the side of either: a longer one
that reaches this has the shorter at its end, and is ``side / t`` long. In the order of the centres
those near are neighbours. What decides is the same arithmetic as in `vidlearn.boxes.iou`.
"""

import numpy as np

ROWS = 8  # rows before it is asked whether they still pay
PAYS = 4  # how many boxes a row has to drop on average, itself among them
FIRST = 256  # boxes of the first block
PAIRS = 1 << 16  # pairs looked at in one go: what a processor keeps near


def keep(boxes, threshold):
    """Return the positions of the boxes to keep, rising, of boxes sorted by falling score."""
    x1, y1, x2, y2 = boxes.T
    columns = np.stack([x1, y1, x2, y2, (x2 - x1) * (y2 - y1)])  # (5, N)
    left, kept, dropped = np.arange(len(boxes)), [], PAYS
    with np.errstate(invalid="ignore"):  # 0 / 0 of two boxes without area lies above nothing
        while dropped >= PAYS and len(left):
            alive, best = np.ones(len(left), bool), 0
            for _ in range(ROWS):
                kept.append(left[best])
                alive[best] = False
                alive[best + 1 :] &= ~_above(columns[:, best], columns[:, best + 1 :], threshold)
                best += alive[best:].argmax()
                if not alive[best]:
                    break
            stay = np.flatnonzero(alive)
            dropped = (len(left) - len(stay)) / ROWS
            left, columns = left[stay], columns.take(stay, axis=1)
        rest = left[_keep_by_neighbours(columns, threshold)]
    return np.concatenate([np.array(kept, np.int64), rest])


def _above(a, b, threshold):
    """Tell of which pairs the IoU is above the threshold; a and b are columns of boxes."""
    x1, y1, x2, y2, area = b
    inside = np.minimum(a[2], x2) - np.maximum(a[0], x1)
    height = np.minimum(a[3], y2) - np.maximum(a[1], y1)
    inside = np.maximum(inside, 0, out=inside)
    inside *= np.maximum(height, 0, out=height)
    union = area + a[4]
    union -= inside
    return np.divide(inside, union, out=inside) > threshold


def _keep_by_neighbours(columns, threshold):
    """Return what `keep` does, comparing only boxes whose centres are near."""
    columns, centres, reach = _along_one_axis(columns, threshold)
    alive, near = np.ones(len(centres), bool), np.argsort(centres)
    left, size = np.arange(len(centres)), FIRST
    while len(left):
        best, other, seen = _neighbours(left[:size], near, centres, reach)
        touch = np.minimum(columns[3][best], columns[3][other]) > np.maximum(
            columns[1][best], columns[1][other]
        )
        best, other = (which[touch & (other > best)] for which in (best, other))
        above = _above(columns.take(best, axis=1), columns.take(other, axis=1), threshold)
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
