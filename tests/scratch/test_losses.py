"""Losses: by hand, gradients, extreme logits, and what is turned away."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.scratch import accuracy, check_gradients, softmax

SHAPES = [(4,), (1, 1), (3, 4), (2, 3, 4)]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
NAMES = ["mse", "softmax_cross_entropy", "sigmoid_cross_entropy"]


def operations(name):
    return getattr(scratch, f"{name}_forward"), getattr(scratch, f"{name}_backward")


def draw(shape):
    """Return scores, probabilities with sum 1 over the last axis, and classes."""
    rng = np.random.default_rng(6)
    return (
        rng.normal(size=shape),
        softmax(rng.normal(size=shape)),
        rng.integers(0, shape[-1], shape[:-1]),
    )


def test_mse_by_hand():
    loss, cache = scratch.mse_forward(np.array([[1.0, 2, 3]]), np.array([[0, 4, 3]]))
    assert loss == (1**2 + (-2) ** 2 + 0) / 3
    assert type(loss) is float
    dx = scratch.mse_backward(6, cache)
    np.testing.assert_allclose(dx, [[6 * 2 * 1 / 3, 6 * 2 * -2 / 3, 0]])


def test_softmax_cross_entropy_by_hand():
    logits = np.log([[1.0, 2, 5], [2, 4, 2]])  # softmax gives eighths
    loss, cache = scratch.softmax_cross_entropy_forward(logits, np.array([2, 0]))
    assert loss == pytest.approx((-np.log(5 / 8) - np.log(2 / 8)) / 2)
    assert type(loss) is float
    dx = scratch.softmax_cross_entropy_backward(16.0, cache)
    np.testing.assert_allclose(dx, [[1, 2, 5 - 8], [2 - 8, 4, 2]])


def test_softmax_cross_entropy_of_probabilities_by_hand():
    p = np.array([[0.5, 0.25, 0.25]])
    loss, cache = scratch.softmax_cross_entropy_forward(np.log([[1.0, 2, 5]]), p)
    expected = -(0.5 * np.log(1 / 8) + 0.25 * np.log(2 / 8) + 0.25 * np.log(5 / 8))
    assert loss == pytest.approx(expected)
    dx = scratch.softmax_cross_entropy_backward(8.0, cache)
    np.testing.assert_allclose(dx, [[1 - 4, 2 - 2, 5 - 2]], atol=1e-12)


def test_sigmoid_cross_entropy_by_hand():
    logits = np.array([0, np.log(3), np.log(3), np.log(3)])  # sigmoid gives 1/2 and 3/4
    loss, cache = scratch.sigmoid_cross_entropy_forward(logits, np.array([1, 1, 0, 0.5]))
    half = -0.5 * np.log(3 / 4) - 0.5 * np.log(1 / 4)
    assert loss == pytest.approx((-np.log(1 / 2) - np.log(3 / 4) - np.log(1 / 4) + half) / 4)
    assert type(loss) is float
    dx = scratch.sigmoid_cross_entropy_backward(16.0, cache)
    np.testing.assert_allclose(dx, [4 * (1 / 2 - 1), 4 * (3 / 4 - 1), 4 * 3 / 4, 4 * 1 / 4])


def test_equal_scores_cost_the_logarithm_of_the_classes():
    loss, _ = scratch.softmax_cross_entropy_forward(np.full((5, 7), 3.0), np.arange(5))
    assert loss == pytest.approx(np.log(7))


@each_shape
def test_one_hot_equals_classes(shape):
    scores, _, classes = draw(shape)
    one_hot = np.eye(shape[-1])[classes]
    results = []
    for labels in (classes, one_hot, one_hot.astype(bool), classes.astype(np.uint8)):
        loss, cache = scratch.softmax_cross_entropy_forward(scores, labels)
        results.append((loss, scratch.softmax_cross_entropy_backward(0.3, cache)))
    for loss, dx in results:
        assert loss == pytest.approx(results[0][0])
        np.testing.assert_allclose(dx, results[0][1], atol=1e-15)


@each_shape
def test_mse_gradients(shape):
    scores, target, _ = draw(shape)
    forward, backward = operations("mse")
    assert max(check_gradients(lambda x: forward(x, target), backward, scores)) < 1e-7


@each_shape
@pytest.mark.parametrize("kind", ["classes", "probabilities"])
def test_softmax_cross_entropy_gradients(shape, kind):
    scores, probabilities, classes = draw(shape)
    labels = {"classes": classes, "probabilities": probabilities}[kind]
    forward, backward = operations("softmax_cross_entropy")
    if shape[-1] == 1:  # one class alone is always right
        np.testing.assert_array_equal(backward(0.7, forward(scores, labels)[1]), np.zeros(shape))
        return
    assert max(check_gradients(lambda x: forward(x, labels), backward, scores)) < 1e-7


@each_shape
def test_sigmoid_cross_entropy_gradients(shape):
    scores, targets, _ = draw(shape)
    forward, backward = operations("sigmoid_cross_entropy")
    assert max(check_gradients(lambda x: forward(x, targets), backward, scores)) < 1e-7


@each_dtype
@pytest.mark.filterwarnings("error")
def test_softmax_cross_entropy_of_extreme_logits(dtype):
    forward, backward = operations("softmax_cross_entropy")
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4]], dtype)
    for labels in (np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 0]]):
        loss, cache = forward(logits, labels)
        assert loss == pytest.approx((0 + 2e4 + np.log(3) + np.log(2)) / 4, rel=1e-6)
        dx = backward(12.0, cache)
        assert dx.dtype == dtype
        expected = [[0, 0, 0], [3, -3, 0], [1, 1, -2], [-1.5, 1.5, 0]]
        np.testing.assert_allclose(dx, expected, atol=1e-6)


@each_dtype
@pytest.mark.filterwarnings("error")
def test_sigmoid_cross_entropy_of_extreme_logits(dtype):
    forward, backward = operations("sigmoid_cross_entropy")
    logits = np.array([1e4, 1e4, -1e4, -1e4, 1e4], dtype)
    loss, cache = forward(logits, np.array([1, 0, 1, 0, 0.25]))
    assert loss == pytest.approx((0 + 1e4 + 1e4 + 0 + 0.75e4) / 5, rel=1e-6)
    dx = backward(5.0, cache)
    assert dx.dtype == dtype
    np.testing.assert_allclose(dx, [0, 1, -1, 0, 0.75], atol=1e-6)


@each_dtype
@pytest.mark.filterwarnings("error")
def test_mse_of_extreme_predictions(dtype):
    loss, cache = scratch.mse_forward(np.array([1e4, -1e4], dtype), np.array([-1e4, -1e4]))
    assert loss == pytest.approx(4e8 / 2)
    np.testing.assert_allclose(scratch.mse_backward(1.0, cache), [2e4, 0])


def test_sigmoid_cross_entropy_keeps_small_losses():
    loss, _ = scratch.sigmoid_cross_entropy_forward(np.array([-40.0, 40]), np.array([0, 1]))
    assert loss == pytest.approx(np.exp(-40.0), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
@each_dtype
def test_gradients_keep_the_dtype_of_the_scores(name, dtype):
    forward, backward = operations(name)
    scores, target, _ = draw((3, 4))
    copies = scores.copy(), target.copy()
    loss, cache = forward(scores.astype(dtype), target)
    assert type(loss) is float
    for dout in (1, 1.0, np.float64(1), np.array(1.0)):
        dx = backward(dout, cache)
        assert dx.dtype == dtype
        assert dx.shape == (3, 4)
    np.testing.assert_array_equal(scores, copies[0])
    np.testing.assert_array_equal(target, copies[1])


@pytest.mark.parametrize("name", NAMES)
def test_backward_may_be_called_twice(name):
    forward, backward = operations(name)
    scores, target, _ = draw((3, 4))
    _, cache = forward(scores, target)
    first = backward(1.0, cache).copy()
    np.testing.assert_array_equal(backward(1.0, cache), first)


def test_accuracy_by_hand():
    logits = np.array([[1, 3, 2], [5, 1, 1], [0, 0, -1], [2, 1, 4.0]])
    assert accuracy(logits, np.array([1, 0, 0, 1])) == 3 / 4  # of equal scores the first counts
    assert accuracy(logits, np.array([1, 0, 1, 1])) == 2 / 4
    assert accuracy(logits, np.eye(3)[[1, 0, 0, 1]]) == 3 / 4
    assert accuracy(logits.reshape(2, 2, 3), np.array([[1, 0], [0, 1]])) == 3 / 4
    assert type(accuracy(logits, np.array([1, 0, 0, 1]))) is float


S, P, C = draw((3, 4))
BAD_PAIRS = {
    "a column": ((S, P[:, :1]), ValueError, r"shape of {0}, \(3, 4\); received \(3, 1\).*reshape"),
    "a row": ((S, P[0]), ValueError, r"{1} must have the shape of {0}, \(3, 4\); received \(4,\)"),
    "nothing": ((S[:0], P[:0]), ValueError, r"{0} must have .* received shape \(0, 4\)"),
    "whole numbers": ((S.astype(int), P), TypeError, r"{0} must be floating point.* {0}.astype"),
}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("mse", "prediction", "target"), ("sigmoid_cross_entropy", "logits", "targets")],
)
@pytest.mark.parametrize(("arrays", "error", "message"), BAD_PAIRS.values(), ids=BAD_PAIRS)
def test_loss_rejects_what_does_not_fit(name, first, second, arrays, error, message):
    message = message.replace("{0}", first).replace("{1}", second)
    with pytest.raises(error, match=message):
        operations(name)[0](*arrays)


def test_sigmoid_cross_entropy_rejects_classes():
    with pytest.raises(
        ValueError, match=r"between 0 and 1; received entries from 0.0 to 3.0.*soft"
    ):
        scratch.sigmoid_cross_entropy_forward(np.ones(3), np.array([0, 3, 1]))


BAD_LABELS = {
    "a column": ((S, C[:, None]), ValueError, r"classes of shape \(3,\).*\(3, 1\).*labels\[..., 0"),
    "too few": ((S, C[:2]), ValueError, r"probabilities of shape \(3, 4\).*received shape \(2,\)"),
    "other classes": ((S, P[:, :3]), ValueError, r"for logits \(3, 4\); received shape \(3, 3\)"),
    "floats": ((S, C.astype(float)), TypeError, r"whole numbers.*float64.*astype\(int\)"),
    "from 1": ((S, np.array([1, 2, 4])), ValueError, r"0 to 3 .*from 1 to 4.*count from 1"),
    "negative": ((S, np.array([-1, 2, 3])), ValueError, r"from 0 to 3.*from -1 to 3"),
    "not adding up": ((S, 2 * P), ValueError, r"sum 1.*sums from 2.0.*labels / labels.sum"),
    "below 0": ((S, P * [-1, 1, 1, 1]), ValueError, r"at least 0 .* least entry of -0"),
    "not a number": ((S, P * np.nan), ValueError, "must be probabilities"),
    "nothing": ((S[:0], C[:0]), ValueError, r"logits must have .*\(0, 4\)"),
    "a number": (
        (np.array(1.0), np.array(0)),
        ValueError,
        r"shape \(..., K\).* received shape \(\)",
    ),
    "logits as whole numbers": ((S.astype(int), C), TypeError, "logits must be floating point"),
}


@pytest.mark.parametrize("function", [scratch.softmax_cross_entropy_forward, accuracy])
@pytest.mark.parametrize(("arrays", "error", "message"), BAD_LABELS.values(), ids=BAD_LABELS)
def test_classes_rejects_what_does_not_fit(function, arrays, error, message):
    with pytest.raises(error, match=message):
        function(*arrays)


@pytest.mark.parametrize("name", NAMES)
def test_backward_rejects_an_array(name):
    forward, backward = operations(name)
    _, cache = forward(S, P)
    with pytest.raises(ValueError, match=r"shape of out, \(\); received \(3, 4\)"):
        backward(S, cache)
