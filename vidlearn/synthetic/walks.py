"""The traffic of a crossing as paths alone: where things come from, when they slow and turn."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

TURNS = ("straight", "left", "right")
"""The names of the turns, from the driver's seat."""

DRIVES = ("right", "left")
MIRRORED = np.array([0, 2, 1])  # what each turn is in the mirror
HAND = np.array([0, -1, 1])  # of each turn: 1 clockwise on the screen
LANE = 0.12  # from the middle line of a way to the middle of a lane; all in shorter sides
BEND = np.array([0.16, 0.30, 0.16])  # radius of each turn's arc
SPREAD = 0.25  # of the speeds: each thing draws 1 - SPREAD to 1 + SPREAD times the mean


class Walks(NamedTuple):
    """N stretches of paths over a crossing, T frames long.

    Attributes
    ----------
    places : ndarray
        (N, T, 2) float32, the true centres x, y in pixels.
    turns : ndarray
        (N,) int64, index into `TURNS`.
    arcs : ndarray
        (N, 2) int64, half-open range of the frames in which it turns, counted from the first of
        the stretch; may lie before or behind it. Of what goes straight on: those on the crossing.
    measured : ndarray
        (N, T, 2) float32, the centres with the noise of a measurement.

    Lesson 16 uses it.
    """

    places: np.ndarray
    turns: np.ndarray
    arcs: np.ndarray
    measured: np.ndarray

    @property
    def turning(self):
        """Return which of them turn left or right within the stretch: (N,) bool."""
        first, past = self.arcs.T
        return (self.turns > 0) & (first < self.places.shape[1]) & (past > 0)


def walks(count, frames=24, size=(120, 160), *, seed=0, speed=3.0, drive="right", noise=0.0):
    """Draw stretches of the paths that things take in `junction`, without pictures.

    Each comes in on one of the four sides in its lane, goes straight on or turns left or right
    along an arc, each equally often, and leaves. All go at their own speed, which breathes by some
    percent, and weave a little. The stretch begins anywhere on the way. Nothing but the motion
    tells a turn: what is going to turn slows down before it (to 0.5 to 0.8 of its speed, what goes
    straight on to 0.75 to 1) and mostly draws over to the side it turns to, by up to 0.05 of the
    picture's shorter side; then comes the arc itself. Each sign may be weak, and two that look
    alike may go apart.

    Parameters
    ----------
    count : int
        Number of stretches, N, at least 1.
    frames : int
        Frames of each, T, at least 1; at 12 frames per second 24 are two seconds.
    size : (int, int)
        Height and width of the picture in pixels, at least 16.
    seed : int or numpy.random.Generator
        Draws everything.
    speed : float
        Mean speed in pixels per frame, at least 0.1; each draws 0.75 to 1.25 times that.
    drive : str
        The side of the way on which things keep: "right", or "left", the mirror image.
    noise : float
        Standard deviation of `measured` round `places`, in pixels.

    Returns
    -------
    Walks
        places, turns, arcs, measured.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> made = walks(500, 24, seed=1)
    >>> made.places.shape, [TURNS[turn] for turn in made.turns[:3]]
    ((500, 24, 2), ['left', 'left', 'right'])

    Lesson 16 uses it.
    """
    check_traffic(frames, size, speed, drive, noise)
    if not _whole(count) or count < 1:
        raise ValueError(f"count must be a whole number of at least 1. Received: {count!r}")
    rng = np.random.default_rng(seed)
    traffic = Traffic.drawn(count, min(size), speed, rng)
    places, ends, arcs = passages(traffic, size, 0.1 * min(size), drive, least=frames)
    first = rng.integers(np.maximum(ends - frames, 0) + 1)
    rows = first[:, None] + np.arange(frames)  # (N, T)
    places = places[rows, np.arange(count)[:, None]].astype(np.float32)
    measured = places + np.float32(noise) * rng.standard_normal(places.shape, np.float32)
    return Walks(places, traffic.named_turns(drive), arcs - first[:, None], measured)


def check_traffic(frames, size, speed, drive, noise):
    """Raise a ValueError where an argument of `walks` or `junction` is out of range."""
    pair = isinstance(size, tuple | list) and len(size) == 2 and all(map(_whole, size))
    for name, value, good, wanted in [
        ("frames", frames, _whole(frames) and frames >= 1, "a whole number of at least 1"),
        ("size", size, pair and min(size) >= 16, "height and width of at least 16 pixels"),
        ("speed", speed, 0.1 <= speed < np.inf, "at least 0.1 pixels per frame"),
        ("drive", drive, drive in DRIVES, f"one of {', '.join(DRIVES)}"),
        ("noise", noise, 0 <= noise < np.inf, "0 or more"),
    ]:
        if not good:
            raise ValueError(f"{name} must be {wanted}. Received: {value!r}")


def _whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


