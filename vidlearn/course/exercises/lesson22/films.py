"""Films of lesson 22: that of the first screen, shots to join, and what is found as arrays."""

from functools import cache

import numpy as np

SIZE = (27, 48)  # what networks see
FIRST = {"seed": 33, "traps": ("flash", "whip pan", "jolt", "crossing", "light")}
BEGINS = 95  # what is before shows no more, and would make the lesson's page heavier


@cache
def first_film():
    """Make the film that the lesson begins with: cuts, a dissolve or two, and traps.

    Returns
    -------
    vidlearn.synthetic.Montage
        205 frames of 54 x 96.
    """
    from dataclasses import replace

    from vidlearn.synthetic import montage

    film = montage(
        300,
        size=(54, 96),
        world="new",
        transitions={"cut": 3, "dissolve": 2},
        lengths=(20, 60),
        **FIRST,
    )
    kept = film.transitions[:, 0] >= BEGINS
    return replace(
        film,
        frames=film.frames[BEGINS:],
        transitions=film.transitions[kept] - BEGINS,
        kinds=[kind for kind, some in zip(film.kinds, kept, strict=True) if some],
        traps=[(name, a - BEGINS, b - BEGINS) for name, a, b in film.traps if a >= BEGINS],
    )


@cache
def material():
    """Make two shots without a cut, to join.

    Returns
    -------
    old, new : ndarray
        (40, 54, 96, 3) uint8.
    """
    film = first_film()
    longest = sorted(film.shots, key=lambda shot: shot[0] - shot[1])[:2]
    return tuple(film.frames[a : a + 40] for a, b in sorted(longest))


def shrunk(frames):
    """Return frames as networks see them.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, 27, 48, 3) uint8.
    """
    import cv2

    return np.stack([cv2.resize(f, SIZE[::-1], interpolation=cv2.INTER_AREA) for f in frames])


def as_spans(found):
    """Return shots, or transitions, as arrays.

    Parameters
    ----------
    found : vidlearn.shots.Shots or list of vidlearn.shots.Transition

    Returns
    -------
    spans : ndarray
        (N, 2).
    kinds : list of str
    """
    found = getattr(found, "transitions", found)
    return (
        np.array([(each.start, each.end) for each in found], int).reshape(-1, 2),
        [each.kind for each in found],
    )
