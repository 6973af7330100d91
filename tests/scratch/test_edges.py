"""Numbers at the edge: NaN, infinities, ties, padding, masked steps, and sums that overflow."""

from functools import partial

import numpy as np
import pytest

from tests.scratch.networks import draw
from vidlearn import scratch

NAN, INF = np.nan, np.inf


def maps(rows):
    return np.array(rows, float)[None, ..., None]


@pytest.mark.parametrize("form", ["", "_naive"])
def test_a_window_with_nan_gives_its_gradient_to_the_first(form):
    x = maps([[1, NAN, 2, 3], [NAN, 4, 5, 0]])
    out, cache = getattr(scratch, f"max_pool2d_forward{form}")(x)
    np.testing.assert_array_equal(out, maps([[NAN, 5]]))
    dx = getattr(scratch, f"max_pool2d_backward{form}")(maps([[7, 9]]), cache)
    np.testing.assert_array_equal(dx, maps([[0, 7, 0, 0], [0, 0, 9, 0]]))


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("form", ["", "_naive"])
def test_padding_never_wins_against_minus_infinity(form, axes):
    x = np.full((1, *[2] * axes, 1), -INF)
    options = {"size": 2, "stride": 2, "padding": 1}
    out, cache = getattr(scratch, f"max_pool{axes}d_forward{form}")(x, **options)
    dout = draw(*out.shape)
    dx = getattr(scratch, f"max_pool{axes}d_backward{form}")(dout, cache)
    np.testing.assert_array_equal(dx, dout)  # every window holds one real entry


def test_both_forms_agree_on_ties_of_all_kinds():
    x = np.random.default_rng(0).choice([-INF, 0, 1, NAN, INF], size=(3, 7, 6, 2))
    options = {"size": (3, 2), "stride": (2, 1), "padding": "same"}
    out, cache = scratch.max_pool2d_forward(x, **options)
    naive, naive_cache = scratch.max_pool2d_forward_naive(x, **options)
    np.testing.assert_array_equal(out, naive)
    dout = draw(*out.shape)
    np.testing.assert_allclose(
        scratch.max_pool2d_backward(dout, cache),
        scratch.max_pool2d_backward_naive(dout, naive_cache),
    )


CELLS = {"rnn": 1, "lstm": 4, "gru": 3}


