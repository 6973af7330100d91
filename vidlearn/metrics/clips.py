"""How good a classifier is: of clips, or of anything else that has one score for each class."""

from numbers import Integral

import numpy as np

from . import _checks


def top_k_accuracy(scores, labels, *, k=1):
    """Return the share of clips whose class is among the k with the highest scores.

    Parameters
    ----------
    scores : array_like
        (N, K) of any scale: logits and probabilities give the same.
    labels : array_like of int
        (N,) the true classes, 0 to K - 1.
    k : int
        1 to K.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label has no class, a score is not finite, or k is out of range.

    Notes
    -----
    Of equal scores the lower class counts as higher, as in `argmax`: who gives all classes the
    same score is not always right. (Keras's `in_top_k` lets all of them in.)

    References
    ----------
    Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, IJCV 2015, whose error
    among the first five is 1 minus this for k = 5.

    Examples
    --------
    >>> scores = [[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.3, 0.3, 0.4]]
    >>> [round(top_k_accuracy(scores, [1, 2, 1], k=k), 3) for k in (1, 2, 3)]
    [0.333, 0.667, 1.0]

    Lesson 17 teaches it.
    """
    scores, labels = _scored(scores, labels)
    if not isinstance(k, Integral) or isinstance(k, bool) or not 1 <= k <= scores.shape[1]:
        raise ValueError(
            f"k must be a whole number from 1 to {scores.shape[1]}, the number of classes. "
            f"Received: {k!r}"
        )
    own = np.take_along_axis(scores, labels[:, None], axis=1)  # (N, 1)
    earlier = np.arange(scores.shape[1]) < labels[:, None]
    ahead = (scores > own) | ((scores == own) & earlier)
    return float((ahead.sum(axis=1) < k).mean())


def label_confusion(found, labels, classes):
    """Count which class was taken for which.

    Parameters
    ----------
    found : array_like of int
        (N,) the classes that were said, 0 to K - 1.
    labels : array_like of int
        (N,) the true ones.
    classes : int or sequence of str
        Number K of classes, or their names.

    Returns
    -------
    ndarray
        (K, K) int. Rows are the truth, columns what was said.

    Raises
    ------
    ValueError
        If the arrays differ in length, or a label has no class.

    Examples
    --------
    >>> label_confusion([0, 1, 1, 2], [0, 0, 1, 2], ["run", "walk", "wave"]).tolist()
    [[1, 1, 0], [0, 1, 0], [0, 0, 1]]

    Lesson 17 teaches it.
    """
    count = _checks.class_count(classes)
    found, labels = _checks.labels("found", found), _checks.labels("labels", labels)
    if len(found) != len(labels):
        raise ValueError(
            f"found and labels must be of one length. Received: {len(found)} and {len(labels)}"
        )
    for name, values in (("found", found), ("labels", labels)):
        _checks.has_class(name, values, count)
    return np.bincount(labels * count + found, minlength=count**2).reshape(count, count)


def class_average_precision(scores, labels):
    """Return each class's average precision: how far up its clips stand, sorted by its score.

    Parameters
    ----------
    scores : array_like
        (N, K) of any scale, as long as the scores of one class can be compared across clips.
    labels : array_like
        (N,) int, the one class of each clip; or (N, K) bool, where a clip may show several.

    Returns
    -------
    ndarray
        (K,) 0 to 1, NaN for a class that no clip shows.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label has no class, or a score is not finite.

    Notes
    -----
    The sum of precision times gain in recall, at each score that occurs; nothing is interpolated.
    Clips of equal score are taken together, so their order does not matter. It is what
    scikit-learn's `average_precision_score` computes; the detectors' average precision
    (`average_precision`) interpolates.

    References
    ----------
    Sigurdsson et al., Hollywood in Homes (Charades), ECCV 2016, for clips that show several
    actions at once.

    Examples
    --------
    >>> scores = [[0.9, 0.1], [0.8, 0.7], [0.3, 0.6]]
    >>> class_average_precision(scores, [0, 1, 0]).round(3).tolist()
    [0.833, 1.0]

    Lesson 17 teaches it.
    """
    scores, truth = np.asarray(scores), np.asarray(labels)
    if truth.ndim == 2:
        if truth.dtype != bool or truth.shape != scores.shape:
            raise ValueError(
                "labels of several classes must be bool of the shape of scores, True where a clip "
                "shows a class; of 0 and 1 write labels.astype(bool). Received: "
                f"{truth.dtype} of shape {truth.shape}, for scores {scores.shape}"
            )
        scores, _ = _scored(scores, np.zeros(len(scores), int))
    else:
        scores, truth = _scored(scores, labels)
        truth = truth[:, None] == np.arange(scores.shape[1])
    return np.array([_average_precision(*one) for one in zip(scores.T, truth.T, strict=True)])


def mean_average_precision(scores, labels):
    """Return the mean over classes of `class_average_precision`.

    Parameters
    ----------
    scores : array_like
        (N, K).
    labels : array_like
        (N,) int or (N, K) bool.

    Returns
    -------
    float
        0 to 1, over the classes that some clip shows; NaN if there is none.

    Raises
    ------
    ValueError
        As `class_average_precision`.

    Examples
    --------
    >>> round(mean_average_precision([[0.9, 0.1], [0.8, 0.7], [0.3, 0.6]], [0, 1, 0]), 3)
    0.917

    Lesson 17 teaches it.
    """
    each = class_average_precision(scores, labels)
    return float(each[~np.isnan(each)].mean()) if not np.isnan(each).all() else float("nan")


def _average_precision(scores, truth):
    if not truth.any():
        return np.nan
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # of each score
    hits = np.cumsum(truth)[last]
    gained = np.diff(hits, prepend=0) / hits[-1]
    return float((gained * hits / (last + 1)).sum())


def _scored(scores, labels):
    """Return scores (N, K) float64 and labels (N,) int64 that fit each other."""
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.dtype.kind not in "iuf" or 0 in scores.shape:
        raise ValueError(
            "scores must be numbers (N, K), a row for each clip and a column for each class. "
            f"Received: {scores.dtype} of shape {scores.shape}"
        )
    scores, labels = scores.astype(np.float64), _checks.labels("labels", labels)
    if len(labels) != len(scores):
        raise ValueError(
            f"labels must have one for each of the {len(scores)} rows of scores. "
            f"Received: {len(labels)}"
        )
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise ValueError(f"scores must be finite. Received: {scores[row].tolist()} in row {row}")
    _checks.has_class("labels", labels, scores.shape[1])
    return scores, labels
