r"""Pooling of regions of interest: a grid of the same size from every box, whatever its size.

RoI pooling rounds every box to whole cells of the feature map; RoI align rounds nothing and
interpolates. `vidlearn.boxes.roi_naive` has both as plain loops. Lesson 12 shows what the rounding
costs; detectors use the second.

Bilinear interpolation is separable: cell k weighs ``max(0, 1 - |position - k|)`` in a row as in a
column, so that all samples of a box are two small matrix products, rows by features by columns.
"""

import numpy as np

from ._checks import as_boxes


def roi_pool(features, rois, *, size, scale=1.0):
    r"""Keep the largest feature of every bin of boxes that are rounded to whole cells.

    Parameters
    ----------
    features : ndarray
        (H, W, C) finite, the feature map of one picture.
    rois : array_like
        (R, 4) boxes xyxy, in pixels of the picture.
    size : int or (int, int)
        Bins of a box: rows and columns.
    scale : float
        Cells per pixel: 1 / 16 where the map is 16 times smaller than the picture.

    Returns
    -------
    ndarray
        (R, rows, columns, C), of the dtype of the features (float64 where those are integers);
        0 in bins that hold no cell of the map.

    Raises
    ------
    ValueError
        If a shape is wrong, a number is not finite, or an option is out of range.

    Notes
    -----
    The four rules of the reference code: ends are ``round(scale * x)``, halves away from zero; the
    last cell belongs to the box, which is so ``x2 - x1 + 1`` cells wide, 1 at least; bin j takes
    the cells from ``floor(j * width / columns)`` up to ``ceil((j + 1) * width / columns)``, so that
    neighbours may share one; what lies outside of the map is left out. The second rule makes every
    box a cell larger than its rounded ends say, and moves its centre half a cell right and down.

    References
    ----------
    Girshick: Fast R-CNN. ICCV 2015, section 2.1.

    Examples
    --------
    >>> features = np.arange(12.0).reshape(3, 4, 1)
    >>> roi_pool(features, [[0, 0, 3, 2]], size=(1, 2))[..., 0].tolist()
    [[[9.0, 11.0]]]

    Lesson 12 teaches it.
    """
    features, rois, (rows, columns) = prepare(features, rois, size, scale)
    out = np.zeros((len(rois), rows, columns, features.shape[-1]), features.dtype)
    tops, bottoms = bins(rois[:, 1], rois[:, 3], rows, len(features))  # (R, rows)
    lefts, rights = bins(rois[:, 0], rois[:, 2], columns, features.shape[1])
    for r, grid in enumerate(out):
        top, bottom, left, right = (ends[r].tolist() for ends in (tops, bottoms, lefts, rights))
        for i in range(rows):
            if top[i] < bottom[i]:
                row = features[top[i] : bottom[i], left[0] : right[-1]].max(axis=0)  # (width, C)
                for j in range(columns):
                    if left[j] < right[j]:
                        row[left[j] - left[0] : right[j] - left[0]].max(axis=0, out=grid[i, j])
    return out


