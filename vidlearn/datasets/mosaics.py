"""Four pictures in one."""

from __future__ import annotations

import numpy as np

from vidlearn.boxes import Truth

from .augment import VISIBLE, _frame, clipped, resized


def mosaic(frame, truth, *, rng, others, size=None, centre=(0.3, 0.7), visible=VISIBLE):
    """Put four pictures round a point, each filling its corner.

    A picture keeps its height / width: it is made just large enough to fill the corner, and what
    sticks out, on one axis, is cut off at random. So things come in other sizes and other company
    than they were taken in.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8; it comes to the top left.
    truth : Truth
    rng : numpy.random.Generator
    others : sequence of (frame, truth), or callable
        Three or more, of which three are drawn; or a function of ``rng`` that returns one pair.
    size : tuple of int, optional
        (height, width) of the result, at least 2. Default: that of the frame.
    centre : tuple of float
        Least and most of the point, as a share of height and width, 0 to 1.
    visible : float
        Share of a box that must be left, 0 to 1.

    Returns
    -------
    frame : ndarray
        (height, width, 3) uint8.
    truth : Truth
        The boxes of all four that are left.

    References
    ----------
    Bochkovskiy, Wang, Liao, "YOLOv4: optimal speed and accuracy of object detection", 2020, 3.3.
    There the pictures meet at the point with their corners, and grey may be left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> picture = np.zeros((40, 60, 3), np.uint8), Truth([[20, 10, 40, 30]])
    >>> frame, truth = mosaic(*picture, rng=rng, others=[picture] * 3, centre=(0.5, 0.5))
    >>> frame.shape, truth.boxes[0].tolist()
    ((40, 60, 3), [10.0, 5.0, 20.0, 15.0])

    Lesson 11 teaches it.
    """
    low, high = centre
    if not 0 <= low <= high <= 1:
        raise ValueError(f"centre must be (least, most) within 0 to 1. Received: {centre}")
    height, width = size = _frame(frame).shape[:2] if size is None else tuple(size)
    if min(size) < 2:
        raise ValueError(f"size must be (height, width), at least 2 each. Received: {size}")
    pictures = [(frame, truth), *_three(others, rng)]
    x, y = (int(np.clip(round(rng.uniform(low, high) * s), 1, s - 1)) for s in (width, height))
    corners = [(0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)]
    made, truths = np.empty((height, width, 3), np.uint8), []
    for (picture, boxes), corner in zip(pictures, corners, strict=True):
        x1, y1, x2, y2 = corner
        made[y1:y2, x1:x2], within = _filling(picture, boxes, (y2 - y1, x2 - x1), rng, visible)
        truths.append((within, np.array([x1, y1, x1, y1])))
    return made, _joined(truths)


def _three(others, rng):
    if callable(others):
        return [others(rng) for _ in range(3)]
    if len(others) < 3:
        raise ValueError(f"others must hold at least 3 pictures. Received: {len(others)}")
    return [others[k] for k in rng.choice(len(others), 3, replace=False)]


def _filling(frame, truth, size, rng, visible):
    """A picture that fills (h, w), and its boxes in it."""
    frame = _frame(frame)
    h, w = size
    by = max(h / frame.shape[0], w / frame.shape[1])
    left = rng.uniform(0, 1) * max(frame.shape[1] - w / by, 0)
    top = rng.uniform(0, 1) * max(frame.shape[0] - h / by, 0)
    right, bottom = min(left + w / by, frame.shape[1]), min(top + h / by, frame.shape[0])
    boxes = ((truth.boxes - [left, top, left, top]) * by).astype(truth.boxes.dtype)
    within = clipped(truth, boxes, size, visible)
    if within.areas is not None:
        within = Truth(
            *(within.boxes, within.labels, within.difficult, within.crowd, within.areas * by**2)
        )
    return resized(frame, (left, top, right, bottom), size), within


def _joined(truths):
    """One truth of several, each moved; areas where all of them tell theirs, or have no boxes."""
    boxes = [(truth.boxes + offset).astype(truth.boxes.dtype) for truth, offset in truths]
    truths = [truth for truth, _ in truths]
    areas = None
    if any(truth.areas is not None for truth in truths):  # the others' are those of their boxes
        areas = np.concatenate([_areas(truth) for truth in truths])
    columns = [
        np.concatenate([getattr(truth, name) for truth in truths])
        for name in ("labels", "difficult", "crowd")
    ]
    return Truth(np.concatenate(boxes), *columns, areas)


def _areas(truth):
    if truth.areas is not None:
        return truth.areas
    return (truth.boxes[:, 2:] - truth.boxes[:, :2]).prod(axis=1)
