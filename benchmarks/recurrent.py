"""The LSTM and GRU of `vidlearn.scratch` beside Keras, PyTorch and numpy-ml.

Keras runs inside ``tf.function``, not unrolled. Every row goes forward and then back to the
gradients of x and of all weights, in float32, on two threads.
"""

import os
import subprocess
import sys

import numpy as np

from benchmarks import _peers as peers
from benchmarks.scratch import peer
from benchmarks.timing import Row, Target, table
from vidlearn import scratch

BATCH, STEPS, FEATURES, UNITS = 32, 50, 128, 256
OURS, NAIVE, KERAS = "vidlearn", "vidlearn, naive", "Keras"
OVER_KERAS = {"LSTM": 1 / 1.1, "GRU": 1.0}


def main():
    """Print the tables, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.recurrent"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the tables of one process."""
    peers.set_threads(2)
    print(f"\n2 threads, batch {BATCH}, {STEPS} steps, {FEATURES} features, {UNITS} units")
    for kind in ("LSTM", "GRU"):
        layer(kind)


def layer(kind):
    """Print the table of a layer."""
    rng = np.random.default_rng(0)
    columns = {"LSTM": 4, "GRU": 3}[kind] * UNITS
    bias = (2, columns) if kind == "GRU" else (columns,)
    x, dout, w, u, b = (
        rng.normal(scale=scale, size=shape).astype(np.float32)
        for scale, shape in (
            (1, (BATCH, STEPS, FEATURES)),
            (1, (BATCH, STEPS, UNITS)),
            (FEATURES**-0.5, (FEATURES, columns)),
            (UNITS**-0.5, (UNITS, columns)),
            (0.1, bias),
        )
    )

    def both(form=""):
        forward = getattr(scratch, f"{kind.lower()}_forward{form}")
        backward = getattr(scratch, f"{kind.lower()}_backward{form}")
        return lambda: backward(dout, forward(x, w, u, b)[1])

    rows = [
        Row(KERAS, peers.keras_recurrent(kind, x, dout, (w, u, b))),
        Row(OURS, both()),
        Row(NAIVE, both("_naive")),
        peer("PyTorch", peers.torch_recurrent(kind, x, dout)),
    ]
    if kind == "LSTM":
        rows.append(peer("numpy-ml", peers.numpy_ml_lstm(x, dout)))
    targets = [Target(OURS, KERAS, OVER_KERAS[kind])]
    table(f"{kind}: forward and backward", rows, targets=targets, rounds=25)


if __name__ == "__main__":
    with_two_threads()
