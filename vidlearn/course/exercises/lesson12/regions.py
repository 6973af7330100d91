"""Growing regions along a graph, and how alike two regions are."""

import numpy as np

from vidlearn.course.exercises import Refusal


def grow_regions(count, edges, weights, k):
    """Merge along the lightest edges first, where no region minds."""
    region = np.arange(count)
    size, inside = np.ones(count), np.zeros(count)
    for e in np.argsort(weights):
        a, b = region[edges[e]]
        if a == b:
            continue
        if weights[e] <= min(inside[a] + k / size[a], inside[b] + k / size[b]):
            region[region == b] = a
            size[a] += size[b]
            inside[a] = weights[e]
    return region


def partition(result, count, edges, weights, k):
    """Number the regions in the order they appear, so that any numbers will do."""
    try:
        labels = np.asarray(result)
    except ValueError:  # lists of several lengths
        raise Refusal(
            f"Return one number for each of the {count} pixels, that of its region; "
            "not a list of pixels for each region."
        ) from None
    if labels.shape != (count,):
        raise Refusal(
            f"Return one number for each of the {count} pixels, an array of shape ({count},). "
            f"Yours has the shape {labels.shape}."
        )
    _, first, which = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which.ravel()]


def told(result, count, edges, weights, k):
    """Say of the numbers what they are, for they may not be those that the answer gave."""
    regions = partition(result, count, edges, weights, k)
    return {"regions numbered from 0, in the order they appear": regions}


def _row(values):
    """Return the edges of a row of pixels: each with the next, by their difference."""
    edges = np.stack([np.arange(len(values) - 1), np.arange(1, len(values))], axis=1)
    return len(values), edges, np.abs(np.diff(values)).astype(float)


