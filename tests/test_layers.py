"""Boxes inside of a training step: the twins of NumPy's forms, compiled, their gradients, saved."""

import subprocess
import sys
from importlib.util import find_spec
from math import log

import numpy as np
import pytest

from vidlearn import boxes as by_numpy
from vidlearn import layers

CASES = {
    "plain": {"size": (3, 2)},
    "strided": {"size": (2, 5), "scale": 0.25, "samples": 3},
    "one sample": {"size": 4, "scale": 0.5, "samples": 1},
    "before the half cell": {"size": (3, 2), "scale": 0.5, "aligned": False},
}
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}
each_case = pytest.mark.parametrize("options", CASES.values(), ids=CASES)
each_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


@pytest.fixture
def floatx():
    """Set Keras's float type for one test."""
    import keras

    before = keras.config.floatx()
    yield keras.config.set_floatx
    keras.config.set_floatx(before)


@pytest.fixture(params=["eager", "graph", "xla"])
def compiled(request):
    """A function of TensorFlow as it is, as a graph, or compiled."""
    import tensorflow as tf

    wrap = {"graph": tf.function, "xla": tf.function(jit_compile=True)}
    return wrap.get(request.param, lambda call: call)


def batch(dtype="float64", scale=1.0):
    """Maps (2, 6, 9, 4) and boxes (2, 7, 4): within, across each border, far outside, flat."""
    rng = np.random.default_rng(0)
    ends = np.sort(rng.uniform([0, 0], [9, 6], (2, 7, 2, 2)), axis=2)  # (N, R, start or end, xy)
    ends[:, 3] -= 4.1
    ends[:, 4] += [5.3, 3.7]
    ends[0, 5] += 40
    ends[1, 5] -= 40
    ends[0, 6, 1] = ends[0, 6, 0]
    ends[1, 6] = [[-3.3, -2.6], [13.1, 8.2]]
    features = rng.normal(size=(2, 6, 9, 4))
    return features.astype(dtype), (ends.reshape(2, 7, 4) / scale).astype(dtype)


def anchored(dtype="float64"):
    """Corrections (2, 5, 4), of which some pass the limit, and anchors (5, 4)."""
    rng = np.random.default_rng(1)
    starts = rng.uniform(-20, 60, (5, 2))
    anchors = np.concatenate([starts, starts + rng.uniform(3, 50, (5, 2))], axis=1)
    deltas = rng.normal(size=(2, 5, 4), scale=2)
    deltas[0, 1, 2:], deltas[1, 4, 3] = (24.0, -30.0), 90.0
    return deltas.astype(dtype), anchors.astype(dtype)


