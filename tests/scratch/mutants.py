"""The wrong backward passes that the tests must find: at least one for every public function.

To add a function, write how its backward pass is checked, and its mutants, one line each:

    CHECKS["cube_backward"] = [gradients(scratch.cube_forward, draw(3, 4))]
    MUTANTS += [Mutant("cube_backward", "3 * x**2", "3 * x", "power not lowered by one")]

A check is any function of a backward pass that returns a list of relative errors: `gradients`,
`gives`, or your own. The fragment (second) must stand once in the code of the function, or of the
helper that `of=` names, "_helper" in the same module or "module._helper". The third is put in its
place, the fourth is the misconception that would write it. Fast and naive forms share their cache,
so the naive backward passes are checked with the fast forward ones: that saves a minute.

Another file mutants_TOPIC.py with CHECKS and MUTANTS of its own is found as well.
"""

from functools import partial

import numpy as np

from tests.scratch.mutation import Mutant, gives, gradients
from vidlearn import scratch


def draw(*shape, seed=11):
    return np.random.default_rng(seed).normal(size=shape)


CHECKS, MUTANTS = {}, []


# Activations.
X = draw(3, 4, 2)
CHECKS["relu_backward"] = [
    gradients(scratch.relu_forward, X),
    gives(scratch.relu_forward, [-1, 0, 2], [3, 5, 7], [0, 0, 7]),
]
CHECKS["leaky_relu_backward"] = [
    gradients(scratch.leaky_relu_forward, X),
    gives(scratch.leaky_relu_forward, [-1, 0, 2], [3, 5, 7], [0.9, 1.5, 7]),
]
CHECKS["sigmoid_backward"] = [gradients(scratch.sigmoid_forward, X)]
CHECKS["tanh_backward"] = [gradients(scratch.tanh_forward, X)]
CHECKS["softmax_backward"] = [gradients(partial(scratch.softmax_forward, axis=1), X)]
ALL_OF_SOFTMAX = "(dout - np.sum(dout * out, axis=axis, keepdims=True))"
MUTANTS += [
    Mutant("relu_backward", "(x > 0)", "(x >= 0)", "slope 1 at 0"),
    Mutant("relu_backward", "(x > 0)", "np.maximum(x, 0)", "output for slope"),
    Mutant("relu_backward", "(x > 0)", "(np.asarray(dout) > 0)", "sign of dout for that of x"),
    Mutant("leaky_relu_backward", "x > 0", "x >= 0", "slope 1 at 0"),
    Mutant("leaky_relu_backward", "negative_slope * dout", "0 * dout", "slope forgotten"),
    Mutant("leaky_relu_backward", "negative_slope * dout", "negative_slope * x", "x for dout"),
    Mutant("sigmoid_backward", "* out * (1", "* (1", "half of out * (1 - out)"),
    Mutant(
        "sigmoid_backward",
        "dout, out.shape, out.dtype) * out",
        "dout, out.shape, out.dtype) * (out := 1 / (1 + np.exp(-out)))",
        "sigmoid taken twice",
    ),
    Mutant("tanh_backward", "out**2", "out", "square forgotten"),
    Mutant("tanh_backward", "out**2", "np.tanh(out)**2", "tanh taken twice"),
    Mutant("softmax_backward", ALL_OF_SOFTMAX, "dout * (1 - out)", "diagonal only"),
    Mutant("softmax_backward", "axis=axis", "axis=-1", "sum over the wrong axis"),
    Mutant("softmax_backward", "np.sum(dout * out", "np.sum(dout", "sum not weighted"),
]

# Dense.
SQUARE = draw(4, 4, seed=1), draw(4, 4, seed=2), draw(4, seed=3)  # where mixed-up axes still fit
for form in ("", "_naive"):
    CHECKS["dense_backward" + form] = [
        gradients(scratch.dense_forward, draw(2, 3, 4), draw(4, 5), draw(5)),
        gradients(scratch.dense_forward, *SQUARE),
    ]
