"""A challenge: an LSTM, its weights set by hand, that remembers two colours in their order."""

import numpy as np

from vidlearn import scratch
from vidlearn.course.exercises import Refusal
from vidlearn.course.exercises.lesson09.films import COLOURS
from vidlearn.messages import text

BAR = 90.0
FILMS, FRAMES, MOST = 200, 200, 6  # MOST units


def both_right(answer):
    """Say in how many of a hundred films of 200 frames both marked colours are remembered.

    Parameters
    ----------
    answer : callable
        ``answer()`` returns w (5, 4U), u (U, 4U) and b (4U,) of an LSTM of at most 6 units. After
        the last frame the first three of its h are the first marked colour, the next three the
        second.

    Returns
    -------
    float or None

    Raises
    ------
    Refusal
        If there are no such three arrays.
    """
    found = answer()
    if found is None:
        return None
    w, u, b = _checked(found)
    x, first, second = _films(np.random.default_rng(909))
    h = scratch.lstm_forward(x, w, u, b)[0][:, -1]
    right = (_named(h[:, :3]) == first) & (_named(h[:, 3:6]) == second)
    return 100 * right.mean()


def _films(rng):
    """Return x (N, T, 5) and which colours were marked, first and second."""
    colours = rng.integers(0, 4, (FILMS, FRAMES))
    one, gap = rng.integers(0, 60, FILMS), rng.integers(1, 60, FILMS)
    x = np.zeros((FILMS, FRAMES, 5))
    x[..., :3], x[:, -1, 4] = COLOURS[colours], 1
    rows = np.arange(FILMS)
    x[rows, one, 3] = x[rows, one + gap, 3] = 1
    x += rng.normal(0, 0.1, x.shape)
    return x, colours[rows, one], colours[rows, one + gap]


def _named(values):
    """Return the colour that each (N, 3) is nearest to; nothing shown is no colour, -1."""
    length = np.linalg.norm(values, axis=1, keepdims=True)
    away = values / np.maximum(length, 1e-9) @ (COLOURS / np.sqrt(3)).T
    return np.where(length[:, 0] > 0.1, away.argmax(axis=1), -1)


def _checked(found):
    words = text("lesson09")["both_right"]
    try:
        w, u, b = (np.asarray(part, float) for part in found)
    except Exception:  # another number of parts, no numbers, or an object that refuses
        raise Refusal(words["three"]) from None
    units = u.shape[0] if u.ndim else 0
    shapes = (5, 4 * units), (units, 4 * units), (4 * units,)
    if (w.shape, u.shape, b.shape) != shapes or not 6 <= units <= MOST:
        raise Refusal(words["shapes"].format(shapes=f"{w.shape}, {u.shape}, {b.shape}"))
    if not all(np.isfinite(part).all() for part in (w, u, b)):
        raise Refusal(words["finite"])
    return w, u, b
