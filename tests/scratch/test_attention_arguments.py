"""Attention: what is turned away, and what Keras calls otherwise."""

import numpy as np
import pytest

from tests.scratch.attention import MASK, each_form, head_weights, operations, qkv, sequences
from vidlearn import scratch

Q, KEYS, VALUES = qkv()
A, B = sequences()
W = head_weights()


def attention(q=Q, k=KEYS, v=VALUES, form="", **options):
    return operations("attention", form)[0](q, k, v, **options)


def heads(a=A, b=B, weights=W, form="", **options):
    return operations("multi_head_attention", form)[0](a, b, weights, **options)


def changed(i, array):
    return [array if i == j else w for j, w in enumerate(W)]


BAD = {
    "q of one query": (attention, {"q": Q[0, 0]}, ValueError, r"q must have 2 axes .*q\[None\]"),
    "k of one example": (attention, {"k": KEYS[0]}, ValueError, r"k must have 3 axes .*\(6, 7\)"),
    "whole numbers": (attention, {"q": Q.astype(int)}, TypeError, "q must be floating point"),
    "keys and values": (
        attention,
        {"v": VALUES[:, :3]},
        ValueError,
        r"k and v in S.*q \(2, 5, 7\), k \(2, 6, 7\) and v \(2, 3, 9\)",
    ),
    "another D": (attention, {"k": KEYS[..., :4]}, ValueError, r"q and k in D.*k \(2, 6, 4\)"),
    "another batch": (attention, {"q": Q[:1]}, ValueError, r"axes before; received q \(1, 5, 7\)"),
    "no keys": (
        attention,
        {"k": KEYS[:, :0], "v": VALUES[:, :0]},
        ValueError,
        "none of them empty",
    ),
    "no rows": (
        attention,
        {"q": Q[0], "k": KEYS[0, :0], "v": VALUES[0, :0]},
        ValueError,
        r"k must hold at least one row; received shape \(0, 7\)",
    ),
    "mask of numbers": (
        attention,
        {"mask": np.where(MASK, 0, -np.inf)},
        TypeError,
        r"mask must be bool.*received float64.*np.isfinite\(mask\)",
    ),
    "mask turned round": (
        attention,
        {"mask": MASK.swapaxes(1, 2)},
        ValueError,
        r"mask must fit \(\.\.\., T, S\) = \(2, 5, 6\), queries before keys; received \(2, 6, 5\)",
    ),
    "mask of keys": (
        attention,
        {"mask": MASK[:, 0]},
        ValueError,
        r"received \(2, 6\).*mask\[:, None",
    ),
    "causal": (attention, {"causal": 1}, TypeError, "causal must be True or False"),
    "x_query of one": (heads, {"a": A[0]}, ValueError, r"x_query must have 3 axes .*x_query\[None"),
    "x_value of one": (heads, {"b": B[0]}, ValueError, r"x_value must have 3 axes \(N, S, C\)"),
    "other examples": (heads, {"b": B[:1]}, ValueError, r"as many examples N; .*\(1, 6, 8\)"),
    "whole x": (heads, {"a": A.astype(int)}, TypeError, "x_query must be floating point"),
    "one array": (heads, {"weights": W[0]}, ValueError, "8 arrays w_query, b_query.*ndarray"),
    "seven": (heads, {"weights": W[:7]}, ValueError, r"or of the 4 .*received 7.*get_weights\(\)"),
    "a matrix": (
        heads,
        {"weights": changed(0, W[0].reshape(7, 12))},
        ValueError,
        r"w_query \(D, H, K\).*received w_query \(7, 12\)",
    ),
    "heads before width": (
        heads,
        {"weights": changed(0, W[0].swapaxes(0, 1))},
        ValueError,
        r"D = 7 of x_query and C = 8 .*for 7 heads .*received w_query \(3, 7, 4\)",
    ),
    "keys of the asker": (
        heads,
        {"weights": changed(2, np.ones((7, 3, 4)))},
        ValueError,
        r"w_key \(8, 3, 4\).*received .*w_key \(7, 3, 4\)",
    ),
    "bias": (
        heads,
        {"weights": changed(7, np.ones(9))},
        ValueError,
        r"b_out \(10,\).*\(9,\)",
    ),
    "no heads": (
        heads,
        {"weights": [w[:, :0] if k in (0, 2, 4) else w[:0] for k, w in enumerate(W[:7])] + [W[7]]},
        ValueError,
        r"for 0 heads .*received w_query",
    ),
    "mask of heads": (
        heads,
        {"mask": np.ones((2, 3, 5, 6), bool)},
        ValueError,
        r"mask must fit \(N, T, S\) = \(2, 5, 6\).*received \(2, 3, 5, 6\)",
    ),
}


