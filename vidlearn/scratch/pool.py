r"""Pooling of pictures and clips: maximum, average and global, forward and backward.

A pool keeps one number of every window of every channel. The fast forms work on whole arrays
and one axis at a time, for the maximum of a box is the maximum of the maxima of its rows, and
likewise the sum. `vidlearn.scratch.pool_naive` has the same functions as plain loops.
Lesson 04 builds both.

Padding takes no part. It never wins a maximum, and an average is taken over the real entries of
a window only, as Keras does it with "same".

The cache of a maximum holds x and out themselves: change neither in place before the backward pass.
"""

import numpy as np

from ._checks import check_dout, check_maps, per_axis, unpack
from ._windows import Grid, lay_grid


def max_pool2d_forward(x, *, size=2, stride=None, padding=0):
    """Keep the largest entry of every window.

    Parameters
    ----------
    x : ndarray, (N, H, W, C)
        Floating point; out has the same dtype.
    size : int or (int, int)
        Entries of a window.
    stride : int or (int, int), optional
        Step between windows; size by default, so that windows tile the picture.
    padding : int, "valid", "same", or one entry per axis
        As in `vidlearn.scratch.conv2d_forward`, smaller than size. It never wins.

    Returns
    -------
    out : ndarray, (N, OH, OW, C)
    cache : tuple

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If x has another number of axes, or an option is out of range.

    Examples
    --------
    >>> x = np.array([[1.0, 3], [5, 7]]).reshape(1, 2, 2, 1)
    >>> out, cache = max_pool2d_forward(x)
    >>> out.item()
    7.0
    """
    return _max_forward(2, x, size, stride, padding)


def max_pool2d_backward(dout, cache):
    """Give the gradient of every window to its largest entry; of equals, to the first.

    Parameters
    ----------
    dout : ndarray, (N, OH, OW, C)
    cache : tuple
        From `max_pool2d_forward` or its naive form.

    Returns
    -------
    dx : ndarray, (N, H, W, C)

    Notes
    -----
    NaN counts as the largest: a window that holds it gives NaN, and the gradient to its first one.
    """
    return _max_backward(dout, cache)


def max_pool3d_forward(x, *, size=2, stride=None, padding=0):
    """Keep the largest entry of every window in time and space; see `max_pool2d_forward`.

    Parameters
    ----------
    x : ndarray, (N, T, H, W, C)
    size : int or (int, int, int)
    stride : int or (int, int, int), optional
    padding : int, "valid", "same", or one entry per axis

    Returns
    -------
    out : ndarray, (N, OT, OH, OW, C)
    cache : tuple
    """
    return _max_forward(3, x, size, stride, padding)


def max_pool3d_backward(dout, cache):
    """Give the gradient of every window to its largest entry; see `max_pool2d_backward`.

    Parameters
    ----------
    dout : ndarray, (N, OT, OH, OW, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, H, W, C)
    """
    return _max_backward(dout, cache)


def avg_pool2d_forward(x, *, size=2, stride=None, padding=0):
    """Average the real entries of every window; padding is not counted.

    Parameters
    ----------
    x : ndarray, (N, H, W, C)
        Floating point; out has the same dtype.
    size : int or (int, int)
    stride : int or (int, int), optional
        size by default.
    padding : int, "valid", "same", or one entry per axis
        As in `vidlearn.scratch.conv2d_forward`, smaller than size.

    Returns
    -------
    out : ndarray, (N, OH, OW, C)
    cache : tuple

    Examples
    --------
    >>> x = np.array([[1.0, 3], [5, 7]]).reshape(1, 2, 2, 1)
    >>> avg_pool2d_forward(x, size=2)[0].item()
    4.0
    >>> avg_pool2d_forward(x, size=2, stride=1, padding="same")[0][0, :, :, 0]
    array([[4., 5.],
           [6., 7.]])
    """
    return _avg_forward(2, x, size, stride, padding)


def avg_pool2d_backward(dout, cache):
    """Share the gradient of every window equally among its real entries.

    Parameters
    ----------
    dout : ndarray, (N, OH, OW, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, H, W, C)
    """
    return _avg_backward(dout, cache)


