"""Clips written as a folder of films: made ones, to train and to test with."""

from __future__ import annotations

import numpy as np

from vidlearn.synthetic import actions
from vidlearn.video import VideoError, write_video
from vidlearn.video.arguments import frame_rate, picture_options, whole
from vidlearn.video.avi import write_avi
from vidlearn.video.door import as_path

from ..files import SPLITS
from ..types import DatasetError
from ..whole import new_folder, refuse_taken
from .folders import read_clips

FPS = 8.0
SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}
MOST_BYTES = 2**31  # of clips that stand in memory until they are written


def write_clips(clips, folder, *, form="mp4", fps=FPS, progress=False):
    """Write clips as films, ``folder/class/person0012_class_00034.mp4``, all of them or none.

    Parameters
    ----------
    clips : Actions or dict of str to Actions
        What `vidlearn.synthetic.actions` makes, or anything with ``frames`` (N, T, H, W, 3) uint8,
        ``labels`` (N,), ``names`` and ``people`` (N,), which are the sources. A dictionary gives
        clips for each split: ``{"train": ..., "val": ..., "test": ...}``.
    folder : str or Path
        A new folder, or an empty one. It appears when all films are written; what a process that
        was killed left of it is taken away.
    form : {"mp4", "avi"}
        H.264 in mp4, which browsers play, or MPEG-4 in AVI, as UCF101 and HMDB51 have it.
    fps : float
        Frames per second. Clips of `TIMED` have no clock of their own: at 8, one of 16 frames lasts
        two seconds. What is made of `NATURAL` is drawn for 12; at 8 it plays in slow motion.
    progress : bool, default False
        Show a progress bar on the error stream.

    Returns
    -------
    ClipSet
        What was written, as `read_clips` reads it.

    Raises
    ------
    DatasetError
        If the folder is there and not empty, a split or class cannot name a folder, or the disk
        is full.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> made = actions(3, frames=4, size=(32, 32), labels=[0, 0, 1])
    >>> write_clips({"train": made}, Path(tempfile.mkdtemp()) / "films").counts()
    {'sit down': 2, 'stand up': 1}

    Lesson 17 teaches it.
    """
    if form not in ("mp4", "avi"):
        raise ValueError(f'form must be "mp4" or "avi". Received: {form!r}')
    fps, place = frame_rate(fps), as_path("folder", folder)
    parts = clips if isinstance(clips, dict) else {"": clips}
    _check(parts)
    try:
        with new_folder(place) as part:
            _write(parts, part, form, fps, progress)
    except (OSError, VideoError) as error:
        if isinstance(error, VideoError) and str(place.parent) not in str(error):
            raise  # of the frames
        why = getattr(error, "strerror", None) or str(error).rsplit(": ", 1)[-1].rstrip(".")
        raise DatasetError(
            f"{place} was not written: {why}. Make room, or name another."
        ) from error
    return read_clips(place)


def _check(parts):
    for split, made in parts.items():
        if split and split not in SPLITS.values():
            raise DatasetError(f"splits must be train, val or test. Received: {split!r}")
        for name in made.names:
            bad = not name.strip() or name[0] == "." or set(name) & set('/\\:*?"<>|')
            if bad or name.lower() in SPLITS:
                raise DatasetError(f"a class must be able to name a folder. Received: {name!r}")


def _write(parts, folder, form, fps, progress):
    from tqdm import tqdm

    total = sum(len(made.labels) for made in parts.values())
    with tqdm(total=total, unit=" clips", disable=not progress, leave=False) as bar:
        for split, made in parts.items():
            for k, (frames, label) in enumerate(zip(made.frames, made.labels, strict=True)):
                name = made.names[label]
                path = folder / split / name
                path.mkdir(parents=True, exist_ok=True)
                words = "-".join(name.split())
                path /= f"person{made.people[k]:04d}_{words}_{k:05d}.{form}"
                (write_video if form == "mp4" else write_avi)(path, frames, fps=fps)
                bar.update()


def write_actions(folder, *, count=600, size=(48, 48), frames=16, seed=0, progress=False):
    """Make clips of people who act and write them as a folder of films, with three splits.

    The folder is one to try a training on without films of your own. Validation and test show
    people whom the training does not.

    Parameters
    ----------
    folder : str or Path
        A new folder, as for `write_clips`.
    count : int
        How many clips, 20 or more, as far as they fit into 2 GiB of memory: 70 % for training,
        15 % each for the others.
    size : (int, int)
        (height, width) in even pixels, 32 or more.
    frames : int
        Frames of a clip, 4 to 64.
    seed : int
        Another one makes other clips.
    progress : bool, default False
        Show a progress bar on the error stream.

    Returns
    -------
    ClipSet
        What was written.

    Raises
    ------
    ValueError
        If an option is out of range.
    DatasetError
        As for `write_clips`.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()) / "films"
    >>> clips = write_actions(folder, count=20, frames=4, size=(32, 32))
    >>> {name: len(clips.split(name)) for name in ("train", "val", "test")}
    {'train': 14, 'val': 3, 'test': 3}

    Lesson 17 teaches it.
    """
    count, seed = whole("count", count, 20), whole("seed", seed, 0)
    size, _ = picture_options(size, "rgb")
    if size is None or any(side % 2 for side in size):
        raise ValueError(f"size must be even pixels, (height, width). Received: {size}")
    refuse_taken(as_path("folder", folder).absolute())  # before minutes go by
    _expect_room(count, (whole("frames", frames, 4, 64), *size, 3))
    how = {"frames": frames, "size": size}
    val, test = (round(count * SHARES[name]) for name in ("val", "test"))
    train = actions(count - val - test, seed=seed, **how)
    # More than are taken: a person stands in one split, and the classes are even.
    unseen = actions(2 * (val + test) + 20, seed=seed + 1, world="unseen people", **how)
    odd = unseen.people % 2 == 1
    made = {"train": train, "val": _Part(unseen, ~odd, val), "test": _Part(unseen, odd, test)}
    return write_clips(made, folder, progress=progress)


def _expect_room(count, shape):
    most = MOST_BYTES // int(np.prod(shape, dtype=np.int64))
    if count > most:
        raise ValueError(
            f"count must be at most {most} for {shape[0]} frames of {shape[1]} x {shape[2]}: the "
            f"clips stand in memory until they are written. Received: {count}"
        )


class _Part:
    """Some of the clips that are allowed, as many of each class as there can be."""

    def __init__(self, made, allowed, count):
        numbers = np.flatnonzero(allowed)
        labels = made.labels[numbers]
        before = [(labels[:k] == label).sum() for k, label in enumerate(labels)]  # of the class
        chosen = np.sort(numbers[np.argsort(before, kind="stable")[:count]])
        self.frames, self.labels = made.frames[chosen], made.labels[chosen]
        self.people, self.names = made.people[chosen], made.names
