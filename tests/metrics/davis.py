"""J, F and their statistics as DAVIS's tool computes them, pixel by pixel and with dilations."""

import math
from itertools import pairwise

import numpy as np
from scipy.ndimage import binary_dilation
from skimage.morphology import disk


def contour(mask):
    """Neighbours beyond the picture count as background inside it, as nothing on its last lines."""
    height, width = mask.shape
    result = np.zeros(mask.shape, bool)
    for y in range(height):
        for x in range(width):
            ahead = [(y, x + 1), (y + 1, x), (y + 1, x + 1)]
            if y == height - 1:
                ahead = ahead[:1]
            elif x == width - 1:
                ahead = ahead[1:2]
            if not (y == height - 1 and x == width - 1):
                result[y, x] = any(mask[at] != mask[y, x] for at in ahead)
    return result


def region(found, truth, void):
    union = ((found | truth) & ~void).sum()
    return (found & truth & ~void).sum() / union if union else 1.0


def contours(found, truth, void, bound=0.008):
    pixels = bound if bound >= 1 else math.ceil(bound * math.hypot(*truth.shape))
    ours, theirs = contour(found & ~void), contour(truth & ~void)
    if not ours.any() or not theirs.any():
        precision, recall = int(not ours.any()), int(not theirs.any())
    else:
        precision = (ours & binary_dilation(theirs, disk(pixels))).sum() / ours.sum()
        recall = (theirs & binary_dilation(ours, disk(pixels))).sum() / theirs.sum()
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def statistics(values):
    """Mean, recall and decay."""
    borders = np.round(np.linspace(1, len(values), 5) + 1e-10).astype(int) - 1
    quarters = [values[a : b + 1] for a, b in pairwise(borders)]
    return values.mean(), (values > 0.5).mean(), quarters[0].mean() - quarters[3].mean()
