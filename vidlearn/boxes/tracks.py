"""Who is where in which frame: what a tracker returns, and the truth it is held against."""

from dataclasses import dataclass, fields

import numpy as np

from ._checks import as_boxes, as_labels, as_scores, check_count
from .detections import _column


@dataclass(frozen=True, eq=False)
class Tracks:
    """Boxes with an identity, one row for each thing in each frame, by rising frame.

    A tracker returns it, and metrics, plots and writers take it; a truth has the same form. An
    index, a slice or a mask picks rows: ``tracks[tracks.ids == 3]`` is one trajectory,
    ``tracks[tracks.frames == 7]`` one frame.

    Attributes
    ----------
    frames : ndarray
        (R,) int64, frame indices from 0; rows of one frame stay in the order given.
    ids : ndarray
        (R,) int64 identities, each at most once in a frame.
    boxes : ndarray
        (R, 4) xyxy in pixels; float32 or float64 is kept, all else becomes float64.
    scores : ndarray
        (R,) float64, 0 to 1; without any, all are 1.
    labels : ndarray
        (R,) int64 class numbers from 0; without any, all are 0.
    ignored : ndarray
        (R,) bool, in a truth: finding it counts neither for nor against. Without any, none is.
    length : int
        Number of frames of the film, those without a row included; without one, up to the last
        row.

    Raises
    ------
    ValueError
        If the columns do not belong together, a number is not finite, a frame is below 0 or not
        below `length`, or an identity comes twice in a frame.

    Examples
    --------
    >>> tracks = Tracks([0, 0, 2], [1, 2, 1], [[0, 0, 4, 2], [5, 0, 9, 2], [2, 0, 6, 2]])
    >>> len(tracks), tracks.length, tracks[tracks.ids == 1].frames.tolist()
    (3, 3, [0, 2])

    Lesson 16 teaches it.
    """

    frames: np.ndarray
    ids: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray | None = None
    labels: np.ndarray | None = None
    ignored: np.ndarray | None = None
    length: int | None = None

    def __post_init__(self):
        boxes = as_boxes("boxes", self.boxes)
        count = len(boxes)
        scores = np.ones(count) if self.scores is None else self.scores
        labels = np.zeros(count, int) if self.labels is None else self.labels
        ignored = np.zeros(count) if self.ignored is None else self.ignored
        columns = {
            "frames": _whole("frames", self.frames, count),
            "ids": _whole("ids", self.ids, count),
            "boxes": boxes,
            "scores": as_scores(scores, count).astype(np.float64),
            "labels": as_labels(labels, count),
            "ignored": _column("ignored", ignored, count, bool),
        }
        first, past = columns["frames"].min(initial=0), columns["frames"].max(initial=-1) + 1
        length = max(past, 0) if self.length is None else self.length
        check_count("length", length)
        if first < 0 or length < past:
            raise ValueError(
                f"frames must lie in 0 to length - 1 = {length - 1}. "
                f"Received: {first} to {past - 1}"
            )
        order = np.argsort(columns["frames"], kind="stable")
        for name, column in columns.items():
            object.__setattr__(self, name, column[order])
        object.__setattr__(self, "length", int(length))
        pairs, times = np.unique(
            np.stack([self.frames, self.ids], axis=1), axis=0, return_counts=True
        )
        if (times > 1).any():
            frame, identity = pairs[times > 1][0]
            raise ValueError(
                "ids must hold each identity at most once in a frame. "
                f"Received: identity {identity} twice in frame {frame}"
            )

    @classmethod
    def _made_of(cls, **columns):
        """Return tracks of columns, all of them, known to be right: a tracker is in a hurry."""
        tracks = object.__new__(cls)
        tracks.__dict__.update(columns)
        return tracks

    def __len__(self):
        return len(self.frames)

    def __repr__(self):
        return f"Tracks({len(np.unique(self.ids))} in {self.length} frames, {len(self)} boxes)"

    def __getitem__(self, chosen):
        chosen = np.atleast_1d(np.arange(len(self))[chosen])
        columns = [getattr(self, field.name)[chosen] for field in fields(self)[:-1]]
        return Tracks(*columns, length=self.length)


def _whole(name, values, count):
    array = np.asarray(values)
    array = array.reshape(0) if array.size == 0 else array
    if array.shape != (count,):
        raise ValueError(
            f"{name} must have shape ({count},), one for each box. Received shape {array.shape}"
        )
    good = array.dtype.kind in "biuf" and ((array >= -(2.0**63)) & (array < 2.0**63)).all()
    if not (good and (array == np.floor(array)).all()):
        raise ValueError(f"{name} must be whole numbers of 64 bits. Received: {values!r}")
    return array.astype(np.int64)