CHECKS["flatten_backward"] = [gradients(scratch.flatten_forward, draw(2, 3, 4))]
MUTANTS += [
    Mutant("dense_backward", "drows @ w.T", "drows @ w", "w not transposed in dx"),
    Mutant("dense_backward", "rows.T @ drows", "drows.T @ rows", "dw transposed"),
    Mutant("dense_backward", "rows.T @ drows", "rows @ drows", "x not transposed in dw"),
    Mutant("dense_backward", "rows.T @ drows", "rows.T @ drows / len(rows)", "dw averaged"),
    Mutant("dense_backward", "drows.sum(axis=0)", "drows.sum(axis=1)", "db over the units"),
    Mutant(
        "dense_backward", "drows.sum(axis=0)", "dout.sum(axis=0)", "db over the first axis only"
    ),
    Mutant("dense_backward_naive", "dx[tuple(n)] +=", "dx[tuple(n)] =", "last unit only in dx"),
    Mutant("dense_backward_naive", "dw[:, u] +=", "dw[:, u] =", "last row only in dw"),
    Mutant("dense_backward_naive", "* w[:, u]", "* w[u]", "w not transposed in dx"),
    Mutant("dense_backward_naive", "db[u] += dout[(*n, u)]", "db[u] = 1", "db taken for 1"),
    Mutant("flatten_backward", "shape)", 'shape, order="F")', "first axis runs fastest"),
    Mutant("flatten_backward", ".reshape(shape)", "", "left flat"),
]

# Convolution.
SIZES = {1: (7,), 2: (6, 5), 3: (4, 3, 5)}
KERNEL = {1: (3,), 2: (3, 2), 3: (2, 3, 2)}
PADS = {1: ((2, 1),), 2: ((2, 1), 1), 3: (1, (0, 2), 1)}
PLACE = {1: "n, steps", 2: "n, rows, cols", 3: "n, frames, rows, cols"}
INDEX = {1: "n, i, f", 2: "n, i, j, f", 3: "n, t, i, j, f"}
FLIPPED = "np.flip(w, tuple(range(w.ndim - 2)))"


def check_conv(axes, channels, filters, **options):
    forward = partial(getattr(scratch, f"conv{axes}d_forward"), **options)
    w = draw(*KERNEL[axes], channels, filters, seed=12)
    return gradients(forward, draw(2, *SIZES[axes], channels), w, draw(filters))


for axes in (1, 2, 3):
    name = f"conv{axes}d_backward"
    CHECKS[name] = [
        check_conv(axes, 9, 2, padding=PADS[axes]),
        check_conv(axes, 2, 3, stride=2, padding=PADS[axes]),
        check_conv(axes, 2, 3, dilation=2, padding="same"),
    ]
    CHECKS[name + "_naive"] = [check_conv(axes, 2, 2, padding=PADS[axes])]
    back, place, index = "_im2col._correlate_back", PLACE[axes], INDEX[axes]
    cropped = "grid.crop(input_gradient(dout, x, w, grid))"
    MUTANTS += [
        Mutant(name, FLIPPED, "w", "kernel not flipped in dx", of=back),
        Mutant(name, "] += columns", "] = columns", "overlaps lost", of="_im2col._scatter_back"),
        Mutant(
            name, "(w.shape)", "(w.shape) / len(x)", "dw averaged", of="_im2col.kernel_gradient"
        ),
        Mutant(name, cropped, cropped[len("grid.crop") :], "padding left on dx", of="_backward"),
        Mutant(name, ".sum(axis=0)", ".mean(axis=0)", "db averaged", of="_backward"),
        Mutant(name + "_naive", f"dx[{place}] +=", f"dx[{place}] =", "overlaps lost"),
        Mutant(name + "_naive", f"dout[{index}] * w[", f"dout[{index}] * w[::-1][", "w flipped"),
        Mutant(name + "_naive", "dw[..., f] +=", "dw[..., f] =", "last window only in dw"),
        Mutant(name + "_naive", "dout.sum(", "dout.mean(", "db averaged"),
        Mutant(name + "_naive", "grid.crop(dx)", "dx", "padding left on dx"),
    ]

