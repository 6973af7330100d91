"""A thing that goes along any path before a photograph: for paths drawn by hand."""

import numpy as np

from vidlearn.synthetic.asked import sized, whole
from vidlearn.synthetic.cutouts import KINDS, cutout
from vidlearn.synthetic.laps import ground_of
from vidlearn.synthetic.pictures import PICTURES
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
        Height and width of the frames in pixels, at least 8.
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
        If there is no such thing or photograph, or `size` or `seed` makes no sense.

    Examples
    --------
    >>> cups, cats = pieces(["cup"], ["cat"], size=(40, 48))
    >>> cups["cup"].shape[2], cats["cat"].shape
    (5, (40, 48, 3))
    """
    things = _names("things", things, KINDS)
    photographs = _names("photographs", photographs, PICTURES)
    size, seed = sized(size, 8), whole("seed", seed, 0)
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
        If the path is no array of finite places, or thing or photograph is of another kind.

    Examples
    --------
    >>> cups, cats = pieces(["cup"], ["cat"])
    >>> along([(0.3, 0.5), (0.5, 0.5), (0.7, 0.5)], cups["cup"], cats["cat"]).shape
    (3, 32, 32, 3)
    """
    path = _path(path)
    thing = _pixels("thing", thing, 5, 2)
    photograph = _pixels("photograph", photograph, 3, 1)
    layers = thing.astype(np.float32) / np.array([1, 1, 1, 255, 255], np.float32)
    sprite, size = Sprite(layers, 0.0), np.array(photograph.shape[1::-1])
    ids = np.zeros(photograph.shape[:2], np.uint8)
    clip = np.empty((len(path), *photograph.shape), np.uint8)
    far = 10 * (size.max() + sum(thing.shape[:2]))  # nothing is seen from there
    for t, centre in enumerate(np.clip(path, -far, far) * size):
        canvas = photograph.astype(np.float32)
        paste(canvas, ids, *placed(sprite, centre, 0.0, 1.0), 1)
        clip[t] = np.rint(np.clip(canvas, 0, 255))
    return clip


def _names(argument, given, known):
    """Return a list of names, or say which there are."""
    names = list(given) if isinstance(given, list | tuple | set | np.ndarray) else [None]
    if not all(isinstance(name, str) and name in known for name in names):
        raise ValueError(
            f"{argument} must be of {', '.join(known)}, in a list. Received: {given!r}"
        )
    return [str(name) for name in names]


def _path(given):
    try:
        path = np.asarray(given)
    except ValueError:  # rows of several lengths
        path = np.array(None)
    good = path.dtype.kind in "buif" and path.ndim == 2 and path.shape[1] == 2 and len(path)
    if not good or not np.isfinite(path).all():
        raise ValueError(
            "path must be (T, 2), a place x, y for each frame, in shares of the frame from 0 to 1. "
            f"Received: {path.dtype} of shape {path.shape}"
        )
    return path.astype(float)


def _pixels(argument, given, channels, least):
    array = np.asarray(given)
    good = array.ndim == 3 and array.shape[2] == channels and array.dtype == np.uint8
    if not good or min(array.shape[:2]) < least:
        raise ValueError(
            f"{argument} must be uint8 (h, w, {channels}), at least {least} pixels a side, as "
            f"pieces gives it. Received: {array.dtype} of shape {array.shape}"
        )
    return array
