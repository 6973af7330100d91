"""IoU as the benchmarks count it: with crowds, and with VOC's last pixel."""

import numpy as np


def sides(boxes, inclusive=False):
    """Return width and height, (..., 2); inclusive boxes hold the pixel at their end, too."""
    return boxes[..., 2:] - boxes[..., :2] + inclusive


def overlap(found, truth, crowd, *, inclusive=False):
    """Return the IoU of boxes that broadcast; in a crowd, the share of the found box in it.

    The right and lower edges are taken as start + side, as COCO's tool has them from its
    x, y, width, height: thus even an IoU that meets a threshold exactly comes out alike.
    """
    found, truth = np.asarray(found, np.float64), np.asarray(truth, np.float64)
    size_f, size_t = sides(found, inclusive), sides(truth, inclusive)
    ends = np.minimum(found[..., :2] + size_f, truth[..., :2] + size_t)
    common = np.maximum(ends - np.maximum(found[..., :2], truth[..., :2]), 0).prod(-1)
    area_f = size_f[..., 0] * size_f[..., 1]
    whole = np.where(crowd, area_f, area_f + size_t[..., 0] * size_t[..., 1] - common)
    return np.divide(common, whole, out=np.zeros_like(common), where=common > 0)
