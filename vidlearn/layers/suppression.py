"""Greedy suppression of boxes in fixed shapes, for use inside of a compiled step."""

from numbers import Integral, Real

from .matching import iou


def nms(boxes, scores, *, threshold, most, labels=None):
    """Keep the best of boxes that overlap, picture by picture, best first.

    Parameters
    ----------
    boxes : tensor
        (N, K, 4) xyxy. No gradient flows into them.
    scores : tensor
        (N, K). A box of score -infinity is none: it is not kept and suppresses nothing.
    threshold : float
        A box goes whose IoU with a better one that stays is above this, 0 to 1.
    most : int
        Boxes kept at most in each picture.
    labels : tensor, optional
        (N, K) int class numbers: boxes of different classes do not compete. Without, all do.

    Returns
    -------
    indices : tensor
        (N, P) int32, best first, P = min(most, K); of equal scores the lower index comes first.
    valid : tensor
        (N, P) bool: False where a picture has fewer boxes than that; those indices fill up.

    Raises
    ------
    ValueError
        If a shape is wrong, or an option is out of range.

    Notes
    -----
    `vidlearn.boxes.nms` goes through the boxes one by one. Here all decide at once, again and
    again, from what the others decided last: a box stays if none that is better, overlaps it and
    stays. Round k settles at least the k best boxes, so the rounds end, and what no longer changes
    is what the greedy loop finds. Boxes of photographs settle in a handful of rounds.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.3.

    Examples
    --------
    >>> boxes = [[[0, 0, 4, 4], [0, 0, 4, 3], [5, 5, 6, 6]]]
    >>> indices, valid = nms(boxes, [[0.8, 0.9, 0.1]], threshold=0.5, most=3)
    >>> indices.numpy().tolist(), valid.numpy().tolist()
    ([[1, 2, 0]], [[True, True, False]])

    Lesson 13 teaches it.
    """
    from keras import ops

    boxes, scores, labels = _checked(boxes, scores, threshold, most, labels)
    count = boxes.shape[1]
    order = ops.cast(ops.argsort(-scores, axis=1), "int32")  # stable on every backend
    boxes = ops.take_along_axis(boxes, ops.expand_dims(order, -1), axis=1)
    real = ops.take_along_axis(scores, order, axis=1) > float("-inf")
    better = ops.triu(ops.ones((count, count), "bool"), k=1)  # row i comes before column j
    rivals = ops.logical_and(iou(boxes, boxes) > threshold, better)
    if labels is not None:
        labels = ops.take_along_axis(labels, order, axis=1)
        same = ops.equal(ops.expand_dims(labels, 2), ops.expand_dims(labels, 1))
        rivals = ops.logical_and(rivals, same)
    kept = _settled(rivals, real)
    places = ops.arange(count, dtype="int32")
    firsts = ops.top_k(ops.where(kept, count - places, -places), min(most, count))[1]
    firsts = ops.cast(firsts, "int32")
    return ops.take_along_axis(order, firsts, axis=1), ops.take_along_axis(kept, firsts, axis=1)


def _settled(rivals, real):
    """Let all boxes decide until nothing changes; rivals (N, K, K): i would suppress j."""
    from keras import ops

    def decide(kept):
        return ops.logical_not(ops.any(ops.logical_and(rivals, ops.expand_dims(kept, -1)), axis=1))

    def changing(kept, before):
        return ops.any(ops.not_equal(kept, before))

    def again(kept, before):
        return ops.logical_and(decide(kept), real), kept

    return ops.while_loop(changing, again, again(real, real))[0]


def _checked(boxes, scores, threshold, most, labels):
    from keras import ops

    boxes, scores = (ops.cast(ops.convert_to_tensor(x), "float32") for x in (boxes, scores))
    shapes = tuple(boxes.shape), tuple(scores.shape)
    if len(shapes[0]) != 3 or shapes[0][2] != 4 or shapes[1][1:] != shapes[0][1:2]:
        raise ValueError(
            "boxes must be (N, K, 4) x1, y1, x2, y2, and scores (N, K), one of each box. "
            f"Received shapes {shapes[0]} and {shapes[1]}"
        )
    if labels is not None:
        labels = ops.convert_to_tensor(labels)
        if tuple(labels.shape) != shapes[1]:
            raise ValueError(
                "labels must have the shape of scores, (N, K). "
                f"Received shapes {tuple(labels.shape)} and {shapes[1]}"
            )
    if not (isinstance(threshold, Real) and 0 <= threshold <= 1):
        raise ValueError(f"threshold must be an IoU, 0 to 1. Received: {threshold!r}")
    if not (isinstance(most, Integral) and most > 0):
        raise ValueError(f"most must be a whole number above 0. Received: {most!r}")
    return ops.stop_gradient(boxes), ops.stop_gradient(scores), labels
