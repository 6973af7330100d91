"""Dress the skeleton: limbs, clothes, a head with a face, a stool, a thing in the hand."""

import numpy as np

from vidlearn.synthetic.motions import PODIUM
from vidlearn.synthetic.paint import CAPSULE, ELLIPSE, HEAD, SHADOW, Shapes
from vidlearn.synthetic.skeleton import LENGTHS, POINTS, axes

MATERIALS = (
    *("shirt", "trousers", "shoes", "bag", "skin", "head", "thing", "wood", "dark", "shade", "rim"),
)
M = {name: k for k, name in enumerate(MATERIALS)}
Q = {name: k for k, name in enumerate(POINTS)}


def textures(who, pixels):
    """Make the cloths and colours of a person: (M, n, n, 3) float32, a texel about a pixel.

    Parameters
    ----------
    who : Source
        The person.
    pixels : float
        Pixels that a metre takes.
    """
    cloths = who.cloths
    fold = int(np.clip(2 ** np.round(np.log2(90 / pixels)), 1, 8))
    n = cloths.shape[1] // fold
    cloths = cloths.reshape(len(cloths), n, fold, n, fold, 3).mean((2, 4))
    shirt, trousers, bag, thing = cloths
    plain = np.ones((n, n, 1), np.float32)
    shoes = 0.45 * trousers + 0.1 * bag
    wood = plain * np.float32([150, 98, 62])
    thing = 90 + 0.65 * thing
    skin = plain * who.skin
    dark, shade = plain * np.float32([44, 42, 46]), plain * np.float32([10, 10, 14])
    rim = 0.5 * thing + 60
    return np.stack(
        [shirt, 0.85 * trousers, shoes, bag, skin, skin, thing, wood, dark, shade, rim]
    ).astype(np.float32)


BEHIND = 0.11  # metres


class Cast:
    """Collects the shapes of everybody in F frames.

    Parameters
    ----------
    camera : Camera
        Sees them.
    sway : ndarray
        (F, 2) shift of the picture in pixels.
    """

    def __init__(self, camera, sway):
        self.camera, self.sway = camera, sway
        self.shapes = Shapes(len(sway))

    def see(self, places):
        """Project (F, ..., 3) metres: pixels (F, ..., 2), distance (F, ...), pixels of a metre."""
        pixels, far = self.camera.project(places)
        shift = self.sway.reshape(len(self.sway), *(1,) * (pixels.ndim - 2), 2)
        return pixels + shift, far, self.camera.focal / far

    def hidden(self, spots):
        """Say which joints (F, J, 3) lie behind a shape: (F, J) bool.

        A joint is hidden if a shape covers it whose middle is at least `BEHIND` metres nearer.
        """
        rows = np.stack(self.shapes.rows)  # (P, F, 9)
        rows = rows[np.isin(rows[:, 0, 7], (CAPSULE, HEAD))]
        pixels, far, _ = self.see(spots)
        a, b = rows[:, :, None, 0:2], rows[:, :, None, 2:4]
        line, away = b - a, pixels - a
        share = (away * line).sum(-1) / np.maximum((line * line).sum(-1), 1e-6)
        share = np.clip(share, 0, 1)
        away = away - share[..., None] * line
        wide, thin = rows[:, :, None, 4], rows[:, :, None, 5]
        radius = wide + share * (thin - wide)
        over = (away * away).sum(-1) < radius * radius
        return (over & (rows[:, :, None, 6] < far - BEHIND)).any(0)

    def limb(self, start, stop, wide, thin, material, base, nearer=0.0):
        """Add a limb between two places (F, 3) with radii in metres."""
        a, far_a, scale_a = self.see(start)
        b, far_b, scale_b = self.see(stop)
        key = (far_a + far_b) / 2 - nearer
        self.shapes.add(CAPSULE, a, b, wide * scale_a, thin * scale_b, key, base + M[material])

    def disc(self, place, wide, material, base, *, key=0.0, kind=ELLIPSE, deep=None):
        """Add a level disc of a radius in metres."""
        a, far, scale = self.see(place)
        slope = np.abs(self.camera.height - place[..., 1]) / far
        thin = np.maximum((wide if deep is None else deep) * scale * slope, 0.6)
        self.shapes.add(kind, a, a, wide * scale, thin, far - key, base + M[material])


