"""Optimisers, clipping and schedules equal Keras's, step by step, in float64."""

import inspect

import numpy as np
import pytest

from tests.scratch.networks import LIBRARY
from tests.scratch.parity import assert_close
from tests.scratch.training_checks import IN_KERAS, OPTIMIZERS, compare_steps, optimizer_error
from tests.scratch.twins import keras
from vidlearn import scratch

HALF = np.float64(0.5)  # Keras computes in the dtype of the first rate
SCHEDULES = {
    "exponential": (
        scratch.exponential_decay(0.5, decay_steps=4, decay_rate=0.75),
        lambda: keras.optimizers.schedules.ExponentialDecay(HALF, 4, 0.75),
    ),
    "staircase": (
        scratch.exponential_decay(0.5, decay_steps=4, decay_rate=0.75, staircase=True),
        lambda: keras.optimizers.schedules.ExponentialDecay(HALF, 4, 0.75, staircase=True),
    ),
    "cosine": (
        scratch.cosine_decay(0.5, decay_steps=6, alpha=0.125),
        lambda: keras.optimizers.schedules.CosineDecay(HALF, 6, alpha=0.125),
    ),
    "cosine, warm-up": (
        scratch.cosine_decay(0.25, decay_steps=6, warmup_target=0.75, warmup_steps=3),
        lambda: keras.optimizers.schedules.CosineDecay(
            HALF / 2, 6, warmup_target=0.75, warmup_steps=3
        ),
    ),
    "piecewise": (
        scratch.piecewise_constant([3, 7], [0.5, 0.25, 0.125]),
        lambda: keras.optimizers.schedules.PiecewiseConstantDecay([3, 7], [0.5, 0.25, 0.125]),
    ),
}


@pytest.fixture(autouse=True)
def float64():
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_match_keras(name):
    assert optimizer_error(LIBRARY, name) < 1e-9


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule_matches_keras(name):
    ours, theirs = SCHEDULES[name]
    theirs = theirs()
    for step in range(12):
        assert_close(ours(step), theirs(step))


@pytest.mark.parametrize("name", SCHEDULES)
def test_steps_of_a_schedule_match_keras(name):
    ours, theirs = SCHEDULES[name]
    errors = compare_steps(scratch.SGD(ours), keras.optimizers.SGD(theirs()), steps=12)
    assert max(errors) < 1e-9


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_defaults_are_those_of_keras(kind):
    ours, theirs = getattr(scratch, kind)(), getattr(keras.optimizers, kind)()
    config = theirs.get_config()
    for name in inspect.signature(type(ours)).parameters:
        expected = config[IN_KERAS.get(name, name)]
        assert getattr(ours, name) == (expected and pytest.approx(expected)), name
