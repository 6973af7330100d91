"""Windows of edited films, with a target for each frame: for networks that find boundaries."""

import numpy as np

from vidlearn.synthetic import asked
from vidlearn.synthetic.montage import montage
from vidlearn.synthetic.traps import TRAPS

EACH = 20  # windows that are cut from one film


def training_windows(
    count,
    frames=100,
    *,
    size=(27, 48),
    seed=0,
    world="seen",
    transitions=None,
    traps=tuple(name for name in TRAPS if name != "codec"),
    lengths=(4, 250),
):
    """Make windows of edited films, one after another.

    A window begins anywhere in a film: in a shot, or amid a transition.

    Parameters
    ----------
    count : int
        Number of windows.
    frames : int
        Frames of a window, T.
    size : (int, int)
        Height and width in pixels, at least 16.
    seed : int
        The same seed gives the same windows; more of them begin with the same.
    world, transitions, traps, lengths
        As `montage` takes them; "codec" is left out here, because it takes its time.

    Yields
    ------
    window : ndarray
        (T, H, W, 3) uint8 RGB.
    single, many : ndarray
        (T,) float32, as `targets` gives them.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> for window, single, many in training_windows(2, 50, seed=4):
    ...     print(window.shape, single.sum(), many.sum())
    (50, 27, 48, 3) 1.0 15.0
    (50, 27, 48, 3) 0.0 11.0

    Lesson 22 uses it.
    """
    count, frames = asked.whole("count", count, 0), asked.whole("frames", frames, 1)
    for first in range(0, count, EACH):
        film = montage(
            EACH * frames,
            size=size,
            seed=[asked.whole("seed", seed, 0), first],
            world=world,
            transitions=transitions,
            traps=traps,
            lengths=lengths,
        )
        single, many = targets(film.transitions, len(film.frames))
        for k in range(min(EACH, count - first)):
            part = slice(k * frames, (k + 1) * frames)
            yield film.frames[part], single[part], many[part]


def targets(transitions, total):
    """Mark the frames of transitions for a network to learn.

    Parameters
    ----------
    transitions : array_like
        (N, 2) int, half-open: (t, t) a cut whose new shot begins with frame t, (a, b) a gradual
        transition.
    total : int
        Frames of the film, T.

    Returns
    -------
    single : ndarray
        (T,) float32: 1 at one frame of each transition, the first new frame of a cut, the middle
        (a + b) // 2 of a gradual one.
    many : ndarray
        (T,) float32: 1 at the first new frame of a cut, and at all frames of a gradual one.

    Raises
    ------
    ValueError
        If a transition lies outside the film or ends before it starts.

    Examples
    --------
    >>> single, many = targets([(2, 2), (4, 7)], 8)
    >>> single.astype(int).tolist(), many.astype(int).tolist()
    ([0, 0, 1, 0, 0, 1, 0, 0], [0, 0, 1, 0, 1, 1, 1, 0])
    """
    transitions = np.asarray(transitions, np.int64).reshape(-1, 2)
    single, many = np.zeros(total, np.float32), np.zeros(total, np.float32)
    for start, end in transitions.tolist():
        if not (0 <= start <= end <= total and start < total):
            raise ValueError(
                f"transitions must be [start, end) inside a film of {total} frames, start at most "
                f"end. Received: ({start}, {end})"
            )
        single[(start + end) // 2] = 1
        many[start : max(end, start + 1)] = 1
    return single, many
