"""Dress the skeleton: limbs, clothes, a head with a face, a stool, a thing in the hand."""

import numpy as np

from vidlearn.synthetic.motions import PODIUM
from vidlearn.synthetic.paint import CAPSULE, ELLIPSE, HEAD, SHADOW
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
    thing = 100 + 0.65 * thing
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
        self.camera, self.sway = camera, sway.astype(np.float32)
        self._ends, self._looks = [], []

    def add(self, kind, start, stop, wide, thin, nearer, material):
        """Add a shape: CAPSULE, ELLIPSE (a level disc), HEAD, SHADOW; ends (F, 3), all in metres.

        Shapes are painted by the distance of their middle, less `nearer`.
        """
        self._ends.append((start, stop))
        self._looks.append((kind, wide, thin, nearer, material))

    def limb(self, start, stop, wide, thin, material, base, nearer=0.0):
        """Add a limb between two places (F, 3) with a radius at each."""
        self.add(CAPSULE, start, stop, wide, thin, nearer, base + M[material])

    def disc(self, place, wide, material, base, *, nearer=0.0, kind=ELLIPSE):
        """Add a level disc."""
        self.add(kind, place, place, wide, wide, nearer, base + M[material])

    def see(self, places):
        """Project (F, ..., 3) metres: pixels (F, ..., 2), distance (F, ...)."""
        pixels, far = self.camera.project(places)
        return pixels + self.sway.reshape(len(self.sway), *(1,) * (pixels.ndim - 2), 2), far

    def rows(self):
        """Project all shapes: (P, F, 9) float32, in pixels, as `paint` takes them."""
        ends = np.asarray(self._ends, np.float32).transpose(2, 0, 1, 3)  # (F, P, 2, 3)
        pixels, far = self.see(ends)
        kind, wide, thin, nearer, material = np.array(self._looks, np.float32).T  # (P,)
        scale = self.camera.focal / far
        rows = np.empty((*far.shape[:2], 9), np.float32)
        rows[..., :4] = pixels.reshape(*far.shape[:2], 4)
        rows[..., 4], rows[..., 5] = wide * scale[..., 0], thin * scale[..., 1]
        flat = np.isin(kind, (ELLIPSE, SHADOW))
        slope = np.abs(self.camera.height - ends[:, flat, 0, 1]) / far[:, flat, 0]
        rows[:, flat, 5] = np.maximum(rows[:, flat, 5] * slope, 0.6)
        rows[..., 6] = far.mean(-1) - nearer
        rows[..., 7], rows[..., 8] = kind, material
        return rows.transpose(1, 0, 2)

    def hidden(self, rows, pixels, far):
        """Say which joints lie behind a shape: pixels (F, J, 2), distance (F, J), result (F, J).

        A joint is hidden if a shape covers it whose middle is at least `BEHIND` metres nearer.
        """
        rows = rows[rows[:, 0, 7] != SHADOW]
        tube = (rows[:, 0, 7] == CAPSULE)[:, None, None]
        ax, ay, bx, by, wide, thin, key = rows[..., None, :7].transpose(3, 0, 1, 2)  # (P, F, 1)
        x, y = pixels[..., 0] - ax, pixels[..., 1] - ay  # (P, F, J)
        bx, by = bx - ax, by - ay
        share = np.clip((x * bx + y * by) / np.maximum(bx * bx + by * by, 1e-6), 0, 1)
        x, y = x - share * bx, y - share * by
        radius = wide + share * (thin - wide)
        over = (x / radius) ** 2 + (y / np.where(tube, radius, thin)) ** 2 < 1
        return (over & (key < far - BEHIND)).any(0)


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
    cast.disc(ground, 0.34, "shade", base, nearer=-50.0, kind=SHADOW)
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
    cast.add(HEAD, at["head"], at["head"], radius, 1.1 * radius, 0.05, base + M["head"])


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
    cast.disc(middle, 0.62, "shade", base, nearer=-60.0, kind=SHADOW)
    cast.disc(middle + 0.3 * PODIUM * up, 0.5, "dark", base, nearer=-40.0)
    cast.disc(middle + PODIUM * up, 0.5, "rim", base, nearer=-39.0)
    seat = feet - LENGTHS["thigh"] * ahead
    high = PODIUM + sizes["shin"] - 0.03  # a thigh is 0.1 metres thick
    cast.limb(seat + PODIUM * up, seat + high * up, 0.05, 0.05, "dark", base, -0.05)
    for lower, material in ((0.07, "dark"), (0.035, "wood"), (0.0, "wood")):
        cast.disc(seat + (high - lower) * up, 0.19, material, base, nearer=0.04)


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
