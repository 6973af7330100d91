"""One thing to keep an eye on: it turns, grows, shrinks, goes behind things and comes back."""

from numbers import Real

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.cutouts import _soft, _trimmed, cutout
from vidlearn.synthetic.moving import seen_boxes
from vidlearn.synthetic.paths import camera_path, object_paths
from vidlearn.synthetic.pictures import picture
from vidlearn.synthetic.render import Sprite, paste, placed, view_of
from vidlearn.synthetic.scene import Scene

HIDING = {
    "seen": (
        ("patch", "patch", "patch", "digits", "coin"),
        ("china", "rocket", "camera", "hubble", "retina", "gravel"),
    ),
    "unseen": (("cup", "flower", "horse"), ("cat", "tissue", "brick", "grass")),
}
"""The two worlds: what moves in each, and before which photographs. They share none."""
CAMERAS = ("still", "shake", "zoom")


def hide_and_seek(
    frames=40,
    size=(72, 96),
    objects=3,
    *,
    world="seen",
    seed=0,
    scale=0.38,
    camera="still",
    noise=2.0,
):
    """Make a film of one thing that passes behind a pillar and behind others, and comes back.

    Object 0 is the one to follow. In frame 0 it is seen, and then it goes to the other side of the
    picture, or there and back, turning, growing and shrinking. Half-way stands a pillar, a little
    narrower than it is; where the picture is a third wider than high or more, it stands clear of
    the thing at first. A camera that zooms may leave a part of the thing out. The others go where
    they like, some before it and some behind. The same arguments give the same bytes.

    Parameters
    ----------
    frames : int
        Number of frames, T.
    size : (int, int)
        Height and width in pixels, at least 16.
    objects : int
        Number of things, K, 1 to 16.
    world : str
        "seen" to train in: patches of photographs of random outline, digits and coins. "unseen" to
        test in: cup, flower, horse. The photographs behind them, and of the pillars, differ too.
    seed : int or numpy.random.Generator
        Draws everything that is not given.
    scale : float
        Longer side of object 0, on average, as a fraction of the frame's shorter side; the others
        draw 0.7 to 1.1 times that.
    camera : str
        "still", "shake" or "zoom".
    noise : float
        Standard deviation of the noise of the camera's sensor, in grey levels of 0 to 255.

    Returns
    -------
    Scene
        Frames, masks, boxes, labels; ``mask_of(0)`` is the thing's.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> film = hide_and_seek(24, seed=1, world="unseen")
    >>> film
    Scene(24 frames of 72 x 96, 3 objects: cup, flower, horse)
    >>> bool(film.visible[0, 0] > 0.9), bool(film.visible[:, 0].min() < 0.5)
    (True, True)

    Lesson 23 uses it.
    """
    frames, size = asked.whole("frames", frames, 1), asked.sized(size, 16)
    objects = asked.whole("objects", objects, 1, 16)
    asked.noisy(noise)
    if not isinstance(scale, Real) or not 0 < scale < np.inf:
        raise ValueError(f"scale must be a number above 0. Received: {scale!r}")
    for name, value, choices in (("world", world, HIDING), ("camera", camera, CAMERAS)):
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {value!r}")
    kinds, photos = HIDING[world]
    rng = asked.drawn(seed)
    chosen = _chosen(kinds, objects, rng)
    side = min(size) * scale
    factors = [1.0, *rng.uniform(0.7, 1.1, objects - 1)]
    sprites = [
        Sprite.made_of(thing_of(kind, photos, rng), side * factor)
        for kind, factor in zip(chosen, factors, strict=True)
    ]
    views, ground = camera_path(camera, frames, size, rng)
    cast = _cast(sprites, frames, ground, side, rng)
    pillar = _pillar(ground, side * rng.uniform(0.55, 0.95), photos, rng)
    here = np.tile([ground[1] * rng.uniform(0.45, 0.55), ground[0] / 2], (frames, 1))
    cast.append((pillar, here, np.zeros(frames), np.ones(frames), 0))
    cast += [cast.pop(k) for k in range(len(cast) - 2, 0, -1) if rng.random() < 0.5]
    photo = _cut(photos, ground, rng).astype(np.float32)
    film = _filmed(photo, views, size, cast, objects, noise, rng)
    names = tuple(dict.fromkeys(kinds))
    return Scene(*film, np.array([names.index(kind) for kind in chosen], np.int64), names)


