"""What moves in front of a take: cut-outs, laid over many frames quickly."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from vidlearn.synthetic.cutouts import cutout

THINGS = {"seen": (*"0123456", "cup", "horse"), "new": (*"789", "coin", "flower")}
"""What moves in the world to train in, and in the one to test in."""


@cache
def cutouts(world):
    """Cut out the things of a world, some of each kind: a list of (h, w, 4) uint8 RGBA."""
    rng = np.random.default_rng(0)
    return [cutout(kind, rng) for kind in THINGS[world] for _ in range(3)]


@dataclass(frozen=True, eq=False)
class Thing:
    """A cut-out and its way through a take.

    Attributes
    ----------
    rgba : ndarray
        (h, w, 4) uint8, colours times opacity, and the opacity.
    places : ndarray
        (T, 2) x and y of its middle in the frame, in pixels.
    angles, scales : ndarray
        (T,) radians and frame pixels for each of its own.
    """

    rgba: np.ndarray
    places: np.ndarray
    angles: np.ndarray
    scales: np.ndarray

    def lay_on(self, film):
        """Lay it on a film (T, H, W, 3) uint8, in place."""
        import cv2

        h, w = self.rgba.shape[:2]
        limits = np.array(film.shape[2:0:-1])
        for frame, place, angle, scale in zip(
            film, self.places, self.angles, self.scales, strict=True
        ):
            reach = np.hypot(h, w) / 2 * scale + 1
            x0, y0 = np.clip(np.floor(place - reach), 0, limits).astype(int)
            x1, y1 = np.clip(np.ceil(place + reach), 0, limits).astype(int)
            if x0 >= x1 or y0 >= y1:
                continue
            c, s = scale * np.cos(angle), scale * np.sin(angle)
            x, y = place - [x0, y0] - 0.5
            middle = (w - 1) / 2, (h - 1) / 2
            turn = np.array(
                [
                    [c, -s, x - c * middle[0] + s * middle[1]],
                    [s, c, y - s * middle[0] - c * middle[1]],
                ]
            )
            seen = cv2.warpAffine(self.rgba, turn, (int(x1 - x0), int(y1 - y0)))
            part = frame[y0:y1, x0:x1]
            clear = cv2.cvtColor(255 - seen[..., 3], cv2.COLOR_GRAY2RGB)
            behind = cv2.multiply(part, clear, scale=1 / 255)
            part[:] = cv2.add(behind, seen[..., :3])


def thing_of(rgba, longest, colours=None, *, blur=0.0):
    """Prepare a cut-out.

    Parameters
    ----------
    rgba : ndarray
        (h, w, 4) uint8.
    longest : float
        Pixels of its longer side.
    colours : ndarray, optional
        (3, 4) of a `Look`, so that it stands in the same light.
    blur : float
        Out of focus by so many pixels.

    Returns
    -------
    ndarray
        (h', w', 4) uint8 as `Thing` takes it, with a transparent border.
    """
    import cv2

    factor = longest / max(rgba.shape[:2])
    shape = [max(2, round(side * factor)) for side in rgba.shape[1::-1]]
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    rgb, alpha = np.ascontiguousarray(rgba[..., :3]), rgba[..., 3]
    if colours is not None:
        rgb = cv2.transform(rgb, colours)
    rgb = cv2.multiply(rgb, cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    small = cv2.resize(np.dstack([rgb, alpha]), shape, interpolation=way)
    pad = 2 + int(3 * blur)
    small = np.pad(small, [(pad, pad), (pad, pad), (0, 0)])
    return cv2.GaussianBlur(small, (0, 0), blur) if blur else small


def draw_things(way, size, world, colours, rng):
    """Draw what moves in front: far things, and now and then one near that goes by faster.

    Parameters
    ----------
    way : ndarray
        (T, 4) the camera's, as `camera_moves` gives it.
    size : (int, int)
        H and W.
    world : str
        "seen" or "new".
    colours : ndarray
        (3, 4) of a `Look`.
    rng : numpy.random.Generator
        Draws what and where.

    Yields
    ------
    Thing
        Up to three, the far ones first.
    """
    count = rng.choice([0, 1, 2, 3], p=[0.55, 0.25, 0.12, 0.08])
    stock = cutouts(world)
    time = np.arange(len(way))
    extent = np.array(size[::-1])
    for near in sorted(rng.random(count) < 0.3):
        longest = min(size) * (rng.uniform(0.5, 1.0) if near else rng.uniform(0.12, 0.45))
        rgba = thing_of(
            stock[rng.integers(len(stock))], longest, colours,
            blur=0.02 * longest if near else 0.0,
        )  # fmt: skip
        depth = rng.uniform(1.4, 2.5) if near else 1.0  # how much faster than the picture it goes
        start = extent * rng.uniform(0.1, 0.9, 2)
        speed = extent * rng.normal(0, 0.004, 2) * (0 if near else 1)
        places = start + speed * time[:, None] - depth * (way[:, :2] - way[0, :2]) * extent
        zooms = way[:, 2] ** depth
        c, s = np.cos(way[:, 3]), np.sin(way[:, 3])
        off = (places - extent / 2) * zooms[:, None]
        places = extent / 2 + np.stack(
            [c * off[:, 0] + s * off[:, 1], c * off[:, 1] - s * off[:, 0]], 1
        )
        turn = rng.normal(0, 0.03) * time * (not near)
        yield Thing(rgba, places, turn - way[:, 3] + rng.uniform(-0.2, 0.2), zooms)
