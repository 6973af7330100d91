"""Films of one night for lesson 04: three lanterns, and a meadow full of fireflies."""

from functools import cache

import numpy as np

from vidlearn.scratch import filter2d
from vidlearn.synthetic import picture

ROWS, COLUMNS = 120, 160
AMBER, SKY, PINK, GREEN = (1, 0.65, 0.15), (0.2, 0.8, 1), (1, 0.25, 0.5), (0.75, 1, 0.25)
PITCH = 6  # pixels between two places where a firefly may sit
PLACES = (
    """
####..###..####.
#....#...#.#...#
#....#...#.#...#
###..#...#.####.
#....#...#.#.#..
#....#...#.#..#.
#.....###..#...#""",
    """
####.#...#.####.####.
#....#...#.#....#...#
#....#...#.#....#...#
###..#...#.###..####.
#....#...#.#....#.#..
#.....#.#..#....#..#.
####...#...####.#...#""",
)


def lanterns(frames=60):
    """Film three lanterns that go round before a dark pagoda.

    Parameters
    ----------
    frames : int
        Number of frames, T; the last is followed by the first.

    Returns
    -------
    ndarray
        (T, 120, 160, 3) uint8.
    """
    film = []
    for a in np.arange(frames) / frames * 2 * np.pi:
        spots = [
            (36 + 22 * np.sin(2 * a), 80 + 62 * np.sin(a + 0.3), AMBER),
            (84 + 18 * np.sin(3 * a + 1), 80 + 66 * np.cos(a), SKY),
            (62 + 30 * np.cos(a + 2), 80 + 40 * np.sin(2 * a), PINK),
        ]
        film.append(_lit(spots, 3.2))
    return np.array(film)


def fireflies():
    """Film a meadow by night: one firefly after another lights up, each at its own place.

    Returns
    -------
    ndarray
        (T, 120, 160, 3) uint8. Nothing else changes.
    """
    rng, places = np.random.default_rng(9), []
    for top, half in zip((22, 70), PLACES, strict=True):
        rows = half.split()
        left = (COLUMNS - PITCH * (len(rows[0]) - 1)) / 2
        places += [
            (top + PITCH * i, left + PITCH * j)
            for i, row in enumerate(rows)
            for j, sign in enumerate(row)
            if sign == "#"
        ]
    places = rng.permutation(places) + rng.uniform(-0.7, 0.7, (len(places), 2))
    return np.array([_lit([(y, x, GREEN)], 1.9) for y, x in places])


def edges_of(film):
    """Say how strong the edge is at each pixel of each frame, whichever its direction.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, H, W), 0 or more.
    """
    sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    grey = np.pad(film.mean(axis=-1) / 255, [(0, 0), (1, 1), (1, 1)], mode="edge")
    ways = ([filter2d(frame, k, padding="valid") for frame in grey] for k in (sobel, sobel.T))
    return np.hypot(*map(np.array, ways))


@cache
def _dark():
    """Return the pagoda by night, (120, 160, 3) from 0 to 1."""
    from PIL import Image

    china = Image.fromarray(picture("china")).resize((COLUMNS, ROWS), Image.Resampling.BOX)
    grey = np.asarray(china).mean(axis=-1, keepdims=True) / 255
    return 0.3 * grey**1.3 * np.array([0.55, 0.7, 1])


def _lit(spots, width):
    """Return a frame with glowing spots (row, column, colour), white in their middle, uint8."""
    i, j = np.mgrid[:ROWS, :COLUMNS]
    frame = _dark()
    for y, x, colour in spots:
        away = ((i - y) ** 2 + (j - x) ** 2)[..., None] / (2 * width**2)
        colour = np.array(colour)
        glow = np.exp(-away) * colour + np.exp(-5 * away) * 0.9 * (1 - colour)
        frame = np.maximum(frame, glow)
    return (255 * frame).clip(0, 255).round().astype(np.uint8)
