"""Exercises of lesson 04, pooling."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson04.night import edges_of, fireflies, lanterns
from vidlearn.course.exercises.lesson04.shifts import (
    digit_pictures,
    most_similar,
    moved,
    shift_score,
)

# 1. max-pool ---------------------------------------------------------------------------


def max_pool(x, high, wide):
    """Keep the largest number of each block of high rows and wide columns."""
    rows, columns = x.shape[0] // high, x.shape[1] // wide
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * high, j * wide
            out[i, j] = x[top : top + high, left : left + wide].max()
    return out


def _blocks(x, high, wide):
    """View the blocks as (rows, columns, high, wide)."""
    rows, columns = x.shape[0] // high, x.shape[1] // wide
    x = x[: rows * high, : columns * wide]
    return x.reshape(rows, high, columns, wide).swapaxes(1, 2)


def _pool_cases():
    rng = np.random.default_rng(3)
    return [
        (np.array([[1.0, 3], [5, 7]]), 2, 2),
        (rng.integers(0, 9, (4, 6)) * 1.0, 2, 2),
        (rng.integers(0, 9, (4, 6)) * 1.0, 4, 1),
        (-np.arange(1.0, 9).reshape(2, 4), 2, 2),
        (rng.normal(size=(6, 8)), 3, 2),
        (rng.normal(size=(7, 5)), 2, 3),
    ]


def _one_row(x, high, wide):
    """Keep the largest number of each column of a block."""
    rows = x.shape[0] // high
    return x[: rows * high].reshape(rows, high, x.shape[1]).max(axis=1)


def _every_place(x, high, wide):
    return np.lib.stride_tricks.sliding_window_view(x, (high, wide)).max(axis=(2, 3))


def _forgets_the_step(x, high, wide):
    """Start the window at (i, j) rather than at (i * high, j * wide)."""
    return _every_place(x, high, wide)[: x.shape[0] // high, : x.shape[1] // wide]


def _counts_hanging_blocks(x, high, wide):
    more = ((0, -x.shape[0] % high), (0, -x.shape[1] % wide))
    return max_pool(np.pad(x, more, constant_values=-np.inf), high, wide)


def _not_below_zero(x, high, wide):
    return np.maximum(max_pool(x, high, wide), 0)


def _shape_mixed_up(x, high, wide):
    """Reshape to (rows, columns, high, wide) at once, which takes numbers in reading order."""
    rows, columns = x.shape[0] // high, x.shape[1] // wide
    x = x[: rows * high, : columns * wide]
    return x.reshape(rows, columns, high, wide).max(axis=(2, 3))


def _not_cropped(x, high, wide):
    return x.reshape(x.shape[0] // high, high, x.shape[1] // wide, wide).max(axis=(1, 3))


def _python_max(x, high, wide):
    """Ask Python's own max, which compares whole rows."""
    return [[max(block) for block in row] for row in _blocks(x, high, wide)]


def _returns_early(rows, columns):
    """Return from inside a loop, with a part of the first row filled."""

    def pool(x, high, wide):
        right = max_pool(x, high, wide)
        out = np.zeros_like(right)
        out[:rows, :columns] = right[:rows, :columns]
        return out

    return pool


# 2. pool-windows -----------------------------------------------------------------------


def pool_windows(x, size, stride):
    """Keep the largest number of each window; windows may overlap."""
    rows = (x.shape[0] - size) // stride + 1
    columns = (x.shape[1] - size) // stride + 1
    out = np.full((rows, columns), -np.inf)
    for i in range(rows):
        for j in range(columns):
            for u in range(size):
                for v in range(size):
                    pixel = x[i * stride + u, j * stride + v]
                    out[i, j] = max(out[i, j], pixel)
    return out


def _window_cases():
    rng = np.random.default_rng(7)
    return [
        (rng.integers(1, 9, (4, 4)) * 1.0, 2, 2),
        (-rng.integers(1, 9, (4, 6)) * 1.0, 2, 2),
        (rng.integers(1, 9, (5, 7)) * 1.0, 3, 2),
        (rng.normal(size=(6, 5)), 2, 1),
        (rng.normal(size=(7, 9)), 2, 3),
    ]


