"""From one form of a box to another."""

import numpy as np


def box_of_mask(mask):
    """Return the smallest box that holds every pixel of a mask.

    Parameters
    ----------
    mask : ndarray
        (H, W) bool.

    Returns
    -------
    ndarray
        (4,) float32 xyxy. The end is half-open, as in slices: ``mask[y1:y2, x1:x2]`` is the box.

    Raises
    ------
    ValueError
        If the mask is empty, which has no box.

    Examples
    --------
    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> box_of_mask(mask).tolist()
    [2.0, 1.0, 5.0, 3.0]

    Lesson 00 teaches it.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise ValueError("mask must hold at least one pixel. Received: none; test mask.any() first")
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
