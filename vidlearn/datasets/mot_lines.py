"""The lines of a MOTChallenge file as numbers, and what may be wrong with them."""

from __future__ import annotations

import configparser
from pathlib import Path

import numpy as np

from .types import DatasetError

LINE = "A line is frame, id, left, top, width, height, score and up to three numbers more"


def _text(path):
    path = Path(path)
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is no text file: {error}.") from error
    except OSError as error:
        inside = [path / part / f"{part}.txt" for part in ("gt", "det")]
        there = next((file for file in inside if file.is_file()), None)
        hint = f" Name the file in it{f', {there}' if there else ''}." if path.is_dir() else ""
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.{hint}") from error


MOST_FRAMES = 10**7


def read_rows(path, origin):
    """Return the numbers, (R, C), and the line each row stands in, (R,)."""
    check_origin(origin)
    rows, lines = [], []
    for number, line in enumerate(_text(path).split("\n"), 1):
        line = line.strip()
        if not line or line[0] == "#":
            continue
        fields = line.rstrip(",").split(",") if "," in line else line.split()
        row = [_number(field) for field in fields]
        if None in row:
            raise DatasetError(
                f"{path}:{number}: {fields[row.index(None)].strip()!r} is no number. {LINE}, with "
                "commas between them; put # before a heading."
            )
        if not 7 <= len(row) <= 10:
            raise DatasetError(f"{path}:{number}: {len(row)} columns. {LINE}: 7 to 10 in all.")
        if rows and len(row) != len(rows[0]):
            raise DatasetError(
                f"{path}:{number}: {len(row)} columns, and {len(rows[0])} in line {lines[0]}. "
                "All lines of a file must be of one form."
            )
        rows.append(row)
        lines.append(number)
    rows, lines = np.array(rows).reshape(len(rows), -1 if rows else 7), np.array(lines, int)
    _check_numbers(path, rows, lines)
    return rows, lines


def _number(field):
    """Return it as a float, or None; 1_000 is a number in Python alone."""
    try:
        return None if "_" in field else float(field)
    except ValueError:
        return None


def check_origin(origin):
    """Turn away what is not 0 or 1."""
    if origin not in (0, 1):
        raise DatasetError(f"origin must be 0 or 1, the first pixel's number. Received: {origin!r}")


def refuse(path, lines, wrong, message, *columns):
    """Raise an error about the first line that is wrong, with its values in the message."""
    if wrong.any():
        row = int(wrong.argmax())
        told = message.format(*(column[row] for column in columns))
        raise DatasetError(f"{path}:{lines[row]}: {told}")


def _check_numbers(path, rows, lines):
    message = "numbers must be finite, at most 1e15. Received: {}"
    refuse(path, lines, ~(np.abs(rows) <= 1e15).all(1), message, rows)
    for name, values in zip(("frame", "id"), rows.T, strict=False):
        message = f"{name} must be a whole number. Received: {{}}"
        refuse(path, lines, values != np.floor(values), message, values)
    message = (
        "frame {:.0f}, but MOT files count frames from 1. If yours begins with frame 0, add 1 to "
        "the first column of every line."
    )
    refuse(path, lines, rows[:, 0] < 1, message, rows[:, 0])
    message = "frame {:.0f}: no film is as long. Is the first column a time?"
    refuse(path, lines, rows[:, 0] > MOST_FRAMES, message, rows[:, 0])
    message = (
        "width and height must be 0 or more; columns 5 and 6 are not the lower right corner. "
        "Received: {:g} and {:g}"
    )
    refuse(path, lines, (rows[:, 4:6] < 0).any(1), message, rows[:, 4], rows[:, 5])


def check_ids(path, rows, lines):
    """Turn away an identity that is none, or comes twice in a frame."""
    message = (
        "identity {:.0f}, and identities are 0 or more. Detections have none: use "
        "read_mot_detections."
    )
    refuse(path, lines, rows[:, 1] < 0, message, rows[:, 1])
    order = np.lexsort((lines, rows[:, 1], rows[:, 0]))
    same = (np.diff(rows[order, :2], axis=0) == 0).all(1)
    if not same.any():
        return
    late = order[1:][same]
    row = late[lines[late].argmin()]
    twins = (rows[:, :2] == rows[row, :2]).all(1)
    frame, identity = rows[row, :2].astype(int)
    why = (
        f"identity {identity} a second time in frame {frame}; it is in line {lines[twins][0]} too."
    )
    raise DatasetError(f"{path}:{lines[row]}: {why}")


def film_length(path, rows, lines, length, *, look):
    """Return the number of frames: as given, as seqinfo.ini has it, or up to the last row."""
    source, told = "length", length
    info = Path(path).absolute().parent.parent / "seqinfo.ini"
    if length is None and look and info.is_file():
        source, told = "seqinfo.ini", _sequence_length(info)
    last = int(rows[:, 0].max(initial=0))
    if told is None:
        return last
    if isinstance(told, bool) or not isinstance(told, int | np.integer) or told < 0:
        raise DatasetError(f"{source} must be a whole number of frames. Received: {told!r}")
    message = f"frame {{:.0f}}, but the film has {told} frames, says {source}."
    refuse(path, lines, rows[:, 0] > told, message, rows[:, 0])
    return int(told)


def _sequence_length(info):
    parser = configparser.ConfigParser()
    try:
        parser.read_string(_text(info))
        return int(parser["Sequence"]["seqLength"])
    except (configparser.Error, KeyError, ValueError) as error:
        raise DatasetError(
            f"{info} must hold seqLength = NUMBER under [Sequence]; give length, or mend it. "
            f"{type(error).__name__}: {error}"
        ) from error