def _windows(*, corner=True, count=True, start=True, last=1):
    """Return the planted function with some of its three faults mended."""

    def pool(x, size, stride):
        sides = [(n - size) // stride + last if count else n // stride for n in x.shape]
        out = np.full(sides, -np.inf if start else 0.0)
        for i, j in np.ndindex(*sides):
            for u, v in np.ndindex(size, size):
                at = (i * stride + u, j * stride + v) if corner else (i * u, j * v)
                out[i, j] = max(out[i, j], x[at])
        return out

    return pool


def _window_at_size(x, size, stride):
    """Start window (i, j) at i * size, as if blocks lay side by side."""
    out = pool_windows(x, size, stride)
    for i, j in np.ndindex(out.shape):
        out[i, j] = x[i * size : (i + 1) * size, j * size : (j + 1) * size].max()
    return out


def _window_at_place(x, size, stride):
    rows, columns = pool_windows(x, size, stride).shape
    return pool_windows(x, size, 1)[:rows, :columns]


# 3. max-pool-backward ------------------------------------------------------------------


def max_pool_backward(dout, x, high, wide):
    """Give each output's gradient to the pixel that won its block, the first of equals."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        block = x[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
        u, v = np.unravel_index(np.argmax(block), block.shape)
        dx[i * high + u, j * wide + v] = dout[i, j]
    return dx


def _backward_cases():
    rng = np.random.default_rng(4)
    simple = np.array([[1.0, 3], [5, 7]])
    tie = np.array([[2.0, 4, 0, 0], [4, 1, 0, 0]])
    return [
        (np.array([[10.0]]), simple, 2, 2),
        (np.array([[10.0, 20]]), tie, 2, 2),
        (rng.normal(size=(2, 3)), rng.integers(0, 4, (6, 9)).astype(float), 3, 3),
        (rng.normal(size=(2, 3)), rng.normal(size=(5, 7)), 2, 2),
        (rng.normal(size=(2, 5)), rng.normal(size=(8, 5)), 4, 1),
    ]


def _spread_back(dout, x, high, wide, share):
    """Return dx where share(block) says who gets how much."""
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        place = np.s_[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
        dx[place] = dout[i, j] * share(x[place])
    return dx


def _spreads(share):
    return lambda dout, x, high, wide: _spread_back(dout, x, high, wide, share)


def _winners(dout, x, high, wide):
    """Yield the block's corner, the winner's place in the block and the gradient."""
    for i, j in np.ndindex(dout.shape):
        block = x[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
        yield i * high, j * wide, *np.unravel_index(np.argmax(block), block.shape), dout[i, j]


def _forgets_the_corner(dout, x, high, wide):
    """Use the winner's place inside its block as its place in the picture."""
    dx = np.zeros_like(x)
    for _, _, u, v, gradient in _winners(dout, x, high, wide):
        dx[u, v] = gradient
    return dx


def _row_for_column(dout, x, high, wide):
    dx = np.zeros_like(x)
    for top, left, u, v, gradient in _winners(dout, x, high, wide):
        dx[top + v, left + u] = gradient
    return dx


def _without_the_rest(dout, x, high, wide):
    """Make dx only as large as the blocks cover."""
    rows, columns = dout.shape
    return max_pool_backward(dout, x, high, wide)[: rows * high, : columns * wide]


def _last_of_equals(block):
    flat = np.zeros(block.size)
    flat[np.flatnonzero(block == block.max())[-1]] = 1
    return flat.reshape(block.shape)


__all__ = [
    "EXERCISES",
    "digit_pictures",
    "edges_of",
    "fireflies",
    "lanterns",
    "max_pool",
    "max_pool_backward",
    "most_similar",
    "moved",
    "pool_windows",
    "shift_score",
]

EXERCISES = [
    Exercise(
        "max-pool",
        max_pool,
        _pool_cases,
        {
            "shape-mixed-up": _shape_mixed_up,
            "one-for-all": lambda x, high, wide: x.max(),
            "one-axis": _one_row,
            "every-place": _every_place,
            "forgets-the-step": _forgets_the_step,
            "hanging-blocks": _counts_hanging_blocks,
            "sides-swapped": lambda x, high, wide: max_pool(x, wide, high),
            "square": lambda x, high, wide: max_pool(x, high, high),
            "average": lambda x, high, wide: _blocks(x, high, wide).mean(axis=(2, 3)),
            "smallest": lambda x, high, wide: _blocks(x, high, wide).min(axis=(2, 3)),
            "not-below-zero": _not_below_zero,
            "corner": lambda x, high, wide: _blocks(x, high, wide)[..., 0, 0].copy(),
            "not-cropped": _not_cropped,
            "python-max": _python_max,
            "returns-after-a-row": _returns_early(1, None),
            "returns-after-a-block": _returns_early(1, 1),
        },
    ),
    Exercise(
        "pool-windows",
        pool_windows,
        _window_cases,
        {
            "as-given": _windows(corner=False, count=False, start=False),
            "corner-and-count": _windows(corner=False, count=False),
            "corner-and-start": _windows(corner=False, start=False),
            "multiplied-offset": _windows(corner=False),
            "one-place-too-many": _windows(count=False),
            "count-and-start": _windows(count=False, start=False),
            "starts-at-zero": _windows(start=False),
            "one-place-too-few": _windows(last=0),
            "too-few-and-start": _windows(last=0, start=False),
            "too-few-and-corner": _windows(last=0, corner=False),
            "too-few-and-both": _windows(last=0, corner=False, start=False),
            "steps-by-size": _window_at_size,
            "steps-by-one": _window_at_place,
        },
        kind="repair",
    ),
    Exercise(
        "max-pool-backward",
        max_pool_backward,
        _backward_cases,
        {
            "all-ties": _spreads(lambda b: b == b.max()),
            "shared-ties": _spreads(lambda b: (b == b.max()) / np.sum(b == b.max())),
            "last-tie": _spreads(_last_of_equals),
            "like-average": _spreads(lambda b: 1 / b.size),
            "forgets-the-corner": _forgets_the_corner,
            "times-the-value": lambda d, x, high, wide: max_pool_backward(d, x, high, wide) * x,
            "the-value-itself": lambda d, x, high, wide: max_pool_backward(
                max_pool(x, high, wide), x, high, wide
            ),
            "row-for-column": _row_for_column,
            "forgets-dout": lambda d, x, high, wide: max_pool_backward(
                np.ones_like(d), x, high, wide
            ),
            "without-the-rest": _without_the_rest,
        },
    ),
    Exercise("pooled-curve", kind="predict", close=0.0, near=0.12, count=4, span=(0, 1)),
    Exercise("shift-proof", kind="challenge", score=shift_score, bar=0.7, seconds=60.0),
]
