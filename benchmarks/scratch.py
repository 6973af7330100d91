"""The NumPy operations of `vidlearn.scratch` beside Keras, PyTorch, SciPy and numpy-ml.

The limit is the machine's own float32 product of two 1024 x 1024 matrices in NumPy. Where an
operation is slow, it runs on a part of the task, and its time is scaled to the whole.
"""

import os
import subprocess
import sys
from math import prod

import numpy as np

from benchmarks import _peers as peers
from benchmarks.timing import Row, Target, table
from vidlearn import scratch

RNG = np.random.default_rng(0)
LIMIT, OURS, NAIVE, KERAS = "matrix product", "vidlearn", "vidlearn, naive", "Keras"


def main():
    """Print the tables, each number of threads in a process of its own."""
    for threads in ("1", "2"):
        settings = {f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL")}
        settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.scratch", threads]
        subprocess.run(command, env=os.environ | settings, check=True)


def with_threads(threads):
    """Print the tables of one process."""
    peers.set_threads(threads)
    print(f"\n{threads} thread{'s' * (threads > 1)}")
    if threads == 1:
        conv(draw(16, 56, 56, 64), draw(3, 3, 64, 64), over_limit=(0.60, 0.60))
        conv(draw(8, 28, 28, 128), draw(3, 3, 128, 256), stride=2, over_limit=(0.70, 0.70))
        max_pool(draw(16, 56, 56, 64))
    else:
        conv(draw(4, 16, 56, 56, 3), draw(3, 3, 3, 3, 32), forward_over_keras=1 / 3)


def draw(*shape):
    """Return random float32 numbers."""
    return RNG.normal(size=shape).astype(np.float32)


def conv(x, w, stride=1, *, over_limit=(), forward_over_keras=None):
    """Print the tables of a "same" convolution: forward, and forward with backward."""
    axes = x.ndim - 2
    title = f"conv{axes}d {x.shape} to {w.shape[-1]}, kernel {w.shape[:-2]}, stride {stride}"
    rows, rows_both, task = conv_rows(x, w, stride)
    if axes == 2 and stride == 1:
        slow, slow_both = slow_rows(x, w, task)
        rows, rows_both = rows + slow, rows_both + slow_both
    targets = [[Target(OURS, LIMIT, least)] for least in over_limit] or [[], []]
    if forward_over_keras:
        targets[0].append(Target(OURS, KERAS, forward_over_keras))
    table(f"{title}: forward", rows, task=task, targets=targets[0])
    table(f"{title}: forward and backward", rows_both, task=3 * task, targets=targets[1])


def conv_rows(x, w, stride):
    """Return the rows of the limit, ours and the fast peers, twice, and the operations forward."""
    axes, options = x.ndim - 2, {"stride": stride, "padding": "same"}
    forward = getattr(scratch, f"conv{axes}d_forward")
    naive = getattr(scratch, f"conv{axes}d_forward_naive")
    backward = getattr(scratch, f"conv{axes}d_backward")
    out, _ = forward(x, w, **options)
    dout, task = draw(*out.shape), 2 * prod(out.shape[:-1]) * w.size
    corner = x[(slice(1), *[slice(8)] * axes)]
    corner_task = 2 * (8 // stride) ** axes * w.size
    keras, keras_both = peers.keras_conv(x, w, dout, stride)
    torch, torch_both = peers.torch_conv(x, w, dout, stride)
    a, b = draw(1024, 1024), draw(1024, 1024)
    limit = Row(LIMIT, lambda: a @ b, 2 * 1024**3, "as many operations")
    rows = [
        limit,
        Row(OURS, lambda: forward(x, w, **options), task),
        Row(NAIVE, lambda: naive(corner, w, **options), corner_task, part(corner_task / task)),
        Row(KERAS, keras, task),
        peer("PyTorch", torch, task),
    ]
    rows_both = [
        limit,
        Row(OURS, lambda: backward(dout, forward(x, w, **options)[1]), 3 * task),
        Row(KERAS, keras_both, 3 * task),
        peer("PyTorch", torch_both, 3 * task),
    ]
    return rows, rows_both, task


def slow_rows(x, w, task):
    """Return the rows of im2col as it is mostly written, SciPy and numpy-ml."""

    def all_windows():
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        return np.tensordot(windows, w, axes=([3, 4, 5], [2, 0, 1]))

    picture, channel = 1 / len(x), 1 / len(x) / w.shape[-1]
    forward, both = peers.numpy_ml_conv(x, w, draw(*x.shape[:-1], w.shape[-1]))
    rows = [
        Row("NumPy, all windows at once", all_windows, task),
        Row("SciPy, correlate", peers.scipy_conv(x, w), task * channel, part(channel)),
        peer("numpy-ml", forward, task * picture, part(picture)),
    ]
    return rows, [peer("numpy-ml", both, 3 * task * picture, part(picture))]


def max_pool(x):
    """Print the table of 2 x 2 max pooling, forward."""
    corner = x[:1, :14, :14]
    share = corner.size / x.size
    rows = [
        Row(KERAS, peers.keras_max_pool(x)),
        Row(OURS, lambda: scratch.max_pool2d_forward(x)),
        Row(NAIVE, lambda: scratch.max_pool2d_forward_naive(corner), share, part(share)),
        peer("PyTorch", peers.torch_max_pool(x)),
        Row("SciPy, maximum_filter", peers.scipy_max_pool(x)),
    ]
    table(f"max pool 2 x 2 of {x.shape}: forward", rows, targets=[Target(OURS, KERAS, 1 / 1.5)])


def peer(name, run, work=1.0, note=""):
    """Return the row of a library that may be missing."""
    return Row(name, run, work, note if run else "not installed")


def part(share):
    """Say which part of the task a row runs."""
    return f"{share:.1%} of it, scaled"


if __name__ == "__main__":
    with_threads(int(sys.argv[1]))
