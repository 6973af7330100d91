"""Batch and layer norm: by hand, fast against loops, gradients, and what is turned away."""

from functools import partial

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients

each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])
each_mode = pytest.mark.parametrize("training", [True, False], ids=["training", "use"])
each_size = pytest.mark.parametrize("sizes", [(6,), (3, 2), (2, 3, 5)], ids=str)
BATCH, BATCH_NAIVE, LAYER = (
    (getattr(scratch, f"{name}_forward{form}"), getattr(scratch, f"{name}_backward{form}"))
    for name, form in (("batch_norm", ""), ("batch_norm", "_naive"), ("layer_norm", ""))
)
each_norm = pytest.mark.parametrize(
    "norm", [BATCH, BATCH_NAIVE, LAYER], ids=["batch", "naive", "layer"]
)


def operations(naive):
    return BATCH_NAIVE if naive else BATCH


def draw(*sizes, channels=4):
    rng = np.random.default_rng(8)
    x = rng.normal(size=(*sizes, channels)) * rng.uniform(1, 5, channels) + 3
    return x, rng.normal(size=channels), rng.normal(size=channels)


def statistics(channels=4):
    rng = np.random.default_rng(9)
    return {"running_mean": rng.normal(size=channels), "running_var": rng.uniform(0.5, 2, channels)}


@each_form
def test_batch_norm_by_hand(naive):
    forward, backward = operations(naive)
    # Means 2 and 20; variances 1 and 100; with eps the deviations are 1.25 and 10.00...
    x, eps = np.array([[1.0, 10], [3, 30]]), 0.5625
    out, cache = forward(x, np.array([10.0, 1]), np.array([0.5, 0]), eps=eps)
    np.testing.assert_allclose(out[:, 0], [10 * -1 / 1.25 + 0.5, 10 * 1 / 1.25 + 0.5])
    np.testing.assert_allclose(out[:, 1], [-10 / np.sqrt(100.5625), 10 / np.sqrt(100.5625)])
    dx, dgamma, dbeta = backward(np.array([[1.0, 0], [0, 0]]), cache)
    np.testing.assert_allclose(dgamma, [1 * -1 / 1.25, 0], atol=1e-15)
    np.testing.assert_allclose(dbeta, [1, 0])
    # g = 10, 0; its mean 5; the mean of g * x_hat is 10 * -0.8 / 2 = -4.
    by_hand = [(10 - 5 - -0.8 * -4) / 1.25, (0 - 5 - 0.8 * -4) / 1.25]
    np.testing.assert_allclose(dx[:, 0], by_hand)
    np.testing.assert_allclose(dx[:, 1], 0, atol=1e-15)


@each_form
def test_running_statistics_by_hand(naive):
    forward, backward = operations(naive)
    mean, var = np.array([1.0]), np.array([2.0])
    x = np.array([[1.0], [3], [8]])  # mean 4, variance (9 + 1 + 16) / 3
    running = {"running_mean": mean, "running_var": var, "momentum": 0.75}
    forward(x, np.ones(1), np.zeros(1), **running)
    assert mean == 0.75 * 1 + 0.25 * 4
    assert var == pytest.approx(0.75 * 2 + 0.25 * 26 / 3)
    mean[:], var[:] = 2, 0.75
    out, cache = forward(x, np.full(1, 5.0), np.ones(1), training=False, eps=0.25, **running)
    np.testing.assert_allclose(out, 5 * (x - 2) / 1 + 1)
    dx, dgamma, dbeta = backward(np.array([[1.0], [0], [10]]), cache)
    np.testing.assert_allclose(dx, [[5 * 1], [0], [5 * 10]])
    np.testing.assert_allclose(dgamma, [1 * (1 - 2) + 10 * (8 - 2)])
    np.testing.assert_allclose(dbeta, [11])
    assert (mean, var) == (2, 0.75)  # use does not update them


