"""Put motions one after another: where a person goes, and what it does when."""

import numpy as np

from vidlearn.synthetic.motions import CYCLES, SIDES, ease, move
from vidlearn.synthetic.skeleton import AT, CHANNELS, POINTS, points

FPS = 12
"""Frames per second of clips and films."""
BLEND = 8  # frames in which one motion passes into the next
STAGE = (0.75, 0.55)  # half the width and depth, in metres, in which people keep
MIDDLE = 0.7  # metres from the middle of the stage to theirs, away from the camera
STEER = 3.2  # radians a second, at most
RELEASE = 0.64  # part of a throw after which the hand is empty
RISING = ("sit down", "fall")


def performed(kind, frames, rng):
    """Play one motion in a clip.

    Parameters
    ----------
    kind : str
        A natural class.
    frames : int
        T.
    rng : numpy.random.Generator
        Draws start and duration of what does not go on, and where the person looks.

    Returns
    -------
    pose : ndarray
        (T, C) the `CHANNELS`, the person's way in the middle of the stage.
    busy : ndarray
        (T,) bool: the frames in which it is done.
    part : ndarray
        (T,) how much of it is done; below 0 before and above 1 behind.
    hand : {"left", "right"}
        The hand that waves or throws.
    """
    hand = SIDES[rng.integers(2)]
    at = np.arange(frames)
    if kind in CYCLES:
        start, lasts = 0.0, float(frames)
    else:
        lasts = rng.uniform(0.7, 0.98) * min(frames, 40)
        start = rng.random() * (frames - lasts)
    part = (at - start) / lasts
    pose, way = move(kind, at / FPS, np.clip(part, 0, 1), rng, hand=hand)
    across = kind in ("walk", "run", "throw")
    yaw = rng.choice([-1, 1]) * rng.uniform(0.8, 1.6) if across else rng.uniform(-1, 1)
    pose[:, AT["yaw"]] += yaw
    places = _walked(way, pose[:, AT["yaw"]])
    pose[:, [AT["x"], AT["depth"]]] = places - (places.min(0) + places.max(0)) / 2
    pose[:, AT["depth"]] += rng.uniform(0.2, 1.1)
    pose[:, AT["x"]] += rng.uniform(-0.3, 0.3)
    return pose, (part >= 0) & (part <= 1), part, hand


def _walked(way, yaw):
    """Return x and depth (T, 2) of who goes a way (T, 2), forwards and left, as the yaw says."""
    ahead, left = np.diff(way, axis=0, prepend=way[:1]).T
    steps = [np.sin(yaw) * ahead + np.cos(yaw) * left, -np.cos(yaw) * ahead + np.sin(yaw) * left]
    return np.cumsum(steps, 1).T


def schedule(frames, kinds, rng):
    """Draw what is done one after another.

    Who sits or lies stands up before anything else; "stand" comes between, where it is of `kinds`.

    Parameters
    ----------
    frames : int
        T.
    kinds : sequence of str
        Natural classes.
    rng : numpy.random.Generator
        Draws.

    Returns
    -------
    list of (str, int, int)
        Class, first frame, frame behind the last; without gaps from 0 to T.
    """
    spans, at, last = [], 0, None
    main = [k for k in kinds if k not in ("stand", "stand up")] or list(kinds)
    bag = []
    while at < frames:
        if last in RISING:
            kind = "stand up"
        elif "stand" in kinds and last not in (None, "stand") and rng.random() < 0.55:
            kind = "stand"
        else:
            bag = bag or list(rng.permutation(main))
            kind = str(bag.pop())
        lasts = int(rng.integers(*_LENGTHS.get(kind, (18, 37))))
        spans.append((kind, at, min(at + lasts, frames)))
        at, last = at + lasts, kind
    return spans


_LENGTHS = {
    **{"stand": (10, 25), "jump": (13, 19), "throw": (16, 23), "fall": (22, 33)},
    **{"sit down": (20, 33), "stand up": (16, 25), "turn left": (12, 21), "turn right": (12, 21)},
}  # frames; all else goes on for 18 to 36


