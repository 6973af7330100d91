"""Answers to lesson 04 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def pool_by_reshape(x, size):
    h, w = (length // size for length in x.shape)
    return x[: h * size, : w * size].reshape(h, size, w, size).max(axis=(1, 3))


def pool_by_views(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
    return windows[::size, ::size].max(axis=(-1, -2))


def pool_number_by_number(x, size):
    out = np.full((x.shape[0] // size, x.shape[1] // size), -np.inf)
    for i, j in np.ndindex(x.shape):
        if i // size < out.shape[0] and j // size < out.shape[1]:
            out[i // size, j // size] = max(out[i // size, j // size], x[i, j])
    return out


def back_by_search(dout, x, size):
    dx = np.zeros(x.shape)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            best = None
            for y in range(i * size, i * size + size):
                for col in range(j * size, j * size + size):
                    if best is None or x[y, col] > x[best]:
                        best = y, col
            dx[best] += dout[i, j]
    return dx


def fair_by_kron(dout, size):
    return np.kron(dout, np.full((size, size), 1 / size**2))


def fair_by_loops(dout, size):
    h, w = dout.shape
    return [[dout[i // size, j // size] / size / size for j in range(w * size)]
            for i in range(h * size)]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("max-pool", pool_by_reshape),
        ("max-pool", pool_by_views),
        ("max-pool", pool_number_by_number),
        ("max-pool-backward", back_by_search),
        ("avg-pool-backward", fair_by_kron),
        ("avg-pool-backward", fair_by_loops),
        ("global-average", lambda x: x.mean(1).mean(1)),
        ("global-average", lambda x: np.einsum("nhwc->nc", x) / x[0, ..., 0].size),
        ("global-average", lambda x: [[np.mean(m[..., c]) for c in range(m.shape[2])] for m in x]),
        ("pooled-shape", lambda s, p: [s[0], *np.array(s[1:4]) // p, s[4]]),
        ("pooled-shape", lambda s, p: np.array(s) // (1, *p, 1)),
        (
            "pooled-shape",
            lambda s, p: (s[0], *(int(a / b) for a, b in zip(s[1:4], p, strict=True)), s[4]),
        ),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def lengths_with(change):
    """Change frames, rows and columns, each by its size."""
    return lambda s, p: (s[0], *(change(a, b) for a, b in zip(s[1:4], p, strict=True)), s[4])


def shape_at_once(x, size):
    h, w = x.shape[0] // size, x.shape[1] // size
    return x[: h * size, : w * size].reshape(h, w, size, size).max((2, 3))


def starts_at_zero(x, size):
    out = np.zeros((x.shape[0] // size, x.shape[1] // size))
    for i, j in np.ndindex(out.shape):
        for u, v in np.ndindex(size, size):
            out[i, j] = max(out[i, j], x[i * size + u, j * size + v])
    return out


def back_with(place, value=lambda g, block: g):
    def my_max_pool_backward(dout, x, size):
        dx = np.zeros_like(x)
        for i in range(len(dout)):
            for j in range(len(dout[0])):
                block = x[i * size : i * size + size, j * size : j * size + size]
                u, v = divmod(int(block.argmax()), size)
                dx[place(i, j, u, v, size)] = value(dout[i, j], block)
        return dx

    return my_max_pool_backward


def back_into_the_blocks(dout, x, size):
    h, w = dout.shape
    return back_by_search(dout, x[: h * size, : w * size], size)


def back_where_equal(dout, x, size):
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape):
        rows, columns = slice(i * size, i * size + size), slice(j * size, j * size + size)
        dx[rows, columns] = (x[rows, columns] == x[rows, columns].max()) * dout[i, j]
    return dx


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("max-pool", shape_at_once, "shape-mixed-up"),
        ("max-pool", lambda x, size: np.max(x), "one-for-all"),
        ("max-pool", starts_at_zero, "not-below-zero"),
        ("max-pool", lambda x, size: x[::size, ::size], "corner"),
        ("max-pool", lambda x, s: x[: len(x) // s * s : s, : x.shape[1] // s * s : s], "corner"),
        ("max-pool", lambda x, s: -pool_by_reshape(-x, s), "smallest"),
        ("max-pool-backward", back_with(lambda i, j, u, v, s: (i * s + v, j * s + u)),
         "row-for-column"),
        ("max-pool-backward",
         back_with(lambda i, j, u, v, s: (i * s + u, j * s + v), lambda g, b: 1), "forgets-dout"),
        ("max-pool-backward",
         back_with(lambda i, j, u, v, s: (i * s + u, j * s + v), lambda g, b: g * b.max()),
         "times-the-value"),
        ("max-pool-backward", back_with(lambda i, j, u, v, s: (u, v)), "forgets-the-corner"),
        ("max-pool-backward", back_into_the_blocks, "without-the-rest"),
        ("max-pool-backward", back_where_equal, "all-ties"),
        ("avg-pool-backward", lambda d, s: np.repeat(np.repeat(d, s, 0), s, 1), "not-shared"),
        ("avg-pool-backward", lambda d, s: np.repeat(np.repeat(d, s, 0), s, 1) / s,
         "divided-by-one-side"),
        ("avg-pool-backward", lambda d, s: np.repeat(d / s**2, s, axis=0), "one-axis"),
        ("avg-pool-backward", lambda d, s: d / s**2, "not-spread"),
        ("avg-pool-backward", lambda d, s: np.repeat(d, s) / s**2, "repeated-flat"),
        ("avg-pool-backward", lambda d, s: np.tile(d, (s, s)) / s**2, "tiled"),
        ("global-average", lambda x: x.max((1, 2)), "maximum"),
        ("global-average", lambda x: np.mean(x, axis=(2, 3)), "channels-first"),
        ("global-average", lambda x: x.mean(1).mean(2), "axes-moved-up"),
        ("global-average", lambda x: x.mean((1, 2), keepdims=True), "axes-kept"),
        ("global-average", lambda x: x.mean(), "one-number"),
        ("pooled-shape", lambda s, p: (*(a // b for a, b in zip(s[:3], p, strict=True)), *s[3:]),
         "from-the-batch"),
        ("pooled-shape", lengths_with(lambda a, b: a / b), "true-division"),
        ("pooled-shape", lambda s, p: (s[0], *np.floor(np.divide(s[1:4], p)), s[4]), "floats"),
        ("pooled-shape", lengths_with(lambda a, b: a - b + 1), "every-place"),
        ("pooled-shape", lengths_with(lambda a, b: -(-a // b)), "rounds-up"),
        ("pooled-shape", lambda s, p: s, None),
    ],
)  # fmt: skip
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)
