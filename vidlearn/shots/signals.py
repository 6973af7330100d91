"""What is measured from one frame to the next: the signals in which shot boundaries show.

Each function takes small pictures and returns one number. None of them knows a threshold.
"""

from __future__ import annotations

from numbers import Integral

import numpy as np

NEAR = 1  # pixels: an edge that moved so little has not changed
STEEP = 48  # grey levels from pixel to pixel, summed over both directions: an edge


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
    checked_pictures(a, b)
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

    checked_pictures(picture)
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

    checked_pictures(a, b)
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


def _grey(picture):
    """Raise a ValueError unless this is a uint8 picture (H, W)."""
    checked_pictures(picture)
    if picture.ndim != 2:
        raise ValueError(
            "picture must be (H, W), grey, such as picture.mean(axis=2).astype(np.uint8). "
            f"Received: shape {picture.shape}"
        )


def checked_pictures(*pictures):
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
