"""Mean average precision and recall over classes, thresholds and sizes, as COCO and VOC do."""

import numpy as np

from . import _checks
from .curve import FORMS, MATCHINGS, recall_points
from .matching import flat_truths, match_all, ranked_detections
from .results import DetectionMetrics

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
COCO_SIZES = {"small": (0, 32**2), "medium": (32**2, 96**2), "large": (96**2, np.inf)}


def evaluate_detections(
    detections,
    truths,
    *,
    classes=None,
    thresholds=COCO_THRESHOLDS,
    matching="coco",
    form="coco",
    most=(1, 10, 100),
    sizes=None,
    inclusive=False,
):
    """Hold detections against the truth: mAP and its relatives.

    Parameters
    ----------
    detections : list of Detections
        One for each picture; an empty one where nothing was found.
    truths : list of Truth
        One for each picture, in the same order.
    classes : sequence of str, optional
        Names of the labels 0, 1 ...; left out, the labels that occur are the classes.
    thresholds : sequence of float
        IoU from which on a truth counts as found, rising; COCO's 0.50, 0.55 ... 0.95.
    matching : {"coco", "voc"}
        As in `precision_recall`.
    form : {"coco", "voc2007", "voc2010"}
        As in `average_precision`.
    most : sequence of int
        How many detections of a picture and class may count, rising; ``math.inf`` for all.
        Average precision is told for the last of them.
    sizes : dict of str to (float, float), optional
        Least and largest area of each size, in square pixels, both included; COCO's "small" to
        32², "medium" to 96² and "large" beyond. "all" always comes first.
    inclusive : bool
        As in `precision_recall`.

    Returns
    -------
    DetectionMetrics

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, a label has no class, a box ends before it begins, or an
        option is none of those.

    Notes
    -----
    With the defaults all numbers are those of COCO's tool (pycocotools). Where programs differ:

    - A class without truths has no average precision (NaN, where pycocotools writes -1) and takes
      no part in means, whatever was detected of it.
    - In a picture without truths, all that was detected is wrong; in one without detections, all
      truths are missed.
    - Equal scores keep the order of the pictures, then that within the picture.
    - A size takes truths by `Truth.areas`, else by their boxes. Detections that found nothing are
      left out where their own box is of another size. "all" has no upper end (pycocotools: 1e10).
    - A difficult truth is ignored as a crowd is, but with ``matching="coco"`` found only once.
    - VOC's kit is ``thresholds=[0.5], matching="voc", form="voc2010", most=[math.inf],
      inclusive=True``.

    References
    ----------
    Lin et al., Microsoft COCO, ECCV 2014, and its tool cocoeval; Everingham et al., The Pascal
    Visual Object Classes Challenge, IJCV 2010, section 4.2.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[0, 0, 4, 4], [9, 9, 12, 12], [6, 0, 10, 4]], [0.9, 0.8, 0.7])
    >>> metrics = evaluate_detections([found], [Truth([[0, 0, 4, 4], [6, 1, 10, 5]])])
    >>> round(metrics.AP50, 4), round(metrics.AP75, 4)
    (0.835, 0.505)

    Lesson 11 teaches it.
    """
    _checks.pictures(detections, truths)
    _checks.one_of("matching", matching, MATCHINGS)
    _checks.one_of("form", form, FORMS)
    thresholds = _checks.rising("thresholds", thresholds)
    _checks.fraction("thresholds", thresholds[-1])
    most = _checks.rising("most", most, whole=True)
    ranges = _checks.ranges(COCO_SIZES if sizes is None else sizes)
    names, labels = _checks.classes(classes, detections, truths)
    areas = list(ranges.values())
    known = flat_truths(truths, labels, areas, inclusive=inclusive)
    found = ranked_detections(detections, labels, areas, most[-1], inclusive=inclusive)
    correct, ignored = match_all(found, known, thresholds, matching=matching, inclusive=inclusive)
    counts = np.zeros((len(names), len(ranges)), int)
    np.add.at(counts, known.label, ~known.ignored)
    precision, recall, aps = _accumulate(found, correct, ignored, counts, most, form)
    return DetectionMetrics(
        classes=names,
        thresholds=thresholds,
        sizes=tuple(ranges),
        most=tuple(int(m) if np.isfinite(m) else m for m in most.tolist()),
        precision=precision,
        recall=recall,
        average_precision=aps,
        truths=counts,
        detections=np.bincount(found.label, minlength=len(names)),
        pictures=len(truths),
    )


def _accumulate(found, correct, ignored, truths, most, form):
    """Return precision (T, R, K, A, M), recall and average precision (T, K, A, M)."""
    (classes, sizes), count = truths.shape, correct.shape[2]
    points = recall_points(form)
    precision = np.full((classes, len(most), sizes, count, len(points)), np.nan)
    recall, aps = np.full((2, classes, len(most), sizes, count), np.nan)
    order = np.lexsort((-found.scores, found.label))  # equal scores: pictures in their order
    bounds = np.searchsorted(found.label[order], np.arange(classes + 1))
    for k in np.flatnonzero(truths.any(1)):
        rows = order[bounds[k] : bounds[k + 1]]
        for m, limit in enumerate(most):
            kept = rows[found.rank[rows] < limit]
            envelope, hits = _envelope(correct[kept], ignored[kept])
            for a in np.flatnonzero(truths[k]):
                ladder = np.arange(truths[k, a] + 1) / truths[k, a]
                needed = np.searchsorted(ladder, points)  # so many truths make that recall
                at = np.clip(needed - 1, 0, envelope.shape[2] - 1)
                precision[k, m, a] = envelope[a][:, at]
                recall[k, m, a] = ladder[hits[a]]
                area = envelope[a].sum(1) / truths[k, a]
                aps[k, m, a] = area if form == "voc2010" else precision[k, m, a].mean(1)
    return (precision.transpose(3, 4, 0, 2, 1), *(a.transpose(3, 0, 2, 1) for a in (recall, aps)))


def _envelope(correct, ignored):
    """Return the best precision from the first, second ... find on, and the number of finds.

    correct and ignored are (N, A, T), by falling score; the results (A, T, F + 1), of which the
    last is 0, and (A, T).
    """
    shape = correct.shape[1:]
    correct, ignored = (a.reshape(len(a), shape[0] * shape[1]).T for a in (correct, ignored))
    counted = np.cumsum(~ignored, axis=1, dtype=np.int32)
    row, column = np.nonzero(correct)
    hits = np.bincount(row, minlength=len(correct))
    nth = np.arange(len(row)) - (np.cumsum(hits) - hits)[row]
    envelope = np.zeros((len(correct), hits.max() + 1))
    envelope[row, nth] = (nth + 1) / counted[row, column]
    envelope = np.maximum.accumulate(envelope[:, ::-1], axis=1)[:, ::-1]
    return envelope.reshape(*shape, -1), hits.reshape(shape)
