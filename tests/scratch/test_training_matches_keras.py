"""Dense layers, losses, norms and dropout equal Keras's, in float64, with the same weights."""

from functools import partial

import numpy as np
import pytest

from tests.scratch.parity import assert_close, import_keras, keras_gradients
from vidlearn import scratch

keras = import_keras()
RNG = np.random.default_rng(21)


def compare(results, layer, x, dout):
    """Compare out and the gradients of x and the weights, in Keras's order."""
    expected, gradients = keras_gradients(layer, x, dout)
    for ours, theirs in zip(results, [expected, *gradients], strict=True):
        assert_close(ours, theirs)


@pytest.mark.parametrize("sizes", [(6,), (3, 6), (2, 1, 3)], ids=str)
def test_dense_matches_keras(sizes):
    x, w, b = RNG.normal(size=(*sizes, 4)), RNG.normal(size=(4, 5)), RNG.normal(size=5)
    layer = keras.layers.Dense(5, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([w, b])
    out, cache = scratch.dense_forward(x, w, b)
    dout = RNG.normal(size=out.shape)
    compare([out, *scratch.dense_backward(dout, cache)], layer, x, dout)


def test_flatten_matches_keras():
    x, dout = RNG.normal(size=(2, 3, 4, 5)), RNG.normal(size=(2, 60))
    out, cache = scratch.flatten_forward(x)
    layer = keras.layers.Flatten(dtype="float64")
    compare([out, scratch.flatten_backward(dout, cache)], layer, x, dout)


SHAPE = (4, 3, 5)
CLASSES = RNG.integers(0, 5, SHAPE[:-1])
LOSSES = {
    "mse": ("mse", RNG.normal(size=SHAPE), "MeanSquaredError", {}),
    "classes": (
        "softmax_cross_entropy",
        CLASSES,
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
    ),
    "one-hot": (
        "softmax_cross_entropy",
        np.eye(5)[CLASSES],
        "CategoricalCrossentropy",
        {"from_logits": True},
    ),
    "probabilities": (
        "softmax_cross_entropy",
        scratch.softmax(RNG.normal(size=SHAPE)),
        "CategoricalCrossentropy",
        {"from_logits": True},
    ),
    "yes or no": (
        "sigmoid_cross_entropy",
        RNG.integers(0, 2, SHAPE).astype(float),
        "BinaryCrossentropy",
        {"from_logits": True},
    ),
    "shares": (
        "sigmoid_cross_entropy",
        RNG.random(SHAPE),
        "BinaryCrossentropy",
        {"from_logits": True},
    ),
}


@pytest.mark.parametrize("scale", [1, 30])
@pytest.mark.parametrize(("name", "target", "theirs", "options"), LOSSES.values(), ids=LOSSES)
def test_loss_matches_keras(name, target, theirs, options, scale):
    x, dout = scale * RNG.normal(size=SHAPE), np.float64(0.7)
    loss, cache = getattr(scratch, f"{name}_forward")(x, target)
    dx = getattr(scratch, f"{name}_backward")(dout, cache)
    layer = partial(getattr(keras.losses, theirs)(dtype="float64", **options), target)
    compare([loss, dx], layer, x, dout)


@pytest.mark.parametrize("form", ["", "_naive"], ids=["fast", "naive"])
@pytest.mark.parametrize("sizes", [(6,), (3, 2), (2, 3, 5)], ids=str)
def test_batch_norm_matches_keras(sizes, form):
    gamma, beta = RNG.normal(size=4), RNG.normal(size=4)
    mean, var = RNG.normal(size=4), RNG.random(4) + 0.5
    layer = keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-2, dtype="float64")
    layer.build((None, *sizes[1:], 4))
    layer.set_weights([gamma, beta, mean, var])
    options = {"running_mean": mean, "running_var": var, "momentum": 0.8, "eps": 1e-2}
    for training in (True, True, True, False):
        x = 3 * RNG.normal(size=(*sizes, 4)) + 2
        forward = getattr(scratch, "batch_norm_forward" + form)
        out, cache = forward(x, gamma, beta, training=training, **options)
        dout = RNG.normal(size=out.shape)
        results = [out, *getattr(scratch, "batch_norm_backward" + form)(dout, cache)]
        called = partial(layer, training=training)
        called.trainable_weights = layer.trainable_weights
        compare(results, called, x, dout)
        assert_close(mean, layer.moving_mean)
        assert_close(var, layer.moving_variance)


def test_batch_norm_has_the_defaults_of_keras():
    x, mean, var = RNG.normal(size=(6, 4)), np.zeros(4), np.ones(4)
    layer = keras.layers.BatchNormalization(dtype="float64")
    expected = layer(x, training=True)
    out, _ = scratch.batch_norm_forward(
        x, np.ones(4), np.zeros(4), running_mean=mean, running_var=var
    )
    assert_close(out, expected)
    assert_close(mean, layer.moving_mean)
    assert_close(var, layer.moving_variance)


@pytest.mark.parametrize("options", [{}, {"eps": 0.1}], ids=str)
@pytest.mark.parametrize("sizes", [(6,), (3, 2), (2, 3, 5)], ids=str)
def test_layer_norm_matches_keras(sizes, options):
    x, gamma, beta = RNG.normal(size=(*sizes, 4)), RNG.normal(size=4), RNG.normal(size=4)
    layer = keras.layers.LayerNormalization(epsilon=options.get("eps", 1e-3), dtype="float64")
    layer.build(x.shape)
    layer.set_weights([gamma, beta])
    out, cache = scratch.layer_norm_forward(x, gamma, beta, **options)
    dout = RNG.normal(size=out.shape)
    compare([out, *scratch.layer_norm_backward(dout, cache)], layer, x, dout)


class Told(np.random.Generator):
    """A generator whose draws keep just the entries that it is told to keep."""

    def __init__(self, keep):
        super().__init__(np.random.PCG64(0))
        self.keep = keep

    def random(self, size, dtype):
        return np.where(self.keep, 0.999, 0).astype(dtype)


@pytest.mark.parametrize("rate", [0.25, 0.6])
def test_dropout_matches_keras(rate):
    x, dout = RNG.normal(size=(7, 3, 5)), RNG.normal(size=(7, 3, 5))
    drawn = keras.layers.Dropout(rate, seed=3, dtype="float64")(np.ones_like(x), training=True)
    keep = np.asarray(drawn) > 0
    assert 0 < keep.mean() < 1
    layer = keras.layers.Dropout(rate, seed=3, dtype="float64")
    out, cache = scratch.dropout_forward(x, rate=rate, rng=Told(keep))
    dx = scratch.dropout_backward(dout, cache)
    compare([out, dx], lambda x: layer(x, training=True), x, dout)
