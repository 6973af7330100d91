"""Exercises of lesson 03, convolution."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.scratch import conv3d_forward, conv_output_size

# 1. correlate2d ------------------------------------------------------------------------


def correlate2d(x, k):
    """Slide k over x, without padding; multiply and sum at each place."""
    rows, columns = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = np.sum(x[i : i + k.shape[0], j : j + k.shape[1]] * k)
    return out


def _correlate_cases():
    rng = np.random.default_rng(2)
    return [
        (np.arange(12.0).reshape(3, 4), np.array([[1.0, 2], [3, 4]])),
        (rng.integers(0, 9, (5, 7)).astype(float), rng.integers(-3, 4, (3, 2)).astype(float)),
        (rng.normal(size=(4, 4)), rng.normal(size=(4, 4))),
        (rng.normal(size=(6, 5)), rng.normal(size=(1, 3))),
    ]


def _one_short(x, k):
    return correlate2d(x, k)[:-1, :-1]


def _means(x, k):
    return correlate2d(x, k) / k.size


def _same_size(x, k):
    top, left = (k.shape[0] - 1) // 2, (k.shape[1] - 1) // 2
    below, right = k.shape[0] - 1 - top, k.shape[1] - 1 - left
    return correlate2d(np.pad(x, ((top, below), (left, right))), k)


# 2. conv-output-size -------------------------------------------------------------------


def output_size(size, kernel, stride, padding, dilation):
    """Count the places where the dilated kernel fits into the padded input."""
    reach = dilation * (kernel - 1) + 1
    return (size + 2 * padding - reach) // stride + 1


def _size_cases():
    return [
        (7, 3, 1, 0, 1),
        (7, 3, 2, 0, 1),
        (8, 3, 2, 1, 1),
        (32, 5, 1, 2, 1),
        (28, 3, 1, 0, 2),
        (224, 7, 2, 3, 1),
        (15, 3, 3, 1, 3),
        (5, 5, 4, 0, 1),
    ]


def _forgets_one(size, kernel, stride, padding, dilation):
    return output_size(size, kernel, stride, padding, dilation) - 1


def _pads_one_side(size, kernel, stride, padding, dilation):
    return (size + padding - dilation * (kernel - 1) - 1) // stride + 1


def _dilates_size(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * kernel) // stride + 1


def _ignores_dilation(size, kernel, stride, padding, dilation):
    return output_size(size, kernel, stride, padding, 1)


def _counts_steps(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1)) // stride


def _rounds_up(size, kernel, stride, padding, dilation):
    return -((-size - 2 * padding + dilation * (kernel - 1) + 1) // stride) + 1


# 3. edge-kernel ------------------------------------------------------------------------


def edge_kernel():
    """Weigh the row below against the row above."""
    return np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])


def _edge_measure(kernel):
    """Answers at the middle of small pictures, as signs."""
    kernel = np.asarray(kernel, float)
    if kernel.shape != (3, 3):
        raise ValueError(f"the kernel must have shape (3, 3), yours has {kernel.shape}")
    pictures = {"even grey": np.ones(3), "brighter downwards": np.arange(3.0)}
    pictures |= {"a bright row below": np.array([0.0, 0, 1]), "dark above": np.array([0.0, 1, 1])}
    answer = {}
    for name, column in pictures.items():
        answer[name] = _sign(kernel, np.repeat(column[:, None], 3, axis=1))
    for name, row in {"to the right": [0.0, 1, 2], "on the right": [0, 0, 1.0]}.items():
        answer[f"brighter {name} only"] = _sign(kernel, np.repeat([row], 3, axis=0))
    return answer


def _sign(kernel, picture):
    return int(np.sign(round(float(np.sum(kernel * picture)), 9)))


# 4. count-weights ----------------------------------------------------------------------


def count_weights(kernel, channels, filters):
    """One weight for each tap, input channel and filter, and one bias for each filter."""
    return kernel * kernel * channels * filters + filters


# 5. motion-kernel ----------------------------------------------------------------------


def motion_kernel():
    """Subtract the frame before from the frame after; look at no neighbour in the picture."""
    return np.array([-1.0, 0, 1]).reshape(3, 1, 1)


def _motion_measure(kernel):
    """Answers at the middle of three frames: a still texture, and a light that goes on or off."""
    kernel = np.asarray(kernel, float)
    if kernel.ndim != 3:
        raise ValueError(f"it must have 3 axes (time, row, column), yours has {kernel.ndim}")
    texture = np.random.default_rng(0).random((5, 5))
    still = np.broadcast_to(texture, (3, 5, 5))
    light = np.zeros((3, 5, 5))
    light[2] = 1
    answers = [_answer3d(clip, kernel) for clip in (still, light, light[::-1])]
    return {
        "shape of the kernel": kernel.shape,
        "silent on a still clip": bool(np.abs(answers[0]).max() < 1e-9),
        "light goes on": int(np.sign(round(float(answers[1].mean()), 9))),
        "light goes off": int(np.sign(round(float(answers[2].mean()), 9))),
    }


def _answer3d(clip, kernel):
    return conv3d_forward(clip[None, ..., None], kernel[..., None, None])[0]


# 6. conv-backward-x --------------------------------------------------------------------


def conv_backward_x(dout, k, padding, x_shape):
    """Give each input pixel what it put into every output, times that output's gradient."""
    dx = np.zeros((x_shape[0] + 2 * padding, x_shape[1] + 2 * padding))
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            dx[i : i + k.shape[0], j : j + k.shape[1]] += dout[i, j] * k
    return dx[padding : padding + x_shape[0], padding : padding + x_shape[1]]