def _grid(rng, rows, columns):
    """Return the edges of a small picture of two halves and noise, shuffled."""
    values = rng.normal(size=(rows, columns)) + 5.0 * (np.arange(columns) > columns // 2)
    number = np.arange(rows * columns).reshape(rows, columns)
    right = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    down = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    edges = rng.permutation(np.concatenate([right, down]))
    flat = values.ravel()
    return rows * columns, edges, np.abs(flat[edges[:, 0]] - flat[edges[:, 1]])


def grow_cases():
    rng = np.random.default_rng(12)
    return [
        (*_row([1, 2, 4, 9, 9.5]), 4.0),
        (*_row([7.5, 5, 5.9, 3.5, 7.4, 4.6, 3.7, 3]), 3.0),
        (*_row([5, 5.1, 5.3, 5.6, 6, 6.5, 7.1, 7.8, 8.6]), 1.5),
        (*_grid(rng, 4, 6), 3.0),
        (*_grid(rng, 7, 5), 6.0),
    ]


def _bound(inside, size, k):
    return inside + k / size


def _growing(*, order=np.argsort, limit=min, spread=_bound, after=lambda a, b, w: w):
    """Return the reference with one of its parts changed."""

    def grow(count, edges, weights, k):
        region = np.arange(count)
        size, inside = np.ones(count), np.zeros(count)
        for e in order(weights):
            a, b = region[edges[e]]
            if a == b:
                continue
            if weights[e] <= limit(spread(inside[r], size[r], k) for r in (a, b)):
                region[region == b] = a
                size[a] += size[b]
                inside[a] = after(inside[a], inside[b], weights[e])
        return region

    return grow


def _moves_one_pixel(count, edges, weights, k):
    region = np.arange(count)
    size, inside = np.ones(count), np.zeros(count)
    for e in np.argsort(weights):
        a, b = region[edges[e]]
        if a != b and weights[e] <= min(inside[a] + k / size[a], inside[b] + k / size[b]):
            region[edges[e][1]] = a
            size[a] += size[b]
            inside[a] = weights[e]
    return region


def _pixels_for_regions(count, edges, weights, k):
    region = np.arange(count)
    size, inside = np.ones(count), np.zeros(count)
    for e in np.argsort(weights):
        a, b = edges[e]
        if weights[e] <= min(inside[a] + k / size[a], inside[b] + k / size[b]):
            region[region == region[b]] = region[a]
            size[a] += size[b]
            inside[a] = weights[e]
    return region


def _one_threshold(count, edges, weights, k):
    region = np.arange(count)
    for (a, b), weight in zip(edges, weights, strict=True):
        if weight <= k:
            region[region == region[b]] = region[a]
    return region


def _returns_early(count, edges, weights, k):
    region = np.arange(count)
    a, b = edges[np.argmin(weights)]
    region[b] = a
    return region


GROW_MISTAKES = {
    "never-merged": lambda count, edges, weights, k: np.arange(count),
    "returns-early": _returns_early,
    "unsorted": _growing(order=lambda w: np.arange(len(w))),
    "max": _growing(limit=max),
    "one-threshold": _one_threshold,
    "k-not-divided": _growing(spread=lambda inside, size, k: inside + k),
    "inside-forgotten": _growing(after=lambda a, b, w: a),
    "adds-inside": _growing(after=lambda a, b, w: a + b + w),
    "times-size": _growing(spread=lambda inside, size, k: inside + k * size),
    "one-pixel-moves": _moves_one_pixel,
    "pixels-for-regions": _pixels_for_regions,
}


def size_and_fill(box_a, box_b, pixels_a, pixels_b, pixels):
    """Rate two regions: small ones first, and such that fill the box around both."""
    x1, y1 = min(box_a[0], box_b[0]), min(box_a[1], box_b[1])
    x2, y2 = max(box_a[2], box_b[2]), max(box_a[3], box_b[3])
    around = (x2 - x1) * (y2 - y1)
    size = 1 - (pixels_a + pixels_b) / pixels
    fill = 1 - (around - pixels_a - pixels_b) / pixels
    return size, fill


def size_cases():
    return [
        ((0, 0, 4, 2), (4, 0, 6, 2), 8, 4, 100),
        ((0, 0, 4, 2), (2, 1, 7, 6), 6, 18, 100),
        ((3, 1, 9, 4), (8, 0, 12, 9), 11, 30, 150),
        ((10, 20, 30, 50), (25, 5, 60, 40), 420, 700, 19200),
    ]


def _rated(*, around=True, rest=True, both=True):
    """Return the planted function with some of its three faults mended."""

    def rated(box_a, box_b, pixels_a, pixels_b, pixels):
        first, last = (min, max) if around else (max, min)
        x1, y1 = first(box_a[0], box_b[0]), first(box_a[1], box_b[1])
        x2, y2 = last(box_a[2], box_b[2]), last(box_a[3], box_b[3])
        area = (x2 - x1) * (y2 - y1)
        size = (pixels_a + pixels_b) / pixels
        holes = area - pixels_a - (pixels_b if both else 0)
        return 1 - size if rest else size, 1 - holes / pixels

    return rated


def _mixed(first, last):
    """Return the mended function with a box whose corners are both taken by `first` and `last`."""

    def rated(box_a, box_b, pixels_a, pixels_b, pixels):
        x1, y1 = first(box_a[0], box_b[0]), first(box_a[1], box_b[1])
        x2, y2 = last(box_a[2], box_b[2]), last(box_a[3], box_b[3])
        holes = (x2 - x1) * (y2 - y1) - pixels_a - pixels_b
        return 1 - (pixels_a + pixels_b) / pixels, 1 - holes / pixels

    return rated


def _second_added(box_a, box_b, pixels_a, pixels_b, pixels):
    size, fill = size_and_fill(box_a, box_b, pixels_a, pixels_b, pixels)
    return size, fill - 2 * pixels_b / pixels


def _size_without_brackets(box_a, box_b, pixels_a, pixels_b, pixels):
    fill = size_and_fill(box_a, box_b, pixels_a, pixels_b, pixels)[1]
    return 1 - pixels_a + pixels_b / pixels, fill


SIZE_MISTAKES = {
    "as-given": _rated(around=False, rest=False, both=False),
    "rest-and-both": _rated(rest=False, both=False),
    "around-and-both": _rated(around=False, both=False),
    "around-and-rest": _rated(around=False, rest=False),
    "around": _rated(around=False),
    "rest": _rated(rest=False),
    "both": _rated(both=False),
    "first-corner": _mixed(min, min),
    "last-corner": _mixed(max, max),
    "second-added": _second_added,
    "size-without-brackets": _size_without_brackets,
    "order": lambda *regions: size_and_fill(*regions)[::-1],
    "fill-of-the-box": lambda a, b, m, n, p: (
        1 - (m + n) / p,
        (m + n) / ((max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))),
    ),
}
