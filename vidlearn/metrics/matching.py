"""Match all detections of a set with its truths, at all thresholds and sizes at once.

Whether a detection found a truth differs from threshold to threshold and from size to size. One
whole number holds all these answers, a bit for each: bit ``size * thresholds + threshold``. So
the greedy walk over the detections, which has to go one by one, goes only once.
"""

from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np

from .curve import ALMOST_ONE
from .overlap import overlap, sides

AT_ONCE = 1 << 18  # pairs of boxes whose overlap is computed in one go


class Truths(NamedTuple):
    """All truths in one array, those of one picture and class together."""

    boxes: np.ndarray  # (G, 4)
    label: np.ndarray  # (G,) 0 to K - 1
    key: np.ndarray  # (G,) picture and class in one number, rising
    crowd: np.ndarray  # (G,) bool
    ignored: np.ndarray  # (G, A) bool: does not count, being a crowd, difficult or of another size


class Ranked(NamedTuple):
    """All detections in one array; within a picture and class the highest score first."""

    boxes: np.ndarray  # (N, 4)
    label: np.ndarray  # (N,) 0 to K - 1
    key: np.ndarray  # (N,) picture and class in one number, rising
    scores: np.ndarray  # (N,)
    rank: np.ndarray  # (N,) within picture and class, from 0
    outside: np.ndarray  # (N, A) bool: of another size


def flat_truths(truths, labels, sizes, *, inclusive):
    """Gather the truths; labels are the (K,) numbers of the classes, sizes (A, 2) areas."""
    boxes, label, key = _gather(truths, labels)
    crowd = joined(truths, "crowd", bool)
    areas = sides(boxes, inclusive).prod(-1)
    first = 0
    for one in truths:
        if one.areas is not None:
            areas[first : first + len(one)] = one.areas
        first += len(one)
    ignored = (crowd | joined(truths, "difficult", bool))[:, None] | _outside(areas, sizes)
    order = np.argsort(key, kind="stable")
    return Truths(*(a[order] for a in (boxes, label, key, crowd, ignored)))


def ranked_detections(detections, labels, sizes, most, *, inclusive):
    """Gather the detections, at most so many of each picture and class."""
    boxes, label, key = _gather(detections, labels)
    scores = joined(detections, "scores", float)
    order = np.lexsort((-scores, key))
    rank = np.arange(len(key)) - np.searchsorted(key[order], key[order])
    order, rank = order[rank < most], rank[rank < most]
    boxes, label, key, scores = (a[order] for a in (boxes, label, key, scores))
    outside = _outside(sides(boxes, inclusive).prod(-1), sizes)
    return Ranked(boxes, label, key, scores, rank, outside)


def _gather(pictures, labels):
    """Return boxes, label and key of all pictures."""
    boxes = np.concatenate([np.zeros((0, 4)), *(one.boxes for one in pictures)])  # float64
    label = np.searchsorted(labels, joined(pictures, "labels", int))
    picture = np.repeat(np.arange(len(pictures)), [len(one) for one in pictures])
    return boxes, label, picture * len(labels) + label


def joined(pictures, name, dtype):
    """Return a column of all pictures in one array."""
    return np.concatenate([np.zeros(0, dtype), *(getattr(one, name) for one in pictures)])


def _outside(areas, sizes):
    """Return (N, A) bool, which areas lie outside of which sizes; their ends belong to them."""
    least, most = np.asarray(sizes, np.float64).T
    return (areas[:, None] < least) | (areas[:, None] > most)


def match_all(found, truths, thresholds, *, matching, inclusive):
    """Match every detection.

    Parameters
    ----------
    found : Ranked
    truths : Truths
    thresholds : ndarray
        (T,) IoU, rising.
    matching : {"coco", "voc"}
    inclusive : bool

    Returns
    -------
    correct, ignored : ndarray
        (N, A, T) bool.
    """
    shape = (found.outside.shape[1], len(thresholds))
    correct, ignored = np.zeros((2, len(found.rank), *shape), bool)
    thresholds = np.minimum(thresholds, ALMOST_ONE)
    d, g, reached = _candidates(found, truths, thresholds, matching, inclusive)
    starts = np.flatnonzero(np.diff(d, prepend=-1))
    hits, passed = _walk(starts, g, reached, truths, shape, matching)
    correct[d[starts]] = _booleans(hits, shape)
    ignored[d[starts]] = _booleans(passed, shape)
    ignored |= found.outside[:, :, None] & ~correct
    return correct, ignored


def _candidates(found, truths, thresholds, matching, inclusive):
    """Return detection, truth and number of thresholds reached of the pairs that may match.

    The pairs of one detection stand together, the best overlap first.
    """
    first = np.searchsorted(truths.key, found.key)
    count = np.searchsorted(truths.key, found.key, side="right") - first
    chunk = np.cumsum(count) // AT_ONCE
    pairs = [(np.zeros(0, int), np.zeros(0, int), np.zeros(0))]
    for rows in np.split(np.arange(len(count)), np.flatnonzero(np.diff(chunk)) + 1):
        d = np.repeat(rows, count[rows])
        nth = np.arange(len(d)) - np.repeat(np.cumsum(count[rows]) - count[rows], count[rows])
        g = first[d] + nth
        shared = overlap(found.boxes[d], truths.boxes[g], truths.crowd[g], inclusive=inclusive)
        near = shared >= thresholds[0]
        pairs.append((d[near], g[near], shared[near]))
    d, g, shared = map(np.concatenate, zip(*pairs, strict=True))
    # Of equal overlaps COCO's tool takes the last. VOC's takes the first, and looks no further.
    order = np.lexsort((g if matching == "voc" else -g, -shared, d))
    if matching == "voc":
        order = order[np.diff(d[order], prepend=-1) > 0]
    return d[order], g[order], np.searchsorted(thresholds, shared[order], side="right")


def _walk(starts, g, reached, truths, shape, matching):
    """Go through the detections; return the bits of those correct, and of those ignored."""
    sizes, count = shape
    one_each = sum(1 << (a * count) for a in range(sizes))
    reach = [one_each * ((1 << t) - 1) for t in range(count + 1)]  # t thresholds, every size
    blocks = [((1 << count) - 1) << (a * count) for a in range(sizes)]
    ignored = [sum(compress(blocks, row)) for row in truths.ignored.tolist()]
    many = ignored if matching == "voc" else [reach[-1] * c for c in truths.crowd.tolist()]
    free = [reach[-1]] * len(ignored)
    g, reached = g.tolist(), [reach[t] for t in reached.tolist()]
    hits, passed = [], []
    for first, last in pairwise([*starts.tolist(), len(g)]):
        hit = skip = 0
        for j in range(first, last):  # truths that count come first
            new = reached[j] & free[g[j]] & ~ignored[g[j]] & ~hit
            free[g[j]] ^= new
            hit |= new
        for j in range(first, last):
            new = reached[j] & (free[g[j]] | many[g[j]]) & ignored[g[j]] & ~(hit | skip)
            free[g[j]] &= ~new
            skip |= new
        hits.append(hit)
        passed.append(skip)
    return hits, passed


def _booleans(numbers, shape):
    """Return the bits of whole numbers, (N, A, T) bool."""
    count = shape[0] * shape[1]
    width = (count + 7) // 8
    data = b"".join(number.to_bytes(width, "little") for number in numbers)
    octets = np.frombuffer(data, np.uint8).reshape(-1, width)
    bits = np.unpackbits(octets, axis=1, count=count, bitorder="little")
    return bits.astype(bool).reshape(-1, *shape)