def test_layer_norm_by_hand():
    forward, backward = LAYER
    x, gamma = np.array([[1.0, 3], [10, 30]]), np.array([10.0, 1])
    out, cache = forward(x, gamma, np.array([0.5, 0]), eps=0.5625)
    np.testing.assert_allclose(out[0], [10 * -1 / 1.25 + 0.5, 1 / 1.25])
    root = np.sqrt(100.5625)
    np.testing.assert_allclose(out[1], [10 * -10 / root + 0.5, 10 / root])
    dx, dgamma, dbeta = backward(np.array([[1.0, 0], [0, 2]]), cache)
    np.testing.assert_allclose(dgamma, [1 * -1 / 1.25, 2 * 10 / root])
    np.testing.assert_allclose(dbeta, [1, 2])
    np.testing.assert_allclose(dx[0], [(10 - 5 - -0.8 * -4) / 1.25, (0 - 5 - 0.8 * -4) / 1.25])


@each_size
def test_a_normalised_channel_has_mean_0_and_variance_1(sizes):
    x, _, _ = draw(*sizes)
    out, _ = scratch.batch_norm_forward(x, np.ones(4), np.zeros(4), eps=1e-12)
    others = tuple(range(len(sizes)))
    np.testing.assert_allclose(out.mean(axis=others), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=others), 1)
    out, _ = scratch.layer_norm_forward(x, np.ones(4), np.zeros(4), eps=1e-12)
    np.testing.assert_allclose(out.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=-1), 1)


@each_size
@each_mode
def test_fast_equals_naive(sizes, training):
    results = []
    for forward, backward in (BATCH, BATCH_NAIVE):
        running = statistics()
        out, cache = forward(*draw(*sizes), training=training, **running)
        dout = np.random.default_rng(3).normal(size=out.shape)
        results.append((out, *backward(dout, cache), *running.values()))
    for fast, naive in zip(*results, strict=True):
        np.testing.assert_allclose(fast, naive, rtol=1e-11, atol=1e-11)


@each_form
@each_mode
@each_size
def test_batch_norm_gradients(sizes, training, naive):
    forward, backward = operations(naive)
    options = {"training": training, **({} if training else statistics())}
    errors = check_gradients(partial(forward, **options), backward, *draw(*sizes), seed=1)
    assert max(errors) < 1e-7


@pytest.mark.parametrize("sizes", [(), (6,), (3, 2), (2, 3, 5)], ids=str)
def test_layer_norm_gradients(sizes):
    assert max(check_gradients(*LAYER, *draw(*sizes), seed=1)) < 1e-7


def test_layer_norm_does_not_look_at_the_rest_of_the_batch():
    x, gamma, beta = draw(5)
    out, _ = scratch.layer_norm_forward(x, gamma, beta)
    np.testing.assert_allclose(scratch.layer_norm_forward(x[3], gamma, beta)[0], out[3])


@each_form
def test_a_batch_of_one_gives_beta(naive):
    forward, backward = operations(naive)
    x, gamma, beta = draw(1)
    out, cache = forward(x, gamma, beta)
    np.testing.assert_allclose(out, beta[None])
    np.testing.assert_allclose(backward(np.ones((1, 4)), cache)[0], 0, atol=1e-12)


@each_form
def test_use_takes_an_empty_batch(naive):
    forward, backward = operations(naive)
    x, gamma, beta = draw(0, 3)
    out, cache = forward(x, gamma, beta, training=False, **statistics())
    assert out.shape == (0, 3, 4)
    dx, dgamma, dbeta = backward(out, cache)
    assert dx.shape == (0, 3, 4)
    assert not dgamma.any()
    assert not dbeta.any()


@each_norm
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(norm, dtype):
    forward, backward = norm
    x, gamma, beta = draw(3, 2)
    out, cache = forward(x.astype(dtype), gamma, beta)
    gradients = backward(np.ones(out.shape), cache)
    assert [a.dtype for a in (out, *gradients)] == [dtype] * 4


@each_form
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_mode
def test_running_statistics_keep_their_own_dtype(dtype, training, naive):
    forward, backward = operations(naive)
    x, gamma, beta = draw(3, 2)
    running = {name: value.astype(dtype) for name, value in statistics().items()}
    out, cache = forward(x.astype(np.float32), gamma, beta, training=training, **running)
    assert [value.dtype for value in running.values()] == [dtype] * 2
    assert out.dtype == backward(out, cache)[0].dtype == np.float32


