"""MOTChallenge's text files: one line a box, with the frame and the identity it belongs to.

``frame, id, left, top, width, height, score``, and then, by the number of columns:

- 10, of MOT15 and of results: x, y, z in the world, -1 where they are not known,
- 9, of MOT16, MOT17 and MOT20: class and visibility, the share that is not hidden,
- 8 and 7: class alone, nothing.

In a truth the score is a flag: 0 marks a row to be ignored. Frames, classes and pixels count from
1 in these files, and from 0 in `Tracks`.
"""

from __future__ import annotations

from numbers import Real

import numpy as np

from vidlearn.boxes import Detections, Tracks

from .labels import plain
from .mot_lines import check_ids, check_origin, film_length, read_rows, refuse
from .types import DatasetError
from .whole import replaced

KINDS = ("found", "truth")
DECIMALS = 4


def read_mot(path, *, kind, length=None, classes=None, min_visible=0.0, origin=1):
    """Read the tracks of a MOTChallenge text file.

    Parameters
    ----------
    path : str or Path
        Such as ``MOT17-02/gt/gt.txt`` or ``results/MOT17-02.txt``.
    kind : {"found", "truth"}
        What a tracker returned, with scores, or a truth, with rows to be ignored.
    length : int, optional
        Number of frames of the film. Left out, a truth takes it from ``seqinfo.ini``, beside its
        folder ``gt``, where there is one; else it ends with the last row.
    classes : bool, optional
        Whether column 8 is the class; left out, it is in lines of 8 or 9 columns. VisDrone's lines
        have 10, and it is; take out its lines of class 0, regions to be ignored, first.
    min_visible : float
        In a truth of 9 columns: rows with a smaller share visible, 0 to 1, are ignored too.
    origin : {0, 1}
        Number of the first pixel in the file; MOTChallenge has 1.

    Returns
    -------
    Tracks
        Labels are classes less 1, or 0 where the file has none; scores are 1 where all are -1, not
        told, and in a truth.

    Raises
    ------
    DatasetError
        If the file cannot be read or a line is none of a MOT file; it names file and line.

    Notes
    -----
    MOTChallenge counts pixels from 1, so that the box ``1, 1, 10, 20`` begins at the very corner of
    the picture: here 0, 0, 10, 20. Its own boxes may reach beyond the picture.

    A line may have spaces beside commas, or instead of them; empty lines and those that begin with
    # are passed over. Files of detections, where the id is always -1, are for
    `read_mot_detections`.

    References
    ----------
    Leal-Taixé et al., MOTChallenge 2015; Milan et al., MOT16, 2016, table 5.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "gt.txt"
    >>> _ = path.write_text("1, 7, 1, 1, 10, 20, 1, 1, 0.9\\n3, 7, 5, 1, 10, 20, 0, 1, 0.1\\n")
    >>> truth = read_mot(path, kind="truth")
    >>> truth.frames.tolist(), truth.boxes[0].tolist(), truth.ignored.tolist()
    ([0, 2], [0.0, 0.0, 10.0, 20.0], [False, True])

    Lesson 16 teaches it.
    """
    if kind not in KINDS:
        raise DatasetError(f"kind must be 'found' or 'truth'. Received: {kind!r}")
    rows, lines = read_rows(path, origin)
    check_ids(path, rows, lines)
    length = film_length(path, rows, lines, length, look=kind == "truth")
    labels = _labels(path, rows, lines, classes)
    truth = kind == "truth"
    hidden = _hidden(path, rows, min_visible) if truth else None
    return Tracks(
        rows[:, 0] - 1,
        rows[:, 1],
        _boxes(rows, origin),
        scores=None if truth else _scores(rows),
        labels=labels,
        ignored=(rows[:, 6] == 0) | hidden if truth else None,
        length=length,
    )


def read_mot_detections(path, *, length=None, classes=None, origin=1):
    """Read a MOTChallenge file of detections, which have no identity yet.

    Parameters
    ----------
    path : str or Path
        Such as ``MOT17-02-FRCNN/det/det.txt``.
    length : int, optional
        Number of frames of the film; else from ``seqinfo.ini``, beside the folder ``det``, else up
        to the last row.
    classes : bool, optional
        As in `read_mot`.
    origin : {0, 1}
        As in `read_mot`.

    Returns
    -------
    list of Detections
        One for each frame, an empty one where there are none: what `tracking.track` takes. Scores
        are as in the file, and may be any numbers; 1 where all are -1.

    Raises
    ------
    DatasetError
        As `read_mot` does.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "det.txt"
    >>> _ = path.write_text("2,-1,5,1,10,20,0.9\\n2,-1,50,1,10,20,0.4\\n")
    >>> [len(found) for found in read_mot_detections(path)]
    [0, 2]

    Lesson 16 teaches it.
    """
    rows, lines = read_rows(path, origin)
    length = film_length(path, rows, lines, length, look=True)
    columns = _boxes(rows, origin), _scores(rows), _labels(path, rows, lines, classes)
    order = np.argsort(rows[:, 0], kind="stable")
    frames, starts = np.unique(rows[order, 0].astype(int), return_index=True)
    found = [Detections([], [])] * length  # frames without any share one
    for frame, chosen in zip(frames - 1, np.split(order, starts[1:]), strict=False):
        found[frame] = Detections(*(column[chosen] for column in columns))
    return found


