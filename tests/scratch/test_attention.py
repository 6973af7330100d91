"""Attention by hand, its gradients, its forms against each other, and what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scratch.attention import (
    LOOKS,
    MASK,
    H,
    N,
    S,
    T,
    each_bias,
    each_form,
    each_look,
    flat,
    head_weights,
    operations,
    qkv,
    random,
    sequences,
)
from vidlearn import scratch
from vidlearn.scratch import check_gradients

# Two queries, three keys of two numbers, and values; sqrt(D) is the root of 2.
LOG = np.log(2) * np.sqrt(2)
Q = np.array([[LOG, 0], [0, 2 * LOG]])
KEYS = np.array([[1.0, 0], [0, 1], [1, 1]])
VALUES = np.array([[10.0], [20], [60]])


@each_form
def test_attention_by_hand(form):
    forward, _ = operations("attention", form)
    out, cache = forward(Q, KEYS, VALUES)
    # Query 0: the scores are log(2) times 1, 0, 1; the weights 2, 1, 2 of 5.
    # Query 1: log(2) times 0, 2, 2; the weights 1, 4, 4 of 9.
    np.testing.assert_allclose(cache.weights, [[2 / 5, 1 / 5, 2 / 5], [1 / 9, 4 / 9, 4 / 9]])
    np.testing.assert_allclose(out, [[4 + 4 + 24], [(10 + 80 + 240) / 9]])


@each_form
def test_causal_attention_by_hand(form):
    forward, _ = operations("attention", form)
    out, cache = forward(Q, KEYS, VALUES, causal=True)
    np.testing.assert_allclose(cache.weights, [[1, 0, 0], [1 / 5, 4 / 5, 0]])
    np.testing.assert_allclose(out, [[10], [2 + 16]])


@each_form
def test_masked_attention_by_hand(form):
    forward, backward = operations("attention", form)
    mask = np.array([[True, True, False], [False, False, False]])
    out, cache = forward(Q, KEYS, VALUES, mask=mask)
    np.testing.assert_allclose(cache.weights, [[2 / 3, 1 / 3, 0], [0, 0, 0]])
    np.testing.assert_allclose(out, [[20 / 3 + 20 / 3], [0]])
    dq, dk, dv = backward(np.array([[3.0], [100]]), cache)
    # dw = 3 * (10, 20), ds = w * (dw - 40) = 2/3 * -10, 1/3 * 20; nothing from the second query
    through = np.array([-20 / 3, 20 / 3]) / np.sqrt(2)
    np.testing.assert_allclose(dv, [[2], [1], [0]])
    np.testing.assert_allclose(dq, [[through[0], through[1]], [0, 0]])
    np.testing.assert_allclose(dk, [[LOG * through[0], 0], [LOG * through[1], 0], [0, 0]])


def test_masks_by_hand():
    np.testing.assert_array_equal(
        scratch.causal_mask(2, 4), np.array([[1, 0, 0, 0], [1, 1, 0, 0]], bool)
    )
    np.testing.assert_array_equal(scratch.causal_mask(3, 1), np.ones((3, 1), bool))
    padding = scratch.padding_mask(np.array([0, 2, 3], np.uint8), 3)
    np.testing.assert_array_equal(padding, np.array([[[0, 0, 0]], [[1, 1, 0]], [[1, 1, 1]]], bool))
    both = padding & scratch.causal_mask(2, 3)
    np.testing.assert_array_equal(both[1], np.array([[1, 0, 0], [1, 1, 0]], bool))


@each_form
def test_several_heads_by_hand(form):
    forward, _ = operations("multi_head_attention", form)
    # Head 0 sees the first number and asks for what is large, head 1 takes the mean of the second.
    w_query, w_key = np.zeros((2, 2, 1)), np.zeros((2, 2, 1))
    w_query[0, 0] = w_key[0, 0] = 1
    w_value, w_out = np.zeros((2, 2, 1)), np.zeros((2, 1, 1))
    w_value[0, 0] = w_value[1, 1] = 1
    w_out[:, 0, 0] = 1, 100
    x = np.array([[[0.0, 3], [np.log(3), 5]]])
    out, cache = forward(x, x, [w_query, w_key, w_value, w_out])
    weights = cache.attention.weights[0]
    power = 3 ** np.log(3)  # exp(log(3) * log(3))
    np.testing.assert_allclose(weights[0], [[1 / 2, 1 / 2], np.array([1, power]) / (1 + power)])
    np.testing.assert_allclose(weights[1], np.full((2, 2), 1 / 2))
    np.testing.assert_allclose(
        out[0, :, 0], [np.log(3) / 2 + 400, np.log(3) * power / (1 + power) + 400]
    )


@each_form
@each_look
def test_attention_gradients(form, options):
    forward, _ = operations("attention")  # the forms share their cache
    _, backward = operations("attention", form)
    errors = check_gradients(lambda *arrays: forward(*arrays, **options), backward, *qkv())
    assert max(errors) < 1e-7


@each_form
@each_bias
@each_look
def test_several_heads_gradients(form, biased, options):
    (forward, _), (_, backward) = flat(**options), flat(form)
    errors = check_gradients(forward, backward, *sequences(), *head_weights(biased))
    # No weight of the keys' bias has an effect: it adds the same to all scores of a query.
    assert max(e for i, e in enumerate(errors) if not (biased and i == 5)) < 1e-7


def test_the_bias_of_the_keys_has_no_gradient():
    forward, backward = flat()
    out, cache = forward(*sequences(), *head_weights())
    *_, db_key, _, _, _, _ = backward(random(*out.shape), cache)
    np.testing.assert_allclose(db_key, np.zeros_like(db_key), atol=1e-13)


@each_look
@pytest.mark.parametrize("before", [(), (2,), (2, 3)], ids=str)
def test_forms_agree(options, before):
    if before == () and np.ndim(options.get("mask")) == 3:
        options = options | {"mask": options["mask"][0]}
    if before == (2, 3) and "mask" in options:
        options = options | {"mask": options["mask"][:, None]}
    q, k, v = random(*before, T, 4), random(*before, S, 4), random(*before, S, 7)
    (out, cache), (slow, slow_cache) = (
        operations("attention", form)[0](q, k, v, **options) for form in ("", "_naive")
    )
    np.testing.assert_allclose(out, slow, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(cache.weights, slow_cache.weights, rtol=1e-12, atol=1e-14)
    dout = random(*out.shape)
    both = (operations("attention", form)[1](dout, cache) for form in ("", "_naive"))
    for ours, theirs in zip(*both, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@each_bias
@each_look
def test_forms_of_several_heads_agree(biased, options):
    arrays = *sequences(), *head_weights(biased)
    (forward, backward), (slow, slow_backward) = flat(**options), flat("_naive", **options)
    (out, cache), (expected, slow_cache) = forward(*arrays), slow(*arrays)
    np.testing.assert_allclose(out, expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(cache.said, slow_cache.said, rtol=1e-11, atol=1e-12)
    dout = random(*out.shape)
    for ours, theirs in zip(backward(dout, cache), slow_backward(dout, slow_cache), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


@given(order=st.permutations(range(S)))
def test_attention_is_blind_to_order(order):
    q, k, v = qkv()
    out, cache = scratch.attention_forward(q, k, v, mask=MASK)
    other, turned = scratch.attention_forward(q, k[:, order], v[:, order], mask=MASK[..., order])
    np.testing.assert_allclose(other, out, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(turned.weights, cache.weights[..., order], rtol=1e-12, atol=1e-14)


def test_positions_open_its_eyes():
    x = np.random.default_rng(0).normal(size=(1, T, 6))
    weights = head_weights(width=6, other=6)

    def mean(x):
        return scratch.multi_head_attention_forward(x, x, weights)[0].mean(axis=1)

    p = scratch.sinusoidal_positions(T, 6)
    np.testing.assert_allclose(mean(x[:, ::-1]), mean(x), rtol=1e-11)
    there, back = (mean(scratch.positions_forward(a, p)[0]) for a in (x, x[:, ::-1]))
    assert np.abs(there - back).max() > 0.1


@each_look
def test_weights_are_shares(options):
    q, k, v = qkv()
    _, cache = scratch.attention_forward(q, k, v, **options)
    totals = cache.weights.sum(axis=-1)
    allowed = np.ones((N, T, S), bool) & options.get("mask", True)
    if options.get("causal"):
        allowed = allowed & scratch.causal_mask(T, S)
    np.testing.assert_allclose(totals, allowed.any(axis=-1), atol=1e-14)
    assert np.all(cache.weights >= 0)
    assert not cache.weights[~allowed].any()


def test_what_is_hidden_changes_nothing():
    q, k, v = qkv()
    out, _ = scratch.attention_forward(q, k, v, mask=LOOKS["padded"]["mask"])
    k[1, 2:], v[1, 2:] = 1e6, -1e6  # the second sequence has two steps that count
    other, _ = scratch.attention_forward(q, k, v, mask=LOOKS["padded"]["mask"])
    np.testing.assert_array_equal(other, out)


def test_large_scores_do_not_overflow():
    out, cache = scratch.attention_forward([[1e4]], [[1e4], [-1e4]], [[1.0], [2]])
    assert out.item() == 1
    dq, dk, dv = scratch.attention_backward([[1.0]], cache)
    assert np.all(np.isfinite([*dq.ravel(), *dk.ravel(), *dv.ravel()]))


def test_the_root_of_d_keeps_scores_of_one_size():
    rng = np.random.default_rng(0)
    spread = []
    for d in (4, 64, 1024):
        q, k = rng.normal(size=(300, d)), rng.normal(size=(300, d))
        _, cache = scratch.attention_forward(q, k, np.ones((300, 1)))
        spread.append(np.log(cache.weights).std(axis=1).mean())
    np.testing.assert_allclose(spread, [1, 1, 1], atol=0.1)


@each_form
@each_look
def test_arguments_and_results_stand_alone(form, options):
    forward, backward = operations("attention", form)
    arrays = qkv()
    kept = [a.copy() for a in arrays]
    out, cache = forward(*arrays, **options)
    dout = random(*out.shape)
    first = backward(dout, cache)
    out *= 2  # what the caller does to out does not reach the cache
    for a, b in zip(backward(dout, cache), first, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(MASK[0, 1], [False] * S)


@each_form
def test_an_empty_batch(form):
    q, k, v = (a[:0] for a in qkv())
    forward, backward = operations("attention", form)
    out, cache = forward(q, k, v)
    assert out.shape == (0, T, v.shape[-1])
    assert [g.shape for g in backward(out, cache)] == [q.shape, k.shape, v.shape]


@each_form
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_the_queries(form, dtype):
    q, k, v = qkv()
    forward, backward = operations("attention", form)
    out, cache = forward(q.astype(dtype), k, v, mask=MASK, causal=True)
    assert {a.dtype for a in (out, *cache, *backward(random(*out.shape), cache))} == {
        np.dtype(dtype)
    }
    forward, backward = flat(form)
    x_query, x_value = sequences()
    out, cache = forward(x_query.astype(dtype), x_value, *head_weights())
    gradients = backward(random(*out.shape), cache)
    assert {a.dtype for a in (out, *cache.attention, *gradients)} == {np.dtype(dtype)}


def test_each_head_has_weights_to_show():
    _, cache = scratch.multi_head_attention_forward(*sequences(), head_weights(), mask=MASK)
    assert cache.attention.weights.shape == (N, H, T, S)
    np.testing.assert_array_equal(cache.attention.weights[0, :, 1], np.zeros((H, S)))
    assert not np.allclose(cache.attention.weights[:, 0], cache.attention.weights[:, 1])


def test_a_layer_with_biases_gradients():
    layer, x = scratch.MultiHeadAttention(2, 3, value_dim=4, causal=True), random(2, 4, 5)
    layer.build(x.shape[1:], np.random.default_rng(0), x.dtype)

    def forward(x, *weights):
        layer.params = dict(zip(layer.params, weights, strict=True))
        return layer.forward(x)

    def backward(dout, cache):
        dx, grads = layer.backward(dout, cache)
        return dx, *grads.values()

    weights = [random(*p.shape, seed=i) for i, p in enumerate(layer.params.values())]
    errors = check_gradients(forward, backward, x, *weights)
    assert list(layer.params)[3] == "b_key"
    assert max(e for i, e in enumerate(errors) if i != 1 + 3) < 1e-7
