"""Clips whose classes differ in nothing but the order of their frames."""

from dataclasses import dataclass
from math import gcd

import numpy as np

from vidlearn.synthetic.cutouts import KINDS, cutout
from vidlearn.synthetic.pictures import BACKGROUNDS, picture
from vidlearn.synthetic.render import Sprite, paste, placed

STEPS = {"clockwise": 1, "anticlockwise": -1, "clockwise, fast": 3, "anticlockwise, fast": -3}
"""The classes, and by how many stages of its lap each moves on from frame to frame."""


@dataclass(frozen=True, eq=False, repr=False)
class Laps:
    """N clips of T frames, and all that is true of them.

    Attributes
    ----------
    frames : ndarray
        (N, T, H, W, 3) uint8 RGB.
    labels : ndarray
        (N,) int64, index into `names`.
    names : tuple of str
        The classes.
    stages : ndarray
        (N, T) int64, 0 to T - 1: which stage of its lap each frame shows. Every clip shows each
        stage once.
    things, photographs : tuple of str
        What goes round in each clip, and before which photograph.

    Examples
    --------
    >>> clips = laps(2, frames=8, things=["cup"], photographs=["cat"], labels=[0, 2], seed=3)
    >>> clips
    Laps(2 clips of 8 frames of 32 x 32)
    >>> (np.diff(clips.stages) % 8).tolist()
    [[1, 1, 1, 1, 1, 1, 1], [3, 3, 3, 3, 3, 3, 3]]
    """

    frames: np.ndarray
    labels: np.ndarray
    names: tuple
    stages: np.ndarray
    things: tuple
    photographs: tuple

    def __repr__(self):
        count, frames, height, width, _ = self.frames.shape
        return f"Laps({count} clips of {frames} frames of {height} x {width})"

    def as_if(self, label):
        """Put the frames of every clip into the order of one class.

        Parameters
        ----------
        label : int or array_like
            The class, or one for each clip.

        Returns
        -------
        ndarray
            (N, T, H, W, 3) uint8: the clips that this class would have given, with the same first
            frame; no pixel is new.
        """
        count, frames = self.stages.shape
        wanted = _orders(np.broadcast_to(label, count), self.stages[:, 0], frames)
        places = np.argsort(self.stages, axis=1)  # (N, T): the frame that shows each stage
        order = np.take_along_axis(places, wanted, axis=1)
        return self.frames[np.arange(count)[:, None], order]


def laps(
    count,
    *,
    frames=10,
    size=(32, 32),
    things=KINDS,
    photographs=BACKGROUNDS,
    labels=None,
    seed=0,
):
    """Make clips in which a thing goes round and round before a photograph.

    A lap has as many stages as a clip has frames, T, evenly spaced on a circle. A clip starts at a
    stage drawn at random and moves on by 1, -1, 3 or -3 stages a frame: that is its class. As T is
    not divisible by 3, each clip shows each stage exactly once. So the clips of all classes are
    made of the same frames, and differ in their order alone; the first frame, or any other by
    itself, tells nothing of the class.

    Parameters
    ----------
    count : int
        Number of clips, N.
    frames : int, default 10
        Frames in a clip, T, at least 7 and not divisible by 3.
    size : (int, int)
        Height and width in pixels, at least 16.
    things : sequence of str
        What may go round, each equally often: digits such as "7", "coin", "cup", "flower", "horse".
    photographs : sequence of str
        Names of `PICTURES`, each drawn equally often; a part of each, perhaps mirrored, is shown.
    labels : array_like of int, optional
        (N,) the classes, index into `STEPS`; drawn equally often when not given.
    seed : int or numpy.random.Generator
        Draws everything that is not given. It draws the pictures before the classes: two calls that
        differ in `labels` alone give the same frames in another order.

    Returns
    -------
    Laps
        Frames, labels, and what each clip is made of.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> one = laps(3, labels=[0, 0, 0], seed=5)
    >>> other = laps(3, labels=[3, 1, 2], seed=5)
    >>> bool((one.frames == other.frames).all()), bool((one.as_if([3, 1, 2]) == other.frames).all())
    (False, True)
    """
    _check(count, frames, size, things, photographs)
    rng = np.random.default_rng(seed)
    who = [things[i] for i in rng.integers(len(things), size=count)]
    where = [photographs[i] for i in rng.integers(len(photographs), size=count)]
    pictures = np.empty((count, frames, *size, 3), np.uint8)
    for n in range(count):
        pictures[n] = _lap(frames, size, who[n], where[n], rng)
    starts = rng.integers(frames, size=count)
    if labels is None:
        labels = rng.permutation(np.arange(count) % len(STEPS))
    labels = np.asarray(labels, np.int64)
    if labels.shape != (count,) or not set(labels.tolist()) <= set(range(len(STEPS))):
        raise ValueError(
            f"labels must be {count} whole numbers from 0 to {len(STEPS) - 1}, one for each clip. "
            f"Received: shape {labels.shape}, values {sorted(set(labels.ravel().tolist()))}"
        )
    stages = _orders(labels, starts, frames)
    shown = pictures[np.arange(count)[:, None], stages]
    return Laps(shown, labels, tuple(STEPS), stages, tuple(who), tuple(where))


