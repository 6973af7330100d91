"""Boxes as corrections of anchors, and back: what a detector's last layer learns to put out."""

from math import inf, log
from numbers import Real

from ._tensors import as_tensor, precise

LIMIT = log(1000 / 16)  # a side grows 62.5 times at most


def encode_boxes(boxes, anchors, *, variances=(0.1, 0.1, 0.2, 0.2)):
    """Write boxes as corrections of anchors.

    Parameters
    ----------
    boxes : tensor
        (..., 4) xyxy, wider and higher than 0: others give infinity or NaN.
    anchors : tensor
        (..., 4) xyxy, wider and higher than 0: the anchor of each box. Leading axes broadcast, so
        that (A, 4) anchors serve (N, A, 4) boxes.
    variances : sequence of float
        What the four corrections are divided by, all above 0. In spite of the name, which is that
        of SSD's code, they take the place of standard deviations.

    Returns
    -------
    tensor
        (..., 4) dx, dy, dw, dh, in float32, or in float64 if one of both is.

    Raises
    ------
    ValueError
        If a shape is wrong, or a variance is not above 0.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, equation 2.

    Examples
    --------
    >>> from keras import ops
    >>> found = encode_boxes([[2, 0, 6, 8]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1))
    >>> ops.convert_to_numpy(found).tolist()
    [[0.5, 0.0, 0.0, 0.0]]

    Lesson 11 teaches it.
    """
    from keras import ops

    boxes, anchors, variances = _pair("boxes", boxes, anchors, variances)
    centres, sides = _centred(boxes)
    anchor_centres, anchor_sides = _centred(anchors)
    moves = (centres - anchor_centres) / anchor_sides
    growth = ops.log(sides / anchor_sides)
    return ops.concatenate([moves, growth], axis=-1) / variances


def decode_boxes(deltas, anchors, *, variances=(0.1, 0.1, 0.2, 0.2), limit=LIMIT):
    """Apply corrections to anchors: the inverse of `encode_boxes`.

    Parameters
    ----------
    deltas : tensor
        (..., 4) dx, dy, dw, dh.
    anchors : tensor
        (..., 4) xyxy, wider and higher than 0. Leading axes broadcast, so that (A, 4) anchors
        serve (N, A, 4) deltas.
    variances : sequence of float
        Those of `encode_boxes`.
    limit : float
        dw and dh, times their variances, count as at most this, so that an untrained network does
        not put out boxes without end. Beyond it no gradient flows into them.

    Returns
    -------
    tensor
        (..., 4) xyxy, neither clipped to the picture nor inverted, in float32, or in float64 if
        one of both is.

    Raises
    ------
    ValueError
        If a shape is wrong, or a variance or the limit is out of range.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, equation 2. The limit: Detectron, 2018.

    Examples
    --------
    >>> from keras import ops
    >>> found = decode_boxes([[0.5, 0, 0, 0]], [[0, 0, 4, 8]], variances=(1, 1, 1, 1))
    >>> ops.convert_to_numpy(found).tolist()
    [[2.0, 0.0, 6.0, 8.0]]

    Lesson 11 teaches it.
    """
    from keras import ops

    if not (isinstance(limit, Real) and 0 < limit < 80):
        raise ValueError(
            f"limit must lie above 0 and below 80, of which exp is finite. Received: {limit!r}"
        )
    deltas, anchors, variances = _pair("deltas", deltas, anchors, variances)
    anchor_centres, anchor_sides = _centred(anchors)
    moves, growth = ops.split(deltas * variances, 2, axis=-1)
    centres = anchor_centres + moves * anchor_sides
    sides = anchor_sides * ops.exp(ops.minimum(growth, limit))
    return ops.concatenate([centres - sides / 2, centres + sides / 2], axis=-1)


def _centred(boxes):
    """Return centres and sides, (..., 2) each."""
    from keras import ops

    starts, ends = ops.split(boxes, 2, axis=-1)
    return (starts + ends) / 2, ends - starts


def _pair(name, first, anchors, variances):
    """Check the arguments of a coder; return them as tensors of one dtype, float32 at least."""
    from keras import ops

    first, anchors, variances = as_tensor(first), as_tensor(anchors), list(variances)
    for key, x in ((name, first), ("anchors", anchors)):
        if len(x.shape) == 0 or x.shape[-1] != 4:
            raise ValueError(f"{key} must be (..., 4). Received shape {tuple(x.shape)}")
    for a, b in zip(first.shape[-2::-1], anchors.shape[-2::-1], strict=False):
        if None not in (a, b) and a != b and 1 not in (a, b):
            raise ValueError(
                f"{name} and anchors must be as many, for each belongs to one, or their leading "
                f"axes broadcast. Received shapes {tuple(first.shape)} and {tuple(anchors.shape)}"
            )
    if len(variances) != 4 or not all(0 < x < inf for x in variances):
        raise ValueError(f"variances must be 4 numbers above 0. Received: {variances}")
    dtype = precise(first, anchors)
    variances = ops.convert_to_tensor([float(x) for x in variances], dtype)
    return ops.cast(first, dtype), ops.cast(anchors, dtype), variances
