"""Overlaps of boxes, and which anchor is to learn which truth."""

from numbers import Real

from ._tensors import as_tensor, precise

BACKGROUND, IGNORED = -1, -2


def iou(boxes, others):
    """Compute the IoU of every box with every other one, picture by picture.

    Parameters
    ----------
    boxes : tensor
        (N, A, 4) xyxy, or (A, 4) that serve every picture.
    others : tensor
        (N, M, 4) xyxy.

    Returns
    -------
    tensor
        (N, A, M), 0 to 1, 0 where both are empty; float32, or float64 if one of both is.

    Raises
    ------
    ValueError
        If a shape is wrong.

    References
    ----------
    Everingham et al.: The PASCAL VOC challenge. IJCV 2010, section 4.2.

    Examples
    --------
    >>> float(iou([[0, 0, 2, 2]], [[[1, 0, 3, 2]]])[0, 0, 0])
    0.3333333432674408

    Lesson 11 teaches it.
    """
    from keras import ops

    boxes, others = as_tensor(boxes), as_tensor(others)
    _check_boxes(tuple(boxes.shape), tuple(others.shape))
    dtype = precise(boxes, others)
    boxes, others = ops.cast(boxes, dtype), ops.cast(others, dtype)
    boxes, others = ops.expand_dims(boxes, -2), ops.expand_dims(others, -3)  # pairs, broadcast
    starts = ops.maximum(boxes[..., :2], others[..., :2])
    ends = ops.minimum(boxes[..., 2:], others[..., 2:])
    common = ops.prod(ops.maximum(ends - starts, 0.0), axis=-1)
    areas = [ops.prod(x[..., 2:] - x[..., :2], axis=-1) for x in (boxes, others)]
    union = areas[0] + areas[1] - common
    return common / ops.maximum(union, 1e-9)


def match(overlaps, real, *, high=0.7, low=0.3, best=True):
    """Assign a truth, background or nothing to every anchor of every picture.

    Parameters
    ----------
    overlaps : tensor
        (N, A, M) IoU of anchors with truths.
    real : tensor
        (N, M) bool: which truths there are; the others fill up.
    high, low : float
        Those of `vidlearn.boxes.match`.
    best : bool
        Whether each truth gets the anchor it overlaps most, though it be less than `high`.

    Returns
    -------
    tensor
        (N, A) int32: the index of the truth, -1 for background, -2 for ignored.

    Raises
    ------
    ValueError
        If a shape is wrong, or not 0 <= low <= high <= 1.

    Notes
    -----
    `vidlearn.boxes.match` gives a truth whose best anchor another one took the best that is still
    free, one after another; here it goes without, as in the paper of Faster R-CNN. Of anchors that
    tie for a truth, the first learns it.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.1.2.

    Examples
    --------
    >>> match([[[0.8, 0.1], [0.5, 0.2], [0.1, 0.4]]], [[True, True]]).numpy().tolist()
    [[0, -2, 1]]

    Lesson 11 teaches it.
    """
    from keras import ops

    overlaps, real = as_tensor(overlaps), as_tensor(real)
    _check_match(tuple(overlaps.shape), tuple(real.shape), low, high)
    overlaps = ops.where(ops.expand_dims(real, 1), overlaps, -1.0)
    most = ops.max(overlaps, axis=2)  # (N, A)
    chosen = ops.cast(ops.argmax(overlaps, axis=2), "int32")
    assigned = ops.where(most >= high, chosen, ops.where(most >= low, IGNORED, BACKGROUND))
    if not best:
        return assigned
    anchors = overlaps.shape[1]
    wanted = ops.one_hot(ops.argmax(overlaps, axis=1), anchors, axis=1, dtype="bool")  # (N, A, M)
    wanted = ops.logical_and(wanted, ops.logical_and(ops.expand_dims(real, 1), overlaps > 0))
    claims = ops.where(wanted, overlaps, -1.0)
    claimed = ops.any(wanted, axis=2)
    return ops.where(claimed, ops.cast(ops.argmax(claims, axis=2), "int32"), assigned)


def _check_boxes(boxes, others):
    if len(boxes) not in (2, 3) or boxes[-1] != 4:
        raise ValueError(
            "boxes must be (N, A, 4) x1, y1, x2, y2, or (A, 4) that serve every picture. "
            f"Received shape {boxes}"
        )
    if len(others) != 3 or others[2] != 4:
        raise ValueError(
            f"others must be (N, M, 4), those of every picture. Received shape {others}"
        )
    if len(boxes) == 3 and boxes[0] != others[0] and None not in (boxes[0], others[0]):
        raise ValueError(
            f"boxes and others must be of as many pictures. Received shapes {boxes} and {others}"
        )


def _check_match(overlaps, real, low, high):
    if len(overlaps) != 3 or 0 in overlaps[1:]:
        raise ValueError(
            "overlaps must be (N, A, M), with at least one anchor and one place for a truth, as "
            f"pad_truths makes it. Received shape {overlaps}"
        )
    if len(real) != 2 or real[1] != overlaps[2]:
        raise ValueError(
            "real must be (N, M) bool, one for every truth of overlaps (N, A, M). "
            f"Received shapes {real} and {overlaps}"
        )
    if not (isinstance(low, Real) and isinstance(high, Real) and 0 <= low <= high <= 1):
        raise ValueError(
            f"low and high must be 0 <= low <= high <= 1. Received: low={low!r}, high={high!r}"
        )
