"""Tracks held against the truth: every number of one film, or of several together."""

import numpy as np

from ...boxes import Tracks
from .. import _checks
from .clear import RULES, clear
from .films import film
from .hota import ALPHAS, hota
from .identity import identity
from .results import TrackingMetrics


def evaluate_tracks(found, truth, *, overlap=0.5, rules="trackeval"):
    """Hold tracks against the truth: MOTA, IDF1, HOTA and their relatives.

    Labels are not looked at: pick the rows of a class first, ``tracks[tracks.labels == 0]``.

    Parameters
    ----------
    found : Tracks or list of Tracks
        What the tracker returned, for one film or for several.
    truth : Tracks or list of Tracks
        Likewise, in the same order. What is matched with an `ignored` row is taken out before
        anything is counted, and so is that row.
    overlap : float
        The least IoU of a match, above 0 to 1. HOTA has its own, 0.05, 0.10 ... 0.95.
    rules : {"trackeval", "motmetrics"}
        Whose CLEAR MOT, where the two programs differ (see Notes).

    Returns
    -------
    TrackingMetrics
        Of several films the counts are added, and HOTA's means taken over the matches of all: a
        long film weighs more than a short one, and no identity lives in two films.

    Raises
    ------
    TypeError
        If found or truth holds other things than `Tracks`.
    ValueError
        If the lists differ in length, a box ends before it begins, or an option is none of those.

    Notes
    -----
    With the defaults all numbers are those of TrackEval, the kit of MOTChallenge; with
    ``rules="motmetrics"`` the counts are those of motmetrics. Where they differ:

    - A match lives on. TrackEval: from the frame before, if the IoU still suffices. motmetrics:
      also after any number of frames in which the truth was missed or away.
    - The other pairs. TrackEval: those whose IoU adds up to the most. motmetrics: as many as can
      be, and of these the ones with the most IoU.
    - A fragment. TrackEval: also where the truth itself was away for a while. motmetrics: only
      where it was there and missed.
    - A frame in which nothing was found. TrackEval: it interrupts nothing, matches live on across
      it and no trajectory is fragmented by it. motmetrics: a frame like any other.
    - Mostly tracked. TrackEval: more than 80 %. motmetrics, and MOTChallenge's own words: at least
      80 %. In both programs mostly lost is less than 20 %.
    - MOTP. TrackEval: the mean IoU, `MOTP`. motmetrics: the mean of 1 - IoU, `MOTP_distance`.
    - A switch is counted alike: whoever is found as someone else than the last time, be it long
      ago, has switched.
    - Nothing to divide by. TrackEval: 0, 1 for LocA, and minus FP for the MOTA of several films
      without any truth. motmetrics: NaN or infinite, also for MOTP of several films if one has no
      match. Here: NaN.
    - An IoU that misses `overlap` by rounding alone. TrackEval: a match, but not for IDF1.
      motmetrics: as the rounding falls. Here: always a match.
    - Pairings that are equally good, as of two truths with equal boxes: each program takes the one
      that its sums and roundings come upon.
    - Identity metrics follow the same rules in both.

    Beyond both, `ignored` rows: they are matched with what was found, together with all other
    truths, as TrackEval matches distractors; see `without_distractors` for its exact rule.

    References
    ----------
    Bernardin and Stiefelhagen, Evaluating Multiple Object Tracking Performance: The CLEAR MOT
    Metrics, 2008; Ristani et al., Performance Measures and a Data Set for Multi-Target,
    Multi-Camera Tracking, 2016; Luiten et al., HOTA: A Higher Order Metric for Evaluating
    Multi-Object Tracking, IJCV 2021; Milan et al., MOT16, 2016.

    Examples
    --------
    >>> rows = [0, 0, 1, 1, 2, 2, 3, 3], [1, 2, 1, 2, 1, 2, 1, 2]
    >>> truth = Tracks(*rows, [[0, 0, 4, 4], [9, 0, 13, 4]] * 4)
    >>> there = [0, 1, 2, 3, 5, 6, 7]  # identity 1 is missed in frame 2, then found as 8
    >>> found = Tracks(truth.frames[there], [7, 9, 7, 9, 9, 8, 9], truth.boxes[there])
    >>> metrics = evaluate_tracks(found, truth)
    >>> metrics.MOTA, metrics.switches, metrics.fragments, round(metrics.IDF1, 4)
    (0.75, 1, 1, 0.8)
    >>> print(metrics.events[0])
    frame 3: identity 1 switched from 7 to 8

    Lesson 16 teaches it.
    """
    _checks.fraction("overlap", overlap)
    _checks.one_of("rules", rules, RULES)
    found, truth = _checked(found, truth)
    totals = {}
    for number, (one, known) in enumerate(zip(found, truth, strict=True)):
        for name, count in _counts(film(one, known, overlap), overlap, rules, number).items():
            totals[name] = totals[name] + count if number else count
    return TrackingMetrics(
        overlap=overlap,
        films=len(truth),
        frames=sum(max(a.length, b.length) for a, b in zip(found, truth, strict=True)),
        alphas=ALPHAS.copy(),
        **totals,
    )


def _counts(film, overlap, rules, number):
    """Return everything that is added over films, by name."""
    counts, events = clear(film, overlap, rules, number)
    counts |= {
        "truths": film.own_lives.sum(),
        "found": film.other_lives.sum(),
        "identities": len(film.truth_ids),
        "IDTP": identity(film, overlap),
    }
    counts = {name: np.asarray(value).item() for name, value in counts.items()}
    return counts | hota(film) | {"events": tuple(events)}


def _checked(found, truth):
    """Return lists of `Tracks`, or raise."""
    lists = []
    for name, value in (("found", found), ("truth", truth)):
        films = [value] if isinstance(value, Tracks) else value
        good = isinstance(films, list | tuple) and len(films)
        if not good or not all(isinstance(one, Tracks) for one in films):
            raise TypeError(
                f"{name} must be vidlearn.boxes.Tracks, or a list of them, one for each film. "
                f"Received: {value!r}"
            )
        _checks.upright(name, films)
        lists.append(films)
    if len(lists[0]) != len(lists[1]):
        raise ValueError(
            "found and truth must be of one length, one for each film. "
            f"Received: {len(lists[0])} and {len(lists[1])}"
        )
    return lists