@pytest.mark.parametrize("bad", [NAN, INF])
@pytest.mark.parametrize("form", ["", "_naive"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_masked_step_may_hold_anything(cell, form, bad):
    x, k = draw(2, 4, 3), CELLS[cell]
    w, u = draw(3, k * 5), draw(5, k * 5, seed=3)
    b = draw(2, k * 5) if cell == "gru" else draw(k * 5)
    mask = np.array([[True, False, True, True], [False, True, True, False]])
    missing = x.copy()
    missing[~mask] = bad
    zeros = x * mask[..., None]
    forward = getattr(scratch, f"{cell}_forward{form}")
    backward = getattr(scratch, f"{cell}_backward{form}")
    (out, cache), (other, other_cache) = (forward(a, w, u, b, mask=mask) for a in (missing, zeros))
    np.testing.assert_array_equal(out, other)
    dout = draw(*out.shape, seed=4)
    for ours, theirs in zip(backward(dout, cache), backward(dout, other_cache), strict=True):
        assert np.isfinite(ours).all()
        np.testing.assert_array_equal(ours, theirs)
    assert np.isnan(missing).any() or np.isinf(missing).any()  # x itself is left as it is


@pytest.mark.parametrize("value", [NAN, INF, -7.5], ids=str)
def test_missing_detections_may_be_masked(value):
    x = draw(3, 4, 2)
    x[0, 1] = x[2, 2:] = value
    layers = [scratch.Masking(value), scratch.Dense(3), scratch.GRU(4), scratch.Dense(2)]
    network = scratch.Network(layers, input_shape=(4, 2), dtype=np.float64)
    metrics = scratch.train_step(network, x, np.array([0, 1, 1]), optimizer=scratch.SGD(0.1))
    assert np.isfinite(metrics["loss"])
    assert np.isfinite(network.predict(x)).all()


@pytest.mark.filterwarnings("error")
def test_scores_of_minus_infinity_give_one_loss_for_both_kinds_of_labels():
    logits = np.array([[0.0, -INF, 1.0], [2.0, 1.0, -INF]])
    classes = np.array([2, 0])
    expected, cache = scratch.softmax_cross_entropy_forward(logits, classes)
    loss, one_hot = scratch.softmax_cross_entropy_forward(logits, np.eye(3)[classes])
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(
        scratch.softmax_cross_entropy_backward(1.0, one_hot),
        scratch.softmax_cross_entropy_backward(1.0, cache),
    )


def test_the_gradient_of_labels_that_hardly_add_up_is_that_of_the_loss():
    labels = scratch.softmax(draw(3, 4)) * np.array([[1.0009], [0.9991], [1.0]])
    loss = scratch.softmax_cross_entropy_forward
    errors = scratch.check_gradients(
        lambda x: loss(x, labels), scratch.softmax_cross_entropy_backward, draw(3, 4, seed=2)
    )
    assert max(errors) < 1e-7


CLIPS = (scratch.clip_by_value, scratch.clip_by_norm, scratch.clip_by_global_norm)


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.__name__)
def test_an_infinite_limit_clips_nothing(clip):
    clipped = clip([np.array([3.0, -4.0])], INF)
    clipped = clipped[0] if isinstance(clipped, tuple) else clipped
    np.testing.assert_array_equal(clipped, [[3, -4]])


def test_an_infinite_limit_measures():
    assert scratch.clip_by_global_norm([np.array([3.0]), np.array([-4.0])], INF)[1] == 5
    p = np.ones(2)
    scratch.SGD(0.1, global_clip_norm=INF).step([p], [np.ones(2)])
    np.testing.assert_allclose(p, 0.9)


@pytest.mark.filterwarnings("error")
def test_the_length_of_huge_gradients_is_finite():
    (clipped,) = scratch.clip_by_norm([np.array([3e200, -4e200])], 1)
    np.testing.assert_allclose(clipped, [0.6, -0.8])
    assert scratch.clip_by_global_norm([np.array([3e200]), np.array([4e200])], 1)[1] == (
        pytest.approx(5e200)
    )


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.__name__)
def test_one_array_is_no_list_of_gradients(clip):
    with pytest.raises(TypeError, match=r"list of arrays.*one array \(2,\). Write \[grad\]"):
        clip(np.array([3.0, 4.0]), 1.0)


def sequences(rest, *, masked):
    layers = [scratch.Masking(), scratch.GRU(3, return_sequences=True), *rest]
    network = scratch.Network(layers, input_shape=(4, 2), dtype=np.float64)
    x = draw(3, 4, 2)
    x[masked] = 0
    return network, x


@pytest.mark.parametrize(
    ("loss", "y"), [("softmax_cross_entropy", np.ones((3, 4), int)), ("mse", np.ones((3, 4, 2)))]
)
def test_a_batch_of_nothing_but_masked_steps_has_the_loss_0(loss, y):
    network, x = sequences([scratch.Dense(2)], masked=slice(None))
    before = network.get_weights()
    metrics = scratch.train_step(network, x, y, loss=loss, optimizer=scratch.SGD(1.0))
    assert (metrics["loss"], metrics["count"]) == (0, 0)
    for ours, theirs in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert scratch.evaluate(network, x, y, loss=loss)["loss"] == 0


def test_a_masked_sequence_alone_in_its_batch_does_not_stop_a_training():
    network, x = sequences([scratch.Dense(2)], masked=0)
    y, options = np.ones((3, 4), int), {"optimizer": scratch.SGD(0.1), "epochs": 2}
    history = scratch.fit(network, x, y, batch_size=1, validation=(x, y), **options)
    assert np.isfinite(history["loss"]).all()
    measured = scratch.evaluate(network, x, y, batch_size=1)
    whole = scratch.evaluate(network, x, y)
    assert measured == pytest.approx(whole)


def test_no_step_means_that_nothing_is_kept_of_the_batch():
    network = scratch.Network([scratch.BatchNorm(), scratch.Dense(2)], input_shape=(3,))
    x, before = np.ones((4, 3)), network.get_weights()
    x[0] = NAN
    step = partial(scratch.train_step, network, optimizer=scratch.SGD())
    with pytest.raises(FloatingPointError):
        step(x, np.zeros(4, int))
    with pytest.raises(ValueError, match="labels"):
        step(np.ones((4, 3)), np.full(4, 7))
    for ours, theirs in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.isfinite(network.predict(np.ones((1, 3)))).all()
