"""Pictures and films of things before a photograph, for the lessons on detection."""

import numpy as np

KINDS = ("coin", "cup", "flower", "horse")
HELD_OUT = ("cat", "camera", "gravel", "retina")
"""Photographs behind what judges; no lesson trains before them."""
TRAINED = ("china", "brick", "grass", "rocket", "hubble", "tissue")
VALIDATION = ("gravel", "retina")
TESTED = ("cat", "camera", "astronaut")
"""Photographs behind the pictures that detectors are trained on, chosen by, and judged by."""
CLASSES = ("coin", "cup", "flower", "horse", "digit")


def things(seed, frames, backgrounds, *, least, times, **options):
    """Make a film of things before a photograph.

    Parameters
    ----------
    seed : int
        Draws all; the background is one of `backgrounds` in turn.
    frames : int
        Number of frames.
    backgrounds : sequence of str
        Names of photographs.
    least, times : float
        The scale is drawn from `least` to `times` as much, evenly in its logarithm.
    **options
        As `vidlearn.synthetic.moving_objects` takes them.

    Returns
    -------
    vidlearn.synthetic.Scene
        Frames of 120 x 160; its labels 0 to 3 are coin, cup, flower, horse.
    """
    from vidlearn.synthetic import moving_objects

    scale = least * times ** np.random.default_rng(seed).random()
    place = backgrounds[seed % len(backgrounds)]
    options = {"scale": scale, "background": place, "kinds": KINDS} | options
    return moving_objects(frames, seed=seed, **options)


def clip(seed, frames=50, backgrounds=TESTED, **options):
    """Make a film of three things before a photograph that no detector was trained before.

    Parameters
    ----------
    seed : int
        Draws all; the background is one of `backgrounds` in turn.
    frames : int
        Number of frames, T, 25 a second.
    backgrounds : sequence of str
        Names of photographs.
    **options
        As `vidlearn.synthetic.moving_objects` takes them.

    Returns
    -------
    frames : ndarray
        (T, 120, 160, 3) uint8.
    truths : list of vidlearn.boxes.Truth
        T: what is seen by a quarter or more; labels are those of `CLASSES`, all digits one.
    """
    from vidlearn.boxes import Truth

    kinds = [*KINDS, "digits"]
    film = things(seed, frames, backgrounds, least=0.2, times=1.7, **{"kinds": kinds} | options)
    names = [name if name in CLASSES else "digit" for name in film.names]
    numbers = np.array([CLASSES.index(name) for name in names])
    seen = (film.truth(t) for t in range(frames))
    return film.frames, [Truth(boxes, numbers[labels]) for boxes, labels, _ in seen]
