"""Dropout: by hand, shares, seeds, gradients, and what is turned away."""

from functools import partial

import numpy as np
import pytest

from vidlearn.scratch import check_gradients, dropout_backward, dropout_forward


def test_dropout_by_hand():
    x, dout = np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 40])
    out, mask = dropout_forward(x, rate=0.75, rng=1)
    keep = np.random.default_rng(1).random(4, dtype=np.float32) >= 0.75
    assert 0 < keep.sum() < 4
    np.testing.assert_array_equal(out, [4 * v if k else 0 for v, k in zip(x, keep, strict=True)])
    dx = dropout_backward(dout, mask)
    np.testing.assert_array_equal(dx, [4 * v if k else 0 for v, k in zip(dout, keep, strict=True)])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_shares_and_the_expected_sum(rate):
    out, _ = dropout_forward(np.ones(100_000), rate=rate, rng=2)
    deviation = np.sqrt(rate * (1 - rate) / 1e5)
    assert abs(np.mean(out == 0) - rate) < 5 * deviation
    assert abs(out.mean() - 1) < 5 * deviation / (1 - rate)


def test_every_entry_is_drawn_by_itself():
    out, _ = dropout_forward(np.ones((200, 3, 50)), rng=2)
    for axis in range(3):
        shares = (out == 0).mean(axis=axis)
        assert ((shares > 0) & (shares < 1)).any()  # not one draw for the whole axis


@pytest.mark.parametrize(
    "options", [{"training": False}, {"rate": 0, "rng": 1}, {"rate": 0}], ids=str
)
def test_nothing_is_dropped_in_use_and_at_rate_0(options):
    x, dout = np.random.default_rng(3).normal(size=(2, 3, 4))[0], np.ones((3, 4))
    out, cache = dropout_forward(x, **options)
    np.testing.assert_array_equal(out, x)
    assert not np.shares_memory(out, x)
    np.testing.assert_array_equal(dropout_backward(dout, cache), dout)


def test_one_generator_draws_another_mask_at_every_call():
    rng = np.random.default_rng(4)
    first, second = (dropout_forward(np.ones(50), rng=rng)[1] for _ in range(2))
    assert (first != second).any()


def test_a_seed_and_a_dtype_give_the_same_mask():
    masks = [
        dropout_forward(np.ones(50, dtype), rng=rng)[1]
        for dtype in (np.float32, np.float64)
        for rng in (4, np.random.default_rng(4))
    ]
    for mask in masks[1:]:
        np.testing.assert_array_equal(mask, masks[0])


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_dropout_gradients(rate):
    x = np.random.default_rng(5).normal(size=(3, 4, 2))
    forward = partial(dropout_forward, rate=rate, rng=6)
    assert max(check_gradients(forward, dropout_backward, x)) < 1e-7


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(dtype, training):
    x = np.ones((3, 4), dtype)
    out, cache = dropout_forward(x, rate=0.3, training=training, rng=1)
    assert out.dtype == dropout_backward(np.ones((3, 4)), cache).dtype == dtype
    np.testing.assert_array_equal(x, 1)


X = np.ones((3, 4))
BAD = {
    "rate 1": ((X,), {"rate": 1, "rng": 1}, ValueError, "rate must be .*less than 1.*rate=1"),
    "rate in per cent": ((X,), {"rate": 20, "rng": 1}, ValueError, "rate=20.*keeps 80"),
    "rate below 0": ((X,), {"rate": -0.1, "rng": 1}, ValueError, "rate=-0.1"),
    "rate in use": ((X,), {"rate": 2, "training": False}, ValueError, "rate=2"),
    "no rng": ((X,), {}, TypeError, "rng must be .* in training; received None.*default_rng"),
    "whole numbers": ((X.astype(int),), {"rng": 1}, TypeError, "floating point; received int64"),
}


@pytest.mark.parametrize(("arrays", "options", "error", "message"), BAD.values(), ids=BAD)
def test_dropout_rejects_what_does_not_fit(arrays, options, error, message):
    with pytest.raises(error, match=message):
        dropout_forward(*arrays, **options)


def test_backward_rejects_another_shape():
    _, cache = dropout_forward(X, rng=1)
    with pytest.raises(ValueError, match=r"shape of out, \(3, 4\); received \(4, 3\)"):
        dropout_backward(X.T, cache)
