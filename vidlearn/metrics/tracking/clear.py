"""CLEAR MOT: matches that live on from frame to frame, and what goes wrong with them."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from .films import ALMOST, matched
from .results import Switch

RULES = ("trackeval", "motmetrics")


def clear(film, overlap, rules, number):
    """Return the counts of CLEAR MOT, by name, and the switches of a film."""
    last = np.full(len(film.truth_ids), -1)  # as whom each was found, -1 never
    hits, starts = np.zeros((2, len(last)), int)
    tracked = np.zeros(len(last), bool)
    events, total = [], 0.0
    always = rules == "motmetrics"
    match = _most_pairs if always else _most_overlap
    for frame, own, other, iou in film.meetings:
        if not always and not iou.size:
            continue
        alive = last if always else np.where(tracked, last, -1)
        rows, columns = match(np.where(iou >= overlap - ALMOST, iou, 0), alive[own], other)
        one, found = own[rows], other[columns]
        events += _switches(film, frame, one, last[one], found, number)
        now = _among(one, last)
        starts += now & ~tracked
        tracked = np.where(_among(own, last), now, tracked) if always else now
        last[one] = found
        hits[one] += 1
        total += iou[rows, columns].sum()
    counts = {"TP": hits.sum(), "overlaps": total, "switches": len(events)}
    counts["fragments"] = np.maximum(starts - 1, 0).sum()
    return counts | _lives(hits / film.own_lives, always), events


def _switches(film, frame, one, before, after, number):
    """Return who is found as someone else than the last time."""
    changed = (before >= 0) & (before != after)
    ids = film.truth_ids[one[changed]], *(film.found_ids[k[changed]] for k in (before, after))
    return [Switch(frame, *row, number) for row in zip(*(i.tolist() for i in ids), strict=True)]


def _among(places, like):
    """Return which entries of an array these places are."""
    out = np.zeros(len(like), bool)
    out[places] = True
    return out


def _lives(share, at_least):
    """Return how many trajectories are mostly tracked, partly, mostly lost."""
    mostly = (share >= 0.8 if at_least else share > 0.8).sum()
    lost = (share < 0.2).sum()
    return {
        "mostly_tracked": mostly,
        "partly_tracked": len(share) - mostly - lost,
        "mostly_lost": lost,
    }


def _most_overlap(iou, alive, other):
    """Keep the matches that are alive, then take the pairs whose IoU adds up to the most."""
    kept = alive[:, None] == other
    return matched(np.where(iou > 0, 1000 * kept + iou, 0))  # 1000 outweighs all IoU of a frame


def _most_pairs(iou, alive, other):
    """Keep the matches that are alive, then take as many pairs as can be, of the most IoU."""
    kept = (alive[:, None] == other) & (iou > 0)
    kept &= np.cumsum(kept, axis=0) == 1  # the first truth that was found as this one
    free = (iou > 0) & ~kept.any(1)[:, None] & ~kept.any(0)
    never = 4 * min(iou.shape) + 1  # costs more than all pairs there can be
    rows, columns = linear_sum_assignment(np.where(free, 1 - iou, never))
    fine = free[rows, columns]
    return tuple(map(np.append, np.nonzero(kept), (rows[fine], columns[fine])))
