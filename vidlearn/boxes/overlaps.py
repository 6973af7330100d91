r"""How well two boxes agree: IoU, and three measures that also tell apart boxes that do not touch.

Each is pairwise. With inside and union the areas that two boxes share and cover together::

    iou  = inside / union
    giou = iou - (hull - union) / hull              hull: the smallest box around both
    diou = iou - distance**2 / diagonal**2          of the centres; of the hull
    ciou = diou - alpha * v                         v: how differently the two are shaped

Boxes without width or height are allowed; a fraction whose lower part is 0 counts as 0. Inverted
boxes are turned away.
"""

import numpy as np

from ._checks import as_pair


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
        (N, M), 0 (apart) to 1 (equal); 0 where both boxes are without area. float32 if both are,
        else float64.

    Raises
    ------
    ValueError
        If a or b is not (N, 4) finite numbers, or a box is inverted.

    Examples
    --------
    >>> iou([[0, 0, 4, 2]], [[2, 0, 6, 2], [0, 0, 4, 2], [9, 9, 10, 10]]).round(3).tolist()
    [[0.333, 1.0, 0.0]]

    Lessons 00 and 11 use it.
    """
    return _iou_and_union(*_columns(a, b))[0]


def giou(a, b):
    """Measure how well boxes agree, apart ones by what lies idle in the smallest box around both.

    Parameters
    ----------
    a : array_like
        (N, 4) boxes xyxy.
    b : array_like
        (M, 4) boxes xyxy.

    Returns
    -------
    ndarray
        (N, M), above -1 (small and far apart) to 1 (equal), never above the IoU; dtype as in `iou`.

    Raises
    ------
    ValueError
        If a or b is not (N, 4) finite numbers, or a box is inverted.

    References
    ----------
    Rezatofighi et al.: Generalized Intersection over Union. CVPR 2019, algorithm 1.

    Examples
    --------
    >>> giou([[0, 0, 1, 1]], [[1, 0, 2, 1], [3, 0, 4, 1]]).tolist()  # both have IoU 0
    [[0.0, -0.5]]

    Lesson 11 teaches it.
    """
    a, b = _columns(a, b)
    value, union = _iou_and_union(a, b)
    width, height = _hull(a, b)
    hull = width * height
    return value - _divide(np.maximum(hull - union, 0), hull)


def diou(a, b):
    """Measure how well boxes agree: IoU, less how far apart their centres are.

    Parameters
    ----------
    a : array_like
        (N, 4) boxes xyxy.
    b : array_like
        (M, 4) boxes xyxy.

    Returns
    -------
    ndarray
        (N, M), above -1 to 1 (equal), never above the IoU; dtype as in `iou`.

    Raises
    ------
    ValueError
        If a or b is not (N, 4) finite numbers, or a box is inverted.

    References
    ----------
    Zheng et al.: Distance-IoU Loss. AAAI 2020, equations 6 and 7.

    Examples
    --------
    >>> diou([[0, 0, 4, 4]], [[0, 0, 4, 4], [4, 0, 8, 4]]).tolist()  # 4**2 / (8**2 + 4**2)
    [[1.0, -0.2]]

    Lesson 11 teaches it.
    """
    a, b = _columns(a, b)
    return _iou_and_union(a, b)[0] - _apart(a, b)


def ciou(a, b):
    r"""Measure how well boxes agree: IoU, less the distance of centres, less unlikeness of shape.

    Parameters
    ----------
    a : array_like
        (N, 4) boxes xyxy.
    b : array_like
        (M, 4) boxes xyxy.

    Returns
    -------
    ndarray
        (N, M), above -2 to 1 (equal), never above `diou`; dtype as in `iou`.

    Raises
    ------
    ValueError
        If a or b is not (N, 4) finite numbers, or a box is inverted.

    Notes
    -----
    ``v = 4 / pi**2 * (arctan(w_a / h_a) - arctan(w_b / h_b))**2`` and
    ``alpha = v / (1 - iou + v)``. The angle of a box without height is a right one; that of a box
    without either side is 0.

    References
    ----------
    Zheng et al.: Distance-IoU Loss. AAAI 2020, equations 8 to 11.

    Examples
    --------
    >>> ciou([[0, 0, 4, 4]], [[0, 0, 4, 4], [1, 1, 3, 3], [0, 1, 4, 3]]).round(4).tolist()
    [[1.0, 0.25, 0.4968]]

    Lesson 11 teaches it.
    """
    a, b = _columns(a, b)
    value, _ = _iou_and_union(a, b)
    angle_a, angle_b = (np.arctan2(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (a, b))
    v = 4 / np.pi**2 * (angle_a - angle_b) ** 2  # eq. 9
    alpha = _divide(v, 1 - value + v)  # eq. 11
    return value - _apart(a, b) - alpha * v


def _columns(a, b):
    """Return x1, y1, x2, y2 of a as columns (4, N, 1) and of b as rows (4, 1, M)."""
    a, b = as_pair(a, b)
    return np.ascontiguousarray(a.T)[:, :, None], np.ascontiguousarray(b.T)[:, None, :]


def _iou_and_union(a, b):
    ax1, ay1, ax2, ay2 = a
    bx1, by1, bx2, by2 = b
    width = np.maximum(np.minimum(ax2, bx2) - np.maximum(ax1, bx1), 0)
    inside = width * np.maximum(np.minimum(ay2, by2) - np.maximum(ay1, by1), 0)
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inside
    return _divide(inside, union), union


def _hull(a, b):
    """Return the width and the height of the smallest box around two: (N, M) each."""
    return [np.maximum(a[k + 2], b[k + 2]) - np.minimum(a[k], b[k]) for k in (0, 1)]


def _apart(a, b):
    """Return the squared distance of the centres over the squared diagonal of the hull."""
    x, y = ((a[k] + a[k + 2] - b[k] - b[k + 2]) / 2 for k in (0, 1))
    width, height = _hull(a, b)
    return _divide(x**2 + y**2, width**2 + height**2)


def _divide(upper, lower):
    """Divide; 0 where the lower part is 0."""
    return np.divide(upper, lower, out=np.zeros_like(upper), where=lower > 0)
