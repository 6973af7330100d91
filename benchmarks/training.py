"""How long an epoch of the network of lesson 06 takes, beside Keras, PyTorch and numpy-ml.

scikit-learn's 1,797 handwritten digits, 8 x 8, in batches of 32, Adam, float32, two threads. Keras
trains by `fit` on arrays, compiled and without XLA, which is slower on a CPU.
"""

import collections
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
from sklearn.datasets import load_digits

from benchmarks import _peers as peers
from benchmarks.scratch import part, peer
from benchmarks.timing import Row, Target, table
from vidlearn import scratch

BATCH, RATE = 32, 0.002
OURS, KERAS = "vidlearn", "Keras"


def main():
    """Print the table, in a process that has two threads."""
    settings = {f"{name}_NUM_THREADS": "2" for name in ("OMP", "OPENBLAS", "MKL")}
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.training"]
    subprocess.run(command, env=os.environ | settings, check=True)


def with_two_threads():
    """Print the table of one process."""
    peers.set_threads(2)
    digits = load_digits()
    x, y = (digits.images / 16).astype(np.float32)[..., None], digits.target
    rows = [
        Row(KERAS, keras_epoch(x, y)),
        Row(OURS, our_epoch(x, y)),
        peer("PyTorch", torch_epoch(x, y)),
        peer("numpy-ml", numpy_ml_step(x, y), BATCH / len(x), part(BATCH / len(x))),
    ]
    title = f"2 threads: an epoch of {len(x)} digits, {-(-len(x) // BATCH)} steps"
    table(title, rows, targets=[Target(OURS, KERAS, 1 / 3)], rounds=25)


def our_epoch(x, y):
    """Return one epoch of the lesson's network."""
    layers = [
        scratch.Conv2D(16, 3, padding="same", activation="relu"),
        scratch.MaxPool2D(2),
        scratch.Conv2D(32, 3, padding="same", activation="relu"),
        scratch.MaxPool2D(2),
        scratch.Flatten(),
        scratch.Dense(64, activation="relu"),
        scratch.Dense(10),
    ]
    network, optimizer = scratch.Network(layers, input_shape=x.shape[1:]), scratch.Adam(RATE)
    return lambda: scratch.fit(network, x, y, optimizer=optimizer, epochs=1, batch_size=BATCH)


def keras_epoch(x, y):
    """Return one epoch of the same network in Keras; it was traced before."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE), loss, metrics=["accuracy"], jit_compile=False)
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)


def torch_epoch(x, y):
    """Return one epoch of the same network in PyTorch, in a plain loop over shuffled batches."""
    if not find_spec("torch"):
        return None
    import torch
    from torch import nn

    x, y = torch.from_numpy(np.moveaxis(x, -1, 1).copy()), torch.from_numpy(y)
    model = nn.Sequential(
        *[nn.Conv2d(1, 16, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(16, 32, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)],
    )
    optimizer, loss = torch.optim.Adam(model.parameters(), RATE), nn.CrossEntropyLoss()

    def epoch():
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()

    return epoch


def numpy_ml_step(x, y):
    """Return one step of the same network in numpy-ml, which has no loop of its own for it."""
    if not find_spec("numpy_ml"):
        return None
    collections.Hashable = collections.abc.Hashable  # where numpy-ml 0.1.2 looks for it
    from numpy_ml.neural_nets.layers import Conv2D, Flatten, FullyConnected, Pool2D

    adam = f"Adam(lr={RATE})"
    layers = [
        Conv2D(16, (3, 3), act_fn="relu", optimizer=adam),
        Pool2D((2, 2), stride=2, optimizer=adam),
        Conv2D(32, (3, 3), act_fn="relu", optimizer=adam),
        Pool2D((2, 2), stride=2, optimizer=adam),
        Flatten(optimizer=adam),
        FullyConnected(64, act_fn="relu", optimizer=adam),
        FullyConnected(10, optimizer=adam),
    ]
    layers[0].pad = layers[2].pad = "same"
    x, y = x[:BATCH], y[:BATCH]

    def step():
        out = x
        for layer in layers:
            out = layer.forward(out)
        _, cache = scratch.softmax_cross_entropy_forward(out, y)
        dout = scratch.softmax_cross_entropy_backward(1.0, cache)
        for layer in reversed(layers):
            dout = layer.backward(dout)
            layer.update()
            layer.flush_gradients()

    return step


if __name__ == "__main__":
    with_two_threads()
