"""Exercises of lesson 03, convolution."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson03.films import (
    answers,
    direction_score,
    right_not_left,
    secret_blur,
    strength,
)

# 1. correlate2d ------------------------------------------------------------------------


def correlate2d(x, k, stride, padding):
    """Slide k over the padded x; multiply and sum at each place."""
    x = np.pad(x, padding)
    rows = (x.shape[0] - k.shape[0]) // stride + 1
    columns = (x.shape[1] - k.shape[1]) // stride + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[top : top + k.shape[0], left : left + k.shape[1]]
            out[i, j] = np.sum(window * k)
    return out


def _correlate_cases():
    rng = np.random.default_rng(2)
    return [
        (np.arange(12.0).reshape(3, 4), np.array([[1.0, 2], [3, 4]]), 1, 0),
        (rng.integers(0, 9, (5, 7)) * 1.0, rng.integers(-3, 4, (3, 2)) * 1.0, 1, 0),
        (rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), 1, 0),
        (rng.normal(size=(5, 8)), rng.normal(size=(3, 2)), 2, 0),
        (rng.normal(size=(4, 5)), rng.normal(size=(3, 2)), 1, 2),
        (rng.normal(size=(8, 6)), rng.normal(size=(2, 3)), 2, 1),
        (rng.normal(size=(9, 7)), rng.normal(size=(1, 3)), 3, 1),
    ]


def _one_short(x, k, stride, padding):
    return correlate2d(np.pad(x, padding)[:-1, :-1], k, stride, 0)


def _first_row_only(x, k, stride, padding):
    out = correlate2d(x, k, stride, padding)
    out[1:] = 0
    return out


def _first_number_only(x, k, stride, padding):
    out = _first_row_only(x, k, stride, padding)
    out[:, 1:] = 0
    return out


def _full_size(x, k, stride, padding):
    out, right = np.zeros_like(x), correlate2d(x, k, stride, padding)
    rows, columns = min(len(out), len(right)), min(out.shape[1], right.shape[1])
    out[:rows, :columns] = right[:rows, :columns]
    return out


def _last_product(x, k, stride, padding):
    only = np.zeros_like(k)
    only[-1, -1] = k[-1, -1]
    return correlate2d(x, only, stride, padding)


def _matrix_product(x, k, stride, padding):
    # sum(window @ k): column sums of the window meet row sums of the kernel
    return correlate2d(x, np.ones((len(k), 1)) * k.sum(axis=1), stride, padding)


def _stride_in_size_only(x, k, stride, padding):
    rows, columns = correlate2d(x, k, stride, padding).shape
    return correlate2d(x, k, 1, padding)[:rows, :columns]


def _pads_the_end(x, k, stride, padding):
    return correlate2d(np.pad(x, (0, 2 * padding)), k, stride, 0)


def _pads_once(x, k, stride, padding):
    return correlate2d(np.pad(x, (padding, 0)), k, stride, 0)


def _repeats_the_rim(x, k, stride, padding):
    return correlate2d(np.pad(x, padding, mode="edge"), k, stride, 0)


# 2. conv-output-size -------------------------------------------------------------------


def conv_output_size(size, kernel, stride, padding, dilation):
    """Count the places where the dilated kernel fits into the padded input."""
    reach = dilation * (kernel - 1) + 1
    last = size + 2 * padding - reach
    return last // stride + 1


def _size_cases():
    return [
        (7, 3, 1, 0, 1),
        (7, 3, 2, 0, 1),
        (6, 3, 2, 0, 1),
        (8, 3, 2, 1, 1),
        (32, 5, 1, 2, 1),
        (28, 3, 1, 0, 2),
        (15, 4, 3, 2, 3),
    ]


def _sizes(*, reach=True, both_sides=True, start=True):
    """Return the planted function with some of its three faults mended."""

    def size_of(size, kernel, stride, padding, dilation):
        pixels = dilation * (kernel - 1) + 1 if reach else dilation * kernel
        last = size + (2 if both_sides else 1) * padding - pixels
        return last // stride + (1 if start else 0)

    return size_of


def _reach_one_short(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1)) // stride + 1


def _reach_short_and_more(size, kernel, stride, padding, dilation):
    return (size + padding - dilation * (kernel - 1)) // stride


def _one_inside(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1)) // stride


def _rounds_up(size, kernel, stride, padding, dilation):
    return -((-size - 2 * padding + dilation * (kernel - 1) + 1) // stride) + 1


def _true_division(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1


# 3. conv-backward ----------------------------------------------------------------------


def conv_backward(dout, x, k):
    """Give each pixel and each kernel number what it put into every output."""
    dx, dk = np.zeros_like(x), np.zeros_like(k)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            rows, columns = slice(i, i + k.shape[0]), slice(j, j + k.shape[1])
            dx[rows, columns] += dout[i, j] * k
            dk += dout[i, j] * x[rows, columns]
    return dx, dk


def _backward_cases():
    rng = np.random.default_rng(6)
    cases = [(np.array([[1.0, 10]]), np.arange(6.0).reshape(2, 3), np.array([[1.0, 2], [3, 4]]))]
    for (rows, columns), (kh, kw) in [((5, 4), (3, 2)), ((4, 6), (3, 3)), ((6, 3), (2, 3))]:
        dout = rng.normal(size=(rows - kh + 1, columns - kw + 1))
        cases.append((dout, rng.normal(size=(rows, columns)), rng.normal(size=(kh, kw))))
    return cases


def _kernel_turned(dout, x, k):
    return conv_backward(dout, x, k[::-1, ::-1])[0], conv_backward(dout, x, k)[1]


def _dk_turned(dout, x, k):
    dx, dk = conv_backward(dout, x, k)
    return dx, dk[::-1, ::-1]


def _dx_overwritten(dout, x, k):
    dx = np.zeros_like(x)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            dx[i : i + k.shape[0], j : j + k.shape[1]] = dout[i, j] * k
    return dx, conv_backward(dout, x, k)[1]


def _dk_overwritten(dout, x, k):
    i, j = dout.shape[0] - 1, dout.shape[1] - 1
    window = x[i : i + k.shape[0], j : j + k.shape[1]]
    return conv_backward(dout, x, k)[0], dout[-1, -1] * window


def _both_overwritten(dout, x, k):
    return _dx_overwritten(dout, x, k)[0], _dk_overwritten(dout, x, k)[1]


def _dout_forgotten(dout, x, k):
    return conv_backward(np.ones_like(dout), x, k)


def _dk_averaged(dout, x, k):
    dx, dk = conv_backward(dout, x, k)
    return dx, dk / dout.size


__all__ = ["EXERCISES", "answers", "direction_score", "right_not_left", "secret_blur", "strength"]

EXERCISES = [
    Exercise("dense-weights", kind="predict", close=0.2),
    Exercise(
        "correlate2d",
        correlate2d,
        _correlate_cases,
        {
            "flipped-kernel": lambda x, k, s, p: correlate2d(x, k[::-1, ::-1], s, p),
            "transposed-kernel": lambda x, k, s, p: correlate2d(x, k.T, s, p),
            "one-short": _one_short,
            "mean": lambda x, k, s, p: correlate2d(x, k, s, p) / k.size,
            "last-product": _last_product,
            "matrix-product": _matrix_product,
            "full-size": _full_size,
            "same-padding": lambda x, k, s, p: correlate2d(x, k, s, max(p, k.shape[0] // 2)),
            "returns-early": _first_row_only,
            "returns-at-once": _first_number_only,
            "transposed-output": lambda x, k, s, p: correlate2d(x, k, s, p).T,
            "plain": lambda x, k, s, p: correlate2d(x, k, 1, 0),
            "stride-ignored": lambda x, k, s, p: correlate2d(x, k, 1, p),
            "stride-in-size-only": _stride_in_size_only,
            "padding-ignored": lambda x, k, s, p: correlate2d(x, k, s, 0),
            "pads-the-end": _pads_the_end,
            "pads-once": _pads_once,
            "repeats-the-rim": _repeats_the_rim,
        },
    ),
    Exercise(
        "conv-output-size",
        conv_output_size,
        _size_cases,
        {
            "as-given": _sizes(reach=False, both_sides=False, start=False),
            "reach-and-start": _sizes(reach=False, start=False),
            "reach-and-padding": _sizes(reach=False, both_sides=False),
            "padding-and-start": _sizes(both_sides=False, start=False),
            "forgets-one": _sizes(start=False),
            "pads-one-side": _sizes(both_sides=False),
            "dilates-the-size": _sizes(reach=False),
            "reach-one-short": _reach_one_short,
            "one-inside": _one_inside,
            "one-inside-and-padding": _reach_short_and_more,
            "ignores-dilation": lambda n, k, s, p, d: conv_output_size(n, k, s, p, 1),
            "padding-ignored": lambda n, k, s, p, d: conv_output_size(n, k, s, 0, d),
            "rounds-up": _rounds_up,
            "true-division": _true_division,
        },
        kind="repair",
    ),
    Exercise(
        "conv-backward",
        conv_backward,
        _backward_cases,
        {
            "swapped": lambda dout, x, k: conv_backward(dout, x, k)[::-1],
            "both-overwritten": _both_overwritten,
            "dx-overwritten": _dx_overwritten,
            "dk-overwritten": _dk_overwritten,
            "kernel-turned": _kernel_turned,
            "dk-turned": _dk_turned,
            "dout-forgotten": _dout_forgotten,
            "dk-averaged": _dk_averaged,
            "sign": lambda dout, x, k: conv_backward(-dout, x, k),
        },
        returns=("dx", "dk"),
    ),
    Exercise(
        "right-not-left",
        kind="challenge",
        score=lambda answer: direction_score(answer() if callable(answer) else answer),
        bar=7.0,
        seconds=60.0,
    ),
]
