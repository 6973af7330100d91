"""Pooling of regions of interest, next to torchvision on the CPU; both forms in `keras.ops`."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import roi_align, roi_pool

OURS, THEIRS = "vidlearn", "torchvision"
MAPS = {  # pictures, boxes of each, bins, rows, columns and channels of the map, cells per pixel
    "a training step of lesson 13": (16, 48, 5, 15, 20, 64, 1 / 8),
    "a picture of 608 x 800, ResNet at stride 16": (2, 128, 7, 38, 50, 256, 1 / 16),
    "a picture of 800 x 1200, pyramid at stride 8": (1, 512, 7, 100, 150, 256, 1 / 8),
}


def main():
    """Print the tables, each number of threads in a process of its own."""
    for threads in ("1", "2"):
        settings = {f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL")}
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.roi", threads]
        subprocess.run(command, env=os.environ | settings, check=True)


def with_threads(threads):
    """Print the tables of one process: 256 boxes of 20 to 500 pixels, 7 x 7 bins."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(50, 50, 256)).astype(np.float32)
    centres, sides = rng.uniform(0, 800, (256, 2)), np.exp(rng.uniform(3, 6.2, (256, 2)))
    rois = np.hstack([centres - sides / 2, centres + sides / 2]).clip(0, 800).astype(np.float32)
    print(f"\n{threads} thread{'s' * (threads > 1)}, 256 boxes on {features.shape}")
    for title, run in (("RoI align, 2 x 2 samples", roi_align), ("RoI pooling", roi_pool)):
        theirs = torchvision(run.__name__, features, rois, threads)
        rows = [
            Row(OURS, lambda run=run: run(features, rois, size=7, scale=1 / 16)),
            Row(THEIRS, theirs, note="" if theirs else "not installed"),
        ]
        targets = [Target(OURS, THEIRS, 1.0)] if theirs and run is roi_align else []
        table(f"{title}, 7 x 7 bins", rows, targets=targets, rounds=25)


def in_keras(threads):
    """Print both forms of `vidlearn.layers.roi_align`: a prediction, and with its gradient."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    rng = np.random.default_rng(0)
    for title, (pictures, count, bins, height, width, channels, scale) in MAPS.items():
        features = tf.constant(rng.normal(size=(pictures, height, width, channels)), "float32")
        starts = rng.uniform(0, 0.7, (pictures, count, 2))
        ends = np.concatenate([starts, starts + rng.uniform(0.05, 0.3, starts.shape)], axis=2)
        boxes = tf.constant(ends * ([width, height] * 2) / scale, "float32")
        for kind in ("prediction", "gradient"):
            rows = [
                Row(form, compiled(form, kind, features, boxes, size=bins, scale=scale))
                for form in ("multiplied", "gathered")
            ]
            table(f"{title}: {kind}", rows, rounds=5)


def compiled(form, kind, features, boxes, **options):
    """Return a call of one form as a graph of TensorFlow."""
    import tensorflow as tf

    from vidlearn.layers import roi

    def pool(features):
        return roi.roi_align(features, boxes, **options)

    def slope(features):
        with tf.GradientTape() as tape:
            tape.watch(features)
            loss = tf.reduce_sum(pool(features) ** 2)
        return tape.gradient(loss, features)

    run = tf.function(pool if kind == "prediction" else slope)
    before, roi.LARGE = roi.LARGE, {"multiplied": 10**9, "gathered": 0}[form]
    run(features)  # traced while the form is set
    roi.LARGE = before
    return lambda: run(features)


def torchvision(name, features, rois, threads):
    """Return a call of torchvision's operation in its own layout, or None."""
    if not find_spec("torchvision"):
        return None
    import torch
    import torchvision

    torch.set_num_threads(threads)
    maps = torch.from_numpy(np.moveaxis(features, -1, 0)[None].copy())
    boxes = [torch.from_numpy(rois)]
    options = {"sampling_ratio": 2, "aligned": True} if name == "roi_align" else {}
    run = getattr(torchvision.ops, name)
    return lambda: run(maps, boxes, 7, 1 / 16, **options)


if __name__ == "__main__":
    with_threads(int(sys.argv[1]))
    in_keras(int(sys.argv[1]))
