"""Change pictures for training, and their boxes with them.

Every step is ``step(frame, truth, *, rng, ...) -> (frame, truth)``, for a uint8 RGB picture and a
`Truth`; it leaves what it is given as it is. Edges lie between pixels, so a picture of width W
goes from x = 0 to x = W, and what moves the pixels moves the boxes by the same rule, without a
half pixel lost.

What is left of a box at the picture's edge: it is clipped, and kept where at least the share
``visible`` of its area is still in the picture and it is at least one pixel wide and high. A
crowd is kept while anything of that size is seen of it, for it says where not to count. Areas
shrink by the same share as their boxes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from vidlearn.boxes import Truth

VISIBLE = 0.3  # the share of a box that must be left of it
LEAST = 1.0  # pixel that must be left of each side
GREY = np.array([0.299, 0.587, 0.114])  # of R, G, B (ITU-R BT.601)
YIQ = np.array([GREY, [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


class Augment:
    """Steps one after another, with random numbers of their own.

    Parameters
    ----------
    steps : sequence of callable
        Steps of this module; ``functools.partial`` sets their options.
    seed : int
        The same seed gives the same series of pictures.

    Examples
    --------
    >>> from functools import partial
    >>> augment = Augment([flip, partial(crop, area=(0.5, 1.0)), colour], seed=3)
    >>> frame, truth = augment(np.zeros((40, 60, 3), np.uint8), Truth([[10, 5, 30, 20]]))
    >>> frame.dtype, len(truth)
    (dtype('uint8'), 1)

    Lesson 11 teaches it.
    """

    def __init__(self, steps, *, seed=0):
        self.steps: tuple[Callable, ...] = tuple(steps)
        wrong = [step for step in self.steps if not callable(step)]
        if wrong:
            raise ValueError(f"steps must be functions, such as flip. Received: {wrong[0]!r}")
        self.seed, self.calls = seed, 0

    def __call__(self, frame, truth, *, draw=None):
        """Change one picture.

        Parameters
        ----------
        frame : ndarray
            (H, W, 3) uint8.
        truth : Truth
        draw : int or tuple of int, optional
            Which random numbers, such as (epoch, picture): the same whatever came before. Default:
            the next ones.

        Returns
        -------
        frame, truth
        """
        if draw is None:
            draw, self.calls = self.calls, self.calls + 1
        rng = np.random.default_rng([self.seed, *np.atleast_1d(draw)])
        for step in self.steps:
            frame, truth = step(frame, truth, rng=rng)
        return frame, truth


def flip(frame, truth, *, rng, chance=0.5):
    """Mirror left and right: ``x1, x2 = W - x2, W - x1``.

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

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> _, truth = flip(np.zeros((4, 10, 3), np.uint8), Truth([[1, 0, 3, 4]]), rng=rng, chance=1)
    >>> truth.boxes.tolist()
    [[7.0, 0.0, 9.0, 4.0]]

    Lesson 11 teaches it.
    """
    frame = _frame(frame)
    if not 0 <= chance <= 1:
        raise ValueError(f"chance must be 0 to 1. Received: {chance}")
    if rng.random() >= chance:
        return frame.copy(), truth
    boxes = truth.boxes.copy()
    boxes[:, [0, 2]] = frame.shape[1] - truth.boxes[:, [2, 0]]
    return np.ascontiguousarray(frame[:, ::-1]), moved(truth, boxes)


def crop(frame, truth, *, rng, area=(0.3, 1.0), ratio=(0.75, 4 / 3), visible=VISIBLE):
    """Cut out a part of the picture, on whole pixels.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    area : tuple of float
        Least and most share of the picture's area, above 0 to 1.
    ratio : tuple of float
        Least and most of the part's height / width, as a multiple of the picture's own.
    visible : float
        Share of a box that must be left, 0 to 1.

    Returns
    -------
    frame : ndarray
        (h, w, 3) uint8.
    truth : Truth
        The boxes that are left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame, truth = crop(np.zeros((40, 60, 3), np.uint8), Truth([[0, 0, 60, 40]]), rng=rng,
    ...                     area=(0.5, 0.5), ratio=(1, 1))
    >>> frame.shape, truth.boxes.tolist()
    ((28, 42, 3), [[0.0, 0.0, 42.0, 28.0]])

    Lesson 11 teaches it.
    """
    frame = _frame(frame)
    height, width = frame.shape[:2]
    share = rng.uniform(*_between("area", area, 0, 1))
    stretch = np.exp(rng.uniform(*np.log(_between("ratio", ratio, 0, np.inf))) / 2)
    stretch = np.clip(stretch, np.sqrt(share), 1 / np.sqrt(share))  # so that it fits
    h = int(np.clip(round(height * np.sqrt(share) * stretch), 1, height))
    w = int(np.clip(round(width * np.sqrt(share) / stretch), 1, width))
    top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    boxes = truth.boxes - np.array([left, top, left, top], truth.boxes.dtype)
    return frame[top : top + h, left : left + w].copy(), clipped(truth, boxes, (h, w), visible)


def scale(frame, truth, *, rng, factor=(0.5, 1.5), size=None):
    """Make the picture smaller or larger, or of one size.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    factor : tuple of float
        Least and most by which both sides are multiplied, above 0.
    size : tuple of int, optional
        (height, width) instead of a factor; the picture is stretched to it.

    Returns
    -------
    frame : ndarray
        (h, w, 3) uint8: bilinear, and averaged where it becomes smaller.
    truth : Truth
        Multiplied by h / H and w / W, which rounding can make unlike.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame, truth = scale(np.zeros((40, 60, 3), np.uint8), Truth([[10, 20, 30, 40]]), rng=rng,
    ...                      size=(20, 60))
    >>> frame.shape, truth.boxes.tolist()
    ((20, 60, 3), [[10.0, 10.0, 30.0, 20.0]])

    Lesson 11 teaches it.
    """
    frame = _frame(frame)
    height, width = frame.shape[:2]
    if size is None:
        by = rng.uniform(*_between("factor", factor, 0, np.inf))
        size = (max(round(height * by), 1), max(round(width * by), 1))
    h, w = size
    if min(h, w) < 1:
        raise ValueError(f"size must be (height, width), at least 1. Received: {size}")
    by = np.array([w / width, h / height] * 2)
    boxes = (truth.boxes * by).astype(truth.boxes.dtype)
    areas = None if truth.areas is None else truth.areas * (by[0] * by[1])
    return resized(frame, (0, 0, width, height), (h, w)), moved(truth, boxes, areas=areas)


def colour(frame, truth, *, rng, brightness=0.3, contrast=0.3, saturation=0.5, hue=0.05):
    """Change brightness, contrast, saturation and hue; the boxes stay as they are.

    All four are linear in R, G and B, so they are one matrix and one offset. Contrast spreads
    about the picture's mean grey; hue turns the chroma plane of YIQ, which leaves the grey.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
    rng : numpy.random.Generator
    brightness, contrast, saturation : float
        Each multiplies by a number from 1 - it to 1 + it; 0 to 1.
    hue : float
        Most that the hue turns either way, in turns, 0 to 0.5.

    Returns
    -------
    frame : ndarray
        (H, W, 3) uint8.
    truth : Truth
        The same.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> grey = np.full((2, 2, 3), 100, np.uint8)
    >>> frame, _ = colour(grey, Truth([]), rng=rng, brightness=0, contrast=1, saturation=1, hue=0.5)
    >>> (frame == 100).all()
    np.True_

    Lesson 11 teaches it.
    """
    frame = _frame(frame)
    for name, value, most in (
        *(("brightness", brightness, 1), ("contrast", contrast, 1)),
        *(("saturation", saturation, 1), ("hue", hue, 0.5)),
    ):
        if not 0 <= value <= most:
            raise ValueError(f"{name} must be 0 to {most}. Received: {value}")
    b, c, s = 1 + np.array([brightness, contrast, saturation]) * rng.uniform(-1, 1, 3)
    angle = 2 * np.pi * hue * rng.uniform(-1, 1)
    turn = np.eye(3)
    turn[1:, 1:] = s * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = b * c * np.linalg.inv(YIQ) @ turn @ YIQ
    picture = Image.fromarray(frame)
    counts = np.reshape(picture.histogram(), (3, 256))
    mean = (counts @ np.arange(256)) @ GREY / (frame.size / 3)
    rows = np.column_stack([matrix, np.full(3, b * (1 - c) * mean)])
    return np.array(picture.convert("RGB", tuple(rows.ravel()))), truth


def _frame(frame):
    frame = np.asarray(frame)
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
        raise ValueError(
            "frame must be a picture of shape (H, W, 3) and dtype uint8. "
            f"Received: shape {frame.shape}, dtype {frame.dtype}"
        )
    return frame


def _between(name, pair, above, most):
    low, high = pair
    if not above < low <= high <= most:
        raise ValueError(f"{name} must be (least, most) above {above}, to {most}. Received: {pair}")
    return low, high


def resized(frame, window, size):
    """The window (x1, y1, x2, y2), in pixels and parts of them, brought to (height, width)."""
    if window == (0, 0, frame.shape[1], frame.shape[0]) and size == frame.shape[:2]:
        return frame.copy()
    picture = Image.fromarray(frame).resize(size[::-1], Image.Resampling.BILINEAR, box=window)
    return np.array(picture)


def moved(truth, boxes, kept=slice(None), areas=None):
    """The truth with other boxes, of those that are kept; all else goes along."""
    areas = truth.areas if areas is None else areas
    return Truth(
        boxes[kept],
        *(truth.labels[kept], truth.difficult[kept], truth.crowd[kept]),
        None if areas is None else areas[kept],
    )


def clipped(truth, boxes, size, visible):
    """The truth with boxes moved, clipped to (height, width), dropped where too little is left."""
    if not 0 <= visible <= 1:
        raise ValueError(f"visible must be 0 to 1. Received: {visible}")
    if not len(boxes):  # the frames of a clip, of which there are many
        return truth
    height, width = size
    inside = np.clip(boxes, 0, np.array([width, height] * 2, boxes.dtype))
    sides, before = inside[:, 2:] - inside[:, :2], boxes[:, 2:] - boxes[:, :2]
    whole = before.prod(axis=1)
    share = np.divide(sides.prod(axis=1), whole, out=np.zeros_like(whole), where=whole > 0)
    seen = (sides >= LEAST).all(axis=1)
    kept = np.flatnonzero(seen & (truth.crowd | (share >= visible)))
    areas = None if truth.areas is None else truth.areas * share
    return moved(truth, inside, kept, areas)
