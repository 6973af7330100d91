import subprocess
import sys
from math import log

import keras
import numpy as np
import pytest

from tests.models.clip_models import stirred
from vidlearn import scratch
from vidlearn.models import build_mstcn, mstcn_loss, multiply_adds, predict_clips, receptive_field

T, F, K = 17, 5, 4
SMALL = {"stages": 2, "layers": 3, "filters": 6}


def vectors(n=3, frames=T, seed=0):
    return np.random.default_rng(seed).normal(size=(n, frames, F)).astype("float32")


def build(shape=(T, F), **options):
    return stirred(build_mstcn(shape, K, **{**SMALL, **options}))


def by_scratch(model, x, real):
    """The same network in NumPy, from its weights in their order."""
    weights = [w.astype(float) for w in model.get_weights()]
    real, stages = real[..., None], []
    for _ in range(SMALL["stages"]):
        x = x @ weights.pop(0)[0] + weights.pop(0)
        for k in range(SMALL["layers"]):
            x = x * real
            padded = np.pad(x, ((0, 0), (2**k, 2**k), (0, 0)))
            kernel, bias = weights.pop(0), weights.pop(0)
            made, _ = scratch.conv1d_forward(padded, kernel, bias, dilation=2**k)
            x = x + np.maximum(made, 0) @ weights.pop(0)[0] + weights.pop(0)
        logits = x @ weights.pop(0)[0] + weights.pop(0)
        stages.append(logits)
        x = scratch.softmax_forward(logits)[0] * real
    return np.stack(stages, axis=1)


def test_the_whole_network_matches_scratch():
    model, x = build(), vectors()
    x[1, 9:] = 0
    real = x.any(axis=-1)
    wanted = by_scratch(model, x.astype(float), real)
    assert model.output_shape == (None, 2, T, K)
    np.testing.assert_allclose(np.array(model(x))[:, :, :9], wanted[:, :, :9], atol=1e-4)
    np.testing.assert_allclose(np.array(model(x))[0], wanted[0], atol=1e-4)


def test_padding_changes_no_answer():
    model, x = build((None, F)), vectors()
    x[1, 9:] = 0
    found = predict_clips(model, x)
    np.testing.assert_allclose(found[1, :, :9], predict_clips(model, x[1, :9]), atol=1e-5)


@pytest.mark.parametrize(("stage", "reach"), [(0, 15), (1, 29)])
def test_each_stage_sees_further(stage, reach):
    """A stage reaches 2^4 - 1 = 15 frames; the second adds 14 to them."""
    assert receptive_field(3, [1, 2, 4], 1) == 15
    frames = 41
    model = build((frames, F), filters=24)
    x = np.repeat(vectors(1, frames), frames, axis=0)
    moved = x.copy()
    moved[np.arange(frames), np.arange(frames)] += 5.0
    sees = np.abs(np.array(model(moved)) - np.array(model(x)))[:, stage, 20].max(axis=-1) > 1e-7
    assert sees.sum() == reach
    assert sees[20 - reach // 2]
    assert sees[20 + reach // 2]


def test_later_stages_read_probabilities_alone():
    """Logits of the first stage may all be moved by a number for nothing to change behind it."""
    model, x = build(), vectors()
    before = np.array(model(x))
    layer = model.get_layer("stage1_logits")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel, bias + 3.0])
    found = np.array(model(x))
    np.testing.assert_allclose(found[:, 0], before[:, 0] + 3, atol=1e-4)
    np.testing.assert_allclose(found[:, 1], before[:, 1], atol=1e-4)


def test_weights_and_products_by_hand():
    layer = (3 * 6 * 6 + 6) + (6 * 6 + 6)
    stages = [(width * 6 + 6) + 3 * layer + (6 * 4 + 4) for width in (5, 4)]
    model = build()
    assert model.count_params() == sum(stages)
    products = [width * 6 + 3 * (3 * 6 * 6 + 6 * 6) + 6 * 4 for width in (5, 4)]
    assert multiply_adds(model) == 17 * sum(products)


# The loss


def by_loops(labels, logits, *, weight=0.15, tau=4.0, before=None):
    """The loss of each film; `before`: logits that stand for what the frame before said."""
    before, losses = logits if before is None else before, []
    for film, (truth, stages) in enumerate(zip(labels, logits, strict=True)):
        loss = 0
        for stage, rows in enumerate(stages):
            said, changes = [], []
            for t, (label, row) in enumerate(zip(truth, rows, strict=True)):
                likely = row - np.log(np.exp(row).sum())
                if label >= 0:
                    said.append(-likely[label])
                if t and label >= 0 and truth[t - 1] >= 0:
                    last = before[film, stage, t - 1]
                    change = np.abs(likely - (last - np.log(np.exp(last).sum())))
                    changes.append(np.mean(np.minimum(change, tau) ** 2))
            loss += np.mean(said or [0]) + weight * np.mean(changes or [0])
        losses.append(loss)
    return np.array(losses)


def case():
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=3, size=(3, 2, 6, K)).astype("float32")
    labels = rng.integers(0, K, (3, 6))
    labels[1, 4:], labels[2, 2] = -1, -1  # padding, and a frame without a label
    return labels, logits


