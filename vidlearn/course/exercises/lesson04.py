"""Exercises of lesson 04, pooling."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. max-pool ---------------------------------------------------------------------------


def max_pool(x, size):
    """Keep the largest number of each size × size block."""
    rows, columns = x.shape[0] // size, x.shape[1] // size
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = x[i * size : (i + 1) * size, j * size : (j + 1) * size].max()
    return out


def _blocks(x, size):
    """View the blocks as (rows, columns, size, size)."""
    rows, columns = x.shape[0] // size, x.shape[1] // size
    x = x[: rows * size, : columns * size]
    return x.reshape(rows, size, columns, size).swapaxes(1, 2)


def _pool_cases():
    rng = np.random.default_rng(3)
    cases = [(np.array([[1.0, 3], [5, 7]]), 2), (-np.arange(1.0, 9).reshape(2, 4), 2)]
    return [*cases, (rng.normal(size=(6, 9)), 3), (rng.normal(size=(7, 5)), 2)]


def _one_row(x, size):
    """Keep the largest number of each column of a block."""
    rows, columns = x.shape[0] // size, x.shape[1]
    return x[: rows * size].reshape(rows, size, columns).max(axis=1)


def _every_place(x, size):
    return np.lib.stride_tricks.sliding_window_view(x, (size, size)).max(axis=(2, 3))


def _forgets_the_step(x, size):
    """Start the window at (i, j) rather than at (i * size, j * size)."""
    return _every_place(x, size)[: x.shape[0] // size, : x.shape[1] // size]


def _counts_hanging_blocks(x, size):
    rows, columns = (-length % size for length in x.shape)
    return max_pool(np.pad(x, ((0, rows), (0, columns)), constant_values=-np.inf), size)


def _not_below_zero(x, size):
    return np.maximum(max_pool(x, size), 0)


def _shape_mixed_up(x, size):
    """Reshape to (rows, columns, size, size) at once, which takes numbers in reading order."""
    rows, columns = x.shape[0] // size, x.shape[1] // size
    x = x[: rows * size, : columns * size]
    return x.reshape(rows, columns, size, size).max(axis=(2, 3))


# 2. max-pool-backward ------------------------------------------------------------------


def max_pool_backward(dout, x, size):
    """Give each output's gradient to the pixel that won its block, the first of equals."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        block = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        u, v = np.unravel_index(np.argmax(block), block.shape)
        dx[i * size + u, j * size + v] = dout[i, j]
    return dx


def _backward_cases():
    rng = np.random.default_rng(4)
    simple = np.array([[1.0, 3], [5, 7]])
    tie = np.array([[2.0, 4, 0, 0], [4, 1, 0, 0]])
    cases = [(np.array([[10.0]]), simple, 2), (np.array([[10.0, 20]]), tie, 2)]
    cases.append((rng.normal(size=(2, 3)), rng.integers(0, 4, (6, 9)).astype(float), 3))
    return [*cases, (rng.normal(size=(2, 3)), rng.normal(size=(5, 7)), 2)]


def _spread_back(dout, x, size, share):
    """Return dx where share(block) says who gets how much."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        place = np.s_[i * size : (i + 1) * size, j * size : (j + 1) * size]
        dx[place] = dout[i, j] * share(x[place])
    return dx


def _forgets_the_corner(dout, x, size):
    """Use the winner's place inside its block as its place in the picture."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        block = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        dx[np.unravel_index(np.argmax(block), block.shape)] = dout[i, j]
    return dx


def _winners(dout, x, size):
    """Yield the block's corner, the winner's place in the block and the gradient."""
    for i, j in np.ndindex(dout.shape):
        block = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        yield i * size, j * size, *np.unravel_index(np.argmax(block), block.shape), dout[i, j]


def _row_for_column(dout, x, size):
    dx = np.zeros_like(x)
    for top, left, u, v, gradient in _winners(dout, x, size):
        dx[top + v, left + u] = gradient
    return dx


def _without_the_rest(dout, x, size):
    """Make dx only as large as the blocks cover."""
    rows, columns = dout.shape
    return max_pool_backward(dout, x, size)[: rows * size, : columns * size]


def _last_of_equals(block):
    flat = np.zeros(block.size)
    flat[np.flatnonzero(block == block.max())[-1]] = 1
    return flat.reshape(block.shape)


# 3. avg-pool-backward ------------------------------------------------------------------


def avg_pool_backward(dout, size):
    """Give every pixel of a block an equal share of the block's gradient."""
    return np.repeat(np.repeat(dout, size, axis=0), size, axis=1) / size**2


def _avg_cases():
    rng = np.random.default_rng(5)
    return [(np.array([[8.0, 4]]), 2), (rng.normal(size=(3, 2)), 3)]


def _corner_only(dout, size):
    dx = np.zeros((dout.shape[0] * size, dout.shape[1] * size))
    dx[::size, ::size] = dout
    return dx


# 4. global-average ---------------------------------------------------------------------


def global_average(x):
    """Average over rows and columns; keep pictures and channels apart."""
    return x.mean(axis=(1, 2))


def _global_cases():
    rng = np.random.default_rng(6)
    return [(rng.normal(size=(2, 3, 4, 5)),), (rng.normal(size=(1, 6, 2, 3)),)]


