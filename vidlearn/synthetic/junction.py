"""A crossing of two ways, seen from a little above: things come, turn, hide one another and go."""

from numbers import Integral

import numpy as np

from vidlearn.synthetic.cutouts import DIGITS, cutout
from vidlearn.synthetic.moving import _check, _names, seen_boxes
from vidlearn.synthetic.pictures import background as cut_background
from vidlearn.synthetic.render import Sprite, paste, placed
from vidlearn.synthetic.scene import Scene
from vidlearn.synthetic.walks import LANE, Traffic, check_traffic, passages

FPS = 12.0
SIDE = 0.19  # a thing's longer side, in shorter sides of the picture
NEAR = 0.15  # how much larger than in the middle things are at the lower edge
PAUSE = 10  # most frames until the next comes for one that has gone


def junction(
    frames=120,
    size=(120, 160),
    objects=6,
    *,
    seed=0,
    kinds=("digits", "coin", "cup", "flower", "horse"),
    background=None,
    speed=3.0,
    drive="right",
    noise=0.0,
):
    """Make a video of a crossing: things come in, go straight on or turn, and leave.

    Two ways cross before a photograph. Things enter on four sides, each in its lane and at its own
    speed, as `walks` tells; nearer ones are larger and hide those behind them. When one has left,
    another comes: K things in all, each with a number of its own. They do not wait for each other.
    The same arguments give the same bytes.

    Parameters
    ----------
    frames : int
        Number of frames, T; 12 are a second.
    size : (int, int)
        Height and width in pixels, at least 16.
    objects : int
        At most so many are on their way at a time, 0 to 32: for one that has left the next comes
        when its lane is free. Of few, one or two are missing now and then; of 32, many.
    seed : int or numpy.random.Generator
        Draws everything that is not given.
    kinds : sequence of str
        What may appear, as in `moving_objects`.
    background : str, optional
        A name of `PICTURES`; one of `BACKGROUNDS` is drawn when not given.
    speed : float
        Mean speed in pixels per frame, at least 0.1; each draws 0.75 to 1.25 times that.
    drive : str
        The side of the way on which things keep: "right", or "left", the mirror image.
    noise : float
        Standard deviation of the noise of the camera's sensor, in grey levels of 0 to 255.

    Returns
    -------
    Scene
        Frames, masks, boxes, labels. While a thing has not come or has left, its `full_boxes` are
        0, 0, 0, 0.

    Raises
    ------
    ValueError
        If an argument is out of range, or more than 255 things would come.

    Examples
    --------
    >>> scene = junction(24, (60, 80), 3, kinds=["coin", "cup"], seed=2)
    >>> scene.frames.shape, scene.fps, len(scene.labels)
    ((24, 60, 80, 3), 12.0, 5)

    Lesson 16 uses it.
    """
    check_traffic(frames, size, speed, drive, noise)
    _check(frames, size, objects, SIDE, speed, noise)
    if objects > 32 or not isinstance(objects, Integral) or isinstance(objects, bool):
        raise ValueError(f"objects must be from 0 to 32, and whole. Received: {objects!r}")
    names, rng = _names(kinds), np.random.default_rng(seed)
    ground = _ground(background or rng, size)
    journeys = _timetable(frames, size, objects, speed, drive, rng)
    if len(journeys) > 255:
        raise ValueError(
            "frames must let at most 255 things come; give fewer, or fewer objects. "
            f"Received: {frames} frames, in which {len(journeys)} come"
        )
    chosen = [kinds[i] for i in rng.integers(len(kinds), size=len(journeys))]
    chosen = [str(rng.choice(DIGITS)) if kind == "digits" else kind for kind in chosen]
    cast = []
    for kind, (start, places) in zip(chosen, journeys, strict=True):
        sprite = Sprite.made_of(cutout(kind, rng), SIDE * min(size) * rng.uniform(0.85, 1.15))
        cast.append((sprite, start, places, _angles(kind, len(places), rng)))
    film, masks, *truth = _filmed(ground, cast, noise, frames, rng)
    seen = np.flatnonzero((truth[-1] > 0).any(axis=0))  # some had left before the first frame
    numbers = np.zeros(len(cast) + 1, np.uint8)
    numbers[seen + 1] = np.arange(1, len(seen) + 1)
    labels = np.array([names.index(chosen[k]) for k in seen], np.int64)
    truth = [part[:, seen] for part in truth]
    return Scene(film, numbers[masks], *truth, labels, names, fps=FPS)


