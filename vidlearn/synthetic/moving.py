"""Moving objects over photographs, with exact boxes, masks and tracks."""

import numpy as np
from scipy import ndimage

from vidlearn.synthetic.cutouts import DIGITS, KINDS, cutout
from vidlearn.synthetic.paths import CAMERAS, camera_path, object_paths
from vidlearn.synthetic.pictures import background as cut_background
from vidlearn.synthetic.pictures import picture
from vidlearn.synthetic.render import Sprite, paste, placed, view_of
from vidlearn.synthetic.scene import Scene

OCCLUSIONS = ("objects", "none", "pillars")
LIGHTS = ("steady", "flicker", "sweep")


def moving_objects(
    frames=48,
    size=(120, 160),
    objects=3,
    *,
    seed=0,
    kinds=("digits", "coin", "cup", "flower", "horse"),
    background=None,
    scale=0.3,
    speed=2.0,
    occlusion="objects",
    camera="still",
    light="steady",
    noise=0.0,
):
    """Make a video of objects that move over a photograph and bounce at its borders.

    Real pixels, synthetic motion: the digits are handwritten, the rest is cut out of photographs
    (the horse out of a drawing). The same arguments give the same bytes.

    Parameters
    ----------
    frames : int
        Number of frames, T.
    size : (int, int)
        Height and width in pixels, at least 16.
    objects : int
        Number of objects, K, 0 to 255. A later one passes in front of an earlier one.
    seed : int or numpy.random.Generator
        Draws everything that is not given.
    kinds : sequence of str
        What may appear, each equally often: "digits" (one of the ten), a digit such as "7",
        "coin", "cup", "flower", "horse".
    background : str, optional
        A name of `PICTURES`; one of `BACKGROUNDS` is drawn when not given.
    scale : float
        Longer side of an object as a fraction of the frame's shorter side; each object draws 0.75
        to 1.25 times that.
    speed : float
        Pixels per frame; each object draws 0.6 to 1.4 times that.
    occlusion : str
        "objects" (they pass over each other), "none" (they bounce off each other), or "pillars"
        (they also pass behind two pillars of brick).
    camera : str
        "still", "pan", "shake" or "zoom"; objects live in the world, not in the frame, so they
        move along and may leave the picture.
    light : str
        "steady", "flicker" (brightness trembles) or "sweep" (a shade crosses the picture).
    noise : float
        Standard deviation of the noise of the camera's sensor, in grey levels of 0 to 255.

    Returns
    -------
    Scene
        Frames, masks, boxes, tracks, labels.

    Raises
    ------
    ValueError
        If an argument is out of range, or so many objects cannot keep apart.

    Examples
    --------
    >>> scene = moving_objects(24, objects=2, kinds=["coin", "cup"], background="china")
    >>> scene.frames.shape, scene.boxes.shape, scene.names
    ((24, 120, 160, 3), (24, 2, 4), ('coin', 'cup'))
    """
    _check(frames, size, objects, scale, speed, noise)
    for name, value, choices in [
        ("occlusion", occlusion, OCCLUSIONS),
        ("camera", camera, CAMERAS),
        ("light", light, LIGHTS),
    ]:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {value!r}")
    names = _names(kinds)
    rng = np.random.default_rng(seed)
    chosen = [kinds[i] for i in rng.integers(len(kinds), size=objects)]
    chosen = [str(rng.choice(DIGITS)) if kind == "digits" else kind for kind in chosen]
    sprites = [
        Sprite.made_of(cutout(kind, rng), min(size) * scale * rng.uniform(0.75, 1.25))
        for kind in chosen
    ]
    views, world = camera_path(camera, frames, size, rng)
    photo = cut_background(background or rng, world)
    places, angles = object_paths(
        frames,
        world,
        [sprite.radius for sprite in sprites],
        [kind in ("coin", "flower") for kind in chosen],
        speed=speed,
        apart=occlusion == "none",
        rng=rng,
    )
    cast = [(sprite, places[:, k], angles[:, k], k + 1) for k, sprite in enumerate(sprites)]
    if occlusion == "pillars":
        cast += _pillars(frames, world)
    lamp = _lamp(light, frames, size[1], rng)
    truth = _filmed(photo.astype(np.float32), views, size, cast, objects, lamp, noise, rng)
    labels = np.array([names.index(kind) for kind in chosen], np.int64)
    return Scene(*truth, labels, names)


