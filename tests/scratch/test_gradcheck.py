"""The gradient check itself: by hand, sharp enough, and what it turns away."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients, numerical_gradient, relative_error


def product_forward(a, b):
    return a @ b, (a, b)


def product_backward(dout, cache):
    a, b = cache
    return dout @ b.T, a.T @ dout


def draw(*shapes):
    rng = np.random.default_rng(4)
    return [rng.normal(size=shape) for shape in shapes]


def test_numerical_gradient_by_hand():
    x, dout = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 10], [100, 1000]])
    expected = [[2 * 1, 2 * 2 * 10], [2 * 3 * 100, 2 * 4 * 1000]]
    np.testing.assert_allclose(numerical_gradient(np.square, x, dout), expected, rtol=1e-8)
    np.testing.assert_array_equal(x, [[1, 2], [3, 4]])


def test_numerical_gradient_of_a_function_that_returns_its_argument():
    np.testing.assert_allclose(
        numerical_gradient(lambda x: x, np.ones(2), np.array([3.0, 5])), [3, 5]
    )


def test_relative_error_by_hand():
    assert relative_error([1.0, 10], [2.0, 10]) == 1 / 10
    assert relative_error([3.0], [-3.0]) == 2
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(np.zeros((0, 2)), np.zeros((0, 2))) == 0


def test_relative_error_does_not_hide_nan():
    assert np.isnan(relative_error([np.nan, 1], [1, 1]))


def test_check_gradients_passes_a_right_backward():
    errors = check_gradients(product_forward, product_backward, *draw((2, 3), (3, 4)))
    assert len(errors) == 2
    assert max(errors) < 1e-8


def test_check_gradients_finds_the_wrong_one():
    def wrong_backward(dout, cache):
        da, db = product_backward(dout, cache)
        return da, db * [1, 1, 1, 1.001]

    errors = check_gradients(product_forward, wrong_backward, *draw((2, 3), (3, 4)))
    assert errors[0] < 1e-8 < 1e-5 < errors[1]


def test_numerical_gradient_rejects_float32():
    with pytest.raises(TypeError, match=r"float64; received float32.*astype"):
        numerical_gradient(np.square, np.ones(2, np.float32), np.ones(2))


def test_numerical_gradient_rejects_another_dout():
    with pytest.raises(ValueError, match=r"shape of f\(x\), \(2,\); received \(3,\)"):
        numerical_gradient(np.square, np.ones(2), np.ones(3))


def test_relative_error_rejects_other_shapes():
    with pytest.raises(ValueError, match=r"received \(2, 3\) and \(4, 5\).*padding"):
        relative_error(np.ones((2, 3)), np.ones((4, 5)))


def test_check_gradients_rejects_missing_gradients():
    with pytest.raises(ValueError, match="each of the 2 inputs; received 1"):
        check_gradients(
            product_forward, lambda d, c: product_backward(d, c)[0], *draw((2, 3), (3, 4))
        )


@pytest.mark.parametrize("of", ["h", "c", "both"])
def test_the_states_of_a_cell_may_be_checked(of):
    """lstm_cell_forward gives out two arrays, so its backward pass takes two gradients."""
    rng = np.random.default_rng(3)
    shapes = (2, 3), (2, 4), (2, 4), (3, 16), (4, 16), (16,)
    inputs = [rng.normal(size=shape) for shape in shapes]
    right = check_gradients(scratch.lstm_cell_forward, scratch.lstm_cell_backward, *inputs)
    assert len(right) == 6
    assert max(right) < 1e-7

    def forgetful(dh_next, dc_next, cache):
        dh_next = dh_next if of == "c" else 0 * dh_next
        dc_next = dc_next if of == "h" else 0 * dc_next
        return scratch.lstm_cell_backward(dh_next, dc_next, cache)

    assert max(check_gradients(scratch.lstm_cell_forward, forgetful, *inputs)) > 1e-2
