"""What befalls films on the way to a viewer and moves no boundary: light, colour, noise, codecs.

Each change is drawn once for a stretch of film, so that its frames stay as like or unlike as they
are; what changes over time does so slowly, or where a codec begins a new group of pictures.
"""

import numpy as np


def change_film(frames, rng):
    """Change colour, sharpness, light, noise and borders of a stretch of film, or none of them.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    rng : numpy.random.Generator
        Draws which changes, and how strong.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    film = frames.astype(np.float32)
    for chance, change in CHANGES:
        if rng.random() < chance:
            film = change(film, rng)
    return np.clip(np.rint(film), 0, 255).astype(np.uint8)


def _colour(film, rng):
    """Mix the channels, stretch the contrast, shift the light."""
    mix = np.eye(3) + rng.normal(0, 0.12, (3, 3))
    if rng.random() < 0.3:
        mix = mix[:, rng.permutation(3)]
    if rng.random() < 0.15:
        mix = np.full((3, 3), 1 / 3)
    mix = mix * rng.uniform(0.5, 1.4)
    return film @ mix.T.astype(np.float32) + np.float32(rng.uniform(-30, 30))


def _gamma(film, rng):
    return 255 * (np.clip(film, 0, 255) / 255) ** np.float32(np.exp(rng.normal(0, 0.35)))


def _soft(film, rng):
    """Blur by means of neighbours, once or twice."""
    for _ in range(rng.integers(1, 3)):
        for axis in (1, 2):
            film = (np.roll(film, 1, axis) + 2 * film + np.roll(film, -1, axis)) / 4
    return film


def _noise(film, rng):
    """Noise of a sensor, new in each frame."""
    bank = rng.standard_normal((film.size + 4099,), np.float32)  # drawn once, used shifted
    return film + np.float32(rng.uniform(1, 9)) * bank[rng.integers(4099) :][: film.size].reshape(
        film.shape
    )


def _groups(film, rng):
    """What a codec gets wrong stays for a group of pictures, and is another in the next."""
    length = int(rng.integers(6, 40))
    number = (np.arange(len(film)) + rng.integers(length)) // length
    count, size = number[-1] + 1, film.shape[1:]
    wrong = rng.standard_normal((count, *size), np.float32)
    if rng.random() < 0.5:  # coarse blocks
        coarse = wrong[:, : -(-size[0] // 3), : -(-size[1] // 3)]
        wrong = coarse.repeat(3, 1).repeat(3, 2)[:, : size[0], : size[1]]
    return film + np.float32(rng.uniform(0.5, 5)) * wrong[number]


def _drift(film, rng):
    """Light that changes slowly."""
    time = np.arange(len(film)) / len(film)
    wave = np.sin(2 * np.pi * (time * rng.uniform(0.2, 2.5) + rng.random()))
    return film * (1 + rng.uniform(0.03, 0.2) * wave)[:, None, None, None].astype(np.float32)


def _overlay(film, rng):
    """A station's logo, or a border: it stays where shots change."""
    height, width = film.shape[1:3]
    film = film.copy()
    colour = rng.uniform(0, 255, 3).astype(np.float32)
    if rng.random() < 0.4:
        bar = int(rng.integers(1, height // 4))
        film[:, :bar], film[:, height - bar :] = colour, colour
        return film
    high, wide = int(rng.integers(2, height // 3)), int(rng.integers(2, width // 3))
    top, left = int(rng.integers(height - high)), int(rng.integers(width - wide))
    part = film[:, top : top + high, left : left + wide]
    part += np.float32(rng.uniform(0.3, 1)) * (colour - part)
    return film


CHANGES = (
    (0.6, _colour),
    (0.3, _gamma),
    (0.2, _soft),
    (0.15, _drift),
    (0.1, _overlay),
    (0.3, _noise),
    (0.3, _groups),
)
