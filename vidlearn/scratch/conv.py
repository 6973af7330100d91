r"""Convolution in one, two and three dimensions, forward and backward, as fast as NumPy goes.

As everywhere in deep learning the kernel is not flipped: this is the cross-correlation

.. math:: out_{n,i,j,f} = b_f + \sum_{p,q,c} x_{n,\, is+pd,\, js+qd,\, c} \; w_{p,q,c,f}

with stride s and dilation d, x padded. One core, `vidlearn.scratch._im2col`, serves every number
of axes. `vidlearn.scratch.conv_naive` has the same functions as plain loops. Lesson 03 builds
both.

References
----------
Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.
"""

import numpy as np

from ._checks import (
    AXES,
    as_array,
    check_dout,
    check_floating,
    check_maps,
    check_numbers,
    check_shape,
    per_axis,
    per_axis_padding,
    unpack,
)
from ._im2col import correlate, input_gradient, kernel_gradient
from ._windows import Grid, axis_output, axis_padding, lay_grid


def conv_output_size(size, kernel, *, stride=1, padding=0, dilation=1):
    """Count the windows that fit along one axis.

    ``(size + before + after - dilation * (kernel - 1) - 1) // stride + 1``

    Parameters
    ----------
    size, kernel : int
        Entries of the axis; taps of the kernel.
    stride, dilation : int
        Step between windows; step between the taps of one window.
    padding : int, "valid", "same" or ((before, after),)
        Zeros at both ends, as in `conv1d_forward`. "same" gives ``ceil(size / stride)`` outputs.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If an argument is out of range, or not one window fits.

    Examples
    --------
    >>> conv_output_size(5, 3)
    3
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112
    """
    size, kernel = per_axis("size", size, 1)[0], per_axis("kernel", kernel, 1)[0]
    stride, dilation = per_axis("stride", stride, 1)[0], per_axis("dilation", dilation, 1)[0]
    pad = axis_padding(size, kernel, stride, *per_axis_padding(padding, 1), dilation)
    return axis_output(size, kernel, stride, pad, dilation)


