"""Shots as films and as pictures: a file for each, or a sheet of all."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from vidlearn import video as door
from vidlearn.messages import text
from vidlearn.video.door import opened

from .files import PICTURES, replaced, split_files
from .types import ShotsError

WIDE, GAP, FOOT = 160, 8, 20  # pixels of a small picture, between shots, for words
ALL = range(2**62)


def split(video, shots, folder, *, crf=18, progress=False):
    """Write each shot as a film of its own, cut to the frame.

    Parameters
    ----------
    video : str or Path
        The film.
    shots : Shots
        Of this film. Its `pieces` are written: nothing is left out, and what is gradual is halved.
    folder : str or Path
        It is made if it is not there.
    crf : int
        How much is lost, 0 to 51, as for `write_video`.
    progress : bool
        Show a bar.

    Returns
    -------
    list of Path
        The files NAME_001.mp4, NAME_002.mp4 ...: H.264 in mp4, made anew, for a stream can be cut
        at few frames only; with the time stamps and the sound of the film.

    Raises
    ------
    ShotsError
        If one of the files is there already, `folder` is a file, the film has other frames than
        `shots` says, or the disk is full. Then no file is left behind.
    vidlearn.video.VideoError
        If the film cannot be read.
    """
    from tqdm import tqdm

    times, place = door.frame_times(video), Path(folder).expanduser()
    _expect(video, shots, len(times))
    if Path(video).is_dir():
        times = np.arange(len(times)) / shots.fps  # pictures have no clock of their own
    made = split_files(video, folder, len(shots))
    names = [file.name for file in made]
    frames = (frame for _, frame in opened(video).pick(ALL, size=None, colour="rgb"))
    new, fresh = not place.exists(), None
    try:
        place.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".shots-", dir=place))
        how = {"unit": text("shots")["shot"], "disable": None if progress else True}
        for name, (start, end) in tqdm(list(zip(names, shots.pieces, strict=True)), **how):
            how = {"times": times[start:end], "fps": shots.fps, "crf": crf}
            sound = None if Path(video).is_dir() else video
            door.write_video(fresh / name, islice(frames, end - start), sound=sound, **how)
        for name in names:
            os.rename(fresh / name, place / name)
    except OSError as error:
        why = error.strerror or error
        raise ShotsError(text("shots")["not_written"].format(file=place, why=why)) from error
    except door.VideoError as error:
        if fresh is None or str(fresh) not in str(error):
            raise  # it is the film that cannot be read
        raise ShotsError(str(error).replace(str(fresh), str(place))) from error
    finally:
        frames.close()
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
        if new and place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    return made


def contact_sheet(video, shots):
    """Draw the first, the middle and the last frame of each shot, with its number and time.

    Parameters
    ----------
    video : str, Path or ndarray
        The film, or its frames (T, H, W, 3) uint8.
    shots : Shots
        Of this film.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB, about as high as it is wide; the shots run down, column by column.

    Raises
    ------
    ShotsError
        If the film has other frames than `shots` says.
    vidlearn.video.VideoError
        If the film cannot be read.
    """
    from PIL import Image, ImageDraw, ImageFont

    wanted = [(start, (start + end - 1) // 2, end - 1) for start, end in shots.shots]
    numbers = sorted(set(sum(wanted, ())))
    if isinstance(video, np.ndarray):
        _expect(shots.video, shots, len(video))
        picked = ((number, video[number]) for number in numbers)
    else:
        source = opened(video)
        _expect(video, shots, source.count)
        picked = source.pick(numbers, size=None, colour="rgb")
    high, found = None, {}
    for number, frame in picked:
        high = high or max(round(WIDE * frame.shape[0] / frame.shape[1]), 1)
        found[number] = _small(frame, high)
    across, down = 3 * WIDE + GAP, high + FOOT + GAP
    columns = max(1, round(math.sqrt(len(shots) * down / across)))
    rows = math.ceil(len(shots) / columns)
    sheet = Image.new("RGB", (columns * across + GAP, rows * down + GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    words = text("shots")["tile"]
    for k, (numbers, seconds) in enumerate(zip(wanted, shots.seconds.tolist(), strict=True)):
        x, y = GAP + k // rows * across, GAP + k % rows * down
        for place, number in enumerate(numbers):
            if number in found:
                sheet.paste(Image.fromarray(found[number]), (x + place * WIDE, y + FOOT))
        told = {"first": clock(seconds[0]), "last": clock(seconds[1])}
        pen.text((x, y), words.format(number=k + 1, **told), fill="black", font=font)
    return np.array(sheet)


def write_contact_sheet(video, shots, path):
    """Write a contact sheet as a picture.

    Parameters
    ----------
    video : str or Path
        The film.
    shots : Shots
        Of this film.
    path : str or Path
        Ends in .png, .jpg or .jpeg. A file of that name is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ShotsError
        If it cannot be written, or the film has other frames than `shots` says.
    vidlearn.video.VideoError
        If the film cannot be read.
    """
    from PIL import Image

    kind = PICTURES.get(Path(path).suffix.lower())
    if kind is None:
        raise ShotsError(text("shots")["no_picture"].format(file=path))
    sheet = Image.fromarray(contact_sheet(video, shots))
    with replaced(path) as part:
        sheet.save(part, kind, quality=90)
    return Path(path)


def clock(seconds):
    """Return seconds as they are read: 0:01:02.500.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str

    Examples
    --------
    >>> clock(3723.25), clock(59.9996)
    ('1:02:03.250', '0:01:00.000')
    """
    thousandths = round(seconds * 1000)
    minutes, left = divmod(thousandths, 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{left // 1000:02d}.{left % 1000:03d}"


def _small(frame, high):
    import cv2

    return cv2.resize(frame, (WIDE, high), interpolation=cv2.INTER_AREA)


def _expect(video, shots, frames):
    """Raise a ShotsError unless a film has as many frames as its shots say."""
    if frames != shots.frames:
        told = {"file": Path(video).name, "frames": frames, "told": shots.frames}
        raise ShotsError(text("shots")["other_film"].format(**told))
