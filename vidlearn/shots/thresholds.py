"""From differences to cuts: one threshold for all, or one that looks around."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from .plain import checked_numbers
from .signals import content_difference

FIXED = 27.0  # of the content difference
RATIO = 2.5  # of a difference to those around it
LEAST = 10.0  # content difference below which nothing is a cut
WINDOW = 2  # frames before and behind
STILL = 1.0  # content difference that a camera's noise makes


def fixed_threshold(differences, threshold=FIXED):
    """Find the frames that differ from the one before by a threshold or more.

    Parameters
    ----------
    differences : array_like
        (T,) difference of each frame to the one before; 0 for frame 0.
    threshold : float

    Returns
    -------
    ndarray
        (N,) int, rising: first frames of new shots.

    Raises
    ------
    ValueError
        If the differences are not finite numbers (T,).

    Examples
    --------
    >>> fixed_threshold([0, 1, 40, 2, 30, 31]).tolist()
    [2, 4, 5]

    Lesson 21 teaches it.
    """
    return np.flatnonzero(checked_numbers("differences", differences) >= threshold)


def local_ratio(differences, *, window=WINDOW, still=STILL):
    """Measure how far each difference stands out from those around it.

    Parameters
    ----------
    differences : array_like
        (T,) difference of each frame to the one before; that of frame 0 tells nothing.
    window : int
        How many neighbours count on either side, at least 1.
    still : float
        The mean of the neighbours is taken as this at least: without it, where nothing moves,
        any noise would stand out.

    Returns
    -------
    ndarray
        (T,) float64: difference / mean of its neighbours.

    Raises
    ------
    ValueError
        If the differences are not finite numbers (T,), the window is no whole number from 1 on, or
        `still` is not above 0.

    Examples
    --------
    >>> local_ratio([0, 4, 4, 24, 4, 4]).round(2).tolist()
    [0.0, 0.29, 0.38, 6.0, 0.38, 0.29]

    Lesson 21 teaches it.
    """
    values = checked_numbers("differences", differences)
    if not isinstance(window, Integral) or window < 1:
        raise ValueError(f"window must be a whole number from 1 on. Received: {window!r}")
    if not still > 0:
        raise ValueError(f"still must be above 0. Received: {still!r}")
    ratios = np.zeros(len(values))
    for t in range(1, len(values)):
        around = np.r_[values[max(t - window, 1) : t], values[t + 1 : t + 1 + window]]
        mean = around.mean() if len(around) else 0.0
        ratios[t] = values[t] / max(mean, still)
    return ratios


def adaptive_threshold(differences, ratio=RATIO, *, least=LEAST, window=WINDOW):
    """Find the frames whose difference stands out from those around it.

    Parameters
    ----------
    differences : array_like
        (T,) difference of each frame to the one before.
    ratio : float
        Least ratio to the mean of the neighbours, as `local_ratio` gives it.
    least : float
        Least difference: where hardly anything moves, little stands out.
    window : int
        Neighbours on either side.

    Returns
    -------
    ndarray
        (N,) int, rising: first frames of new shots.

    Raises
    ------
    ValueError
        If the differences are not finite numbers (T,), or the window is no whole number from 1 on.

    Examples
    --------
    A fast pan, then a cut between two shots at rest:

    >>> adaptive_threshold([0, 1, 2, 30, 31, 30, 29, 31, 2, 1, 1, 40, 1, 2], 3).tolist()
    [11]

    Lesson 21 teaches it.
    """
    values = checked_numbers("differences", differences)
    return np.flatnonzero((values >= least) & (local_ratio(values, window=window) >= ratio))


def keep_apart(frames, strengths, total, *, min_length):
    """Drop cuts that would leave a shot too short; the stronger one stays.

    Parameters
    ----------
    frames : sequence of int
        First frames of new shots, rising.
    strengths : sequence of float
        Of each.
    total : int
        Frames of the film.
    min_length : int
        Frames of the shortest shot.

    Returns
    -------
    list of int
        The cuts that stay, rising.

    Examples
    --------
    >>> keep_apart([2, 20, 23, 40], [9, 5, 7, 6], 43, min_length=4)
    [23]

    Lesson 21 teaches it.
    """
    kept = []
    for frame in [f for f, _ in sorted(zip(frames, strengths, strict=True), key=lambda p: -p[1])]:
        edges = [0, total, *kept]
        if all(abs(frame - edge) >= min_length for edge in edges):
            kept.append(int(frame))
    return sorted(kept)


def across(pictures, t, *, reach):
    """Measure how much stays changed when the frames around a change are compared.

    Behind a flash the picture is as it was before: the frame before it and one behind it are
    alike. Behind a cut they are not.

    Parameters
    ----------
    pictures : sequence or dict of ndarray
        By the number of the frame, (H, W, 3) uint8 as `to_hsv` returns them.
    t : int
        The first frame after the change, at least 1.
    reach : int
        Frames that a flash lasts at most.

    Returns
    -------
    float
        The least content difference of frame t - 1 to those up to `reach` behind frame t, and of
        frame t to those up to `reach` before frame t - 1.

    Raises
    ------
    ValueError
        If there is no picture t - 1 or t.

    Examples
    --------
    A flash in frame 2, and a cut to frame 4:

    >>> film = [np.full((4, 4, 3), v, np.uint8) for v in (10, 10, 200, 11, 90, 90, 90)]
    >>> [across(film, t, reach=2) for t in (2, 3, 4)]
    [1.0, 1.0, 79.0]

    Lesson 21 teaches it.
    """
    known = pictures.keys() if isinstance(pictures, dict) else range(len(pictures))
    if t not in known or t - 1 not in known:
        raise ValueError(f"pictures must hold those before and at frame t. Received: t = {t!r}")
    pairs = [(t - 1, t + k) for k in range(1, reach + 1)]
    pairs += [(t - 1 - k, t) for k in range(1, reach + 1)]
    pairs = [(a, b) for a, b in pairs if a in known and b in known]
    found = [content_difference(pictures[a], pictures[b]) for a, b in pairs]
    return min([content_difference(pictures[t - 1], pictures[t]), *found])
