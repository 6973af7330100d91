"""What holds for every model of clips: it trains, is saved, answers in float32, keeps its axes."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.models.clip_models import ALL, CLIPS, labels_for, loss_for, some, stirred
from vidlearn.models import predict_clips

each = pytest.mark.parametrize("name", ALL)


@each
def test_it_is_saved_and_opened_again(name, tmp_path):
    model = stirred(ALL[name]())
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    x = some(model)
    np.testing.assert_array_equal(predict_clips(again, x), predict_clips(model, x))


@each
def test_every_weight_learns_and_any_batch_is_answered(name):
    keras.utils.set_random_seed(0)
    model = ALL[name]()
    before = [w.numpy() for w in model.trainable_weights]
    x, y = some(model), labels_for(model)
    model.compile(keras.optimizers.Adam(1e-2), loss_for(model), run_eagerly=True)
    assert np.isfinite(model.train_on_batch(x, y))
    pairs = zip(model.trainable_weights, before, strict=True)
    assert not [w.path for w, old in pairs if (w.numpy() == old).all()]
    found = predict_clips(model, x, batch_size=2)
    assert found.shape == (3, *model.output_shape[1:])
    np.testing.assert_allclose(found[2], predict_clips(model, x[2]), atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


@each
def test_logits_are_float32_in_half_precision(name):
    """In bfloat16: TensorFlow has no pooling in three dimensions for float16 on a CPU."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = stirred(ALL[name]())
    keras.config.set_dtype_policy("float32")
    full = stirred(ALL[name]())
    x = some(model)
    assert model.output.dtype == "float32"
    assert {layer.compute_dtype for layer in model.layers} >= {"bfloat16"}
    np.testing.assert_allclose(predict_clips(model, x), predict_clips(full, x), atol=0.1)


@each
def test_a_seed_gives_the_same_weights(name):
    weights = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        weights.append(ALL[name]().get_weights())
    assert all((a == b).all() for a, b in zip(*weights[:2], strict=True))
    assert any((a != b).any() for a, b in zip(*weights[1:], strict=True))


@pytest.mark.parametrize("name", CLIPS)
def test_frames_of_bytes_and_of_floats_are_answered_alike(name):
    model = stirred(CLIPS[name]())
    x = some(model)
    wanted = predict_clips(model, x)
    np.testing.assert_allclose(predict_clips(model, x.astype("float32")), wanted, atol=1e-6)
    assert np.abs(predict_clips(model, x // 2) - wanted).max() > 1e-4


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (1, 2, 0)], ids=["HTW", "TWH", "HWT"])
def test_axes_in_another_order_are_refused(name, order):
    model = CLIPS[name]()
    with pytest.raises(ValueError, match=r"clips must be \(N, \*\(6, 16, 24, 3\)\)"):
        predict_clips(model, some(model).transpose(0, *(1 + k for k in order), 4))


ON_ANOTHER = """
import sys
import numpy as np, keras
from tests.models.clip_models import ALL, labels_for, loss_for, some
from vidlearn.models import predict_clips
assert keras.backend.backend() == sys.argv[1]
for name, build in ALL.items():
    file, wanted = f"{sys.argv[2]}/{name}.keras", np.load(f"{sys.argv[2]}/{name}.npy")
    model = keras.saving.load_model(file, safe_mode=True)
    found = predict_clips(model, some(model))
    np.testing.assert_allclose(found, wanted, atol=1e-4, err_msg=name)
    keras.utils.set_random_seed(0)
    model = build()
    model.compile(keras.optimizers.Adam(1e-2), loss_for(model))
    x, y = some(model), labels_for(model)
    losses = [float(model.train_on_batch(x, y)) for _ in range(6)]
    assert losses[-1] < losses[0], (name, losses)
print("fine")
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_they_train_on(backend, tmp_path):
    """And answer there what they answer here."""
    if not find_spec(backend):
        pytest.skip(f"needs {backend}")
    save_all(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", ON_ANOTHER, backend, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == "fine", run.stderr


def save_all(folder):
    """Write every model and its answers, for another backend to be compared with."""
    for name, build in ALL.items():
        model = stirred(build())
        model.save(folder / f"{name}.keras")
        np.save(folder / f"{name}.npy", predict_clips(model, some(model)))
