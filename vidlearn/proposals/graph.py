"""Segments from a graph of pixels: neighbours join while they differ little for their surroundings.

The edges are sorted once, by array arithmetic; what remains is a short loop over them.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ._checks import check_frame, check_number


class Edges(NamedTuple):
    """The edges of the graph, lightest first, equals in the order of `_STEPS` and of pixels."""

    a: np.ndarray  # (E,) one pixel of each edge, row * width + column
    b: np.ndarray  # (E,) the other
    weights: np.ndarray  # (E,) float32, how much their colours differ


_PARTS = 4  # of the edges, between which those that can join nothing are left out
_ALL, _FIRST, _LAST = slice(None), slice(None, -1), slice(1, None)
_STEPS = (  # rows and columns of a, and of b: right, down, down and right, up and right
    ((_ALL, _FIRST), (_ALL, _LAST)),
    ((_FIRST, _ALL), (_LAST, _ALL)),
    ((_FIRST, _FIRST), (_LAST, _LAST)),
    ((_LAST, _FIRST), (_FIRST, _LAST)),
)


def graph_segments(frame, *, scale=100, sigma=0.8, least=50):
    r"""Cut a picture into segments of like colour: Felzenszwalb and Huttenlocher's graph.

    Every pixel starts as a component C of its own, and is joined to its 8 neighbours by edges that
    weigh how far their colours are apart (Euclidean). Edges are taken from the lightest to the
    heaviest; one of weight w joins the two components at its ends if

        w <= min(inner(C1) + scale / size(C1), inner(C2) + scale / size(C2)),

    inner(C) being the heaviest edge that C was joined by. So what is even inside must differ by
    little to be kept apart, and what is busy inside by much. At the end, components of fewer than
    `least` pixels are joined to a neighbour, over the lightest edges first.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    scale : float
        k in the paper: the larger, the larger the segments. Not their size in pixels.
    sigma : float
        Of the Gaussian that smooths the picture first, pixels; 0 smooths nothing.
    least : int
        Pixels of the smallest segment.

    Returns
    -------
    ndarray
        (H, W) int64, the segment of every pixel, numbered from 0 in the order of reading.

    Raises
    ------
    ValueError
        If the frame is not of that kind, or an option is out of range.

    Notes
    -----
    The paper also cuts each colour channel by itself and intersects the results; like its
    authors' program, this takes the distance of colours instead. As scikit-image's ``felzenszwalb``
    does, but for ties: that one asks for ``w <``, and takes equal edges in no certain order.

    References
    ----------
    Felzenszwalb and Huttenlocher: Efficient graph-based image segmentation. IJCV 59 (2), 2004,
    algorithm 1 and equation 4.

    Examples
    --------
    >>> frame = np.array([[10, 11, 90, 91], [10, 12, 90, 90]], np.uint8)
    >>> graph_segments(frame, scale=20, sigma=0, least=1).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1]]

    Lesson 12 teaches it.
    """
    frame = check_frame(frame)
    check_segmentation(scale, sigma, least)
    return segment(sorted_edges(frame, sigma), frame.shape[:2], scale, least)


def check_segmentation(scale, sigma, least):
    """Raise a ValueError unless the options of a segmentation are in range."""
    check_number("scale", scale, 0, "the larger, the larger the segments")
    check_number("sigma", sigma, 0, "pixels")
    check_number("least", least, 1, "pixels of the smallest segment", whole=True)


def sorted_edges(pixels, sigma):
    """Smooth pixels (H, W, C) and return the edges between neighbours, lightest first."""
    pixels = ndimage.gaussian_filter(pixels.astype(np.float32), (sigma, sigma, 0))
    index = np.arange(pixels[..., 0].size).reshape(pixels.shape[:2])
    a = np.concatenate([index[ends].ravel() for ends, _ in _STEPS])
    b = np.concatenate([index[ends].ravel() for _, ends in _STEPS])
    apart = [pixels[ends] - pixels[others] for ends, others in _STEPS]
    weights = np.concatenate([np.sqrt(np.einsum("ijc,ijc->ij", d, d)).ravel() for d in apart])
    # Sorting whole numbers, weight before place, is faster than a stable argsort. The bits of a
    # float that is not negative rise with it.
    keys = (weights.view(np.uint32).astype(np.uint64) << np.uint64(32)) + np.arange(
        len(weights), dtype=np.uint64
    )
    keys.sort()
    order = (keys & np.uint64(2**32 - 1)).astype(np.int64)
    return Edges(a[order], b[order], weights[order])


def segment(edges, size, scale, least):
    """Join pixels over sorted edges; return the segments (H, W), numbered in reading order."""
    forest = list(range(size[0] * size[1]))  # a tree for each component, known by its root
    sizes, limits = [1] * len(forest), [float(scale)] * len(forest)  # inner + scale / size
    parts = [
        Edges(*(values[part] for values in edges))
        for part in np.array_split(np.arange(len(edges.weights)), _PARTS)
    ]
    for part in parts:  # nothing joins a component any more whose limit the edges have passed
        still = np.fromiter(limits, np.float64, len(limits)) >= part.weights.min(initial=np.inf)
        _grow(forest, sizes, limits, _between(part, forest, still, np.logical_and), scale)
    for part in parts:  # nothing joins two components any more that are both large enough
        small = np.fromiter(sizes, np.int64, len(sizes)) < least
        _absorb(forest, sizes, _between(part, forest, small, np.logical_or), least)
    return _in_order(_roots(forest)).reshape(size)


def _between(edges, forest, may, both):
    """Return the edges between components of which both, or one of them, may still be joined.

    To leave out the others here, by array arithmetic, saves the loops most of their rounds.
    """
    roots = _roots(forest)
    a, b = roots[edges.a], roots[edges.b]
    kept = (a != b) & both(may[a], may[b])
    return Edges(a[kept], b[kept], edges.weights[kept])


def _grow(forest, sizes, limits, edges, scale):
    """Join the components at the ends of every edge that is light enough for both."""
    for a, b, weight in zip(*map(np.ndarray.tolist, edges), strict=True):
        while forest[a] != a:  # as in _root; a call for every edge would double the time
            forest[a] = a = forest[forest[a]]
        while forest[b] != b:
            forest[b] = b = forest[forest[b]]
        if a != b and weight <= limits[a] and weight <= limits[b]:
            a = _join(forest, sizes, a, b)
            limits[a] = weight + scale / sizes[a]  # edges only grow: this one is the heaviest


def _absorb(forest, sizes, edges, least):
    """Join components at the ends of an edge as long as one of them is too small."""
    for a, b in zip(edges.a.tolist(), edges.b.tolist(), strict=True):
        a, b = _root(forest, a), _root(forest, b)
        if a != b and (sizes[a] < least or sizes[b] < least):
            _join(forest, sizes, a, b)


def _root(forest, node):
    """Follow a node to the root of its tree, and halve the way for those who come after."""
    while forest[node] != node:
        forest[node] = node = forest[forest[node]]
    return node


def _join(forest, sizes, a, b):
    """Hang the smaller of two trees into the larger, whose root is returned."""
    if sizes[a] < sizes[b]:
        a, b = b, a
    forest[b] = a
    sizes[a] += sizes[b]
    return a


def _roots(forest):
    roots = np.fromiter(forest, np.int64, len(forest))
    while (roots != roots[roots]).any():
        roots = roots[roots]
    return roots


def _in_order(labels):
    """Number labels from 0 in the order in which they first occur."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
