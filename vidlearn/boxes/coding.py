r"""Boxes as corrections of anchors: what a detector learns to put out.

Per box and anchor, centres x, y and sides w, h::

    dx = (x - x_a) / w_a        dw = log(w / w_a)
    dy = (y - y_a) / h_a        dh = log(h / h_a)

Divided by the anchor's size, a correction means the same for small and large anchors; divided by
the `variances`, all four are of a size that is learnt well.
"""

from math import log
from numbers import Real

import numpy as np

from ._checks import as_boxes, as_pair, floating
from .convert import convert

LIMIT = log(1000 / 16)  # a side grows 62.5 times at most


def encode(boxes, anchors, *, variances=(0.1, 0.1, 0.2, 0.2)):
    """Write boxes as corrections of anchors.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy, wider and higher than 0.
    anchors : array_like
        (N, 4) xyxy, wider and higher than 0: the anchor of each box.
    variances : sequence of float
        What the four corrections are divided by, all above 0. In spite of the name, which is that
        of SSD's code, they take the place of standard deviations.

    Returns
    -------
    ndarray
        (N, 4) dx, dy, dw, dh. float32 if both are, else float64.

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, a side is not above 0, or a variance.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, equation 2.

    Examples
    --------
    >>> encode([[2, 0, 6, 8]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1)).tolist()
    [[0.5, 0.0, 0.0, 0.0]]

    Lesson 11 teaches it.
    """
    boxes, anchors = as_pair(boxes, anchors, ("boxes", "anchors"))
    _check_alike("boxes", boxes, anchors)
    boxes, anchors = _centred("boxes", boxes), _centred("anchors", anchors)
    moves = (boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:]
    growth = np.log(boxes[:, 2:] / anchors[:, 2:])
    return np.concatenate([moves, growth], axis=1) / _variances(variances, moves.dtype)


def decode(deltas, anchors, *, variances=(0.1, 0.1, 0.2, 0.2), limit=LIMIT):
    """Apply corrections to anchors: the inverse of `encode`.

    Parameters
    ----------
    deltas : array_like
        (N, 4) dx, dy, dw, dh.
    anchors : array_like
        (N, 4) xyxy, wider and higher than 0.
    variances : sequence of float
        Those of `encode`.
    limit : float
        dw and dh, times their variances, count as at most this, so that an untrained network does
        not put out boxes without end.

    Returns
    -------
    ndarray
        (N, 4) xyxy, neither clipped to the picture nor inverted. float32 if both are, else float64.

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite, a side of an anchor is not above 0, or a
        variance or the limit.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, equation 2. The limit: Detectron, 2018.

    Examples
    --------
    >>> decode([[0.5, 0, 0, 0]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1)).tolist()
    [[2.0, 0.0, 6.0, 8.0]]

    Lesson 11 teaches it.
    """
    deltas = as_boxes("deltas", deltas, form="dx, dy, dw, dh")
    anchors = as_boxes("anchors", anchors, ordered=True)
    _check_alike("deltas", deltas, anchors)
    if not (isinstance(limit, Real) and 0 < limit < 80):
        raise ValueError(
            f"limit must lie above 0 and below 80, of which exp is finite. Received: {limit!r}"
        )
    dtype = np.result_type(deltas, anchors)
    anchors = _centred("anchors", anchors.astype(dtype, copy=False))
    deltas = deltas * _variances(variances, dtype)
    centres = anchors[:, :2] + deltas[:, :2] * anchors[:, 2:]
    sides = anchors[:, 2:] * np.exp(np.minimum(deltas[:, 2:], limit))
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)


def _centred(name, boxes):
    """Return centres and sides, which have to be above 0."""
    flat = np.flatnonzero((boxes[:, 2:] <= boxes[:, :2]).any(axis=1))
    if len(flat):
        raise ValueError(
            f"{name} must be wider and higher than 0: nothing grows out of 0. "
            f"Received box {flat[0]}: {boxes[flat[0]].tolist()}"
        )
    return convert(boxes, "xyxy", "cxcywh")


def _check_alike(name, boxes, anchors):
    if len(boxes) != len(anchors):
        raise ValueError(
            f"{name} and anchors must be as many, for each belongs to one. "
            f"Received {len(boxes)} and {len(anchors)}"
        )


def _variances(variances, dtype):
    variances = floating(variances)
    if variances.shape != (4,) or not ((variances > 0) & (variances < np.inf)).all():
        raise ValueError(f"variances must be 4 numbers above 0. Received: {variances.tolist()}")
    return variances.astype(dtype)
