"""Positions: waves by hand, what their products tell, learned ones and their gradients."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlearn import scratch
from vidlearn.scratch import check_gradients


def test_waves_by_hand():
    p = scratch.sinusoidal_positions(102, 4)
    # speeds 1 and 1 / 100: sine, cosine of t, sine, cosine of t / 100
    np.testing.assert_allclose(p[0], [0, 1, 0, 1])
    np.testing.assert_allclose(p[1], [np.sin(1), np.cos(1), np.sin(0.01), np.cos(0.01)])
    np.testing.assert_allclose(p[100], [np.sin(100), np.cos(100), np.sin(1), np.cos(1)])
    np.testing.assert_allclose(
        scratch.sinusoidal_positions(3, 6)[2, 2:4],
        [np.sin(2 / 10 ** (4 / 3)), np.cos(2 / 10 ** (4 / 3))],
    )


@given(
    width=st.integers(1, 20).map(lambda n: 2 * n),
    start=st.integers(0, 40),
    step=st.integers(0, 40),
)
def test_products_of_waves_depend_on_the_distance_alone(width, start, step):
    p = scratch.sinusoidal_positions(100, width)
    speeds = 10000.0 ** (-np.arange(0, width, 2) / width)
    np.testing.assert_allclose(p[start] @ p[start + step], np.cos(step * speeds).sum(), atol=1e-9)


def test_no_two_places_are_alike():
    p = scratch.sinusoidal_positions(500, 8)
    gaps = np.linalg.norm(p[:, None] - p, axis=-1) + np.eye(len(p))
    assert gaps.min() > 0.1


def test_positions_by_hand():
    x, p = np.array([[[1.0, 2], [3, 4]]] * 2), np.array([[10.0, 20], [30, 40], [50, 60]])
    out, cache = scratch.positions_forward(x, p)
    np.testing.assert_array_equal(out, [[[11, 22], [33, 44]]] * 2)
    dx, dp = scratch.positions_backward(np.arange(8.0).reshape(2, 2, 2), cache)
    np.testing.assert_array_equal(dx, np.arange(8.0).reshape(2, 2, 2))
    np.testing.assert_array_equal(dp, [[0 + 4, 1 + 5], [2 + 6, 3 + 7], [0, 0]])


def test_positions_gradients():
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(2, 3, 4)), rng.normal(size=(5, 4))
    errors = check_gradients(scratch.positions_forward, scratch.positions_backward, *arrays)
    assert max(errors) < 1e-7


def test_positions_keep_the_dtype_of_x():
    out, cache = scratch.positions_forward(np.ones((2, 3, 4), np.float32), np.ones((5, 4)))
    gradients = scratch.positions_backward(np.ones((2, 3, 4)), cache)
    assert {a.dtype for a in (out, *gradients)} == {np.dtype(np.float32)}


def test_the_way_back_is_a_new_array():
    _, cache = scratch.positions_forward(np.ones((1, 2, 2)), np.ones((2, 2)))
    dout = np.ones((1, 2, 2))
    dx, _ = scratch.positions_backward(dout, cache)
    dx *= 2
    np.testing.assert_array_equal(dout, np.ones((1, 2, 2)))


BAD = {
    "no places": (lambda: scratch.sinusoidal_positions(0, 4), ValueError, "length must .*length=0"),
    "odd width": (lambda: scratch.sinusoidal_positions(3, 5), ValueError, "width must be even.*5"),
    "half a width": (
        lambda: scratch.sinusoidal_positions(3, 2.0),
        ValueError,
        r"width must .*2\.0",
    ),
    "x of one sequence": (
        lambda: scratch.positions_forward(np.ones((3, 4)), np.ones((3, 4))),
        ValueError,
        r"x must have 3 axes \(N, T, D\).*x\[None\]",
    ),
    "whole numbers": (
        lambda: scratch.positions_forward(np.ones((1, 3, 4), int), np.ones((3, 4))),
        TypeError,
        "x must be floating point",
    ),
    "too few places": (
        lambda: scratch.positions_forward(np.ones((1, 3, 4)), np.ones((2, 4))),
        ValueError,
        r"row for each of the 3 steps.*received p \(2, 4\) and x \(1, 3, 4\).*no one has learned",
    ),
    "other width": (
        lambda: scratch.positions_forward(np.ones((1, 3, 4)), np.ones((3, 5))),
        ValueError,
        r"its width 4; received p \(3, 5\)",
    ),
    "kind": (lambda: scratch.Positions("wavy"), ValueError, "'learned', 'sinusoidal'; received"),
}


@pytest.mark.parametrize(("run", "error", "message"), BAD.values(), ids=BAD)
def test_positions_rejects_what_does_not_fit(run, error, message):
    with pytest.raises(error, match=message):
        run()
