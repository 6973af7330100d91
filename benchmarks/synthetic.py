"""How fast scenes are made, against showing them to a small network's first layer."""

import numpy as np

from benchmarks.timing import Row, table
from vidlearn.scratch import conv2d_forward
from vidlearn.synthetic import edited_video, moving_objects, stills

FRAMES = 48


def main():
    """Print frames made in the time of one training step's first convolution."""
    batch = np.random.default_rng(0).random((FRAMES, 64, 64, 3), np.float32)
    kernels = np.random.default_rng(1).random((3, 3, 3, 32), np.float32)
    rows = [
        Row("conv2d 64x64x3 to 32", lambda: conv2d_forward(batch, kernels, padding=1), FRAMES),
        Row("64x64, 2 objects", lambda: moving_objects(FRAMES, (64, 64), 2), FRAMES),
        Row("120x160, 3 objects", lambda: moving_objects(FRAMES), FRAMES),
        Row("same, camera pans", lambda: moving_objects(FRAMES, camera="pan"), FRAMES),
        Row("same, noise", lambda: moving_objects(FRAMES, noise=5.0), FRAMES),
        Row("120x160, stills", lambda: stills(FRAMES), FRAMES),
        Row("edited, 3 shots", lambda: edited_video(3, lengths=(16, 16)), FRAMES),
    ]
    table(f"Making {FRAMES} frames", rows, over=rows[0].name)
