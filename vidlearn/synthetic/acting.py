"""Film people who act: from poses to pictures, keypoints and what of them is seen."""

from dataclasses import dataclass

import numpy as np

from vidlearn.synthetic.figures import (
    MATERIALS,
    Cast,
    M,
    Q,
    add_person,
    add_podium,
    head_axes,
    textures,
)
from vidlearn.synthetic.paint import paint
from vidlearn.synthetic.people import source
from vidlearn.synthetic.skeleton import AT, JOINTS, points
from vidlearn.synthetic.stage import AWAY, SWAY, Camera, backdrop, paint_door, shifted

FACE = [k for k, name in enumerate(JOINTS) if name.split("_")[-1] in ("nose", "eye", "ear")]
CHUNK, PIXELS = 32, 2**22  # frames, and pixels of them, that are painted at once, at most


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody in a film.

    Attributes
    ----------
    who : Source
        Body and clothes.
    pose : ndarray
        (T, C) the `CHANNELS`.
    thing : ndarray
        (T, 3) metres, where a thing is; NaN: nowhere. Or the name of the hand that holds it.
    feet : ndarray or None
        (T, 3) metres, where a podium with a stool stands.
    """

    who: object
    pose: np.ndarray
    thing: object = None
    feet: object = None


def sway_of(frames, size, rng):
    """Draw how the camera sways: (T, 2) pixels, a slow wave each way, of any size down to none."""
    turns = rng.uniform(0.3, 1.2, 2) * max(1, frames / 24) * np.arange(frames)[:, None] / frames
    reach = SWAY * min(size) * rng.random(2)
    return reach * np.sin(2 * np.pi * (turns + rng.random(2)))


def film(place, actors, opened, size, *, noise, rng):
    """Film actors at a place.

    Parameters
    ----------
    place : (str, int)
        World and number of the `source` whose place it is.
    actors : sequence of Actor
        Who acts.
    opened : ndarray
        (T,) how far the door is open.
    size : (int, int)
        Height and width in pixels.
    noise : float
        Standard deviation of the sensor's noise.
    rng : numpy.random.Generator
        Draws camera and noise.

    Returns
    -------
    frames : ndarray
        (T, H, W, 3) uint8.
    keypoints : ndarray
        (T, P, J, 2) float32 pixels.
    visible : ndarray
        (T, P, J) bool.
    """
    host, count = source(*place), len(opened)
    camera, sway = Camera(host.height, size), sway_of(count, size, rng)
    frames = np.empty((count, *size, 3), np.uint8)
    keypoints = np.empty((count, len(actors), len(JOINTS), 2), np.float32)
    visible = np.empty(keypoints.shape[:3], bool)
    cloths = np.concatenate([textures(a.who, camera.focal / AWAY) for a in actors])
    ground, step = backdrop(*place, size), min(CHUNK, max(1, PIXELS // (size[0] * size[1])))
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        canvas = shifted(ground, sway[part], size)
        paint_door(canvas, camera, host, opened[part], sway[part])
        cast, heads = Cast(camera, sway[part]), {}
        spots = [_add(cast, heads, k, actor, part) for k, actor in enumerate(actors)]
        rows = cast.rows()
        paint(canvas, rows, cloths, heads)
        if noise:
            canvas += np.float32(noise) * rng.standard_normal(canvas.shape, np.float32)
        np.clip(canvas, 0, 255, out=canvas)
        frames[part] = np.rint(canvas, out=canvas)
        for k, spot in enumerate(spots):
            keypoints[part, k], visible[part, k] = _seen(cast, rows, spot, size)
    return frames, keypoints, visible


def _add(cast, heads, k, actor, part):
    """Add an actor's shapes, and return the skeleton: (F, Q, 3)."""
    base, who, pose = k * len(MATERIALS), actor.who, actor.pose[part]
    spots = points(pose, who.sizes)
    add_person(cast, spots, who.sizes, base)
    if actor.feet is not None:
        add_podium(cast, actor.feet[part], pose[:, AT["yaw"]], who.sizes, base)
    if actor.thing is not None:
        held = isinstance(actor.thing, str)
        thing = spots[:, Q[f"{actor.thing}_hand"]] if held else actor.thing[part]
        thing = np.where(np.isnan(thing), [0.0, -50.0, 0.0], thing)
        cast.limb(thing, thing + np.array([0, 0.05, 0]), 0.15, 0.15, "thing", base, 0.06)
    dark = np.float32([30, 26, 30])
    heads[base + M["head"]] = (head_axes(cast.camera, spots), who.skin, who.hair, dark)
    return spots


def _seen(cast, rows, spots, size):
    """Return where the joints are in the picture, and which are seen."""
    joints = spots[:, : len(JOINTS)]
    pixels, far = cast.see(joints)
    inside = ((pixels >= 0) & (pixels < size[::-1])).all(-1)
    hidden = cast.hidden(rows, pixels, far)
    head = spots[:, Q["head"]]
    radius = np.linalg.norm(spots[:, Q["left_ear"]] - head, axis=-1)
    turned_away = far[:, FACE] - cast.see(head)[1][:, None] > 0.25 * radius[:, None]
    hidden[:, FACE] |= turned_away
    return pixels, inside & ~hidden
