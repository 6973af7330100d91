"""Which frames of a film make a clip: for training at random, for testing the same each time."""

from __future__ import annotations

import numpy as np

from vidlearn.video import sample_indices
from vidlearn.video.arguments import whole
from vidlearn.video.sample import generator

MODES = ("random", "segments", "uniform", "dense")


def clip_indices(total, frames, *, mode="uniform", step=1, views=1, rng=None):
    r"""Choose the frames of one or several clips of a film.

    ==========  =================================================================================
    "random"    neighbours `step` apart, from a place chosen at random: training
    "segments"  the film in `frames` equal parts, a frame at random of each: training (TSN)
    "uniform"   the same parts, the middle of each; several views lie evenly within the parts
    "dense"     neighbours `step` apart, in the middle; several views lie evenly over the film, the
                first at its start, the last at its end (C3D; their scores are averaged)
    ==========  =================================================================================

    Parameters
    ----------
    total : int
        Frames in the film, 1 or more.
    frames : int
        Frames in a clip, T.
    mode : {"uniform", "random", "segments", "dense"}
        The rule. "random" and "segments" are for training, the others for testing.
    step : int
        From one frame to the next, for "random" and "dense".
    views : int
        How many clips, V.
    rng : np.random.Generator or int, optional
        The generator, or its seed, for "random" and "segments".

    Returns
    -------
    ndarray
        (V, T) int64, never falling within a clip, within 0 and total - 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    A film that is too short is not an error. "random" and "dense" then begin at frame 0 and hold
    the last frame; "segments" and "uniform" show some frames twice. No frame beyond the end is
    ever asked for.

    References
    ----------
    L. Wang et al., "Temporal segment networks", ECCV 2016, section 3.1 (segments).
    D. Tran et al., "Learning spatiotemporal features with 3D convolutional networks", ICCV 2015,
    section 3.3 (clips of 16 frames, averaged over the film).

    Examples
    --------
    >>> clip_indices(100, 4, views=2)
    array([[ 6, 31, 56, 81],
           [18, 43, 68, 93]])
    >>> clip_indices(20, 4, mode="dense", step=2, views=3)
    array([[ 0,  2,  4,  6],
           [ 6,  8, 10, 12],
           [13, 15, 17, 19]])
    >>> clip_indices(3, 5, mode="random")
    array([[0, 1, 2, 2, 2]])

    Lesson 17 teaches it.
    """
    total, frames = whole("total", total, 1), whole("frames", frames, 1)
    step, views, rng = whole("step", step, 1), whole("views", views, 1), generator(rng)
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}. Received: {mode!r}")
    part = np.arange(frames)
    if mode == "uniform":
        view = np.arange(views)[:, np.newaxis]
        return (2 * (views * part + view) + 1) * total // (2 * views * frames)  # (V, T)
    if mode == "segments":
        edges = np.arange(frames + 1) * total // frames
        room = np.maximum(edges[1:] - edges[:-1], 1)
        return edges[:-1] + rng.integers(room, size=(views, frames))  # (V, T)
    if mode == "random" or views == 1:
        how = {"mode": mode, "step": step, "rng": rng}
        return np.stack([sample_indices(total, frames, **how) for _ in range(views)])  # (V, T)
    room = max(total - ((frames - 1) * step + 1), 0)
    starts = np.round(np.linspace(0, room, views)).astype(np.int64)
    return np.minimum(starts[:, np.newaxis] + min(step, total) * part, total - 1)  # (V, T)
