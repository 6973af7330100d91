"""Activations: by hand, gradients, extreme inputs, dtypes."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients, softmax

NAMES = ["relu", "leaky_relu", "sigmoid", "tanh", "softmax"]
each_activation = pytest.mark.parametrize("name", NAMES)


def operations(name):
    return getattr(scratch, f"{name}_forward"), getattr(scratch, f"{name}_backward")


def test_relu_by_hand():
    out, cache = scratch.relu_forward(np.array([-2.0, 0, 3]))
    np.testing.assert_array_equal(out, [0, 0, 3])
    np.testing.assert_array_equal(scratch.relu_backward(np.array([5.0, 6, 7]), cache), [0, 0, 7])


def test_relu_passes_infinite_gradients_only_where_x_was_positive():
    _, cache = scratch.relu_forward([-2.0, 3.0, -1.0])
    dx = scratch.relu_backward([np.inf, -np.inf, 1.0], cache)
    np.testing.assert_array_equal(dx, [0, -np.inf, 0])


def test_leaky_relu_by_hand():
    out, cache = scratch.leaky_relu_forward([-2.0, 0, 3], negative_slope=0.1)
    np.testing.assert_allclose(out, [-0.2, 0, 3])
    dx = scratch.leaky_relu_backward(np.array([5.0, 6, 7]), cache)
    np.testing.assert_allclose(dx, [0.5, 0.6, 7])


def test_sigmoid_by_hand():
    out, cache = scratch.sigmoid_forward(np.array([0, np.log(3)]))
    np.testing.assert_allclose(out, [1 / 2, 3 / 4])
    np.testing.assert_allclose(
        scratch.sigmoid_backward(np.array([1.0, 16]), cache), [1 / 4, 16 * 3 / 4 * 1 / 4]
    )


def test_softmax_by_hand():
    np.testing.assert_allclose(softmax(np.log([[1.0, 2, 5]])), [[1 / 8, 2 / 8, 5 / 8]])
    by_columns = softmax(np.log([[1.0, 2], [3, 2]]), axis=0)
    np.testing.assert_allclose(by_columns, [[1 / 4, 1 / 2], [3 / 4, 1 / 2]])


@each_activation
def test_activation_gradients(name):
    x = np.random.default_rng(1).normal(size=(3, 4, 2))
    assert max(check_gradients(*operations(name), x)) < 1e-7


def test_softmax_gradients_along_another_axis():
    x = np.random.default_rng(1).normal(size=(3, 4, 2))
    forward, backward = operations("softmax")
    assert max(check_gradients(lambda x: forward(x, axis=1), backward, x)) < 1e-7


def test_leaky_relu_gradients_with_another_slope():
    x = np.random.default_rng(1).normal(size=(3, 4, 2))
    forward, backward = operations("leaky_relu")
    assert max(check_gradients(lambda x: forward(x, negative_slope=0.01), backward, x)) < 1e-7


@each_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(name, dtype):
    forward, backward = operations(name)
    out, cache = forward(np.linspace(-2, 2, 6, dtype=dtype))
    assert out.dtype == dtype
    assert backward(np.ones(6), cache).dtype == dtype


@each_activation
@pytest.mark.filterwarnings("error")
def test_large_inputs_do_not_overflow(name):
    out, cache = operations(name)[0](np.array([-1e4, 0, 1e4], np.float32))
    assert np.isfinite(out).all()
    assert np.isfinite(operations(name)[1](np.ones(3), cache)).all()


def test_sigmoid_keeps_small_values():
    out, _ = scratch.sigmoid_forward(np.array([-40.0, -700]))
    np.testing.assert_allclose(out, np.exp([-40.0, -700]), rtol=1e-12)


@each_activation
def test_backward_rejects_another_shape(name):
    forward, backward = operations(name)
    _, cache = forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"shape of out, \(2, 3\); received \(3,\)"):
        backward(np.ones(3), cache)
