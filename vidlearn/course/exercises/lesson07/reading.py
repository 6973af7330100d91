"""A challenge: two hundred labelled digits, and a test that nobody shows."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Exercise, Refusal
from vidlearn.messages import text

DRAWS = 41, 42, 43
COUNT = 200


@cache
def _digits():
    from sklearn.datasets import load_digits

    digits = load_digits()
    return (digits.images[..., None] / 16).astype(np.float32), digits.target


def two_hundred(seed):
    """Draw 200 digits to learn from; all others are the test.

    Parameters
    ----------
    seed : int
        Which ones.

    Returns
    -------
    x, y, x_new, y_new : ndarray
        Pictures (N, 8, 8, 1) float32 from 0 to 1 and labels.
    """
    pictures, labels = _digits()
    order = np.random.default_rng(seed).permutation(len(pictures))
    here, new = order[:COUNT], order[COUNT:]
    return pictures[here], labels[here], pictures[new], labels[new]


def reading_score(answer):
    """Judge a recipe on digits that it has not seen: the mean over three draws.

    Parameters
    ----------
    answer : callable
        Takes 200 pictures and their labels; returns a function from pictures to labels.

    Returns
    -------
    float
        The share it reads rightly; None where the answer returns None.

    Raises
    ------
    Refusal
        If what comes back is no function, or does not give a label for each picture.
    """
    words, shares = text("lesson07")["exercises"]["two-hundred"], []
    for draw in DRAWS:
        x, y, x_new, y_new = two_hundred(draw)
        read = answer(x.copy(), y.copy())
        if read is None:
            return None
        if not callable(read):
            raise Refusal(words["no_function"])
        said = np.asarray(read(x_new.copy()))
        if said.shape != y_new.shape:
            raise Refusal(words["labels"].format(wanted=y_new.shape, came=said.shape))
        shares.append(np.mean(said == y_new))
    return float(np.mean(shares))


EXERCISES = [
    Exercise("two-hundred", kind="challenge", score=reading_score, bar=0.955, seconds=120.0),
]
