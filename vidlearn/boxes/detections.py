"""What a detector returns for one picture, and the truth it is held against."""

from dataclasses import dataclass

import numpy as np


def _column(name, values, count, dtype):
    array = np.asarray(values, dtype)
    if array.shape != (count,):
        raise ValueError(
            f"{name} must have shape ({count},), one for each box. Received shape {array.shape}"
        )
    return array


def _boxes(values):
    array = np.asarray(values)
    array = array.astype(array.dtype if array.dtype in (np.float32, np.float64) else np.float64)
    if array.size == 0:
        array = array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"boxes must be (N, 4) x1, y1, x2, y2. Received shape {array.shape}")
    return array


@dataclass(frozen=True, eq=False)
class Detections:
    """What was found in one picture.

    Every detector returns it, and metrics, plots, tracking and writers take it. An index, a slice
    or a mask picks detections: ``found[found.scores > 0.5]``.

    Attributes
    ----------
    boxes : ndarray
        (N, 4) xyxy in pixels; float32 or float64 is kept, all else becomes float64.
    scores : ndarray
        (N,) float64, 0 to 1.
    labels : ndarray
        (N,) int64 class numbers from 0; without any, all are 0.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a number is not finite.

    Examples
    --------
    >>> found = Detections([[0, 0, 4, 2], [1, 1, 3, 3]], [0.9, 0.4])
    >>> len(found), found[found.scores > 0.5].boxes.tolist()
    (2, [[0.0, 0.0, 4.0, 2.0]])

    Lesson 11 teaches it.
    """

    boxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray | None = None

    def __post_init__(self):
        boxes = _boxes(self.boxes)
        labels = np.zeros(len(boxes), int) if self.labels is None else self.labels
        scores = _column("scores", self.scores, len(boxes), np.float64)
        for name, array in (("boxes", boxes), ("scores", scores)):
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite. Received NaN or infinity")
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "labels", _column("labels", labels, len(boxes), np.int64))

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, chosen):
        chosen = np.atleast_1d(np.arange(len(self))[chosen])
        return Detections(self.boxes[chosen], self.scores[chosen], self.labels[chosen])


@dataclass(frozen=True, eq=False)
class Truth:
    """What is to be found in one picture.

    Attributes
    ----------
    boxes : ndarray
        (N, 4) xyxy in pixels; float32 or float64 is kept, all else becomes float64.
    labels : ndarray
        (N,) int64 class numbers from 0; without any, all are 0.
    difficult : ndarray
        (N,) bool: finding it counts neither for nor against (VOC).
    crowd : ndarray
        (N,) bool: a group in one box; what lies in it counts neither for nor against (COCO).
    areas : ndarray or None
        (N,) float64, square pixels, by which sizes are told apart; None takes those of the boxes.
        COCO takes the areas of its masks.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a number is not finite.

    Examples
    --------
    >>> Truth([[0, 0, 4, 2]]).labels.tolist()
    [0]

    Lesson 11 teaches it.
    """

    boxes: np.ndarray
    labels: np.ndarray | None = None
    difficult: np.ndarray | None = None
    crowd: np.ndarray | None = None
    areas: np.ndarray | None = None

    def __post_init__(self):
        boxes = _boxes(self.boxes)
        if not np.isfinite(boxes).all():
            raise ValueError("boxes must be finite. Received NaN or infinity")
        object.__setattr__(self, "boxes", boxes)
        for name, dtype in (("labels", np.int64), ("difficult", bool), ("crowd", bool)):
            values = getattr(self, name)
            values = np.zeros(len(boxes)) if values is None else values
            object.__setattr__(self, name, _column(name, values, len(boxes), dtype))
        if self.areas is not None:
            areas = _column("areas", self.areas, len(boxes), np.float64)
            object.__setattr__(self, "areas", areas)

    def __len__(self):
        return len(self.boxes)