def roi_align(features, rois, *, size, scale=1.0, samples=2, aligned=True):
    r"""Average interpolated features in every bin of boxes, without rounding.

    Parameters
    ----------
    features : ndarray
        (H, W, C) finite, the feature map of one picture.
    rois : array_like
        (R, 4) boxes xyxy, in pixels of the picture.
    size : int or (int, int)
        Bins of a box: rows and columns.
    scale : float
        Cells per pixel: 1 / 16 where the map is 16 times smaller than the picture.
    samples : int
        Sample points of a bin along each axis, evenly spaced.
    aligned : bool
        Whether feature k lies in the middle of its cell, at k + 0.5, as pixels do. False takes it
        to lie at k, as the first code did: every box is then half a cell too far right and down.

    Returns
    -------
    ndarray
        (R, rows, columns, C), of the dtype of the features (float64 where those are integers).

    Raises
    ------
    ValueError
        If a shape is wrong, a number is not finite, or an option is out of range.

    Notes
    -----
    At the border, as the reference code does it: a sample more than one cell outside of the first
    or the last feature counts as 0, one nearer takes the feature at the border. Boxes of the form
    before `aligned` are at least one cell wide and high.

    References
    ----------
    He et al.: Mask R-CNN. ICCV 2017, section 3. The half cell: Detectron2, 2019.

    Examples
    --------
    >>> features = np.arange(12.0).reshape(3, 4, 1)
    >>> roi_align(features, [[0, 0, 4, 2]], size=(1, 2))[..., 0].tolist()
    [[[2.5, 4.5]]]

    Lesson 12 teaches it.
    """
    features, rois, (rows, columns) = prepare(features, rois, size, scale, samples)
    height, width, channels = features.shape
    y = sample_points(rois[:, 1], rois[:, 3], rows, samples, aligned)  # (R, rows, samples)
    x = sample_points(rois[:, 0], rois[:, 2], columns, samples, aligned)
    tents_y, tents_x = (
        _tents(points, cells).astype(features.dtype) for points, cells in ((y, height), (x, width))
    )
    out = np.zeros((len(rois), rows, columns * channels), features.dtype)
    supports = zip(*_ends(tents_y), *_ends(tents_x), strict=True)
    for r, (top, bottom, left, right) in enumerate(supports):
        across = tents_x[r, :, left:right] @ features[top:bottom, left:right]  # (h, columns, C)
        np.matmul(
            tents_y[r, :, top:bottom], across.reshape(bottom - top, columns * channels), out=out[r]
        )
    return out.reshape(len(rois), rows, columns, channels)


def prepare(features, rois, size, scale, samples=1):
    """Check the arguments; return features, rois in cells (R, 4) float64, and rows and columns."""
    features, rois = np.asarray(features), as_boxes("rois", rois).astype(np.float64)
    if features.ndim != 3 or 0 in features.shape[:2]:
        raise ValueError(
            "features must be (H, W, C), the map of one picture, without a batch axis. "
            f"Received shape {features.shape}"
        )
    if not np.issubdtype(features.dtype, np.floating):
        features = features.astype(np.float64)
    for name, array in (("features", features), ("scale", scale)):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite. Received NaN or infinity")
    if scale <= 0:
        raise ValueError(f"scale must be above 0, cells per pixel. Received: {scale!r}")
    sizes = (size, size) if np.ndim(size) == 0 else tuple(size)
    whole = all(isinstance(n, int | np.integer) and n > 0 for n in (*sizes, samples))
    if len(sizes) != 2 or not whole:
        raise ValueError(
            "size must be a whole number above 0 or a pair (rows, columns), and so must samples. "
            f"Received: size={size!r}, samples={samples!r}"
        )
    return features, rois * scale, sizes


def bins(starts, ends, count, cells):
    """Return the first cell of every bin along one axis, and the one after its last: (R, count)."""
    starts, ends = (np.copysign(np.floor(np.abs(x) + 0.5), x) for x in (starts, ends))
    step = np.maximum(ends - starts + 1, 1)[:, None] / count
    first = starts[:, None] + np.floor(np.arange(count) * step)
    after = starts[:, None] + np.ceil(np.arange(1, count + 1) * step)
    return tuple(np.clip(edges, 0, cells).astype(int) for edges in (first, after))


def sample_points(starts, ends, count, samples, aligned):
    """Return where along one axis to look, in cells from the first feature: (R, count, samples)."""
    lengths = ends - starts if aligned else np.maximum(ends - starts, 1)
    steps = (np.arange(count)[:, None] + (np.arange(samples) + 0.5) / samples) / count
    return starts[:, None, None] - 0.5 * aligned + lengths[:, None, None] * steps


def _tents(points, cells):
    """Return the mean weight of every cell in the samples of every bin: (R, count, cells)."""
    inside = (points >= -1) & (points <= cells)
    points = np.clip(points, 0, cells - 1)[..., None]
    weights = np.maximum(0, 1 - np.abs(points - np.arange(cells))) * inside[..., None]
    return weights.mean(axis=2)


def _ends(tents):
    """Return the first cell that weighs anything in each box, and the one after the last."""
    weighs = tents.any(axis=1)  # (R, cells)
    some = weighs.any(axis=1)
    first = np.where(some, weighs.argmax(axis=1), 0)
    after = np.where(some, weighs.shape[1] - weighs[:, ::-1].argmax(axis=1), 1)
    return first.tolist(), after.tolist()
