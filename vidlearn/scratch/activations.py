r"""Activation functions, forward and backward.

Each works entry by entry, but softmax, which works along an axis. x is floating point, and
results keep its dtype: whole numbers would wrap around. The caches of sigmoid, tanh and softmax
hold out itself, those of the others x: change neither in place before the backward pass.
Lesson 05 derives the gradients.
"""

from math import isfinite
from numbers import Real

import numpy as np

from ._checks import check_dout, check_floating, check_number, is_int, unpack, unpack_array


def relu_forward(x):
    """Keep what is positive: ``out = max(x, 0)``.

    Parameters
    ----------
    x : ndarray, any shape, floating point

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray

    Examples
    --------
    >>> relu_forward(np.array([-2.0, 0, 3]))[0]
    array([0., 0., 3.])
    """
    x = check_floating("x", x)
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """Pass the gradient where x was positive: ``dx = dout * (x > 0)``.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : ndarray

    Returns
    -------
    dx : ndarray, shape of x

    Notes
    -----
    At x = 0 there is no derivative; as in Keras it is taken as 0.
    """
    x = unpack_array(cache, "relu_forward")
    dout, slope = check_dout(dout, x.shape, x.dtype), (x > 0)
    with np.errstate(invalid="raise"):
        try:
            return dout * slope
        except FloatingPointError:  # inf * 0 is no number
            return np.where(slope, dout, 0)


def leaky_relu_forward(x, *, negative_slope=0.3):
    """Keep what is positive and weaken what is not: ``out = x if x > 0 else negative_slope * x``.

    Parameters
    ----------
    x : ndarray, any shape, floating point
    negative_slope : float
        0.3 as in Keras's layer; Maas, Hannun and Ng (2013) take 0.01.

    Returns
    -------
    out : ndarray, shape of x
    cache : tuple

    Examples
    --------
    >>> leaky_relu_forward(np.array([-2.0, 0, 3]), negative_slope=0.1)[0]
    array([-0.2,  0. ,  3. ])
    """
    x = check_floating("x", x)
    slope = check_number("negative_slope", negative_slope, "be finite", isfinite)
    return np.where(x > 0, x, slope * x), (x, slope)


def leaky_relu_backward(dout, cache):
    """Pass the gradient, weakened where x was not positive.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : tuple

    Returns
    -------
    dx : ndarray, shape of x
    """
    x, negative_slope = unpack(cache, "leaky_relu_forward", np.ndarray, Real)
    dout = check_dout(dout, x.shape, x.dtype)
    return np.where(x > 0, dout, negative_slope * dout)


def sigmoid_forward(x):
    r"""Squash into (0, 1): ``out = 1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : ndarray, any shape, floating point

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray

    Notes
    -----
    ``exp(-x)`` overflows for large negative x. With ``e = exp(-abs(x))``, which cannot, the same
    number is ``1 / (1 + e)`` for x >= 0 and ``e / (1 + e)`` for x < 0.

    Examples
    --------
    >>> sigmoid_forward(np.array([-1000.0, 0, 1000]))[0]
    array([0. , 0.5, 1. ])
    """
    x = check_floating("x", x)
    e = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, e) / (1 + e)
    return out, out


def sigmoid_backward(dout, cache):
    """Return ``dx = dout * out * (1 - out)``.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : ndarray

    Returns
    -------
    dx : ndarray, shape of x
    """
    out = unpack_array(cache, "sigmoid_forward")
    return check_dout(dout, out.shape, out.dtype) * out * (1 - out)


def tanh_forward(x):
    """Squash into (-1, 1): ``out = tanh(x)``.

    Parameters
    ----------
    x : ndarray, any shape, floating point

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray

    Examples
    --------
    >>> tanh_forward(np.array([-1000.0, 0, 1000]))[0]
    array([-1.,  0.,  1.])
    """
    out = np.tanh(check_floating("x", x))
    return out, out


def tanh_backward(dout, cache):
    """Return ``dx = dout * (1 - out**2)``.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : ndarray

    Returns
    -------
    dx : ndarray, shape of x
    """
    out = unpack_array(cache, "tanh_forward")
    return check_dout(dout, out.shape, out.dtype) * (1 - out**2)


def softmax(x, axis=-1):
    r"""Turn scores into probabilities: ``exp(x) / sum(exp(x))`` along the axis.

    Parameters
    ----------
    x : ndarray, any shape, floating point
    axis : int

    Returns
    -------
    ndarray, shape of x
        Positive, with sum 1 along the axis.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If x has no such axis, or nothing along it.

    Notes
    -----
    The largest score is taken off first. It cancels in the fraction, and exp cannot overflow.

    Examples
    --------
    >>> softmax(np.log([1.0, 2, 5])).round(3)
    array([0.125, 0.25 , 0.625])
    """
    x = check_floating("x", x)
    if not (is_int(axis) and -x.ndim <= axis < x.ndim) or x.shape[axis] == 0:
        raise ValueError(
            "axis must be one of the axes of x, and that not empty; "
            f"received axis={axis!r} and x {x.shape}."
        )
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def softmax_forward(x, *, axis=-1):
    """Return `softmax` and what its backward pass needs.

    Parameters
    ----------
    x : ndarray, any shape, floating point
    axis : int

    Returns
    -------
    out : ndarray, shape of x
    cache : tuple
    """
    out = softmax(x, axis)
    return out, (out, axis)


def softmax_backward(dout, cache):
    """Return ``dx = out * (dout - sum(dout * out))``, the sum along the axis of the softmax.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : tuple

    Returns
    -------
    dx : ndarray, shape of x
    """
    out, axis = unpack(cache, "softmax_forward", np.ndarray, int)
    dout = check_dout(dout, out.shape, out.dtype)
    return out * (dout - np.sum(dout * out, axis=axis, keepdims=True))
