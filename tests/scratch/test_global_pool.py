"""Global pooling: by hand, ties, gradients, and what is turned away."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients

each_kind = pytest.mark.parametrize("kind", ["max", "avg"])
each_number_of_axes = pytest.mark.parametrize(
    ("axes", "sizes"), [(2, (3, 4)), (3, (2, 3, 4))], ids=["2d", "3d"]
)


def operations(kind, axes):
    names = (f"global_{kind}_pool{axes}d_forward", f"global_{kind}_pool{axes}d_backward")
    return [getattr(scratch, name) for name in names]


def test_average_by_hand():
    forward, backward = operations("avg", 2)
    x = np.array([[1.0, 2, 3], [4, 5, 9]])[None, :, :, None]
    out, cache = forward(x)
    np.testing.assert_array_equal(out, [[(1 + 2 + 3 + 4 + 5 + 9) / 6]])
    np.testing.assert_array_equal(backward(np.array([[3.0]]), cache), np.full((1, 2, 3, 1), 0.5))


def test_max_gives_ties_to_the_first_by_hand():
    forward, backward = operations("max", 2)
    out, cache = forward(np.array([[1.0, 9, 3], [9, 5, 2]])[None, :, :, None])
    np.testing.assert_array_equal(out, [[9]])
    dx = backward(np.array([[3.0]]), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 3, 0], [0, 0, 0]])


@each_kind
@each_number_of_axes
def test_global_pool_gradients(kind, axes, sizes):
    x = np.random.default_rng(2).normal(size=(2, *sizes, 3))
    assert max(check_gradients(*operations(kind, axes), x)) < 1e-7


@each_kind
@each_number_of_axes
def test_results_keep_the_dtype_of_x(kind, axes, sizes):
    forward, backward = operations(kind, axes)
    out, cache = forward(np.ones((2, *sizes, 3), np.float32))
    dx = backward(np.ones((2, 3)), cache)
    assert out.dtype == dx.dtype == np.float32
    assert dx.shape == (2, *sizes, 3)


@each_kind
def test_global_pool_rejects_what_does_not_fit(kind):
    forward, backward = operations(kind, 3)
    with pytest.raises(ValueError, match=r"x must have 5 axes \(N, T, H, W, C\).*\(2, 3, 4, 5\)"):
        forward(np.ones((2, 3, 4, 5)))
    with pytest.raises(TypeError, match="floating point; received int64"):
        forward(np.ones((2, 3, 4, 5, 6), int))
    _, cache = forward(np.ones((2, 3, 4, 5, 6)))
    with pytest.raises(ValueError, match=r"shape of out, \(2, 6\); received \(2, 1, 1, 1, 6\)"):
        backward(np.ones((2, 1, 1, 1, 6)), cache)
