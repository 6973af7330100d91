"""Numbers of a feature map, read between its cells."""

import numpy as np


def roi_align(x, roi, rows, columns):
    """Read the map at the middle of each bin, between its four nearest cells."""
    x1, y1, x2, y2 = roi
    out = np.zeros((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            v = y1 + (i + 0.5) * (y2 - y1) / rows - 0.5  # cell 0 has its middle at 0.5
            u = x1 + (j + 0.5) * (x2 - x1) / columns - 0.5
            top, left = int(np.floor(v)), int(np.floor(u))
            b, a = v - top, u - left
            out[i, j] = (
                (1 - b) * (1 - a) * x[top, left]
                + (1 - b) * a * x[top, left + 1]
                + b * (1 - a) * x[top + 1, left]
                + b * a * x[top + 1, left + 1]
            )
    return out


def align_cases():
    rng = np.random.default_rng(5)
    ramp = np.arange(6.0) + 10 * np.arange(5.0)[:, None]  # row i, column j: 10 i + j
    return [
        (ramp[..., None], (1.0, 1.0, 3.0, 3.0), 2, 2),
        (ramp[..., None], (1.25, 1.5, 4.25, 3.5), 2, 3),
        (ramp[..., None], (1.0, 1.0, 5.0, 4.0), 2, 2),  # bins that are no cells
        (rng.normal(size=(7, 9, 2)), (2.0, 1.0, 7.0, 5.0), 2, 2),
        (rng.normal(size=(8, 6, 3)), (1.3, 2.6, 4.9, 6.8), 3, 2),
        (rng.normal(size=(9, 8, 4)), (2.7, 1.2, 6.1, 7.9), 4, 5),
    ]


def _read(x, u, v):
    """Read a map at column u and row v, counted in cells."""
    top = min(max(int(np.floor(v)), 0), len(x) - 2)
    left = min(max(int(np.floor(u)), 0), x.shape[1] - 2)
    b, a = v - top, u - left
    upper = (1 - a) * x[top, left] + a * x[top, left + 1]
    lower = (1 - a) * x[top + 1, left] + a * x[top + 1, left + 1]
    return (1 - b) * upper + b * lower


def _reading(*, half=(0.5, 0.5), middle=0.5, read=_read, snap=lambda roi: roi, ends=False):
    """Return the reference with one of its parts changed."""

    def align(x, roi, rows, columns):
        x1, y1, x2, y2 = snap(np.asarray(roi, float))
        steps = (np.arange(count) + middle for count in (rows, columns))
        v, u = (
            start + step * (end - start) / count
            for start, end, step, count in zip(
                (y1, x1), (y2, x2), steps, (rows, columns), strict=True
            )
        )
        if ends:
            v, u = np.linspace(y1, y2, rows), np.linspace(x1, x2, columns)
        return np.array([[read(x, b - half[0], a - half[1]) for b in u] for a in v])

    return align


def _nearest(x, u, v):
    return x[min(max(round(v), 0), len(x) - 1), min(max(round(u), 0), x.shape[1] - 1)]


def _floor(x, u, v):
    return x[max(int(np.floor(v)), 0), max(int(np.floor(u)), 0)]


def _weights_swapped(x, u, v):
    top, left = int(np.floor(v)), int(np.floor(u))
    return _read(x, left + 1 - (u - left), top + 1 - (v - top))


def _mean_of_four(x, u, v):
    top, left = int(np.floor(v)), int(np.floor(u))
    return x[top : top + 2, left : left + 2].mean(axis=(0, 1))


def _between(x, u, v, top, left, *, turned=False):
    """Read between four neighbours, whatever they are; `turned` takes two for each other."""
    rows, columns = (
        np.clip([n, n + 1], 0, size - 1) for n, size in ((top, len(x)), (left, x.shape[1]))
    )
    four = x[np.ix_(rows, columns)]
    b, a = v - top, u - left
    return np.einsum("i,j,ijc->c", [1 - b, b], [1 - a, a], four.swapaxes(0, 1) if turned else four)


def _rounded_neighbours(x, u, v):
    return _between(x, u, v, round(v), round(u))


def _neighbours_swapped(x, u, v):
    return _between(x, u, v, int(np.floor(v)), int(np.floor(u)), turned=True)


def _counts_swapped(x, roi, rows, columns):
    """Divide the height by the columns, and the width by the rows."""
    x1, y1, x2, y2 = roi
    return _reading()(
        x,
        (x1, y1, x1 + (x2 - x1) * columns / rows, y1 + (y2 - y1) * rows / columns),
        rows,
        columns,
    )


def _max_of_bin(x, roi, rows, columns):
    x1, y1, x2, y2 = (round(side) for side in roi)
    v, u = np.linspace(y1, y2, rows + 1), np.linspace(x1, x2, columns + 1)
    bins = [
        [
            x[int(v[i]) : int(np.ceil(v[i + 1])), int(u[j]) : int(np.ceil(u[j + 1]))]
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    return np.array([[part.max(axis=(0, 1)) for part in row] for row in bins])


ALIGN_MISTAKES = {
    "half-forgotten": _reading(half=(0.0, 0.0)),
    "half-in-x-only": _reading(half=(0.5, 0.0)),
    "half-in-y-only": _reading(half=(0.0, 0.5)),
    "half-added": _reading(half=(-0.5, -0.5)),
    "both-halves-forgotten": _reading(half=(0.0, 0.0), middle=0.0),
    "roi-rounded": _reading(snap=np.round),
    "roi-cut": _reading(snap=np.floor),
    "rounded-and-half": _reading(snap=np.round, half=(0.0, 0.0)),
    "bins-of-one-cell": lambda x, roi, rows, columns: _reading()(
        x, (roi[0], roi[1], roi[0] + columns, roi[1] + rows), rows, columns
    ),
    "counts-swapped": _counts_swapped,
    "start-forgotten": lambda x, roi, rows, columns: _reading()(
        x, (0.0, 0.0, roi[2] - roi[0], roi[3] - roi[1]), rows, columns
    ),
    "rounded-neighbours": _reading(read=_rounded_neighbours),
    "neighbours-swapped": _reading(read=_neighbours_swapped),
    "nearest": _reading(read=_nearest),
    "cell-above": _reading(read=_floor),
    "corner-of-the-bin": _reading(middle=0.0),
    "from-end-to-end": _reading(ends=True),
    "weights-swapped": _reading(read=_weights_swapped),
    "mean-of-four": _reading(read=_mean_of_four),
    "x-and-y-swapped": lambda x, roi, rows, columns: _reading()(
        x, np.asarray(roi)[[1, 0, 3, 2]], rows, columns
    ),
    "xywh": lambda x, roi, rows, columns: _reading()(
        x, (roi[0], roi[1], roi[0] + roi[2], roi[1] + roi[3]), rows, columns
    ),
    "transposed": lambda x, roi, rows, columns: roi_align(x, roi, rows, columns).swapaxes(0, 1),
    "pooled": _max_of_bin,
}