@each_form
@pytest.mark.parametrize(("run", "options", "error", "message"), BAD.values(), ids=BAD)
def test_attention_rejects_what_does_not_fit(run, options, error, message, form):
    with pytest.raises(error, match=message):
        run(**options, form=form)


@each_form
def test_backward_rejects_another_gradient_or_cache(form):
    for run, name in ((attention, "attention"), (heads, "multi_head_attention")):
        out, cache = run()
        backward = operations(name, form)[1]
        with pytest.raises(ValueError, match=r"dout must have the shape of out"):
            backward(out[..., :-1], cache)
        with pytest.raises(TypeError, match=f"that {name}_forward returned with.*received tuple"):
            backward(out, (1, 2))


MASKS = {
    "half a query": (lambda: scratch.causal_mask(2.5), ValueError, "queries must be an int.*2.5"),
    "no keys": (lambda: scratch.causal_mask(2, 0), ValueError, "keys must be .*keys=0"),
    "no steps": (lambda: scratch.padding_mask([1], 0), ValueError, "steps must be .*steps=0"),
    "shares": (lambda: scratch.padding_mask([0.5], 3), TypeError, r"whole numbers.*mask\.sum"),
    "a mask": (lambda: scratch.padding_mask([[1, 2]], 3), ValueError, r"\(N,\).*shape \(1, 2\)"),
    "too long": (
        lambda: scratch.padding_mask([1, 4], 3),
        ValueError,
        r"from 0 to steps=3.*\[1, 4\]",
    ),
    "negative": (lambda: scratch.padding_mask([-1], 3), ValueError, r"from 0 to steps=3.*\[-1\]"),
}


@pytest.mark.parametrize(("run", "error", "message"), MASKS.values(), ids=MASKS)
def test_masks_rejects_what_does_not_fit(run, error, message):
    with pytest.raises(error, match=message):
        run()


LAYERS = {
    "no heads": (lambda: scratch.MultiHeadAttention(0, 4), ValueError, "heads must .*heads=0"),
    "key_dim": (lambda: scratch.MultiHeadAttention(2, None), ValueError, "key_dim must .*None"),
    "value_dim": (lambda: scratch.MultiHeadAttention(2, 3, value_dim=0), ValueError, "value_dim"),
    "causal": (lambda: scratch.MultiHeadAttention(2, 3, causal="yes"), TypeError, "causal must"),
    "pictures": (
        lambda: scratch.Network([scratch.MultiHeadAttention(2, 3)], input_shape=(4, 5, 6)),
        ValueError,
        r"layer 1, MultiHeadAttention\(2, 3\).*x must have axes \(N, T, D\); received 4 axes",
    ),
    "places of pictures": (
        lambda: scratch.Network([scratch.Positions()], input_shape=(4,)),
        ValueError,
        r"Positions\(\).*x must have axes \(N, T, D\); received 2 axes",
    ),
}


@pytest.mark.parametrize(("run", "error", "message"), LAYERS.values(), ids=LAYERS)
def test_attention_layers_rejects_what_does_not_fit(run, error, message):
    with pytest.raises(error, match=message):
        run()


def test_names_of_keras_are_told():
    with pytest.raises(TypeError, match="num_heads is called heads here"):
        scratch.MultiHeadAttention(num_heads=2, key_dim=3)
    with pytest.raises(TypeError, match="attention_mask is called mask here"):
        scratch.multi_head_attention_forward(A, B, W, attention_mask=MASK)
    with pytest.raises(TypeError, match="use_causal_mask is called causal here"):
        scratch.attention_forward(Q, KEYS, VALUES, use_causal_mask=True)
    with pytest.raises(AttributeError, match=r'It is called Positions\("sinusoidal"\) here'):
        _ = scratch.SinePositionEncoding


def test_a_network_of_attention_learns_which_way_time_runs():
    rng = np.random.default_rng(0)
    rising = np.cumsum(rng.uniform(0.2, 1, (120, 6, 1)), axis=1)
    x = np.where(np.arange(120)[:, None, None] % 2, rising, rising[:, ::-1]).astype(np.float32)
    x -= x.mean(axis=1, keepdims=True)
    y = np.arange(120) % 2
    layers = [
        scratch.Dense(8),
        scratch.Positions(),
        scratch.MultiHeadAttention(2, 4),
        scratch.Flatten(),
        scratch.Dense(2),
    ]
    network = scratch.Network(layers, input_shape=(6, 1))
    scratch.fit(network, x[:80], y[:80], optimizer=scratch.Adam(0.01), epochs=15)
    assert np.mean(network.predict(x[80:]).argmax(axis=1) == y[80:]) > 0.95