def _timetable(frames, size, objects, speed, drive, rng):
    """Say when things come and where they are.

    Returns a list of (first frame, centres (n, 2) from that frame on) by first frame, which may
    lie before 0.
    """
    side = min(size)
    headway = np.ceil(1.5 * SIDE * side / speed)  # frames between two that come in one lane
    free = np.full(4, -np.inf)  # when each lane is
    warm = max(
        1, int(sum(size) / speed)
    )  # frames before the first, so that the crossing is in full swing
    due = np.sort(rng.integers(-warm, 0, objects))
    journeys, waiting = [], []
    while objects and due.min() < frames:
        if len(waiting) < 4:
            waiting += _drawn(4 * objects, size, speed, drive, rng)
        now, slot = due.min(), due.argmin()
        most = [max(now, free[entry]) for entry, _ in waiting]
        chosen = int(np.argmin(most))  # the first whose lane is free, or will be first
        entry, places = waiting.pop(chosen)
        start = int(most[chosen])
        free[entry] = start + headway
        due[slot] = start + len(places) + rng.integers(PAUSE + 1)
        if start < frames and start + len(places) > 0:
            journeys.append((start, places))
    return sorted(journeys, key=lambda journey: journey[0])


def _drawn(count, size, speed, drive, rng):
    """Draw things: for each the side it comes from, and its centres (n, 2) until it is out."""
    traffic = Traffic.drawn(count, min(size), speed, rng)
    places, ends, _ = passages(traffic, size, SIDE * min(size), drive)
    return [(int(traffic.sides[k]), places[: ends[k], k]) for k in range(count)]


def _angles(kind, count, rng):
    """Let a coin or a flower roll, and all else sway a little: radians (n,)."""
    rate = rng.uniform(0.04, 0.12) * rng.choice([-1, 1])
    angle = rate * np.arange(count) + rng.uniform(0, 2 * np.pi)
    return angle if kind in ("coin", "flower") else 0.14 * np.sin(2 * angle)


def _ground(which, size):
    """Lay two ways of gravel over a photograph: (H, W, 3) float32."""
    ground = cut_background(which, size).astype(np.float32)
    road = 70 + 0.45 * cut_background("gravel", size).astype(np.float32)
    side, kerb = min(size), 2 * LANE * min(size)
    y, x = (np.abs(np.arange(n) + 0.5 - n / 2) for n in size)  # from the middle
    x, y = np.broadcast_arrays(x, y[:, None])  # (H, W)
    for across, along in ((x, y), (y, x)):
        dashed = (along > kerb + 0.03 * side) & (along / side % 0.12 < 0.07)
        line = np.clip(0.008 * side + 0.5 - across, 0, 1) * dashed
        road += line[..., None].astype(np.float32) * (235 - road)
    way = np.clip(kerb + 0.5 - np.minimum(x, y), 0, 1)[..., None].astype(np.float32)
    return ground + way * (road - ground)


def _filmed(ground, cast, noise, frames, rng):
    """Paint all frames; return frames, masks, boxes, full boxes and visible fractions."""
    size = ground.shape[:2]
    film = np.empty((frames, *ground.shape), np.uint8)
    masks = np.zeros((frames, *size), np.uint8)
    full_boxes = np.zeros((frames, len(cast), 4), np.float32)
    areas = np.ones((frames, len(cast)), np.float32)
    for t in range(frames):
        canvas = ground.copy()
        there = [k for k, (_, start, places, _) in enumerate(cast) if 0 <= t - start < len(places)]
        for k in sorted(there, key=lambda k: cast[k][2][t - cast[k][1], 1]):  # the nearest last
            sprite, start, places, angles = cast[k]
            zoom = 1 + NEAR * (2 * places[t - start, 1] / size[0] - 1)
            patch, corner = placed(sprite, places[t - start], angles[t - start], zoom)
            full_boxes[t, k], areas[t, k] = paste(canvas, masks[t], patch, corner, k + 1)
        if noise:
            canvas += np.float32(noise) * rng.standard_normal(canvas.shape, np.float32)
        film[t] = np.rint(np.clip(canvas, 0, 255))
    boxes, seen = seen_boxes(masks, len(cast))
    return film, masks, boxes, full_boxes, seen / areas
