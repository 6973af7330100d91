r"""Pooling as its formula says it, one window after another.

These loops are for reading, and they are the measure of the fast forms in
`vidlearn.scratch.pool`, with which they share signature, result and cache. Lesson 04 writes
them step by step.
"""

import numpy as np

from ._checks import check_dout
from .pool import count_real, prepare, unpack_avg, unpack_max


def max_pool2d_forward_naive(x, *, size=2, stride=None, padding=0):
    """Pool pictures: ``out[n, i, j, c] = max(window)``.

    Parameters and results are those of `vidlearn.scratch.max_pool2d_forward`.

    Examples
    --------
    >>> x = np.array([[1.0, 3], [5, 7]]).reshape(1, 2, 2, 1)
    >>> max_pool2d_forward_naive(x)[0].item()
    7.0
    """
    x, grid = prepare(2, x, size, stride, padding, fill=-np.inf)  # x is padded now
    out = np.zeros((len(x), *grid.outputs, x.shape[-1]), x.dtype)  # (N, OH, OW, C)
    for n, i, j, c in np.ndindex(out.shape):
        rows, cols = grid.at(i, j)
        window = x[n, rows, cols, c]  # (SH, SW)
        out[n, i, j, c] = np.max(window)
    return out, (x, out, grid)


def max_pool2d_backward_naive(dout, cache):
    """Return dx: the largest entry of a window, the first of equals, takes all its gradient.

    Parameters and results are those of `vidlearn.scratch.max_pool2d_backward`.
    """
    x, out, grid = unpack_max(cache)
    dout = check_dout(dout, out.shape, x.dtype)
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dout.shape):
        rows, cols = grid.real(i, j)  # padding takes no part
        window = x[n, rows, cols, c]  # (SH, SW)
        first = np.unravel_index(np.argmax(window), window.shape)
        dx[n, rows, cols, c][first] += dout[n, i, j, c]
    return grid.crop(dx)


def avg_pool2d_forward_naive(x, *, size=2, stride=None, padding=0):
    """Pool pictures: ``out[n, i, j, c] = sum(window) / count``, padding not counted.

    Parameters and results are those of `vidlearn.scratch.avg_pool2d_forward`.

    Examples
    --------
    >>> x = np.array([[1.0, 3], [5, 7]]).reshape(1, 2, 2, 1)
    >>> avg_pool2d_forward_naive(x)[0].item()
    4.0
    """
    x, grid = prepare(2, x, size, stride, padding, fill=0)  # x is padded now
    count = count_real(x, grid)  # entries of a window that are not padding
    out = np.zeros((len(x), *grid.outputs, x.shape[-1]), x.dtype)  # (N, OH, OW, C)
    for n, i, j, c in np.ndindex(out.shape):
        rows, cols = grid.at(i, j)
        window = x[n, rows, cols, c]  # (SH, SW)
        out[n, i, j, c] = np.sum(window) / count[0, i, j, 0]
    return out, (x.shape, count, grid)


def avg_pool2d_backward_naive(dout, cache):
    """Return dx: every real entry of a window takes an equal share of its gradient.

    Parameters and results are those of `vidlearn.scratch.avg_pool2d_backward`.
    """
    shape, count, grid = unpack_avg(cache)
    dout = check_dout(dout, (shape[0], *grid.outputs, shape[-1]), count.dtype)
    dx = np.zeros(shape, dout.dtype)
    for n, i, j, c in np.ndindex(dout.shape):
        rows, cols = grid.at(i, j)
        dx[n, rows, cols, c] += dout[n, i, j, c] / count[0, i, j, 0]
    return grid.crop(dx)


def max_pool3d_forward_naive(x, *, size=2, stride=None, padding=0):
    """Pool clips: ``out[n, t, i, j, c] = max(window)``.

    Parameters and results are those of `vidlearn.scratch.max_pool3d_forward`.
    """
    x, grid = prepare(3, x, size, stride, padding, fill=-np.inf)  # x is padded now
    out = np.zeros((len(x), *grid.outputs, x.shape[-1]), x.dtype)  # (N, OT, OH, OW, C)
    for n, t, i, j, c in np.ndindex(out.shape):
        frames, rows, cols = grid.at(t, i, j)
        window = x[n, frames, rows, cols, c]  # (ST, SH, SW)
        out[n, t, i, j, c] = np.max(window)
    return out, (x, out, grid)


def max_pool3d_backward_naive(dout, cache):
    """Return dx: the largest entry of a window, the first of equals, takes all its gradient.

    Parameters and results are those of `vidlearn.scratch.max_pool3d_backward`.
    """
    x, out, grid = unpack_max(cache)
    dout = check_dout(dout, out.shape, x.dtype)
    dx = np.zeros_like(x)
    for n, t, i, j, c in np.ndindex(dout.shape):
        frames, rows, cols = grid.real(t, i, j)  # padding takes no part
        window = x[n, frames, rows, cols, c]  # (ST, SH, SW)
        first = np.unravel_index(np.argmax(window), window.shape)
        dx[n, frames, rows, cols, c][first] += dout[n, t, i, j, c]
    return grid.crop(dx)


def avg_pool3d_forward_naive(x, *, size=2, stride=None, padding=0):
    """Pool clips: ``out[n, t, i, j, c] = sum(window) / count``, padding not counted.

    Parameters and results are those of `vidlearn.scratch.avg_pool3d_forward`.
    """
    x, grid = prepare(3, x, size, stride, padding, fill=0)  # x is padded now
    count = count_real(x, grid)  # entries of a window that are not padding
    out = np.zeros((len(x), *grid.outputs, x.shape[-1]), x.dtype)  # (N, OT, OH, OW, C)
    for n, t, i, j, c in np.ndindex(out.shape):
        frames, rows, cols = grid.at(t, i, j)
        window = x[n, frames, rows, cols, c]  # (ST, SH, SW)
        out[n, t, i, j, c] = np.sum(window) / count[0, t, i, j, 0]
    return out, (x.shape, count, grid)


def avg_pool3d_backward_naive(dout, cache):
    """Return dx: every real entry of a window takes an equal share of its gradient.

    Parameters and results are those of `vidlearn.scratch.avg_pool3d_backward`.
    """
    shape, count, grid = unpack_avg(cache)
    dout = check_dout(dout, (shape[0], *grid.outputs, shape[-1]), count.dtype)
    dx = np.zeros(shape, dout.dtype)
    for n, t, i, j, c in np.ndindex(dout.shape):
        frames, rows, cols = grid.at(t, i, j)
        dx[n, frames, rows, cols, c] += dout[n, t, i, j, c] / count[0, t, i, j, 0]
    return grid.crop(dx)
