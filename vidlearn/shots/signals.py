"""What is measured from one frame to the next: the signals in which shot boundaries show.

Each function takes small pictures and returns one number. None of them knows a threshold.
"""

from __future__ import annotations

from numbers import Integral

import numpy as np

NEAR = 1  # pixels: an edge that moved so little has not changed
STEEP = 48  # grey levels from pixel to pixel, summed over both directions: an edge
CLOSE, ALIKE = 5.0, 0.5  # grey levels, and share of the contrast, by which a block may differ
BLOCK = 16  # pixels: the side of a block that is looked for
EVEN = 4.0  # standard deviation in grey levels: a row of a bar has less
SOFT = 50  # part of the side over which a codec may smear the edge of a bar
REACH = 12  # pixels: how far around its place


def pixel_difference(a, b):
    """Measure how much two pictures differ, pixel by pixel.

    Parameters
    ----------
    a, b : ndarray
        (H, W, 3) or (H, W) uint8, of one shape.

    Returns
    -------
    float
        Mean absolute difference in grey levels, 0 to 255.

    Raises
    ------
    ValueError
        If they are not uint8 pictures of one shape.

    Notes
    -----
    In uint8 there are no negative numbers: 10 - 12 is 254. So one of them is made wider first.

    Examples
    --------
    >>> a, b = np.full((2, 3), 10, np.uint8), np.full((2, 3), 12, np.uint8)
    >>> pixel_difference(a, b), int((a - b)[0, 0])
    (2.0, 254)

    Lesson 21 teaches it.
    """
    _checked(a, b)
    return float(np.abs(a.astype(np.int16) - b).mean())


def to_hsv(picture):
    """Convert a picture to hue, saturation and value.

    Parameters
    ----------
    picture : ndarray
        (H, W, 3) uint8 RGB.

    Returns
    -------
    ndarray
        (H, W, 3) uint8: hue 0 to 179 (half degrees on the circle of colours), saturation and
        value 0 to 255.

    Raises
    ------
    ValueError
        If it is no such picture.

    Examples
    --------
    >>> to_hsv(np.array([[[255, 0, 0], [0, 0, 255], [99, 99, 99]]], np.uint8)).tolist()
    [[[0, 255, 255], [120, 255, 255], [0, 0, 99]]]

    Lesson 21 teaches it.
    """
    import cv2

    _checked(picture)
    if picture.ndim != 3:
        raise ValueError(f"picture must be (H, W, 3) RGB. Received: shape {picture.shape}")
    return cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)


def content_difference(a, b):
    """Measure how much hue, saturation and value of two pictures differ.

    Parameters
    ----------
    a, b : ndarray
        (H, W, 3) uint8, as `to_hsv` returns them.

    Returns
    -------
    float
        The mean over all pixels and the three channels of the absolute difference, 0 to 230.

    Raises
    ------
    ValueError
        If they are not uint8 pictures of one shape.

    Notes
    -----
    This is the content value of PySceneDetect's detectors with equal weights and no edges: hues
    are subtracted as plain numbers, though 0 and 179 are neighbours on the circle.

    Examples
    --------
    >>> a = np.zeros((2, 3, 3), np.uint8)
    >>> content_difference(a, a + np.array([10, 20, 60], np.uint8))
    30.0

    Lesson 21 teaches it.
    """
    import cv2

    _checked(a, b)
    return cv2.norm(a, b, cv2.NORM_L1) / a.size


def histogram(picture, *, bins=64):
    """Count how often each level of brightness occurs.

    Parameters
    ----------
    picture : ndarray
        (H, W) uint8.
    bins : int
        Levels that are told apart, a power of 2 from 2 to 256.

    Returns
    -------
    ndarray
        (bins,) float64 shares of the pixels; their sum is 1.

    Raises
    ------
    ValueError
        If it is no such picture, or `bins` no such number.

    Examples
    --------
    >>> histogram(np.array([[0, 1, 200, 255]], np.uint8), bins=4).tolist()
    [0.5, 0.0, 0.0, 0.5]

    Lesson 21 teaches it.
    """
    _grey(picture)
    if not isinstance(bins, Integral) or bins not in (2, 4, 8, 16, 32, 64, 128, 256):
        raise ValueError(f"bins must be a power of 2 from 2 to 256. Received: {bins!r}")
    levels = np.ravel(picture) // np.uint8(256 // bins) if bins < 256 else np.ravel(picture)
    return np.bincount(levels, minlength=bins) / levels.size


