"""Clipping: gradients that are too long are shortened. Lesson 08 shows when that helps.

An infinite limit clips nothing: so the length of the gradients can be had alone.
"""

from math import hypot, isfinite, sqrt

import numpy as np

from ._checks import check_floating, check_number


def clip_by_value(grads, limit):
    """Bring every entry into the range from -limit to limit.

    Parameters
    ----------
    grads : list of ndarray
    limit : float

    Returns
    -------
    list of ndarray

    Raises
    ------
    TypeError
        If grads is no list of floating point arrays.
    ValueError
        If limit is not above 0.

    Examples
    --------
    >>> clip_by_value([np.array([3.0, -0.5])], 1.0)
    [array([ 1. , -0.5])]
    """
    grads, limit = _check(grads), check_limit("limit", limit)
    return [np.clip(grad, -limit, limit) for grad in grads]


def clip_by_norm(grads, limit):
    """Shorten every gradient that is longer than limit to that length.

    Parameters
    ----------
    grads : list of ndarray
    limit : float

    Returns
    -------
    list of ndarray
        Each in its direction as before.

    Raises
    ------
    TypeError
        If grads is no list of floating point arrays.
    ValueError
        If limit is not above 0.

    Examples
    --------
    >>> clip_by_norm([np.array([3.0, -4.0]), np.array([0.5])], 1.0)
    [array([ 0.6, -0.8]), array([0.5])]
    """
    grads, limit = _check(grads), check_limit("limit", limit)
    return [grad * _factor(_norm([grad]), limit) for grad in grads]


def clip_by_global_norm(grads, limit):
    """Shorten all gradients by one factor, when together they are longer than limit.

    Parameters
    ----------
    grads : list of ndarray
    limit : float

    Returns
    -------
    clipped : list of ndarray
        Together they point into the direction as before.
    norm : float
        Length of all gradients together, before clipping.

    Raises
    ------
    TypeError
        If grads is no list of floating point arrays.
    ValueError
        If limit is not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013,
    algorithm 1.

    Examples
    --------
    >>> clip_by_global_norm([np.array([3.0]), np.array([[-4.0]])], 1.0)
    ([array([0.6]), array([[-0.8]])], 5.0)
    """
    grads, limit = _check(grads), check_limit("limit", limit)
    norm = _norm(grads)
    factor = _factor(norm, limit)
    return [grad * factor for grad in grads], norm


def check_limit(name, limit, expected="be above 0"):
    """Return the limit, when it is above 0."""
    return check_number(name, limit, expected, lambda v: v > 0, "Infinity clips nothing.")


def _factor(norm, limit):
    """Return by what gradients of this length are to be multiplied."""
    return limit / norm if norm > limit else 1.0


def _norm(grads):
    """Return the square root of the sum of the squares of all entries, summed in float64."""
    with np.errstate(over="ignore"):
        return hypot(*(_length(np.asarray(grad, np.float64)) for grad in grads))


def _length(grad):
    flat = grad.ravel()
    length = sqrt(flat @ flat)
    if isfinite(length) or not np.isfinite(flat).all():
        return length
    largest = float(np.abs(flat).max())  # its square is beyond all floats
    return largest * float(np.linalg.norm(flat / largest))


def _check(grads):
    """Return grads as a list of arrays, when it is one."""
    if isinstance(grads, np.ndarray) or not isinstance(grads, list | tuple):
        received = f"one array {grads.shape}" if isinstance(grads, np.ndarray) else repr(grads)
        raise TypeError(
            f"grads must be a list of arrays, one for each parameter; received {received}. "
            "Write [grad] for a single one."
        )
    return [check_floating(f"grads[{k}]", grad) for k, grad in enumerate(grads)]
