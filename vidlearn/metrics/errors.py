"""What a detector did wrong: the kind of each error, what was missed, and what each kind costs."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..boxes import Detections
from . import _checks
from .curve import ALMOST_ONE, precision_recall
from .detection import COCO_SIZES, evaluate_detections
from .matching import joined
from .overlap import overlap as share

KINDS = ("right", "duplicate", "class", "place", "class and place", "background", "ignored")


@dataclass(frozen=True, eq=False, repr=False)
class DetectionErrors:
    """Which detections are right, what the others did wrong, and which truths were missed.

    One row for each detection from the threshold on (D of them) and for each truth (T), both
    picture by picture, in the order given.

    Attributes
    ----------
    picture, index : ndarray
        (D,) int, where the detection stands: ``found[picture]``, row `index`.
    kind : ndarray
        (D,) str: "right", "duplicate", "class", "place", "class and place", "background", or
        "ignored", which counts neither way.
    truth : ndarray
        (D,) int, the row in ``truths[picture]`` it is told by; -1 for "background".
    overlap : ndarray
        (D,) IoU with that truth; 0 for "background".
    score, label : ndarray
        (D,) as detected.
    truth_picture, truth_index, truth_label : ndarray
        (T,) int, where each truth stands, and its label.
    fate : ndarray
        (T,) str: "found", "missed" or "ignored".
    sizes : dict of str to ndarray
        (T,) bool for each size: which truths are of it; "all" first.

    Examples
    --------
    See `detection_errors`. Lesson 24 teaches it.
    """

    picture: np.ndarray
    index: np.ndarray
    kind: np.ndarray
    truth: np.ndarray
    overlap: np.ndarray
    score: np.ndarray
    label: np.ndarray
    truth_picture: np.ndarray
    truth_index: np.ndarray
    truth_label: np.ndarray
    fate: np.ndarray
    sizes: dict

    @property
    def counts(self):
        """How many detections are of each kind, and under "missed" how many truths are."""
        kinds = {kind: int((self.kind == kind).sum()) for kind in KINDS}
        return kinds | {"missed": int((self.fate == "missed").sum())}

    @property
    def by_size(self):
        """How many truths of each size were found and missed, as (found, missed)."""
        return {
            name: tuple(int((self.fate[chosen] == fate).sum()) for fate in ("found", "missed"))
            for name, chosen in self.sizes.items()
        }

    def __repr__(self):
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.counts.items() if count)
        sizes = ", ".join(
            f"{name} {found} of {found + missed}" for name, (found, missed) in self.by_size.items()
        )
        return f"DetectionErrors({kinds or 'nothing'}; found: {sizes})"


def detection_errors(found, truths, *, threshold=0.5, overlap=0.5, low=0.1, sizes=None):
    """Tell each detection's kind of error, and which truths were missed.

    A detection is looked at in this order, and the first that holds is its kind:

    - "right": it found a truth, by the matching of `evaluate_detections`;
    - "ignored": what it found is a crowd or difficult, so it counts neither way;
    - "duplicate": IoU from `overlap` on with a truth of its class, which a surer one had taken;
    - "class": IoU from `overlap` on with a truth of another class;
    - "place": IoU from `low` to below `overlap` with a truth of its class;
    - "class and place": the same with a truth of another class;
    - "background": nothing is there.

    Parameters
    ----------
    found : list of Detections
        One for each picture.
    truths : list of Truth
        One for each picture, in the same order.
    threshold : float
        Detections with this score or more are judged, 0 to 1.
    overlap : float
        IoU from which on the place is right, above 0 to 1.
    low : float
        IoU below which a detection has to do with nothing, above 0, at most `overlap`.
    sizes : dict of str to (float, float), optional
        As in `evaluate_detections`, by the truth's area in square pixels, both ends included.

    Returns
    -------
    DetectionErrors

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, a box ends before it begins, or an option is out of range.

    Notes
    -----
    - TIDE asks for "place" first and for "duplicate" after "class"; here a right place comes
      first. Hoiem et al. also tell similar classes from others.
    - Only truths that count are told as the cause of an error.
    - A missed truth is one that no detection found, those too that TIDE leaves out because an
      error of class or place covers them.
    - No kind depends on the threshold: who takes a truth first has the higher score.

    References
    ----------
    Bolya et al.: TIDE: A General Toolbox for Identifying Object Detection Errors. ECCV 2020,
    section 2.2. Hoiem et al.: Diagnosing Error in Object Detectors. ECCV 2012, section 2.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[0, 0, 4, 4], [0, 0, 4, 3], [6, 0, 8, 4]], [0.9, 0.8, 0.7], [1, 1, 0])
    >>> truth = Truth([[0, 0, 4, 4], [6, 0, 11, 4]], [1, 0])
    >>> errors = detection_errors([found], [truth])
    >>> errors.kind.tolist(), errors.fate.tolist()
    (['right', 'duplicate', 'place'], ['found', 'missed'])

    Lesson 24 teaches it.
    """
    _checks.pictures(found, truths, found="found")
    _checks.score("threshold", threshold)
    _checks.fraction("overlap", overlap)
    _checks.fraction("low", low)
    if low > overlap:
        raise ValueError(f"low must be at most overlap = {overlap}. Received: {low!r}")
    ranges = _checks.ranges(COCO_SIZES if sizes is None else sizes)
    picture, index = _places(found)
    kind, cause, shared = _judged(found, truths, overlap, low)
    score, label = joined(found, "scores", float), joined(found, "labels", int)
    above = score >= threshold
    rows = [column[above] for column in (picture, index, kind, cause, shared, score, label)]
    return DetectionErrors(*rows, *_fates(truths, *rows[:4]), _sizes(truths, ranges))


def error_costs(found, truths, *, overlap=0.5, low=0.1):
    """Tell what each kind of error costs: the mAP gained if all of its kind were mended.

    Duplicates, errors of class and place, and detections of the background are left out. A wrong
    class or place is put right where its truth was missed, for the surest such detection of it;
    the others are left out. Missed truths are no longer asked for, but for those that an error of
    class or place covers: mending these would find them.

    Parameters
    ----------
    found, truths, overlap, low
        As in `detection_errors`. Detections of all scores take part.

    Returns
    -------
    dict of str to float
        The gain in mAP at IoU `overlap` by kind of error and, last, for "missed"; NaN where
        nothing is to be found. Gains do not add up: mended one by one they overlap.

    Raises
    ------
    TypeError, ValueError
        As in `detection_errors`.

    Notes
    -----
    These are TIDE's dAP, by this library's kinds and with COCO's average precision over all
    detections. TIDE lets errors of class and of place compete for a truth; here each kind is
    mended as if it were alone. TIDE counts a class without truths as 0; here it has no part. A
    class of whose truths none is left to ask for counts as found in full.

    References
    ----------
    Bolya et al.: TIDE: A General Toolbox for Identifying Object Detection Errors. ECCV 2020,
    section 2.3.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[8, 8, 9, 9], [0, 0, 4, 4]], [0.9, 0.8])
    >>> costs = error_costs([found], [Truth([[0, 0, 4, 4]])])  # mAP is 0.5
    >>> {kind: gain for kind, gain in costs.items() if gain}
    {'background': 0.5}

    Lesson 24 teaches it.
    """
    errors = detection_errors(found, truths, threshold=0, overlap=overlap, low=low)
    found, truths = _numbered(found, truths)
    labels = joined(truths, "labels", int)
    most = max(joined(found, "labels", int).max(initial=0), labels.max(initial=0))
    real = np.bincount(labels[errors.fate != "ignored"], minlength=1 + most)

    def ap(found, truths):
        metrics = evaluate_detections(
            found, truths, classes=range(len(real)), thresholds=[overlap], most=[math.inf]
        )
        each = metrics.average_precision[0, :, 0, -1][real > 0]
        return np.nan_to_num(each, nan=1).mean() if len(each) else math.nan

    before = ap(found, truths)
    mended = {kind: (_mended(found, truths, errors, kind), truths) for kind in KINDS[1:-1]}
    mended["missed"] = found, _asked(truths, errors)
    return {kind: float(ap(*sets) - before) for kind, sets in mended.items()}


def ignored(truth):
    """Return which truths of a picture count neither way, (M,) bool."""
    return truth.crowd | truth.difficult


def _places(pictures):
    """Return picture and row of everything."""
    lengths = [len(one) for one in pictures]
    rows = np.concatenate([np.zeros(0, int), *map(np.arange, lengths)])
    return np.repeat(np.arange(len(pictures)), lengths), rows


def _judged(found, truths, overlap, low):
    """Return kind, truth and IoU of all detections, whatever their scores."""
    matched = [np.full(len(one), -1) for one in found]
    for label in np.unique(joined(found, "labels", int)).tolist():
        curve = precision_recall(found, truths, label=label, iou=overlap)
        for picture, index, truth in zip(curve.picture, curve.index, curve.matched, strict=True):
            matched[picture][index] = truth
    empty = np.zeros(0, "<U15"), np.zeros(0, int), np.zeros(0)
    rows = [_judge(*one, overlap, low) for one in zip(found, truths, matched, strict=True)]
    return map(np.concatenate, zip(empty, *rows, strict=True))


def _judge(found, truth, matched, overlap, low):
    """Return kind, truth and IoU of the detections of one picture."""
    kind, cause = np.full(len(found), "background", "<U15"), np.full(len(found), -1)
    shared = share(found.boxes[:, None], truth.boxes[None], truth.crowd)  # (N, M)
    same = found.labels[:, None] == truth.labels
    for name, pairs, least in (  # the last that holds stays
        ("class and place", ~same, low),
        ("place", same, low),
        ("class", ~same, overlap),
        ("duplicate", same, overlap),
    ):
        near = np.where(pairs & ~ignored(truth), shared, -1)
        hit = near.max(1, initial=-1) >= min(least, ALMOST_ONE)
        if hit.any():
            kind[hit], cause[hit] = name, near[hit].argmax(1)
    took = matched >= 0
    cause[took] = matched[took]
    kind[took] = np.where(ignored(truth)[matched[took]], "ignored", "right")
    best = np.zeros(len(found))
    best[cause >= 0] = shared[cause >= 0, cause[cause >= 0]]
    return kind, cause, best


def _fates(truths, picture, index, kind, cause):
    """Return picture, row, label and fate of all truths."""
    right = kind == "right"
    taken = set(zip(picture[right].tolist(), cause[right].tolist(), strict=True))
    places = _places(truths)
    found = [pair in taken for pair in zip(*(column.tolist() for column in places), strict=True)]
    passed = np.concatenate([np.zeros(0, bool), *map(ignored, truths)])
    fate = np.where(passed, "ignored", np.where(np.array(found, bool), "found", "missed"))
    return *places, joined(truths, "labels", int), fate


def areas(truth):
    """Return the area of each truth of a picture, (M,), by which sizes are told apart."""
    if truth.areas is not None:
        return truth.areas
    boxes = truth.boxes.astype(np.float64)
    return (boxes[:, 2:] - boxes[:, :2]).prod(1)


def _sizes(truths, ranges):
    """Return which truths are of which size, their ends included."""
    all_areas = np.concatenate([np.zeros(0), *map(areas, truths)])
    return {
        name: (all_areas >= least) & (all_areas <= most) for name, (least, most) in ranges.items()
    }


def _numbered(found, truths):
    """Return both with 0, 1 ... for the labels that occur, which may be any numbers."""
    labels = np.unique(np.concatenate([joined(one, "labels", int) for one in (found, truths)]))
    return [
        [replace(one, labels=np.searchsorted(labels, one.labels)) for one in pictures]
        for pictures in (found, truths)
    ]


def _mended(found, truths, errors, kind):
    """Return the detections with all errors of a kind put right or left out."""
    boxes, labels = ([getattr(one, name).copy() for one in found] for name in ("boxes", "labels"))
    keep = [np.ones(len(one), bool) for one in found]
    right = errors.kind == "right"
    had = set(zip(errors.picture[right].tolist(), errors.truth[right].tolist(), strict=True))
    rows = np.flatnonzero(errors.kind == kind)
    for row in rows[np.argsort(-errors.score[rows], kind="stable")]:
        picture, index, truth = (
            int(column[row]) for column in (errors.picture, errors.index, errors.truth)
        )
        if kind in ("class", "place") and (picture, truth) not in had:
            had.add((picture, truth))
            boxes[picture][index] = truths[picture].boxes[truth]
            labels[picture][index] = truths[picture].labels[truth]
        else:
            keep[picture][index] = False
    return [
        Detections(box[kept], one.scores[kept], label[kept])
        for one, box, label, kept in zip(found, boxes, labels, keep, strict=True)
    ]


def _asked(truths, errors):
    """Return the truths without those that were missed and that no error covers."""
    near = np.isin(errors.kind, ("class", "place"))
    covered = set(zip(errors.picture[near].tolist(), errors.truth[near].tolist(), strict=True))
    keep = [np.ones(len(one), bool) for one in truths]
    for row in np.flatnonzero(errors.fate == "missed"):
        picture, index = int(errors.truth_picture[row]), int(errors.truth_index[row])
        keep[picture][index] = (picture, index) in covered
    return [one[kept] for one, kept in zip(truths, keep, strict=True)]
