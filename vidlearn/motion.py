"""What moves, and where shots end, found by plain arithmetic: no learning anywhere.

These are the yardsticks that the course's networks have to beat.
"""

from itertools import pairwise

import numpy as np
from scipy import ndimage


def _checked(frames, colour="either"):
    """Raise a ValueError unless frames are uint8 (T, H, W, 3), or (T, H, W) where that may be."""
    dims = (4,) if colour == "rgb" else (3, 4)
    kind = getattr(frames, "dtype", type(frames).__name__)
    shape = np.shape(frames) if isinstance(frames, np.ndarray) else None
    fine = shape is not None and len(shape) in dims and (len(shape) == 4) == (shape[-1] == 3)
    if not fine or kind != np.uint8:
        forms = "(T, H, W, 3)" if colour == "rgb" else "(T, H, W, 3) or (T, H, W)"
        raise ValueError(
            f"frames must be an array {forms} of uint8, 0 to 255. Received: {kind}"
            + (f" of shape {shape}" if shape is not None else "")
            + ". From floats 0 to 1: (frames * 255).round().astype(np.uint8)"
        )


def _checked_threshold(threshold):
    """Raise a ValueError unless a threshold is a number of grey levels."""
    number = isinstance(threshold, int | float | np.integer | np.floating)
    if not number or isinstance(threshold, bool) or not 0 <= threshold <= 255:
        raise ValueError(f"threshold must be 0 to 255 grey levels. Received: {threshold!r}")


def _edges(cuts, total):
    """Return the edges of the shots, or raise a ValueError unless the cuts rise within the film."""
    edges = [0, *np.asarray(cuts).ravel().tolist(), total]
    if any(edge != int(edge) for edge in edges) or any(a >= b for a, b in pairwise(edges)):
        raise ValueError(
            f"cuts must be whole numbers that rise, from 1 to {total - 1}. Received: {cuts!r}"
        )
    return [int(edge) for edge in edges]


def frame_differences(frames):
    """Measure how much each frame differs from the one before.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) or (T, H, W) uint8.

    Returns
    -------
    ndarray
        (T,) float64 in grey levels, 0 to 255: the mean over all pixels and channels of the
        absolute difference between frame t and frame t - 1; 0 for frame 0.

    Raises
    ------
    ValueError
        If the frames are not of that type and shape.

    Examples
    --------
    >>> clip = np.array([10, 10, 200, 190], np.uint8)[:, None, None] * np.ones((4, 6), np.uint8)
    >>> frame_differences(clip).tolist()
    [0.0, 0.0, 190.0, 10.0]

    Lesson 00 teaches it; lesson 21 shows where it fails.
    """
    _checked(frames)
    differences = np.zeros(len(frames))
    for t in range(1, len(frames)):
        differences[t] = np.abs(frames[t].astype(np.int16) - frames[t - 1]).mean()
    return differences


def find_cuts(frames, threshold=25.0):
    """Find hard cuts: frames that differ much from the frame before.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) or (T, H, W) uint8.
    threshold : float
        Mean difference above which a new shot starts, in grey levels, 0 to 255.

    Returns
    -------
    list of int
        The first frame of each shot but the first; a cut at t separates t - 1 from t.

    Raises
    ------
    ValueError
        If the frames are not of that type and shape, or the threshold is not 0 to 255.

    Examples
    --------
    >>> clip = np.array([10, 10, 200, 190], np.uint8)[:, None, None] * np.ones((4, 6), np.uint8)
    >>> find_cuts(clip)
    [2]

    Lesson 00 teaches it.
    """
    _checked_threshold(threshold)
    return np.flatnonzero(frame_differences(frames) > threshold).tolist()


def moving_pixels(frames, *, cuts=(), threshold=30):
    """Find the pixels that differ from the background, which is each shot's median frame.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    cuts : sequence of int
        First frames of the shots but the first, as `find_cuts` gives them.
    threshold : int
        Difference, in the channel where it is greatest, above which a pixel counts.

    Returns
    -------
    ndarray
        (T, H, W) bool, without single specks and with holes filled.

    Raises
    ------
    ValueError
        If the frames are not of that type and shape, the threshold is not 0 to
        255, or the cuts do not rise within the film.

    Notes
    -----
    Right only while the camera and the light stand still, and where each place is empty in more
    than half of the shot's frames.

    Lesson 00 teaches it.
    """
    _checked(frames, "rgb")
    _checked_threshold(threshold)
    moving = np.zeros(frames.shape[:3], bool)
    if not len(frames):
        return moving
    for start, end in pairwise(_edges(cuts, len(frames))):
        background = np.median(frames[start:end], axis=0).astype(np.int16)  # (H, W, 3)
        for t in range(start, end):
            differs = np.abs(frames[t] - background).max(axis=-1) > threshold
            clean = np.pad(ndimage.binary_opening(differs), 2)  # closing would eat the border
            moving[t] = ndimage.binary_closing(clean, iterations=2)[2:-2, 2:-2]
            moving[t] = ndimage.binary_fill_holes(moving[t])
    return moving


def moving_boxes(frames, *, cuts=(), threshold=30, min_area=40):
    """Put a box round each connected group of moving pixels.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    cuts, threshold
        As in `moving_pixels`.
    min_area : int
        Smaller groups are left out, in pixels.

    Returns
    -------
    list of ndarray
        For each frame (N, 4) float32 xyxy; N differs from frame to frame.

    Raises
    ------
    ValueError
        As `moving_pixels`.

    Examples
    --------
    >>> frames = np.zeros((9, 40, 60, 3), np.uint8)
    >>> for t in range(9):
    ...     frames[t, 10:20, 6 * t : 6 * t + 8] = 255
    >>> moving_boxes(frames)[3].tolist()
    [[18.0, 10.0, 26.0, 20.0]]

    Lesson 00 teaches it.
    """
    found = []
    for mask in moving_pixels(frames, cuts=cuts, threshold=threshold):
        groups, count = ndimage.label(mask, np.ones((3, 3)))
        areas = np.bincount(groups.ravel(), minlength=count + 1)[1:]
        parts = ndimage.find_objects(groups)
        kept = [
            (columns.start, rows.start, columns.stop, rows.stop)
            for (rows, columns), area in zip(parts, areas, strict=True)
            if area >= min_area
        ]
        found.append(np.array(kept, np.float32).reshape(-1, 4))
    return found
