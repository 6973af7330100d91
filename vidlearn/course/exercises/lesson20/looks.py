"""A challenge: who has to look at whom, so that two blocks are enough for all to hear of all."""

import numpy as np

SIZES = ((8, 9), (8, 36), (16, 16), (5, 16))  # moments, places


def share_of_looks(answer):
    """Return the share of all pairs that a mask allows, the largest over several sizes.

    Parameters
    ----------
    answer : callable
        ``answer(moments, places)`` returns (Q, Q) bool, True where a token may look.

    Returns
    -------
    float

    Raises
    ------
    Refusal
        If it is no such mask, or somebody has not heard of somebody after two blocks.
    """
    return max(_share(answer(moments, places), moments, places) for moments, places in SIZES)


def _share(mask, moments, places):
    from vidlearn.course.exercises import Refusal

    if isinstance(mask, tuple):
        raise Refusal(f"Return one mask, not {len(mask)} things.")
    mask, count = np.asarray(mask), moments * places
    if mask.shape != (count, count):
        raise Refusal(
            f"For {moments} moments of {places} places return a mask of shape ({count}, {count}). "
            f"Yours: {mask.shape}."
        )
    if mask.dtype != bool:
        raise Refusal(f"A mask is of bool, True where one may look. Yours: {mask.dtype}.")
    deaf = np.argwhere(~heard(mask))
    if len(deaf):
        who, whom = deaf[0]
        raise Refusal(
            f"With {moments} moments of {places} places, {len(deaf)} of {count**2} pairs are out "
            f"of touch after two blocks: token {who} has not heard of token {whom}, for one."
        )
    return float(mask.mean())


def heard(mask, blocks=2):
    """Say who has heard of whom after some blocks of attention.

    Parameters
    ----------
    mask : ndarray
        (Q, Q) bool: who may look at whom, in every block.
    blocks : int
        Blocks one after another; what a token has itself, it keeps.

    Returns
    -------
    ndarray
        (Q, Q) bool.
    """
    step = (mask | np.eye(len(mask), dtype=bool)).astype(np.float32)  # x + attention(x)
    known = step
    for _ in range(blocks - 1):
        known = np.minimum(step @ known, 1)
    return known > 0
