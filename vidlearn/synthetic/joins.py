"""How one shot passes into the next: cut, dissolve, fade, wipe."""

from dataclasses import dataclass

import numpy as np

from vidlearn.synthetic.camera import eased

JOINS = {"cut": 0.7, "dissolve": 0.14, "fade": 0.08, "wipe": 0.08}
"""The kinds of transition, and how often each is drawn when nothing else is asked for."""
WIPES = ("left", "right", "up", "down", "corner", "clock", "iris", "doors")
"""The ways in which a new picture can be drawn over the old."""


@dataclass(frozen=True)
class Join:
    """A transition.

    Attributes
    ----------
    kind : str
        A key of `JOINS`.
    frames : int
        Frames that belong to neither shot alone, N.
    tail, head : int
        Of how many of them the old and the new shot have pictures: the first, the last.
    rise : ndarray
        (N,) above 0 and below 1: how much of the new shot is seen. Of a fade (N, 2): how much of
        the old and of the new, one of them 0.
    style : str
        Of a wipe one of `WIPES`, of a fade "black" or "white".
    soft : float
        Width of a wipe's edge, as a part of the picture.
    """

    kind: str
    frames: int = 0
    tail: int = 0
    head: int = 0
    rise: np.ndarray = None
    style: str = ""
    soft: float = 0.0


def draw_join(kind, rng, *, most=40):
    """Draw a transition of a kind.

    Parameters
    ----------
    kind : str
        A key of `JOINS`.
    rng : numpy.random.Generator
        Draws its length and how it goes on.
    most : int
        Frames of a dissolve or a wipe, and of each half of a fade, at most; at least 3.

    Returns
    -------
    Join
        A dissolve has 3 to 40 frames, a wipe 4 to 40, a fade 3 to 25 on each side and up to 12
        between them. Wipes and half of the others go on evenly, the rest softly. In each frame
        something of both shots is seen, or of one and the colour, or the colour alone.
    """
    soft = rng.choice([0.0, rng.random()])
    if kind == "cut":
        return Join("cut")
    if kind == "fade":
        out, back = (int(n) for n in rng.integers(3, min(25, most) + 1, 2))
        hold = int(rng.choice([0, rng.integers(1, 13)]))
        rise = np.zeros((out + hold + back, 2))
        rise[:out, 0] = _rise(out, soft)[::-1]
        rise[out + hold :, 1] = _rise(back, soft)
        style = "black" if rng.random() < 0.75 else "white"
        return Join("fade", len(rise), out, back, rise, style)
    count = int(rng.integers(min(most, 3 if kind == "dissolve" else 4), min(40, most) + 1))
    style = str(rng.choice(WIPES)) if kind == "wipe" else ""
    width = float(rng.choice([0.0, rng.uniform(0.02, 0.3)])) if kind == "wipe" else 0.0
    rise = _rise(count, 0 if kind == "wipe" else soft)
    return Join(kind, count, count, count, rise, style, width)


def _rise(count, soft):
    """Rise from above 0 to below 1 in so many frames: evenly, or a part of it softly."""
    even = np.arange(1, count + 1) / (count + 1)
    return (1 - 0.7 * soft) * even + 0.7 * soft * eased(even)


def mixed(join, old, new):
    """Make the frames of a transition.

    Parameters
    ----------
    join : Join
        N frames.
    old, new : ndarray
        (tail, H, W, 3) and (head, H, W, 3) uint8: the old shot's pictures as the transition
        begins, the new shot's as it ends.

    Returns
    -------
    ndarray
        (N, H, W, 3) uint8.

    Examples
    --------
    >>> join = Join("dissolve", 3, 3, 3, np.array([0.25, 0.5, 0.75]))
    >>> old, new = np.zeros((3, 1, 1, 3), np.uint8), np.full((3, 1, 1, 3), 200, np.uint8)
    >>> mixed(join, old, new)[:, 0, 0, 0].tolist()
    [50, 100, 150]
    """
    import cv2

    film = np.empty((join.frames, *old.shape[1:]), np.uint8)
    colour = np.full(old.shape[1:], 255 if join.style == "white" else 0, np.uint8)
    if join.kind == "wipe":
        field = wipe_field(join.style, old.shape[1:3])
    for t in range(join.frames):
        if join.kind == "dissolve":
            part = join.rise[t]
            film[t] = cv2.addWeighted(old[t], 1 - part, new[t], part, 0)
        elif join.kind == "fade":
            part = join.rise[t].sum()
            shot = old[t] if t < join.tail else new[max(t - join.frames, -join.head)]
            film[t] = cv2.addWeighted(shot, part, colour, 1 - part, 0) if part else colour
        else:
            width = max(join.soft, 1e-6)
            part = np.clip((join.rise[t] * (1 + width) - field) / width, 0, 1)[..., None]
            film[t] = np.rint(old[t] + part * (new[t] - old[t].astype(np.float32)))
    return film


def wipe_field(style, size):
    """Say when a wipe reaches each pixel.

    Parameters
    ----------
    style : str
        One of `WIPES`: to the left, to the right, up, down, from a corner, like the hand of a
        clock, as a circle that opens, as two doors.
    size : (int, int)
        H and W.

    Returns
    -------
    ndarray
        (H, W) float32, from 0, where it begins, to 1, where it ends.

    Examples
    --------
    >>> wipe_field("right", (1, 5)).tolist()
    [[0.0, 0.25, 0.5, 0.75, 1.0]]
    """
    y, x = (np.mgrid[: size[0], : size[1]] + 0.5) / np.reshape(size, (2, 1, 1))
    field = {
        "left": lambda: 1 - x,
        "right": lambda: x,
        "up": lambda: 1 - y,
        "down": lambda: y,
        "corner": lambda: (x + y) / 2,
        "clock": lambda: np.arctan2(0.5 - x, y - 0.5) / (2 * np.pi) + 0.5,
        "iris": lambda: np.hypot(x - 0.5, y - 0.5) / np.sqrt(0.5),
        "doors": lambda: np.abs(2 * x - 1),
    }[style]()
    field -= field.min()
    return (field / field.max()).astype(np.float32)
