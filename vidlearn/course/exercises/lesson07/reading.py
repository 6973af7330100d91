"""A challenge: two hundred labelled digits, and a test that nobody shows."""

from functools import cache

import numpy as np

from vidlearn import scratch
from vidlearn.course.exercises import Exercise, Refusal
from vidlearn.messages import text

DRAWS = 41, 42, 43
COUNT = 200
ALLOWED = (*scratch.__all__, "cnn", "small_cnn", "some_wrong", "over_parts", "most_alike", "learn")


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
        if (read is None or read is Ellipsis) and not shares:
            return None
        if not callable(read):
            raise Refusal(words["no_function"])
        shares.append(np.mean(_labels(read(x_new.copy()), y_new.shape, words) == y_new))
    return float(np.mean(shares))


def _labels(said, shape, words):
    """Return what was read as an array of numbers, one for each picture, or refuse it."""
    try:
        said = np.asarray(said)
    except Exception:  # lists of unlike lengths, or an object that refuses
        raise Refusal(words["no_labels"]) from None
    if said.shape != shape:
        raise Refusal(words["labels"].format(wanted=shape, came=said.shape))
    if said.dtype.kind not in "iuf":
        raise Refusal(words["no_labels"])
    return said


EXERCISES = [
    Exercise(
        "two-hundred",
        kind="challenge",
        score=reading_score,
        bar=0.955,
        seconds=120.0,
        allows=ALLOWED,
    ),
]
