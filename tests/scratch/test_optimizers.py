"""Optimisers, clipping and schedules by hand, and what they turn away."""

from math import sqrt

import numpy as np
import pytest

from vidlearn import scratch


def moves(optimizer, *grads, start=1.0):
    """Return where a parameter stands after each gradient."""
    p, places = np.array([start]), []
    for grad in grads:
        optimizer.step([p], [np.array([grad])])
        places.append(p.item())
    return places


def test_plain_by_hand():
    assert moves(scratch.SGD(0.5), 1.0, -3.0) == [0.5, 2.0]


def test_momentum_by_hand():
    # v: -0.5, then 0.5 * -0.5 - 0.5 = -0.75, then -0.375
    assert moves(scratch.SGD(0.5, momentum=0.5), 1.0, 1.0, 0.0) == [0.5, -0.25, -0.625]


def test_nesterov_by_hand():
    # v as above, the move is 0.5 * v - 0.5 * grad: -0.75, -0.875, -0.1875
    places = moves(scratch.SGD(0.5, momentum=0.5, nesterov=True), 1.0, 1.0, 0.0)
    assert places == [0.25, -0.625, -0.8125]


def test_adam_by_hand():
    optimizer = scratch.Adam(0.5, beta_1=0.5, beta_2=0.75, eps=1.0)
    first, second = moves(optimizer, 4.0, 0.0, start=0.0)
    m, v = 2.0, 4.0  # half of the gradient, a quarter of its square
    rate = 0.5 * sqrt(0.25) / 0.5
    assert first == pytest.approx(-rate * m / (sqrt(v) + 1))
    m, v = 1.0, 3.0
    rate = 0.5 * sqrt(1 - 0.75**2) / 0.75
    assert second - first == pytest.approx(-rate * m / (sqrt(v) + 1))


def test_the_first_step_of_adam_is_the_learning_rate():
    p = np.array([1.0, 1.0, 1.0])
    scratch.Adam(0.1).step([p], [np.array([1e-3, -5.0, 0.0])])
    np.testing.assert_allclose(p, [0.9, 1.1, 1.0], atol=1e-3)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_weight_decay_by_hand(kind):
    optimizer = getattr(scratch, kind)(0.5, weight_decay=0.25)
    assert moves(optimizer, 0.0, start=2.0) == [2.0 - 0.5 * 0.25 * 2.0]


def test_a_schedule_counts_steps_from_zero():
    assert moves(scratch.SGD(lambda step: [1.0, 10.0][step]), 1.0, 1.0, start=0.0) == [-1, -11]


def test_rate_is_that_of_the_next_step():
    optimizer = scratch.SGD(lambda step: 1 / (1 + step))
    assert optimizer.rate() == 1
    moves(optimizer, 0.0)
    assert optimizer.rate() == 0.5


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_parameters_change_in_place_and_gradients_stay(kind):
    p, grad = np.ones((2, 3), np.float32), np.full((2, 3), 4.0, np.float32)
    optimizer = (
        getattr(scratch, kind)(np.float64(0.1), momentum=0.5)
        if kind == "SGD"
        else (getattr(scratch, kind)(lambda step: np.float64(0.1), global_clip_norm=1))
    )
    optimizer.step([p], [grad])
    assert p.dtype == np.float32
    assert np.all(p < 1)
    np.testing.assert_array_equal(grad, 4)
    assert {a.dtype for a in optimizer.memory[0]} == {np.dtype(np.float32)}


def test_clipping_by_hand():
    grads = [np.array([3.0, -4.0]), np.array([[0.3]])]
    clipped = scratch.clip_by_value(grads, 0.5)
    np.testing.assert_array_equal(clipped[0], [0.5, -0.5])
    np.testing.assert_array_equal(clipped[1], [[0.3]])
    clipped = scratch.clip_by_norm(grads, 1)
    np.testing.assert_allclose(clipped[0], [0.6, -0.8])
    np.testing.assert_array_equal(clipped[1], [[0.3]])
    clipped, norm = scratch.clip_by_global_norm([np.array([3.0]), np.array([[-4.0]])], 2)
    assert norm == 5
    np.testing.assert_allclose(np.concatenate([c.ravel() for c in clipped]), [1.2, -1.6])
    np.testing.assert_array_equal(grads[0], [3, -4])


def test_short_gradients_stay_as_they_are():
    grads = [np.array([0.3, -0.4]), np.zeros(2)]
    for clipped in (scratch.clip_by_norm(grads, 0.5), scratch.clip_by_global_norm(grads, 0.5)[0]):
        for grad, before in zip(clipped, grads, strict=True):
            np.testing.assert_array_equal(grad, before)


