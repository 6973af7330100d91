"""Whole networks equal Keras's in float64: outputs, gradients, and steps of training."""

import numpy as np
import pytest

from tests.scratch.networks import CASES, LIBRARY, make
from tests.scratch.parity import assert_close
from tests.scratch.training_checks import differentiate, floatx64, keras_errors
from tests.scratch.twins import keras, loss_of, tf, twin
from vidlearn import scratch

RATE, MOMENTUM = 1 / 64, 0.875  # Keras rounds its options to float32; these stay as they are


@pytest.fixture(autouse=True)
def float64():
    with floatx64():
        yield


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
    assert max(keras_errors(LIBRARY, name)) < 1e-9


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
