"""The films of lesson 18: people who do one thing after another, with a caption under them."""

from functools import cache

import numpy as np

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
    """Let a network's CNN look once at every frame of a film of any length.

    Parameters
    ----------
    model : keras.Model
        As `vidlearn.models.frame_vectors` takes it, for clips of L frames.
    frames : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    ndarray
        (T, F) float32.
    """
    from vidlearn.models import frame_vectors

    length = model.input_shape[1]
    more = -len(frames) % length
    filled = np.concatenate([frames, np.repeat(frames[-1:], more, axis=0)])
    vectors = frame_vectors(model, filled.reshape(-1, length, *frames.shape[1:]))
    return vectors.reshape(len(filled), -1)[: len(frames)]


def captioned(frames, words, *, right=None, times=4):
    """Put a line under each frame of a film.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    words : sequence of str
        T lines.
    right : sequence of bool, optional
        Whether each line is right: white, else orange.
    times : int
        By how much frames are enlarged.

    Returns
    -------
    ndarray
        (T, times * H + 28, times * W, 3) uint8.
    """
    from PIL import Image, ImageDraw, ImageFont

    height, width = times * frames.shape[1], times * frames.shape[2]
    font = ImageFont.load_default(18)
    film = np.zeros((len(frames), height + 28, width, 3), np.uint8)
    for t, frame in enumerate(frames):
        large = Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC)
        page = Image.new("RGB", (width, height + 28))
        page.paste(large)
        colour = "#ffffff" if right is None or right[t] else "#f0a060"
        place = (width // 2, height + 14)
        ImageDraw.Draw(page).text(place, words[t], fill=colour, anchor="mm", font=font)
        film[t] = page
    return film


def known_after(found, truth, frames):
    """Say how often the label is right so many frames after an action began.

    Parameters
    ----------
    found, truth : list of ndarray
        (T,) labels of each film.
    frames : int
        How many frames to follow.

    Returns
    -------
    ndarray
        (frames,) share of the actions that are named rightly k frames after their first, among
        those that last so long; the first action of a film does not count.
    """
    from vidlearn.metrics import segments

    right, there = np.zeros(frames), np.zeros(frames)
    for said, labels in zip(found, truth, strict=True):
        for start, stop, label in segments(labels)[1:]:
            stop = min(stop, start + frames)
            right[: stop - start] += said[start:stop] == label
            there[: stop - start] += 1
    return right / np.maximum(there, 1)


def dials(frames, states, names, *, times=4):
    """Put a film beside curves of what was read off its frames, drawn as far as it has played.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    states : ndarray
        (T, K) about -1 to 1; the first columns are drawn, one for each name.
    names : sequence of str
        What they are.
    times : int
        By how much frames are enlarged.

    Returns
    -------
    ndarray
        (T, times * H, 2 * times * W, 3) uint8.
    """
    from PIL import Image, ImageDraw, ImageFont

    from vidlearn.plots.colours import COLOURS

    height, width = times * frames.shape[1], times * frames.shape[2]
    font, row = ImageFont.load_default(15), height / len(names)
    across = 70 + (width - 90) * np.arange(len(frames)) / max(len(frames) - 1, 1)
    film = np.zeros((len(frames), height, 2 * width, 3), np.uint8)
    for t, frame in enumerate(frames):
        page = Image.new("RGB", (2 * width, height), "#ffffff")
        page.paste(Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC))
        pen = ImageDraw.Draw(page)
        for k, name in enumerate(names):
            level = (k + 0.5 - 0.4 * np.clip(states[:, k], -1, 1)) * row
            points = list(zip(width + across, level, strict=True))[: t + 1]
            pen.text((width + 12, (k + 0.5) * row), name, fill="#000000", anchor="lm", font=font)
            pen.line((width + 70, (k + 1) * row, 2 * width - 20, (k + 1) * row), fill="#cccccc")
            pen.line(points, fill=COLOURS[k], width=3)
            x, y = points[-1]
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=COLOURS[k])
        film[t] = page
    return film
