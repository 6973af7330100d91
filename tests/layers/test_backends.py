"""The same on JAX, where it is installed."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ON_JAX = """
from itertools import product
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
import keras
assert keras.backend.backend() == "jax"
keras.config.set_floatx("float64")
from tests.layers.tools import CASES, anchored, batch
from vidlearn import boxes as by_numpy, layers
from vidlearn.layers import roi
for options, roi.LARGE in product(CASES.values(), (0, 10**9)):
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
overlaps = np.random.default_rng(4).integers(0, 9, (3, 6, 2)) / 8
found = jax.jit(layers.match)(overlaps, np.float32([[1, 1], [1, 0], [0, 0]]) > 0)
assert np.shape(found) == (3, 6) and (np.asarray(found)[2] == -1).all()
scores = np.random.default_rng(5).integers(0, 4, (2, 7)) / 4
boxes = batch()[1]
cut = jax.jit(lambda *x: layers.nms(*x, threshold=0.2, most=5))
for k, (indices, valid) in enumerate(zip(*cut(boxes, scores))):
    wanted = by_numpy.nms(boxes[k], scores[k], threshold=0.2, most=5)
    assert indices[valid].tolist() == wanted.tolist()
print("fine")
"""


@pytest.mark.skipif(not find_spec("jax"), reason="needs jax")
def test_everything_runs_compiled_by_jax(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    run = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == "fine", run.stderr
