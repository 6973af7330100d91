"""Arguments of figures, judged alike: each helper returns the value or raises a ValueError."""

import math
from numbers import Integral, Real

import numpy as np


def numeric(name, value, form):
    """Return an array of real numbers; `form` says in the refusal which shape it should have."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of several lengths
        array = np.array(None)
    if array.dtype.kind not in "buif":
        raise ValueError(
            f"{name} must be {form}, numbers. Received: {array.dtype} of shape {array.shape}"
        )
    return array.astype(np.float64)


def positive(name, value):
    """Return a finite number above 0 as float."""
    if not _is_finite(value) or value <= 0:
        raise ValueError(f"{name} must be above 0, a number. Received: {value!r}")
    return float(value)


def finite(name, value):
    """Return a finite number as float."""
    if not _is_finite(value):
        raise ValueError(f"{name} must be a finite number. Received: {value!r}")
    return float(value)


def whole(name, value, least):
    """Return a whole number, at least `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number, at least {least}. Received: {value!r}")
    return int(value)


def _is_finite(value):
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
