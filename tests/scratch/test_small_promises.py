"""Small promises that no other test kept: what lived when they were broken."""

import numpy as np
import pytest

from vidlearn import scratch


def test_a_mask_is_filtered_like_its_numbers():
    mask = np.random.default_rng(0).random((6, 7)) > 0.5
    kernel = np.arange(9.0).reshape(3, 3)
    got = scratch.filter2d(mask, kernel)
    np.testing.assert_array_equal(got, scratch.filter2d(mask.astype(float), kernel))


@pytest.mark.parametrize("pool", [scratch.max_pool2d_forward, scratch.avg_pool2d_forward])
def test_pools_reject_a_stride_of_zero(pool):
    with pytest.raises(ValueError, match="stride"):
        pool(np.ones((1, 4, 4, 1)), size=2, stride=0)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_states_may_be_changed_without_harm_to_the_way_back(kind):
    rng = np.random.default_rng(3)
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    x, w, u = (rng.normal(size=s) for s in ((2, 5, 3), (3, 4 * gates), (4, 4 * gates)))
    b = rng.normal(size=(2, 4 * gates) if kind == "gru" else 4 * gates)
    forward = getattr(scratch, f"{kind}_forward")
    backward = getattr(scratch, f"{kind}_backward")
    (first, cache), (second, other) = forward(x, w, u, b), forward(x, w, u, b)
    hs, ours = (r if isinstance(r, np.ndarray) else r[0] for r in (first, second))
    dout = rng.normal(size=hs.shape)
    expected = backward(dout, cache)
    ours *= 2
    for a, e in zip(backward(dout, other), expected, strict=True):
        np.testing.assert_array_equal(a, e)


def test_numpy_s_own_true_is_a_flag():
    params, same = np.ones(3), np.ones(3)
    for flag, p in ((True, params), (np.bool_(True), same)):
        scratch.SGD(0.1, momentum=0.9, nesterov=flag).step([p], [np.arange(3.0)])
    np.testing.assert_array_equal(params, same)
