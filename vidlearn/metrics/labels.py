"""How good a labelling of frames is: accuracy, edit score, segmental F1."""

from dataclasses import dataclass

import numpy as np

from . import _checks

OVERLAPS = (0.1, 0.25, 0.5)


@dataclass(frozen=True)
class LabelMetrics:
    """How good the labels of one film are, or of several.

    A number that cannot be had is NaN: nothing counts that could be right or wrong.

    Attributes
    ----------
    accuracy : float
        Share of frames that are right, 0 to 1, over the frames of all films.
    edit : float
        `edit_score`, 0 to 100, the mean over the films.
    f1 : dict
        `segmental_f1` by overlap, 0 to 1, the segments of all films counted together.
    frames, films : int
        How many.

    Examples
    --------
    See `evaluate_labels`. Lesson 19 teaches it.
    """

    accuracy: float
    edit: float
    f1: dict
    frames: int
    films: int

    def __str__(self):
        parts = [f"frames {self.accuracy:.3f}", f"edit {self.edit:.1f}"]
        parts += [f"F1@{round(100 * at)} {value:.3f}" for at, value in self.f1.items()]
        return ", ".join(parts)


def segments(labels):
    """Return the runs of equal labels.

    Parameters
    ----------
    labels : array_like of int
        (T,) one for each frame.

    Returns
    -------
    ndarray
        (S, 3) int64: first frame, the frame after the last, and label.

    Raises
    ------
    ValueError
        If these are not whole numbers of shape (T,).

    Examples
    --------
    >>> segments([4, 4, 4, 0, 0, 4]).tolist()
    [[0, 3, 4], [3, 5, 0], [5, 6, 4]]

    Lesson 19 teaches it.
    """
    labels = _checks.labels("labels", labels)
    starts = np.append(0, np.flatnonzero(np.diff(labels)) + 1)
    stops = np.append(starts[1:], len(labels))
    return np.stack([starts, stops, labels[starts]], axis=1)


def frame_accuracy(found, truth, *, ignore=()):
    """Return the share of frames whose label is right.

    Parameters
    ----------
    found, truth : array_like of int
        (T,) labels.
    ignore : sequence of int
        Labels of the truth whose frames do not count, such as that of the background.

    Returns
    -------
    float
        0 to 1; NaN if no frame counts.

    Raises
    ------
    ValueError
        If these are not labels of one length.

    Examples
    --------
    >>> frame_accuracy([0, 0, 1, 1], [0, 0, 0, 1])
    0.75

    Lesson 19 teaches it.
    """
    found, truth = _both(found, truth)
    counts = ~np.isin(truth, _checks.ignored(ignore))
    return float((found == truth)[counts].mean()) if counts.any() else float("nan")


def edit_score(found, truth, *, ignore=()):
    """Compare the order of the segments, whatever their length.

    The fewest segments to insert, delete or rename until both orders are the same (Levenshtein's
    distance), over the number of segments of the longer one.

    Parameters
    ----------
    found, truth : array_like of int
        (T,) labels.
    ignore : sequence of int
        Labels whose segments are left out, of both.

    Returns
    -------
    float
        100 for the right order, 0 for nothing in common; NaN if no segment is left in either.

    Raises
    ------
    ValueError
        If these are not labels of one length.

    References
    ----------
    Lea et al., Segmental Spatiotemporal CNNs for Fine-grained Action Segmentation, ECCV 2016.

    Examples
    --------
    Truth: 0 1 2. Found: 0 1 0 1 2, two segments too many, of five.

    >>> edit_score([0, 0, 1, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 2, 2])
    60.0

    Lesson 19 teaches it.
    """
    found, truth = (_kept(one, ignore)[:, 2] for one in _both(found, truth))
    most = max(len(found), len(truth))
    return 100 * (1 - _distance(found, truth) / most) if most else float("nan")


def segmental_f1(found, truth, *, overlap=0.5, ignore=()):
    """Return the F1 score of segments: right is who overlaps enough with one of the same label.

    Each found segment, in the order of time, looks at the true segment of its label that it shares
    most with (intersection over union, in frames). It is right if that is `overlap` or more and
    nobody was right there before.

    Parameters
    ----------
    found, truth : array_like of int
        (T,) labels.
    overlap : float
        Above 0 to 1; 0.1, 0.25 and 0.5 are usual: F1@10, F1@25, F1@50.
    ignore : sequence of int
        Labels whose segments are left out, of both.

    Returns
    -------
    float
        0 to 1; NaN if no segment is left in either.

    Raises
    ------
    ValueError
        If these are not labels of one length, or the overlap is out of range.

    References
    ----------
    Lea et al., Temporal Convolutional Networks for Action Segmentation and Detection, CVPR 2017;
    counted over all films at once as in Abu Farha and Gall, MS-TCN, CVPR 2019.

    Examples
    --------
    The found 0 covers 3 of 4 frames, the first 1 none of its truth, the second 1 all of it.

    >>> truth = [0, 0, 0, 0, 2, 2, 1, 1]
    >>> segmental_f1([0, 0, 0, 1, 2, 2, 1, 1], truth)  # 3 right, 1 wrong, 0 missed: 6 / (6 + 1)
    0.8571428571428571

    Lesson 19 teaches it.
    """
    _checks.fraction("overlap", overlap)
    return _f1(*_counts(*_both(found, truth), overlap, ignore))