def add_person(cast, spots, sizes, base=0):
    """Add a person's limbs, clothes and shadow.

    Parameters
    ----------
    cast : Cast
        Collects them.
    spots : ndarray
        (F, Q, 3) metres, the `POINTS`.
    sizes : dict
        The body's lengths.
    base : int
        Row of the textures at which the person's begin.
    """
    at = {name: spots[:, k] for name, k in Q.items()}
    stout = sizes["girth"]
    ground = at["pelvis"] * np.array([1, 0, 1])
    cast.disc(ground, 0.34, "shade", base, key=-50.0, kind=SHADOW, deep=0.34)
    for side in ("left", "right"):
        hip, knee, ankle = (at[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
        cast.limb(hip, knee, 0.095 * stout, 0.065 * stout, "trousers", base)
        cast.limb(knee, ankle, 0.067 * stout, 0.05, "trousers", base, 0.005)
        cast.limb(at[f"{side}_heel"], at[f"{side}_toe"], 0.052, 0.045, "shoes", base, 0.01)
        shoulder, elbow, wrist = (at[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
        cast.limb(shoulder, elbow, 0.062 * stout, 0.05 * stout, "shirt", base, 0.03)
        cast.limb(elbow, wrist, 0.046 * stout, 0.036, "skin", base, 0.035)
        cast.limb(wrist, at[f"{side}_hand"], 0.042, 0.046, "skin", base, 0.04)
    _torso(cast, at, stout, base)
    radius = sizes["head"]
    cast.limb(at["neck"] * 0.9 + 0.1 * at["pelvis"], at["head"], 0.055, 0.055, "skin", base, -0.02)
    head, far, scale = cast.see(at["head"])
    cast.shapes.add(
        HEAD, head, head, radius * scale, 1.1 * radius * scale, far - 0.05, base + M["head"]
    )


def _torso(cast, at, stout, base):
    chest = 0.82 * at["neck"] + 0.18 * at["pelvis"]
    across = at["left_shoulder"] - at["right_shoulder"]
    up = at["neck"] - at["pelvis"]
    ahead = np.cross(up, across)  # points where the chest looks
    ahead = ahead / np.linalg.norm(ahead, axis=-1, keepdims=True)
    hips = at["left_hip"] - at["right_hip"]
    cast.limb(
        at["pelvis"] - 0.22 * hips, at["pelvis"] + 0.22 * hips, 0.115 * stout, 0.115 * stout,
        "trousers", base, 0.012,
    )  # fmt: skip
    cast.limb(at["pelvis"] + 0.2 * up, chest, 0.125 * stout, 0.14 * stout, "shirt", base, 0.015)
    cast.limb(
        chest - 0.33 * across, chest + 0.33 * across, 0.1 * stout, 0.1 * stout, "shirt", base, 0.02
    )
    back = -0.17 * ahead
    cast.limb(chest + back, at["pelvis"] + 0.3 * up + back, 0.12, 0.13, "bag", base, -0.05)


def add_podium(cast, feet, yaw, sizes, base=0):
    """Add what carries a person: a turntable on the floor, and a stool on it.

    Parameters
    ----------
    cast : Cast
        Collects the shapes.
    feet : ndarray
        (F, 3) metres, where the feet stand, on the floor.
    yaw : ndarray
        (F,) radians.
    sizes : dict
        The person's lengths.
    base : int
        Row of the textures at which the person's begin.
    """
    _, up, ahead = axes(yaw, 0 * yaw, 0 * yaw)
    middle = feet - 0.2 * ahead
    cast.disc(middle, 0.62, "shade", base, key=-60.0, kind=SHADOW)
    cast.disc(middle + 0.3 * PODIUM * up, 0.5, "dark", base, key=-40.0)
    cast.disc(middle + PODIUM * up, 0.5, "rim", base, key=-39.0)
    seat = feet - LENGTHS["thigh"] * ahead
    high = PODIUM + sizes["shin"] - 0.07
    cast.limb(seat + PODIUM * up, seat + high * up, 0.05, 0.05, "dark", base, -0.05)
    for lower, material in ((0.07, "dark"), (0.035, "wood"), (0.0, "wood")):
        cast.disc(seat + (high - lower) * up, 0.19, material, base, key=0.04)


def head_axes(camera, spots):
    """Return left, up and forward of each head (F, 3, 3), as the camera sees them."""
    left = spots[:, Q["left_ear"]] - spots[:, Q["right_ear"]]
    left = left / np.linalg.norm(left, axis=-1, keepdims=True)
    ahead = spots[:, Q["nose"]] - spots[:, Q["head"]]
    up = np.cross(left, ahead)
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    ahead = np.cross(up, left)
    turned = camera.turned(np.stack([left, up, ahead], 1))
    return (turned * np.array([1, 1, -1])).astype(np.float32)
