"""A film as the metrics see it: who meets whom in each frame, and how well they agree."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...boxes import iou
from .. import _checks

ALMOST = np.finfo(float).eps  # an IoU that meets a threshold exactly is enough
MOT17_DISTRACTORS = (1, 6, 7, 11)  # person on vehicle, static person, distractor, reflection


SIDES = ("left", "right")


class Meeting(NamedTuple):
    """One frame: the truths in it, what was found, and the IoU of each pair."""

    frame: int
    own: np.ndarray  # (N,) places in Film.truth_ids
    other: np.ndarray  # (M,) places in Film.found_ids
    iou: np.ndarray  # (N, M)


class Film(NamedTuple):
    """Truth and found of one film, identities by their place in a list."""

    truth_ids: np.ndarray  # (G,)
    found_ids: np.ndarray  # (H,)
    own_lives: np.ndarray  # (G,) rows of each
    other_lives: np.ndarray  # (H,)
    meetings: list  # frames with at least one row, rising


def film(found, truth, overlap):
    """Prepare a film: ignored truths and what found them are taken out."""
    if truth.ignored.any():
        found, truth = _without(found, truth, truth.ignored, ~truth.ignored, overlap)
    own_ids, own, own_lives = np.unique(truth.ids, return_inverse=True, return_counts=True)
    ids, other, lives = np.unique(found.ids, return_inverse=True, return_counts=True)
    meetings = [
        Meeting(frame, own[rows], other[columns], each)
        for frame, rows, columns, each in _frames(found, truth)
    ]
    return Film(own_ids, ids, own_lives, lives, meetings)


def matched(scores):
    """Return rows and columns of the pairs with a score above 0 whose scores add up to the most."""
    rows, columns = linear_sum_assignment(-scores)
    kept = scores[rows, columns] > ALMOST
    return rows[kept], columns[kept]


def without_distractors(found, truth, *, label=0, distractors=MOT17_DISTRACTORS, overlap=0.5):
    """Take out what MOT16 and MOT17 do not count, by the rule of their own evaluation.

    In each frame what was found is matched with *all* truths. Rows that are matched with a
    distractor are taken out; then all truths but those of one class that are not ignored. What was
    found on a parked car or on an ignored person thus counts as wrong.

    Parameters
    ----------
    found : Tracks
    truth : Tracks
        All rows of ``gt.txt``, as `datasets.read_mot` gives them.
    label : int
        The class that counts: 0, pedestrians.
    distractors : sequence of int
        Labels of which finding one counts neither way: person on vehicle, static person,
        distractor, reflection. MOT20 has non-MOT vehicles (5) besides.
    overlap : float
        The least IoU of a match.

    Returns
    -------
    found, truth : Tracks
        For `evaluate_tracks`.

    Raises
    ------
    ValueError
        If overlap is not above 0 to 1.

    Notes
    -----
    `evaluate_tracks` alone is kinder: what is matched with any ignored row is taken out.

    References
    ----------
    Milan et al., MOT16: A Benchmark for Multi-Object Tracking, 2016, section 4.1; TrackEval.

    Examples
    --------
    >>> from vidlearn.boxes import Tracks
    >>> boxes = [[0, 0, 4, 4], [8, 0, 12, 4], [20, 0, 24, 4]]
    >>> truth = Tracks([0, 0, 0], [1, 2, 3], boxes, labels=[0, 7, 2], ignored=[0, 1, 1])
    >>> found, truth = without_distractors(Tracks([0, 0, 0], [1, 2, 3], boxes), truth)
    >>> found.ids.tolist(), truth.ids.tolist()
    ([1, 3], [1])

    Lesson 16 teaches it.
    """
    _checks.fraction("overlap", overlap)
    counts = (truth.labels == label) & ~truth.ignored
    return _without(found, truth, np.isin(truth.labels, distractors), counts, overlap)


def _without(found, truth, excused, counts, overlap):
    """Return what was found, but for what is matched with an excused truth, and what counts."""
    kept = np.ones(len(found), bool)
    for _, rows, columns, each in _frames(found, truth):
        own, other = matched(np.where(each >= overlap - ALMOST, each, 0))
        kept[np.arange(len(found))[columns][other[excused[rows][own]]]] = False
    return found[kept], truth[counts]


def _frames(found, truth):
    """Yield frame, slice of truth, slice of found, IoU (N, M) of each frame with a row."""
    own, other = (rows.boxes.astype(np.float64) for rows in (truth, found))
    at = np.union1d(truth.frames, found.frames)
    starts = [np.searchsorted(rows.frames, at, side) for rows in (truth, found) for side in SIDES]
    for frame, a, b, c, d in zip(at.tolist(), *(s.tolist() for s in starts), strict=True):
        yield frame, slice(a, b), slice(c, d), iou(own[a:b], other[c:d])
