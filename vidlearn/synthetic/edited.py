"""Edited video: scenes joined by hard cuts, at frames that are known exactly."""

import numpy as np

from vidlearn.synthetic.moving import moving_objects
from vidlearn.synthetic.paths import CAMERAS
from vidlearn.synthetic.pictures import BACKGROUNDS
from vidlearn.synthetic.scene import Scene


def edited_video(
    shots=5,
    size=(120, 160),
    *,
    seed=0,
    lengths=(16, 40),
    objects=2,
    speed=2.0,
    occlusion="objects",
    camera="still",
    light="steady",
    noise=0.0,
):
    """Make a video of several shots, joined by hard cuts.

    Each shot is a `moving_objects` of its own; no two in a row play over the same photograph.

    Parameters
    ----------
    shots : int
        Number of shots, at least 1.
    size : (int, int)
        Height and width in pixels.
    seed : int or numpy.random.Generator
        Draws the shots and their lengths.
    lengths : (int, int)
        Least and greatest number of frames of a shot.
    objects : int
        Number of objects in each shot.
    speed : float
        As in `moving_objects`.
    occlusion : str
        As in `moving_objects`.
    camera : str
        As in `moving_objects`, or "any": drawn anew for each shot.
    light : str
        As in `moving_objects`.
    noise : float
        As in `moving_objects`.

    Returns
    -------
    Scene
        Its `cuts` are the first frames of all shots but the first; `shots` are the ranges.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> video = edited_video(3, (60, 80), lengths=(8, 12), seed=4)
    >>> video.cuts, video.shots
    ((8, 19), [(0, 8), (8, 19), (19, 30)])
    """
    if shots < 1:
        raise ValueError(f"shots must be at least 1. Received: {shots}")
    if not 1 <= lengths[0] <= lengths[1]:
        raise ValueError(f"lengths must be least and greatest, from 1 up. Received: {lengths}")
    rng = np.random.default_rng(seed)
    order = rng.permutation(BACKGROUNDS)
    return join(
        [
            moving_objects(
                int(rng.integers(lengths[0], lengths[1] + 1)),
                size,
                objects,
                seed=rng,
                background=str(order[shot % len(order)]),
                speed=speed,
                occlusion=occlusion,
                camera=str(rng.choice(CAMERAS)) if camera == "any" else camera,
                light=light,
                noise=noise,
            )
            for shot in range(shots)
        ]
    )


def join(scenes):
    """Join scenes by hard cuts.

    Parameters
    ----------
    scenes : sequence of Scene
        At least one, all of one frame size and frame rate. A scene that has cuts keeps them.

    Returns
    -------
    Scene
        The scenes one after the other. Its objects are those of the first scene, then those of the
        second and so on; outside its own scene an object is not seen and all its numbers are 0.

    Raises
    ------
    ValueError
        If the scenes differ in size or frame rate, or hold more than 255 objects together.

    Examples
    --------
    >>> from vidlearn.synthetic import moving_objects
    >>> join([moving_objects(8, (40, 60), 1, seed=1), moving_objects(6, (40, 60), 2, seed=2)]).cuts
    (8,)
    """
    if not scenes:
        raise ValueError("scenes must hold at least one scene. Received: none")
    kinds = sorted({(*scene.frames.shape[1:], scene.fps) for scene in scenes})
    if len(kinds) > 1:
        raise ValueError(
            f"scenes must agree in height, width, channels and frames per second. Received: {kinds}"
        )
    counts = [len(scene.labels) for scene in scenes]
    if sum(counts) > 255:
        raise ValueError(f"scenes must hold at most 255 objects together. Received: {sum(counts)}")
    names = tuple(dict.fromkeys(name for scene in scenes for name in scene.names))
    firsts = np.cumsum([0, *counts])
    starts = np.cumsum([0, *(len(scene.frames) for scene in scenes)]).tolist()
    cuts, masks = list(starts[1:-1]), []
    for scene, first, start in zip(scenes, firsts, starts, strict=False):
        cuts += [start + cut for cut in scene.cuts]
        masks.append(np.where(scene.masks, scene.masks + np.uint8(first), np.uint8(0)))
    labels = [names.index(scene.names[label]) for scene in scenes for label in scene.labels]
    return Scene(
        np.concatenate([scene.frames for scene in scenes]),
        np.concatenate(masks),
        _diagonal([scene.boxes for scene in scenes]),
        _diagonal([scene.full_boxes for scene in scenes]),
        _diagonal([scene.visible for scene in scenes]),
        np.array(labels, np.int64),
        names,
        tuple(sorted(cuts)),
        scenes[0].fps,
    )


def _diagonal(parts):
    """Lay arrays (T_i, K_i, ...) on the diagonal of one of zeros (sum of T, sum of K, ...)."""
    joined = np.zeros(
        (*np.sum([part.shape[:2] for part in parts], 0), *parts[0].shape[2:]), np.float32
    )
    row = column = 0
    for part in parts:
        joined[row : row + part.shape[0], column : column + part.shape[1]] = part
        row, column = row + part.shape[0], column + part.shape[1]
    return joined
