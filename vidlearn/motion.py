"""What moves, found by plain arithmetic: no learning anywhere.

It is a yardstick that the course's networks have to beat. `find_cuts` and `frame_differences` are
at home in `vidlearn.shots`, and can be had from here.
"""

from itertools import pairwise

import numpy as np
from scipy import ndimage

from vidlearn.shots.plain import checked_frames, checked_threshold, find_cuts, frame_differences

__all__ = ["find_cuts", "frame_differences", "moving_boxes", "moving_pixels"]


def _edges(cuts, total):
    """Return the edges of the shots, or raise a ValueError unless the cuts rise within the film."""
    edges = [0, *np.asarray(cuts).ravel().tolist(), total]
    if any(edge != int(edge) for edge in edges) or any(a >= b for a, b in pairwise(edges)):
        raise ValueError(
            f"cuts must be whole numbers that rise, from 1 to {total - 1}. Received: {cuts!r}"
        )
    return [int(edge) for edge in edges]


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
    checked_frames(frames, "rgb")
    checked_threshold(threshold)
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
