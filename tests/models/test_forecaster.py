"""The network that foretells paths, in Keras and in NumPy."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.models import build_forecaster
from vidlearn.synthetic import walks
from vidlearn.tracking import (
    constant_velocity,
    decode_future,
    displacement_errors,
    encode_future,
    encode_past,
)

PATHS = walks(9, 12, seed=3).places
PAST, FUTURE = 7, 5


def build(scale=2.5, seed=1):
    import keras

    keras.utils.set_random_seed(seed)
    model = build_forecaster(PAST, FUTURE, units=6, scale=scale)
    rng = np.random.default_rng(seed)  # Keras starts biases at 0: no symmetry may hide a mistake
    model.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def twin(dtype=np.float64, units=6, shape=(PAST - 1, 2)):
    layers = [scratch.LSTM(units), scratch.Dense(2 * FUTURE)]
    return scratch.Network(layers, input_shape=shape, dtype=dtype)


def call(model, past):
    from keras import ops

    return ops.convert_to_numpy(model(past))


def test_the_network_matches_scratch():
    model, network = build(), twin()
    network.set_weights(model.get_weights())
    past = PATHS[:, :PAST]
    offsets = network.predict(encode_past(past.astype(float), scale=2.5))
    expected = decode_future(offsets, past, scale=2.5)
    np.testing.assert_allclose(call(model, past) - past[:, -1:], expected - past[:, -1:], atol=2e-5)


def test_the_network_matches_scratch_in_float64():
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        model = build()
        network = twin()
        network.set_weights(model.get_weights())
        past = PATHS[:, :PAST].astype(float)
        offsets = network.predict(encode_past(past, scale=2.5))
        found = call(model, past)
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_allclose(found, decode_future(offsets, past, scale=2.5), rtol=1e-9)


def test_weights_go_from_scratch_to_keras():
    model, network = build(seed=1), twin(np.float32)
    model.set_weights(network.get_weights())
    past = PATHS[:, :PAST]
    offsets = network.predict(encode_past(past, scale=2.5))
    np.testing.assert_allclose(
        call(model, past), decode_future(offsets, past, scale=2.5), atol=1e-4
    )


def test_moved_paths_have_moved_forecasts():
    model, move = build(), np.float32([64, -32])
    past = np.round(PATHS[:, :PAST] * 16) / 16  # so that moving them is exact
    np.testing.assert_allclose(call(model, past + move), call(model, past) + move, atol=1e-4)


def test_a_larger_unit_is_a_larger_world():
    """All lengths and the unit doubled: the numbers inside are the same."""
    small, large = build(2.5), build(5.0)
    large.set_weights(small.get_weights())
    past = PATHS[:, :PAST]
    np.testing.assert_allclose(call(large, 2 * past), 2 * call(small, past), rtol=1e-5)


def test_without_offsets_nothing_moves():
    model = build()
    model.get_layer("offsets").set_weights([np.zeros((6, 10)), np.zeros(10)])
    past = PATHS[:, :PAST]
    np.testing.assert_array_equal(call(model, past), np.repeat(past[:, -1:], FUTURE, axis=1))


def test_shapes_of_the_named_layers():
    model = build_forecaster(units=8)
    assert model.input_shape == (None, 12, 2)
    assert model.output_shape == (None, 12, 2)
    assert model.get_layer("memory").output.shape == (None, 8)
    assert model.get_layer("offsets").output.shape == (None, 24)


def test_a_saved_model_gives_the_same(tmp_path):
    import keras

    model = build()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    past = PATHS[:, :PAST]
    np.testing.assert_allclose(call(again, past), call(model, past), atol=1e-5)


def test_places_stay_float32_in_half_precision():
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("memory").compute_dtype == "float16"
    assert model.output.dtype == "float32"
    past = PATHS[:, :PAST]
    expected = build()
    expected.set_weights(model.get_weights())
    np.testing.assert_allclose(call(model, past), call(expected, past), atol=0.05)


def test_scratch_learns_what_constant_velocity_does_not_know():
    made, unseen = walks(1500, 12, seed=1), walks(500, 12, seed=2)
    x, y = (encode_past(made.places[:, :PAST]), made.places[:, PAST:])
    network = twin(np.float32, units=16)
    y = encode_future(y, made.places[:, :PAST])
    rate = scratch.cosine_decay(0.02, decay_steps=30 * 25)
    scratch.fit(
        network, x, y, loss="mse", optimizer=scratch.Adam(rate), epochs=25, batch_size=50, seed=1
    )
    past, future = np.split(unseen.places[unseen.turning], [PAST], axis=1)
    told = decode_future(network.predict(encode_past(past)), past)
    _, final = displacement_errors(told, future)
    _, straight_on = displacement_errors(constant_velocity(past, FUTURE), future)
    assert final.mean() < 0.9 * straight_on.mean()


TRAINS = """
import sys
import keras, numpy as np
from vidlearn.models import build_forecaster
assert keras.backend.backend() == sys.argv[1]
keras.utils.set_random_seed(0)
past = np.cumsum(np.random.default_rng(0).normal(3, 1, (64, 6, 2)), axis=1).astype("float32")
model = build_forecaster(4, 2, units=5)
model.compile(keras.optimizers.Adam(0.02), loss="mse")
losses = model.fit(past[:, :4], past[:, 4:], epochs=6, verbose=0).history["loss"]
assert losses[-1] < 0.7 * losses[0], losses
model.save(sys.argv[2])
again = keras.saving.load_model(sys.argv[2])
one, two = (keras.ops.convert_to_numpy(m(past[:, :4])) for m in (model, again))
np.testing.assert_allclose(one, two, atol=1e-5)
print("fine")
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_it_trains_on(backend, tmp_path):
    if not find_spec(backend):
        pytest.skip(f"needs {backend}")
    run = subprocess.run(
        [sys.executable, "-c", TRAINS, backend, tmp_path / "model.keras"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == "fine", run.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"past": 1}, "past must be a whole number of at least 2. Received: 1"),
        ({"future": 0}, "future must be a whole number of at least 1. Received: 0"),
        ({"units": 2.5}, "units must be a whole number of at least 1. Received: 2.5"),
        ({"future": True}, "future must be"),
        ({"scale": 0.0}, "scale must be above 0 pixels. Received: 0.0"),
        ({"scale": None}, "scale must be above 0 pixels. Received: None"),
        ({"scale": float("nan")}, "scale must be above 0 pixels. Received: nan"),
    ],
)
def test_builder_rejects_what_it_cannot_build(options, message):
    with pytest.raises(ValueError, match=message):
        build_forecaster(**options)
