"""How much of the truth proposals cover, whatever else they hold."""

import numpy as np

from ..boxes import Detections
from . import _checks
from .curve import ALMOST_ONE
from .overlap import overlap


def proposal_recall(proposals, truths, *, threshold=0.5, counts=None):
    """Measure which share of the truths the first proposals of their pictures cover.

    Parameters
    ----------
    proposals : list of ndarray or Detections
        For each picture (N, 4) boxes xyxy, the best first; `Detections` are taken by falling score.
    truths : list of Truth
        One for each picture; difficult ones and crowds are left out.
    threshold : float
        The least IoU that covers, above 0 to 1.
    counts : int or sequence of int, optional
        How many proposals of a picture to take; None takes all.

    Returns
    -------
    float or ndarray
        0 to 1; one for each of the counts where there are several. NaN where no truth counts.

    Raises
    ------
    TypeError
        If the lists hold other things.
    ValueError
        If they differ in length, or a box ends before it begins.

    Notes
    -----
    One proposal may cover several truths: what is asked is whether a classifier that looks at the
    proposals gets to see each of them.

    References
    ----------
    Hosang et al., What makes for effective detection proposals?, TPAMI 2016, section 4.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> proposals = [[[0, 0, 9, 9], [0, 0, 4, 4], [5, 5, 9, 9]]]
    >>> truths = [Truth([[0, 0, 4, 5], [5, 5, 9, 9]])]
    >>> proposal_recall(proposals, truths, counts=[1, 2, 3]).tolist()
    [0.0, 0.5, 1.0]

    Lesson 12 uses it.
    """
    _checks.fraction("threshold", threshold)
    best, _ = _best_overlaps(proposals, truths, counts)
    covered = best >= min(threshold, ALMOST_ONE)
    return _shaped(covered.mean(1) if best.shape[1] else np.full(len(best), np.nan), counts)


def average_best_overlap(proposals, truths, *, counts=None):
    """Measure how well the best of the first proposals fits a truth: MABO.

    The IoU of each truth with its best proposal is averaged over the truths of a class (ABO), and
    then over the classes (MABO), so that a rare class weighs as much as a common one.

    Parameters
    ----------
    proposals : list of ndarray or Detections
        As in `proposal_recall`.
    truths : list of Truth
        One for each picture; difficult ones and crowds are left out.
    counts : int or sequence of int, optional
        How many proposals of a picture to take; None takes all.

    Returns
    -------
    float or ndarray
        0 to 1; one for each of the counts where there are several. NaN where no truth counts.

    Raises
    ------
    TypeError, ValueError
        As `proposal_recall` does.

    References
    ----------
    Uijlings et al., Selective Search for Object Recognition, IJCV 2013, section 5.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> truths = [Truth([[0, 0, 4, 4], [0, 0, 4, 2], [5, 5, 9, 9]], [0, 0, 1])]
    >>> average_best_overlap([[[0, 0, 4, 4]]], truths)  # ABO 0.75 and 0
    0.375

    Lesson 12 uses it.
    """
    best, labels = _best_overlaps(proposals, truths, counts)
    classes = [best[:, labels == label].mean(1) for label in np.unique(labels)]
    return _shaped(np.mean(classes, axis=0) if classes else np.full(len(best), np.nan), counts)


def _best_overlaps(proposals, truths, counts):
    """Return the best IoU of every truth that counts, (C, G), and its label, (G,)."""
    boxes = _checked(proposals, truths)
    takes = _takes(counts)
    best, labels = [np.zeros((len(takes), 0))], [np.zeros(0, int)]
    for first, truth in zip(boxes, truths, strict=True):
        kept = ~(truth.difficult | truth.crowd)
        each = overlap(first[:, None], truth.boxes[kept], False)  # (N, G)
        each = np.vstack([np.zeros((1, each.shape[1])), np.maximum.accumulate(each)])
        best.append(each[np.minimum(takes, len(first)).astype(int)])
        labels.append(truth.labels[kept])
    return np.hstack(best), np.concatenate(labels)


def _checked(proposals, truths):
    """Return the boxes of each picture, the best first."""
    if not isinstance(proposals, list | tuple):
        kind = type(proposals).__name__
        raise TypeError(f"proposals must be a list, one entry for each picture. Received: {kind}")
    found = [
        one if isinstance(one, Detections) else Detections(one, np.zeros(len(one)))
        for one in proposals
    ]
    _checks.pictures(found, truths, found="proposals")
    return [one.boxes[np.argsort(-one.scores, kind="stable")] for one in found]


def _takes(counts):
    """Return the counts as an array (C,)."""
    if counts is None:
        return np.array([np.inf])
    takes = np.atleast_1d(np.asarray(counts))
    if takes.dtype.kind not in "iu" or takes.ndim != 1 or (takes < 0).any():
        raise ValueError(f"counts must be whole numbers, 0 or more. Received: {counts!r}")
    return takes


def _shaped(values, counts):
    """Return one number, or as many as there are counts."""
    return float(values[0]) if counts is None or np.ndim(counts) == 0 else values
