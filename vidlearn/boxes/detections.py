"""What a detector returns for one picture, and the truth it is held against."""

from dataclasses import dataclass

import numpy as np

from ._checks import as_boxes, as_labels, as_scores, check_finite


def _column(name, values, count, dtype):
    array = np.asarray(values)
    array = array.reshape(0) if array.size == 0 else array
    if array.shape != (count,):
        raise ValueError(
            f"{name} must have shape ({count},), one for each box. Received shape {array.shape}"
        )
    wrong = array.dtype.kind not in "biuf" or (dtype is bool and not np.isin(array, (0, 1)).all())
    if wrong:
        kind = "True or False, or 0 or 1" if dtype is bool else "numbers"
        raise ValueError(f"{name} must be {kind}, for each box. Received: {values!r}")
    return array.astype(dtype)


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
        boxes = as_boxes("boxes", self.boxes)
        labels = np.zeros(len(boxes), int) if self.labels is None else self.labels
        scores = as_scores(self.scores, len(boxes)).astype(np.float64)
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "labels", as_labels(labels, len(boxes)))

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, chosen):
        chosen = np.atleast_1d(np.arange(len(self))[chosen])
        return Detections(self.boxes[chosen], self.scores[chosen], self.labels[chosen])


@dataclass(frozen=True, eq=False)
class Truth:
    """What is to be found in one picture.

    An index, a slice or a mask picks some: ``truth[~truth.crowd]``.

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
        boxes = as_boxes("boxes", self.boxes)
        labels = np.zeros(len(boxes), int) if self.labels is None else self.labels
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "labels", as_labels(labels, len(boxes)))
        for name in ("difficult", "crowd"):
            values = getattr(self, name)
            values = np.zeros(len(boxes)) if values is None else values
            object.__setattr__(self, name, _column(name, values, len(boxes), bool))
        if self.areas is not None:
            areas = _column("areas", self.areas, len(boxes), np.float64)
            check_finite("areas", areas)
            if (areas < 0).any():
                raise ValueError(f"areas must be 0 or above. Received: {areas.min()}")
            object.__setattr__(self, "areas", areas)

    def __len__(self):
        return len(self.boxes)

    def __getitem__(self, chosen):
        chosen = np.atleast_1d(np.arange(len(self))[chosen])
        columns = (self.boxes, self.labels, self.difficult, self.crowd, self.areas)
        return Truth(*(None if column is None else column[chosen] for column in columns))
