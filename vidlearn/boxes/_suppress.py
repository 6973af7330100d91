r"""The fast form of non-maximum suppression.

While the best boxes drop many others, each is compared with all that are left, one row after
another. Once they drop fewer, boxes are decided in blocks: what to keep of a block is found in the
table of its pairs, and what is kept drops others among those whose centres are near. For the IoU
of two boxes is at most that of their shadows on one axis, and of two intervals with an IoU above t
the centres are less than ``side * (1 / t - 1) / 2`` apart, with the side of either: a longer one
that reaches this has the shorter at its end, and is ``side / t`` long. In the order of the centres
those near are neighbours. What decides is the same arithmetic as in `vidlearn.boxes.iou`.
"""

import numpy as np

ROWS = 8  # rows before it is asked whether they still pay
PAYS = 40  # how many boxes a row has to drop on average, itself among them
BLOCK = 64  # boxes decided in one go
PAIRS = 1 << 15  # pairs looked at in one go, about: what a processor keeps near


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
    left, kept = np.arange(len(centres)), [np.zeros(0, np.int64)]
    while len(left):
        best, left = _best_of(columns, left[:BLOCK], threshold), left[BLOCK:]
        kept.append(best)
        near = near[alive[near] & (near > best[-1])]
        for own, other in _neighbours(best, near, centres, reach):
            top = np.maximum(columns[1][own], columns[1][other])
            touch = np.flatnonzero(np.minimum(columns[3][own], columns[3][other]) > top)
            own, other = own[touch], other[touch]
            above = _above(columns.take(own, axis=1), columns.take(other, axis=1), threshold)
            alive[other[above]] = False
        left = left[alive[left]]
    return np.concatenate(kept)


def _best_of(columns, block, threshold):
    """Return what to keep of a block, by the table of all its pairs."""
    own = columns.take(block, axis=1)
    drops = np.triu(_above(own[:, :, None], own[:, None, :], threshold), 1)
    alive = np.ones(len(block), bool)
    for k in np.flatnonzero(drops.any(axis=1)).tolist():
        if alive[k]:
            alive[drops[k]] = False
    return block[alive]


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


def _neighbours(best, near, centres, reach):
    """Pair each of the best with all that are near, PAIRS or the neighbours of one at a time."""
    ranked, centres, reach = centres[near], centres[best], reach[best]
    first = np.searchsorted(ranked, centres - reach)
    counts = np.searchsorted(ranked, centres + reach, side="right") - first
    parts = counts.cumsum() // PAIRS
    for part in np.unique(parts):
        own = np.flatnonzero(parts == part)
        each = np.repeat(own, counts[own])
        starts = counts[own].cumsum() - counts[own]
        steps = np.arange(len(each)) + np.repeat(first[own] - starts, counts[own])
        yield best[each], near[steps]
