"""Precision and recall of one class at one IoU, and the area below them, step by step."""

from dataclasses import dataclass

import numpy as np

from . import _checks
from .overlap import overlap

FORMS = ("coco", "voc2007", "voc2010")
MATCHINGS = ("coco", "voc")
# A threshold of 1 is met by an IoU that rounding left just below (COCO's tool).
ALMOST_ONE = 1 - 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """Precision and recall after each detection, the highest score first.

    Attributes
    ----------
    precision, recall : ndarray
        (N,) share of the detections so far that are correct, share of the truths found so far.
        Where no truth counts, the recall is NaN.
    scores : ndarray
        (N,) of the ranked detections, falling.
    correct : ndarray
        (N,) bool, whether the detection found a truth that counts.
    ignored : ndarray
        (N,) bool, whether it counts neither for nor against: what it found is difficult or a crowd.
    picture, index : ndarray
        (N,) int, where the detection stands: ``detections[picture].boxes[index]``.
    matched : ndarray
        (N,) int, which truth of its picture it was matched with, -1 where none.
    truths : int
        How many truths count.

    Examples
    --------
    See `precision_recall`. Lesson 11 teaches it.
    """

    precision: np.ndarray
    recall: np.ndarray
    scores: np.ndarray
    correct: np.ndarray
    ignored: np.ndarray
    picture: np.ndarray
    index: np.ndarray
    matched: np.ndarray
    truths: int

    def __len__(self):
        return len(self.scores)

    def __repr__(self):
        return (
            f"Curve({len(self)} detections, {self.correct.sum()} correct, "
            f"{self.ignored.sum()} ignored, {self.truths} truths)"
        )


def precision_recall(
    detections, truths, *, label=None, iou=0.5, matching="coco", most=None, inclusive=False
):
    """Go through the detections of one class by falling score, and count what is correct.

    Parameters
    ----------
    detections : list of Detections
        One for each picture.
    truths : list of Truth
        One for each picture, in the same order.
    label : int, optional
        The class. None: labels play no part.
    iou : float
        The least overlap that counts as found, above 0 to 1; exactly as much is enough.
    matching : {"coco", "voc"}
        "coco": a detection takes the truth it overlaps most among those still free. "voc": it
        looks only at the truth it overlaps most; where that one is found already, it is wrong.
    most : int, optional
        Keep so many detections of each picture, the highest scores.
    inclusive : bool
        Boxes hold the pixel at their right and lower edge, too: width ``x2 - x1 + 1``, as in VOC.

    Returns
    -------
    Curve
        (N,) each, N detections.

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, a box ends before it begins, or an option is none of those.

    Notes
    -----
    Detections of equal score keep the order they came in: that of the pictures, then that within a
    picture. Of truths that a detection overlaps equally, "coco" takes the last, "voc" the first.

    A truth that is difficult or a crowd does not count, and what is matched with it is ignored.
    "coco" prefers truths that count, and lets a difficult one be found once; "voc" does neither.
    In a crowd, IoU is the share of the detection that lies inside, and many may match it.

    References
    ----------
    Everingham et al., The Pascal Visual Object Classes Challenge, IJCV 2010, section 4.2;
    Lin et al., Microsoft COCO, ECCV 2014, and its tool cocoeval.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[0, 0, 4, 4], [9, 9, 12, 12], [6, 0, 10, 4]], [0.9, 0.8, 0.7])
    >>> curve = precision_recall([found], [Truth([[0, 0, 4, 4], [6, 1, 10, 5]])])
    >>> curve.correct.tolist(), curve.recall.tolist()
    ([True, False, True], [0.5, 0.5, 1.0])
    >>> curve.precision.round(3).tolist()
    [1.0, 0.5, 0.667]

    Lesson 11 teaches it.
    """
    _checks.pictures(detections, truths)
    _checks.fraction("iou", iou)
    _checks.one_of("matching", matching, MATCHINGS)
    _checks.whole("label", label, 0)
    _checks.whole("most", most, 1)
    scores, picture, index = _ranked(detections, label, most)
    boxes, kept, ignored, crowd = _chosen(truths, label)
    overlaps = [
        overlap(one.boxes[:, None], *pair, inclusive=inclusive)
        for one, *pair in zip(detections, boxes, crowd, strict=True)
    ]
    taken = [np.zeros(len(one), bool) for one in boxes]
    correct, passed = np.zeros((2, len(scores)), bool)
    matched = np.full(len(scores), -1)
    for k, (p, i) in enumerate(zip(picture, index, strict=True)):
        free = ~taken[p] | (ignored[p] if matching == "voc" else crowd[p])
        best = PICK[matching](overlaps[p][i], free, ignored[p], min(iou, ALMOST_ONE))
        if best >= 0:
            taken[p][best] = True
            matched[k] = kept[p][best]
            correct[k], passed[k] = ~ignored[p][best], ignored[p][best]
    count = sum(int((~one).sum()) for one in ignored)
    true, counted = correct.cumsum(), (~passed).cumsum()
    precision = true / np.maximum(counted, 1)  # 0 before anything counts
    recall = true / count if count else np.full(len(true), np.nan)
    return Curve(precision, recall, scores, correct, passed, picture, index, matched, count)


