"""Overlaps of boxes, and which anchor is to learn which truth."""

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
        (N, A, M), 0 to 1; 0 where both are empty.

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

    boxes, others = (ops.cast(ops.convert_to_tensor(x), "float32") for x in (boxes, others))
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

    overlaps, real = ops.convert_to_tensor(overlaps), ops.convert_to_tensor(real)
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
