"""A challenge without a network: is a clip as it is, or does it run backwards?"""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Refusal

CLIPS = 200


@cache
def _clips():
    """Clips that no cell of the lesson shows; some of their people are in its test."""
    from vidlearn.synthetic import actions

    return actions(CLIPS, seed=5017, world="unseen people")


def forwards_score(answer):
    """Say how often an answer tells an action from its reverse, the pair being told.

    Parameters
    ----------
    answer : callable
        ``answer(clip, pair)`` takes a clip (16, 48, 48, 3) uint8 and the number of its pair, 0 to
        4, and says whether the clip is the pair's first action (True) or its second (False).

    Returns
    -------
    float
        The mean over the five pairs of the share that is right, 0 to 1.

    Raises
    ------
    Refusal
        If it answers with anything but one truth value.
    """
    some, right = _clips(), np.zeros((5, 2))
    for clip, label in zip(some.frames, some.labels.tolist(), strict=True):
        pair, second = divmod(label, 2)
        found = np.asarray(answer(clip.copy(), pair))
        if found.size != 1 or found.dtype.kind not in "biuf" or found.item() not in (0, 1):
            raise Refusal(
                "Say True for the first action of the pair, or False for the second. "
                f"Received: {str(found)[:60]}"
            )
        right[pair] += bool(found.item()) != bool(second), 1
    return float((right[:, 0] / right[:, 1]).mean())


def moves(clip, axis):
    """Say whether what moves goes towards larger rows (axis 1) or columns (axis 2), by its sign.

    Parameters
    ----------
    clip : ndarray
        (T, H, W, 3).
    axis : int
        1 or 2.

    Returns
    -------
    float
        What brightens where it is brighter on the side it comes from.
    """
    grey = clip.mean(axis=-1) / 255
    return float(-(np.diff(grey, axis=0) * np.gradient(grey, axis=axis)[:-1]).sum())


def by_thought(clip, pair):
    """Answer by down and up, dark and bright, left and right."""
    if pair == 1:  # an open door is dark
        return clip[-4:].mean() < clip[:4].mean()
    if pair == 4:
        return moves(clip, 2) < 0
    return (moves(clip, 1) > 0) != (pair == 3)  # down: sits down, approaches, puts down
