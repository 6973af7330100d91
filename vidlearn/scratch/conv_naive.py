r"""Convolution as its formula says it, one output number after another.

.. math:: out_{n,i,j,f} = b_f + \sum_{p,q,c} x_{n,\, is+pd,\, js+qd,\, c} \; w_{p,q,c,f}

These loops are for reading, and they are the measure of the fast forms in
`vidlearn.scratch.conv`, with which they share signature, result and cache, and which are hundreds
of times faster. Lesson 03 writes them step by step.
"""

import numpy as np

from ._checks import check_dout
from .conv import prepare, unpack_conv


def conv1d_forward_naive(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve sequences: ``out[n, i, f] = sum(window * w[..., f]) + b[f]``.

    Parameters and results are those of `vidlearn.scratch.conv1d_forward`.

    Examples
    --------
    >>> x = np.array([1.0, 2, 4, 8]).reshape(1, 4, 1)
    >>> w = np.array([-1.0, 1]).reshape(2, 1, 1)
    >>> conv1d_forward_naive(x, w)[0].ravel()
    array([1., 2., 4.])
    """
    x, w, b, grid = prepare(1, x, w, b, stride, padding, dilation)  # x is padded now
    out = np.zeros((len(x), *grid.outputs, w.shape[-1]), x.dtype)  # (N, OT, F)
    for n, i, f in np.ndindex(out.shape):
        (steps,) = grid.at(i)
        window = x[n, steps]  # (KT, C)
        out[n, i, f] = np.sum(window * w[..., f])
    if b is not None:
        out += b
    return out, (x, w, b, grid)


def conv1d_backward_naive(dout, cache):
    """Return dx, dw, db: every output passes its gradient to all that it was made from.

    Parameters and results are those of `vidlearn.scratch.conv1d_backward`.
    """
    x, w, b, grid = unpack_conv(cache)
    dout = check_dout(dout, (len(x), *grid.outputs, w.shape[-1]), x.dtype)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, i, f in np.ndindex(dout.shape):
        (steps,) = grid.at(i)
        dx[n, steps] += dout[n, i, f] * w[..., f]  # (KT, C)
        dw[..., f] += dout[n, i, f] * x[n, steps]  # (KT, C)
    db = None if b is None else dout.sum(axis=(0, 1))  # (F,)
    return grid.crop(dx), dw, db


def conv2d_forward_naive(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve images: ``out[n, i, j, f] = sum(window * w[..., f]) + b[f]``.

    Parameters and results are those of `vidlearn.scratch.conv2d_forward`.

    Examples
    --------
    >>> x = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]]).reshape(1, 3, 3, 1)
    >>> w = np.arange(1.0, 10).reshape(3, 3, 1, 1)
    >>> conv2d_forward_naive(x, w)[0].item()
    25.0
    """
    x, w, b, grid = prepare(2, x, w, b, stride, padding, dilation)  # x is padded now
    out = np.zeros((len(x), *grid.outputs, w.shape[-1]), x.dtype)  # (N, OH, OW, F)
    for n, i, j, f in np.ndindex(out.shape):
        rows, cols = grid.at(i, j)
        window = x[n, rows, cols]  # (KH, KW, C)
        out[n, i, j, f] = np.sum(window * w[..., f])
    if b is not None:
        out += b
    return out, (x, w, b, grid)


def conv2d_backward_naive(dout, cache):
    """Return dx, dw, db: every output passes its gradient to all that it was made from.

    Parameters and results are those of `vidlearn.scratch.conv2d_backward`.
    """
    x, w, b, grid = unpack_conv(cache)
    dout = check_dout(dout, (len(x), *grid.outputs, w.shape[-1]), x.dtype)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, i, j, f in np.ndindex(dout.shape):
        rows, cols = grid.at(i, j)
        dx[n, rows, cols] += dout[n, i, j, f] * w[..., f]  # (KH, KW, C)
        dw[..., f] += dout[n, i, j, f] * x[n, rows, cols]  # (KH, KW, C)
    db = None if b is None else dout.sum(axis=(0, 1, 2))  # (F,)
    return grid.crop(dx), dw, db


def conv3d_forward_naive(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve clips: ``out[n, t, i, j, f] = sum(window * w[..., f]) + b[f]``.

    Parameters and results are those of `vidlearn.scratch.conv3d_forward`.
    """
    x, w, b, grid = prepare(3, x, w, b, stride, padding, dilation)  # x is padded now
    out = np.zeros((len(x), *grid.outputs, w.shape[-1]), x.dtype)  # (N, OT, OH, OW, F)
    for n, t, i, j, f in np.ndindex(out.shape):
        frames, rows, cols = grid.at(t, i, j)
        window = x[n, frames, rows, cols]  # (KT, KH, KW, C)
        out[n, t, i, j, f] = np.sum(window * w[..., f])
    if b is not None:
        out += b
    return out, (x, w, b, grid)


def conv3d_backward_naive(dout, cache):
    """Return dx, dw, db: every output passes its gradient to all that it was made from.

    Parameters and results are those of `vidlearn.scratch.conv3d_backward`.
    """
    x, w, b, grid = unpack_conv(cache)
    dout = check_dout(dout, (len(x), *grid.outputs, w.shape[-1]), x.dtype)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, t, i, j, f in np.ndindex(dout.shape):
        frames, rows, cols = grid.at(t, i, j)
        dx[n, frames, rows, cols] += dout[n, t, i, j, f] * w[..., f]  # (KT, KH, KW, C)
        dw[..., f] += dout[n, t, i, j, f] * x[n, frames, rows, cols]  # (KT, KH, KW, C)
    db = None if b is None else dout.sum(axis=(0, 1, 2, 3))  # (F,)
    return grid.crop(dx), dw, db
