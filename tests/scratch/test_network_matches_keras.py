"""Whole networks equal Keras's in float64: outputs, gradients, and steps of training."""

import numpy as np
import pytest

from tests.scratch.networks import CASES, LIBRARY, make
from tests.scratch.parity import assert_close
from tests.scratch.training_checks import differentiate
from tests.scratch.twins import keras, loss_of, twin
from vidlearn import scratch

tf = pytest.importorskip("tensorflow")
RATE, MOMENTUM = 1 / 64, 0.875  # Keras rounds its options to float32; these stay as they are


@pytest.fixture(autouse=True)
def float64():
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@pytest.mark.parametrize("training", [False, True], ids=["use", "training"])
@pytest.mark.parametrize("name", CASES)
def test_network_matches_keras(name, training):
    network, x, y, loss = make(LIBRARY, name, dropout=False)
    model = twin(network)
    with tf.GradientTape() as tape:
        expected = model(x, training=training)
        expected_loss = loss_of(loss)(y, expected)
    gradients = tape.gradient(expected_loss, model.trainable_weights)
    value, out, grads = differentiate(network, x, y, loss, training=training)
    assert_close(out, expected)
    assert_close(value, expected_loss)
    for grad, gradient in zip(grads, gradients, strict=True):
        assert_close(grad, gradient)


@pytest.mark.parametrize("name", CASES)
def test_weights_go_to_keras_and_back(name):
    network, *_ = make(LIBRARY, name, dropout=False)
    model = twin(network)
    for ours, theirs in zip(network.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    network.set_weights([2 * w for w in model.get_weights()])
    for ours, theirs in zip(network.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, 2 * theirs)
    trained = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert network.count_parameters() == trained


@pytest.mark.parametrize("name", CASES)
def test_three_steps_match_keras(name):
    network, x, y, loss = make(LIBRARY, name, dropout=False)
    model = twin(network)
    theirs, ours = keras.optimizers.SGD(RATE, MOMENTUM), scratch.SGD(RATE, momentum=MOMENTUM)
    for _ in range(3):
        with tf.GradientTape() as tape:
            expected = loss_of(loss)(y, model(x, training=True))
        theirs.apply(tape.gradient(expected, model.trainable_weights), model.trainable_weights)
        metrics = scratch.train_step(network, x, y, loss=loss, optimizer=ours)
        assert_close(metrics["loss"], expected)
    for weight, keras_weight in zip(network.get_weights(), model.get_weights(), strict=True):
        assert_close(weight, keras_weight)


def test_two_epochs_of_fit_match_keras():
    network, x, y, loss = make(LIBRARY, "cnn", dropout=False)
    model = twin(network)
    model.compile(keras.optimizers.SGD(RATE, MOMENTUM), loss_of(loss), metrics=["accuracy"])
    orders = [np.random.default_rng([5, epoch]).permutation(len(x)) for epoch in range(2)]
    history = scratch.fit(
        network,
        x,
        y,
        loss=loss,
        optimizer=scratch.SGD(RATE, momentum=MOMENTUM),
        epochs=2,
        batch_size=4,  # the last batch has 2
        validation=(x, y),
        seed=5,
    )
    for epoch, order in enumerate(orders):
        theirs = model.fit(
            x[order], y[order], batch_size=4, shuffle=False, validation_data=(x, y), verbose=0
        ).history
        for key, (value,) in theirs.items():
            rtol = 1e-9 if "loss" in key else 1e-6  # Keras's accuracy is float32
            np.testing.assert_allclose(history[key][epoch], value, rtol)
    for ours, theirs in zip(network.get_weights(), model.get_weights(), strict=True):
        assert_close(ours, theirs)
