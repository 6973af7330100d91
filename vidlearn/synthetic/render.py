"""Paint sprites over a photograph at sub-pixel places, and keep the truth."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

SHADE = 0.3  # darkness of a shadow
SHADOW = (0.035, 0.055)  # its offset down and right, in sprite sizes


@dataclass(frozen=True)
class Sprite:
    """A picture to paste.

    Attributes
    ----------
    layers : ndarray
        (h, w, 5) float32: red, green, blue times opacity, opacity 0 to 1, shadow 0 to 1.
    radius : float
        How far its pixels reach from its middle, in pixels.
    """

    layers: np.ndarray
    radius: float

    @classmethod
    def made_of(cls, rgba, longest):
        """Scale a cut-out (h, w, 4) uint8 so that its longer side is `longest` pixels."""
        from PIL import Image

        factor = longest / max(rgba.shape[:2])
        height, width = (max(2, round(factor * side)) for side in rgba.shape[:2])
        small = Image.fromarray(rgba).resize((width, height), Image.LANCZOS)
        pad = 2 + round(0.12 * longest)
        rgba = np.pad(np.asarray(small, np.float32), [(pad, pad), (pad, pad), (0, 0)])
        alpha = rgba[..., 3:] / 255
        shadow = ndimage.gaussian_filter(alpha, (pad / 3, pad / 3, 0))
        layers = np.concatenate([rgba[..., :3] * alpha, alpha, shadow], axis=-1)
        rows, columns = np.where(alpha[..., 0] >= 0.4)
        middle = (np.array(alpha.shape[:2]) - 1) / 2
        radius = np.hypot(rows - middle[0], columns - middle[1]).max() + 1
        return cls(layers, float(radius))


def view_of(photo, view, size):
    """Sample what the camera sees of a photograph.

    Parameters
    ----------
    photo : ndarray
        (h, w, 3) float32, the world.
    view : ndarray
        Left, top and zoom, as `camera_path` gives them.
    size : (int, int)
        Height and width of the frame.

    Returns
    -------
    ndarray
        (H, W, 3) float32.
    """
    left, top, zoom = view
    for axis, (count, start) in enumerate(zip(size, (top, left), strict=True)):
        at = (np.arange(count) + 0.5) / zoom + start - 0.5
        at = np.clip(at, 0, photo.shape[axis] - 1.001)
        first = at.astype(np.intp)
        part = (at - first).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        near, far = photo.take(first, axis), photo.take(first + 1, axis)
        photo = near + part * (far - near)
    return photo


def placed(sprite, centre, angle, zoom):
    """Turn a sprite and sample it at a place between the pixels.

    Parameters
    ----------
    sprite : Sprite
        What to paste.
    centre : ndarray
        (2,) x and y in the frame, in pixels.
    angle : float
        Radians, clockwise on the screen.
    zoom : float
        Frame pixels per world pixel.

    Returns
    -------
    patch : ndarray
        (n, n, 5) float32, the sprite's layers.
    corner : (int, int)
        Row and column of the frame at which the patch begins; may lie outside.
    """
    height, width, depth = sprite.layers.shape
    reach = int(np.hypot(height, width) / 2 * zoom) + 2
    left, top = np.floor(centre).astype(int) - reach
    along = np.arange(2 * reach + 1, dtype=np.float32) + 0.5
    dx, dy = along + (left - centre[0]), along[:, None] + (top - centre[1])
    c, s = np.cos(angle) / zoom, np.sin(angle) / zoom
    x = np.clip(c * dx + s * dy + (width - 1) / 2, 0, width - 1.001)
    y = np.clip(c * dy - s * dx + (height - 1) / 2, 0, height - 1.001)
    column, row = x.astype(np.intp), y.astype(np.intp)
    right = (x - column)[..., None].astype(np.float32)
    down = (y - row)[..., None].astype(np.float32)
    pixels, first = sprite.layers.reshape(-1, depth), row * width + column
    upper, lower = pixels.take(first, 0), pixels.take(first + width, 0)
    upper += right * (pixels.take(first + 1, 0) - upper)
    lower += right * (pixels.take(first + width + 1, 0) - lower)
    return upper + down * (lower - upper), (int(top), int(left))


def paste(canvas, ids, patch, corner, number):
    """Lay a placed sprite and its shadow on a frame.

    Parameters
    ----------
    canvas : ndarray
        (H, W, 3) float32, changed in place.
    ids : ndarray
        (H, W) uint8, changed in place: `number` where the sprite is at least half opaque.
    patch, corner
        As `placed` gives them.
    number : int
        What to write into `ids`.

    Returns
    -------
    box : ndarray
        (4,) xyxy round the whole sprite, which may reach out of the frame.
    area : int
        Number of its pixels, inside the frame and outside.
    """
    shift = [round(part * len(patch)) for part in SHADOW]
    here, there = _overlap(canvas, patch, (corner[0] + shift[0], corner[1] + shift[1]))
    canvas[here] *= 1 - SHADE * patch[there][..., 4:]
    here, there = _overlap(canvas, patch, corner)
    canvas[here] *= 1 - patch[there][..., 3:4]
    canvas[here] += patch[there][..., :3]
    solid = patch[..., 3] >= 0.5
    ids[here][solid[there]] = number
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if not len(rows):
        return np.zeros(4), 0
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    return box + np.array(2 * corner[::-1]), int(solid.sum())


def _overlap(canvas, patch, corner):
    """Return the part of the canvas that a patch covers, and the part of the patch that does."""
    here, there = [], []
    for start, extent, limit in zip(corner, patch.shape, canvas.shape[:2], strict=False):
        first, last = (min(max(edge, 0), limit) for edge in (start, start + extent))
        here.append(slice(first, last))
        there.append(slice(first - start, last - start))
    return tuple(here), tuple(there)