def avg_pool3d_forward(x, *, size=2, stride=None, padding=0):
    """Average the real entries of every window in time and space; see `avg_pool2d_forward`.

    Parameters
    ----------
    x : ndarray, (N, T, H, W, C)
    size : int or (int, int, int)
    stride : int or (int, int, int), optional
    padding : int, "valid", "same", or one entry per axis

    Returns
    -------
    out : ndarray, (N, OT, OH, OW, C)
    cache : tuple
    """
    return _avg_forward(3, x, size, stride, padding)


def avg_pool3d_backward(dout, cache):
    """Share the gradient of every window equally among its real entries.

    Parameters
    ----------
    dout : ndarray, (N, OT, OH, OW, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, H, W, C)
    """
    return _avg_backward(dout, cache)


def prepare(axes, x, size, stride, padding, fill):
    """Check the arguments of a pool; return x padded with fill, and the grid of its windows."""
    x = check_maps(axes, x)
    size = per_axis("size", size, axes)
    stride = size if stride is None else stride
    grid = lay_grid(x.shape[1:-1], size, stride=stride, padding=padding, name="size")
    check_room(padding, grid.pads, size)
    return grid.pad(x, fill), grid


def check_room(padding, pads, size):
    """Complain about windows that could hold nothing but padding; "same" pads for none."""
    if any(pad != "same" and max(pad) >= k for pad, k in zip(pads, size, strict=True)):
        raise ValueError(
            "padding must be smaller than size, or a window could hold nothing but padding; "
            f"received padding={padding!r} and size={size}. Take a larger size."
        )


def count_real(x, grid):
    """Count the entries of every window that are not padding: (1, *outputs, 1)."""
    real = np.ones_like(grid.crop(x)[:1, ..., :1])
    return _reduce(np.add, grid.pad(real), grid)


def _reduce(op, x, grid):
    """Apply op (np.maximum, np.add) over the entries of every window, one axis at a time."""
    for axis, (k, s, o) in enumerate(zip(grid.kernel, grid.stride, grid.outputs, strict=True), 1):
        before = (slice(None),) * axis
        taps = [x[(*before, slice(p, p + (o - 1) * s + 1, s))] for p in range(k)]
        out = op(taps[0], taps[1]) if k > 1 else taps[0].copy()
        for tap in taps[2:]:
            op(out, tap, out=out)
        x = out
    return x


def _max_forward(axes, x, size, stride, padding):
    x, grid = prepare(axes, x, size, stride, padding, fill=-np.inf)
    out = _reduce(np.maximum, x, grid)
    return out, (x, out, grid)


def _max_backward(dout, cache):
    x, out, grid = unpack_max(cache)
    dout = check_dout(dout, out.shape, x.dtype)
    dx = np.zeros_like(x)
    unmet = np.ones(out.shape, bool)  # windows that have not met their largest entry yet
    odd = not out.min(initial=0) > -np.inf  # NaN equals nothing, and -inf equals the padding
    for tap in np.ndindex(grid.kernel):
        places = (slice(None), *grid.tap(*tap))
        largest = _largest_of_odd(x, out, grid, places) if odd else x[places] == out
        first = largest & unmet
        dx[places] += dout * first
        unmet ^= first
    return grid.crop(dx)


def _largest_of_odd(x, out, grid, places):
    """Tell which entries are the largest of their windows where these hold NaN, or only -inf."""
    real = grid.pad(np.ones_like(grid.crop(x)[:1, ..., :1], bool), fill=False)
    return ((x[places] == out) | np.isnan(x[places])) & real[places]


def unpack_max(cache):
    """Return x, padded, out and the grid, when cache is that of a maximum."""
    return unpack(cache, "max_pool2d_forward", np.ndarray, np.ndarray, Grid)


def unpack_avg(cache):
    """Return the shape of padded x, the counts and the grid, when cache is that of an average."""
    return unpack(cache, "avg_pool2d_forward", tuple, np.ndarray, Grid)


def _avg_forward(axes, x, size, stride, padding):
    x, grid = prepare(axes, x, size, stride, padding, fill=0)
    count = count_real(x, grid)
    out = _reduce(np.add, x, grid)
    out /= count
    return out, (x.shape, count, grid)


def _avg_backward(dout, cache):
    shape, count, grid = unpack_avg(cache)
    share = check_dout(dout, (shape[0], *grid.outputs, shape[-1]), count.dtype) / count
    dx = np.zeros(shape, share.dtype)
    for tap in np.ndindex(grid.kernel):
        dx[:, *grid.tap(*tap)] += share
    return grid.crop(dx)