@pytest.mark.parametrize(("weight", "tau"), [(0.15, 4.0), (0.0, 4.0), (2.0, 1.5)])
def test_the_loss_matches_loops(weight, tau):
    labels, logits = case()
    wanted = by_loops(labels, logits, weight=weight, tau=tau)
    found = mstcn_loss(labels, logits, weight=weight, tau=tau)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    one = mstcn_loss(labels, logits[:, 0], weight=weight, tau=tau)
    np.testing.assert_allclose(one, by_loops(labels, logits[:, :1], weight=weight, tau=tau), 1e-5)


def test_the_loss_by_hand():
    """Two classes: right by 3 to 1, then wrong by 1 to 3; log-probabilities change by log 3."""
    logits = [[[log(3), 0.0], [0.0, log(3)]]]
    found = mstcn_loss([[0, 0]], logits, weight=0.5)
    said = (-log(3 / 4) - log(1 / 4)) / 2
    np.testing.assert_allclose(found, [said + 0.5 * log(3) ** 2], rtol=1e-6)
    cut = mstcn_loss([[0, 0]], logits, weight=0.5, tau=0.5)
    np.testing.assert_allclose(cut, [said + 0.5 * 0.25], rtol=1e-6)


def test_no_gradient_flows_into_the_frame_before():
    """Against differences of the loops, in which what the frame before said stands still."""
    import tensorflow as tf

    labels, logits = case()
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(mstcn_loss(labels, x, weight=0.7, tau=2.0))
    found = tape.gradient(loss, x).numpy()
    wide, step = logits.astype(float), 1e-5
    wanted = np.zeros_like(wide)
    for place in np.ndindex(wide.shape):
        ends = []
        for sign in (1, -1):
            moved = wide.copy()
            moved[place] += sign * step
            ends.append(by_loops(labels, moved, weight=0.7, tau=2.0, before=wide).sum())
        wanted[place] = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert not found[1, :, 4:].any()


def test_a_film_without_labels_costs_nothing():
    _, logits = case()
    assert not np.array(mstcn_loss(np.full((3, 6), -1), logits)).any()


def test_a_label_that_there_is_not_makes_the_loss_of_its_film_nan():
    found = mstcn_loss(np.array([[0, 2], [1, 0], [3, 0]]), np.zeros((3, 2, 2)))
    assert np.isnan(found).tolist() == [True, False, True]


def test_it_learns_where_an_action_begins():
    """Two features with noise; it says of every frame which of them is the larger for a while."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.integers(0, 2, (24, 6)), 8, axis=1)  # (24, 48)
    x = rng.normal(size=(24, 48, 2)) + 0.7 * np.eye(2)[labels]
    alone = (x.argmax(axis=-1) == labels).mean()
    model = build_mstcn((48, 2), 2, stages=2, layers=3, filters=8)
    model.compile(keras.optimizers.Adam(0.02), mstcn_loss, jit_compile=False)
    model.fit(x, labels, batch_size=8, epochs=10, verbose=0)
    found = predict_clips(model, x)[:, -1].argmax(axis=-1)
    assert (found == labels).mean() > alone + 0.1


OPENS = """
import sys
import keras, numpy as np
import vidlearn.models
model = keras.saving.load_model(sys.argv[1])
x, labels, loss = (np.load(sys.argv[2])[name] for name in ("x", "labels", "loss"))
np.testing.assert_allclose(model.evaluate(x, labels, verbose=0), loss, rtol=1e-4)
print(model.loss is vidlearn.models.mstcn_loss)
"""


def test_a_compiled_model_is_opened_by_a_new_process(tmp_path):
    model, x = build(), vectors()
    labels = np.random.default_rng(3).integers(-1, K, x.shape[:2])
    model.compile("adam", mstcn_loss, jit_compile=False)
    loss = model.evaluate(x, labels, verbose=0)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "told.npz", x=x, labels=labels, loss=loss)
    run = subprocess.run(
        [sys.executable, "-c", OPENS, tmp_path / "model.keras", tmp_path / "told.npz"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == "True", run.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (T, 4, F)}, r"shape must be \(T, F\)"),
        ({"classes": 1}, "classes must be at least 2"),
        ({"stages": 0}, "stages must be a whole number of at least 1. Received: 0"),
        ({"layers": 0}, "layers must be a whole number"),
        ({"filters": 2.5}, "filters must be a whole number"),
        ({"dropout": 1}, "dropout must be from 0 to below 1"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_mstcn(**{"shape": (T, F), "classes": K, **options})


@pytest.mark.parametrize(
    ("labels", "logits", "options", "message"),
    [
        ((3, 6), (3, 2, 5, K), {}, r"labels must be \(N, T\).*Received: \(3, 6\) and \(3, 2, 5"),
        ((3, 6, K), (3, 2, 6, K), {}, r"labels must be \(N, T\)"),
        ((3, 6), (3, K), {}, r"logits \(N, S, T, K\)"),
        ((3, 6), (3, 6, K), {"weight": -1}, "weight must be at least 0"),
        ((3, 6), (3, 6, K), {"tau": 0}, "tau must be above 0"),
    ],
)
def test_the_loss_rejects_what_does_not_fit(labels, logits, options, message):
    with pytest.raises(ValueError, match=message):
        mstcn_loss(np.zeros(labels), np.zeros(logits), **options)
