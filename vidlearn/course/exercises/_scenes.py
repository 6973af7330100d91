"""Films of things before a photograph, for the lessons on detection."""

import numpy as np

KINDS = ("coin", "cup", "flower", "horse")
HELD_OUT = ("cat", "camera", "gravel", "retina")
"""Photographs behind what judges; no lesson trains before them."""


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
