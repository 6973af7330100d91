"""Clips of people who act, with every joint known."""

from dataclasses import dataclass, replace

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.acting import Actor, film
from vidlearn.synthetic.motions import FAR, NATURAL, NEAR, STATES, state_pose
from vidlearn.synthetic.people import PEOPLE, WORLDS, check_world, source
from vidlearn.synthetic.playing import performed, thrown
from vidlearn.synthetic.skeleton import AT, JOINTS, other_side
from vidlearn.synthetic.states import five_states

TIMED = (
    *("sit down", "stand up", "open", "close", "approach", "leave"),
    *("pick up", "put down", "turn left", "turn right"),
)
"""Ten classes that only the order of the frames tells: k ^ 1 is class k backwards."""
BESIDE = 0.4  # metres of the podium from the middle of the stage, away from the door
OTHER_SIDE = other_side(JOINTS)


@dataclass(frozen=True, eq=False, repr=False)
class Actions:
    """N clips of T frames with P people of J joints, and all that is true of them.

    Attributes
    ----------
    frames : ndarray
        (N, T, H, W, 3) uint8 RGB.
    labels : ndarray
        (N,) int64, index into `names`.
    names : tuple of str
        The classes.
    actions : ndarray
        (N, T) int64: what goes on in each frame, index into `names`; -1 where nothing moves.
    keypoints : ndarray
        (N, T, P, J, 2) float32 x and y in pixels.
    visible : ndarray
        (N, T, P, J) bool: in the picture, and hidden by nothing.
    joints : tuple of str
        The names of the J joints.
    people : ndarray
        (N,) int64: clips of one number show the same body in the same clothes at the same place.
    states : ndarray
        (N, T, 5) 0 to 1: hips, down to the stool; door, open; distance, near; hand, high; yaw, to
        the person's left. All 0 where classes are of `NATURAL`.
    """

    frames: np.ndarray
    labels: np.ndarray
    names: tuple
    actions: np.ndarray
    keypoints: np.ndarray
    visible: np.ndarray
    joints: tuple
    people: np.ndarray
    states: np.ndarray

    def __repr__(self):
        count, frames, height, width, _ = self.frames.shape
        return f"Actions({count} clips of {frames} frames of {height} x {width})"

    def backwards(self):
        """Play every clip backwards: class k of `TIMED` becomes class k ^ 1.

        Returns
        -------
        Actions
            No pixel is new.

        Raises
        ------
        ValueError
            If a class is not of `TIMED`, or its reverse is not among the classes.
        """
        if not set(self.names) <= set(TIMED):
            raise ValueError(f"backwards needs clips of the classes TIMED. Received: {self.names}")
        swap = self._swapped([TIMED[TIMED.index(name) ^ 1] for name in self.names])
        return replace(
            self,
            frames=self.frames[:, ::-1],
            labels=swap[self.labels],
            actions=swap[self.actions[:, ::-1]],
            keypoints=self.keypoints[:, ::-1],
            visible=self.visible[:, ::-1],
            states=self.states[:, ::-1],
        )

    def mirrored(self):
        """Mirror every clip: "turn left" becomes "turn right", left joints become right ones.

        Returns
        -------
        Actions
            No pixel is new.

        Raises
        ------
        ValueError
            If only one of "turn left" and "turn right" is among the classes.
        """
        turns = {"turn left": "turn right", "turn right": "turn left"}
        swap = self._swapped([turns.get(name, name) for name in self.names])
        keypoints = self.keypoints[..., OTHER_SIDE, :] * np.float32([-1, 1])
        keypoints[..., 0] += self.frames.shape[3]
        states = self.states.copy()
        if set(self.names) <= set(TIMED):  # those of NATURAL have none
            states[..., STATES.index("yaw")] = 1 - states[..., STATES.index("yaw")]
        return replace(
            self,
            frames=self.frames[:, :, :, ::-1],
            labels=swap[self.labels],
            actions=swap[self.actions],
            keypoints=keypoints,
            visible=self.visible[..., OTHER_SIDE],
            states=states,
        )

    def _swapped(self, partners):
        """Return an index of the new label for each old one, -1 for -1."""
        missing = set(partners) - set(self.names)
        if missing:
            raise ValueError(
                f"names must hold {', '.join(sorted(missing))} as well, for clips that are turned "
                f"round. Received: {self.names}"
            )
        return np.array([*(self.names.index(name) for name in partners), -1])


