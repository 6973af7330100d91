"""The place: a camera, a floor, a wall with a photograph, a door in it."""

from functools import lru_cache

import numpy as np
from scipy import ndimage

from vidlearn.synthetic.people import source
from vidlearn.synthetic.pictures import picture

AWAY = 4.0  # metres from the camera to the middle of the stage
WALL = 2.6  # metres from there to the wall
DOOR = (0.35, 1.5, 2.3)  # inner and outer edge of the door, and its height, in metres
TALL = 0.74  # part of the picture that 1.75 metres fill in the middle of the stage
SWAY = 0.025  # how far the picture may shift, as a part of its shorter side
KEPT, PIXELS = 512, 128**2  # backdrops that are kept, and the largest picture of which one is


class Camera:
    """A pinhole camera that looks at the middle of the stage.

    Parameters
    ----------
    height : float
        Metres over the floor.
    size : (int, int)
        Height and width of the picture in pixels.
    """

    def __init__(self, height, size):
        self.height, self.size = height, size
        self.focal = TALL * min(size) * AWAY / 1.75
        pitch = np.arctan2(height - 0.95, AWAY)
        self.c, self.s = float(np.cos(pitch)), float(np.sin(pitch))

    def turned(self, vectors):
        """Return directions as the camera has them: x right, y up, z away from it."""
        x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
        return np.stack([x, self.c * y + self.s * z, self.c * z - self.s * y], -1)

    def project(self, places):
        """Return where places (..., 3) are in the picture (..., 2), and how far: (...)."""
        seen = self.turned(places - np.array([0.0, self.height, -AWAY], np.float32))
        scale = self.focal / seen[..., 2]
        middle = np.array(self.size[::-1], np.float32) / 2
        pixels = middle + scale[..., None] * seen[..., :2] * np.float32([1, -1])
        return pixels, seen[..., 2]


def margin(size):
    """Return by how many pixels a backdrop is larger than the picture, on each side."""
    return int(np.ceil(SWAY * min(size))) + 2


def backdrop(world, number, size):
    """Paint a source's place: floor, wall, the opening of the door.

    Parameters
    ----------
    world, number
        As `source` takes them.
    size : (int, int)
        Height and width of the picture in pixels.

    Returns
    -------
    ndarray
        (H + 2 m, W + 2 m, 3) float32, read-only, m the `margin`. Of small pictures it is kept for
        the next time.
    """
    return (_kept if size[0] * size[1] <= PIXELS else _backdrop)(world, number, size)


def _backdrop(world, number, size):
    who = source(world, number)
    rng = np.random.default_rng(who.seed)
    camera = Camera(who.height, size)
    m = margin(size)
    rows, columns = np.mgrid[-m : size[0] + m, -m : size[1] + m] + 0.5
    right = (columns - size[1] / 2) / camera.focal
    up = -(rows - size[0] / 2) / camera.focal
    rise, deep = camera.c * up - camera.s, camera.c + camera.s * up
    wall = (AWAY + WALL) / deep
    x, y = right * wall, camera.height + rise * wall
    seen = _wall(who, x, y, camera, rng)
    down = camera.height / np.maximum(-rise, 1e-3)
    ground = _floor(who, right * down, deep * down, camera, rng)
    edge = np.clip(y * camera.focal / (AWAY + WALL) + 0.5, 0, 1)[..., None]
    seen = ground + edge * (seen - ground)
    seen = _opening(seen, who, x, y, camera).astype(np.float32)
    seen.flags.writeable = False
    return seen


_kept = lru_cache(KEPT)(_backdrop)


def _scaled(name, pixels, rng, part):
    """Cut a square out of a photograph and scale it: (n, n, 3) float32."""
    from PIL import Image

    photo = picture(name)
    cut = part * min(photo.shape[:2])
    top, left = ((side - cut) * rng.random() for side in photo.shape[:2])
    box = (left, top, left + cut, top + cut)
    small = Image.fromarray(photo).resize((pixels, pixels), Image.LANCZOS, box=box, reducing_gap=2)
    return np.asarray(small, np.float32)


def _sampled(texture, x, y, mode):
    at = np.stack([y, x]) * len(texture) - 0.5
    return np.stack([ndimage.map_coordinates(c, at, order=1, mode=mode) for c in texture.T], -1)


def _wall(who, x, y, camera, rng):
    wide = 5.2  # metres of the wall that the photograph covers
    pixels = round(wide * camera.focal / (AWAY + WALL))
    photo = _scaled(who.photograph, pixels, rng, rng.uniform(0.7, 1.0)).transpose(1, 0, 2)
    photo = 110 + (photo - photo.mean()) * 0.75 + 0.35 * (photo.mean() - 110)
    return _sampled(photo, (x + wide / 2) / wide, (3.6 - y) / wide, "mirror")


def _floor(who, x, z, camera, rng):
    wide = 1.6
    pixels = max(8, round(wide * camera.focal / AWAY))
    tile = _scaled(who.floor, pixels, rng, 0.5)
    tint = rng.uniform(0.75, 1.1) * np.array([1.0, rng.uniform(0.85, 1.0), rng.uniform(0.7, 1.0)])
    tile = (120 + 0.55 * (tile - tile.mean())) * tint
    return _sampled(tile.astype(np.float32), x / wide, z / wide, "grid-wrap")