def test_gradients_whose_squares_leave_float32_are_clipped():
    for size in (1e30, 1e-30):
        grads = [np.array([3 * size, -4 * size], np.float32)]
        for clipped in (
            scratch.clip_by_norm(grads, size),
            scratch.clip_by_global_norm(grads, size)[0],
        ):
            np.testing.assert_allclose(clipped[0], np.array([0.6, -0.8]) * size, rtol=1e-6)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_an_optimizer_serves_one_network(kind):
    optimizer = getattr(scratch, kind)(0.1)
    ours, others = [np.ones(2)], [np.ones(2)]
    optimizer.step(ours, [np.ones(2)])
    optimizer.step(ours, [np.ones(2)])
    with pytest.raises(ValueError, match="the parameters are others than at the step before"):
        optimizer.step(others, [np.ones(2)])
    np.testing.assert_array_equal(others[0], 1)


def test_clipping_keeps_float32():
    grads = [np.array([3.0], np.float32)]
    for clipped in (
        scratch.clip_by_value(grads, 1.0),
        scratch.clip_by_norm(grads, 1.0),
        scratch.clip_by_global_norm(grads, 1.0)[0],
    ):
        assert clipped[0].dtype == np.float32


def test_options_are_shown():
    assert repr(scratch.SGD()) == "SGD(learning_rate=0.01)"
    shown = "Adam(learning_rate=0.1, beta_1=0.8, clip_norm=2)"
    assert repr(scratch.Adam(0.1, beta_1=0.8, clip_norm=2)) == shown
    assert repr(scratch.SGD(lambda step: 1, momentum=0.5)) == (
        "SGD(learning_rate=<schedule>, momentum=0.5)"
    )


BAD = {
    "rate": (lambda: scratch.SGD(0), "learning_rate must be above 0, or a schedule.*=0"),
    "rate is text": (lambda: scratch.SGD("fast"), "learning_rate must be .*'fast'"),
    "rate is endless": (lambda: scratch.SGD(np.inf), "learning_rate must be .*inf"),
    "momentum": (lambda: scratch.SGD(momentum=2), "momentum must lie between 0 and 1.*momentum=2"),
    "momentum is text": (lambda: scratch.SGD(momentum="a"), "momentum must lie .*momentum='a'"),
    "eps": (lambda: scratch.Adam(eps=0), "eps must be above 0.*eps=0"),
    "beta is text": (lambda: scratch.Adam(beta_1="a"), "beta_1 must be from 0.*beta_1='a'"),
    "decay is text": (lambda: scratch.Adam(weight_decay="a"), "weight_decay must be .*='a'"),
    "limit is text": (lambda: scratch.Adam(clip_norm="a"), "clip_norm must be above 0.*='a'"),
    "beta": (lambda: scratch.Adam(beta_2=1.0), r"beta_2 must be from 0 to below 1.*beta_2=1\.0"),
    "decay": (lambda: scratch.AdamW(weight_decay=-1), "weight_decay must be 0 or more.*=-1"),
    "limit": (lambda: scratch.SGD(clip_value=0), "clip_value must be above 0, or None.*=0"),
    "two ways": (
        lambda: scratch.Adam(clip_value=1, clip_norm=1),
        "clipped in one way; received clip_value and clip_norm",
    ),
    "clip": (lambda: scratch.clip_by_global_norm([], -1), "limit must be above 0.*limit=-1"),
    "decay steps": (
        lambda: scratch.exponential_decay(1, decay_steps=0, decay_rate=0.5),
        "decay_steps must be 1 or more.*decay_steps=0",
    ),
    "warm-up": (
        lambda: scratch.cosine_decay(1, decay_steps=5, warmup_target=2),
        "warmup_target and warmup_steps belong together",
    ),
    "pieces": (
        lambda: scratch.piecewise_constant([5, 2], [1, 2, 3]),
        r"boundaries must rise.*boundaries=\[5, 2\]",
    ),
    "values": (
        lambda: scratch.piecewise_constant([2, 5], [1, 2]),
        "values hold one entry more",
    ),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_options_that_do_not_fit_are_turned_away(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_step_rejects_what_does_not_fit():
    optimizer, p = scratch.SGD(0.1), np.ones(3)
    with pytest.raises(ValueError, match="each of the 1 parameters; received 2"):
        optimizer.step([p], [p, p])
    with pytest.raises(ValueError, match=r"grads\[0\] must have .*\(3,\); received \(2,\)"):
        optimizer.step([p], [np.ones(2)])
    np.testing.assert_array_equal(p, 1)
    assert optimizer.steps == 0
    optimizer.step([p], [p.copy()])
    for others in ([np.ones(2)], [np.ones(3), np.ones(3)]):
        with pytest.raises(ValueError, match="others than at the step before"):
            optimizer.step(others, [np.ones_like(o) for o in others])


def test_an_optimizer_of_your_own():
    class Signs(scratch.Optimizer):
        """Go by the learning rate, whatever the gradient's size."""

        def update(self, grad, rate):
            return -rate * np.sign(grad)

    optimizer = Signs(0.25, weight_decay=0.5)
    assert moves(optimizer, 7.0, -0.01) == [0.625, 0.796875]
    assert optimizer.steps == 2
