"""Edited films with exact truth: shots of all sorts, every kind of transition, and traps."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.joins import JOINS, Join, draw_join, mixed
from vidlearn.synthetic.takes import PHOTOGRAPHS, draw_look, shoot
from vidlearn.synthetic.traps import SPANS, SUDDEN, TRAPS, add_bars, set_trap, through_codec

MARGIN = 3  # frames between a trap and a transition
LEAST = 4.0  # mean grey levels by which a new shot differs from the one before
BRIEF = 8  # frames of a shot below which only cuts lead to it and from it


@dataclass(frozen=True, eq=False, repr=False)
class Montage:
    """An edited film, and all that is true of its edits.

    Attributes
    ----------
    frames : ndarray
        (T, H, W, 3) uint8 RGB.
    transitions : ndarray
        (N, 2) int64, half-open: the frames that belong to neither shot alone. (t, t) is a cut
        whose new shot begins with frame t; of a dissolve (a, b), a is the first mixed frame and b
        the first that is all new.
    kinds : list of str
        N of "cut", "dissolve", "fade", "wipe".
    traps : list of (str, int, int)
        What is no boundary, though it may look like one: a name of `TRAPS`, and its frames
        [start, end). What "light" and "part fades" change stays so till their shot is over.
    fps : float
        Frames per second.

    Examples
    --------
    >>> film = montage(100, size=(27, 48), seed=3, lengths=(10, 30))
    >>> film
    Montage(100 frames of 27 x 48, transitions: 2 cut, 1 dissolve)
    >>> film.transitions.tolist(), film.shots
    ([[30, 36], [47, 47], [67, 67]], [(0, 30), (36, 47), (47, 67), (67, 100)])
    """

    frames: np.ndarray
    transitions: np.ndarray
    kinds: list
    traps: list
    fps: float = 25.0

    def __repr__(self):
        count, height, width, _ = self.frames.shape
        kinds = ", ".join(
            f"{self.kinds.count(kind)} {kind}" for kind in JOINS if kind in self.kinds
        )
        return f"Montage({count} frames of {height} x {width}, transitions: {kinds or 'none'})"

    @property
    def shots(self):
        """Return what lies between the transitions: a list of half-open (start, end)."""
        starts = [0, *self.transitions[:, 1].tolist()]
        ends = [*self.transitions[:, 0].tolist(), len(self.frames)]
        return list(zip(starts, ends, strict=True))


def montage(
    frames=600,
    *,
    size=(180, 320),
    seed=0,
    world="seen",
    transitions=None,
    traps=(),
    lengths=(4, 250),
    fps=25.0,
):
    """Make an edited film whose every transition is known.

    Shots are parts of photographs under a moving camera, with things and people now and then; some
    are dark, faint or nearly of one colour. Some neighbours show one place from two sides. The same
    arguments give the same bytes.

    Parameters
    ----------
    frames : int
        T.
    size : (int, int)
        Height and width in pixels, at least 16.
    seed : int or numpy.random.Generator
        Draws everything that is not given.
    world : str
        "seen", to train in, or "new", to test in: it shares no photograph, thing or person with
        the other (`PHOTOGRAPHS`, `THINGS`, `ACTORS`).
    transitions : dict of float, optional
        How often each kind is drawn, `JOINS` when not given; {"cut": 1} makes only cuts.
    traps : str or sequence of str
        Which of `TRAPS` are set, or "all" of them. About every second shot holds one; they come in
        turn, so a film of enough shots has each. "bars" lie over some shots in a row; "codec" takes
        the whole film, and most of the time.
    lengths : (int, int)
        Least and greatest number of frames of a shot, a and b. The logarithm of the length is
        bell-shaped, as in films; half of all shots are shorter than the cube root of a b b. The
        last may be longer, to fill the film.
    fps : float
        Frames per second.

    Returns
    -------
    Montage
        Frames, transitions, kinds, traps.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> film = montage(100, size=(27, 48), seed=9, lengths=(10, 30), traps=["flash"])
    >>> film.transitions.tolist(), film.kinds
    ([[17, 17], [39, 45], [64, 64]], ['cut', 'fade', 'cut'])
    >>> film.traps
    [('flash', 56, 59)]

    Lesson 21 uses it.
    """
    frames, size = asked.whole("frames", frames, 1), asked.sized(size, 16)
    weights, names = weighed(transitions), _named(traps)
    if not isinstance(world, str) or world not in PHOTOGRAPHS:
        raise ValueError(f"world must be 'seen' or 'new'. Received: {world!r}")
    pair = isinstance(lengths, tuple | list) and len(lengths) == 2
    if not pair or not all(isinstance(one, Integral) for one in lengths):
        raise ValueError(
            f"lengths must be two whole numbers, such as (4, 250). Received: {lengths!r}"
        )
    if not 1 <= lengths[0] <= lengths[1]:
        raise ValueError(f"lengths must be least and greatest, from 1 up. Received: {lengths}")
    if not isinstance(fps, Real) or not 0 < fps < np.inf:
        raise ValueError(f"fps must be a number above 0. Received: {fps!r}")
    rng = asked.drawn(seed)
    spans, joins = _plan(frames, lengths, weights, rng)
    film = np.empty((frames, *size, 3), np.uint8)
    cutter, set_traps = Cutter(film, joins), []
    waiting, looks = [], []
    for k, (start, stop) in enumerate(spans):
        head, tail = cutter.room(k)
        here = _traps_for(names, waiting, stop - start, rng)
        for _ in range(6):
            look = _look(looks, world, stop - start, rng)
            sudden = [(name, head + a, head + b) for name, a, b in here if name in SUDDEN]
            clip = shoot(head + stop - start + tail, size, world, rng, look=look, sudden=sudden)
            for name, a, b in here:
                set_trap(name, clip, head + a, head + b, world, rng)
            if cutter.differs(k, clip[head]):
                break
        looks.append(look)
        cutter.add(k, start, clip)
        set_traps += [(name, start + a, start + b) for name, a, b in here]
    if "bars" in names:
        first, last = np.sort(rng.integers(len(spans), size=2))
        here = spans[first][0], spans[last][1]
        add_bars(film[slice(*here)], rng)
        set_traps.append(("bars", *here))
    if "codec" in names:
        film = through_codec(film, fps, rng)
        set_traps.append(("codec", 0, frames))
    return Montage(film, *truth(spans, joins), sorted(set_traps, key=lambda trap: trap[1:]), fps)


def weighed(transitions):
    """Return how often each kind of transition is drawn, or refuse what says no such thing."""
    weights = JOINS if transitions is None else transitions
    fine = isinstance(weights, dict) and weights and not set(weights) - set(JOINS)
    numbers = fine and [isinstance(one, Real) and 0 <= one < np.inf for one in weights.values()]
    if not (fine and all(numbers) and sum(weights.values()) > 0):
        raise ValueError(
            f"transitions must give weights from 0 on, and one above 0, for {', '.join(JOINS)}. "
            f"Received: {transitions!r}"
        )
    return dict(weights)


def _named(traps):
    names = TRAPS if isinstance(traps, str) and traps == "all" else traps
    several = hasattr(names, "__iter__") and not isinstance(names, str)
    if not several or not all(isinstance(one, str) and one in TRAPS for one in names):
        raise ValueError(
            f"traps must be 'all' or a list of {', '.join(TRAPS)}. Received: {traps!r}"
        )
    return tuple(dict.fromkeys(names))


class Cutter:
    """Puts clips one after another into a film."""

    def __init__(self, film, joins):
        self.film, self.joins, self.tail = film, joins, None

    def room(self, k):
        """Return how many frames clip k needs before and behind its shot."""
        head = self.joins[k - 1].head if k else 0
        return head, self.joins[k].tail if k < len(self.joins) else 0

    def differs(self, k, frame):
        """Say whether a shot that begins so could be told from the one before."""
        return not k or np.abs(frame.astype(np.int16) - self.last).mean() >= LEAST

    def add(self, k, start, clip):
        """Add clip k, whose shot begins at frame `start`, and the transition before it."""
        head, tail = self.room(k)
        if k:
            join = self.joins[k - 1]
            self.film[start - join.frames : start] = mixed(join, self.tail, clip[:head])
        shot = clip[head : len(clip) - tail]
        self.film[start : start + len(shot)] = shot
        self.tail, self.last = clip[len(clip) - tail :], shot[-1].astype(np.int16)


def _plan(frames, lengths, weights, rng):
    """Draw the shots (start, stop) of a film, and the joins between them."""
    low, high = np.log(lengths)
    middle, spread = (low + 2 * high) / 3, (high - low) / 4.5
    kinds, chances = list(weights), np.array(list(weights.values())) / sum(weights.values())

    def length():
        return int(np.clip(np.rint(np.exp(rng.normal(middle, spread))), *lengths))

    spans, joins, start, now = [], [], 0, length()
    while True:
        then = length()
        kind = str(rng.choice(kinds, p=chances))
        brief = min(now, then) < BRIEF and weights.get("cut")
        join = Join("cut") if brief else draw_join(kind, rng)
        stop = start + now
        if stop + join.frames + lengths[0] > frames:
            return [*spans, (start, frames)], joins
        spans.append((start, stop))
        joins.append(join)
        start, now = stop + join.frames, then


def truth(spans, joins):
    """Return transitions (N, 2) and kinds."""
    pairs = [(stop, stop + join.frames) for (_, stop), join in zip(spans, joins, strict=False)]
    return np.array(pairs, np.int64).reshape(-1, 2), [join.kind for join in joins]


def _look(looks, world, frames, rng):
    """Draw a look: a new one, or now and then that of the shot before or of the one before it."""
    chance = rng.random()
    back = 1 if chance < 0.2 else 2 if chance < 0.3 else len(looks) + 1
    old = looks[-back] if back <= len(looks) else None
    return old or draw_look(world, rng, people=frames <= 125)


def _traps_for(names, waiting, frames, rng):
    """Draw the traps of a shot: every second shot gets the first in the queue that fits."""
    if not waiting:
        waiting += rng.permutation([name for name in names if name in SPANS]).tolist()
    if rng.random() < 0.5:
        return []
    for name in waiting:
        least, most = SPANS[name][0], min(SPANS[name][1], frames - 2 * MARGIN)
        if least <= most:
            waiting.remove(name)
            span = int(rng.integers(least, most + 1))
            start = int(rng.integers(MARGIN, frames - span - MARGIN + 1))
            return [(name, start, start + span)]
    return []
