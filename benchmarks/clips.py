"""How fast clips come out of a folder of films, against a plain loop of OpenCV over the same files.

Each run reads an epoch: 16 neighbouring frames of 112 x 112 at a random place of each film. Films
are 320 x 240 of 60 to 180 frames, as those of UCF101 are.
"""

import tempfile
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks.timing import Row, table
from vidlearn.datasets import ClipCache, ClipReader, read_clips
from vidlearn.video import door
from vidlearn.video.avi import write_avi

FILMS, SIZE, FRAMES = 32, (112, 112), 16
FOLDER = Path(tempfile.gettempdir()) / "vidlearn-benchmarks" / "clips"


def filmed(seed):
    """Return a film: a photograph that drifts, a patch that crosses it, sensor noise."""
    from skimage import data

    rng = np.random.default_rng(seed)
    wall, frames = data.coffee(), int(rng.integers(60, 181))
    film = np.empty((frames, 240, 320, 3), np.uint8)
    way = rng.normal(0, 1, (frames, 2)).cumsum(axis=0) + np.array([80, 140])
    for t, (y, x) in enumerate(way.round().astype(int).clip(0, (159, 279))):
        film[t] = wall[y : y + 240, x : x + 320]
        film[t, 90:150, (3 * t) % 260 :][:, :60] = 255 - film[t, 90:150, :60][:, ::-1]
    return film + rng.integers(0, 6, film.shape, np.uint8).clip(0, 255 - film)


def opencv_loop(clips, number):
    """Read an epoch the way most scripts do: every film up to the end of its window."""
    import cv2

    for k, item in enumerate(clips):
        reader = cv2.VideoCapture(str(item.path))
        total = int(reader.get(cv2.CAP_PROP_FRAME_COUNT))
        start = np.random.default_rng((number, k)).integers(total - FRAMES + 1)
        frames = [reader.read()[1] for _ in range(start + FRAMES)][start:]
        clip = np.stack([cv2.resize(f, SIZE, interpolation=cv2.INTER_AREA) for f in frames])
        assert clip[..., ::-1].shape == (FRAMES, *SIZE, 3)


def first_epoch(clips, number):
    """Read an epoch of films of which nothing is known yet: each is decoded to its end, too."""
    door._known.cache_clear()
    list(ClipReader(clips, frames=FRAMES, size=SIZE).epoch(number))


def main():
    """Print clips read in the time of the loop, by other processes, and out of a cache."""
    for k in range(FILMS):
        path = FOLDER / f"class{k % 4}/film{k}_0001.avi"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_avi(path, filmed(k), fps=25)
    clips, numbers = read_clips(FOLDER), count()
    size = {"frames": FRAMES, "size": SIZE}
    with tempfile.TemporaryDirectory() as folder:
        cache = ClipCache(folder, 2**31)
        readers = {
            "this process": ClipReader(clips, **size),
            "1 worker": ClipReader(clips, workers=1, **size),
            "2 workers": ClipReader(clips, workers=2, **size),
            "cache, this process": ClipReader(clips, cache=cache, **size),
            "cache, 2 workers": ClipReader(clips, cache=cache, workers=2, **size),
        }
        rows = [Row("cv2 loop", lambda: opencv_loop(clips, next(numbers)), FILMS)]
        rows.append(Row("first epoch", lambda: first_epoch(clips, next(numbers)), FILMS))
        rows += [
            Row(name, lambda reader=reader: list(reader.epoch(next(numbers))), FILMS)
            for name, reader in readers.items()
        ]
        table(f"Clips of {FRAMES} x {SIZE[0]} x {SIZE[1]}, {FILMS} of them", rows, rounds=7)
        for reader in readers.values():
            reader.close()
