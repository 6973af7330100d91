"""Identity metrics: each truth has one partner for the whole film."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from .films import ALMOST


def identity(film, overlap):
    """Return how many rows are right under the best choice of partners: IDTP."""
    agree = np.zeros((len(film.truth_ids), len(film.found_ids)), int)
    for _, own, other, iou in film.meetings:
        rows, columns = np.nonzero(iou >= overlap - ALMOST)
        agree[own[rows], other[columns]] += 1
    return agree[linear_sum_assignment(agree, maximize=True)].sum()
