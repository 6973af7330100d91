"""Merge the two neighbours that are most alike, and again, until one region is left."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from ._checks import check_names, check_number, check_segments
from .colours import to_space
from .regions import count_colours, count_slopes, neighbours, region_boxes, slopes

SIMILARITIES = ("colour", "texture", "size", "fill")


@dataclass(frozen=True, eq=False)
class Merging:
    """How segments merged, step by step: what `merge_regions` returns.

    Regions 0..K-1 are the segments; merge m makes region K + m.

    Attributes
    ----------
    segments : ndarray
        (H, W) int64, the segment of every pixel, 0..K-1.
    boxes : ndarray
        (K + M, 4) float32 xyxy of every region.
    sizes : ndarray
        (K + M,) int64, pixels of every region.
    merges : ndarray
        (M, 2) int64, the two regions that merged, the lower number first.
    similarities : ndarray
        (M,) float64, how alike the two were: the sum of `parts`.
    parts : ndarray
        (M, len(names)) float64, the single similarities, each 0 to 1.
    names : tuple of str
        What the parts are.

    Examples
    --------
    >>> frame = np.array([[10, 10, 90, 200, 200, 203]], np.uint8)
    >>> merging = merge_regions(frame, [[0, 0, 1, 2, 2, 3]], similarities=("colour", "size"))
    >>> merging.merges.tolist()
    [[2, 3], [0, 1], [4, 5]]
    >>> merging.after(2).tolist()
    [[5, 5, 5, 4, 4, 4]]

    Lesson 12 teaches it.
    """

    segments: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray
    merges: np.ndarray
    similarities: np.ndarray
    parts: np.ndarray
    names: tuple

    def __len__(self):
        return len(self.merges)

    def __repr__(self):
        return f"Merging({len(self.sizes) - len(self)} segments, {len(self)} merges)"

    def after(self, count):
        """Return the region of every pixel after so many merges.

        Parameters
        ----------
        count : int
            0 (the segments) to M (one region).

        Returns
        -------
        ndarray
            (H, W) int64.

        Raises
        ------
        ValueError
            If there are fewer merges.
        """
        check_number("count", count, 0, "merges", whole=True)
        if count > len(self):
            raise ValueError(f"count must be at most {len(self)}, all merges. Received: {count}")
        first = len(self.sizes) - len(self)
        region = np.arange(len(self.sizes))
        for m in reversed(range(count)):  # the last first, so that every region is told its end
            region[self.merges[m]] = region[first + m]
        return region[self.segments]


def merge_regions(frame, segments, *, similarities=SIMILARITIES, space="rgb"):
    r"""Merge the two neighbours that are most alike, and again, until one region is left.

    Two regions a and b are as alike as the sum of the similarities that are asked for, each from
    0 to 1:

    - "colour": ``sum(min(colours(a), colours(b)))`` over the bins of `colour_histograms`;
    - "texture": the same over `texture_histograms`;
    - "size": ``1 - (size(a) + size(b)) / size(frame)``, so that small ones merge early;
    - "fill": ``1 - (size(box(a, b)) - size(a) - size(b)) / size(frame)``, box(a, b) holding both,
      so that what fits together merges.

    Nothing is counted again after a merge: sizes add up, and a histogram of the two together is
    ``(size(a) * h(a) + size(b) * h(b)) / (size(a) + size(b))``.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) RGB or (H, W) grey, uint8.
    segments : array_like
        (H, W) whole numbers 0..K-1, all of them used: those of `graph_segments`.
    similarities : str or sequence of str
        Some of "colour", "texture", "size" and "fill".
    space : str
        Where colour and texture are counted: "rgb", "grey", "hsv" or "lab".

    Returns
    -------
    Merging
        Every region and every merge, in order. Of pairs equally alike the one of the lower region
        merges first.

    Raises
    ------
    ValueError
        If an argument is not of that kind, or frame and segments differ in size.

    References
    ----------
    Uijlings et al.: Selective search for object recognition. IJCV 104 (2), 2013, algorithm 1 and
    equations 1 to 6.

    Examples
    --------
    >>> frame = np.array([[10, 10, 90, 200, 200, 203]], np.uint8)
    >>> merging = merge_regions(frame, [[0, 0, 1, 2, 2, 3]], similarities="size")
    >>> merging.merges.tolist(), merging.similarities.round(2).tolist()
    ([[0, 1], [2, 3], [4, 5]], [0.5, 0.5, 0.0])

    Lesson 12 teaches it.
    """
    pixels = to_space(frame, space)
    names = check_names("similarities", similarities, SIMILARITIES)
    segments = check_segments(segments, pixels.shape[:2])
    histograms = {}
    if "colour" in names:
        histograms["colour"] = count_colours(pixels, segments)
    if "texture" in names:
        histograms["texture"] = count_slopes(slopes(pixels), segments)
    return merge(segments, neighbours(segments), histograms, names)


def merge(segments, pairs, histograms, names):
    """Merge segments whose histograms, by name, are at hand; return the `Merging`."""
    regions = _Regions(segments, histograms, names)
    first, count = regions.count, 2 * regions.count - 1
    near = [set() for _ in range(count)]
    for a, b in pairs.tolist():
        near[a].add(b)
        near[b].add(a)
    blocks = np.array_split(pairs, len(pairs) // 4096 + 1)  # of bounded size: 240 bins a pair
    parts = np.concatenate([regions.parts(*block.T) for block in blocks])
    queue = [
        (-alike, a, b, part)
        for alike, (a, b), part in zip(
            parts.sum(axis=1).tolist(), pairs.tolist(), parts, strict=True
        )
    ]
    heapify(queue)
    merges, chosen, gone = [], [], set()
    while queue:
        _, a, b, part = heappop(queue)
        if a in gone or b in gone:
            continue
        new = first + len(merges)
        merges.append((a, b))
        chosen.append(part)
        gone |= {a, b}
        regions.join(a, b, new)
        around = near[new] = (near[a] | near[b]) - {a, b}
        others = sorted(around)
        for other in others:
            near[other] -= {a, b}
            near[other].add(new)
        parts = regions.parts(others, new)
        for other, alike, part in zip(others, parts.sum(axis=1).tolist(), parts, strict=True):
            heappush(queue, (-alike, other, new, part))
    parts = np.array(chosen).reshape(-1, len(names))
    merges = np.array(merges, np.int64).reshape(-1, 2)
    return Merging(
        segments, regions.boxes, regions.sizes, merges, parts.sum(axis=1), parts, tuple(names)
    )


class _Regions:
    """What the similarities ask of the regions; there is room for those that merging makes."""

    def __init__(self, segments, histograms, names):
        sizes = np.bincount(segments.ravel())
        self.count, self.pixels, self.names = len(sizes), segments.size, names
        room = len(sizes) - 1
        self.sizes = np.pad(sizes, (0, room))
        self.boxes = np.pad(region_boxes(segments), ((0, room), (0, 0)))
        self.histograms = {k: np.pad(h, ((0, room), (0, 0))) for k, h in histograms.items()}

    def join(self, a, b, new):
        """Tell of the new region what follows from the two that it is made of."""
        sizes = self.sizes[[a, b]]
        self.sizes[new] = sizes.sum()
        self.boxes[new] = _around(self.boxes[a], self.boxes[b])
        for h in self.histograms.values():
            h[new] = sizes @ h[[a, b]] / sizes.sum()

    def parts(self, a, b):
        """Return how alike regions a are to regions b (or the one b): (N, len(names))."""
        return np.stack([getattr(self, f"_{name}")(a, b) for name in self.names], axis=1)

    def _colour(self, a, b):
        h = self.histograms["colour"]
        return np.minimum(h[a], h[b]).sum(axis=1)

    def _texture(self, a, b):
        h = self.histograms["texture"]
        return np.minimum(h[a], h[b]).sum(axis=1)

    def _size(self, a, b):
        return 1 - (self.sizes[a] + self.sizes[b]) / self.pixels

    def _fill(self, a, b):
        x1, y1, x2, y2 = np.moveaxis(_around(self.boxes[a], self.boxes[b]), -1, 0)
        area = (x2 - x1).astype(np.float64) * (y2 - y1)
        return 1 - (area - self.sizes[a] - self.sizes[b]) / self.pixels


def _around(a, b):
    """Return the boxes that hold both a and b, each (..., 4)."""
    return np.concatenate(
        [np.minimum(a[..., :2], b[..., :2]), np.maximum(a[..., 2:], b[..., 2:])], axis=-1
    )