def write_mot(path, tracks, *, kind="found", classes=False, origin=1):
    """Write tracks as a MOTChallenge text file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file; one that is there is replaced.
    tracks : Tracks
        Identities are written as they are; MOTChallenge's own server asks for 1 or more.
    kind : {"found", "truth"}
        Ten columns, as results have them, or nine, as the truth of MOT17 has them.
    classes : bool
        Whether what was found has nine columns too, with its class, label + 1. Most programs that
        read results look at one class, so that each gets a file of its own.
    origin : {0, 1}
        As in `read_mot`.

    Raises
    ------
    TypeError
        If these are no `Tracks`.
    DatasetError
        If the file cannot be written (what was there stays), a box ends before it begins, or an
        identity is below 0.

    Notes
    -----
    Edges are written to 4 decimals, finer than float32 beyond pixel 1,000: reading gives the same
    boxes to 0.0001 pixels. The two decimals that are common move the IoU of boxes of 10 pixels by
    up to 0.003, enough to make a match of none: the numbers told of a file and of the tracks in
    memory would differ. How long the film goes on after the last row, the file does not say: give
    `length` when you read it. Visibility is written as -1, not told.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "found.txt"
    >>> write_mot(path, Tracks([0, 4], [7, 7], [[0, 0, 10, 20], [2.5, 0, 12.5, 20]], [0.9, 0.75]))
    >>> print(path.read_text(), end="")
    1,7,1,1,10,20,0.9,-1,-1,-1
    5,7,3.5,1,10,20,0.75,-1,-1,-1

    Lesson 16 teaches it.
    """
    lines = mot_lines(tracks, kind=kind, classes=classes, origin=origin)
    with replaced(path, _not_written) as part:
        part.write_text("".join(lines), "utf-8", newline="\n")


def mot_lines(tracks, *, kind="found", classes=False, origin=1):
    """Return the lines (R,) of tracks, ends included; parameters and errors of `write_mot`."""
    check_origin(origin)
    if kind not in KINDS:
        raise DatasetError(f"kind must be 'found' or 'truth'. Received: {kind!r}")
    if not isinstance(tracks, Tracks):
        raise TypeError(f"tracks must be vidlearn.boxes.Tracks. Received: {type(tracks).__name__}")
    if (tracks.ids < 0).any():
        raise DatasetError(
            f"identities must be 0 or more in a MOT file. Received: {tracks.ids.min()}"
        )
    edges = (tracks.boxes.astype(np.float64) + origin).round(DECIMALS)
    sides = (edges[:, 2:] - edges[:, :2]).round(DECIMALS)
    if (sides < 0).any():
        row = int((sides < 0).any(1).argmax())
        raise DatasetError(
            "tracks must hold boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2. "
            f"Received: {tracks.boxes[row].tolist()} in frame {tracks.frames[row]}"
        )
    ones = np.ones(len(tracks))
    score = ~tracks.ignored if kind == "truth" else tracks.scores.round(6)
    tail = [tracks.labels + 1, -ones] if classes or kind == "truth" else [-ones, -ones, -ones]
    columns = [tracks.frames + 1, tracks.ids, *edges.T[:2], *sides.T, score, *tail]
    return [",".join(map(plain, row)) + "\n" for row in zip(*columns, strict=True)]


def _not_written(path, error):
    why = "is a folder: name a file in it" if path.is_dir() else error.strerror or error
    return DatasetError(f"{path} was not written: {why}.")


def _labels(path, rows, lines, classes):
    """Return labels (R,), of column 8 where that is the class."""
    width = rows.shape[1]
    if not (width in (8, 9) if classes is None else classes):
        return np.zeros(len(rows), int)
    if width < 8:
        raise DatasetError(f"{path} has {width} columns, and no class, which is column 8.")
    numbers = rows[:, 7]
    if (numbers == -1).all():  # not told
        return np.zeros(len(rows), int)
    message = (
        "class {:g}, but MOT files number classes from 1. If column 8 is no class, say "
        "classes=False."
    )
    wrong = (numbers < 1) | (numbers != np.floor(numbers))
    refuse(path, lines, wrong, message, numbers)
    return numbers.astype(int) - 1


def _hidden(path, rows, least):
    """Return which rows are not visible enough; -1 is not told."""
    if not (isinstance(least, Real) and 0 <= least <= 1):
        raise DatasetError(f"min_visible must lie in 0 to 1. Received: {least!r}")
    if least == 0:
        return np.zeros(len(rows), bool)
    if rows.shape[1] != 9:
        raise DatasetError(
            f"{path} has {rows.shape[1]} columns, and no visibility, which is the last of 9: "
            "leave min_visible out."
        )
    return (rows[:, 8] >= 0) & (rows[:, 8] < least)


def _scores(rows):
    """Return scores (R,); -1 everywhere is not told."""
    return np.ones(len(rows)) if (rows[:, 6] == -1).all() else rows[:, 6]


def _boxes(rows, origin):
    corner = rows[:, 2:4] - origin
    return np.hstack([corner, corner + rows[:, 4:6]])