def played(spans, frames, start, rng):
    """Play a schedule: poses that pass softly from one motion into the next.

    Parameters
    ----------
    spans : list of (str, int, int)
        As `schedule` draws them.
    frames : int
        T.
    start : (float, float)
        Metres right and away from the camera, where the person begins.
    rng : numpy.random.Generator
        Draws how everything is done.

    Returns
    -------
    pose : ndarray
        (T, C) the `CHANNELS`.
    parts : list of ndarray
        For each span, (T,) how much of it is done: below 0 before it, above 1 behind.
    hands : list of str
        For each span, the hand that waves or throws.
    """
    hands = [SIDES[k] for k in rng.integers(2, size=len(spans))]
    total, weights = np.zeros((frames, len(CHANNELS))), np.zeros(frames)
    turns, ways, parts = np.zeros(frames), np.zeros((frames, 2)), []
    at = np.arange(frames)
    for (kind, first, stop), hand in zip(spans, hands, strict=True):
        weight = ease((at - first + BLEND / 2) / BLEND) if first else np.ones(frames)
        weight = weight * (1 - ease((at - stop + BLEND / 2) / BLEND))
        full = max(stop - first, 12)
        part = (at - first) / (full * _SHARE.get(kind, 1.0))
        parts.append(part)
        pose, way = move(kind, (at - first) / FPS, np.clip(part, 0, 1), rng, hand=hand)
        turns += weight * np.diff(pose[:, AT["yaw"]], prepend=pose[0, AT["yaw"]])
        ways += weight[:, None] * np.diff(way, axis=0, prepend=way[:1])
        total += weight[:, None] * pose
        weights += weight
    pose = total / np.maximum(weights, 1e-6)[:, None]
    _steer(pose, turns, ways, start, rng)
    return pose, parts, hands


_SHARE = {"fall": 0.6, "sit down": 0.7}  # of its time, until it lies or sits; then it stays


def _steer(pose, turns, ways, start, rng):
    """Write yaw, x and depth: who walks out of the stage bends back."""
    yaw, first = rng.uniform(-0.9, 0.9), np.array(start, float)
    place = first
    for t, (turn, (ahead, left)) in enumerate(zip(turns, ways, strict=True)):
        yaw += turn
        if ahead * FPS > 0.5:  # walks or runs
            home = np.arctan2(*(0.5 * first - place) * np.array([1, -1]))
            off = (home - yaw + np.pi) % (2 * np.pi) - np.pi
            ahead_of = place + 0.3 * ahead * FPS * np.array([np.sin(yaw), -np.cos(yaw)])
            far = np.abs(ahead_of / np.array(STAGE)).max()
            yaw += np.clip(off, -1, 1) * STEER / FPS * np.clip(2 * far - 1, 0, 1)
            yaw -= 0.8 / FPS * np.sin(yaw)  # and looks at the camera rather than away
        place = place + ahead * np.array([np.sin(yaw), -np.cos(yaw)])
        place = place + left * np.array([np.cos(yaw), np.sin(yaw)])
        place = np.clip(place, -1.3 * np.array(STAGE), 1.3 * np.array(STAGE))
        pose[t, AT["x"]], pose[t, AT["depth"]] = place[0], place[1] + MIDDLE
        pose[t, AT["yaw"]] = yaw


def thrown(pose, sizes, part, hand):
    """Return where a thing is that is thrown: in the hand, then in the air, then on the floor.

    Parameters
    ----------
    pose : ndarray
        (T, C) the `CHANNELS`.
    sizes : dict
        The body's lengths.
    part : ndarray
        (T,) how much of the throw is done.
    hand : {"left", "right"}
        The hand that throws.

    Returns
    -------
    ndarray
        (T, 3) metres.
    """
    thing = points(pose, sizes)[:, POINTS.index(f"{hand}_hand")]
    release = int(np.searchsorted(part, RELEASE))
    if release < len(thing):
        yaw = pose[release, AT["yaw"]]
        t = (np.arange(release, len(thing)) - release)[:, None] / FPS
        speed = 3.2 * np.array([np.sin(yaw), 0, -np.cos(yaw)]) + [0, 1.2, 0]
        thing[release:] = thing[release] + t * speed - [0, 4.9, 0] * t**2
        thing[:, 1] = np.maximum(thing[:, 1], 0.1)
    return thing
