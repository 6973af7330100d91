"""Objects that cross the picture, each in its own lane: some to the right, some to the left."""

import numpy as np

from vidlearn.synthetic.cutouts import DIGITS, cutout
from vidlearn.synthetic.moving import _check, _filmed, _lamp, _names
from vidlearn.synthetic.pictures import background as cut_background
from vidlearn.synthetic.render import Sprite
from vidlearn.synthetic.scene import Scene


def crossing(
    frames=40,
    size=(120, 160),
    ways=(1, -1),
    *,
    seed=0,
    kinds=("digits", "coin", "cup", "flower", "horse"),
    background=None,
    speed=1.0,
    noise=0.0,
):
    """Make a video of objects that pass over a photograph at one speed, without turning.

    Each has a lane of its own, so they never meet. One that leaves on one side comes in again on
    the other. Played backwards, what went right goes left. The same arguments give the same bytes.

    Parameters
    ----------
    frames : int
        Number of frames, T.
    size : (int, int)
        Height and width in pixels, at least 16.
    ways : sequence of int
        For each of K objects, from the top lane to the lowest: 1 to the right, -1 to the left.
    seed : int or numpy.random.Generator
        Draws everything that is not given.
    kinds : sequence of str
        What may appear, as in `moving_objects`.
    background : str, optional
        A name of `PICTURES`; one of `BACKGROUNDS` is drawn when not given.
    speed : float
        Pixels per frame, the same for all.
    noise : float
        Standard deviation of the noise of the camera's sensor, in grey levels of 0 to 255.

    Returns
    -------
    Scene
        Frames, masks, boxes, tracks, labels.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> scene = crossing(8, (60, 80), (1, -1), seed=1, speed=2.0)
    >>> scene.frames.shape, scene.boxes.shape
    ((8, 60, 80, 3), (8, 2, 4))

    Lesson 03 uses it.
    """
    ways = list(ways)
    if not ways or set(ways) - {1, -1}:
        raise ValueError(f"ways must hold 1 (right) and -1 (left), one a lane. Received: {ways}")
    _check(frames, size, len(ways), 1, speed, noise)
    names, rng = _names(kinds), np.random.default_rng(seed)
    chosen = [kinds[i] for i in rng.integers(len(kinds), size=len(ways))]
    chosen = [str(rng.choice(DIGITS)) if kind == "digits" else kind for kind in chosen]
    lane = size[0] / len(ways)
    cast = []
    for k, (kind, way) in enumerate(zip(chosen, ways, strict=True)):
        sprite = Sprite.made_of(cutout(kind, rng), 0.85 * min(lane, size[1] / 2))
        loop = size[1] + 2 * sprite.radius
        x = (rng.uniform(0, loop) + way * speed * np.arange(frames)) % loop - sprite.radius
        places = np.stack([x, np.full(frames, (k + 0.5) * lane)], axis=-1)
        cast.append((sprite, places, np.full(frames, rng.uniform(-0.2, 0.2)), k + 1))
    views = np.tile([0.0, 0.0, 1.0], (frames, 1))
    photo = cut_background(background or rng, size).astype(np.float32)
    lamp = _lamp("steady", frames, size[1], rng)
    truth = _filmed(photo, views, size, cast, len(ways), lamp, noise, rng)
    labels = np.array([names.index(kind) for kind in chosen], np.int64)
    return Scene(*truth, labels, names)
