"""Films of people who do one thing after another: what lessons 18 and 19 share."""

from functools import cache

import numpy as np

__all__ = ["captioned", "film_vectors", "home_films", "own_film", "windows"]

BACK = 2  # frames that a moment's differences reach back
SEEDS = {"train": 1800, "val": 18800, "test": 18900}


def counts():
    """Return side of the pictures, and number and length of the films, by the preset.

    Many short films to learn from show many people and places; few long ones to be judged by.

    Returns
    -------
    side : int
    films : dict of str to (int, int)
        Number of films of each part, and frames of one.
    """
    from vidlearn.course.presets import choose

    train, rest = choose(
        tiny=((16, 64), (2, 160)), cpu=((96, 128), (4, 400)), gpu=((300, 128), (10, 600))
    )
    side = choose(tiny=32, cpu=48, gpu=112)
    return side, {"train": train, "val": rest, "test": rest}


@cache
def home_films(part):
    """Make the films of lessons 18 and 19, the same for both; made once in a process.

    Parameters
    ----------
    part : str
        "train"; "val" and "test" with people never seen.

    Returns
    -------
    list of vidlearn.synthetic.Activity
    """
    from vidlearn.synthetic import activity

    side, films = counts()
    many, frames = films[part]
    world = "seen" if part == "train" else "unseen people"
    return [
        activity(frames, size=(side, side), seed=SEEDS[part] + k, world=world) for k in range(many)
    ]


def windows(films, frames=32):
    """Cut films into windows that overlap by half.

    Parameters
    ----------
    films : list of vidlearn.synthetic.Activity
    frames : int
        Of a window, L.

    Returns
    -------
    pictures : ndarray
        (N, L, H, W, 3) uint8.
    labels : ndarray
        (N, L).
    """
    cut = [
        (film.frames[start : start + frames], film.labels[start : start + frames])
        for film in films
        for start in range(0, len(film.frames) - frames + 1, frames // 2)
    ]
    return tuple(np.stack(part) for part in zip(*cut, strict=True))


def film_vectors(model, frames):
    """Let a network's CNN look at every moment of a film of any length.

    Windows overlap by as many frames as a moment's differences reach back, so that none of them
    misses its past.

    Parameters
    ----------
    model : keras.Model
        Takes clips of L frames; what a moment is to its layers over time comes out of "vectors".
    frames : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, F) float32.
    """
    from vidlearn.models import frame_vectors

    length, total = model.input_shape[1], len(frames)
    starts = np.array([0, *range(length - BACK, total - BACK, length - BACK)])
    at = np.minimum(starts[:, None] + np.arange(length), total - 1)
    vectors = frame_vectors(model, frames[at])
    parts = [vectors[0], *(each[BACK:] for each in vectors[1:])]
    return np.concatenate(parts)[:total]


def own_film(path, side, *, rate=12, seconds=20):
    """Read the middle of a film's pictures, square, at about the speed that films here have.

    Parameters
    ----------
    path : str or Path
        A video file.
    side : int
        Height and width of what comes out, in pixels.
    rate : float
        Frames a second, about: every n-th of the file's.
    seconds : float
        How much of the beginning is read.

    Returns
    -------
    ndarray
        (T, side, side, 3) uint8.
    """
    from vidlearn.video import probe, read_video

    info = probe(path, decode=False)
    scale = side / min(info.height, info.width)
    size = tuple(max(side, round(scale * each)) for each in (info.height, info.width))
    step = max(1, round(info.fps / rate))
    frames = read_video(path, stop=int(seconds * rate) * step, step=step, size=size)
    top, left = ((each - side) // 2 for each in size)
    return np.ascontiguousarray(frames[:, top : top + side, left : left + side])


def captioned(frames, words, *, right=None, times=None):
    """Put a line above each frame of a film, as `vidlearn.plots.draw_label` writes it.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    words : sequence of str
        T lines.
    right : sequence of bool, optional
        Whether each line is right: it stands on blue, else on vermilion.
    times : int, optional
        By how much frames are enlarged; by default to about 200 pixels of width.

    Returns
    -------
    ndarray
        (T, height, times * W, 3) uint8.
    """
    from PIL import Image

    from vidlearn.plots import COLOURS, PALETTE, draw_label

    times = times or max(1, round(200 / frames.shape[2]))
    height, width = times * frames.shape[1], times * frames.shape[2]
    line = max(18, 2 * round(min(height, width) / 16))
    colour = 0, COLOURS.index(PALETTE["vermilion"])
    film = np.full((len(frames), line + height, width, 3), 255, np.uint8)
    for t, frame in enumerate(frames):
        large = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
        film[t, line:] = large
        number = colour[right is not None and not right[t]]
        film[t] = draw_label(film[t], number, names=[words[t]] * (number + 1))
    return film
