"""Exercises of lesson 03, convolution."""

from functools import cache

import numpy as np

from vidlearn.course.exercises import Exercise

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


# 4. right-not-left ---------------------------------------------------------------------


def right_not_left():
    """Silent on what stands (columns sum to 0) and on what goes left (anti-diagonals do)."""
    return np.array([[0.0, -1, -1], [1, 2, 1], [-1, -1, 0]])


SPEEDS = 0.7, 1.0, 1.4


@cache
def _films():
    """Grey films in which all things go right, (T, H, W) from 0 to 1, for each speed."""
    from vidlearn.synthetic import crossing

    scenes = [
        [crossing(20, (90, 120), (1, 1), seed=seed, speed=speed) for seed in (31, 32, 33)]
        for speed in SPEEDS
    ]
    return [[scene.frames.mean(axis=-1) / 255 for scene in films] for films in scenes]


def strength(film, kernel):
    """Measure how strongly a kernel answers to a grey film.

    Parameters
    ----------
    film : ndarray
        (T, H, W).
    kernel : array_like
        (frames, columns).

    Returns
    -------
    float
        The mean square of its answers.
    """
    windows = np.lib.stride_tricks.sliding_window_view(film, np.shape(kernel), axis=(0, 2))
    return float(np.square(np.tensordot(windows, kernel, 2)).mean())


def direction_score(kernel):
    """Say how much more strongly a kernel answers to what goes right than to what goes left.

    The films are none of the lesson's. Things go 0.7, 1 or 1.4 pixels a frame; played backwards,
    they go left. The worst of the three speeds counts.

    Parameters
    ----------
    kernel : array_like
        (frames, columns) or (frames, 1, columns), at most 7 by 7.

    Returns
    -------
    float
        Mean square of the answers to the right over that to the left, the median of three films.

    Raises
    ------
    ValueError
        If the kernel has another shape, holds numbers that are not finite, or zeros alone.
    """
    kernel = np.asarray(kernel, dtype=float)
    if kernel.ndim == 3 and kernel.shape[1] == 1:
        kernel = kernel[:, 0]
    if kernel.ndim != 2 or not all(1 <= side <= 7 for side in kernel.shape):
        raise ValueError(
            "the kernel must have the shape (frames, columns), each at most 7; "
            f"yours has {kernel.shape}"
        )
    if not np.isfinite(kernel).all() or not kernel.any():
        raise ValueError("the kernel must hold finite numbers, not zeros alone")
    kernel = kernel / np.abs(kernel).max()
    ratios = [
        [strength(film, kernel) / max(strength(film[::-1], kernel), 1e-12) for film in films]
        for films in _films()
    ]
    return float(np.median(ratios, axis=1).min())


# What the lesson shows -----------------------------------------------------------------


def answers(film, kernel):
    """Slide a kernel over time and columns of a film, and say how strongly it answers.

    Parameters
    ----------
    film : ndarray
        (T, H, W, 3) uint8.
    kernel : array_like
        (frames, columns) or (frames, 1, columns).

    Returns
    -------
    ndarray
        (T, H, W), 0 or more: the size of each answer, as a part of the kernel's numbers together.
        0 where the kernel would look beyond the film.
    """
    kernel = np.asarray(kernel, dtype=float)
    kernel = kernel[:, 0] if kernel.ndim == 3 else kernel
    grey = film.mean(axis=-1) / 255
    windows = np.lib.stride_tricks.sliding_window_view(grey, kernel.shape, axis=(0, 2))
    sizes = np.abs(np.tensordot(windows, kernel, 2)) / (np.abs(kernel).sum() or 1.0)
    frames, columns = (side - 1 for side in kernel.shape)
    rim = [(frames // 2, frames - frames // 2), (0, 0), (columns // 2, columns - columns // 2)]
    return np.pad(sizes, rim)


def secret_blur():
    """Return a picture before and after somebody's filter; the filter is not told.

    Returns
    -------
    before : ndarray
        (66, 88) uint8, grey.
    after : ndarray
        (58, 80) uint8: `before`, filtered without padding by a kernel of 9 x 9 numbers.
    """
    from vidlearn.scratch import filter2d
    from vidlearn.synthetic import picture

    cat = picture("cat")[0:264:4, 20:372:4].mean(axis=-1).round().astype(np.uint8)
    rows = [0, 54, 127, 127, 62, 28, 8, 0, 0]  # bits
    kernel = np.array([[row >> (7 - j) & 1 if j < 8 else 0 for j in range(9)] for row in rows])
    kernel = kernel * 1.0
    after = filter2d(cat / 255, kernel / kernel.sum(), padding="valid")
    return cat, (255 * after).round().astype(np.uint8)


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
            "one-inside": _one_inside,
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
        },
        returns=("dx", "dk"),
    ),
    Exercise(
        "right-not-left",
        kind="challenge",
        score=lambda answer: direction_score(answer()),
        bar=8.0,
    ),
]
