"""Natural mistakes in lesson 16 as learners write them: each has its name, or is told in words."""

import numpy as np
import pytest

from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.exercises.lesson16.forecasting import forecaster
from vidlearn.course.exercises.lesson16.kalman import kalman_step
from vidlearn.course.exercises.lesson16.matching import who_is_who

GATE = 9.21


def starred(mean, covariance, z, f, q, h, r):
    """Write a star for every product, and invert S by NumPy."""
    mean, covariance = f * mean, f * covariance * f.T + q
    if z is not None:
        gain = covariance * h.T * np.linalg.inv(h * covariance * h.T + r)
        mean = mean + gain * (z - h * mean)
        covariance = covariance - gain * h * covariance
    return mean, covariance


def narrowed(narrow, *, noise=1, sign=1, spread=1):
    """Write the update with a narrowing of its own; leave Q out, turn the news round."""

    def step(mean, covariance, z, f, q, h, r):
        mean, covariance = f.dot(mean), f @ covariance @ f.T + noise * q
        if z is None:
            return mean, covariance
        k = covariance @ h.T @ np.linalg.pinv(h @ covariance @ h.T + spread * r)
        return mean + sign * k @ (z - h @ mean), narrow(covariance, k, h)

    return step


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (starred, "elementwise-throughout"),
        (narrowed(lambda p, k, h: p - k @ h @ p, sign=-1, spread=0), "no-r-and-sign"),
        (narrowed(lambda p, k, h: np.dot(1 - k @ h, p)), "one-for-identity"),
        (narrowed(lambda p, k, h: p - p @ k @ h), "narrowed-askew"),
        (narrowed(lambda p, k, h: p, noise=0), "no-q-nor-narrowed"),
        (narrowed(lambda p, k, h: p), "not-narrowed"),
        (narrowed(lambda p, k, h: p - k @ h @ p, noise=0), "no-q"),
    ],
)
def test_natural_mistakes_of_the_filter_have_their_own_name(answer, name):
    result = grade(get("kalman-step"), answer)
    assert (result.status, result.misconception) == ("wrong", name)


def test_nothing_seen_is_asked_for():
    def unasked(mean, covariance, z, f, q, h, r):
        news = z - h @ (f @ mean)
        return kalman_step(mean, covariance, news + h @ (f @ mean), f, q, h, r)

    def forgotten(*args):
        if args[2] is not None:
            return kalman_step(*args)

    for answer, name in ((unasked, "none-not-asked"), (forgotten, "no-return")):
        assert grade(get("kalman-step"), answer).misconception == name


def squared(means, covariances, found, spread):
    """Squared distances (K, N), S as told."""
    away = found[None] - means[:, None]
    return np.array([[d @ np.linalg.solve(spread(p), d) for d in row] for row, p in
                     zip(away, covariances, strict=True)]).reshape(away.shape[:2])  # fmt: skip


def gated(beyond, accepts, *, bound=GATE, spread=lambda p, h, r: h @ p @ h.T + r):
    """Replace costs beyond the gate, pair, and look at the pairs again."""
    from scipy.optimize import linear_sum_assignment

    def who(means, covariances, ids, found, h, r, fresh):
        costs = squared(means @ h.T, covariances, found, lambda p: spread(p, h, r))
        costs[costs > bound] = beyond
        named = {n: ids[k] for k, n in zip(*linear_sum_assignment(costs), strict=True)
                 if accepts(costs[k, n])}  # fmt: skip
        free = iter(range(fresh, fresh + len(found)))
        return [named[n] if n in named else next(free) for n in range(len(found))]

    return who


def inside(cost):
    return cost <= GATE


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (gated(1e5, inside, spread=lambda p, h, r: p[:2, :2] + r), "h-ignored"),
        (gated(1e5, inside, spread=lambda p, h, r: h @ p @ h.T + 2 * r), "r-twice"),
        (gated(1e5, lambda cost: True), "far-kept"),
        (gated(np.inf, inside), "infinite"),
        (gated(0, inside), "far-is-free"),
        (gated(0, lambda cost: 0 < cost <= GATE), "free-left-out"),
        (gated(1e5, lambda cost: cost < 1e5, bound=3.03), "narrow-gate"),
        (gated(1e5, lambda cost: cost < 1e5, bound=5.99), "narrow-gate"),
        (gated(1e5, lambda cost: cost < 1e5, bound=20), "wide-gate"),
    ],
)
def test_natural_mistakes_of_the_pairing_have_their_own_name(answer, name):
    result = grade(get("who-is-who"), answer)
    assert (result.status, result.misconception) == ("wrong", name)


def alone_at_a_price(means, covariances, ids, found, h, r, fresh):
    """Let each track stay alone for the price of the gate: a column of its own for it."""
    from scipy.optimize import linear_sum_assignment

    costs = squared(means @ h.T, covariances, found, lambda p: h @ p @ h.T + r)
    alone = np.where(np.eye(len(ids)) > 0, GATE, 1e6)
    wide = np.hstack([np.where(costs > GATE, 1e6, costs), alone])
    who = np.full(len(found), -1)
    for k, n in zip(*linear_sum_assignment(wide), strict=True):
        if n < len(found):
            who[n] = ids[k]
    who[who < 0] = np.arange(fresh, fresh + (who < 0).sum())
    return who


@pytest.mark.parametrize("answer", [gated(1e5, inside), alone_at_a_price])
def test_the_gate_in_other_words_is_right(answer):
    assert grade(get("who-is-who"), answer)


@pytest.mark.parametrize("by", [0.5, 1e-3])
def test_identities_rejects_fractions(by):
    result = grade(get("who-is-who"), lambda *a: who_is_who(*a) + by)
    assert result.status == "wrong"
    assert "fraction" in result.lines[0]


def ahead(read=lambda p: p[:, 1:] - p[:, :-1], last=lambda p: p[:, -1:], rows=-1):
    """Write the network with steps and an origin as told."""

    def build(past, future, units):
        import keras
        from keras import layers, ops

        p = keras.Input((past, 2))
        x = layers.Dense(2 * future)(layers.LSTM(units)(read(p)))
        return keras.Model(p, ops.reshape(x, (rows, future, 2)) + last(p))

    return build


def in_a_row(past, future, units):
    import keras
    from keras import layers

    return keras.Sequential([keras.Input((past, 2)), layers.LSTM(units), layers.Dense(2 * future),
                             layers.Reshape((future, 2))])  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (ahead(last=lambda p: p[:, -1]), "no-frames", "(N, 1, 2)"),
        (ahead(read=lambda p: p[:, :-1] - p[:, 1:]), "backwards", "backwards"),
        (ahead(read=lambda p: p[:, :, 1:] - p[:, :, :-1]), "across", "axis 1"),
        (in_a_row, "absolute", "reads places and puts out places"),
        (ahead(rows=1), None, "and not with 7"),
        (ahead(last=lambda p: p[-1:, -1:]), None, "should be"),
        (lambda past, future, units: np.zeros((3, future, 2)), None, "Return a `keras.Model`"),
        (lambda past, future, units: forecaster(past, future, 9), None, "of one LSTM of 4 units"),
    ],
)
def test_natural_mistakes_of_the_network_are_told(answer, name, said):
    result = grade(get("forecaster"), answer)
    assert (result.status, result.misconception) == ("wrong", name)
    assert said in repr(result)