def _opening(seen, who, x, y, camera):
    """Cut the door's opening into the wall, with its frame."""
    scale = camera.focal / (AWAY + WALL)
    inner, outer, high = DOOR
    along = who.side * x
    for grow, colour in ((0.09, np.array([214, 206, 190.0])), (0.0, np.array([46, 36, 40.0]))):
        inside = np.minimum(along - inner + grow, outer + grow - along)
        inside = np.minimum(inside, high + grow - y)
        soft = np.clip(scale * inside + 0.5, 0, 1) * np.clip(scale * y + 0.5, 0, 1)
        seen = seen + soft[..., None] * (colour - seen)
    return seen


def shifted(ground, sway, size):
    """Show a backdrop through a camera that sways.

    Parameters
    ----------
    ground : ndarray
        (H + 2 m, W + 2 m, 3) float32.
    sway : ndarray
        (T, 2) by how many pixels, right and down, what is seen is shifted; at most the margin - 1.
    size : (int, int)
        H and W.

    Returns
    -------
    ndarray
        (T, H, W, 3) float32.
    """
    m, (height, width) = margin(size), size
    frames = np.empty((len(sway), height, width, 3), np.float32)
    for t, (right, down) in enumerate(sway):
        left, top = m - right, m - down
        x, y = int(left), int(top)
        fx, fy = np.float32(left - x), np.float32(top - y)
        part = ground[y : y + height + 1, x : x + width + 1]
        part = part[:, :-1] + fx * (part[:, 1:] - part[:, :-1])
        frames[t] = part[:-1] + fy * (part[1:] - part[:-1])
    return frames


def paint_door(canvas, camera, who, opened, sway):
    """Paint the leaf of the door on frames.

    Parameters
    ----------
    canvas : ndarray
        (T, H, W, 3) float32, changed in place.
    camera : Camera
        Looks at it.
    who : Source
        Says on which side the door and its hinge are.
    opened : ndarray
        (T,) 0 closed to 1 wide open.
    sway : ndarray
        (T, 2) as `shifted` takes it.
    """
    inner, outer, high = DOOR
    hinge, free = (inner, outer) if who.hinge > 0 else (outer, inner)
    angle = opened * np.radians(105)
    edges = np.zeros((len(opened), 2, 2, 3))  # (T, hinge or free, top or bottom, xyz)
    edges[:, 0, :, 0] = who.side * hinge
    edges[:, 1, :, 0] = who.side * (hinge + (free - hinge) * np.cos(angle))[:, None]
    edges[:, 0, :, 2] = WALL
    edges[:, 1, :, 2] = WALL - ((outer - inner) * np.sin(angle))[:, None]
    edges[:, :, 0, 1] = high
    pixels = camera.project(edges)[0] + sway[:, None, None]
    left, right = pixels[..., 0].min((1, 2)), pixels[..., 0].max((1, 2))
    x0, x1 = max(int(left.min()) - 1, 0), min(int(right.max()) + 2, canvas.shape[2])
    y0 = max(int(pixels[..., 1].min()) - 1, 0)
    y1 = min(int(pixels[..., 1].max()) + 2, canvas.shape[1])
    x, y = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
    first, last = pixels[:, 0].mean(1)[:, 0], pixels[:, 1].mean(1)[:, 0]
    span = np.where(np.abs(last - first) < 0.3, 0.3, last - first)
    u = np.clip((x - first[:, None]) / span[:, None], 0, 1)  # (T, w)
    top = pixels[:, 0, 0, 1, None] + u * (pixels[:, 1, 0, 1] - pixels[:, 0, 0, 1])[:, None]
    low = pixels[:, 0, 1, 1, None] + u * (pixels[:, 1, 1, 1] - pixels[:, 0, 1, 1])[:, None]
    soft = np.clip(np.minimum(x - left[:, None], right[:, None] - x) + 0.5, 0, 1)
    tall = np.minimum(y[:, None] - top[:, None], low[:, None] - y[:, None]) + 0.5  # (T, h, w)
    soft = (soft[:, None] * np.clip(tall, 0, 1)).astype(np.float32)[..., None]
    v = (y[:, None] - top[:, None]) / (low - top)[:, None]
    colour = _leaf(who, u[:, None], v, opened)
    part = canvas[:, y0:y1, x0:x1]
    part += soft * (colour - part)


def _leaf(who, u, v, opened):
    """Return the leaf's colour: wood with two panels and a knob."""
    rng = np.random.default_rng(who.seed)
    wood = np.array([168, 108, 60], np.float32) * rng.uniform(0.75, 1.2)
    light = (1.1 - 0.35 * opened)[:, None, None]
    inside = (np.abs(u - 0.5) < 0.3) & ((np.abs(v - 0.27) < 0.17) | (np.abs(v - 0.72) < 0.18))
    colour = (light * np.where(inside, 0.8, 1.0))[..., None].astype(np.float32) * wood
    knob = (np.abs(u - 0.88) < 0.06) & (np.abs(v - 0.5) < 0.03)
    colour[knob] = (232, 206, 110)
    return colour
