"""Pictures of a film, to be labelled: their names tell the film and the frame."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from contextlib import contextmanager
from numbers import Integral, Real
from pathlib import Path

import numpy as np

from vidlearn import video
from vidlearn.video.door import as_path, opened

from .files import is_picture
from .types import DatasetError

QUALITY = 95  # of JPEG: what a detector learns from should not be its blocks


def write_frames(
    path, folder, *, every=None, number=None, start=0.0, stop=None, kind="jpg", progress=False
):
    """Write some frames of a film as pictures, to be labelled.

    Frame 120 of ``walk.mp4`` becomes ``walk_000120.jpg``: the names sort, and `name_groups` sees
    that pictures of one film belong together, so that `split` keeps them on one side.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures (25 a second).
    folder : str or Path
        Where the pictures go, made where it is missing. It may hold other pictures.
    every : float, optional
        Seconds from one picture to the next, above 0; default 1.
    number : int, optional
        In place of `every`: how many, evenly over the stretch; all its frames, where it has fewer.
    start, stop : float
        The stretch of the film, in seconds, half-open; default: to the end. For one film that is
        to give both training and validation pictures: a stretch for each.
    kind : {"jpg", "png"}
        "png" loses nothing and takes several times the room.
    progress : bool
        Show a bar.

    Returns
    -------
    list of Path
        The pictures, in the order of the film.

    Raises
    ------
    DatasetError
        If a picture of one of the names is there already, no frame is in the stretch, an option
        is out of range, or the disk is full. Then no picture is written.
    vidlearn.video.VideoError
        If the film cannot be read.

    Examples
    --------
    >>> from vidlearn.video import write_video
    >>> folder = Path(tempfile.mkdtemp())
    >>> film = write_video(folder / "a.mp4", np.zeros((30, 48, 64, 3), np.uint8), fps=10)
    >>> [path.name for path in write_frames(film, folder / "pictures", every=1.5)]
    ['a_000000.jpg', 'a_000015.jpg']

    Lesson 24 teaches it.
    """
    _check(every, number, start, stop, kind)
    place, film = as_path("folder", folder), as_path("path", path)
    numbers = _chosen(video.frame_times(film), every, number, start, stop)
    stem = (film.name if film.is_dir() else film.stem).lstrip(".") or "film"
    names = {int(k): f"{stem}_{k:06d}.{kind}" for k in numbers}
    with _collected(place, list(names.values())) as fresh:
        _write(film, names, fresh, progress)
    return [place / name for name in names.values() if (place / name).exists()]


def _write(film, names, fresh, progress):
    from PIL import Image
    from tqdm import tqdm

    frames = opened(film).pick(list(names), size=None, colour="rgb")
    for k, frame in tqdm(frames, total=len(names), disable=None if progress else True):
        # Into memory first: written by Pillow, a JPEG that a full disk cuts off raises no error.
        # What belongs to JPEG only is passed over by PNG.
        made, kind = io.BytesIO(), "png" if names[k].endswith("png") else "jpeg"
        Image.fromarray(frame).save(made, kind, quality=QUALITY, subsampling=0)
        (fresh / names[k]).write_bytes(made.getbuffer())


@contextmanager
def _collected(place, names):
    """Give a hidden folder to fill; its pictures move out when all are there."""
    fresh, new = None, not place.exists()
    try:
        _refuse_taken(place, names)
        place.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".frames-", dir=place))
        yield fresh
        _refuse_taken(place, names)
        for file in sorted(fresh.iterdir()):
            os.rename(file, place / file.name)
    except OSError as error:
        raise DatasetError(
            f"No picture was written to {place}: {error.strerror or error}. Make room, or name "
            "another folder."
        ) from error
    finally:
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
        if new and place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _refuse_taken(place, names):
    """Refuse a name that is there, with another ending too: labels go by the name without it."""
    there = {p.stem: p.name for p in place.iterdir() if is_picture(p)} if place.is_dir() else {}
    taken = [there[name[:-4]] for name in names if name[:-4] in there]
    if taken:
        more = f" and {len(taken) - 1} more are" if len(taken) > 1 else " is"
        raise DatasetError(
            f"{taken[0]}{more} in {place} already, and nothing is written over: there may be "
            "labels for it. Name another folder, or other seconds of the film."
        )


def _chosen(times, every, number, start, stop):
    """Return the frame numbers, rising."""
    stop = np.inf if stop is None else stop
    first, last = np.searchsorted(times, [start - 1e-6, stop - 1e-6])
    if first >= last:
        raise DatasetError(
            f"no frame is at {start:g} to {stop:g} s: the film has frames from 0 to "
            f"{times[-1]:.3f} s."
        )
    if number is not None:
        return np.unique(first + video.sample_indices(int(last - first), number))
    step = 1.0 if every is None else every
    # A frame is taken where a moment of the rhythm has come since the one before.
    passed = np.floor((times[first:last] - start + 1e-6) / step)
    return first + np.flatnonzero(np.diff(passed, prepend=-1))


def _check(every, number, start, stop, kind):
    if every is not None and number is not None:
        raise DatasetError(
            f"either every or number must be given. Received: every={every}, number={number}"
        )
    for name, value in (("every", every), ("start", start), ("stop", stop)):
        least = "above 0" if name != "start" else "0 or more"
        good = isinstance(value, Real) and np.isfinite(value) and value >= 0
        if value is not None and not (good and (value > 0 or name == "start")):
            raise DatasetError(f"{name} must be seconds, {least}. Received: {value!r}")
    if number is not None and not (isinstance(number, Integral) and number > 0):
        raise DatasetError(f"number must be a whole number above 0. Received: {number!r}")
    if kind not in ("jpg", "png"):
        raise DatasetError(f'kind must be "jpg" or "png". Received: {kind!r}')
