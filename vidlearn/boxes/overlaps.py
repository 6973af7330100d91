"""How well two boxes agree."""

import numpy as np


def iou(a, b):
    """Measure how well boxes agree: intersection over union, for each pair.

    Parameters
    ----------
    a : array_like
        (N, 4) boxes xyxy.
    b : array_like
        (M, 4) boxes xyxy.

    Returns
    -------
    ndarray
        (N, M) float32, 0 (apart) to 1 (equal); 0 where both boxes are without area.

    Examples
    --------
    >>> iou([[0, 0, 4, 2]], [[2, 0, 6, 2], [0, 0, 4, 2], [9, 9, 10, 10]]).round(3).tolist()
    [[0.3330000042915344, 1.0, 0.0]]

    Lessons 00 and 11 use it.
    """
    a = np.asarray(a, np.float32).reshape(-1, 1, 4)
    b = np.asarray(b, np.float32).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])  # (N, M, 2)
    inside = np.prod(np.clip(sides, 0, None), axis=-1)
    union = np.prod(a[..., 2:] - a[..., :2], axis=-1) + np.prod(b[..., 2:] - b[..., :2], axis=-1)
    union = union - inside
    return np.divide(inside, union, out=np.zeros_like(inside), where=union > 0)