def histogram_distance(a, b):
    """Measure the share of the pixels that would have to change their level.

    Parameters
    ----------
    a, b : ndarray
        (bins,) shares, as `histogram` returns them.

    Returns
    -------
    float
        Half the sum of the absolute differences, 0 (alike) to 1 (no level in common).

    Raises
    ------
    ValueError
        If they have not one shape, or are no shares but counts.

    Notes
    -----
    A histogram does not know where a pixel is: things may move through the picture and change
    nothing, and two scenes of the same brightness look alike.

    Examples
    --------
    >>> histogram_distance(np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25]))
    0.25

    Lesson 21 teaches it.
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or not a.size:
        raise ValueError(f"a and b must have one shape. Received: {a.shape} and {b.shape}")
    sums = float(a.sum()), float(b.sum())
    if not all(abs(total - 1) < 1e-3 for total in sums):
        raise ValueError(f"a and b must be shares: divide counts by their sum. Received: {sums}")
    return float(np.abs(a - b).sum() / 2)


def edges(picture):
    """Find the pixels where brightness changes steeply.

    Parameters
    ----------
    picture : ndarray
        (H, W) uint8.

    Returns
    -------
    ndarray
        (H, W) bool: the differences to the pixels right and below add up to `STEEP` or more.

    Raises
    ------
    ValueError
        If it is no such picture.

    Examples
    --------
    >>> edges(np.array([[0, 0, 99, 99]] * 2, np.uint8)).astype(int).tolist()
    [[0, 1, 0, 0], [0, 1, 0, 0]]

    Lesson 21 teaches it.
    """
    _grey(picture)
    grey = picture.astype(np.int16)
    across = np.abs(np.diff(grey, axis=1, append=grey[:, -1:]))
    down = np.abs(np.diff(grey, axis=0, append=grey[-1:]))
    return across + down >= STEEP


def edge_change(a, b):
    """Measure the share of edges that come or go.

    Parameters
    ----------
    a, b : ndarray
        (H, W) bool, as `edges` returns them, of one shape.

    Returns
    -------
    float
        The edge change ratio, 0 to 1: of b's edge pixels those that have none of a's within
        `NEAR` pixels, or of a's those that have none of b's, whichever is more.

    Raises
    ------
    ValueError
        If they are not bool, or have not one shape of two dimensions.

    References
    ----------
    Zabih, Miller, Mai, "A feature-based algorithm for detecting and classifying scene breaks",
    ACM Multimedia 1995, section 3.

    Examples
    --------
    >>> a = np.eye(5, dtype=bool)
    >>> edge_change(a, a), edge_change(a, np.zeros_like(a))
    (0.0, 1.0)

    Lesson 21 teaches it.
    """
    import cv2

    if np.shape(a) != np.shape(b) or np.ndim(a) != 2:
        raise ValueError(
            f"a and b must be (H, W) of one shape. Received: {np.shape(a)} and {np.shape(b)}"
        )
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != bool or b.dtype != bool:
        raise ValueError(f"a and b must be bool, of edges. Received: {a.dtype} and {b.dtype}")
    a, b = a.astype(np.uint8), b.astype(np.uint8)
    around = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    gone = np.mean(cv2.dilate(b, around)[a > 0] == 0) if a.any() else float(b.any())
    come = np.mean(cv2.dilate(a, around)[b > 0] == 0) if b.any() else float(a.any())
    return float(max(gone, come))


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

    _checked(a, b)
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


def _grey(picture):
    """Raise a ValueError unless this is a uint8 picture (H, W)."""
    _checked(picture)
    if picture.ndim != 2:
        raise ValueError(
            "picture must be (H, W), grey, such as picture.mean(axis=2).astype(np.uint8). "
            f"Received: shape {picture.shape}"
        )


def _checked(*pictures):
    """Raise a ValueError unless all are uint8 pictures of one shape."""
    for picture in pictures:
        kind = getattr(picture, "dtype", type(picture).__name__)
        fine = np.ndim(picture) == 2 or (np.ndim(picture) == 3 and np.shape(picture)[2] == 3)
        if kind != np.uint8 or not fine or not np.size(picture):
            raise ValueError(
                "pictures must be (H, W, 3) or (H, W) uint8, 0 to 255. Received: "
                f"{kind} of shape {np.shape(picture)}"
            )
    shapes = {picture.shape for picture in pictures}
    if len(shapes) > 1:
        raise ValueError(f"pictures must have one shape. Received: {sorted(shapes)}")
