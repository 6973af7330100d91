"""Shots as files: JSON, CSV, an edit decision list, an OpenTimelineIO timeline."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from vidlearn.messages import text
from vidlearn.video.beside import part_beside

from .types import Shots, ShotsError, Transition

COLUMNS = ("shot", "start", "end", "start_seconds", "end_seconds", "transition")
DAY = 24 * 60 * 60
TICKS = 30  # of a second, where frames have times of their own
PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}  # endings and kinds of a sheet


@contextmanager
def replaced(path):
    """Give a file beside to write; it takes the name when it is whole.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    ShotsError
        If it cannot be written; a file that was there stays as it was.
    """
    path = Path(path).expanduser()
    try:
        if path.is_dir():
            raise ShotsError(text("shots")["is_folder"].format(file=path))
        with part_beside(path) as part:
            yield Path(part)
    except OSError as error:
        why = error.strerror or error
        raise ShotsError(text("shots")["not_written"].format(file=path, why=why)) from error


def expect_files(video, *files, pictures=None, folder=None):
    """Refuse, before a film is gone through, what could not be written in the end.

    Parameters
    ----------
    video : str or Path
        The film, which must not be written over.
    *files : str or Path
        What is to be written.
    pictures : str or Path, optional
        The one of them that is a contact sheet.
    folder : str or Path, optional
        Where each shot is to become a film; see `split`.

    Raises
    ------
    ShotsError
        If two of them are one, one is the film or a folder, its folder is not there, the sheet's
        ending names no kind of picture, `folder` is a file, or the first film is in it already.
    """
    words = text("shots")
    taken = {_real(video): "onto_itself"}
    for file in files:
        place = _real(file)
        why = taken.get(place) or ("is_folder" if place.is_dir() else None)
        why = why or (None if place.parent.is_dir() else "no_folder")
        if why:
            raise ShotsError(words[why].format(file=file, folder=place.parent))
        taken[place] = "both"
    if pictures is not None and Path(pictures).suffix.lower() not in PICTURES:
        raise ShotsError(words["no_picture"].format(file=pictures))
    if folder is not None:
        split_files(video, folder)
        if taken.get(_real(folder)) == "both":
            raise ShotsError(words["both"].format(file=folder))


def split_files(video, folder, count=1):
    """Return the names of the films into which one is split, or refuse if they cannot be made."""
    words, place = text("shots"), Path(folder).expanduser()
    if not os.fspath(folder):
        raise ShotsError(words["no_name"])
    for part in (place, *place.parents):
        if os.path.lexists(part) and not os.path.isdir(part):
            raise ShotsError(words["is_file"].format(file=part))
    digits = max(3, len(str(count)))
    files = [place / f"{Path(video).stem}_{k:0{digits}d}.mp4" for k in range(1, count + 1)]
    if taken := [file for file in files if os.path.lexists(file)]:
        raise ShotsError(words["taken"].format(file=taken[0]))
    return files


def _real(path):
    return Path(os.path.realpath(Path(path).expanduser()))  # Path.resolve stumbles over loops


def _written(path, words):
    with replaced(path) as part:
        part.write_text(words, "utf-8", newline="")
    return Path(path)


def write_json(shots, path):
    """Write shots as JSON, as `shots.schema.json` beside this module describes it.

    Parameters
    ----------
    shots : Shots
    path : str or Path
        A file of that name is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ShotsError
        If it cannot be written.
    """
    return _written(path, json.dumps(shots.to_dict(), indent=2, ensure_ascii=False) + "\n")


def read_json(path):
    """Read shots from JSON.

    Parameters
    ----------
    path : str or Path
        A file as `write_json` makes it.

    Returns
    -------
    Shots

    Raises
    ------
    ShotsError
        If it cannot be read, is no such file, or contradicts itself.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shots = Shots("a.mp4", 25.0, 60, (Transition(20, 20), Transition(30, 40, "fade", 0.9)))
    ...     read_json(write_json(shots, f"{folder}/a.json")).to_dict() == shots.to_dict()
    True
    """
    try:
        found = json.loads(Path(path).expanduser().read_text("utf-8"))
    except OSError as error:
        why = error.strerror or error
        raise ShotsError(text("shots")["not_read"].format(file=path, why=why)) from error
    except ValueError as error:
        raise ShotsError(text("shots")["not_read"].format(file=path, why=error)) from error
    try:
        changes = [
            Transition(int(c["start"]), int(c["end"]), c["kind"], float(c["score"]))
            for c in found["transitions"]
        ]
        seconds = [[float(s["start_seconds"]), float(s["end_seconds"])] for s in found["shots"]]
        told = [(s["start"], s["end"]) for s in found["shots"]]
        video, fps, frames = str(found["video"]), float(found["fps"]), int(found["frames"])
        shots = Shots(video, fps, frames, tuple(changes), seconds)
        if told != shots.shots:
            raise ShotsError(f"shots are {told}, the transitions make them {shots.shots}")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ShotsError(text("shots")["not_shots"].format(file=path, why=why)) from error
    return shots


def write_csv(shots, path):
    """Write a line for each shot.

    Parameters
    ----------
    shots : Shots
    path : str or Path
        A file of that name is replaced.

    Returns
    -------
    Path
        The file: columns shot (from 1), start, end (frames from 0, half-open), start_seconds,
        end_seconds, and transition, the kind of the one that leads into the shot.

    Raises
    ------
    ShotsError
        If it cannot be written.
    """
    made = io.StringIO()
    rows = csv.writer(made, lineterminator="\n")
    rows.writerow(COLUMNS)
    kinds = ["", *(change.kind for change in shots.transitions)]
    for number, ((start, end), (first, last), kind) in enumerate(
        zip(shots.shots, shots.seconds.tolist(), kinds, strict=True), 1
    ):
        rows.writerow([number, start, end, f"{first:.6f}", f"{last:.6f}", kind])
    return _written(path, made.getvalue())


def write_edl(shots, path):
    """Write an edit decision list in the form CMX 3600, which editing programs read.

    Parameters
    ----------
    shots : Shots
    path : str or Path
        A file of that name is replaced.

    Returns
    -------
    Path
        The file: an event for each piece of the film, one after the other. Gradual transitions
        are in the film already, so they are halved, and a comment names them. Time codes count
        the frames, and drop none. Where the rate is no whole one, to 0.2 % (29.97 counts as 30),
        or the frames have times of their own, they count real time, 30 frames a second.

    Raises
    ------
    ShotsError
        If it cannot be written.
    """
    rate = max(round(shots.fps), 1)
    if _uneven(shots) or abs(shots.fps / rate - 1) > 0.002:
        rate, pieces = TICKS, np.rint(shots.piece_seconds * TICKS).astype(int).tolist()
    else:
        pieces = shots.pieces
    name = " ".join(shots.video.split())
    lines = [f"TITLE: {name}", "FCM: NON-DROP FRAME", ""]
    kinds = ["", *(change.kind for change in shots.transitions)]
    for number, ((start, end), kind) in enumerate(zip(pieces, kinds, strict=True), 1):
        span = f"{_code(start, rate)} {_code(end, rate)}"
        lines.append(f"{number:03d}  AX       V     C        {span} {span}")
        lines.append(f"* FROM CLIP NAME: {name}")
        if kind not in ("", "cut"):
            lines.append(f"* COMMENT: {kind.upper()} INTO THIS EVENT")
    return _written(path, "\n".join(lines) + "\n")


def _uneven(shots):
    """Say whether frames have times of their own: half a tick from even ones, at some edge."""
    first, last = shots.seconds[0, 0], shots.seconds[-1, 1]
    even = first + np.array(shots.shots) / shots.frames * (last - first)
    return np.abs(shots.seconds - even).max() > 0.5 / TICKS


def _code(frames, rate):
    """Return a time code, hours:minutes:seconds:frames; a day is where it begins anew."""
    seconds, left = divmod(frames, rate)
    seconds %= DAY
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{left:02d}"


def write_otio(shots, path):
    """Write an OpenTimelineIO timeline: one video track, a clip for each piece of the film.

    Parameters
    ----------
    shots : Shots
    path : str or Path
        A file of that name is replaced; ".otio" is usual.

    Returns
    -------
    Path
        The file. It names the film without a folder: keep both in one. Times are frames at the
        rate of the film; where frames have times of their own, real ones, 30 to a second and
        not rounded to a whole one.

    Raises
    ------
    ShotsError
        If it cannot be written.
    """

    rate, pieces = shots.fps, shots.pieces
    if _uneven(shots):
        rate, pieces = float(TICKS), (shots.piece_seconds * TICKS).round(4).tolist()

    def time(value):
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}

    def span(start, end):
        times = {"start_time": time(start), "duration": time(round(end - start, 4))}
        return {"OTIO_SCHEMA": "TimeRange.1"} | times

    media = {"OTIO_SCHEMA": "ExternalReference.1", "name": shots.video, "metadata": {}}
    media |= {"target_url": shots.video, "available_range": span(pieces[0][0], pieces[-1][1])}
    changes = [None, *shots.to_dict()["transitions"]]
    clips = [
        {"OTIO_SCHEMA": "Clip.1", "name": f"shot {number}", "source_range": span(start, end)}
        | {"media_reference": media, "metadata": {"vidlearn": {"transition": change or {}}}}
        for number, ((start, end), change) in enumerate(zip(pieces, changes, strict=True), 1)
    ]
    track = {"OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "children": clips}
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track]}
    timeline = {"OTIO_SCHEMA": "Timeline.1", "name": shots.video, "tracks": stack}
    return _written(path, json.dumps(timeline, indent=2, ensure_ascii=False) + "\n")
