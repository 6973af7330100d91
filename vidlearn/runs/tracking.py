"""Follow things through a film: an identity for each, its number and its trail drawn."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack, contextmanager

import numpy as np

from vidlearn.datasets.mot import mot_lines
from vidlearn.messages import text
from vidlearn.plots import draw_tracks
from vidlearn.tracking import Sort

from .files import RunError, replaced
from .film import checked_threshold, expect_files, go_through, json_teller
from .run import Run

THRESHOLD = 0.4
TRAIL = 30  # frames that a trail goes back


def track(
    run, source, out, *, mot=None, found=None, threshold=THRESHOLD, tracker=None, progress=False
):
    """Follow things through a film with the model of a training, and write the film with tracks.

    The detector looks at each frame by itself; the tracker says which box is the same thing as
    before. Only a batch of frames is in memory at a time, and trails of `TRAIL` frames, however
    long the film.

    Parameters
    ----------
    run : str, Path or Run
        The folder of the training.
    source : str or Path
        A video file, or a folder of pictures, as for `predict`.
    out : str or Path
        The film to write, ".mp4", with the frames, the time stamps and the sound of the source.
        One colour and one number for each identity; a box that was expected but not detected is
        dashed.
    mot : str or Path, optional
        A MOTChallenge text file for the tracks, frames and pixels counted from 1, as
        `vidlearn.datasets.write_mot` writes it: of ten columns where the model knows one class,
        else of nine, with the class.
    found : str or Path, optional
        A JSON file, as `predict` writes it, with the "ids" of the boxes, and whether each was
        "detected" in this frame or only expected.
    threshold : float
        Least score of a detection, 0 to 1. Lower than for `predict`: a weak detection in the
        middle of a track keeps it alive, and one by itself is not told, for a track has to be hit
        in several frames in a row.
    tracker : dict or tracker, optional
        Options of `vidlearn.tracking.Sort`, such as ``{"coast": 30}``; or what has an
        ``update(detections, frame)`` as `Sort` has, and has not seen a frame yet.
    progress : bool
        Show a bar.

    Returns
    -------
    str
        What was written, in a sentence.

    Raises
    ------
    RunError
        If `run` is no training, has no model yet or is none of a detector, two of the files are one
        or belong to the training or the source, `tracker` is none or has run, or the disk is full.
    ValueError
        If an option of `Sort` is out of its range.
    vidlearn.video.VideoError
        If the source cannot be read, or `out` not be written.

    Notes
    -----
    Each file appears when it is whole, or not at all.

    Lesson 24 uses it.
    """
    run = run if isinstance(run, Run) else Run(run)
    run.expect_no_films("track")
    if run.task.COUNTED == "clips":
        raise RunError(text("runs")["no_tracks"])
    least = checked_threshold(threshold)
    expect_files(run, source, out, found, mot)
    tracker = _fresh(tracker)
    trails, boxes = _Trails(), 0

    def step(frame, detections):
        nonlocal boxes
        rows = tracker.update(detections, frame)
        boxes += len(rows)
        trails.add(rows)
        coasting = getattr(tracker, "coasting", ())
        more = {"ids": rows.ids.tolist(), "detected": (~np.isin(rows.ids, coasting)).tolist()}
        how = {"trails": trails.now, "names": run.classes, "coasting": coasting}
        return rows, more, draw_tracks(frame, rows, **how)

    with ExitStack() as stack:
        tellers = []
        if found:
            tellers.append(stack.enter_context(json_teller(found, source, run, least)))
        if mot:
            tellers.append(stack.enter_context(_mot_teller(mot, len(run.classes) > 1)))
        frames = go_through(run, source, out, step, tellers, threshold=least, progress=progress)
    told = {"frames": frames, "boxes": boxes, "tracks": trails.ever, "file": out}
    return text("runs")["tracked"].format(**told)


def _fresh(tracker):
    if tracker is None or isinstance(tracker, dict):
        return Sort(**(tracker or {}))
    if isinstance(tracker, type) or not hasattr(tracker, "update") or getattr(tracker, "frame", 0):
        raise RunError(text("runs")["no_tracker"].format(value=tracker))
    return tracker


class _Trails:
    """Where things were in the last frames; what has been gone for as long is forgotten."""

    def __init__(self):
        self.now, self._last, self._frame = {}, {}, 0
        self.ever = self._highest = 0  # identities that there were, and the last one's number

    def add(self, rows):
        """Take the rows of the next frame."""
        self._frame += 1
        self.ever += int((rows.ids > self._highest).sum())
        self._highest = int(rows.ids.max(initial=self._highest))
        centres = (rows.boxes[:, :2] + rows.boxes[:, 2:]) / 2
        for identity, centre in zip(rows.ids.tolist(), centres.tolist(), strict=True):
            self.now.setdefault(identity, deque(maxlen=TRAIL)).append(centre)
            self._last[identity] = self._frame
        for identity in [k for k, last in self._last.items() if self._frame - last >= TRAIL]:
            del self.now[identity], self._last[identity]


@contextmanager
def _mot_teller(path, classes):
    """Give what writes the rows of a frame; the file appears when all are written."""
    with replaced(path) as part, open(part, "w", encoding="utf-8", newline="\n") as file:

        def tell(number, seconds, rows, more):
            file.writelines(mot_lines(rows, classes=classes))

        yield tell
