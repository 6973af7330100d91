"""Clipping: gradients that are too long are shortened. Lesson 08 shows when that helps."""

from math import hypot

import numpy as np

from ._checks import is_number


def clip_by_value(grads, limit):
    """Bring every entry into the range from -limit to limit.

    Parameters
    ----------
    grads : list of ndarray
    limit : float

    Returns
    -------
    list of ndarray

    Examples
    --------
    >>> clip_by_value([np.array([3.0, -0.5])], 1.0)
    [array([ 1. , -0.5])]
    """
    _check("limit", limit)
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

    Examples
    --------
    >>> clip_by_norm([np.array([3.0, -4.0]), np.array([0.5])], 1.0)
    [array([ 0.6, -0.8]), array([0.5])]
    """
    _check("limit", limit)
    return [grad * (limit / max(_norm([grad]), limit)) for grad in grads]


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

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013,
    algorithm 1.

    Examples
    --------
    >>> clip_by_global_norm([np.array([3.0]), np.array([[-4.0]])], 1.0)
    ([array([0.6]), array([[-0.8]])], 5.0)
    """
    _check("limit", limit)
    norm = _norm(grads)
    factor = limit / max(norm, limit)
    return [grad * factor for grad in grads], norm


def _norm(grads):
    """Return the square root of the sum of the squares of all entries, summed in float64."""
    return hypot(*(np.linalg.norm(np.asarray(grad, np.float64)) for grad in grads))


def _check(name, limit):
    if not (is_number(limit) and limit > 0):
        raise ValueError(f"{name} must be above 0; received {name}={limit!r}.")
