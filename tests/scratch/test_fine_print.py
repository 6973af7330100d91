"""Mistakes that small, square or short cases overlook; each has been made on purpose and lived."""

from math import cos, log1p, pi, sqrt

import numpy as np
import pytest

from tests.scratch.networks import draw
from vidlearn import scratch
from vidlearn.scratch._initial import orthogonal


@pytest.mark.parametrize("kernel", [(2, 3, 2), (2, 2, 3), (3, 1, 2)], ids=str)
def test_every_axis_of_a_kernel_is_flipped_on_the_way_back(kernel):
    x, w = draw(2, 3, 4, 5, 9), draw(*kernel, 9, 2, seed=2)  # many channels go another way
    out, cache = scratch.conv3d_forward(x, w)
    dout = draw(*out.shape, seed=3)
    ours, theirs = (
        back(dout, cache) for back in (scratch.conv3d_backward, scratch.conv3d_backward_naive)
    )
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-9, atol=1e-12)


def test_accuracy_of_sequences_with_one_hot_labels():
    logits, classes = draw(3, 5, 4), np.random.default_rng(7).integers(0, 4, (3, 5))
    expected = np.mean(logits.argmax(axis=-1) == classes)
    assert 0 < expected < 1
    assert scratch.accuracy(logits, np.eye(4)[classes]) == expected
    assert scratch.accuracy(logits, classes) == expected


@pytest.mark.parametrize("total", [0.8, 0.998, 1.002, 1.2])
def test_labels_that_do_not_add_up_are_refused(total):
    with pytest.raises(ValueError, match=r"sum 1 over the last axis; .*sums from"):
        scratch.softmax_cross_entropy_forward(np.zeros((1, 2)), np.array([[0.3, total - 0.3]]))


@pytest.mark.parametrize("total", [0.9995, 1.0005])
def test_labels_may_be_rounded(total):
    scratch.softmax_cross_entropy_forward(np.zeros((1, 2)), np.array([[0.3, total - 0.3]]))


@pytest.mark.parametrize("logit", [40.0, 50.0, 300.0])
def test_the_loss_of_a_sure_and_right_answer_is_more_than_0(logit):
    loss, _ = scratch.sigmoid_cross_entropy_forward(np.array([logit]), np.array([1.0]))
    assert loss == pytest.approx(log1p(np.exp(-logit)), rel=1e-12, abs=0)


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)], ids=str)
def test_orthogonal_matrices_of_both_signs_are_equally_likely(shape):
    rng = np.random.default_rng(0)
    draws = np.array([orthogonal(shape, rng, np.float64) for _ in range(600)])
    assert np.abs(draws.mean(axis=0)).max() < 0.1  # their entries are about 1/2
    short = min(shape)
    products = draws @ draws.swapaxes(1, 2) if shape[0] == short else draws.swapaxes(1, 2) @ draws
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(short), products.shape), atol=1e-12)


@pytest.mark.parametrize("size", [3, 50, 1000])
def test_the_relative_error_is_that_of_the_worst_entry(size):
    a = np.full(size, 2.0)
    b = a.copy()
    b[size // 2] = 3.0
    assert scratch.relative_error(a, b) == pytest.approx(1 / 3)


def test_adam_corrects_its_averages_for_as_long_as_it_runs():
    p, optimizer, grads = np.zeros(1), scratch.Adam(0.1), draw(300)
    m = v = expected = 0.0
    for t, grad in enumerate(grads, 1):
        m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
        rate = 0.1 * sqrt(1 - 0.999**t) / (1 - 0.9**t)
        expected -= rate * m / (sqrt(v) + 1e-7)
        optimizer.step([p], [np.array([grad])])
        assert p[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_what_dropout_keeps_is_scaled_at_every_rate(rate):
    out, cache = scratch.dropout_forward(np.ones(5000), rate=rate, rng=0)
    np.testing.assert_allclose(np.unique(out), [0, 1 / (1 - rate)])
    np.testing.assert_array_equal(scratch.dropout_backward(np.ones(5000), cache), out)


@pytest.mark.parametrize("axes", [2, 3, 4, 5])
def test_statistics_stay_as_they_are_in_use(axes):
    mean, var = draw(3), 1 + draw(3, seed=2) ** 2
    before = mean.copy(), var.copy()
    for form in (scratch.batch_norm_forward, scratch.batch_norm_forward_naive):
        x = draw(*range(2, axes + 1), 3)
        form(x, np.ones(3), np.zeros(3), running_mean=mean, running_var=var, training=False)
        np.testing.assert_array_equal(mean, before[0])
        np.testing.assert_array_equal(var, before[1])


@pytest.mark.parametrize("steps", [60, 501, 20_000])
def test_a_warm_up_before_a_fall_of_any_length(steps):
    options = {"decay_steps": steps, "alpha": 0.1, "warmup_target": 2.0, "warmup_steps": 40}
    schedule = scratch.cosine_decay(1.0, **options)
    for step in range(0, 40, 7):
        assert schedule(step) == pytest.approx(1 + step / 40)
    for share in (0, 0.25, 0.5, 0.9, 1):
        step = 40 + round(share * steps)
        fall = (1 + cos(pi * (step - 40) / steps)) / 2
        assert schedule(step) == pytest.approx(2 * (0.1 + 0.9 * fall))
    assert schedule(40 + 3 * steps) == pytest.approx(0.2)


@pytest.mark.parametrize("examples", [7, 1003])
def test_the_last_and_smaller_batch_counts(examples):
    seen = []

    class Watch(scratch.Layer):
        def forward(self, x, *, training=False, rng=None, mask=None):
            if training:
                seen.extend(x[:, 0].tolist())
            return x, None

        def backward(self, dout, cache):
            return dout, {}

    x = np.arange(2.0 * examples).reshape(examples, 2) / examples
    network = scratch.Network([Watch(), scratch.Dense(2)], input_shape=(2,), dtype=np.float64)
    options = {"optimizer": scratch.SGD(1e-9), "epochs": 1, "batch_size": 4}
    history = scratch.fit(network, x, np.arange(examples) % 2, **options)
    assert sorted(seen) == x[:, 0].tolist()
    whole = scratch.evaluate(network, x, np.arange(examples) % 2)
    assert history["loss"] == [pytest.approx(whole["loss"], rel=1e-6)]
