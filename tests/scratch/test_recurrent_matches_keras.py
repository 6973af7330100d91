"""Outputs, states and gradients equal those of Keras's recurrent layers, with the same weights."""

import numpy as np
import pytest

from tests.scratch.recurrent import KINDS, MASK, draw, each_kind, each_mask, operations, run
from vidlearn import scratch

keras = pytest.importorskip("keras")
if keras.backend.backend() != "tensorflow":
    pytest.skip("the gradients are compared on the TensorFlow backend", allow_module_level=True)
import tensorflow as tf  # noqa: E402

LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
MASKS = {"unmasked": None, "masked": MASK}


def assert_close(ours, theirs, rtol=1e-9):
    for actual, expected in zip(ours, theirs, strict=True):
        expected = np.asarray(expected)
        atol = rtol * np.abs(expected).max()
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


def keras_layer(kind, arrays, **options):
    x, w, u, b = arrays[:4]
    layer = LAYERS[kind](len(u), dtype="float64", **options)
    layer.build(x.shape)
    layer.set_weights([w, u, b])
    return layer


def keras_gradients(layer, arrays, douts, mask=None, states=()):
    """Return outputs and the gradients of x, the weights and the first states."""
    x, states = tf.constant(arrays[0]), [tf.constant(s) for s in states]
    mask = None if mask is None else tf.constant(mask)
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        out = layer(x, mask=mask, **({"initial_state": states} if states else {}))
        out = out if isinstance(out, list | tuple) else [out]
    sources = [x, *layer.trainable_weights, *states]
    return out, tape.gradient(out, sources, output_gradients=[tf.constant(d) for d in douts])


@pytest.mark.parametrize("sizes", [(4, 5, 2, 3), (1, 5, 3, 2), (4, 1, 2, 3)], ids=str)
@each_mask
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
@each_kind
def test_sequences_match_keras(kind, go_backwards, mask, sizes):
    arrays = draw(kind, *sizes)[:4]
    mask = None if mask is None else mask[-sizes[0] :, : sizes[1]]
    layer = keras_layer(kind, arrays, return_sequences=True, go_backwards=go_backwards)
    forward, backward = operations(kind)
    hs, cache = forward(*arrays, mask=mask, reverse=go_backwards)
    dout = np.random.default_rng(0).normal(size=hs.shape)
    turned = dout[:, ::-1] if go_backwards else dout  # Keras gives out the last step first
    (expected,), gradients = keras_gradients(layer, arrays, [turned], mask)
    assert_close([hs[:, ::-1] if go_backwards else hs], [expected])
    assert_close(backward(dout, cache)[:4], gradients)


@each_mask
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
@each_kind
def test_last_states_match_keras(kind, go_backwards, mask):
    arrays = draw(kind)
    layer = keras_layer(kind, arrays, return_state=True, go_backwards=go_backwards)
    hs, cache = run(kind, arrays, mask=mask, reverse=go_backwards)
    last = 0 if go_backwards else -1
    states = [hs[:, last], cache.cs[:, last]] if kind == "lstm" else [hs[:, last]]
    rng = np.random.default_rng(0)
    douts = [rng.normal(size=s.shape) for s in states]
    zero = np.zeros_like(douts[0])  # Keras gives out h twice, as the output and as a state
    out, expected = keras_gradients(layer, arrays, [zero, *douts], mask, arrays[4:])
    assert_close(states, out[1:])
    dout = np.zeros_like(hs)
    dout[:, last] = douts[0]
    options = {"dc_last": douts[1]} if kind == "lstm" else {}
    assert_close(operations(kind)[1](dout, cache, **options), expected)


@each_mask
@each_kind
def test_sequences_from_a_first_state_match_keras(kind, mask):
    arrays = draw(kind)
    layer = keras_layer(kind, arrays, return_sequences=True)
    hs, cache = run(kind, arrays, mask=mask)
    # Before the first step that counts Keras gives out zeros, and we h0: a stated departure.
    begun = np.ones(hs.shape[:2], bool) if mask is None else np.cumsum(mask, axis=1) > 0
    dout = np.random.default_rng(0).normal(size=hs.shape) * begun[..., None]
    (expected,), gradients = keras_gradients(layer, arrays, [dout], mask, arrays[4:])
    assert_close([hs * begun[..., None]], [expected])
    assert_close(operations(kind)[1](dout, cache), gradients)


@pytest.mark.parametrize("cell", KINDS)
@each_mask
def test_bidirectional_matches_keras(cell, mask):
    x, *there = draw(cell)[:4]
    back = [a[..., ::-1] for a in there]
    layer = keras.layers.Bidirectional(
        LAYERS[cell](3, return_sequences=True, dtype="float64"), dtype="float64"
    )
    layer.build(x.shape)
    layer.set_weights([*there, *back])
    out, cache = scratch.bidirectional_forward(x, there, back, cell=cell, mask=mask)
    dout = np.random.default_rng(0).normal(size=out.shape)
    (expected,), gradients = keras_gradients(layer, [x], [dout], mask)
    assert_close([out], [expected])
    dx, weights, weights_back = scratch.bidirectional_backward(dout, cache)
    assert_close([dx, *weights, *weights_back], gradients)
