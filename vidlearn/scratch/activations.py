r"""Activation functions, forward and backward.

Each works entry by entry, but softmax, which works along an axis. Results keep the dtype of x.
Lesson 05 derives the gradients.
"""

import numpy as np

from ._checks import check_dout


def relu_forward(x):
    """Keep what is positive: ``out = max(x, 0)``.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray

    Examples
    --------
    >>> relu_forward(np.array([-2.0, 0, 3]))[0]
    array([0., 0., 3.])
    """
    x = np.asarray(x)
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
    x = cache
    return check_dout(dout, x.shape, x.dtype) * (x > 0)


def leaky_relu_forward(x, *, negative_slope=0.3):
    """Keep what is positive and weaken what is not: ``out = x if x > 0 else negative_slope * x``.

    Parameters
    ----------
    x : ndarray, any shape
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
    x = np.asarray(x)
    return np.where(x > 0, x, negative_slope * x), (x, negative_slope)


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
    x, negative_slope = cache
    dout = check_dout(dout, x.shape, x.dtype)
    return np.where(x > 0, dout, negative_slope * dout)


def sigmoid_forward(x):
    r"""Squash into (0, 1): ``out = 1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : ndarray, any shape

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
    x = np.asarray(x)
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
    out = cache
    return check_dout(dout, out.shape, out.dtype) * out * (1 - out)


def tanh_forward(x):
    """Squash into (-1, 1): ``out = tanh(x)``.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray

    Examples
    --------
    >>> tanh_forward(np.array([-1000.0, 0, 1000]))[0]
    array([-1.,  0.,  1.])
    """
    out = np.tanh(x)
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
    out = cache
    return check_dout(dout, out.shape, out.dtype) * (1 - out**2)


def softmax(x, axis=-1):
    r"""Turn scores into probabilities: ``exp(x) / sum(exp(x))`` along the axis.

    Parameters
    ----------
    x : ndarray, any shape
    axis : int

    Returns
    -------
    ndarray, shape of x
        Positive, with sum 1 along the axis.

    Notes
    -----
    The largest score is taken off first. It cancels in the fraction, and exp cannot overflow.

    Examples
    --------
    >>> softmax(np.log([1.0, 2, 5])).round(3)
    array([0.125, 0.25 , 0.625])
    """
    x = np.asarray(x)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def softmax_forward(x, *, axis=-1):
    """Return `softmax` and what its backward pass needs.

    Parameters
    ----------
    x : ndarray, any shape
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
    out, axis = cache
    dout = check_dout(dout, out.shape, out.dtype)
    return out * (dout - np.sum(dout * out, axis=axis, keepdims=True))
