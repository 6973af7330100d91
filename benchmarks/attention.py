"""The multi-head attention of `vidlearn.scratch` beside Keras and PyTorch.

Keras runs inside ``tf.function``, with its fused kernel. Every row goes forward and then back to
the gradients of x and of all weights, in float32, on two threads. The longer the sequence, the
more of the time belongs to the softmax, in which NumPy has one thread.
"""

import os
import subprocess
import sys

import numpy as np

from benchmarks import _peers as peers
from benchmarks.scratch import part, peer
from benchmarks.timing import Row, Target, table
from vidlearn import scratch

BATCH, WIDTH, HEADS = 16, 128, 4
OURS, NAIVE, KERAS = "vidlearn", "vidlearn, naive", "Keras"
OVER_KERAS = {16: 1.0, 128: 1 / 3}


def main():
    """Print the tables, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.attention"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the tables of one process."""
    peers.set_threads(2)
    print(f"\n2 threads, batch {BATCH}, {WIDTH} features, {HEADS} heads of {WIDTH // HEADS}")
    for steps in OVER_KERAS:
        layer(steps)


def layer(steps):
    """Print the table of sequences of so many steps."""
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(2, BATCH, steps, WIDTH)).astype(np.float32)
    shapes = [(WIDTH, HEADS, WIDTH // HEADS), (HEADS, WIDTH // HEADS)] * 3
    shapes += [(HEADS, WIDTH // HEADS, WIDTH), (WIDTH,)]
    weights = [rng.normal(scale=WIDTH**-0.5, size=s).astype(np.float32) for s in shapes]

    def both(count, form=""):
        forward = getattr(scratch, f"multi_head_attention_forward{form}")
        backward = getattr(scratch, f"multi_head_attention_backward{form}")
        return lambda: backward(dout[:count], forward(x[:count], x[:count], weights)[1])

    rows = [
        Row(KERAS, peers.keras_attention(x, dout, weights)),
        Row(OURS, both(BATCH)),
        peer("PyTorch", peers.torch_attention(x, dout, HEADS)),
    ]
    if steps < 100:
        rows.append(Row(NAIVE, both(1, "_naive"), 1 / BATCH, part(1 / BATCH)))
    targets = [Target(OURS, KERAS, OVER_KERAS[steps])]
    table(f"{steps} steps: forward and backward", rows, targets=targets, rounds=15)


if __name__ == "__main__":
    with_two_threads()
