"""Pooling: by hand, fast against loops, ties, padding, gradients, and what is turned away."""

from functools import partial

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import check_gradients

CASES = {
    "2d": (2, (4, 6), {}),
    "2d-left-over": (2, (5, 7), {"size": (2, 3)}),
    "2d-overlap": (2, (6, 5), {"size": 3, "stride": (2, 1)}),
    "2d-skips": (2, (7, 8), {"size": (2, 1), "stride": (3, 4)}),
    "2d-same": (2, (5, 7), {"size": (2, 3), "stride": (1, 2), "padding": "same"}),
    "2d-padding": (2, (4, 5), {"size": 3, "stride": 2, "padding": ((2, 1), 1)}),
    "3d": (3, (4, 2, 6), {}),
    "3d-all": (3, (5, 4, 3), {"size": (2, 3, 2), "stride": (1, 2, 1), "padding": "same"}),
}
each_case = pytest.mark.parametrize(("axes", "sizes", "options"), CASES.values(), ids=CASES)
each_kind = pytest.mark.parametrize("kind", ["max", "avg"])
each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])


def operations(kind, axes, naive=False):
    names = (f"{kind}_pool{axes}d_forward", f"{kind}_pool{axes}d_backward")
    return [getattr(scratch, name + "_naive" * naive) for name in names]


def picture(rows):
    return np.array(rows, float)[None, :, :, None]


@each_form
def test_max_by_hand(naive):
    forward, backward = operations("max", 2, naive)
    out, cache = forward(picture([[1, 3], [5, 7]]))
    assert out.ravel() == [7]
    dx = backward(np.full((1, 1, 1, 1), 0.5), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 0], [0, 0.5]])


@each_form
def test_max_gives_ties_to_the_first_by_hand(naive):
    forward, backward = operations("max", 2, naive)
    # Row by row: the first 4 of each window, in reading order.
    out, cache = forward(picture([[1, 4, 4, 0], [4, 2, 4, 4]]))
    np.testing.assert_array_equal(out.ravel(), [4, 4])
    dx = backward(np.array([2.0, 3]).reshape(out.shape), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 2, 3, 0], [0, 0, 0, 0]])


@each_form
def test_max_adds_up_where_windows_overlap_by_hand(naive):
    forward, backward = operations("max", 2, naive)
    out, cache = forward(picture([[1, 9, 2]]), size=(1, 2), stride=1)
    np.testing.assert_array_equal(out.ravel(), [9, 9])
    dx = backward(np.array([2.0, 3]).reshape(out.shape), cache)
    np.testing.assert_array_equal(dx.ravel(), [0, 2 + 3, 0])


@each_form
def test_padding_never_wins_a_maximum(naive):
    forward, backward = operations("max", 2, naive)
    out, cache = forward(picture([[-5, -3], [-2, -4]]), size=2, stride=2, padding=1)
    np.testing.assert_array_equal(out[0, :, :, 0], [[-5, -3], [-2, -4]])
    dx = backward(np.array([1.0, 2, 3, 4]).reshape(out.shape), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[1, 2], [3, 4]])


@each_form
def test_average_by_hand(naive):
    forward, backward = operations("avg", 2, naive)
    # Padding is not counted: the last column holds 3 and 7, their average is 5.
    out, cache = forward(picture([[1, 3], [5, 7]]), stride=1, padding="same")
    np.testing.assert_array_equal(out[0, :, :, 0], [[(1 + 3 + 5 + 7) / 4, 5], [6, 7]])
    dx = backward(picture([[4, 20], [200, 1000]]), cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[1, 1 + 10], [1 + 100, 1 + 10 + 100 + 1000]])


@each_kind
@each_case
def test_fast_equals_naive(kind, axes, sizes, options):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 4, (2, *sizes, 3)).astype(float)  # full of ties
    (forward, backward), (forward_naive, backward_naive) = (
        operations(kind, axes),
        operations(kind, axes, True),
    )
    (out, cache), (expected, cache_naive) = forward(x, **options), forward_naive(x, **options)
    np.testing.assert_allclose(out, expected, rtol=1e-13)
    dout = rng.normal(size=out.shape)
    np.testing.assert_allclose(
        backward(dout, cache), backward_naive(dout, cache_naive), rtol=1e-12, atol=1e-12
    )


@each_form
@each_kind
@each_case
def test_pool_gradients(kind, axes, sizes, options, naive):
    forward, backward = operations(kind, axes, naive)
    x = np.random.default_rng(5).normal(size=(1, *sizes, 2))
    assert max(check_gradients(partial(forward, **options), backward, x)) < 1e-7


def test_gradient_check_rejects_mutants():
    forward, backward = operations("max", 2)
    x = np.random.default_rng(5).normal(size=(1, 4, 6, 2))

    def to_all_entries(dout, cache):
        return np.repeat(np.repeat(dout, 2, axis=1), 2, axis=2)

    def to_the_mirrored_entry(dout, cache):
        return backward(dout, cache)[:, ::-1]

    for mutant in (to_all_entries, to_the_mirrored_entry):
        assert max(check_gradients(forward, mutant, x)) > 1e-2
    assert max(check_gradients(operations("avg", 2)[0], to_all_entries, x)) > 1e-2


@each_form
@each_kind
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_x(kind, dtype, naive):
    forward, backward = operations(kind, 2, naive)
    out, cache = forward(np.ones((1, 5, 4, 2), dtype), padding="same", size=3)
    assert out.dtype == dtype
    assert backward(np.ones(out.shape), cache).dtype == dtype


@each_kind
def test_a_window_of_one_is_a_copy(kind):
    forward, _ = operations(kind, 2)
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 2))
    out, _ = forward(x, size=1)
    np.testing.assert_array_equal(out, x)
    assert not np.shares_memory(out, x)


@each_kind
def test_an_empty_batch(kind):
    forward, backward = operations(kind, 3)
    out, cache = forward(np.ones((0, 4, 6, 2, 3)))
    assert out.shape == (0, 2, 3, 1, 3)
    assert backward(out, cache).shape == (0, 4, 6, 2, 3)


X = np.ones((2, 5, 4, 3))
BAD = {
    "x without batch": ((X[0],), {}, ValueError, r"x must have 4 axes \(N, H, W, C\)"),
    "whole numbers": ((X.astype(int),), {}, TypeError, "floating point; received int64"),
    "size 0": ((X,), {"size": 0}, ValueError, "size must be an int of at least 1.*size=0"),
    "stride of 3 axes": ((X,), {"stride": (1, 2, 3)}, ValueError, "for each of the 2 axes"),
    "size too large": ((X,), {"size": 6}, ValueError, r"size must fit .* smaller size"),
    "padding too large": ((X,), {"padding": 2}, ValueError, "padding must be smaller than size"),
}


@each_form
@each_kind
@pytest.mark.parametrize(("arrays", "options", "error", "message"), BAD.values(), ids=BAD)
def test_pool_rejects_what_does_not_fit(kind, arrays, options, error, message, naive):
    forward, _ = operations(kind, 2, naive)
    with pytest.raises(error, match=message):
        forward(*arrays, **options)


@each_form
@each_kind
def test_backward_rejects_another_shape(kind, naive):
    forward, backward = operations(kind, 2, naive)
    _, cache = forward(X)
    with pytest.raises(ValueError, match=r"shape of out, \(2, 2, 2, 3\); received \(2, 5, 4, 3\)"):
        backward(X, cache)
