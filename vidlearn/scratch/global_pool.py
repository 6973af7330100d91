"""Global pooling: one number for a whole channel, of a picture or of a clip.

It makes a feature vector of a map of any size, so that a network can read pictures and clips of
any size. Lesson 04 uses it.
"""

from math import prod

import numpy as np

from ._checks import check_dout, check_maps, unpack


def global_avg_pool2d_forward(x):
    """Average every channel of every picture.

    Parameters
    ----------
    x : ndarray, (N, H, W, C)

    Returns
    -------
    out : ndarray, (N, C)
    cache : tuple

    Examples
    --------
    >>> x = np.array([[[1.0, 2], [3, 2]], [[5, 2], [7, 2]]])[None]  # (1, 2, 2, 2)
    >>> global_avg_pool2d_forward(x)[0]
    array([[4., 2.]])
    """
    return _avg_forward(2, x)


def global_avg_pool2d_backward(dout, cache):
    """Share the gradient of every channel equally among its entries.

    Parameters
    ----------
    dout : ndarray, (N, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, H, W, C)
    """
    return _avg_backward(dout, cache)


def global_max_pool2d_forward(x):
    """Keep the largest entry of every channel of every picture.

    Parameters
    ----------
    x : ndarray, (N, H, W, C)

    Returns
    -------
    out : ndarray, (N, C)
    cache : tuple

    Examples
    --------
    >>> x = np.array([[[1.0, 2], [3, 2]], [[5, 2], [7, 2]]])[None]  # (1, 2, 2, 2)
    >>> global_max_pool2d_forward(x)[0]
    array([[7., 2.]])
    """
    return _max_forward(2, x)


def global_max_pool2d_backward(dout, cache):
    """Give the gradient of every channel to its largest entry; of equals, to the first.

    Parameters
    ----------
    dout : ndarray, (N, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, H, W, C)
    """
    return _max_backward(dout, cache)


def global_avg_pool3d_forward(x):
    """Average every channel of every clip.

    Parameters
    ----------
    x : ndarray, (N, T, H, W, C)

    Returns
    -------
    out : ndarray, (N, C)
    cache : tuple
    """
    return _avg_forward(3, x)


def global_avg_pool3d_backward(dout, cache):
    """Share the gradient of every channel equally among its entries.

    Parameters
    ----------
    dout : ndarray, (N, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, H, W, C)
    """
    return _avg_backward(dout, cache)


def global_max_pool3d_forward(x):
    """Keep the largest entry of every channel of every clip.

    Parameters
    ----------
    x : ndarray, (N, T, H, W, C)

    Returns
    -------
    out : ndarray, (N, C)
    cache : tuple
    """
    return _max_forward(3, x)


def global_max_pool3d_backward(dout, cache):
    """Give the gradient of every channel to its largest entry; of equals, to the first.

    Parameters
    ----------
    dout : ndarray, (N, C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, H, W, C)
    """
    return _max_backward(dout, cache)


def _flatten(axes, x):
    """Return x as (N, places, C)."""
    x = check_maps(axes, x)
    return x.reshape(len(x), prod(x.shape[1:-1]), x.shape[-1])


def _avg_forward(axes, x):
    flat = _flatten(axes, x)
    return flat.mean(axis=1), (np.shape(x), flat.dtype)


def _avg_backward(dout, cache):
    shape, dtype = unpack(cache, "global_avg_pool2d_forward", tuple, np.dtype)
    dout = check_dout(dout, (shape[0], shape[-1]), dtype)
    share = dout / prod(shape[1:-1])  # (N, C)
    between = tuple(range(1, len(shape) - 1))
    return np.broadcast_to(np.expand_dims(share, between), shape).copy()


def _max_forward(axes, x):
    flat = _flatten(axes, x)
    first = flat.argmax(axis=1, keepdims=True)  # (N, 1, C)
    out = np.take_along_axis(flat, first, axis=1)[:, 0]  # (N, C)
    return out, (np.shape(x), first, flat.dtype)


def _max_backward(dout, cache):
    shape, first, dtype = unpack(cache, "global_max_pool2d_forward", tuple, np.ndarray, np.dtype)
    dout = check_dout(dout, (shape[0], shape[-1]), dtype)
    dx = np.zeros((shape[0], prod(shape[1:-1]), shape[-1]), dtype)
    np.put_along_axis(dx, first, dout[:, None], axis=1)
    return dx.reshape(shape)
