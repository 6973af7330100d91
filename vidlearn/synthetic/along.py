"""A thing that goes along any path before a photograph: for paths drawn by hand."""

import numpy as np

from vidlearn.synthetic.cutouts import KINDS, cutout
from vidlearn.synthetic.laps import ground_of
from vidlearn.synthetic.render import Sprite, paste, placed


def pieces(things, photographs, *, size=(32, 32), seed=0):
    """Cut out things and photographs, in whole numbers from 0 to 255, for `along` to put together.

    Parameters
    ----------
    things : sequence of str
        What may move: digits such as "7", "coin", "cup", "flower", "horse".
    photographs : sequence of str
        Names of `PICTURES`.
    size : (int, int)
        Height and width of the frames in pixels.
    seed : int
        Which coin, which writer's digit, which part of a photograph.

    Returns
    -------
    things : dict of str to ndarray
        (h, w, 5) uint8 each: red, green and blue times opacity, opacity, shadow. The longer side is
        0.38 of the frame's shorter one, as in the middle of what `laps` draws, and a rim.
    photographs : dict of str to ndarray
        (H, W, 3) uint8 each.

    Raises
    ------
    ValueError
        If there is no such thing or photograph.

    Examples
    --------
    >>> cups, cats = pieces(["cup"], ["cat"], size=(40, 48))
    >>> cups["cup"].shape[2], cats["cat"].shape
    (5, (40, 48, 3))
    """
    if not set(things) <= set(KINDS):
        raise ValueError(f"things must be of {', '.join(KINDS)}. Received: {things!r}")
    cut, grounds = {}, {}
    for name in things:
        rng = np.random.default_rng([seed, 1])
        layers = Sprite.made_of(cutout(name, rng), 0.38 * min(size)).layers
        layers = layers * np.array([1, 1, 1, 255, 255])
        cut[name] = np.rint(np.clip(layers, 0, 255)).astype(np.uint8)
    for name in photographs:
        rng = np.random.default_rng([seed, 2])
        grounds[name] = np.rint(np.clip(ground_of(name, size, rng), 0, 255)).astype(np.uint8)
    return cut, grounds


def along(path, thing, photograph):
    """Let a thing go along a path: a clip with a frame for each place.

    Parameters
    ----------
    path : array_like
        (T, 2) where the thing's middle is in each frame: x in shares of the width, y of the height,
        (0, 0) at the upper left. It may leave the frame.
    thing : ndarray
        (h, w, 5) uint8, as `pieces` gives it.
    photograph : ndarray
        (H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.

    Raises
    ------
    ValueError
        If the path is no array of finite places.

    Examples
    --------
    >>> cups, cats = pieces(["cup"], ["cat"])
    >>> along([(0.3, 0.5), (0.5, 0.5), (0.7, 0.5)], cups["cup"], cats["cat"]).shape
    (3, 32, 32, 3)
    """
    path = np.asarray(path, float)
    if path.ndim != 2 or path.shape[1] != 2 or not len(path) or not np.isfinite(path).all():
        raise ValueError(
            "path must be (T, 2), a place x, y for each frame, in shares of the frame from 0 to 1. "
            f"Received: shape {path.shape}"
        )
    layers = thing.astype(np.float32) / np.array([1, 1, 1, 255, 255], np.float32)
    sprite, size = Sprite(layers, 0.0), np.array(photograph.shape[1::-1])
    ids = np.zeros(photograph.shape[:2], np.uint8)
    clip = np.empty((len(path), *photograph.shape), np.uint8)
    for t, centre in enumerate(path * size):
        canvas = photograph.astype(np.float32)
        paste(canvas, ids, *placed(sprite, centre, 0.0, 1.0), 1)
        clip[t] = np.rint(np.clip(canvas, 0, 255))
    return clip
