"""Gradient checking: is a backward pass the derivative of its forward pass?

The derivative along one entry is a difference quotient, so it can be had without calculus.
Lesson 05 explains and uses it, and the tests of this package rest on it.
"""

import numpy as np

from ._checks import as_array, check_numbers, check_seed


def numerical_gradient(f, x, dout, eps=1e-6):
    """Return the gradient of ``sum(f(x) * dout)`` by central differences.

    ``dx[i] = sum((f(x + eps at i) - f(x - eps at i)) * dout) / (2 * eps)``

    Parameters
    ----------
    f : callable
        f(x) -> out, an ndarray.
    x : ndarray of float64, any shape
    dout : ndarray, shape of f(x)
        Gradient that arrives from above. Draw it at random: ones hide mistakes.
    eps : float
        Step; far larger or smaller ones lose digits.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        If x is not float64: coarser numbers drown the difference in rounding.
    ValueError
        If dout has not the shape of f(x).

    Examples
    --------
    >>> numerical_gradient(np.square, np.array([1.0, 3.0]), dout=np.array([1.0, 10.0])).round(6)
    array([ 2., 60.])
    """
    x = np.array(as_array("x", x))
    if x.dtype != np.float64:
        raise TypeError(f"x must be float64; received {x.dtype}. Write x.astype(np.float64).")
    if np.shape(f(x)) != np.shape(dout):
        raise ValueError(
            f"dout must have the shape of f(x), {np.shape(f(x))}; received {np.shape(dout)}."
        )
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + eps
        above = np.array(f(x))
        x[i] = old - eps
        below = np.array(f(x))
        x[i] = old
        dx[i] = np.sum((above - below) * dout) / (2 * eps)
    return dx


def relative_error(a, b):
    """Return the largest difference of two arrays, relative to their largest entry.

    ``max(abs(a - b)) / max(abs(a), abs(b))``. In float64 a right gradient has about 1e-9, a wrong
    one mostly more than 1e-2.

    Parameters
    ----------
    a, b : ndarray
        Of the same shape.

    Returns
    -------
    float
        0 for equal arrays, at most 2.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> relative_error(np.array([1.0, 10.0]), np.array([2.0, 10.0]))
    0.1
    """
    a, b = check_numbers("a", a, float), check_numbers("b", b, float)
    if a.shape != b.shape:
        raise ValueError(
            f"a and b must have the same shape; received {a.shape} and {b.shape}. "
            "A gradient has the shape of what it belongs to: is padding cropped off?"
        )
    difference = np.max(np.abs(a - b), initial=0)
    return float(difference / max(np.max(np.abs([a, b]), initial=0), np.finfo(float).tiny))


def check_gradients(forward, backward, *inputs, seed=0):
    """Compare a backward pass with numerical gradients, for every entry of every input.

    Parameters
    ----------
    forward : callable
        forward(*inputs) -> (out, cache). out may be a tuple of arrays, such as the states
        (h_next, c_next) of a cell.
    backward : callable
        backward(dout, cache) -> a gradient for each input, or just one for one input. Where out
        is a tuple, backward(*douts, cache), a dout for each of its arrays.
    *inputs : ndarray of float64
    seed : int
        Of the random gradient that arrives from above.

    Returns
    -------
    list of float
        The `relative_error` of each gradient.

    Raises
    ------
    ValueError
        If there are more or fewer gradients than inputs, or a gradient has another shape.

    Examples
    --------
    >>> def square_forward(x):
    ...     return x**2, x
    >>> def square_backward(dout, x):
    ...     return dout * x  # the 2 is missing
    >>> [round(e, 3) for e in check_gradients(square_forward, square_backward, np.ones((2, 3)))]
    [0.5]
    """
    rng = np.random.default_rng(check_seed("seed", seed))
    out, cache = forward(*inputs)
    outs = out if isinstance(out, tuple) else (out,)
    douts = [rng.normal(size=np.shape(one)) for one in outs]
    gradients = backward(*douts, cache)
    if isinstance(gradients, np.ndarray):
        gradients = (gradients,)
    if len(gradients) != len(inputs):
        raise ValueError(
            f"backward must return a gradient for each of the {len(inputs)} inputs; "
            f"received {len(gradients)}."
        )

    dout = douts[0] if len(outs) == 1 else _in_a_row(douts)

    def along(k):
        def f(x):
            out, _ = forward(*inputs[:k], x, *inputs[k + 1 :])
            return _in_a_row(out) if isinstance(out, tuple) and len(outs) > 1 else out

        return f

    return [
        relative_error(gradient, numerical_gradient(along(k), x, dout))
        for k, (x, gradient) in enumerate(zip(inputs, gradients, strict=True))
    ]


def _in_a_row(arrays):
    return np.concatenate([np.ravel(one) for one in arrays])
