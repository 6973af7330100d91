"""The challenge of lesson 02: where each block has come from, by nothing but two frames."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson02.films import circling

FILMS = (("china", 201), ("cat", 202), ("coffee", 203))
AT = (6, 13)  # frames that are asked for, each against the one before
CALL = {"bframes": 0, "ref": 1}  # an encoder that looks at the frame before only, as in calls


def enlarged(motion, size):
    """Give each pixel the arrow of its block.

    Parameters
    ----------
    motion : array_like
        (rows, columns, 2): one arrow for each block; rows and columns divide the size.
    size : (int, int)
        Height and width of the frame.

    Returns
    -------
    ndarray
        (H, W, 2).
    """
    motion = np.asarray(motion, float)
    high, wide = size[0] // motion.shape[0], size[1] // motion.shape[1]
    return motion.repeat(high, axis=0).repeat(wide, axis=1)


@cache
def hidden_films():
    """Return the films of the challenge, a list of `Filmed`."""
    frames = max(AT) + 1
    return [circling(frames, seed=seed, background=photo) for photo, seed in FILMS]


@cache
def _pairs():
    """Return (before, after, motion): two grey frames and the truth, for each question."""
    return [
        (film.frames[t - 1].mean(axis=-1), film.frames[t].mean(axis=-1), film.motion[t])
        for film in hidden_films()
        for t in AT
    ]


def motion_score(answer):
    """Judge an answer by its end-point error: how far its arrows end from the true ones.

    Parameters
    ----------
    answer : callable
        Takes two frames (H, W), 0 to 255, the earlier first; returns (rows, columns, 2).

    Returns
    -------
    float
        In pixels, the mean over all pixels of all films; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no arrow for each block.
    """
    errors = []
    for before, after, truth in _pairs():
        came = answer(before.copy(), after.copy())
        if came is None or came is Ellipsis:
            return None
        field = enlarged(_blocks(came, before.shape), before.shape)
        errors.append(np.linalg.norm(field - truth, axis=-1).mean())
    return float(np.mean(errors))


def _blocks(came, size):
    try:
        motion = np.asarray(came, float)
        fine = motion.ndim == 3 and motion.shape[2] == 2 and motion.size
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise Refusal("Return an array (rows, columns, 2): right and down, for each block.")
    if size[0] % motion.shape[0] or size[1] % motion.shape[1]:
        raise Refusal(
            f"{motion.shape[0]} x {motion.shape[1]} blocks do not divide a frame of {size[0]} x "
            f"{size[1]} evenly. Blocks of 16 x 16 pixels are {size[0] // 16} x {size[1] // 16}."
        )
    if not np.isfinite(motion).all():
        raise Refusal("Every arrow must be two numbers; some are NaN or infinite.")
    return motion


def codec_error(folder):
    """Measure the vectors that an encoder writes into the challenge's films: the bar.

    Parameters
    ----------
    folder : pathlib.Path
        Where the films are written.

    Returns
    -------
    float
        In pixels, as `motion_score`.
    """
    from vidlearn.video import motion_vectors, write_video

    errors = []
    for film in hidden_films():
        told = motion_vectors(write_video(folder / "film.mp4", film.frames, x264=CALL))
        for t in AT:
            field = np.nan_to_num(told[t].field(film.frames.shape[1:3]))
            errors.append(np.linalg.norm(field - film.motion[t], axis=-1).mean())
    return float(np.mean(errors))
