"""The film of lesson 01, and what is done to it: written small, and judged."""

import os
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from vidlearn import video
from vidlearn.course.exercises import Refusal
from vidlearn.course.limits import ran_out

HURRIED = {"crf": 18, "preset": "ultrafast", "keyint": 12, "every": 1, "height": 150}
SMALL = {"crf": 27, "preset": "veryslow"}  # an eighth of it
LEAST = 33.0  # decibels that a small film must keep
BAR = 46.5  # kilobytes


@cache
def two_shots():
    """Return the film of the lesson: a cat, and from frame 60 on a pagoda.

    Returns
    -------
    vidlearn.synthetic.Scene
        120 frames of 150 x 200 pixels, with a cut at frame 60.
    """
    from vidlearn.synthetic import join, moving_objects

    options = {"size": (150, 200), "speed": 3.0, "occlusion": "none"}
    cat = moving_objects(60, objects=3, seed=1, background="cat", **options)
    pagoda = moving_objects(60, objects=2, seed=2, background="china", **options)
    return join([cat, pagoda])


def telephone(path):
    """Write a film as a telephone takes it when the light goes out: its frame rate varies.

    Parameters
    ----------
    path : str or Path
        Ends in ".mp4".

    Returns
    -------
    Path
        The film. Of 100 pictures of 96 x 128, a twenty-fifth of a second apart and with a clock
        in each, it has the first 40, and of the dark ones every third, with their time stamps.
    """
    from vidlearn.plots import draw_label
    from vidlearn.synthetic import crossing

    bright = crossing(
        100,
        (96, 128),
        (1, -1),
        seed=49,
        background="china",
        speed=1.2,
        kinds=["horse", "flower", "coin", "cup"],
    ).frames
    lit = [frame if t < 40 else frame // 2 for t, frame in enumerate(bright)]
    world = np.array([draw_label(frame, f"{t / 25:.2f} s") for t, frame in enumerate(lit)])
    taken = np.array([*range(40), *range(40, 100, 3)])
    return video.write_video(path, world[taken], times=taken / 25)


def rgb_of(luma, redder, bluer):
    """Put a picture together again from light and colour.

    Parameters
    ----------
    luma, redder, bluer : ndarray or float
        (H, W): Y, R - Y and B - Y, on the scale 0 to 255. A number holds for all pixels.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.
    """
    red, blue = luma + redder, luma + bluer
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    planes = np.broadcast_arrays(red, green, blue)
    return np.stack(planes, axis=-1).clip(0, 255).round().astype(np.uint8)


def quality(true, seen):
    """Measure how near two films are: the peak signal-to-noise ratio of their luma.

    Parameters
    ----------
    true, seen : ndarray
        (T, H, W, 3) uint8.

    Returns
    -------
    float
        10 log10(255^2 / mean squared error), in decibels; infinite where they are the same.
    """
    weights = np.array([0.299, 0.587, 0.114])
    off = np.mean(
        [np.mean(((a - b.astype(float)) @ weights) ** 2) for a, b in zip(true, seen, strict=True)]
    )
    return float("inf") if off == 0 else float(10 * np.log10(255**2 / off))


def write_small(path, frames, settings, *, fps=25):
    """Write a film with some settings in place of the plain ones.

    Parameters
    ----------
    path : str or Path
        Ends in ".mp4".
    frames : ndarray
        (T, H, W, 3) uint8.
    settings : dict
        Any of crf, preset, keyint (frames to the next keyframe, at most), every (1 keeps all
        frames, 2 every other one), height (of the frames stored).
    fps : float
        Frames per second, before any are left out.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    Refusal
        If a setting is unknown or makes no sense.
    """
    given = _checked(settings, frames.shape[1])
    from PIL import Image

    kept, (height, width) = frames[:: given["every"]], frames.shape[1:3]
    if given["height"] < height:
        size = round(width * given["height"] / height / 2) * 2, given["height"] // 2 * 2
        kept = (np.array(Image.fromarray(one).resize(size, Image.Resampling.BOX)) for one in kept)
    return video.write_video(
        path,
        kept,
        fps=fps / given["every"],
        crf=given["crf"],
        preset=given["preset"],
        x264={"keyint": given["keyint"]},
    )


def own_film(path):
    """Read the first ten seconds of any film, at most 270 rows high.

    Parameters
    ----------
    path : str or Path
        A video file.

    Returns
    -------
    frames : ndarray
        (T, H, W, 3) uint8, with even sides.
    fps : float
        Frames per second, the mean where they vary.
    """
    info = video.probe(path, decode=False)
    scale = min(1, 270 / info.height)
    size = tuple(max(2, round(side * scale / 2) * 2) for side in (info.height, info.width))
    return video.read_video(path, stop=max(1, round(10 * info.fps)), size=size), info.fps


def read_small(path, frames, every=1):
    """Read a small film as a player shows it: enlarged, each frame until the next one comes.

    Parameters
    ----------
    path : str or Path
        What `write_small` wrote.
    frames : ndarray
        The film it was made of, for its size and length.
    every : int
        As it was written.

    Returns
    -------
    ndarray
        The shape of `frames`.
    """
    seen = video.read_video(path, size=frames.shape[1:3])
    return seen.repeat(every, axis=0)[: len(frames)]


def _checked(settings, height):
    known = ", ".join(HURRIED)
    if not isinstance(settings, dict):
        raise Refusal(f"Settings are a dict, such as {HURRIED}.")
    if strange := [str(name) for name in settings if name not in HURRIED]:
        raise Refusal(f"There is no setting {', '.join(strange)}. Known are {known}.")
    given = {"crf": 20, "preset": "medium", "keyint": 250, "every": 1, "height": height} | settings
    for name, most in (("crf", 51), ("keyint", 600), ("every", 25), ("height", height)):
        least = {"crf": 0, "height": 16}.get(name, 1)
        value = given[name]
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            raise Refusal(f"{name} is a whole number from {least} to {most}; yours is {value!r}.")
    return given


def small_score(answer):
    """Weigh the lesson's film, written with the learner's settings.

    Parameters
    ----------
    answer : callable or dict
        The settings, or what returns them.

    Returns
    -------
    float or None
        Kilobytes of the file. None: nothing was returned.

    Raises
    ------
    Refusal
        If the settings make no sense, or the film is no longer as good as is asked for.
    """
    settings = answer() if callable(answer) else answer
    if settings is None or settings is Ellipsis:
        return None
    frames = two_shots().frames
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = write_small(Path(folder) / "small.mp4", frames, settings)
        except video.VideoError as error:
            raise Refusal(str(error)) from error
        seen = read_small(path, frames, settings.get("every", 1))
        left, size = quality(frames, seen), os.path.getsize(path)
    if left < LEAST:
        raise Refusal(
            f"{size / 1000:.1f} kB, but only {left:.1f} dB are left of the film, and {LEAST:.0f} "
            "are asked for."
        )
    return size / 1000


def settings_of(answer):
    """Return the learner's settings where they make sense, else the hurried ones.

    Parameters
    ----------
    answer : callable
        What returns them; `challenge` has said what is wrong with it.

    Returns
    -------
    dict
        For `write_small`.
    """
    if ran_out(answer):
        return dict(HURRIED)
    try:
        settings = dict(answer())
        _checked(settings, two_shots().frames.shape[1])
    except Exception:
        return dict(HURRIED)
    return settings if settings.get("preset", "medium") in video.write.PRESETS else dict(HURRIED)