def _chosen(kinds, count, rng):
    """Draw kinds; one comes twice only when all have come."""
    rounds = [rng.permutation(len(kinds)) for _ in range(-(-count // len(kinds)))]
    return [kinds[k] for k in np.concatenate(rounds)[:count]]


def thing_of(kind, photos, rng):
    """Make one thing of a world: (h, w, 4) uint8."""
    if kind == "patch":
        return _patch(photos, rng)
    return cutout(str(rng.integers(10)) if kind == "digits" else kind, rng)


def _patch(photos, rng):
    """Cut a patch of random outline out of a photograph, and dye it: (h, w, 4) uint8."""
    photo = picture(photos[rng.integers(len(photos))])
    cut = int(rng.uniform(0.3, 0.9) * min(photo.shape[:2]))
    top, left = (rng.integers(side - cut + 1) for side in photo.shape[:2])
    rows = np.linspace(0, cut - 1, 96).astype(int)
    pixels = photo[top + rows[:, None], left + rows].astype(np.float32)
    pixels = np.clip(rng.uniform(0.5, 1.3, 3) * pixels + rng.uniform(0, 90, 3), 0, 255)
    y, x = np.mgrid[:96, :96] - 47.5
    angle, waves = np.arctan2(y, x), np.arange(2, 6)[:, None, None]
    swing = rng.uniform(0, 0.5 / waves) * np.cos(waves * angle + rng.uniform(0, 7, (4, 1, 1)))
    stretch = rng.uniform(0.6, 1)
    inside = np.hypot(x, y / stretch) < 30 * (1 + swing.sum(axis=0))
    return _trimmed(pixels, _soft(inside, 1.5))


def _pillar(world, width, photos, rng):
    """Cut a pillar out of a photograph."""
    photo = _cut(photos, (2 * world[0], max(8, round(2 * width))), rng)
    dyed = np.clip(photo * rng.uniform(0.6, 1.0, 3), 0, 255)
    rgba = np.dstack([dyed, np.full(photo.shape[:2], 255)]).astype(np.uint8)
    return Sprite.made_of(rgba, max(1.1 * world[0], width))


def _cut(photos, size, rng):
    """Cut a part of this height and width out of one of the photographs."""
    from PIL import Image

    photo = picture(photos[rng.integers(len(photos))])
    share = min(photo.shape[0] / size[0], photo.shape[1] / size[1]) * rng.uniform(0.6, 1)
    top, left = (
        rng.uniform(0, full - share * side)
        for full, side in zip(photo.shape[:2], size, strict=True)
    )
    box = (left, top, left + share * size[1], top + share * size[0])
    return np.asarray(Image.fromarray(photo).resize(size[::-1], Image.LANCZOS, box=box))


def _cast(sprites, frames, world, side, rng):
    """Say for each thing where it is, how it is turned, how large, and its number."""
    height, width = world
    time = np.linspace(0, 1, frames)
    legs, way = rng.choice([1, 1.5, 2]), rng.choice([-1, 1])
    x = width / 2 - way * (width / 2 - 0.75 * side) * np.cos(np.pi * legs * time)
    y = height * (0.5 + 0.18 * np.sin(2 * np.pi * (rng.uniform(0.3, 1) * time + rng.random())))
    paths = [np.stack([x, y], axis=-1)]
    for sprite in sprites[1:]:
        for _ in range(50):
            speed = rng.uniform(0.5, 1.5) * 0.02 * width
            reach = [min(sprite.radius, 0.45 * height)]
            places, _ = object_paths(
                frames, world, reach, [False], speed=speed, apart=False, rng=rng
            )
            away = np.hypot(*(places[0, 0] - paths[0][0]))
            if away > sprite.radius + 0.7 * side:
                break
        paths.append(places[:, 0])
    cast = []
    for k, (sprite, places) in enumerate(zip(sprites, paths, strict=True)):
        a, b = rng.uniform(0.4, 1.2, 2)
        turn = 0.6 * np.sin(2 * np.pi * (a * time + rng.random()))
        zoom = np.exp(rng.choice([-0.28, 0.28]) * np.sin(2 * np.pi * b * time))
        cast.append((sprite, places, turn, zoom, k + 1))
    return cast


def _filmed(photo, views, size, cast, objects, noise, rng):
    """Paint all frames; return frames, masks, boxes, full boxes and visible fractions."""
    count = len(views)
    film = np.empty((count, *size, 3), np.uint8)
    masks = np.zeros((count, *size), np.uint8)
    full_boxes = np.zeros((count, objects, 4), np.float32)
    areas = np.ones((count, objects), np.float32)
    for t, view in enumerate(views):
        canvas = view_of(photo, view, size).copy()
        for sprite, places, angles, zooms, number in cast:
            centre = (places[t] - view[:2]) * view[2]
            patch, corner = placed(sprite, centre, angles[t], zooms[t] * view[2])
            box, area = paste(canvas, masks[t], patch, corner, number)
            if number:
                full_boxes[t, number - 1], areas[t, number - 1] = box, area
        canvas += np.float32(noise) * rng.standard_normal(canvas.shape, np.float32)
        film[t] = np.rint(np.clip(canvas, 0, 255))
    boxes, seen = seen_boxes(masks, objects)
    return film, masks, boxes, full_boxes, seen / areas
