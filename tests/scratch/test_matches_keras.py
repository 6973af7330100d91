"""Outputs and gradients equal those of Keras's layers, in float64, with the same weights."""

from functools import partial

import numpy as np
import pytest

from tests.scratch.parity import assert_close, import_keras, keras_gradients
from vidlearn import scratch

keras = import_keras()
RNG = np.random.default_rng(11)
SIZES = {1: (9,), 2: (8, 7), 3: (5, 8, 7)}
KERNEL = {1: (4,), 2: (3, 2), 3: (2, 3, 4)}
OPTIONS = {
    "valid": {"padding": "valid"},
    "same": {"padding": "same"},
    "stride": {"padding": "valid", "stride": (2, 3, 2)},
    "same-stride": {"padding": "same", "stride": (3, 2, 2)},
    "dilation": {"padding": "same", "dilation": (2, 1, 2)},
}
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


def per_axis(options, axes):
    return {k: v if isinstance(v, str) else v[-axes:] for k, v in options.items()}


@pytest.mark.parametrize("axes", [1, 2, 3], ids=["1d", "2d", "3d"])
@each_option
def test_conv_matches_keras(axes, options):
    options = per_axis(options, axes)
    channels = {1: 2, 2: 9, 3: 3}[axes]
    x = RNG.normal(size=(2, *SIZES[axes], channels))
    w, b = RNG.normal(size=(*KERNEL[axes], channels, 5)), RNG.normal(size=5)
    layer = getattr(keras.layers, f"Conv{axes}D")(
        5,
        KERNEL[axes],
        strides=options.get("stride", 1),
        padding=options["padding"],
        dilation_rate=options.get("dilation", 1),
        dtype="float64",
    )
    layer.build(x.shape)
    layer.set_weights([w, b])
    out, cache = getattr(scratch, f"conv{axes}d_forward")(x, w, b, **options)
    dout = RNG.normal(size=out.shape)
    expected, gradients = keras_gradients(layer, x, dout)
    assert_close(out, expected)
    ours = getattr(scratch, f"conv{axes}d_backward")(dout, cache)
    for gradient, keras_gradient in zip(ours, gradients, strict=True):
        assert_close(gradient, keras_gradient)


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("axes", [2, 3], ids=["2d", "3d"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [None, (1, 2, 3)], ids=["tiled", "stride"])
def test_pool_matches_keras(kind, axes, padding, stride):
    # TensorFlow pools in three dimensions in float32 only.
    dtype, rtol = {2: ("float64", 1e-9), 3: ("float32", 1e-6)}[axes]
    size, stride = (2, 3, 2)[:axes], stride and stride[-axes:]
    name = {"max": "MaxPooling", "avg": "AveragePooling"}[kind]
    layer = getattr(keras.layers, f"{name}{axes}D")(size, stride, padding, dtype=dtype)
    forward = getattr(scratch, f"{kind}_pool{axes}d_forward")
    backward = getattr(scratch, f"{kind}_pool{axes}d_backward")
    x = RNG.normal(size=(2, *SIZES[axes], 3)).astype(dtype)
    out, cache = forward(x, size=size, stride=stride, padding=padding)
    dout = RNG.normal(size=out.shape).astype(dtype)
    expected, (dx,) = keras_gradients(layer, x, dout)
    assert_close(out, expected, rtol)
    assert_close(backward(dout, cache), dx, rtol)


@pytest.mark.parametrize("kind", ["max", "avg"])
@pytest.mark.parametrize("axes", [2, 3], ids=["2d", "3d"])
def test_global_pool_matches_keras(kind, axes):
    name = {"max": "GlobalMaxPooling", "avg": "GlobalAveragePooling"}[kind]
    layer = getattr(keras.layers, f"{name}{axes}D")(dtype="float64")
    x, dout = RNG.normal(size=(2, *SIZES[axes], 3)), RNG.normal(size=(2, 3))
    expected, (dx,) = keras_gradients(layer, x, dout)
    out, cache = getattr(scratch, f"global_{kind}_pool{axes}d_forward")(x)
    assert_close(out, expected)
    assert_close(getattr(scratch, f"global_{kind}_pool{axes}d_backward")(dout, cache), dx)


ACTIVATIONS = {
    "relu": keras.layers.ReLU,
    "leaky_relu": partial(keras.layers.LeakyReLU, 0.25),  # Keras rounds other slopes to float32
    "sigmoid": partial(keras.layers.Activation, "sigmoid"),
    "tanh": partial(keras.layers.Activation, "tanh"),
    "softmax": keras.layers.Softmax,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_matches_keras(name):
    x, dout = 5 * RNG.normal(size=(4, 3, 6)), RNG.normal(size=(4, 3, 6))
    x[0, 0, 0] = 0
    expected, (dx,) = keras_gradients(ACTIVATIONS[name](dtype="float64"), x, dout)
    options = {"negative_slope": 0.25} if name == "leaky_relu" else {}
    out, cache = getattr(scratch, f"{name}_forward")(x, **options)
    assert_close(out, expected)
    assert_close(getattr(scratch, f"{name}_backward")(dout, cache), dx)


def test_slope_of_leaky_relu_matches_keras():
    x = np.array([-1.0, 2])
    assert_close(scratch.leaky_relu_forward(x)[0], keras.layers.LeakyReLU()(x), rtol=1e-6)
