r"""Dense (fully connected) layers, and what lays a map out flat before one.

Every output is a weighted sum of all inputs: ``out = x @ w + b``, with x (N, D) and w (D, U) as
Keras has them. More axes before the last are more rows: a sequence (N, T, D) gives (N, T, U), the
same weights at every step. Lesson 05 derives the gradients.
"""

from math import prod

import numpy as np

from ._checks import as_array, check_dout, check_floating, check_numbers, check_shape, unpack


def dense_forward(x, w, b=None):
    r"""Return weighted sums of the last axis: ``out = x @ w + b``.

    .. math:: out_{n,u} = b_u + \sum_d x_{n,d} \; w_{d,u}

    Parameters
    ----------
    x : ndarray, (..., D)
        Floating point; out has the same dtype. Mostly (N, D), or (N, T, D) for sequences.
    w : ndarray, (D, U)
    b : ndarray, (U,), optional

    Returns
    -------
    out : ndarray, (..., U)
    cache : tuple
        What `dense_backward` needs.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together.

    Examples
    --------
    >>> w = np.array([[1.0, 10], [2, 20], [3, 30]])
    >>> dense_forward(np.array([[1.0, 1, 2]]), w, np.array([0.5, 0]))[0]
    array([[ 9.5, 90. ]])
    """
    x, w, b = _prepare(x, w, b)
    rows = x.reshape(-1, len(w))  # (N, D)
    out = (rows @ w).reshape(*x.shape[:-1], w.shape[1])
    if b is not None:
        out += b
    return out, (x, w, b)


def dense_backward(dout, cache):
    """Return ``dx = dout @ w.T``, ``dw = x.T @ dout`` and ``db``, the sum of dout over the rows.

    Parameters
    ----------
    dout : ndarray, (..., U)
        Gradient of the loss with respect to out.
    cache : tuple
        From `dense_forward` or its naive form.

    Returns
    -------
    dx : ndarray, (..., D)
    dw : ndarray, (D, U)
    db : ndarray, (U,), or None where b was None

    Raises
    ------
    ValueError
        If dout has not the shape of out.

    Examples
    --------
    >>> _, cache = dense_forward(np.array([[1.0, 2], [3, 4]]), np.array([[10.0], [20]]), np.ones(1))
    >>> dx, dw, db = dense_backward(np.array([[1.0], [0.1]]), cache)
    >>> dx
    array([[10., 20.],
           [ 1.,  2.]])
    >>> dw.ravel(), db
    (array([1.3, 2.4]), array([1.1]))
    """
    x, w, b = _unpack(cache)
    dout = check_dout(dout, (*x.shape[:-1], w.shape[1]), x.dtype)
    rows, drows = x.reshape(-1, len(w)), dout.reshape(-1, w.shape[1])  # (N, D), (N, U)
    dx = (drows @ w.T).reshape(x.shape)
    dw = rows.T @ drows
    db = None if b is None else drows.sum(axis=0)
    return dx, dw, db


def dense_forward_naive(x, w, b=None):
    """Return weighted sums, one output number after another: ``sum(x[n] * w[:, u]) + b[u]``.

    Parameters and results are those of `vidlearn.scratch.dense_forward`.

    Examples
    --------
    >>> dense_forward_naive(np.array([[1.0, 2]]), np.array([[10.0], [20]]))[0].item()
    50.0
    """
    x, w, b = _prepare(x, w, b)
    out = np.zeros((*x.shape[:-1], w.shape[1]), x.dtype)
    for *n, u in np.ndindex(out.shape):
        row = x[tuple(n)]  # (D,)
        out[(*n, u)] = np.sum(row * w[:, u])
    if b is not None:
        out += b
    return out, (x, w, b)


def dense_backward_naive(dout, cache):
    """Return dx, dw, db: every output passes its gradient to all that it was made from.

    Parameters and results are those of `vidlearn.scratch.dense_backward`.
    """
    x, w, b = _unpack(cache)
    dout = check_dout(dout, (*x.shape[:-1], w.shape[1]), x.dtype)
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1], x.dtype)
    for *n, u in np.ndindex(dout.shape):
        row = x[tuple(n)]  # (D,)
        dx[tuple(n)] += dout[(*n, u)] * w[:, u]
        dw[:, u] += dout[(*n, u)] * row
        db[u] += dout[(*n, u)]
    return dx, dw, None if b is None else db


def flatten_forward(x):
    """Lay every example out as one row, the last axis running fastest.

    Parameters
    ----------
    x : ndarray, (N, ...)
        Floating point.

    Returns
    -------
    out : ndarray, (N, D)
        D is the product of the other axes. A view of x where memory allows it.
    cache : tuple

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If x is a single number.

    Examples
    --------
    >>> flatten_forward(np.arange(8.0).reshape(2, 2, 2))[0]
    array([[0., 1., 2., 3.],
           [4., 5., 6., 7.]])
    """
    x = check_floating("x", x)
    if x.ndim == 0:
        raise ValueError(
            f"x must have axes (N, ...); received shape {x.shape}. x[None] adds the batch."
        )
    return x.reshape(len(x), prod(x.shape[1:])), (x.shape, x.dtype)


def flatten_backward(dout, cache):
    """Give the gradient the shape of x again.

    Parameters
    ----------
    dout : ndarray, (N, D)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, ...)
    """
    shape, dtype = unpack(cache, "flatten_forward", tuple, np.dtype)
    return check_dout(dout, (shape[0], prod(shape[1:])), dtype).reshape(shape)


def _prepare(x, w, b):
    """Check the arguments of a dense layer; return them as arrays in the dtype of x."""
    x, w = check_floating("x", x), as_array("w", w)
    check_shape("w", w, 2, "(D, U)", "w[:, None] makes one unit of a vector", least=1)
    if x.shape[-1:] != w.shape[:1]:
        raise ValueError(
            f"x and w must agree in D, the last axis of x (..., D) and the first of w (D, U); "
            f"received x {x.shape} and w {w.shape}. Is a batch to be flattened, or w transposed?"
        )
    b = None if b is None else check_numbers("b", b, x.dtype)
    if b is not None and b.shape != w.shape[1:]:
        raise ValueError(
            f"b must have one entry for each of the {w.shape[1]} units of w {w.shape}; "
            f"received shape {b.shape}. Write np.zeros({w.shape[1]})."
        )
    return x, check_numbers("w", w, x.dtype), b


def _unpack(cache):
    return unpack(cache, "dense_forward", np.ndarray, np.ndarray, object)
