"""Which anchors or proposals of a picture are trained: a draw in fixed shapes."""

from numbers import Integral, Real

from .matching import BACKGROUND, IGNORED


def sample(assigned, *, count=256, share=0.5, seed):
    """Draw the boxes of a training step from each picture, positives first.

    Parameters
    ----------
    assigned : tensor
        (N, A) whole numbers, as `match` returns them: 0 or more is positive, -1 background, and
        what is ignored is not drawn.
    count : int
        How many to draw from each picture.
    share : float
        0 to 1, how much of `count` may be positive at most. Background fills up what is missing.
    seed : keras.random.SeedGenerator
        Where the random numbers come from; a model keeps it as an attribute.

    Returns
    -------
    chosen : tensor
        (N, P) int32 indices, P = min(count, A), or `count` where A is not known yet: in a step
        that was compiled for any number of truths.
    valid : tensor
        (N, P) bool: False where a picture has too few to draw from; those indices fill up.

    Raises
    ------
    ValueError
        If `assigned` is not (N, A), or an option is out of range.

    References
    ----------
    Ren et al.: Faster R-CNN. TPAMI 39 (6), 2017, section 3.1.3, and Girshick: Fast R-CNN. ICCV
    2015, section 2.3.

    Examples
    --------
    >>> from keras.random import SeedGenerator
    >>> chosen, valid = sample([[5, 0, 2, -1, -2]], count=4, seed=SeedGenerator(1))
    >>> int(chosen[0, 2]), valid.numpy().tolist()
    (3, [[True, True, True, False]])

    Lesson 13 teaches it.
    """
    from keras import ops, random

    assigned = ops.convert_to_tensor(assigned)
    _check(tuple(assigned.shape), count, share)
    last = ops.shape(assigned)[1] - 1
    if assigned.shape[1] is None:  # what is added is never valid
        assigned = ops.pad(assigned, ((0, 0), (0, count)), constant_values=IGNORED)
    else:
        count = min(count, assigned.shape[1])
    draws = random.uniform(ops.shape(assigned), 0.01, 0.99, seed=seed)
    room, positive = int(count * share), assigned > BACKGROUND
    if room < count:
        wished = ops.where(positive, draws, -1.0)
        limit = ops.top_k(wished, room + 1)[0][:, -1:]  # the best that is one too many
        positive = ops.logical_and(positive, wished > limit)
    order = ops.where(positive, 1 + draws, ops.where(assigned == BACKGROUND, draws, -1.0))
    found, chosen = ops.top_k(order, count)
    return ops.minimum(ops.cast(chosen, "int32"), last), found > 0


def _check(shape, count, share):
    if len(shape) != 2:
        raise ValueError(
            "assigned must be (N, A), a whole number for every box of every picture. "
            f"Received shape {shape}"
        )
    if not (isinstance(count, Integral) and count > 0):
        raise ValueError(f"count must be a whole number above 0. Received: {count!r}")
    if not (isinstance(share, Real) and 0 <= share <= 1):
        raise ValueError(f"share must be 0 to 1. Received: {share!r}")
