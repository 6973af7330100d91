"""Precision and recall of the peaks of a score, threshold by threshold."""

from dataclasses import dataclass

import numpy as np

from .. import _checks
from ..curve import average_precision
from . import inputs
from .matching import in_order

MOST = 200  # thresholds, where none are given


@dataclass(frozen=True, eq=False, repr=False)
class ShotCurve:
    """Precision and recall of shot boundaries at each threshold.

    Attributes
    ----------
    thresholds : ndarray
        (N,) as given; if none were, falling.
    hits, found : ndarray
        (N,) int, how many true ones were found, how many peaks there are.
    truths : int
        How many true ones there are, of all films.

    Examples
    --------
    See `shot_curve`. Lesson 22 teaches it.
    """

    thresholds: np.ndarray
    hits: np.ndarray
    found: np.ndarray
    truths: int

    @property
    def precision(self):
        """(N,) share of the peaks that are right; NaN where there is none."""
        return _shares(self.hits, self.found)

    @property
    def recall(self):
        """(N,) share of the true ones that were found; NaN where there is nothing to find."""
        return _shares(self.hits, np.full(len(self), self.truths))

    @property
    def f1(self):
        """(N,) harmonic mean of both; NaN where nothing was found and there is nothing to find."""
        return _shares(2 * self.hits, self.found + self.truths)

    @property
    def best(self):
        """Where F1 is highest, the first of equals; None where it is NaN throughout."""
        f1 = self.f1
        return None if np.isnan(f1).all() else int(np.nanargmax(f1))

    @property
    def best_f1(self):
        """The highest F1."""
        return float("nan") if self.best is None else float(self.f1[self.best])

    @property
    def best_threshold(self):
        """The threshold with the highest F1."""
        return float("nan") if self.best is None else float(self.thresholds[self.best])

    @property
    def average_precision(self):
        """Area below the best precision that each recall, or a higher one, is reached with."""
        if not self.truths:
            return float("nan")
        order = np.argsort(self.hits, kind="stable")
        precision = np.nan_to_num(self.precision[order])
        return average_precision(precision, self.recall[order], form="voc2010")

    def __len__(self):
        return len(self.thresholds)

    def __repr__(self):
        return (
            f"ShotCurve({len(self)} thresholds, {self.truths} truths: average precision "
            f"{self.average_precision:.3f}, F1 {self.best_f1:.3f} at {self.best_threshold:.3g})"
        )


