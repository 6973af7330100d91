"""The detectors on Keras's other backends, where those are installed: fit, predict, save, load."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

TRAINS = """
import sys
import keras, numpy as np
from vidlearn import models
from vidlearn.boxes import Truth
assert keras.backend.backend() == sys.argv[1]
keras.utils.set_random_seed(0)
frames = np.random.default_rng(0).integers(60, 110, (4, 40, 56, 3), dtype=np.uint8)
frames[:, 9:27, 20:38, 1] = 240
truths = models.pad_truths([Truth([[20, 9, 38, 27]], [1])] * 4, 2)
model = getattr(models, "build_" + sys.argv[2])((40, 56, 3), ["coin", "cup"], width=4, depth=1)
model.compile(keras.optimizers.Adam(3e-3))
many = np.tile(frames, (10, 1, 1, 1)), {k: np.concatenate([x] * 10) for k, x in truths.items()}
history = model.fit(*many, batch_size=4, epochs=2, verbose=0, validation_data=(frames, truths))
losses = history.history["loss"]
assert losses[1] < 0.8 * losses[0], losses
assert np.isfinite(history.history["val_loss"]).all()
found = model.predict(frames)
model.save(sys.argv[3])
again = models.load_detector(sys.argv[3]).predict(frames)
for one, two in zip(found, again):
    np.testing.assert_allclose(one.boxes, two.boxes, atol=1e-4)
    np.testing.assert_allclose(one.scores, two.scores, atol=1e-5)
print("fine")
"""


@pytest.mark.parametrize("name", ["faster_rcnn", "ssd", "yolo"])
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_detectors_train_on(backend, name, tmp_path):
    if not find_spec(backend):
        pytest.skip(f"needs {backend}")
    run = subprocess.run(
        [sys.executable, "-c", TRAINS, backend, name, tmp_path / "model.keras"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == "fine", run.stderr
