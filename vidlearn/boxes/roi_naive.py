"""RoI pooling and RoI align as plain loops: the lesson, and the measure of the fast forms."""

from math import ceil, floor

import numpy as np

from .roi import prepare


def roi_pool_naive(features, rois, *, size, scale=1.0):
    """Pool boxes that are rounded to whole cells: ``out[r, i, j] = max(bin)``.

    Parameters and result are those of `vidlearn.boxes.roi_pool`.

    Examples
    --------
    >>> features = np.arange(12.0).reshape(3, 4, 1)
    >>> roi_pool_naive(features, [[0, 0, 3, 2]], size=(1, 2))[..., 0].tolist()
    [[[9.0, 11.0]]]

    Lesson 12 teaches it.
    """
    features, rois, (rows, columns) = prepare(features, rois, size, scale)
    out = np.zeros((len(rois), rows, columns, features.shape[-1]), features.dtype)
    for r, roi in enumerate(rois):
        x1, y1, x2, y2 = (_round(end) for end in roi)
        height, width = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)  # the last cell belongs to it
        for i, j in np.ndindex(rows, columns):
            top, bottom = y1 + floor(i * (height / rows)), y1 + ceil((i + 1) * (height / rows))
            left, right = x1 + floor(j * (width / columns)), x1 + ceil((j + 1) * (width / columns))
            cells = features[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
            if cells.size:
                out[r, i, j] = cells.max(axis=(0, 1))
    return out


def roi_align_naive(features, rois, *, size, scale=1.0, samples=2, aligned=True):
    """Average interpolated features in boxes that nobody rounds: ``out[r, i, j] = mean(samples)``.

    Parameters and result are those of `vidlearn.boxes.roi_align`.

    Examples
    --------
    >>> features = np.arange(12.0).reshape(3, 4, 1)
    >>> roi_align_naive(features, [[0, 0, 4, 2]], size=(1, 2))[..., 0].tolist()
    [[[2.5, 4.5]]]

    Lesson 12 teaches it.
    """
    features, rois, (rows, columns) = prepare(features, rois, size, scale, samples)
    out = np.zeros((len(rois), rows, columns, features.shape[-1]), features.dtype)
    for r, (x1, y1, x2, y2) in enumerate(rois):
        height, width = y2 - y1, x2 - x1
        if aligned:  # feature 0 lies in the middle of cell 0
            x1, y1 = x1 - 0.5, y1 - 0.5
        else:
            height, width = max(height, 1), max(width, 1)
        for i, j in np.ndindex(rows, columns):
            for k, m in np.ndindex(samples, samples):
                y = y1 + (i + (k + 0.5) / samples) * height / rows
                x = x1 + (j + (m + 0.5) / samples) * width / columns
                out[r, i, j] += _interpolate(features, y, x) / samples**2
    return out


def _round(end):
    """Round to the nearest whole number, halves away from zero, as C does."""
    return floor(end + 0.5) if end >= 0 else ceil(end - 0.5)


def _interpolate(features, y, x):
    """Weigh the four features around (y, x) by their nearness in both directions: (C,)."""
    height, width, channels = features.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return np.zeros(channels)
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, across = y - top, x - left  # 0 to 1
    upper = (1 - across) * features[top, left] + across * features[top, right]
    lower = (1 - across) * features[bottom, left] + across * features[bottom, right]
    return (1 - down) * upper + down * lower
