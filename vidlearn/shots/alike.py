"""Whether two pictures show one scene: in another light, moved, or behind the bars of a film."""

from __future__ import annotations

import numpy as np

from .signals import checked_pictures

CLOSE, ALIKE = 5.0, 0.5  # grey levels, and share of the contrast, by which a block may differ
BLOCK = 16  # pixels: the side of a block that is looked for
EVEN = 4.0  # standard deviation in grey levels: a row of a bar has less
SOFT = 50  # part of the side over which a codec may smear the edge of a bar
REACH = 12  # pixels: how far around its place


def likeness(a, b):
    """Measure whether two pictures show the same in the same places, in whatever light.

    Parameters
    ----------
    a, b : ndarray
        (H, W) uint8 or float, of one shape.

    Returns
    -------
    float
        The correlation of their pixels, -1 to 1; 0 where one of them has no structure.

    Raises
    ------
    ValueError
        If they have not one shape.

    Examples
    --------
    >>> a = np.array([[1.0, 2, 3], [4, 5, 9]])
    >>> round(likeness(a, 2 * a + 30), 6), likeness(a, np.zeros((2, 3)))
    (1.0, 0.0)

    Lesson 21 teaches it.
    """
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    if a.shape != b.shape or not a.size:
        raise ValueError(f"a and b must have one shape. Received: {a.shape} and {b.shape}")
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return 0.0 if norm <= 1e-3 * a.size else float((a * b).sum() / norm)


def without_bars(*pictures):
    """Cut off the bars that frame a picture: they are alike before and behind a cut.

    Parameters
    ----------
    *pictures : ndarray
        (H, W, 3) or (H, W), of one height and width.

    Returns
    -------
    tuple of ndarray
        The same part of each: rows and columns at the border go where all are even. Where little
        would stay, nothing goes.

    Raises
    ------
    ValueError
        If they are not pictures of one height and width.

    Examples
    --------
    >>> picture = np.zeros((6, 8), np.uint8)
    >>> picture[1:5, 2:] = np.arange(24).reshape(4, 6) * 9
    >>> [part.shape for part in without_bars(picture, picture)]
    [(4, 6), (4, 6)]

    Lesson 21 teaches it.
    """
    shapes = [np.shape(picture) for picture in pictures]
    if not shapes or len({s[:2] for s in shapes}) > 1 or len(shapes[0]) < 2 or 0 in shapes[0]:
        raise ValueError(f"pictures must be of one height and width. Received: shapes {shapes}")
    pictures = [np.asarray(picture) for picture in pictures]
    rows = _uneven([p.std(axis=1) for p in pictures])
    columns = _uneven([p[rows].std(axis=0) for p in pictures])
    return tuple(np.ascontiguousarray(p[rows, columns]) for p in pictures)


def _uneven(spreads):
    """Return the range of lines in which something is to be seen, if it is a third of them."""
    seen = np.flatnonzero(np.max([s.reshape(len(s), -1).max(axis=1) for s in spreads], 0) > EVEN)
    if not len(seen) or 3 * (seen[-1] + 1 - seen[0]) < len(spreads[0]):
        return slice(None)
    total, soft = len(spreads[0]), len(spreads[0]) // SOFT  # a bar ends softly
    first, last = int(seen[0]), int(seen[-1]) + 1
    return slice(first + soft * (first > 0), last - soft * (last < total))


def found_again(a, b):
    """Measure how much of picture b can be found in picture a, moved.

    Parameters
    ----------
    a, b : ndarray
        (H, W, 3) or (H, W) uint8, of one shape, some hundred pixels wide at most.

    Returns
    -------
    float
        0 to 1. b is laid out in blocks of `BLOCK` pixels, and each is looked for in a within
        `REACH` pixels of its place. It is found where the root of the mean squared difference is
        `CLOSE` grey levels or less, or `ALIKE` times the contrast of the block. What is returned
        is the share of blocks that are found: most of them while things or the camera move, few
        behind a cut.

    Raises
    ------
    ValueError
        If they are not uint8 pictures of one shape.

    Lesson 21 teaches it.
    """
    import cv2

    checked_pictures(a, b)
    height, width = b.shape[:2]
    high, wide = min(BLOCK, height), min(BLOCK, width)
    found = []
    for y in range(height % high // 2, height - high + 1, high):
        for x in range(width % wide // 2, width - wide + 1, wide):
            block = b[y : y + high, x : x + wide]
            rows = slice(max(y - REACH, 0), y + high + REACH)
            area = a[rows, max(x - REACH, 0) : x + wide + REACH]
            least = cv2.matchTemplate(area, block, cv2.TM_SQDIFF).min()  # summed squares
            limit = max(CLOSE, ALIKE * np.sqrt(block.var(axis=(0, 1)).mean()))
            found.append(least <= limit**2 * block.size)
    return float(np.mean(found))
