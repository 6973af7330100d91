"""Films of lesson 02: what is seen through holes, and scenes whose motion is known."""

from typing import NamedTuple

import numpy as np

WAVE = 24  # pixels from stripe to stripe, along a row
INK, PAPER = (178, 60, 40), (244, 236, 214)


class Filmed(NamedTuple):
    """A film and how everything in it moves.

    Attributes
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    masks : ndarray
        (T, H, W) uint8: k + 1 where thing k is seen.
    motion : ndarray
        (T, H, W, 2) float32, right and down: how far what is at a pixel of frame t has come since
        frame t - 1, in pixels; 0 in frame 0.
    """

    frames: np.ndarray
    masks: np.ndarray
    motion: np.ndarray


def circling(frames=40, *, seed=0, size=(128, 192), radius=12, noise=1.0, **options):
    """Film things that cross a photograph, with a camera that goes round in a small circle.

    Parameters
    ----------
    frames : int
        Of the film, T.
    seed : int
        Draws the photograph, the things, and the noise.
    size : (int, int)
        Height and width in pixels.
    radius : int
        Of the camera's circle, in pixels; 0 stands still. A round takes 40 frames.
    noise : float
        Of the camera's sensor, in grey levels.
    **options
        Of `synthetic.crossing`, such as `background`, `kinds` and `speed`.

    Returns
    -------
    Filmed
    """
    from vidlearn.synthetic import crossing

    options = {"speed": 2.3, "kinds": ["horse", "flower", "coin", "cup"]} | options
    (rows, columns), ways = size, (1, -1)
    large = rows + 2 * radius, columns + 2 * radius
    scene = crossing(frames, large, ways, seed=seed, noise=noise, **options)
    turn = 2 * np.pi * np.arange(frames) / 40
    at = np.round(radius * (1 + np.stack([np.sin(turn), np.cos(turn)], axis=-1))).astype(int)
    views = [np.s_[t, y : y + rows, x : x + columns] for t, (x, y) in enumerate(at)]
    masks = np.stack([scene.masks[view] for view in views])
    own = np.array([[0, 0], *([way * options["speed"], 0] for way in ways)])
    motion = own[masks] - np.diff(at, axis=0, prepend=at[:1])[:, None, None]
    motion[0] = 0
    film = np.stack([scene.frames[view] for view in views])
    return Filmed(film, masks, motion.astype(np.float32))


def card(way=(2, 0), frames=60, size=(120, 160), *, dots=True):
    """Film a card with slanted stripes that moves, with dots on it that no hole shows.

    Parameters
    ----------
    way : (int, int)
        Right and down, in pixels a frame.
    frames : int
        Of the film, T.
    size : (int, int)
        Height and width in pixels.
    dots : bool
        Whether there are dots.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    y, x = np.mgrid[: size[0], : size[1]]
    film = []
    for t in range(frames):
        phase = (x - way[0] * t + y - way[1] * t) % WAVE
        share = np.clip(np.minimum(phase, WAVE - phase) - WAVE / 4 + 0.5, 0, 1)[..., None]
        picture = (share * PAPER + (1 - share) * np.array(INK)).astype(np.uint8)
        for start in _dots(way, size) if dots else ():
            at = (np.array(start) + np.array(way) * t) % (size[1], size[0])
            picture[np.hypot(x - at[0], y - at[1]) < 5] = (20, 60, 120)
        film.append(picture)
    return np.stack(film)


def _dots(way, size):
    """Return where dots start that stay clear of the middle."""
    rows, columns = size
    if way[1] == 0:
        return [(20, 9), (columns - 50, 9), (70, rows - 10), (columns - 10, rows - 10)]
    if way[0] == 0:
        return [(12, 20), (columns - 13, 60), (12, 80), (columns - 13, 110)]
    return [(rows + 30, 20), (0, rows - 50), (10, rows - 25)]


def wall(size=(120, 160), holes=("round",)):
    """Return where a wall has holes, (H, W) bool: each in the middle of its share of the width."""
    rows, columns = size
    y, x = np.mgrid[:rows, :columns] - np.array([rows - 1, 0])[:, None, None] / 2
    open_ = np.zeros(size, bool)
    for k, shape in enumerate(holes):
        across = x - (k + 0.5) * columns / len(holes)
        if shape == "round":
            open_ |= np.hypot(across, y) < 34
        else:
            half = (10, 48) if shape == "tall" else (48, 10)
            open_ |= (np.abs(across) < half[0]) & (np.abs(y) < half[1])
    return open_


def behind(film, holes=("round",)):
    """Put a brick wall with holes in front of a film.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    holes : sequence of str
        "round", "tall" or "wide", from left to right.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    from vidlearn.synthetic import background

    size = film.shape[1:3]
    bricks = background("brick", size) // 2
    return np.where(wall(size, holes)[..., None], film, bricks)
