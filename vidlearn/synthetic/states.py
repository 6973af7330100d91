"""Clips in which one thing changes: how the states move, so that no frame tells the class."""

import numpy as np

# Longer and larger movements would let the first and the last frame tell more of the class.
EXTENT = (0.5, 0.75)  # of the range of a state, how far it moves
LASTS = (0.25, 0.5)  # of the clip, how long that takes


def courses(count, frames, rng):
    """Draw how a state moves from low to high in each clip.

    Parameters
    ----------
    count : int
        Number of clips, N.
    frames : int
        Frames of a clip, T.
    rng : numpy.random.Generator
        Draws start, duration, and extent.

    Returns
    -------
    ndarray
        (N, T) 0 to 1, never falling. Read backwards and turned over, 1 - course[::-1], it has the
        same law.
    """
    extent = rng.uniform(*EXTENT, count)
    low = rng.random(count) * (1 - extent)
    lasts = rng.uniform(*LASTS, count)
    start = rng.random(count) * (1 - lasts)
    at = np.arange(frames) / (frames - 1)
    part = np.clip((at - start[:, None]) / lasts[:, None], 0, 1)
    return low[:, None] + extent[:, None] * part * part * (3 - 2 * part)


def five_states(labels, frames, rng):
    """Draw the five states of each clip, of which one moves.

    The state of pair k // 2 moves, up where k is even. A state that goes down is one that goes up,
    read backwards: so in a frame drawn at random both have one law, q. Each other state stands
    still at a value drawn from q: from a course of its own, at a frame of its own. So of a frame
    drawn at random the five states are independent, each of law q, whatever the class, and it tells
    nothing of the class. From the same seed, class k ^ 1 is class k backwards, number by number.

    Parameters
    ----------
    labels : ndarray
        (N,) 0 to 9.
    frames : int
        T.
    rng : numpy.random.Generator
        Draws it all.

    Returns
    -------
    ndarray
        (N, T, 5) 0 to 1.
    """
    count = len(labels)
    moves = courses(5 * count, frames, rng).reshape(count, 5, frames)
    falls = rng.random((count, 5)) < 0.5
    moving = np.arange(5) == labels[:, None] // 2  # (N, 5)
    falls = np.where(moving, (labels % 2 == 1)[:, None], falls)
    moves = np.where(falls[..., None], moves[..., ::-1], moves)
    when = rng.integers(frames, size=(count, 5, 1))
    still = np.take_along_axis(moves, when, 2)
    return np.where(moving[..., None], moves, still).transpose(0, 2, 1)