# Pooling.
TIED = np.array([[1, 4, 4, 0], [4, 2, 4, 4]])  # row by row: the first 4 of each window of 2 x 2
TO_THE_FIRST = np.array([[0, 2, 3, 0], [0, 0, 0, 0]])
for axes in (2, 3):
    one = {2: (1, 2, 4, 1), 3: (1, 1, 2, 4, 1)}[axes]
    ties = TIED.reshape(one), np.reshape([2, 3], (*one[:-3], 1, 2, 1)), TO_THE_FIRST.reshape(one)
    tile = {"size": (1, 2, 2)[-axes:], "stride": (1, 2, 2)[-axes:]}
    overlap = {"size": (2, 3, 2)[-axes:], "stride": (1, 2, 1)[-axes:], "padding": "same"}
    x = draw(2, *SIZES[axes], 2)
    place, index = PLACE[axes] + ", c", INDEX[axes].replace("f", "c")
    for form in ("", "_naive"):
        largest = getattr(scratch, f"max_pool{axes}d_forward")
        average = getattr(scratch, f"avg_pool{axes}d_forward")
        CHECKS[f"max_pool{axes}d_backward{form}"] = [
            gradients(partial(largest, **overlap), x),
            gives(partial(largest, **tile), *ties),
        ]
        CHECKS[f"avg_pool{axes}d_backward{form}"] = [gradients(partial(average, **overlap), x)]
    fast, slow = f"max_pool{axes}d_backward", f"max_pool{axes}d_backward_naive"
    in_order, first = "np.ndindex(grid.kernel)", "np.argmax(window)"
    last = "window.size - 1 - np.argmax(window.ravel()[::-1])"
    MUTANTS += [
        Mutant(fast, " & unmet", "", "every tie takes all", of="_max_backward"),
        Mutant(fast, in_order, f"[*{in_order}][::-1]", "last of the ties", of="_max_backward"),
        Mutant(fast, "] += dout", "] = dout", "overlaps lost", of="_max_backward"),
        Mutant(fast, "dout * first", "dout", "to all entries", of="_max_backward"),
        Mutant(slow, first, last, "last of the ties"),
        Mutant(slow, "[first] +=", "[first] =", "overlaps lost"),
        Mutant(slow, "[first] +=", "[...] +=", "to all entries"),
    ]
    fast, slow = f"avg_pool{axes}d_backward", f"avg_pool{axes}d_backward_naive"
    counted, size = f"count[0, {index[3:-3]}, 0]", "np.prod(grid.kernel)"
    MUTANTS += [
        Mutant(fast, "/ count", f"/ {size}", "padding counted", of="_avg_backward"),
        Mutant(fast, " / count", "", "not divided", of="_avg_backward"),
        Mutant(fast, "] += share", "] = share", "overlaps lost", of="_avg_backward"),
        Mutant(slow, counted, size, "padding counted"),
        Mutant(slow, f" / {counted}", "", "not divided"),
        Mutant(slow, f"dx[{place}] +=", f"dx[{place}] =", "overlaps lost"),
    ]

    fast, slow = f"global_avg_pool{axes}d_backward", f"global_max_pool{axes}d_backward"
    CHECKS[fast] = [gradients(getattr(scratch, f"global_avg_pool{axes}d_forward"), x)]
    largest = getattr(scratch, f"global_max_pool{axes}d_forward")
    to_the_first = np.reshape([[0, 5, 0, 0], [0, 0, 0, 0]], one)
    CHECKS[slow] = [
        gradients(largest, x),
        gives(largest, TIED.reshape(one), [[5]], to_the_first),
    ]
    MUTANTS += [
        Mutant(fast, "shape[1:-1]", "shape[:-1]", "batch counted", of="_avg_backward"),
        Mutant(fast, "shape[1:-1]", "shape[1:2]", "one axis counted", of="_avg_backward"),
        Mutant(slow, "first, dout", "first * 0, dout", "to the first entry", of="_max_backward"),
        Mutant(
            slow,
            "np.put_along_axis(dx, first, dout[:, None], axis=1)",
            "dx += dout[:, None]",
            "to all entries",
            of="_max_backward",
        ),
    ]

# Losses.
P, CLASSES = scratch.softmax(draw(2, 3, 4, seed=5)), np.array([[0, 3, 1], [2, 2, 3]])
mse, softmax_loss = scratch.mse_forward, scratch.softmax_cross_entropy_forward
sigmoid_loss = scratch.sigmoid_cross_entropy_forward
CHECKS["mse_backward"] = [gradients(lambda x: mse(x, P), draw(2, 3, 4))]
CHECKS["softmax_cross_entropy_backward"] = [
    gradients(lambda x: softmax_loss(x, CLASSES), draw(2, 3, 4)),
    gradients(lambda x: softmax_loss(x, P), draw(2, 3, 4)),
]
CHECKS["sigmoid_cross_entropy_backward"] = [gradients(lambda x: sigmoid_loss(x, P), draw(2, 3, 4))]
name, before = "softmax_cross_entropy_backward", "p - y"
MUTANTS += [
    Mutant("mse_backward", " * 2", "", "2 forgotten"),
    Mutant("mse_backward", "* difference", "* -difference", "target less prediction"),
    Mutant("mse_backward", " / difference.size", "", "not divided by the count"),
    Mutant("mse_backward", "difference.size", "len(difference)", "divided by the batch only"),
    Mutant("mse_backward", "check_dout(dout, (), difference.dtype)", "1", "dout ignored"),
    Mutant(name, before, "y - p", "y - a for a - y"),
    Mutant(name, before, "-y / p", "gradient of p, not of the logits"),
    Mutant(name, before, "p * (1 - p) * (p - y)", "slope of sigmoid added"),
    Mutant(name, " / (p.size // p.shape[-1])", "", "not divided by the batch"),
    Mutant(name, "(p.size // p.shape[-1])", "p.size", "divided by the classes too"),
    Mutant(name, "(p.size // p.shape[-1])", "len(p)", "divided by the first axis only"),
    Mutant(name, "check_dout(dout, (), p.dtype)", "1", "dout ignored"),
    Mutant(name, "None], 1", "None], 0", "only p", of="_one_hot"),
]
name = "sigmoid_cross_entropy_backward"
MUTANTS += [
    Mutant(name, "(a - targets)", "(targets - a)", "y - a for a - y"),
    Mutant(name, "(a - targets)", "(a - targets) * a * (1 - a)", "slope of sigmoid taken twice"),
    Mutant(name, "(a - targets)", "(logits - targets)", "sigmoid forgotten"),
    Mutant(name, " / logits.size", "", "not divided by the count"),
    Mutant(name, "logits.size", "len(logits)", "divided by the batch only"),
    Mutant(name, "check_dout(dout, (), logits.dtype)", "1", "dout ignored"),
]