def shot_curve(scores, truth, *, thresholds=None, tolerance=1):
    """Find the peaks of a score above each threshold, and hold them against the true transitions.

    Frames above the threshold that follow each other are one detection, a cut at that of the
    highest score (the first of equals). They are counted as in `evaluate_shots`.

    Parameters
    ----------
    scores : array_like, or list of them
        (T,) for each frame how surely it is the first of a new shot, or is in a gradual transition;
        in any unit. For several films a list.
    truth : array_like of int, or list of them
        (N, 2) transitions, sorted; for several films a list.
    thresholds : sequence of float, optional
        None: the middle between one peak's height and the next lower one's; where there are more
        than 200 of these, 200 of them, the higher the closer.
    tolerance : int
        Frames, from 0 on.

    Returns
    -------
    ShotCurve
        The counts of all films together.

    Raises
    ------
    ValueError
        If scores are no finite numbers (T,), thresholds no list of numbers, or transitions as in
        `evaluate_shots`.

    Notes
    -----
    Above means higher, as TransNet V2 does it. With a lower threshold two peaks may become one, so
    recall may fall again; the average precision takes the best precision from each recall on.

    Examples
    --------
    True: cuts at 2 and 6. The higher peak is right, the next is wrong, the third right.

    >>> curve = shot_curve([0, 0.1, 0.9, 0, 0.7, 0, 0.5, 0.4], [[2, 2], [6, 6]])
    >>> curve.thresholds.round(2).tolist()
    [0.8, 0.6, 0.25]
    >>> curve.precision.round(3).tolist(), curve.recall.tolist()
    ([1.0, 0.5, 0.667], [0.5, 0.5, 1.0])
    >>> round(curve.best_f1, 3), curve.best_threshold, round(curve.average_precision, 3)
    (0.8, 0.25, 0.833)

    Lesson 22 teaches it.
    """
    _checks.whole("tolerance", tolerance, 0)
    if tolerance is None:
        raise ValueError("tolerance must be a whole number from 0 on. Received: None")
    several = _is_list_of_films(scores)
    scores, truth = (list(scores), list(truth)) if several else ([scores], [truth])
    if len(scores) != len(truth):
        raise ValueError(
            "scores and truth must be of one length, one for each film. "
            f"Received: {len(scores)} and {len(truth)}"
        )
    films = []
    for film, (one, changes) in enumerate(zip(scores, truth, strict=True)):
        of = f"[{film}]" if several else ""
        one = _scores(f"scores{of}", one)
        films.append((one, inputs.transitions(f"truth{of}", changes, len(one))))
    scores = [one for one, _ in films]
    thresholds = _between(scores) if thresholds is None else _thresholds(thresholds)
    tolerance = min(tolerance, max(map(len, scores)))  # nothing lies further apart
    counts = np.zeros((len(thresholds), 2), np.int64)
    for film in films:
        counts += [_count(*film, threshold, tolerance) for threshold in thresholds]
    return ShotCurve(thresholds, *counts.T, sum(len(changes) for _, changes in films))


def peaks(scores, threshold):
    """Return the frame of the highest score of each run of frames above the threshold."""
    above = np.concatenate([[False], scores > threshold, [False]])
    starts, stops = np.flatnonzero(np.diff(above)).reshape(-1, 2).T
    if not len(starts):
        return starts
    frames = np.flatnonzero(above) - 1
    run = np.repeat(np.arange(len(starts)), stops - starts)
    top = scores[frames] == np.maximum.reduceat(scores, starts)[run]
    return frames[top][np.unique(run[top], return_index=True)[1]]


def _count(scores, truth, threshold, tolerance):
    """Return hits and peaks."""
    frames = peaks(scores, threshold)
    ahead = np.searchsorted(truth[:, 1] + tolerance, frames)  # the first truth not yet past
    begins = np.append(truth[:, 0], np.iinfo(np.int64).max)[ahead]
    near = frames[begins <= frames + tolerance]  # all others find nobody
    return len(in_order(np.stack([near, near], 1), truth, tolerance)), len(frames)


def _between(scores):
    """Return falling thresholds between the heights of all peaks, at most `MOST`."""
    heights = []
    for one in scores:
        wall = np.concatenate([[-np.inf], one, [-np.inf]])
        heights.append(one[(one >= wall[:-2]) & (one >= wall[2:])])
    lowest = min(one.min() for one in scores)
    heights = np.unique(np.concatenate([*heights, [lowest]]))[::-1]
    between = (heights[:-1] + heights[1:]) / 2 if len(heights) > 1 else heights
    chosen = np.unique(np.geomspace(1, len(between), MOST).round().astype(int)) - 1
    return between[chosen]


def _is_list_of_films(scores):
    return isinstance(scores, list | tuple) and len(scores) > 0 and np.ndim(scores[0]) > 0


def _scores(name, values):
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "biuf" or not len(array):
        raise ValueError(
            f"{name} must be numbers of shape (T,), T from 1 on, or a list of such. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        k = int(np.isfinite(array).argmin())
        raise ValueError(f"{name} must be finite. Received: {array[k]} at frame {k}")
    return array


def _thresholds(values):
    array = np.atleast_1d(np.asarray(values))
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not len(array) or np.isnan(array).any():
        raise ValueError(f"thresholds must be numbers, at least one. Received: {values!r}")
    return array.astype(np.float64)


def _shares(part, whole):
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