def evaluate_labels(found, truth, *, overlaps=OVERLAPS, ignore=()):
    """Hold the labels of one film, or of several, against the truth.

    Parameters
    ----------
    found, truth : array_like of int, or list of them
        (T,) labels of a film, or a list with those of each film.
    overlaps : sequence of float
        For F1, each above 0 to 1.
    ignore : sequence of int
        Labels that do not count, such as that of the background.

    Returns
    -------
    LabelMetrics
        Frames and segments of all films are counted together; the edit score is the mean over the
        films that have one.

    Raises
    ------
    ValueError
        If the lists differ in length, or as in `segmental_f1`.

    Examples
    --------
    >>> truth = [[0, 0, 0, 1, 1, 1], [2, 2, 0, 0]]
    >>> print(evaluate_labels([[0, 0, 1, 1, 1, 1], [2, 2, 2, 0]], truth))
    frames 0.800, edit 100.0, F1@10 1.000, F1@25 1.000, F1@50 1.000

    Lesson 19 teaches it.
    """
    if not hasattr(found, "__len__") or not hasattr(truth, "__len__"):
        found, truth = _both(found, truth)  # neither labels nor a list of them: refused
    if len(truth) and np.ndim(truth[0]) == 0:
        found, truth = [found], [truth]
    if not len(found) == len(truth) > 0:
        raise ValueError(
            "found and truth must be of one length, one for each film, at least one. "
            f"Received: {len(found)} and {len(truth)}"
        )
    if not isinstance(overlaps, tuple | list | np.ndarray):
        raise ValueError(f"overlaps must be a list, such as [0.5]. Received: {overlaps!r}")
    for overlap in overlaps:
        _checks.fraction("overlaps", overlap)
    films = [_both(*one) for one in zip(found, truth, strict=True)]
    counts = {at: np.sum([_counts(*film, at, ignore) for film in films], axis=0) for at in overlaps}
    edits = np.array([edit_score(*film, ignore=ignore) for film in films])
    edits = edits[~np.isnan(edits)]
    found, truth = (np.concatenate(one) for one in zip(*films, strict=True))
    return LabelMetrics(
        accuracy=frame_accuracy(found, truth, ignore=ignore),
        edit=float(edits.mean()) if len(edits) else float("nan"),
        f1={at: _f1(*each) for at, each in counts.items()},
        frames=len(truth),
        films=len(films),
    )


def _both(found, truth):
    found, truth = _checks.labels("found", found), _checks.labels("truth", truth)
    if len(found) != len(truth):
        raise ValueError(
            "found and truth must have a label for each frame. "
            f"Received: {len(found)} and {len(truth)}"
        )
    return found, truth


def _kept(labels, ignore):
    parts = segments(labels)
    return parts[~np.isin(parts[:, 2], _checks.ignored(ignore))]


def _distance(a, b):
    """Levenshtein's distance of two sequences, row by row."""
    row = np.arange(len(b) + 1)
    for k, one in enumerate(a, 1):
        replaced = row[:-1] + (b != one)
        row = np.append(k, np.minimum(row[1:] + 1, replaced))
        for j in range(1, len(row)):
            row[j] = min(row[j], row[j - 1] + 1)
    return int(row[-1])


def _counts(found, truth, overlap, ignore):
    """Count right, wrong and missed segments."""
    found, truth = _kept(found, ignore), _kept(truth, ignore)
    taken = np.zeros(len(truth), bool)
    right = 0
    for start, stop, label in found:
        shared = np.minimum(stop, truth[:, 1]) - np.maximum(start, truth[:, 0])
        union = np.maximum(stop, truth[:, 1]) - np.minimum(start, truth[:, 0])
        iou = np.where(truth[:, 2] == label, shared / union, 0)
        best = int(iou.argmax()) if len(iou) else -1
        if best >= 0 and iou[best] >= overlap and not taken[best]:
            taken[best] = True
            right += 1
    return right, len(found) - right, len(truth) - right


def _f1(right, wrong, missed):
    most = 2 * right + wrong + missed
    return float(2 * right / most) if most else float("nan")