# Normalisation and dropout.
NORM = draw(2, 3, 4, seed=7) + 3, draw(4, seed=8), draw(4, seed=9)
STATISTICS = {"running_mean": draw(4), "running_var": draw(4) ** 2 + 0.5, "training": False}
for form in ("", "_naive"):
    CHECKS["batch_norm_backward" + form] = [
        gradients(scratch.batch_norm_forward, *NORM),
        gradients(partial(scratch.batch_norm_forward, **STATISTICS), *NORM),
    ]
CHECKS["layer_norm_backward"] = [gradients(scratch.layer_norm_forward, *NORM)]
CHECKS["dropout_backward"] = [
    gradients(partial(scratch.dropout_forward, rate=0.3, rng=4), draw(3, 5))
]
fast, slow, layer = "batch_norm_backward", "batch_norm_backward_naive", "layer_norm_backward"
MUTANTS += [
    Mutant(fast, " - gamma * dbeta / count", "", "without the mean's part"),
    Mutant(fast, " - x_hat * (gamma * dgamma / count)", "", "without the variance's part"),
    Mutant(fast, "dbeta / count", "dbeta", "mean's part not divided"),
    Mutant(fast, "if not training", "if True", "statistics taken for constants in training"),
    Mutant(fast, "if not training", "if False", "running statistics taken for the batch's"),
    Mutant(fast, "dout * gamma", "dout", "gamma forgotten"),
    Mutant(fast, "_channel_sums(dout * x_hat)", "_channel_sums(dout)", "dgamma without x_hat"),
    Mutant(
        fast,
        "x_hat * (gamma * dgamma / count)) / std",
        "x_hat * (gamma * dgamma / count)) / std**2",
        "variance for deviation",
    ),
    Mutant(
        fast,
        "np.ones(len(rows), x.dtype)",
        "np.ones(len(rows)) / len(rows)",
        "averaged",
        of="_channel_sums",
    ),
    Mutant(slow, "dmean / centred.size", "0", "without the mean's part"),
    Mutant(slow, "dvar * 2 * centred / centred.size", "0", "without the variance's part"),
    Mutant(slow, "dvar * 2 *", "dvar *", "2 of the square forgotten"),
    Mutant(slow, "-np.sum(dx_hat * centred)", "np.sum(dx_hat * centred)", "sign of the quotient"),
    Mutant(slow, "if training", "if True", "running statistics taken for the batch's"),
    Mutant(slow, "dout[..., c] * gamma[c]", "dout[..., c]", "gamma forgotten"),
    Mutant(layer, " - through_mean", "", "without the mean's part"),
    Mutant(layer, " - through_var", "", "without the variance's part"),
    Mutant(layer, "dx_hat.mean(axis=-1", "dx_hat.mean(axis=0", "mean over the wrong axis"),
    Mutant(layer, "dout * gamma", "dout", "gamma forgotten"),
    Mutant(layer, "_channel_sums(dout)", "dout.sum(axis=-1)[0]", "dbeta over the wrong axis"),
    Mutant(
        layer, "_channel_sums(dout * x_hat)", "_channel_sums(dx_hat * x_hat)", "gamma in dgamma"
    ),
    Mutant("dropout_backward", "* mask", "* (mask > 0)", "not scaled"),
    Mutant("dropout_backward", " * mask", "", "passed where dropped"),
    Mutant("dropout_backward", "* mask", "* (mask == 0)", "passed where dropped only"),
]
