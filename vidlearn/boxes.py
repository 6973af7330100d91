"""Boxes: (N, 4) ``x1, y1, x2, y2`` in pixels, x right, y down, edges between the pixels."""

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


def iou(a, b):
    """Measure how well boxes agree: intersection over union, for each pair.

    Parameters
    ----------
    a : array_like
        (N, 4) boxes xyxy.
    b : array_like
        (M, 4) boxes xyxy.

    Returns
    -------
    ndarray
        (N, M) float32, 0 (apart) to 1 (equal); 0 where both boxes are without area.

    Examples
    --------
    >>> iou([[0, 0, 4, 2]], [[2, 0, 6, 2], [0, 0, 4, 2], [9, 9, 10, 10]]).round(3).tolist()
    [[0.3330000042915344, 1.0, 0.0]]

    Lessons 00 and 11 use it.
    """
    a = np.asarray(a, np.float32).reshape(-1, 1, 4)
    b = np.asarray(b, np.float32).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])  # (N, M, 2)
    inside = np.prod(np.clip(sides, 0, None), axis=-1)
    union = np.prod(a[..., 2:] - a[..., :2], axis=-1) + np.prod(b[..., 2:] - b[..., :2], axis=-1)
    union = union - inside
    return np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
