"""RoI align as a layer: models made of it are saved, take maps of any size, and learn."""

import subprocess
import sys

import numpy as np
import pytest

from tests.layers.tools import anchored, batch, numbers
from vidlearn import layers


def build(**options):
    import keras

    features = keras.Input((6, 9, 4), name="features")
    boxes = keras.Input((None, 4), name="boxes")
    found = layers.RoIAlign((3, 2), scale=0.5, samples=3, **options)(features, boxes)
    return keras.Model([features, boxes], found)


def test_a_saved_layer_gives_the_same(tmp_path):
    import keras

    features, boxes = batch("float32", 0.5)
    model = build(aligned=False, name="pooled")
    assert model.output_shape == (None, None, 3, 2, 4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert again.get_layer("pooled").get_config() == model.get_layer("pooled").get_config()
    options = {"size": (3, 2), "scale": 0.5, "samples": 3, "aligned": False}
    wanted = layers.roi_align(features, boxes, **options)
    for each in (model, again):
        found = each.predict([features, boxes], verbose=0)
        np.testing.assert_allclose(found, numbers(wanted), atol=1e-6)


def test_a_saved_model_opens_in_another_process(tmp_path):
    build().save(tmp_path / "model.keras")
    script = (
        "import sys, keras; from vidlearn.layers import RoIAlign; "
        "print(keras.saving.load_model(sys.argv[1], safe_mode=True).output_shape)"
    )
    command = [sys.executable, "-c", script, tmp_path / "model.keras"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[0] == "(None, None, 3, 2, 4)"


def test_functions_build_a_model_that_is_saved(tmp_path):
    import keras

    features, _ = batch("float32")
    deltas, anchors = anchored("float32")
    inputs = keras.Input((6, 9, 4)), keras.Input((5, 4))
    decoded = layers.decode_boxes(inputs[1], anchors)
    model = keras.Model(inputs, layers.roi_align(inputs[0], decoded, size=(3, 2), scale=0.1))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    boxes = layers.decode_boxes(deltas, anchors)
    wanted = layers.roi_align(features, boxes, size=(3, 2), scale=0.1)
    found = again.predict([features, deltas], verbose=0)
    np.testing.assert_allclose(found, numbers(wanted), atol=1e-5)


@pytest.mark.parametrize("form", ["layer", "function"])
def test_layer_takes_maps_of_any_size(form):
    import keras

    features, boxes = batch("float32", 0.5)
    inputs = keras.Input((None, None, 4)), keras.Input((None, 4))
    options = {"size": (3, 2), "scale": 0.5, "samples": 3}
    align = layers.roi_align if form == "function" else lambda *x, **o: layers.RoIAlign(**o)(*x)
    model = keras.Model(inputs, align(*inputs, **options))
    for height in (6, 4):
        given = [features[:, :height], boxes]
        wanted = layers.roi_align(*given, **options)
        np.testing.assert_allclose(model.predict(given, verbose=0), numbers(wanted), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_model_under_a_mixed_policy_keeps_boxes_whole(policy):
    import keras

    features, boxes = batch("float32", 0.01)
    wide = np.concatenate([np.zeros((2, 6, 20, 4), "float32"), features], axis=2)
    given = [wide, boxes + np.float32([2001, 0, 2001, 0])]
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        inputs = keras.Input((6, 29, 4)), keras.Input((7, 4))
        model = keras.Model(inputs, layers.RoIAlign((3, 2), scale=0.01)(*inputs))
        found = model(given), model.predict(given, verbose=0)
    finally:
        keras.config.set_dtype_policy(before)
    wanted = numbers(layers.roi_align(*given, size=(3, 2), scale=0.01))
    for each in found:
        assert keras.ops.dtype(each) == policy.removeprefix("mixed_")
        each = keras.ops.cast(each, "float32")
        np.testing.assert_allclose(numbers(each), wanted, atol=0.04)


def test_what_stands_before_the_layer_learns():
    """A convolution finds by gradient through pooled boxes what makes a box bright."""
    import keras

    keras.utils.set_random_seed(4)
    features, boxes = batch("float32")
    inputs = keras.Input((6, 9, 4)), keras.Input((7, 4))
    maps = keras.layers.Conv2D(1, 1)(inputs[0])
    model = keras.Model(inputs, layers.RoIAlign(2)(maps, inputs[1]))
    wanted = numbers(layers.roi_align(features @ np.float32([[2], [-1], [0], [3]]), boxes, size=2))
    model.compile(keras.optimizers.Adam(0.2), "mse", jit_compile=True)
    losses = model.fit([features, boxes], wanted, epochs=60, verbose=0).history["loss"]
    assert losses[-1] < 0.02 * losses[0]


def test_there_is_nothing_else():
    with pytest.raises(AttributeError, match="no attribute 'RoIPool'"):
        _ = layers.RoIPool


def test_importing_loads_no_keras():
    script = "import sys, vidlearn.layers; print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
