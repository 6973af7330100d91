"""A small folder of clips: something bright goes one way or the other."""

import numpy as np

from vidlearn.video import write_video
from vidlearn.video.avi import write_avi

NAMES = ("drücken left", "nach right")


def moving(kind, frames, rng, size=(32, 32)):
    """A white bar that goes to the left (0) or to the right (1)."""
    clip = rng.integers(40, 90, (frames, *size, 3)).astype(np.uint8)
    for k in range(frames):
        x = 2 + k * (size[1] - 10) // frames
        x = size[1] - 8 - x if kind == 0 else x
        clip[k, 6:26, x : x + 6] = 230
    return clip


def filmed(folder, parts, *, names=NAMES, frames=12, seed=0, ending="mp4", size=(32, 32)):
    """Write clips, `parts` of them for each class and split, each of a source of its own."""
    rng = np.random.default_rng(seed)
    for part, count in parts.items():
        for kind, name in enumerate(names):
            place = folder / part / name
            place.mkdir(parents=True, exist_ok=True)
            for k in range(count):
                clip = moving(kind, frames + k % 3, rng, size)
                path = place / f"{'abcdefghijkl'[k]}{kind}{part}{seed}-film.{ending}"
                (write_avi if ending == "avi" else write_video)(path, clip)
    return folder
