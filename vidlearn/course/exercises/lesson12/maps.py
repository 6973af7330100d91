"""Pieces of a feature map for each box, 4 x 4, cut in the ways that lesson 12 compares."""

import numpy as np

CELL = 8
"""Pixels of a cell's side."""


def pooled(features, found):
    """Cut pieces out of a map by RoI pooling.

    Parameters
    ----------
    features : ndarray
        (H, W, C), a cell for 8 x 8 pixels.
    found : ndarray
        (N, 4) xyxy in pixels.

    Returns
    -------
    ndarray
        (N, 4, 4, C).
    """
    from vidlearn.boxes import roi_pool

    return roi_pool(features, found, size=4, scale=1 / CELL)


def rounded(features, found):
    """Round boxes to whole cells, then read by RoI align; arguments as in `pooled`."""
    from vidlearn.boxes import roi_align

    ends = np.round(found / CELL)
    ends[:, 2:] = np.maximum(ends[:, 2:], ends[:, :2] + 1)
    return roi_align(features, ends, size=4, samples=1)