def actions(
    count,
    *,
    kinds=TIMED,
    frames=16,
    size=(48, 48),
    labels=None,
    seed=0,
    world="seen",
    noise=3.0,
):
    """Make clips of people who act.

    In a clip of the classes `TIMED` everything can be seen: a person with a stool on a turntable, a
    door, a thing in a hand. One of five states moves, one way: the height of the hips, the door,
    the distance, the hand, the turn of the body. The four others stand still, at values of the same
    law that the moving one has in a frame drawn at random. So a frame drawn at random tells nothing
    of the class; a frame known to be the first tells a little, as a door that will be opened is
    rather closed. All else (who, where, in which clothes, which hand, camera, noise) is drawn
    without a look at the class.

    Clips of the classes `NATURAL` show people who walk, jump, fall: of them one frame tells much.

    Parameters
    ----------
    count : int
        Number of clips, N, at least 1.
    kinds : sequence of str
        The classes: names of `TIMED`, or of `NATURAL`; where all are names of both, of `TIMED`.
    frames : int, default 16
        Frames of a clip, T, 4 to 64.
    size : (int, int)
        Height and width in pixels, at least 32.
    labels : array_like of int, optional
        (N,) the classes, index into `kinds`; drawn equally often when not given.
    seed : int or numpy.random.Generator
        Draws everything else.
    world : str
        One of `WORLDS`: "seen" to train in; people, places, clothes or viewpoints of the others
        were held out.
    noise : float
        Standard deviation of the sensor's noise, of 255 levels, at least 0.

    Returns
    -------
    Actions
        The clips and their truth.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    A joint is visible if it lies in the picture and no limb, thing or other person that is at least
    0.11 metres nearer covers it; a head hides what is on its far side. Lesson 17 teaches it.

    Examples
    --------
    >>> clips = actions(2, frames=8, size=(32, 40), labels=[2, 9], seed=1)
    >>> clips, [clips.names[k] for k in clips.labels]
    (Actions(2 clips of 8 frames of 32 x 40), ['open', 'turn right'])
    >>> clips.backwards().labels.tolist(), clips.mirrored().labels.tolist()
    ([3, 8], [2, 8])
    """
    count, frames = asked.whole("count", count, 1), asked.whole("frames", frames, 4, 64)
    kinds, size = asked.named(kinds, "TIMED, or of NATURAL", TIMED, NATURAL), asked.sized(size)
    check_world(world)
    asked.noisy(noise)
    rng = asked.drawn(seed)
    if labels is None:
        labels = rng.permutation(np.arange(count) % len(kinds))
    labels = asked.numbered(labels, count, len(kinds))
    number = rng.integers(PEOPLE, size=count)
    places = [(world, int(k)) for k in number]
    if set(kinds) <= set(TIMED):
        plays, states, acts = _timed(labels, kinds, frames, places, rng)
    else:
        plays, states, acts = _natural(labels, kinds, frames, places, rng)
    shown = np.empty((count, frames, *size, 3), np.uint8)
    keypoints = np.empty((count, frames, 1, len(JOINTS), 2), np.float32)
    visible = np.empty(keypoints.shape[:-1], bool)
    for n, (place, actor) in enumerate(zip(places, plays, strict=True)):
        opened = states[n, :, STATES.index("door")]
        shown[n], keypoints[n], visible[n] = film(
            place, [actor], opened, size, noise=noise, rng=rng
        )
    people = number + WORLDS.index(world) * PEOPLE
    truth = (labels, kinds, acts, keypoints, visible, JOINTS, people, states)
    return Actions(shown, *truth)


def _timed(labels, kinds, frames, places, rng):
    """Return the actors of clips in which one of five states moves, the states, and the acts."""
    states = five_states(np.array([TIMED.index(kind) for kind in kinds])[labels], frames, rng)
    hands = np.array(["left", "right"])[rng.integers(2, size=len(labels))]
    actors = [
        _on_podium(source(*place), own, str(hand))
        for place, own, hand in zip(places, states, hands, strict=True)
    ]
    moved = np.abs(np.diff(states, axis=1)).sum(-1) > 1e-4  # (N, T - 1)
    moved = np.pad(moved, [(0, 0), (1, 0)]) | np.pad(moved, [(0, 0), (0, 1)])
    return actors, states, np.where(moved, labels[:, None], -1)


def _on_podium(who, states, hand):
    """Put a person with a thing in the hand on a podium."""
    pose = state_pose(states, who.aside, hand)
    feet = np.zeros((len(pose), 3))
    feet[:, 0] = -BESIDE * who.side
    feet[:, 2] = FAR + (NEAR - FAR) * states[:, STATES.index("distance")]
    pose[:, AT["x"]] += feet[:, 0]
    return Actor(who, pose, hand, feet)


def _natural(labels, kinds, frames, places, rng):
    """Return the actors of clips of natural motion, no states, and the acts."""
    actors, acts = [], np.full((len(labels), frames), -1)
    for n, place in enumerate(places):
        who, kind = source(*place), kinds[labels[n]]
        pose, busy, part, hand = performed(kind, frames, rng)
        pose[:, AT["yaw"]] += who.aside
        thing = thrown(pose, who.sizes, part, hand) if kind == "throw" else None
        actors.append(Actor(who, pose, thing))
        acts[n, busy] = labels[n]
    return actors, np.zeros((len(labels), frames, len(STATES))), acts
