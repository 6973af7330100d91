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
    for frame, own, other, iou in film.meetings:
        if not always and not iou.size:
            continue
        alive = last if always else np.where(tracked, last, -1)
        match = _most_pairs if always else _most_overlap
        rows, columns = match(np.where(iou >= overlap - ALMOST, iou, 0), alive[own], other)
        one, found = own[rows], other[columns]
        for k in np.flatnonzero((last[one] >= 0) & (last[one] != found)):
            ids = film.truth_ids[one[k]], film.found_ids[last[one[k]]], film.found_ids[found[k]]
            events.append(Switch(frame, *map(int, ids), number))
        now = np.zeros(len(last), bool)
        now[one] = True
        starts += now & ~tracked
        if always:
            tracked[own] = now[own]
        else:
            tracked = now
        last[one] = found
        hits[one] += 1
        total += iou[rows, columns].sum()
    share = hits / film.own_lives
    mostly = (share >= 0.8 if always else share > 0.8).sum()
    counts = {
        "TP": hits.sum(),
        "overlaps": total,
        "switches": len(events),
        "fragments": np.maximum(starts - 1, 0).sum(),
        "mostly_tracked": mostly,
        "partly_tracked": (share >= 0.2).sum() - mostly,
        "mostly_lost": (share < 0.2).sum(),
    }
    return counts, events


def _most_overlap(iou, alive, other):
    """Keep the matches that are alive, then take the pairs whose IoU adds up to the most."""
    return matched(np.where(iou > 0, 1000 * (alive[:, None] == other) + iou, 0))


def _most_pairs(iou, alive, other):
    """Keep the matches that are alive, then take as many pairs as can be, of the most IoU."""
    kept = (alive[:, None] == other) & (iou > 0)
    kept &= np.cumsum(kept, axis=0) == 1  # the first truth that was found as this one
    free = (iou > 0) & ~kept.any(1)[:, None] & ~kept.any(0)
    never = 4 * min(iou.shape) + 1  # costs more than all pairs there can be
    rows, columns = linear_sum_assignment(np.where(free, 1 - iou, never))
    fine = free[rows, columns]
    return tuple(map(np.append, np.nonzero(kept), (rows[fine], columns[fine])))