def _backward_cases():
    rng = np.random.default_rng(6)
    cases = [(np.array([[1.0, 10]]), np.array([[1.0, 2], [3, 4]]), 0, (2, 3))]
    for (rows, columns), (kh, kw), padding in [((5, 4), (3, 2), 1), ((4, 6), (3, 3), 1)]:
        shape = rows + 2 * padding - kh + 1, columns + 2 * padding - kw + 1
        cases.append((rng.normal(size=shape), rng.normal(size=(kh, kw)), padding, (rows, columns)))
    return cases


def _flipped(dout, k, padding, x_shape):
    return conv_backward_x(dout, k[::-1, ::-1], padding, x_shape)


def _not_cropped(dout, k, padding, x_shape):
    padded = x_shape[0] + 2 * padding, x_shape[1] + 2 * padding
    return conv_backward_x(dout, k, 0, padded)


def _cropped_at_the_end(dout, k, padding, x_shape):
    return _not_cropped(dout, k, padding, x_shape)[: x_shape[0], : x_shape[1]]


def _overwrites(dout, k, padding, x_shape):
    dx = np.zeros((x_shape[0] + 2 * padding, x_shape[1] + 2 * padding))
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            dx[i : i + k.shape[0], j : j + k.shape[1]] = dout[i, j] * k
    return dx[padding : padding + x_shape[0], padding : padding + x_shape[1]]


EXERCISES = [
    Exercise(
        "correlate2d",
        correlate2d,
        _correlate_cases,
        {
            "flipped-kernel": lambda x, k: correlate2d(x, k[::-1, ::-1]),
            "transposed-kernel": lambda x, k: correlate2d(x, k.T),
            "one-short": _one_short,
            "mean": _means,
            "same-padding": _same_size,
        },
    ),
    Exercise(
        "conv-output-size",
        output_size,
        _size_cases,
        {
            "forgets-one": _forgets_one,
            "one-inside": _counts_steps,
            "pads-one-side": _pads_one_side,
            "ignores-dilation": _ignores_dilation,
            "dilates-the-size": _dilates_size,
            "rounds-up": _rounds_up,
            "true-division": lambda s, k, stride, p, d: (s + 2 * p - d * (k - 1) - 1) / stride + 1,
        },
        shows=conv_output_size,
    ),
    Exercise(
        "edge-kernel",
        edge_kernel,
        lambda: [()],
        {
            "upside-down": lambda: edge_kernel()[::-1],
            "other-direction": lambda: edge_kernel().T,
            "other-direction-turned": lambda: -edge_kernel().T,
            "not-zero-sum": lambda: np.array([[0.0, 0, 0], [0, 0, 0], [1, 2, 1]]),
            "laplacian": lambda: np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        },
        measure=_edge_measure,
    ),
    Exercise(
        "count-weights",
        count_weights,
        lambda: [(3, 1, 1), (3, 3, 16), (5, 16, 8), (1, 64, 10)],
        {
            "forgets-bias": lambda k, c, f: k * k * c * f,
            "forgets-channels": lambda k, c, f: k * k * f + f,
            "one-bias": lambda k, c, f: k * k * c * f + 1,
            "bias-per-channel": lambda k, c, f: (k * k + 1) * c * f,
        },
    ),
    Exercise(
        "motion-kernel",
        motion_kernel,
        lambda: [()],
        {
            "backwards": lambda: -motion_kernel(),
            "average": lambda: np.full((3, 1, 1), 1 / 3),
            "two-frames": lambda: np.array([-1.0, 1]).reshape(2, 1, 1),
            "not-zero-sum": lambda: np.array([0.0, 0, 1]).reshape(3, 1, 1),
            "in-space": lambda: np.array([-1.0, 0, 1]).reshape(1, 1, 3),
        },
        measure=_motion_measure,
    ),
    Exercise(
        "conv-backward-x",
        conv_backward_x,
        _backward_cases,
        {
            "flipped-kernel": _flipped,
            "padding-not-cropped": _not_cropped,
            "cropped-at-the-end": _cropped_at_the_end,
            "overwrites": _overwrites,
        },
    ),
]
