"""Long films of people who do one thing after another, labelled frame by frame."""

from dataclasses import dataclass

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.acting import Actor, film
from vidlearn.synthetic.motions import NATURAL
from vidlearn.synthetic.people import PEOPLE, check_world, source
from vidlearn.synthetic.playing import FPS, STAGE, played, schedule, thrown
from vidlearn.synthetic.skeleton import JOINTS


@dataclass(frozen=True, eq=False, repr=False)
class Activity:
    """A film of T frames with P people of J joints, and all that is true of it.

    Attributes
    ----------
    frames : ndarray
        (T, H, W, 3) uint8 RGB.
    labels : ndarray
        (T,) int64: what the first person does, index into `names`; -1 for what `kinds` leaves out.
    actions : ndarray
        (T, P) int64: the same of everybody.
    names : tuple of str
        The classes.
    keypoints : ndarray
        (T, P, J, 2) float32 x and y in pixels.
    visible : ndarray
        (T, P, J) bool: in the picture, and hidden by nothing.
    joints : tuple of str
        The names of the J joints.
    fps : int
        Frames per second.
    """

    frames: np.ndarray
    labels: np.ndarray
    actions: np.ndarray
    names: tuple
    keypoints: np.ndarray
    visible: np.ndarray
    joints: tuple
    fps: int

    def __repr__(self):
        count, height, width, _ = self.frames.shape
        return f"Activity({count} frames of {height} x {width}, {self.actions.shape[1]} people)"


def activity(
    frames=600,
    *,
    kinds=NATURAL,
    size=(64, 64),
    people=1,
    seed=0,
    world="seen",
    noise=3.0,
):
    """Make a film in which people do one thing after another.

    What somebody does begins half-way through the frames in which the last motion passes into it,
    and lasts until the next begins: who sits still goes on with "sit down". Who sits or lies stands
    up first.

    Parameters
    ----------
    frames : int, default 600
        Frames of the film, T, at least 4; 12 a second.
    kinds : sequence of str
        What may be done: names of `NATURAL`.
    size : (int, int)
        Height and width in pixels, at least 32.
    people : int
        How many act, each for itself, 1 to 4.
    seed : int or numpy.random.Generator
        Draws everything.
    world : str
        One of `WORLDS`, as `actions` has them.
    noise : float
        Standard deviation of the sensor's noise, of 255 levels, at least 0.

    Returns
    -------
    Activity
        The film and its truth.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Lesson 19 teaches it.

    Examples
    --------
    >>> film = activity(60, kinds=("walk", "stand"), size=(32, 40), people=2, seed=3)
    >>> film, sorted({film.names[k] for k in film.labels})
    (Activity(60 frames of 32 x 40, 2 people), ['stand', 'walk'])
    """
    frames, people = asked.whole("frames", frames, 4), asked.whole("people", people, 1, 4)
    kinds, size = asked.named(kinds, ", ".join(NATURAL), NATURAL), asked.sized(size)
    check_world(world)
    asked.noisy(noise)
    rng = asked.drawn(seed)
    number = rng.choice(PEOPLE, people, replace=False)
    cast, actions = [], np.empty((frames, people), np.int64)
    for k in range(people):
        spans = schedule(frames, kinds, rng)
        start = rng.uniform(-0.8, 0.8, 2) * STAGE
        if people > 1:  # beside one another at first
            start[0] = 2 * STAGE[0] * ((k + 0.5) / people - 0.5)
        cast.append(_actor(source(world, int(number[k])), spans, frames, start, rng))
        for kind, first, stop in spans:
            actions[first:stop, k] = kinds.index(kind) if kind in kinds else -1
    opened = np.zeros(frames)
    shown, keypoints, visible = film(
        (world, int(number[0])), cast, opened, size, noise=noise, rng=rng
    )
    truth = (actions[:, 0].copy(), actions, kinds, keypoints, visible, JOINTS, FPS)
    return Activity(shown, *truth)


def _actor(who, spans, frames, start, rng):
    """Let a person play a schedule; a thing is there while it is thrown."""
    pose, parts, hands = played(spans, frames, start, rng)
    thing = np.full((frames, 3), np.nan)
    for (kind, first, stop), part, hand in zip(spans, parts, hands, strict=True):
        if kind == "throw":
            thing[first:stop] = thrown(pose, who.sizes, part, hand)[first:stop]
    return Actor(who, pose, None if np.isnan(thing).all() else thing)
