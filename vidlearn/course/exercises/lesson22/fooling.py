"""The challenge: a shot without a cut, in which a network sees one all the same."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

SEEDS = (2201, 2202, 2203, 2204, 2205, 2206)
FRAMES, SIZE, SILENT = 60, (27, 48), 0.1


@cache
def one_shot(seed):
    """Make a shot without a cut, of which the network that ships is sure that it has none.

    Parameters
    ----------
    seed : int
        Draws it.

    Returns
    -------
    ndarray
        (60, 27, 48, 3) uint8.
    """
    from vidlearn.synthetic import montage

    for k in range(20):
        how = {"size": SIZE, "seed": [seed, k], "world": "new", "lengths": (FRAMES, 2 * FRAMES)}
        shot = montage(FRAMES, transitions={"cut": 1}, **how).frames
        if doubt(shot) < SILENT:
            return shot
    return shot


def doubt(frames):
    """Return the network's highest score in a film: how sure it is that there is a boundary.

    Parameters
    ----------
    frames : ndarray
        (T, 27, 48, 3) uint8.

    Returns
    -------
    float
        0 to 1; it says "cut" from `vidlearn.shots.network.THRESHOLD` on.
    """
    from vidlearn.models import frame_scores
    from vidlearn.shots.network import shipped_network

    return float(frame_scores(shipped_network(), frames)[:, 0].max())


def trick_score(answer):
    """Judge a trick by how much of a picture it changes, where the network falls for it.

    Parameters
    ----------
    answer : callable
        Takes a shot (T, 27, 48, 3) uint8 and returns it changed.

    Returns
    -------
    float
        The mean over hidden shots of the largest share of changed pixels in any frame; 1 for a
        shot in which the network still sees no boundary. None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no such film.
    """
    from vidlearn.shots.network import THRESHOLD

    shares = []
    for seed in SEEDS:
        shot = one_shot(seed)
        came = answer(shot.copy())
        if came is None or came is Ellipsis:
            return None
        came = _film(came, shot.shape)
        share = (came != shot).any(axis=-1).mean(axis=(1, 2)).max()
        shares.append(share if doubt(came) >= THRESHOLD else 1.0)
    return float(np.mean(shares))


def _film(came, shape):
    """Return a film of whole numbers from 0 to 255, or refuse it."""
    try:
        film = np.asarray(came)
    except ValueError:
        film = np.zeros(0, object)
    if film.shape != shape or film.dtype.kind not in "iu":
        raise Refusal(
            f"Return the shot, changed: an array of whole numbers of shape {shape}. "
            f"What came: {film.dtype} of shape {film.shape}."
        )
    if film.min() < 0 or film.max() > 255:
        raise Refusal(
            f"Colours go from 0 to 255. What came goes from {film.min()} to {film.max()}."
        )
    return film.astype(np.uint8)