def conv1d_forward(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve sequences; see `conv2d_forward`.

    Parameters
    ----------
    x : ndarray, (N, T, C)
    w : ndarray, (KT, C, F)
    b : ndarray, (F,), optional
    stride, dilation : int
    padding : int, "valid", "same" or ((before, after),)
        ``((dilation * (KT - 1), 0),)`` is causal: no output sees a later input.

    Returns
    -------
    out : ndarray, (N, OT, F)
    cache : tuple
    """
    return _forward(1, x, w, b, stride, padding, dilation)


def conv1d_backward(dout, cache):
    """Return the gradients dx, dw, db of `conv1d_forward`; see `conv2d_backward`.

    Parameters
    ----------
    dout : ndarray, (N, OT, F)
    cache : tuple

    Returns
    -------
    dx, dw, db : ndarray
        db is None where b was.
    """
    return _backward(dout, cache)


def conv2d_forward(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve images: slide every kernel over every image.

    Parameters
    ----------
    x : ndarray, (N, H, W, C)
        Images, floating point; out has their dtype.
    w : ndarray, (KH, KW, C, F)
        F kernels of KH x KW taps over C channels.
    b : ndarray, (F,), optional
        Bias of every kernel.
    stride, dilation : int or (int, int)
        Step between windows; step between the taps of one window.
    padding : int, "valid", "same", or one entry per axis
        Zeros around the image. An entry per axis is an int, a pair (before, after), "valid" or
        "same". "same" is Keras's: ceil(H / stride) rows, the odd zero at the end.

    Returns
    -------
    out : ndarray, (N, OH, OW, F)
    cache : tuple
        What `conv2d_backward` needs.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together, or an option is out of range.

    Examples
    --------
    >>> x = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])[None, :, :, None]
    >>> w = np.arange(1.0, 10).reshape(3, 3, 1, 1)
    >>> out, _ = conv2d_forward(x, w, padding="same")
    >>> out[0, :, :, 0]
    array([[14., 18., 12.],
           [16., 25., 14.],
           [ 8., 12.,  6.]])
    """
    return _forward(2, x, w, b, stride, padding, dilation)


def conv2d_backward(dout, cache):
    """Return the gradients of `conv2d_forward`.

    Parameters
    ----------
    dout : ndarray, (N, OH, OW, F)
        Gradient of the loss with respect to out.
    cache : tuple
        From `conv2d_forward` or its naive form.

    Returns
    -------
    dx : ndarray, (N, H, W, C)
    dw : ndarray, (KH, KW, C, F)
    db : ndarray, (F,), or None where b was None

    Raises
    ------
    ValueError
        If dout has not the shape of out.
    """
    return _backward(dout, cache)


def conv3d_forward(x, w, b=None, *, stride=1, padding=0, dilation=1):
    """Convolve clips through time and space; see `conv2d_forward`.

    Parameters
    ----------
    x : ndarray, (N, T, H, W, C)
    w : ndarray, (KT, KH, KW, C, F)
    b : ndarray, (F,), optional
    stride, dilation : int or (int, int, int)
    padding : int, "valid", "same", or one entry per axis

    Returns
    -------
    out : ndarray, (N, OT, OH, OW, F)
    cache : tuple
    """
    return _forward(3, x, w, b, stride, padding, dilation)


def conv3d_backward(dout, cache):
    """Return the gradients dx, dw, db of `conv3d_forward`; see `conv2d_backward`.

    Parameters
    ----------
    dout : ndarray, (N, OT, OH, OW, F)
    cache : tuple

    Returns
    -------
    dx, dw, db : ndarray
        db is None where b was.
    """
    return _backward(dout, cache)


def filter2d(frame, kernel, *, padding="same"):
    """Slide one kernel over a picture, each colour by itself, without flipping the kernel.

    Parameters
    ----------
    frame : ndarray, (H, W) or (H, W, C)
        A picture of any dtype; whole numbers become float32.
    kernel : ndarray, (KH, KW)
    padding : int, "valid", "same", or one entry per axis
        As in `conv2d_forward`: zeros around the picture.

    Returns
    -------
    ndarray
        (H, W) or (H, W, C) with padding "same"; floating point, neither clipped nor rounded.

    Raises
    ------
    ValueError
        If frame or kernel has another number of axes.

    Examples
    --------
    >>> frame = np.array([[0, 0, 9, 9]] * 2, np.uint8)
    >>> filter2d(frame, [[-1, 1]], padding="valid")
    array([[0., 9., 0.],
           [0., 9., 0.]], dtype=float32)
    """
    frame, kernel = as_array("frame", frame), as_array("kernel", kernel)
    if frame.ndim not in (2, 3) or kernel.ndim != 2:
        raise ValueError(
            "filter2d needs a frame (H, W) or (H, W, C) and a kernel (KH, KW); "
            f"received frame {frame.shape} and kernel {kernel.shape}. "
            "Filter the frames of a clip one by one."
        )
    if frame.dtype.kind in "iub":
        frame = frame.astype(np.float32)
    frame = check_floating("frame", frame)
    kernel = check_numbers("kernel", kernel, frame.dtype)
    x = np.moveaxis(np.atleast_3d(frame), -1, 0)[..., None]  # (C, H, W, 1)
    out, _ = conv2d_forward(x, kernel[:, :, None, None], padding=padding)
    return np.moveaxis(out[..., 0], 0, -1).reshape(*out.shape[1:3], *frame.shape[2:])


def prepare(axes, x, w, b, stride, padding, dilation):
    """Check the arguments of a convolution; return x padded, w and b in x's dtype, and the grid."""
    x, w = check_maps(axes, x), as_array("w", w)
    taps = ", ".join("K" + axis for axis in AXES[axes].split(", "))
    check_shape("w", w, axes + 2, f"({taps}, C, F)", "w[..., None] adds F", least=1)
    if x.shape[-1] != w.shape[-2]:
        raise ValueError(
            f"x and w must have the same number of channels C; received x {x.shape}, whose last "
            f"axis is {x.shape[-1]}, and w {w.shape}, whose last but one is {w.shape[-2]}."
        )
    b = None if b is None else check_numbers("b", b, x.dtype)
    if b is not None and b.shape != w.shape[-1:]:
        raise ValueError(
            f"b must have one entry for each of the {w.shape[-1]} filters of w; "
            f"received shape {b.shape}."
        )
    grid = lay_grid(x.shape[1:-1], w.shape[:-2], stride=stride, padding=padding, dilation=dilation)
    return grid.pad(x), check_numbers("w", w, x.dtype), b, grid


def unpack_conv(cache):
    """Return x, padded, w, b and the grid, when cache is that of a convolution."""
    return unpack(cache, "conv2d_forward", np.ndarray, np.ndarray, object, Grid)


def _forward(axes, x, w, b, stride, padding, dilation):
    x, w, b, grid = prepare(axes, x, w, b, stride, padding, dilation)
    out = correlate(x, w, grid)
    if b is not None:
        out += b
    return out, (x, w, b, grid)


def _backward(dout, cache):
    x, w, b, grid = unpack_conv(cache)
    dout = check_dout(dout, (len(x), *grid.outputs, w.shape[-1]), x.dtype)
    dx = grid.crop(input_gradient(dout, x, w, grid))
    dw = kernel_gradient(dout, x, w, grid)
    db = None if b is None else dout.reshape(-1, w.shape[-1]).sum(axis=0)
    return dx, dw, db
