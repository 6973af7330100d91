"""Where windows lie on an input: the geometry that convolution and pooling share.

A `Grid` answers two questions. Which inputs does one output read (`Grid.at`)? And which inputs
do all outputs read through one tap of the kernel (`Grid.tap`)? The loops of the naive forms ask
the first, the array operations of the fast forms the second.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from ._checks import per_axis, per_axis_padding


class Grid(NamedTuple):
    """How windows lie on an input; every field holds one entry for each spatial axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]  # (before, after)
    outputs: tuple[int, ...]
    sizes: tuple[int, ...]  # of the input without padding

    def at(self, *place):
        """Return, as one slice per axis of the padded input, what the output at `place` reads."""
        axes = zip(place, self.kernel, self.stride, self.dilation, strict=True)
        return tuple(slice(i * s, i * s + k * d, d) for i, k, s, d in axes)

    def real(self, *place):
        """Return what `at` returns, without the padding: for windows without dilation."""
        axes = zip(place, self.kernel, self.stride, self.pads, self.sizes, strict=True)
        return tuple(
            slice(max(i * s, before), min(i * s + k, before + n))
            for i, k, s, (before, _), n in axes
        )

    def tap(self, *tap):
        """Return, as one slice per axis of the padded input, what all outputs read by one tap."""
        axes = zip(tap, self.outputs, self.stride, self.dilation, strict=True)
        return tuple(slice(p * d, p * d + (o - 1) * s + 1, s) for p, o, s, d in axes)

    def windows(self, x):
        """View padded `x` (N, *sizes, C) as its windows (N, *outputs, *kernel, C), uncopied."""
        axes = tuple(range(1, len(self.kernel) + 1))
        extent = [d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True)]
        view = np.lib.stride_tricks.sliding_window_view(x, extent, axis=axes)
        steps = [slice(None, None, s) for s in self.stride]
        taps = [slice(None, None, d) for d in self.dilation]
        view = view[(slice(None), *steps, slice(None), *taps)]  # (N, *outputs, C, *kernel)
        return np.moveaxis(view, len(axes) + 1, -1)

    def pad(self, x, fill=0):
        """Return `x` (N, *sizes, C) with `fill` around its spatial axes, if there is padding."""
        if not any(map(any, self.pads)):
            return x
        sizes = [n + sum(pad) for n, pad in zip(self.sizes, self.pads, strict=True)]
        padded = np.full((len(x), *sizes, x.shape[-1]), fill, x.dtype)
        self.crop(padded)[...] = x
        return padded

    def crop(self, x):
        """View padded `x` without its padding: the inverse of `pad`."""
        axes = zip(self.sizes, self.pads, strict=True)
        return x[:, *(slice(before, before + size) for size, (before, _) in axes)]


def lay_grid(sizes, kernel, *, stride=1, padding=0, dilation=1, name="kernel"):
    """Return the `Grid` of windows of `kernel` taps on an input of `sizes`."""
    axes = len(sizes)
    stride = per_axis("stride", stride, axes)
    dilation = per_axis("dilation", dilation, axes)
    each = zip(sizes, kernel, stride, per_axis_padding(padding, axes), dilation, strict=True)
    each = list(each)
    pads = tuple(axis_padding(*axis) for axis in each)
    outputs = tuple(
        axis_output(n, k, s, pad, d, name) for (n, k, s, _, d), pad in zip(each, pads, strict=True)
    )
    return Grid(tuple(kernel), stride, dilation, pads, outputs, tuple(sizes))


def axis_padding(size, kernel, stride, padding, dilation):
    """Return (before, after), the padding of one axis; "same" is Keras's."""
    if padding != "same":
        return padding
    outputs = -(-size // stride)
    missing = (outputs - 1) * stride + dilation * (kernel - 1) + 1 - size
    total = max(missing, 0)
    return total // 2, total - total // 2


def axis_output(size, kernel, stride, pad, dilation, name="kernel"):
    """Return how many windows fit along one axis."""
    extent = dilation * (kernel - 1) + 1
    padded = size + sum(pad)
    if padded < extent:
        raise ValueError(
            f"{name} must fit into the padded input; received a {name} of {kernel} at dilation "
            f"{dilation}, which spans {extent}, on an axis of {size} padded to {padded}. "
            f'Take a smaller {name} or dilation, or padding="same".'
        )
    return (padded - extent) // stride + 1


def tiles(shape, most):
    """Yield indices that cut an array of `shape` into contiguous blocks of about `most` entries.

    >>> list(tiles((2, 5, 3), most=6))
    [(0, slice(0, 2, None)), (0, slice(2, 4, None)), (0, slice(4, 6, None)), (1, slice(0, 2, None)),
     (1, slice(2, 4, None)), (1, slice(4, 6, None))]
    """
    axis = 0
    while axis < len(shape) - 1 and prod(shape[axis + 1 :]) > most:
        axis += 1
    step = max(1, most // max(1, prod(shape[axis + 1 :])))
    for head in np.ndindex(shape[:axis]):
        for start in range(0, shape[axis], step):
            yield (*head, slice(start, start + step))