@each_norm
def test_arguments_are_left_alone(norm):
    forward, backward = norm
    arrays = draw(3, 2)
    copies = [array.copy() for array in arrays]
    out, cache = forward(*arrays)
    first = [gradient.copy() for gradient in backward(out, cache)]
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for gradient, copy in zip(backward(out, cache), first, strict=True):
        np.testing.assert_array_equal(gradient, copy)


@each_norm
def test_a_large_mean_does_not_drown_the_variance(norm):
    x, gamma, beta = draw(50)
    out, _ = norm[0](x.astype(np.float32) + 1000, gamma, beta)
    expected, _ = norm[0]((x.astype(np.float32) + 1000).astype(float), gamma, beta)
    np.testing.assert_allclose(out, expected, atol=2e-3)


X, GAMMA, BETA = draw(3, 2)
BAD_ARRAYS = {
    "other gamma": (
        (X, GAMMA[:3], BETA),
        r"gamma .* 4 channels of x \(3, 2, 4\).*\(3,\).*np.ones\(4",
    ),
    "other beta": (
        (X, GAMMA, BETA[None]),
        r"beta .* 4 channels of x \(3, 2, 4\).*\(1, 4\).*np.zeros",
    ),
    "no channel": (
        (X[..., :0], GAMMA, BETA),
        r"x must .*one channel C; received shape \(3, 2, 0\)",
    ),
    "a number": ((np.array(1.0), GAMMA, BETA), r"x must have the shape .*received shape \(\)"),
}


@each_norm
@pytest.mark.parametrize(("arrays", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_norm_rejects_what_does_not_fit(arrays, message, norm):
    with pytest.raises(ValueError, match=message):
        norm[0](*arrays)


@each_norm
def test_norm_rejects_whole_numbers_and_no_eps(norm):
    with pytest.raises(TypeError, match=r"x must be floating point; received int64.*x.astype"):
        norm[0](X.astype(int), GAMMA, BETA)
    with pytest.raises(ValueError, match="eps must be more than 0; received eps=0"):
        norm[0](X, GAMMA, BETA, eps=0)


@each_norm
def test_backward_rejects_another_shape(norm):
    forward, backward = norm
    _, cache = forward(X, GAMMA, BETA)
    with pytest.raises(ValueError, match=r"shape of out, \(3, 2, 4\); received \(3, 4\)"):
        backward(X[:, 0], cache)


MEAN, VAR = statistics().values()
BAD_OPTIONS = {
    "one example": (
        X[0, 0],
        {},
        ValueError,
        r"x must have the shape \(N, ..., C\).*\(4,\).*x\[None",
    ),
    "no example": (X[:0], {}, ValueError, r"one example in training; received shape \(0, 2, 4\)"),
    "momentum 1.5": (X, {"momentum": 1.5}, ValueError, "momentum must .*momentum=1.5"),
    "nothing to use": (X, {"training": False}, TypeError, "running_mean must be .*NoneType"),
    "one only": (X, {"running_mean": MEAN}, TypeError, "running_var must be .*NoneType.*Keep both"),
    "a list": (
        X,
        {"running_mean": [0.0] * 4, "running_var": VAR},
        TypeError,
        "place; received list",
    ),
    "whole numbers": (
        X,
        {"running_mean": np.zeros(4, int), "running_var": VAR},
        TypeError,
        r"running_mean .*received int64.*np.zeros\(4\)",
    ),
    "other channels": (
        X,
        {"running_mean": MEAN, "running_var": VAR[:3]},
        ValueError,
        r"running_var .* channels of x \(3, 2, 4\); received shape \(3,\). Write np.ones\(4\)",
    ),
}


@each_form
@pytest.mark.parametrize(
    ("x", "options", "error", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS
)
def test_batch_norm_rejects_what_does_not_fit(x, options, error, message, naive):
    with pytest.raises(error, match=message):
        operations(naive)[0](x, GAMMA, BETA, **options)