# 5. pooled-shape -----------------------------------------------------------------------


def pooled_shape(shape, size):
    """Divide time, rows and columns, rounding down; leave batch and channels."""
    n, t, h, w, c = shape
    return n, t // size[0], h // size[1], w // size[2], c


def _shape_cases():
    return [
        ((8, 16, 64, 64, 3), (2, 2, 2)),
        ((1, 16, 112, 112, 64), (1, 2, 2)),
        ((4, 9, 30, 41, 6), (3, 4, 2)),
    ]


def _rounds_up(shape, size):
    n, t, h, w, c = shape
    return n, -(-t // size[0]), -(-h // size[1]), -(-w // size[2]), c


def _time_last(shape, size):
    n, t, h, w, c = shape
    return n, t // size[2], h // size[0], w // size[1], c


def _channels_too(shape, size):
    n, t, h, w, c = shape
    return n, t, h // size[0], w // size[1], c // size[2]


def _from_the_batch(shape, size):
    n, t, h, w, c = shape
    return n // size[0], t // size[1], h // size[2], w, c


def _every_place_of(shape, size):
    n, t, h, w, c = shape
    return n, t - size[0] + 1, h - size[1] + 1, w - size[2] + 1, c


def _as_written(result, *args):
    """Tell 8.0 from 8; one float makes all of them floats."""
    numbers = np.asarray(result)
    return [str(number) for number in numbers.tolist()] if numbers.ndim == 1 else result


EXERCISES = [
    Exercise(
        "max-pool",
        max_pool,
        _pool_cases,
        {
            "shape-mixed-up": _shape_mixed_up,
            "one-for-all": lambda x, size: x.max(),
            "one-axis": _one_row,
            "every-place": _every_place,
            "forgets-the-step": _forgets_the_step,
            "hanging-blocks": _counts_hanging_blocks,
            "average": lambda x, size: _blocks(x, size).mean(axis=(2, 3)),
            "smallest": lambda x, size: _blocks(x, size).min(axis=(2, 3)),
            "not-below-zero": _not_below_zero,
            "corner": lambda x, size: _blocks(x, size)[..., 0, 0].copy(),
        },
    ),
    Exercise(
        "max-pool-backward",
        max_pool_backward,
        _backward_cases,
        {
            "all-ties": lambda d, x, s: _spread_back(d, x, s, lambda b: b == b.max()),
            "shared-ties": lambda d, x, s: _spread_back(
                d, x, s, lambda b: (b == b.max()) / np.sum(b == b.max())
            ),
            "last-tie": lambda d, x, s: _spread_back(d, x, s, _last_of_equals),
            "like-average": lambda d, x, s: _spread_back(d, x, s, lambda b: 1 / b.size),
            "forgets-the-corner": _forgets_the_corner,
            "times-the-value": lambda d, x, s: max_pool_backward(d, x, s) * x,
            "row-for-column": _row_for_column,
            "forgets-dout": lambda d, x, s: max_pool_backward(np.ones_like(d), x, s),
            "without-the-rest": _without_the_rest,
        },
    ),
    Exercise(
        "avg-pool-backward",
        avg_pool_backward,
        _avg_cases,
        {
            "not-shared": lambda dout, size: avg_pool_backward(dout, size) * size**2,
            "divided-by-one-side": lambda dout, size: avg_pool_backward(dout, size) * size,
            "one-pixel": _corner_only,
            "one-axis": lambda dout, size: np.repeat(dout, size, axis=0) / size**2,
            "not-spread": lambda dout, size: dout / size**2,
            "repeated-flat": lambda dout, size: np.repeat(dout, size) / size**2,
            "tiled": lambda dout, size: np.tile(dout, (size, size)) / size**2,
        },
    ),
    Exercise(
        "global-average",
        global_average,
        _global_cases,
        {
            "over-channels": lambda x: x.mean(axis=-1),
            "over-everything": lambda x: x.mean(axis=(0, 1, 2)),
            "one-axis": lambda x: x.mean(axis=1),
            "sum": lambda x: x.sum(axis=(1, 2)),
            "maximum": lambda x: x.max(axis=(1, 2)),
            "channels-first": lambda x: x.mean(axis=(2, 3)),
            "axes-moved-up": lambda x: x.mean(axis=1).mean(axis=2),
            "axes-kept": lambda x: x.mean(axis=(1, 2), keepdims=True),
            "one-number": lambda x: x.mean(),
        },
    ),
    Exercise(
        "pooled-shape",
        pooled_shape,
        _shape_cases,
        {
            "from-the-batch": _from_the_batch,
            "rounds-up": _rounds_up,
            "time-last": _time_last,
            "channels-too": _channels_too,
            "true-division": lambda s, p: (s[0], s[1] / p[0], s[2] / p[1], s[3] / p[2], s[4]),
            "floats": lambda s, p: np.array(pooled_shape(s, p), float),
            "time-forgotten": lambda s, p: (s[0], s[1], s[2] // p[1], s[3] // p[2], s[4]),
            "every-place": _every_place_of,
        },
        measure=_as_written,
    ),
]
