"""A learning rate, searched for on a log scale and chosen on validation digits."""

import numpy as np

from vidlearn.course.describe import brief
from vidlearn.course.exercises import Refusal

LOW, HIGH = 0.002, 0.02  # three epochs of Adam: the validation loss is low in here
SLOW, WILD = 0.0004, 0.15  # beyond these, next to nothing is learned


def learning_rate():
    """Return a rate from the middle of the valley: from 0.002 to 0.02 all are good."""
    return 0.005


def rate_told(result):
    """Say where a rate lies.

    Parameters
    ----------
    result : float
        The answer.

    Returns
    -------
    dict
        One sentence.

    Raises
    ------
    Refusal
        If it is no number.
    """
    try:
        number = np.asarray(result)
    except Exception:  # lists of unlike lengths, or an object that refuses
        number = np.zeros(0)
    if number.dtype.kind not in "iuf" or number.size != 1 or not np.isfinite(number).all():
        raise Refusal(f"One number is asked for, the rate. Yours: {brief(result):.60}.")
    rate = float(number.reshape(-1)[0])
    places = [
        (0.0, "not above zero"),
        (SLOW, "where next to nothing is learned yet"),
        (LOW, "below the valley"),
        (HIGH * (1 + 1e-9), "in the valley"),
        (WILD, "above the valley"),
        (np.inf, "where the steps throw the weights about"),
    ]
    if rate <= 0:
        return {"the rate": places[0][1]}
    return {"the rate": next(words for end, words in places[1:] if rate < end)}


RATE_MISTAKES = {
    "timid": lambda: 1e-5,
    "slow": lambda: 1e-3,
    "restless": lambda: 0.05,
    "wild": lambda: 1.0,
    "exponent": lambda: -2.0,
}
