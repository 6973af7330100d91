"""Optimisers, clipping and schedules equal Keras's, step by step, in float64."""

import inspect

import pytest

from tests.scratch.networks import LIBRARY
from tests.scratch.training_checks import (
    IN_KERAS,
    OPTIMIZERS,
    SCHEDULES,
    optimizer_error,
    schedule_errors,
)
from tests.scratch.twins import keras
from vidlearn import scratch


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_match_keras(name):
    assert optimizer_error(LIBRARY, name) < 1e-9


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule_matches_keras(name):
    assert max(schedule_errors(LIBRARY, name)) < 1e-9


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_defaults_are_those_of_keras(kind):
    ours, theirs = getattr(scratch, kind)(), getattr(keras.optimizers, kind)()
    config = theirs.get_config()
    for name in inspect.signature(type(ours)).parameters:
        expected = config[IN_KERAS.get(name, name)]
        assert getattr(ours, name) == (expected and pytest.approx(expected)), name
