"""Films of a lamp: one of its colours is marked, and much later another lamp asks which."""

import numpy as np

from vidlearn import synthetic

COLOURS = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, -1]], np.float32)
NAMES = ["red", "green", "blue", "yellow"]
HEIGHT, WIDTH = 96, 128  # of one room
_FAR = np.hypot(*np.mgrid[-52:44, -64:64])  # from the middle of the lamp
LAMP = _FAR < 22
GLOW = np.where(LAMP, 0, np.exp(-(_FAR - 22) / 14))[..., None]
BAR = np.s_[4:12, 20:108]
EMPTY = np.array([58, 58, 58], np.uint8)


def _room():
    return synthetic.picture("brick")[60 : 60 + HEIGHT, :WIDTH] // 3


def _shine(rooms, colours, on):
    """Light the lamp of each room, as brightly as it is on, (T, 1) from 0 to 1."""
    lit = 127.5 + 127.5 * np.asarray(colours, np.float32)  # (T, 3)
    rooms += 0.55 * (on * lit)[:, None, None] * GLOW
    rooms[:, LAMP] = (on * lit + 30 * (1 - on))[:, None]


def lamp_film(colours, marks, *, ask=None, noise=0.5, seed=0):
    """Paint two rooms: in the left one a lamp flashes, in the right one another asks.

    Parameters
    ----------
    colours : array_like of int, (T,), or of float, (T, 3)
        Which of `COLOURS` the left lamp has in each frame, or red, green and blue from -1 to 1.
    marks : int or sequence of int
        Frames in which the left bar is lit: remember this.
    ask : int, optional
        Frame in which the right bar is lit; the last by default.
    noise : float
        Of the camera, in grey levels.
    seed : int
        Of the noise.

    Returns
    -------
    ndarray
        (T, 96, 256, 3) uint8.
    """
    colours = np.asarray(colours)
    values = COLOURS[colours] if colours.ndim == 1 else colours
    frames = np.repeat(np.tile(_room(), (1, 2, 1))[None], len(values), axis=0).astype(np.float32)
    left, right = frames[:, :, :WIDTH], frames[:, :, WIDTH:]
    _shine(left, values, np.ones((len(values), 1)))
    _shine(right, np.zeros_like(values), np.zeros((len(values), 1)))
    for side, lit in ((left, marks), (right, [-1 if ask is None else ask])):
        side[(slice(None), *BAR)] = 0
        side[(np.atleast_1d(lit), *BAR)] = 255
    frames += np.random.default_rng(seed).normal(0, noise, frames.shape).astype(np.float32)
    return frames.clip(0, 255).astype(np.uint8)


def read_lamp(frames):
    """Turn the frames of a film into what a network is given: five numbers for each.

    Parameters
    ----------
    frames : ndarray
        (T, 96, 256, 3), from `lamp_film`.

    Returns
    -------
    ndarray
        (T, 5): the left lamp's red, green and blue, from -1 to 1, then the left bar and the right
        one, from 0 to 1.
    """
    left, right = frames[:, :, :WIDTH], frames[:, :, WIDTH:]
    lamp = left[:, LAMP].mean(axis=1) / 127.5 - 1
    bars = [side[(slice(None), *BAR)].mean(axis=(1, 2, 3)) / 255 for side in (left, right)]
    return np.column_stack([lamp, *bars]).astype(np.float32)


def sequences(rng, count, steps):
    """Make what `read_lamp` would read from many films, without painting them.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, steps : int

    Returns
    -------
    x : ndarray, (count, steps, 5)
    y : ndarray of int, (count,)
        Which colour was marked; the mark comes in one of the first five frames.
    """
    colours, marked = rng.integers(0, 4, (count, steps)), rng.integers(0, 5, count)
    x = np.zeros((count, steps, 5), np.float32)
    x[..., :3] = COLOURS[colours]
    x[np.arange(count), marked, 3] = 1
    x[:, -1, 4] = 1
    x += rng.normal(0, 0.1, x.shape).astype(np.float32)
    return x, colours[np.arange(count), marked]


def as_colour(values, full=1.0):
    """Show three numbers as a colour, pale where they are small: nothing stored is grey.

    Parameters
    ----------
    values : array_like
        (..., 3), from -full to full.
    full : float

    Returns
    -------
    ndarray
        (..., 3) uint8.
    """
    share = (np.asarray(values, float) / full).clip(-1, 1)
    held = np.abs(share).max(axis=-1, keepdims=True)
    lit = 127.5 + 127.5 * share
    return (held * lit + (1 - held) * EMPTY).astype(np.uint8)


def with_memory(frames, *stores, shown=None, times=2, full=1.0, hold=8):
    """Put memories below a film as strips that grow with it, and light the lamp that asks.

    Parameters
    ----------
    frames : ndarray
        (T, 96, 256, 3), from `lamp_film`.
    *stores : ndarray
        (T, 3): the memory after each frame, shown as a colour. (T, U) with another U: its
        numbers, one row each, orange below zero, blue above.
    shown : ndarray, optional
        (T, 3): what the right lamp shows.
    times : int
        How much larger than the film.
    full : float
        The number that has the full colour.
    hold : int
        Frames for which the last one stays.

    Returns
    -------
    ndarray
        (T + hold, H, W, 3) uint8, 512 wide for twice.
    """
    count = len(frames)
    if shown is not None:
        right = frames[:, :, WIDTH:].astype(np.float32)
        share = np.asarray(shown, np.float32) / np.tanh(1)  # the most that a store of 1 shows
        share = np.where(np.abs(share) < 0.05, 0, share).clip(-1, 1)
        _shine(right, share, np.abs(share).max(axis=1, keepdims=True))
        frames = frames.copy()
        frames[:, :, WIDTH:] = right.clip(0, 255)
    rows = [frames.repeat(times, axis=1).repeat(times, axis=2)]
    wide = rows[0].shape[2]
    now = (np.arange(wide) * count) // wide  # the frame that each column of a strip stands for
    for store in stores:
        strip = _strip(store, full)[:, now]  # (rows, wide, 3)
        strips = np.repeat(strip[None], count, axis=0)
        to_come = now[None] > np.arange(count)[:, None]  # (T, wide)
        strips[np.broadcast_to(to_come[:, None], strips.shape[:3])] = 24
        rows += [np.full((count, 6, wide, 3), 255, np.uint8), strips]
    film = np.concatenate(rows, axis=1)
    return np.concatenate([film, film[-1:].repeat(hold, axis=0)])


def _strip(store, full):
    """Paint a memory over time, as it is at the end: (rows, T, 3)."""
    from vidlearn.plots import paint

    if store.shape[1] == 3:
        return as_colour(store, full)[None].repeat(28, axis=0)
    return paint(store.T, full).repeat(4, axis=0)


def opening(frames=53, *, mark=2, seed=31):
    """Paint the film that opens the lesson, with two memories of three numbers each.

    Parameters
    ----------
    frames, mark, seed : int

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8: above the memory of a plain RNN, below a store.
    """
    film = lamp_film(np.random.default_rng(seed).integers(0, 4, frames), mark)
    x, h, c = read_lamp(film), np.zeros(3), np.zeros(3)
    plain, store, shown = [], [], []
    for row in x:
        h = np.tanh(0.5 * row[:3] + h)
        write, read = (1 / (1 + np.exp(10 - 20 * row[k])) for k in (3, 4))
        c = (1 - write) * c + write * np.tanh(2 * row[:3])
        plain.append(h)
        store.append(c)
        shown.append(read * np.tanh(c))
    return with_memory(film, np.array(plain), np.array(store), shown=np.array(shown))
