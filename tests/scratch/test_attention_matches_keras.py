"""Attention equals Keras's layers in float64, with the same weights: outputs, scores, gradients."""

import numpy as np
import pytest

from tests.scratch.attention import (
    LOOKS,
    MASK,
    D,
    H,
    K,
    N,
    O,
    S,
    T,
    V,
    each_bias,
    each_look,
    flat,
    head_weights,
    qkv,
    random,
    sequences,
)
from tests.scratch.parity import assert_close, import_keras
from tests.scratch.training_checks import floatx64
from vidlearn import scratch

keras = import_keras()
import tensorflow as tf  # noqa: E402

NAMES = {"mask": "attention_mask", "causal": "use_causal_mask"}


@pytest.fixture(autouse=True)
def float64():
    with floatx64():
        yield


def layer_with(weights, x_query, x_value, biased=True):
    layer = keras.layers.MultiHeadAttention(
        H, K, value_dim=V, output_shape=O, use_bias=biased, dtype="float64"
    )
    layer.build(x_query.shape, x_value.shape)
    layer.set_weights(weights)
    return layer


def keras_results(layer, x_query, x_value, dout, options, scores=True):
    """Return the output, the attention scores, and the gradients of both x and the weights."""
    x_query, x_value = tf.constant(x_query), tf.constant(x_value)
    options = {NAMES[key]: value for key, value in options.items()}
    with tf.GradientTape() as tape:
        tape.watch([x_query, x_value])
        result = layer(x_query, x_value, return_attention_scores=scores, **options)
        out, found = result if scores else (result, None)
    sources = [x_query, x_value, *layer.trainable_weights]
    return out, found, tape.gradient(out, sources, output_gradients=tf.constant(dout))


@each_bias
@each_look
def test_cross_attention_matches_keras(options, biased):
    arrays = *sequences(), *head_weights(biased)
    forward, backward = flat(**options)
    out, cache = forward(*arrays)
    dout = random(*out.shape)
    layer = layer_with(arrays[2:], *arrays[:2], biased)
    expected, scores, gradients = keras_results(layer, *arrays[:2], dout, options)
    assert_close(out, expected)
    assert_close(cache.attention.weights, scores)
    for i, (ours, theirs) in enumerate(zip(backward(dout, cache), gradients, strict=True)):
        if biased and i == 5:  # the bias of the keys has none
            np.testing.assert_allclose(ours, theirs, atol=1e-12)
        else:
            assert_close(ours, theirs)


@pytest.mark.parametrize("name", ["everywhere", "causal"])
def test_the_fused_kernel_gives_the_same(name):
    arrays = *sequences(), *head_weights()
    forward, backward = flat(**LOOKS[name])
    out, cache = forward(*arrays)
    dout = random(*out.shape)
    layer = layer_with(arrays[2:], *arrays[:2])
    expected, _, gradients = keras_results(layer, *arrays[:2], dout, LOOKS[name], scores=False)
    assert_close(out, expected)
    assert_close(backward(dout, cache)[0], gradients[0])


def test_the_fused_kernel_departs_where_there_is_nothing_to_look_at():
    x_query, x_value = sequences()
    weights = head_weights()
    layer = layer_with(weights, x_query, x_value)
    fused = layer(x_query, x_value, attention_mask=MASK)
    out, _ = scratch.multi_head_attention_forward(x_query, x_value, weights, mask=MASK)
    some = MASK.any(axis=-1)
    assert_close(out[some], fused[some])
    mean = (np.tensordot(x_value, weights[4], 1) + weights[5]).mean(axis=1)  # (N, H, V)
    expected = np.einsum("nhv,hvo->no", mean, weights[6]) + weights[7]
    assert_close(fused[0, 1], expected[0])
    assert_close(out[0, 1], weights[7])


@each_look
def test_self_attention_matches_keras(options):
    if "mask" in options:
        options = options | {"mask": np.ones((N, T, T), bool) & (random(N, T, T) > -0.5)}
    x = sequences()[0]
    weights = head_weights(other=x.shape[-1])
    forward, backward = flat(**options)
    out, cache = forward(x, x, *weights)
    dout = random(*out.shape)
    layer = layer_with(weights, x, x)
    expected, scores, gradients = keras_results(layer, x, x, dout, options)
    assert_close(out, expected)
    assert_close(cache.attention.weights, scores)
    for i in (0, 1):
        assert_close(backward(dout, cache)[i], gradients[i])


@each_look
def test_one_attention_matches_keras(options):
    q, k, v = qkv()
    mask = np.broadcast_to(options.get("mask", True), (N, T, S))
    if options.get("causal"):
        mask = mask & scratch.causal_mask(T, S)
    bias = np.where(mask, 0.0, -1e30)[:, None]  # Keras's operation takes what is added, too
    q_small = q / np.sqrt(D)  # it would round its scale to float32
    expected = keras.ops.dot_product_attention(
        *(a[:, :, None] for a in (q_small, k, k)), bias=bias, scale=1.0
    )
    _, cache = scratch.attention_forward(q, k, v, **options)
    some = mask.any(axis=-1)
    assert_close((cache.weights @ k)[some], np.asarray(expected)[:, :, 0][some])


def test_a_block_with_layer_norm_matches_keras():
    x = sequences()[0]
    gamma, beta = random(D), random(D, seed=1)
    weights = head_weights(other=D, out=D)
    norm = keras.layers.LayerNormalization(dtype="float64")
    norm.build(x.shape)
    norm.set_weights([gamma, beta])
    layer = keras.layers.MultiHeadAttention(H, K, value_dim=V, dtype="float64")
    layer.build(x.shape, x.shape)
    layer.set_weights(weights)
    dout, source = random(*x.shape), tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        z = norm(source)
        expected = source + layer(z, z)
    sources = [source, *norm.trainable_weights]
    dx, dgamma, dbeta = tape.gradient(expected, sources, output_gradients=tf.constant(dout))
    z, norm_cache = scratch.layer_norm_forward(x, gamma, beta)
    said, cache = scratch.multi_head_attention_forward(z, z, weights)
    assert_close(x + said, expected)
    dz_query, dz_value, _ = scratch.multi_head_attention_backward(dout, cache)
    ours = scratch.layer_norm_backward(dz_query + dz_value, norm_cache)
    for a, b in zip((dout + ours[0], *ours[1:]), (dx, dgamma, dbeta), strict=True):
        assert_close(a, b)


@pytest.mark.parametrize("use_bias", [True, False])
def test_first_weights_are_spread_as_in_keras(use_bias):
    layer = scratch.MultiHeadAttention(3, 16, value_dim=40, use_bias=use_bias)
    layer.build((4, 60), np.random.default_rng(0), np.dtype(np.float32))
    twin = keras.layers.MultiHeadAttention(3, 16, value_dim=40, use_bias=use_bias)
    twin.build((1, 4, 60), (1, 4, 60))
    assert len(layer.params) == len(twin.weights)
    for ours, theirs in zip(layer.params.values(), twin.get_weights(), strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.1)
        np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.02)