def _ranked(detections, label, most):
    """Return score, picture and index of every detection of the class, the highest score first."""
    rows = [(np.zeros(0), np.zeros(0, int), np.zeros(0, int))]
    for p, found in enumerate(detections):
        index = np.arange(len(found)) if label is None else np.flatnonzero(found.labels == label)
        index = index[np.argsort(-found.scores[index], kind="stable")][:most]
        rows.append((found.scores[index], np.full(len(index), p), index))
    scores, picture, index = map(np.concatenate, zip(*rows, strict=True))
    order = np.argsort(-scores, kind="stable")
    return scores[order], picture[order], index[order]


def _chosen(truths, label):
    """Return boxes, index, whether ignored and whether a crowd, of each picture's truths."""
    rows = []
    for truth in truths:
        kept = np.arange(len(truth)) if label is None else np.flatnonzero(truth.labels == label)
        crowd = truth.crowd[kept]
        rows.append((truth.boxes[kept], kept, crowd | truth.difficult[kept], crowd))
    return tuple(zip(*rows, strict=True)) or ((), (), (), ())


def _pick_coco(overlaps, free, ignored, least):
    """Return the free truth with the most overlap, those that count first; -1 without any."""
    for group in (~ignored, ignored):
        reached = np.flatnonzero(group & free & (overlaps >= least))
        if len(reached):
            most = overlaps[reached].max()
            return reached[overlaps[reached] == most][-1]
    return -1


def _pick_voc(overlaps, free, ignored, least):
    """Return the truth with the most overlap if that is enough and it is free; else -1."""
    best = overlaps.argmax() if len(overlaps) else -1
    return best if best >= 0 and overlaps[best] >= least and free[best] else -1


PICK = {"coco": _pick_coco, "voc": _pick_voc}


def average_precision(precision, recall=None, *, form="coco"):
    r"""Return the average of the interpolated precision over the recall.

    The precision at recall ``r`` is the best that any recall from ``r`` on has (interpolation).

    Parameters
    ----------
    precision : Curve or ndarray
        (N,) after each detection, the highest score first; or the whole curve.
    recall : ndarray, optional
        (N,) alike; left out with a curve.
    form : {"coco", "voc2007", "voc2010"}
        "coco": mean of the precision at the 101 recalls 0, 0.01 ... 1. "voc2007": at the 11
        recalls 0, 0.1 ... 1. "voc2010": the area below the interpolated curve.

    Returns
    -------
    float
        0 to 1; 0 without detections, NaN where no truth counts.

    Raises
    ------
    ValueError
        If the arrays do not belong together, the recall falls, or the form is none of those.

    Notes
    -----
    The 11 recalls are k / 10, rounded as the recall 3 / 10 of three truths in ten is. Programs that
    take ``np.arange(0, 1.1, 0.1)`` miss that one, by 0.30000000000000004. The 101 recalls are
    NumPy's ``linspace``, as in COCO's tool.

    References
    ----------
    Everingham et al., The Pascal Visual Object Classes Challenge, IJCV 2010, section 4.2 (11
    points); the VOC2010 development kit, section 3.4.1 (area); Lin et al., Microsoft COCO, ECCV
    2014, and its tool cocoeval (101 points).

    Examples
    --------
    >>> average_precision([1.0, 0.5, 0.75], [0.5, 0.5, 1.0], form="voc2010")
    0.875

    Lesson 11 teaches it.
    """
    precision, recall, known = _arrays(precision, recall, form)
    if not known:
        return float("nan")
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    if form == "voc2010":
        return float(np.diff(recall, prepend=0) @ envelope)
    at = np.searchsorted(recall, recall_points(form))  # the first that has so much recall
    return float(np.append(envelope, 0)[at].mean())


def average_precision_naive(precision, recall=None, *, form="coco"):
    """Return what `average_precision` returns, in loops. Lesson 11 teaches it."""
    precision, recall, known = _arrays(precision, recall, form)
    if not known:
        return float("nan")
    if form == "voc2010":
        total, before = 0.0, 0.0
        for k, reached in enumerate(recall):
            total += (reached - before) * max(precision[k:])
            before = reached
        return float(total)
    points = recall_points(form)
    total = 0.0
    for point in points:
        total += max((p for p, r in zip(precision, recall, strict=True) if r >= point), default=0)
    return float(total / len(points))


def recall_points(form):
    """Return the recalls at which the form takes the precision; for an area, COCO's."""
    return np.arange(11) / 10 if form == "voc2007" else np.linspace(0, 1, 101)


def _arrays(precision, recall, form):
    """Return checked arrays, and whether there is anything to find."""
    _checks.one_of("form", form, FORMS)
    if isinstance(precision, Curve):
        if recall is not None:
            raise ValueError("recall must be left out with a Curve. Received both")
        return precision.precision, precision.recall, precision.truths > 0
    if recall is None:
        raise ValueError("recall must be given with an array of precision. Received None")
    precision, recall = np.asarray(precision, np.float64), np.asarray(recall, np.float64)
    if precision.ndim != 1 or precision.shape != recall.shape:
        raise ValueError(
            "precision and recall must be of one shape, (N,). "
            f"Received shapes {precision.shape} and {recall.shape}"
        )
    known = not np.isnan(recall).any()
    for name, values in (("precision", precision), ("recall", recall)):
        if ((values < 0) | (values > 1)).any() or (name == "precision" and np.isnan(values).any()):
            raise ValueError(f"{name} must lie in 0 to 1. Received: {values[:8].tolist()}")
    if known and (np.diff(recall) < 0).any():
        raise ValueError(
            "recall must not fall: detections come by falling score. "
            f"Received: {recall[:8].tolist()}"
        )
    return precision, recall, known
