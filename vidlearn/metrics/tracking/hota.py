"""Higher order tracking accuracy: detection and association weigh the same."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from .films import ALMOST

ALPHAS = np.arange(0.05, 0.99, 0.05)  # 19 thresholds of the IoU


def hota(film):
    """Return, at each alpha, the number of matches and the sums over them, by name, (A,) each."""
    own, other, overlaps = _matches(film)
    pairs, pair = np.unique(np.stack([own, other]), axis=1, return_inverse=True)
    own_life, other_life = film.own_lives[pairs[0]], film.other_lives[pairs[1]]
    rows = []
    for alpha in ALPHAS:
        kept = overlaps >= alpha - ALMOST
        c = np.bincount(pair[kept], minlength=pairs.shape[1])  # TPA of every match of the pair
        rows.append(
            [
                kept.sum(),
                (c * c / (own_life + other_life - c)).sum(),  # TPA / (TPA + FNA + FPA)
                (c * c / own_life).sum(),
                (c * c / other_life).sum(),
                overlaps[kept].sum(),
            ]
        )
    names = ("hits", "association", "association_recall", "association_precision", "localisation")
    return dict(zip(names, np.array(rows).T, strict=True))


def _matches(film):
    """Match every frame so that pairs who agree over the whole film come first.

    Returns places of truths and of found, and the IoU, (P,) each.
    """
    agree = np.zeros((len(film.truth_ids), len(film.found_ids)))
    for _, own, other, iou in film.meetings:
        whole = iou.sum(0) + iou.sum(1)[:, None] - iou
        share = np.divide(iou, whole, out=np.zeros_like(iou), where=whole > ALMOST)
        agree[own[:, None], other] += share
    agree /= film.own_lives[:, None] + film.other_lives - agree
    found = [(np.zeros(0, int), np.zeros(0, int), np.zeros(0))]
    for _, own, other, iou in film.meetings:
        rows, columns = linear_sum_assignment(-agree[own[:, None], other] * iou)
        found.append((own[rows], other[columns], iou[rows, columns]))
    return map(np.concatenate, zip(*found, strict=True))
