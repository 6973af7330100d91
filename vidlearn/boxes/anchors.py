"""Anchors: boxes of a few sizes and shapes around every cell of a feature map."""

import numpy as np

from ._checks import check_count, floating


def anchors(shape, stride, *, sizes, ratios):
    """Lay boxes of every size and ratio around the centre of every cell.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the feature map.
    stride : int or (int, int)
        Pixels of the picture per cell, down and across.
    sizes : sequence of float
        Sides of the squares in pixels; a box of another ratio has the same area.
    ratios : sequence of float
        Height / width.

    Returns
    -------
    ndarray
        (rows * columns * A, 4) float64 xyxy, A = sizes * ratios: row by row, cell by cell, size by
        size, ratio by ratio, so that ``reshape(rows, columns, A, 4)`` finds its place. The centre
        of cell i lies at ``(i + 0.5) * stride``. Those at the border reach beyond the picture.

    Raises
    ------
    ValueError
        If the shape or the stride is not made of whole numbers (0 and 1 or more), or a size or a
        ratio is not a finite number above 0.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.1.1.

    Examples
    --------
    >>> anchors((1, 2), 8, sizes=[8], ratios=[1, 4]).tolist()  # doctest: +NORMALIZE_WHITESPACE
    [[0.0, 0.0, 8.0, 8.0], [2.0, -4.0, 6.0, 12.0],
     [8.0, 0.0, 16.0, 8.0], [10.0, -4.0, 14.0, 12.0]]

    Lesson 11 teaches it.
    """
    rows, columns = _pair("shape", shape, least=0)
    down, across = _pair("stride", (stride, stride) if np.ndim(stride) == 0 else stride, least=1)
    sizes, roots = _positive("sizes", sizes), np.sqrt(_positive("ratios", ratios))
    heights = np.outer(sizes, roots).ravel()  # (A,)
    widths = np.outer(sizes, 1 / roots).ravel()
    own = np.stack([-widths, -heights, widths, heights], axis=1) / 2  # (A, 4) around 0, 0
    y, x = np.mgrid[:rows, :columns] + 0.5
    centres = np.stack([x * across, y * down] * 2, axis=-1)  # (rows, columns, 4)
    return (centres[:, :, None] + own).reshape(-1, 4)


def _pair(name, pair, least):
    if np.shape(pair) != (2,):
        raise ValueError(f"{name} must be two whole numbers, down and across. Received: {pair!r}")
    for count in pair:
        check_count(name, count, least)
    return pair


def _positive(name, values):
    values = floating(values)
    if values.ndim != 1 or not len(values) or not ((values > 0) & (values < np.inf)).all():
        raise ValueError(
            f"{name} must be a list of finite numbers above 0. Received: {values.tolist()}"
        )
    return values.astype(np.float64)
