"""Which anchors or proposals of a picture are trained: a draw in fixed shapes."""

from numbers import Integral, Real


def sample(positive, negative, count, share, *, seed):
    """Draw as many boxes of each picture, at most a share of them positive.

    Parameters
    ----------
    positive, negative : tensor
        (N, A) bool; a box that is neither is not drawn.
    count : int
        Drawn from each picture.
    share : float
        The positives' greatest share of the count, 0 to 1; negatives fill up. Positives do not:
        where negatives are too few, fewer boxes are drawn.
    seed : keras.random.SeedGenerator
        Where the random numbers come from; a model keeps it as an attribute.

    Returns
    -------
    chosen : tensor
        (N, P) int32 indices, P = min(count, A), positives first.
    valid : tensor
        (N, P) bool: False where a picture has too few to draw from; those indices fill up.

    Raises
    ------
    ValueError
        If the shapes differ, or the count or the share is out of range.

    References
    ----------
    Ren et al.: Faster R-CNN. NeurIPS 2015, section 3.1.3, and Girshick: Fast R-CNN. ICCV 2015,
    section 2.3.

    Examples
    --------
    >>> from keras.random import SeedGenerator
    >>> positive = [[True, True, True, False, False]]
    >>> negative = [[False, False, False, True, False]]
    >>> chosen, valid = sample(positive, negative, 4, 0.5, seed=SeedGenerator(1))
    >>> int(chosen[0, 2]), valid.numpy().tolist()
    (3, [[True, True, True, False]])

    Lesson 13 teaches it.
    """
    from keras import ops, random

    positive, negative = (ops.convert_to_tensor(x, "bool") for x in (positive, negative))
    _check(tuple(positive.shape), tuple(negative.shape), count, share)
    draws = random.uniform(ops.shape(positive), 0.01, 0.99, seed=seed)
    count, quota = min(count, positive.shape[1]), round(share * count)
    if quota < count:
        wished = ops.where(positive, draws, -1.0)
        limit = ops.top_k(wished, quota + 1)[0][:, -1:]  # the best that is one too many
        positive = ops.logical_and(positive, wished > limit)
    order = ops.where(positive, 1 + draws, ops.where(negative, draws, -1.0))
    found, chosen = ops.top_k(order, count)
    return ops.cast(chosen, "int32"), found > 0


def _check(positive, negative, count, share):
    if len(positive) != 2 or positive[1:] != negative[1:] or len(negative) != 2:
        raise ValueError(
            "positive and negative must both be (N, A), for every box of every picture. "
            f"Received shapes {positive} and {negative}"
        )
    if not (isinstance(count, Integral) and count > 0):
        raise ValueError(f"count must be a whole number above 0. Received: {count!r}")
    if not (isinstance(share, Real) and 0 <= share <= 1):
        raise ValueError(f"share must be 0 to 1. Received: {share!r}")
