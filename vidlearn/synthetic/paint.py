"""Paint many soft-edged shapes at once: capsules, ellipses, heads, shadows."""

from itertools import pairwise

import numpy as np

CAPSULE, ELLIPSE, HEAD, SHADOW = range(4)
"""The kinds of shapes."""


def paint(canvas, rows, textures, heads):
    """Paint shapes on frames, the farthest first.

    Parameters
    ----------
    canvas : ndarray
        (F, H, W, 3) float32, changed in place.
    rows : ndarray
        (P, F, 9) float32, the shapes of each frame: x and y of both ends, a radius at each, the
        distance by which they are ordered, kind, material. Kind: CAPSULE; ELLIPSE round the first
        end with half axes, level and upright, for radii; HEAD, a ball; SHADOW, a soft ellipse.
    textures : ndarray
        (M, n, n, 3) float32, one for each material; a texel is about a pixel.
    heads : dict
        Material of a head: (F, 3, 3) float32, rows left, up and forward of it seen by the camera
        (x right, y up, z towards it), and the colours of skin, hair and eyes.
    """
    frames, height, width, _ = canvas.shape
    order = np.argsort(-rows[..., 6], axis=0, kind="stable")
    rows = np.take_along_axis(rows, order[..., None], 0).reshape(-1, 9)  # (P * F, 9)
    which, x, y = _pixels(rows, height, width)
    alpha, along, across, keep = _coverage(rows, which, x, y)
    which, x, y = which[keep], x[keep], y[keep]
    colour = _colours(rows, which, along, across, textures, heads, frames)
    place = (which % frames * height + y) * width + x
    flat = canvas.reshape(-1, 3)
    ends = np.searchsorted(which, np.arange(len(rows) // frames + 1) * frames)
    for start, stop in pairwise(ends):
        if stop > start:
            at, soft = place[start:stop], alpha[start:stop, None]
            under = flat.take(at, 0)
            flat[at] = under + soft * (colour[start:stop] - under)


def _pixels(rows, height, width):
    """List the pixels in the box of each shape: shape, column, row."""
    kind = rows[:, 7]
    reach_x = np.where(kind == CAPSULE, np.maximum(rows[:, 4], rows[:, 5]), rows[:, 4]) + 0.5
    reach_y = np.where(kind == CAPSULE, reach_x - 0.5, rows[:, 5]) + 0.5
    corners = []
    for axis, reach, limit in ((0, reach_x, width), (1, reach_y, height)):
        low = np.minimum(rows[:, axis], rows[:, axis + 2]) - reach
        high = np.maximum(rows[:, axis], rows[:, axis + 2]) + reach
        first = np.clip(np.floor(low), 0, limit).astype(np.int32)
        corners.append((first, np.clip(np.ceil(high), 0, limit).astype(np.int32) - first))
    (left, wide), (top, tall) = corners
    counts = np.maximum(wide, 0) * np.maximum(tall, 0)
    which = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
    starts = np.cumsum(counts) - counts
    local = np.arange(len(which), dtype=np.int32) - starts.astype(np.int32)[which]
    down = local // wide[which]
    return which, left[which] + local - down * wide[which], top[which] + down


def _coverage(rows, which, x, y):
    """Return opacity, place along and across each shape, and which pixels are touched."""
    ax, ay, bx, by, wide, thin = np.ascontiguousarray(rows[:, :6].T)
    kind = rows[:, 7]
    lx, ly = bx - ax, by - ay
    squared = np.maximum(lx * lx + ly * ly, 1e-6)
    dx, dy = x + np.float32(0.5) - ax[which], y + np.float32(0.5) - ay[which]
    lx, ly = lx[which], ly[which]
    along = np.clip((dx * lx + dy * ly) / squared[which], 0, 1)
    radius = wide[which] + along * (thin - wide)[which]
    ex, ey = dx - along * lx, dy - along * ly
    away = np.sqrt(ex * ex + ey * ey)
    alpha = radius - away
    across = (ey * lx - ex * ly) / (np.sqrt(squared)[which] * radius)
    round_ = np.flatnonzero(kind[which] != CAPSULE)
    if len(round_):
        of = which[round_]
        qx, qy = dx[round_] / wide[of], dy[round_] / thin[of]
        norm = np.sqrt(qx * qx + qy * qy)
        alpha[round_] = (1 - norm) * np.minimum(wide, thin)[of]
        soft = kind[of] == SHADOW
        alpha[round_[soft]] = 0.55 * np.clip(1.3 * (1 - norm[soft]), 0, 1) - 0.5
        along[round_], across[round_] = qy, qx
    alpha = np.clip(alpha + np.float32(0.5), 0, 1)
    keep = np.flatnonzero(alpha > 0.004)
    return alpha[keep], along[keep], across[keep], keep


def _colours(rows, which, along, across, textures, heads, frames):
    """Return the colour of each pixel: (n, 3) float32."""
    texels = textures.shape[1]
    kind, material = rows[:, 7].astype(np.int8), rows[:, 8].astype(np.int32)
    length = np.hypot(rows[:, 2] - rows[:, 0], rows[:, 3] - rows[:, 1])
    u = (along * length[which] + 64).astype(np.int32) % texels
    v = (across * np.maximum(rows[:, 4], 1)[which] + 64).astype(np.int32) % texels
    flat = textures.reshape(-1, 3)
    colour = flat[(material[which] * texels + u) * texels + v]
    bulge = across + np.float32(0.35)
    colour *= (np.float32(1.08) - np.float32(0.42) * bulge * bulge)[:, None]
    balls = np.flatnonzero((kind == HEAD)[which])
    for key, head in heads.items():
        here = balls[material[which[balls]] == key]
        colour[here] = _head(which[here] % frames, across[here], along[here], *head)
    return colour


def _head(frame, right, down, frames, skin, hair, dark):
    """Paint a ball with hair, eyes and a mouth, turned as the head is."""
    out = np.sqrt(np.maximum(1 - right * right - down * down, 0))
    normal = np.stack([right, -down, out], -1)  # (n, 3)
    side, high, ahead = np.einsum("nij,nj->in", frames[frame], normal)
    colour = np.broadcast_to(skin, (len(side), 3)).copy()
    face = ahead > 0
    eyes = face & ((np.abs(side) - 0.36) ** 2 + (high - 0.08) ** 2 < 0.024)
    mouth = face & (np.abs(side) < 0.3) & (np.abs(high + 0.42) < 0.07)
    cap = (high > 0.48 + 0.1 * side) | ((ahead < -0.02) & (high > -0.62 + 0.5 * ahead))
    colour[mouth] *= np.float32([0.75, 0.45, 0.45])
    colour[eyes] = dark
    colour[cap] = hair
    bulge = right + np.float32(0.35)
    return colour * (np.float32(1.06) - np.float32(0.3) * bulge * bulge)[:, None]
