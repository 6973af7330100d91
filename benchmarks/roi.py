"""Pooling of regions of interest, next to torchvision's operations on the CPU."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.boxes import roi_align, roi_pool

OURS, THEIRS = "vidlearn", "torchvision"


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
