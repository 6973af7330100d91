"""The fast core of convolution, for any number of axes: windows laid side by side, then products.

``columns`` holds the windows of some hundred outputs, one in each row (im2col). Then the outputs
are ``columns @ w``, and both gradients are matrix products as well, which run at the full speed of
the processor. A small buffer that is filled again and again is twice as fast as one array of all
windows: it stays in the processor's cache, and it saves KH * KW times the memory of the input.

References
----------
Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
processing", 2006, section 4.
"""

from math import prod

import numpy as np

from ._windows import lay_grid, tiles

BUFFER = 4 << 20  # bytes; much smaller ones keep several threads waiting for each other
FEW = 8  # channels; memory is ordered otherwise with fewer
ALONE = 1 << 18  # multiplications that OpenBLAS does on one core
SMALL = 1 << 23  # multiplications, a third of a millisecond, that are not worth a second core


def correlate(x, w, grid):
    """Slide w (*kernel, C, F) over padded x (N, *sizes, C); return (N, *outputs, F)."""
    filters = w.shape[-1]
    out = np.empty((len(x), *grid.outputs, filters), x.dtype)
    w = w.reshape(-1, filters)  # (taps * C, F)
    for tile, columns in windows_by_tile(x, grid):
        multiply(columns, w, out=out[tile].reshape(-1, filters))
    return out


def kernel_gradient(dout, x, w, grid):
    """Return dw: the windows are built again rather than kept, they would fill the memory."""
    dw = np.zeros((w.size // w.shape[-1], w.shape[-1]), x.dtype)  # (taps * C, F)
    for tile, columns in windows_by_tile(x, grid):
        dw += multiply(columns.T, dout[tile].reshape(-1, w.shape[-1]))
    return dw.reshape(w.shape)


def input_gradient(dout, x, w, grid):
    """Return the gradient of padded x, by the faster of two ways."""
    if max(grid.stride) == 1 and x.shape[-1] >= FEW:
        return _correlate_back(dout, w, grid)
    return _scatter_back(dout, x, w, grid)


def _correlate_back(dout, w, grid):
    """At stride 1 dx is itself a correlation: of dout with the flipped kernel, C and F swapped."""
    w = np.flip(w, tuple(range(w.ndim - 2))).swapaxes(-1, -2)  # (*kernel, F, C)
    reach = tuple((d * (k - 1),) * 2 for k, d in zip(grid.kernel, grid.dilation, strict=True))
    grid = lay_grid(dout.shape[1:-1], grid.kernel, padding=reach, dilation=grid.dilation)
    return correlate(grid.pad(dout), w, grid)


def _scatter_back(dout, x, w, grid):
    """Spread every output's gradient over its window, one tap at a time for all outputs."""
    few = x.shape[-1] < FEW
    dx = np.zeros_like(_planes(x) if few else x)
    w = w.reshape(-1, w.shape[-1])  # (taps * C, F)
    for tile in _tiles(x, grid):
        block = dout[tile].reshape(-1, w.shape[-1])  # (pixels, F)
        columns = (w @ block.T).T if few else block @ w.T  # (pixels, taps * C)
        columns = columns.reshape(*dout[tile].shape[:-1], *grid.kernel, x.shape[-1])
        for tap in np.ndindex(grid.kernel):
            dx[:, *grid.tap(*tap)][tile] += columns[(..., *tap, slice(None))]
    return dx


def windows_by_tile(x, grid):
    """Yield tiles of the output, each with its windows as columns (pixels, taps * C).

    The columns lie in a buffer that the next tile overwrites. They are copied run by run, and a
    run is as long as both memories are in order: a row of taps with all their channels or, with
    few channels, a row of outputs (order "F").
    """
    few = x.shape[-1] < FEW
    windows = grid.windows(_planes(x) if few else x)  # (N, *outputs, *kernel, C)
    buffer = np.empty(0, x.dtype)
    for tile in _tiles(x, grid):
        block = windows[tile]
        if buffer.size < block.size:
            buffer = np.empty(block.size, x.dtype)
        shape = -1, prod(grid.kernel) * x.shape[-1]
        columns = buffer[: block.size].reshape(shape, order="F" if few else "C")
        columns.reshape(block.shape)[...] = block
        yield tile, columns


def multiply(a, b, out=None):
    """Return a @ b, a small product in pieces that are left to one core.

    Waking a second one wins microseconds on an idle machine. On a busy one each product may wait
    milliseconds for it, and the step of a small network makes a dozen.
    """
    (rows, inner), columns = a.shape, b.shape[1]
    piece = ALONE // max(inner * columns, 1)  # rows
    if piece < FEW or not ALONE < rows * inner * columns < SMALL:
        return np.matmul(a, b, out=out)
    out = np.empty((rows, columns), a.dtype) if out is None else out
    rest = rows - rows % piece
    pieces = a[:rest].reshape(-1, piece, inner)
    np.matmul(pieces, b, out=out[:rest].reshape(-1, piece, columns))
    np.matmul(a[rest:], b, out=out[rest:])
    return out


def _tiles(x, grid):
    window = prod(grid.kernel) * x.shape[-1] * x.itemsize  # bytes
    return tiles((len(x), *grid.outputs), max(512, BUFFER // window))


def _planes(x):
    """Copy x so that each channel lies in one piece of memory; its shape stays."""
    return np.moveaxis(np.moveaxis(x, -1, 1).copy(), 1, -1)
