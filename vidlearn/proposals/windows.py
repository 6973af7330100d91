"""Sliding windows: look everywhere, in every size."""

from collections.abc import Iterable
from itertools import product

import numpy as np

from ._checks import check_number


def sliding_windows(size, *, sides, ratios=(1,), stride):
    """List the windows of given sizes and shapes that lie on a grid and wholly in the picture.

    Parameters
    ----------
    size : (int, int)
        Height and width of the picture.
    sides : sequence of float
        Pixels; a window has the area ``side ** 2``.
    ratios : sequence of float
        Height over width.
    stride : int
        Pixels from one window to the next, right and down.

    Returns
    -------
    ndarray
        (N, 4) float32 xyxy, whole pixels; ordered by side, ratio, row, column.

    Raises
    ------
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> sliding_windows((4, 6), sides=[4], stride=2).tolist()
    [[0.0, 0.0, 4.0, 4.0], [2.0, 0.0, 6.0, 4.0]]
    >>> len(sliding_windows((320, 480), sides=[64, 128], ratios=[0.5, 1, 2], stride=16))
    2138

    Lesson 12 teaches it.
    """
    check_number("stride", stride, 1, "pixels", whole=True)
    sides, ratios, size = (
        tuple(values) if isinstance(values, Iterable) else (values,)
        for values in (sides, ratios, size)
    )
    if len(size) != 2:
        raise ValueError(f"size must be (height, width). Received: {size!r}")
    for name, values in (("sides", sides), ("ratios", ratios), ("size", size)):
        for value in values:
            check_number(name, value, 0, "one for each entry")
            if not value:
                raise ValueError(f"{name} must be above 0. Received: {values!r}")
    found = [np.zeros((0, 4))]
    for side, ratio in product(sides, ratios):
        height, width = (max(round(side * ratio**power), 1) for power in (0.5, -0.5))
        top = np.arange(0, size[0] - height + 1, stride)[:, None, None]  # (rows, 1, 1)
        left = np.arange(0, size[1] - width + 1, stride)[:, None]  # (columns, 1)
        parts = np.broadcast_arrays(left, top, left + width, top + height)
        found.append(np.concatenate(parts, axis=-1).reshape(-1, 4))
    return np.concatenate(found).astype(np.float32)