def _check(count, frames, size, things, photographs):
    if count < 1:
        raise ValueError(f"count must be at least 1. Received: {count}")
    if frames < 7 or gcd(frames, 3) > 1:
        raise ValueError(
            "frames must be at least 7 and not divisible by 3, so that steps of 3 stages reach "
            f"every stage of the lap. Received: {frames}"
        )
    if min(size) < 16:
        raise ValueError(f"size must be at least 16 pixels each way. Received: {size}")
    if not len(things) or not set(things) <= set(KINDS):
        raise ValueError(f"things must be a list of {', '.join(KINDS)}. Received: {things!r}")
    if not len(photographs):
        raise ValueError("photographs must name at least one picture. Received: none")


def _orders(labels, starts, frames):
    """Return which stage each frame shows: (N, T)."""
    steps = np.array(list(STEPS.values()))[labels]
    return (starts[:, None] + steps[:, None] * np.arange(frames)) % frames


def _lap(frames, size, thing, photograph, rng):
    """Paint every stage of one lap: (T, H, W, 3) uint8."""
    side = min(size)
    ground = ground_of(photograph, size, rng)
    rgba = cutout(thing, rng)
    rgba = rgba[:, ::-1] if rng.random() < 0.5 else rgba  # which way it faces tells nothing
    sprite = Sprite.made_of(np.ascontiguousarray(rgba), side * rng.uniform(0.32, 0.45))
    radius = side * rng.uniform(0.24, 0.32)
    middle = np.array(size[::-1]) / 2 + side * rng.uniform(-0.05, 0.05, 2)
    angles = 2 * np.pi * (np.arange(frames) / frames + rng.random())  # clockwise: y grows downwards
    ids = np.zeros(size, np.uint8)
    lap = np.empty((frames, *size, 3), np.uint8)
    for stage, angle in enumerate(angles):
        canvas = ground.copy()
        centre = middle + radius * np.array([np.cos(angle), np.sin(angle)])
        paste(canvas, ids, *placed(sprite, centre, 0.0, 1.0), 1)
        lap[stage] = np.rint(np.clip(canvas, 0, 255))
    return lap


def ground_of(name, size, rng):
    """Cut a part out of a photograph, mirror it or not, make it a little darker: float32."""
    from PIL import Image

    photo = picture(name)
    height, width = size
    cut = min(photo.shape[0] / height, photo.shape[1] / width) * rng.uniform(0.4, 1.0)
    top, left = (np.array(photo.shape[:2]) - cut * np.array(size)) * rng.random(2)
    box = (left, top, min(left + cut * width, photo.shape[1]), min(top + cut * height, len(photo)))
    part = Image.fromarray(photo).resize((width, height), Image.LANCZOS, box=box, reducing_gap=2)
    part = np.asarray(part, np.float32) * rng.uniform(0.6, 1.0)
    return part[:, ::-1] if rng.random() < 0.5 else part
