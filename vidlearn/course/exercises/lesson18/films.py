"""What lesson 18 draws and counts: how soon a memory knows, and what was read off a film."""

import numpy as np


def asked(labels, names, *, wait):
    """Ask what is being done, and say it some frames after it began.

    Parameters
    ----------
    labels : ndarray
        (T,) of a film.
    names : sequence of str
        Of the classes.
    wait : int
        Frames of each action without an answer.

    Returns
    -------
    list of str
        T lines.
    """
    from vidlearn.metrics import segments

    lines = [names[label] for label in labels]
    for start, stop, _ in segments(labels):
        end = min(stop, start + wait)
        lines[start:end] = ["?"] * (end - start)
    return lines


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