def _check(frames, size, objects, scale, speed, noise):
    for name, value, good, wanted in [
        ("frames", frames, frames >= 1, "at least 1"),
        ("size", size, min(size) >= 16, "height and width of at least 16 pixels"),
        ("objects", objects, 0 <= objects <= 255, "from 0 to 255"),
        ("scale", scale, scale > 0, "above 0"),
        ("speed", speed, speed >= 0, "0 or more pixels per frame"),
        ("noise", noise, noise >= 0, "0 or more grey levels"),
    ]:
        if not good:
            raise ValueError(f"{name} must be {wanted}. Received: {value}")


def _names(kinds):
    """Return the classes that a list of kinds may bring, in the order of the list."""
    names = []
    for kind in kinds:
        if kind != "digits" and kind not in KINDS:
            raise ValueError(
                f"kinds must be a list of 'digits', {', '.join(KINDS)}. Received: {kind!r}"
            )
        names += DIGITS if kind == "digits" else [kind]
    if not names:
        raise ValueError("kinds must name at least one kind of object. Received: none")
    return tuple(dict.fromkeys(names))


def _pillars(frames, world):
    """Return two pillars of brick, in front of everything, as members of the cast."""
    height, width = world
    brick = picture("brick")[:, 60 : 60 + max(16, round(0.09 * 512 * width / height))]
    rgba = np.dstack([brick * (1.0, 0.72, 0.6), np.full(brick.shape[:2], 255)]).astype(np.uint8)
    sprite = Sprite.made_of(rgba, 1.1 * max(height, brick.shape[1] / 512 * height))
    still = np.zeros(frames)
    spots = [np.tile([part * width, height / 2], (frames, 1)) for part in (0.32, 0.7)]
    return [(sprite, spot, still, 0) for spot in spots]


def _lamp(light, frames, width, rng):
    """Return by what the light multiplies the frames: (T, 1, 1 or W, 1) float32."""
    time = np.arange(frames)[:, None] + rng.uniform(0, 60)
    if light == "flicker":
        lamp = 1 + 0.1 * np.sin(time * 0.7) + 0.05 * rng.standard_normal((frames, 1))
    elif light == "sweep":
        middle = (time / 60 % 1) * 2 - 0.5  # from outside on the left to outside on the right
        lamp = 1 - 0.5 * np.exp(-(((np.arange(width) / width - middle) / 0.25) ** 2))
    else:
        lamp = np.ones((frames, 1))
    return lamp[:, None, :, None].astype(np.float32)


def _filmed(photo, views, size, cast, objects, lamp, noise, rng):
    """Paint all frames; return frames, masks, boxes, full boxes and visible fractions."""
    count = len(views)
    frames = np.empty((count, *size, 3), np.uint8)
    masks = np.zeros((count, *size), np.uint8)
    full_boxes = np.zeros((count, objects, 4), np.float32)
    areas = np.ones((count, objects), np.float32)
    ground = None
    for t, view in enumerate(views):
        if ground is None or (view != views[t - 1]).any():
            ground = view_of(photo, view, size)
        canvas = ground.copy()
        for sprite, places, angles, number in cast:
            centre = (places[t] - view[:2]) * view[2]
            patch, corner = placed(sprite, centre, angles[t], view[2])
            box, area = paste(canvas, masks[t], patch, corner, number)
            if number:
                full_boxes[t, number - 1], areas[t, number - 1] = box, area
        canvas *= lamp[t]
        if noise:
            canvas += np.float32(noise) * rng.standard_normal(canvas.shape, np.float32)
        frames[t] = np.rint(np.clip(canvas, 0, 255))
    boxes, seen = seen_boxes(masks, objects)
    return frames, masks, boxes, full_boxes, seen / areas


def seen_boxes(masks, objects):
    """Measure the objects of an id map.

    Parameters
    ----------
    masks : ndarray
        (T, H, W) uint8: k + 1 where object k is seen.
    objects : int
        Number of objects, K.

    Returns
    -------
    boxes : ndarray
        (T, K, 4) float32 xyxy; 0, 0, 0, 0 where an object is not seen.
    areas : ndarray
        (T, K) float32, number of pixels seen.

    Examples
    --------
    >>> masks = np.zeros((1, 4, 6), np.uint8)
    >>> masks[0, 1:3, 2:5] = 1
    >>> boxes, areas = seen_boxes(masks, 1)
    >>> boxes[0, 0].tolist(), areas[0, 0].item()
    ([2.0, 1.0, 5.0, 3.0], 6.0)
    """
    boxes = np.zeros((len(masks), objects, 4), np.float32)
    areas = np.zeros((len(masks), objects), np.float32)
    for t, ids in enumerate(masks):
        areas[t] = np.bincount(ids.ravel(), minlength=objects + 1)[1:]
        for k, part in enumerate(ndimage.find_objects(ids, objects)):
            if part:
                rows, columns = part
                boxes[t, k] = columns.start, rows.start, columns.stop, rows.stop
    return boxes, areas
