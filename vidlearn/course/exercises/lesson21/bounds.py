"""The challenge: all cuts of films that are full of traps."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

SEEDS = (2101, 2102, 2103, 2104, 2105)
FRAMES, SIZE = 400, (45, 80)


def trap_film(seed, frames=FRAMES):
    """Make a small film of nothing but cuts and what looks like cuts.

    Parameters
    ----------
    seed : int
        Draws all.
    frames : int
        Of the film, T.

    Returns
    -------
    pictures : ndarray
        (T, 45, 80, 3) uint8.
    cuts : ndarray
        (N,) first frames of the new shots.
    """
    from vidlearn.synthetic import TRAPS, montage

    film = montage(
        frames,
        size=SIZE,
        seed=seed,
        world="new",
        transitions={"cut": 1},
        traps=[name for name in TRAPS if name != "codec"],
        lengths=(10, 70),
    )
    return film.frames, film.transitions[:, 0]


@cache
def _judged():
    return [trap_film(seed) for seed in SEEDS]


def boundary_score(answer):
    """Judge found cuts by F1 with a tolerance of a frame, all films together.

    Parameters
    ----------
    answer : callable
        Takes pictures (T, H, W, 3) uint8, returns first frames of new shots.

    Returns
    -------
    float
        0 to 1; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no list of frames.
    """
    from vidlearn.metrics import evaluate_shots

    found = []
    for pictures, _ in _judged():
        came = answer(pictures.copy())
        if came is None or came is Ellipsis:
            return None
        found.append(_frames(came, len(pictures)))
    truth = [np.stack([cuts, cuts], axis=1) for _, cuts in _judged()]
    score = evaluate_shots(found, truth).f1
    return 0.0 if np.isnan(score) else score


def _frames(came, total):
    """Return (N, 2) cuts, sorted, each once."""
    try:
        frames = np.asarray(came)
        fine = frames.ndim == 1 and (frames.dtype.kind in "iu" or not frames.size)
    except ValueError:
        fine = False
    if not fine:
        raise Refusal(
            "Return the first frames of the new shots: a list of whole numbers, such as [25, 61]."
        )
    frames = np.unique(frames.astype(int))
    if len(frames) and not 0 < frames[0] <= frames[-1] < total:
        raise Refusal(
            f"A cut lies at a frame from 1 to {total - 1}: the first of the new shot. "
            f"What came goes from {frames[0]} to {frames[-1]}."
        )
    return np.stack([frames, frames], axis=1)
