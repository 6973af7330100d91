"""Further steps of augmentation: nearer or farther off at the same size, and upside down."""

from __future__ import annotations

import numpy as np

from .augment import VISIBLE, clipped, moved, resized

GREY = 128  # what lies around a picture that has become smaller, as in a letterbox


def zoom(frame, truth, *, rng, factor=(0.8, 1.3), visible=VISIBLE):
    """Make everything larger or smaller and move it; the picture keeps its size.

    A larger picture is cut, at random; around a smaller one, put anywhere, there is grey.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    factor : tuple of float
        Least and most by which both sides are multiplied, above 0.
    visible : float
        Share of a box that must be left, 0 to 1.

    Returns
    -------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
        The boxes that are left.

    Raises
    ------
    ValueError
        If the factors are not above 0, or the first is above the second.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> rng, frame = np.random.default_rng(0), np.zeros((40, 60, 3), np.uint8)
    >>> frame, truth = zoom(frame, Truth([[0, 0, 60, 40]]), rng=rng, factor=(0.5, 0.5))
    >>> frame.shape, (truth.boxes[0, 2:] - truth.boxes[0, :2]).tolist()
    ((40, 60, 3), [30.0, 20.0])

    Lesson 13 uses it.
    """
    low, high = factor
    if not 0 < low <= high < np.inf:
        raise ValueError(f"factor must be (least, most) above 0. Received: {factor}")
    height, width = frame.shape[:2]
    by = rng.uniform(low, high)
    if by >= 1:
        w, h = width / by, height / by
        x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
        frame = resized(frame, (x, y, x + w, y + h), (height, width))
        boxes = (truth.boxes - np.array([x, y, x, y])) * by
    else:
        h, w = max(round(by * height), 1), max(round(by * width), 1)
        top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
        small = resized(frame, (0, 0, width, height), (h, w))
        frame = np.full_like(frame, GREY)
        frame[top : top + h, left : left + w] = small
        boxes = truth.boxes * np.array([w / width, h / height] * 2)
        boxes = boxes + np.array([left, top, left, top])
    boxes = boxes.astype(truth.boxes.dtype)
    return frame, clipped(truth, boxes, (height, width), visible)


def upend(frame, truth, *, rng, chance=0.5):
    """Mirror up and down: ``y1, y2 = H - y2, H - y1``.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    chance : float
        0 to 1; 1 always mirrors.

    Returns
    -------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
        The same number of boxes.

    Raises
    ------
    ValueError
        If the chance is not 0 to 1.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> rng = np.random.default_rng(0)
    >>> _, truth = upend(np.zeros((10, 4, 3), np.uint8), Truth([[0, 1, 4, 3]]), rng=rng, chance=1)
    >>> truth.boxes.tolist()
    [[0.0, 7.0, 4.0, 9.0]]

    Lesson 13 uses it.
    """
    if not 0 <= chance <= 1:
        raise ValueError(f"chance must be 0 to 1. Received: {chance}")
    if rng.random() >= chance:
        return frame.copy(), truth
    boxes = truth.boxes.copy()
    boxes[:, [1, 3]] = frame.shape[0] - truth.boxes[:, [3, 1]]
    return np.ascontiguousarray(frame[::-1]), moved(truth, boxes)
