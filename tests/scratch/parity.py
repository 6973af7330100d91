"""How outputs and gradients are compared with those of Keras's layers."""

import numpy as np
import pytest


def assert_close(actual, expected, rtol=1e-9):
    expected = np.asarray(expected)
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


def keras_gradients(layer, x, dout):
    """Return the layer's output and the gradients of x and of its weights."""
    import tensorflow as tf

    x, dout = tf.constant(x), tf.constant(dout)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = layer(x)
    weights = getattr(layer, "trainable_weights", [])
    return out, tape.gradient(out, [x, *weights], output_gradients=dout)


def import_keras():
    """Return keras, or skip the module where its gradients cannot be had."""
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the gradients are compared on the TensorFlow backend", allow_module_level=True)
    return keras
