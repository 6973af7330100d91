"""Dense layers and flattening: by hand, fast against loops, gradients, and what is turned away."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients

SIZES = [(), (6,), (1,), (3, 2), (2, 1, 3)]
each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])
each_size = pytest.mark.parametrize("sizes", SIZES, ids=str)


def operations(naive=False):
    return [getattr(scratch, f"dense_{way}" + "_naive" * naive) for way in ("forward", "backward")]


def draw(*sizes, inputs=4, units=5):
    rng = np.random.default_rng(2)
    return [rng.normal(size=s) for s in ((*sizes, inputs), (inputs, units), (units,))]


@each_form
def test_dense_by_hand(naive):
    forward, backward = operations(naive)
    x, w = np.array([[1.0, 2], [3, 4]]), np.array([[10.0, 20, 30], [40, 50, 60]])
    out, cache = forward(x, w, np.array([0.5, 0, -1]))
    first = [1 * 10 + 2 * 40 + 0.5, 1 * 20 + 2 * 50, 1 * 30 + 2 * 60 - 1]
    second = [3 * 10 + 4 * 40 + 0.5, 3 * 20 + 4 * 50, 3 * 30 + 4 * 60 - 1]
    np.testing.assert_array_equal(out, [first, second])
    dx, dw, db = backward(np.array([[1, 0, 0], [0, 100, 1]]), cache)
    np.testing.assert_array_equal(dx, [[10, 40], [100 * 20 + 30, 100 * 50 + 60]])
    np.testing.assert_array_equal(dw, [[1 * 1, 3 * 100, 3 * 1], [2 * 1, 4 * 100, 4 * 1]])
    np.testing.assert_array_equal(db, [1, 100, 1])


@each_form
def test_every_step_of_a_sequence_has_the_same_weights(naive):
    forward, _ = operations(naive)
    x, w, b = draw(2, 3)
    out, _ = forward(x, w, b)
    assert out.shape == (2, 3, 5)
    for step in range(3):
        np.testing.assert_allclose(out[:, step], forward(x[:, step], w, b)[0])


@each_size
def test_fast_equals_naive(sizes):
    (forward, backward), (forward_naive, backward_naive) = operations(), operations(True)
    (out, cache), (expected, cache_naive) = forward(*draw(*sizes)), forward_naive(*draw(*sizes))
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    dout = np.random.default_rng(3).normal(size=out.shape)
    for fast, naive in zip(backward(dout, cache), backward_naive(dout, cache_naive), strict=True):
        np.testing.assert_allclose(fast, naive, rtol=1e-12, atol=1e-12)


@each_form
@each_size
def test_dense_gradients(sizes, naive):
    assert max(check_gradients(*operations(naive), *draw(*sizes))) < 1e-7


@each_form
def test_without_bias(naive):
    forward, backward = operations(naive)
    x, w, b = draw(3)
    out, cache = forward(x, w)
    np.testing.assert_allclose(out + b, forward(x, w, b)[0])
    assert backward(out, cache)[2] is None


@each_form
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(dtype, naive):
    forward, backward = operations(naive)
    x, w, b = draw(3)
    out, cache = forward(x.astype(dtype), w, b)
    assert [a.dtype for a in (out, *backward(np.ones(out.shape), cache))] == [dtype] * 4


@each_form
def test_arguments_are_left_alone(naive):
    forward, backward = operations(naive)
    arrays = draw(3, 2)
    copies = [array.copy() for array in arrays]
    out, cache = forward(*arrays)
    dout = out.copy()
    backward(dout, cache)
    for array, copy in zip([*arrays, dout], [*copies, out], strict=True):
        np.testing.assert_array_equal(array, copy)


@each_form
def test_an_empty_batch(naive):
    forward, backward = operations(naive)
    out, cache = forward(*draw(0))
    assert out.shape == (0, 5)
    dx, dw, db = backward(out, cache)
    assert dx.shape == (0, 4)
    assert not dw.any()
    assert not db.any()


def test_views_of_any_memory_order():
    x, w, b = draw(3, 2)
    views = x.transpose(1, 0, 2), np.asfortranarray(w), b
    out, cache = scratch.dense_forward(*views)
    expected, cache_naive = scratch.dense_forward_naive(*views)
    np.testing.assert_allclose(out, expected)
    dout = np.random.default_rng(3).normal(size=(3, 2, 5)).transpose(1, 0, 2)
    for fast, naive in zip(
        scratch.dense_backward(dout, cache),
        scratch.dense_backward_naive(dout, cache_naive),
        strict=True,
    ):
        np.testing.assert_allclose(fast, naive, atol=1e-12)


X, W, B = draw(3)
BAD = {
    "w transposed": ((X, W.T), ValueError, r"agree in D.* x \(3, 4\) and w \(5, 4\).*transposed"),
    "not flattened": ((X[..., None], W), ValueError, r"x \(3, 4, 1\) and w \(4, 5\).*flattened"),
    "a number": ((np.array(1.0), W), ValueError, r"x \(\) and w \(4, 5\)"),
    "w of one unit": ((X, W[:, 0]), ValueError, r"w must have 2 axes \(D, U\).*\(4,\).*w\[:, None"),
    "w without units": ((X, W[:, :0]), ValueError, r"none of them empty; .*\(4, 0\)"),
    "other units": ((X, W, B[:4]), ValueError, r"b .* 5 units of w \(4, 5\).* \(4,\).*np.zeros\(5"),
    "b as a row": ((X, W, B[None]), ValueError, r"b must have one entry.*shape \(1, 5\)"),
    "whole numbers": ((X.astype(int), W), TypeError, r"x must be floating.*int64.*x.astype"),
}


@each_form
@pytest.mark.parametrize(("arrays", "error", "message"), BAD.values(), ids=BAD)
def test_dense_rejects_what_does_not_fit(arrays, error, message, naive):
    with pytest.raises(error, match=message):
        operations(naive)[0](*arrays)


@each_form
def test_backward_rejects_another_shape(naive):
    forward, backward = operations(naive)
    _, cache = forward(X, W)
    with pytest.raises(ValueError, match=r"shape of out, \(3, 5\); received \(3, 4\)"):
        backward(X, cache)


def test_flatten_by_hand():
    x = np.array([[[1.0, 2], [3, 4], [5, 6]]])  # (1, 3, 2)
    out, cache = scratch.flatten_forward(x)
    np.testing.assert_array_equal(out, [[1, 2, 3, 4, 5, 6]])
    dx = scratch.flatten_backward(np.array([[10, 20, 30, 40, 50, 60]]), cache)
    np.testing.assert_array_equal(dx, [[[10, 20], [30, 40], [50, 60]]])


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4, 5), (0, 3, 2)], ids=str)
def test_flatten_keeps_the_batch(shape):
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    out, cache = scratch.flatten_forward(x)
    assert out.shape == (shape[0], int(np.prod(shape[1:])))
    dx = scratch.flatten_backward(out.astype(float), cache)
    assert dx.dtype == out.dtype == np.float32
    np.testing.assert_array_equal(dx, x)


def test_flatten_gradients():
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    assert max(check_gradients(scratch.flatten_forward, scratch.flatten_backward, x)) < 1e-7


def test_flatten_rejects_what_does_not_fit():
    with pytest.raises(ValueError, match=r"x must have axes \(N, ...\); received shape \(\).*x\[N"):
        scratch.flatten_forward(np.array(1.0))
    _, cache = scratch.flatten_forward(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r"shape of out, \(2, 12\); received \(2, 3, 4\)"):
        scratch.flatten_backward(np.ones((2, 3, 4)), cache)