class Traffic(NamedTuple):
    """How each of N things goes its way; lengths in pixels, times in frames, all (N,).

    Attributes
    ----------
    turns, sides : ndarray of int
        Index into `TURNS` where all keep right, and the side it comes from: below, left, above,
        right.
    lane, bend : ndarray
        Distance from the middle line, radius of the arc.
    cruise, slow : ndarray
        Its speed, and what part of it is left on the crossing.
    brake, drift : ndarray
        Over which way it slows and draws over, and by how much, to the right.
    sway, wave, phase : ndarray
        How far it weaves, over which way, and from where.
    """

    turns: np.ndarray
    sides: np.ndarray
    lane: np.ndarray
    bend: np.ndarray
    cruise: np.ndarray
    slow: np.ndarray
    brake: np.ndarray
    drift: np.ndarray
    sway: np.ndarray
    wave: np.ndarray
    phase: np.ndarray

    @classmethod
    def drawn(cls, count, side, speed, rng):
        """Draw N things for a picture whose shorter side has so many pixels."""
        turns, sides = rng.integers(len(TURNS), size=count), rng.integers(4, size=count)
        low, high = np.where(turns > 0, [[0.5], [0.8]], [[0.75], [1.0]])
        return cls(
            turns,
            sides,
            np.full(count, LANE * side),
            BEND[turns] * side,
            speed * rng.uniform(1 - SPREAD, 1 + SPREAD, count),
            rng.uniform(low, high),
            side * rng.uniform(0.2, 0.4, count),
            side * HAND[turns] * rng.uniform(0, 0.05, count),
            side * rng.uniform(0, 0.015, count),
            side * rng.uniform(0.4, 0.8, count),
            rng.uniform(0, 2 * np.pi, count),
        )

    @property
    def arc(self):
        """Return the length of each one's arc, 0 of what goes straight on."""
        return np.where(self.turns > 0, self.bend * np.pi / 2, 0.0)

    @property
    def edge(self):
        """Return how far below the middle the arc begins, or the crossing of what goes on."""
        return np.where(self.turns > 0, self.bend + HAND[self.turns] * self.lane, 2 * self.lane)

    @property
    def across(self):
        """Return the way on the crossing: the arc, or from edge to edge."""
        return np.where(self.turns > 0, self.arc, 4 * self.lane)

    def named_turns(self, drive):
        """Return the turns (N,) int64 as seen in the picture, which may be the mirror image."""
        return (self.turns if drive == "right" else MIRRORED[self.turns]).astype(np.int64)

    def signs(self, s):
        """Say how much of the slowing and of the drawing over is there at each place, 0 to 1."""
        return smooth(1 + s / self.brake) * (1 - smooth((s - self.across) / self.brake))

    def pace(self, s, time):
        """Return the pixels it makes in the next frame."""
        breath = 1 + 0.06 * np.sin(2 * np.pi * time / 20 + self.phase)
        return self.cruise * breath * (1 - (1 - self.slow) * self.signs(s))

    def ends(self, size, reach):
        """Return where on their ways things come in and are out again, by `reach`: two (N,)."""
        half, odd, turned = np.array(size) / 2, self.sides % 2, self.turns > 0
        leave = half[np.where(turned, 1 - odd, odd)] + reach
        gone = np.where(turned, HAND[self.turns] * self.lane + self.bend, -self.edge)
        return self.edge - half[odd] - reach, self.arc + leave - gone

    def at(self, s, size):
        """Return the centres (N, 2) where things have gone s pixels from where the arcs begin."""
        hand = HAND[self.turns]
        angle = np.abs(hand) * np.clip(s / self.bend, 0, np.pi / 2)
        c, d, on = np.cos(angle), hand * np.sin(angle), s - np.clip(s, 0, self.arc)
        weave = self.sway * np.sin(2 * np.pi * s / self.wave + self.phase)
        aside = weave + self.drift * self.signs(s)  # the way is (d, -c), to the right of it (c, d)
        x = self.lane + hand * self.bend * (1 - c) + d * on + c * aside
        y = self.edge - self.bend * np.abs(d) - c * on + d * aside
        turned = np.stack([x, -y, -x, y]), np.stack([y, x, -y, -x])
        places = [part[self.sides, np.arange(len(s))] for part in turned]
        return np.stack(places, axis=-1) + np.array(size[::-1]) / 2


def smooth(x):
    """Rise from 0 at x <= 0 to 1 at x >= 1 without a kink."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def passages(traffic, size, reach, drive, *, least=1):
    """Let things go over the crossing, each from where it comes in.

    Parameters
    ----------
    traffic : Traffic
        N things.
    size : (int, int)
        Height and width of the picture in pixels.
    reach : float or ndarray
        By how much they begin and end outside the picture, in pixels.
    drive : str
        "right", or "left" for the mirror image.
    least : int
        At least so many frames.

    Returns
    -------
    places : ndarray
        (T, N, 2) float64 centres; what is out goes on until the last is out.
    ends : ndarray
        (N,) int64, in so many frames it is out.
    arcs : ndarray
        (N, 2) int64, half-open range of the frames of its arc, or of its crossing.
    """
    s, leave = traffic.ends(size, reach)
    places, way = [], []
    while len(way) < least or (s < leave).any():
        places.append(traffic.at(s, size))
        way.append(s)
        s = s + traffic.pace(s, len(way) - 1)
    places, way = np.stack(places), np.stack(way)
    if drive == "left":
        places[..., 0] = size[1] - places[..., 0]
    before = [(way < edge).sum(axis=0) for edge in (leave, np.zeros_like(s), traffic.across)]
    return places, before[0], np.stack(before[1:], axis=-1)