def numbers(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def slope(function, x, upstream, step=1e-6):
    """The gradient of sum(upstream * function(x)) from differences at every index."""
    found = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            ends.append((upstream * function(moved)).sum())
        found[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def by_tape(function, *inputs, upstream):
    import tensorflow as tf

    inputs = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(upstream * function(*inputs))
    return tape.gradient(loss, inputs)


def test_roi_align_by_hand():
    """One bin of one sample between four features: a quarter down, half across."""
    features = np.array([[[[0.0], [8.0]], [[16.0], [32.0]]]])
    found = layers.roi_align(features, [[[0.5, 0.25, 1.5, 1.25]]], size=1, samples=1)
    assert numbers(found).tolist() == [[[[[0.75 * 4 + 0.25 * 24]]]]]


def test_boxes_outside_and_empty_boxes_by_hand():
    features = np.full((1, 3, 4, 1), 7.0)
    boxes = [[[90, 0, 94, 2], [2, 1, 2, 1], [-4, 0, 4, 3]]]
    found = numbers(layers.roi_align(features, boxes, size=(1, 2), samples=1))
    assert found[0, :, 0, :, 0].tolist() == [[0, 0], [7, 7], [0, 7]]


@each_dtype
@each_case
def test_roi_align_matches_numpy(dtype, options, compiled, floatx):
    floatx(dtype)
    features, boxes = batch(dtype, options.get("scale", 1.0))
    found = compiled(lambda *x: layers.roi_align(*x, **options))(features, boxes)
    wanted = [by_numpy.roi_align(*pair, **options) for pair in zip(features, boxes, strict=True)]
    assert np.abs(wanted).max() > 0.5
    assert numbers(found).dtype == dtype
    np.testing.assert_allclose(numbers(found), wanted, rtol=0, atol=TOLERANCE[dtype])


@each_dtype
def test_coding_matches_numpy(dtype, compiled, floatx):
    floatx(dtype)
    deltas, anchors = anchored(dtype)
    options = {"variances": (0.1, 0.2, 0.3, 0.25)}
    found = numbers(compiled(lambda *x: layers.decode_boxes(*x, **options))(deltas, anchors))
    wanted = np.stack([by_numpy.decode(part, anchors, **options) for part in deltas])
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    again = numbers(compiled(lambda *x: layers.encode_boxes(*x, **options))(wanted, anchors))
    wanted = np.stack([by_numpy.encode(part, anchors, **options) for part in wanted])
    assert again.dtype == dtype
    np.testing.assert_allclose(again, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_the_limit_by_hand():
    deltas = [[[0, 0, 99, log(2)]]]
    found = layers.decode_boxes(deltas, [[0, 0, 2, 4]], variances=(1, 1, 1, 1), limit=log(3))
    np.testing.assert_allclose(numbers(found), [[[-2, -2, 4, 6]]], atol=1e-5)


@each_case
def test_roi_align_gradients(options, compiled):
    features, boxes = batch("float64", options.get("scale", 1.0))
    rows, columns = np.broadcast_to(options["size"], 2)
    upstream = np.random.default_rng(2).normal(size=(2, 7, rows, columns, 4))

    def align(features):
        pairs = zip(features, boxes, strict=True)
        return np.stack([by_numpy.roi_align(*pair, **options) for pair in pairs])

    call = compiled(lambda *x: layers.roi_align(*x, **options))
    by_features, by_boxes = by_tape(call, features, boxes, upstream=upstream)
    wanted = slope(align, features, upstream, step=1e-3)  # linear in the features
    np.testing.assert_allclose(by_features, wanted, atol=1e-9)
    assert by_boxes is None or not numbers(by_boxes).any()


def test_coding_gradients(compiled):
    deltas, anchors = anchored()
    deltas[..., 2:] = np.where(deltas[..., 2:] > 20, 60, deltas[..., 2:] / 2)
    upstream = np.random.default_rng(3).normal(size=deltas.shape)
    found, by_anchors = by_tape(compiled(layers.decode_boxes), deltas, anchors, upstream=upstream)

    def decode(deltas):
        return np.stack([by_numpy.decode(part, anchors) for part in deltas])

    np.testing.assert_allclose(found, slope(decode, deltas, upstream), rtol=1e-6, atol=1e-6)
    assert not numbers(found)[deltas == 60].any()
    assert np.abs(by_anchors).min() > 0
    boxes = decode(deltas)
    found, _ = by_tape(compiled(layers.encode_boxes), boxes, anchors, upstream=upstream)

    def encode(boxes):
        return np.stack([by_numpy.encode(part, anchors) for part in boxes])

    np.testing.assert_allclose(found, slope(encode, boxes, upstream), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_keeps_boxes_whole(half):
    """Boxes of odd thousands, which neither half precision can hold."""
    from keras import ops

    features, boxes = batch("float32", 0.01)
    boxes += np.float32([2001, 0, 2001, 0])
    options = {"size": (3, 2), "scale": 0.01}
    wide = np.concatenate([np.zeros((2, 6, 20, 4), "float32"), features], axis=2)
    found = layers.roi_align(ops.cast(wide, half), boxes, **options)
    assert ops.dtype(found) == half
    wanted = layers.roi_align(wide, boxes, **options)
    np.testing.assert_allclose(numbers(ops.cast(found, "float32")), numbers(wanted), atol=0.04)
    deltas, anchors = anchored("float32")
    found = layers.decode_boxes(ops.cast(deltas, half), anchors)
    assert ops.dtype(found) == "float32"
    wanted = layers.decode_boxes(ops.cast(ops.cast(deltas, half), "float32"), anchors)
    np.testing.assert_array_equal(numbers(found), numbers(wanted))


def test_whole_numbers_and_no_boxes():
    features = np.arange(24, dtype=np.uint8).reshape(1, 3, 4, 2)
    found = numbers(layers.roi_align(features, np.array([[[0, 0, 4, 2]]]), size=(1, 2)))
    assert found.dtype == "float32"
    assert found[0, 0, 0].tolist() == [[5, 6], [9, 10]]
    none = np.zeros((1, 0, 4), np.float32)
    assert layers.roi_align(features, none, size=(1, 2)).shape == (1, 0, 1, 2, 2)
    assert layers.decode_boxes(none, none).shape == (1, 0, 4)


def test_what_is_not_finite_spoils_its_own_box_only(compiled):
    features, boxes = batch("float32")
    call = compiled(lambda *x: layers.roi_align(*x, size=2))
    wanted = numbers(call(features, boxes)).copy()
    boxes[0, 2, 1], boxes[1, 0, 2] = np.nan, np.inf
    found = numbers(call(features, boxes))
    wanted[0, 2], wanted[1, 0] = np.nan, 0  # a sample without end lies outside
    assert np.isnan(found[0, 2]).all()
    np.testing.assert_allclose(found, wanted, atol=1e-6)


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


@pytest.mark.parametrize(
    ("features", "boxes", "message"),
    [
        ((6, 9, 4), (2, 7, 4), r"features must be \(N, H, W, C\).*features\[None\].*\(6, 9, 4\)"),
        ((2, 0, 9, 4), (2, 7, 4), r"features must be .*Received shape \(2, 0, 9, 4\)"),
        ((2, 6, 9, 4), (7, 4), r"boxes must be \(N, R, 4\) .*Received shape \(7, 4\)"),
        ((2, 6, 9, 4), (2, 7, 5), r"boxes must be \(N, R, 4\) .*Received shape \(2, 7, 5\)"),
        ((2, 6, 9, 4), (3, 7, 4), r"of as many pictures.*\(2, 6, 9, 4\) and \(3, 7, 4\)"),
    ],
)
def test_roi_align_rejects_shapes(features, boxes, message):
    features, boxes = np.zeros(features, "float32"), np.zeros(boxes, "float32")
    with pytest.raises(ValueError, match=message):
        layers.roi_align(features, boxes, size=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size must be a whole number above 0 or a pair.*Received: size=0, samples=2"),
        ({"size": (2, 3, 4)}, r"size must be .*size=\(2, 3, 4\)"),
        ({"size": 2, "samples": 1.5}, "so must samples. Received: size=2, samples=1.5"),
        ({"size": 2, "scale": 0}, "scale must be a number above 0, .*Received: 0"),
        ({"size": 2, "scale": float("nan")}, "scale must be .*Received: nan"),
    ],
)
def test_roi_align_and_layer_reject_options(options, message):
    with pytest.raises(ValueError, match=message):
        layers.roi_align(*batch(), **options)
    with pytest.raises(ValueError, match=message):
        layers.RoIAlign(**options)


@pytest.mark.parametrize("coder", [layers.decode_boxes, layers.encode_boxes])
def test_coding_rejects_shapes_and_variances(coder):
    name = {"decode_boxes": "deltas", "encode_boxes": "boxes"}[coder.__name__]
    good = np.float32([[[0, 0, 2, 3]] * 5] * 2)  # (2, 5, 4)
    with pytest.raises(ValueError, match=rf"{name} must be \(\.\.\., 4\).*\(2, 5, 3\)"):
        coder(good[..., :3], good)
    with pytest.raises(ValueError, match=r"anchors must be \(\.\.\., 4\).*\(\)"):
        coder(good, np.float32(3))
    with pytest.raises(ValueError, match=rf"{name} and anchors must be as many.*and \(3, 4\)"):
        coder(good, good[0, :3])
    for variances in ((1, 1, 1), (1, 1, 0, 1), (1, 1, 1, float("nan"))):
        with pytest.raises(ValueError, match=r"variances must be 4 numbers above 0. Received"):
            coder(good, good, variances=variances)


@pytest.mark.parametrize("limit", [0, 80, float("nan"), "much"])
def test_decode_boxes_rejects_limits(limit):
    with pytest.raises(ValueError, match=r"limit must lie above 0 and below 80.*Received"):
        layers.decode_boxes(np.zeros((1, 4)), np.ones((1, 4)), limit=limit)


def test_there_is_nothing_else():
    with pytest.raises(AttributeError, match="no attribute 'RoIPool'"):
        _ = layers.RoIPool


def test_importing_loads_no_keras():
    script = "import sys, vidlearn.layers; print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


ON_JAX = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
import keras
assert keras.backend.backend() == "jax"
keras.config.set_floatx("float64")
from tests.test_layers import CASES, anchored, batch, by_numpy, layers
for options in CASES.values():
    features, boxes = batch("float64", options.get("scale", 1.0))
    align = jax.jit(lambda *x: layers.roi_align(*x, **options))
    pairs = zip(features, boxes, strict=True)
    wanted = np.stack([by_numpy.roi_align(*pair, **options) for pair in pairs])
    np.testing.assert_allclose(align(features, boxes), wanted, atol=1e-9)
    upstream = np.random.default_rng(2).normal(size=wanted.shape)
    loss = lambda *x: (upstream * layers.roi_align(*x, **options)).sum()
    slopes = jax.jit(jax.grad(loss, argnums=(0, 1)))(features, boxes)
    moved = np.random.default_rng(3).normal(size=features.shape)
    np.testing.assert_allclose((slopes[0] * moved).sum(), loss(moved, boxes), atol=1e-9)
    assert not slopes[1].any()
deltas, anchors = anchored()
found = jax.jit(layers.decode_boxes)(deltas, anchors)
wanted = np.stack([by_numpy.decode(part, anchors) for part in deltas])
np.testing.assert_allclose(found, wanted, rtol=1e-9)
again = jax.jit(layers.encode_boxes)(wanted, anchors)
wanted = np.stack([by_numpy.encode(part, anchors) for part in wanted])
np.testing.assert_allclose(again, wanted, rtol=1e-9, atol=1e-9)
print("fine")
"""


@pytest.mark.skipif(not find_spec("jax"), reason="needs jax")
def test_everything_runs_compiled_by_jax(monkeypatch):
    from pathlib import Path

    monkeypatch.setenv("KERAS_BACKEND", "jax")
    run = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert run.stdout.strip() == "fine", run.stderr
