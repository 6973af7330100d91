"""How fast video is read, against a plain loop of OpenCV on the same camera-like 720p file."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.timing import Row, Target, table
from vidlearn.video import frame_at, probe, read_frames, write_video

FRAMES = 300
FILM = Path(tempfile.gettempdir()) / "vidlearn-benchmarks" / "camera-720p.mp4"


def filmed():
    """Yield 720p frames as a hand-held camera sees them: drift, a passer-by, sensor noise."""
    import cv2
    from skimage import data

    rng = np.random.default_rng(0)
    wall = cv2.resize(data.coffee(), (2000, 1334), interpolation=cv2.INTER_CUBIC)
    cat = cv2.resize(data.chelsea(), (340, 226))
    noise = rng.normal(0, 4, (8, 720, 1280, 3)).round().astype(np.int16)
    shake = rng.normal(0, 1.5, (FRAMES, 2)).cumsum(axis=0)
    for t in range(FRAMES):
        y, x = (shake[t] + (200 + 80 * np.sin(t / 60), 100 + 1.5 * t)).round().astype(int)
        frame = wall[y : y + 720, x : x + 1280].astype(np.int16)
        left, top = 4 * t % 900, 300 + int(40 * np.sin(t / 7))
        frame[top : top + 226, left : left + 340] = cat
        yield (frame + np.roll(noise[t % 8], 97 * t, axis=1)).clip(0, 255).astype(np.uint8)


def opencv_loop():
    """Read every frame the way most scripts do."""
    import cv2

    reader, more = cv2.VideoCapture(str(FILM)), True
    while more:
        more, _ = reader.read()


def ours(**options):
    """Read every frame through the one door."""
    for frame in read_frames(FILM, **options):
        assert frame.size


def main():
    """Print frames read in the time of a ``cv2.VideoCapture.read()`` loop."""
    FILM.parent.mkdir(exist_ok=True)
    if not FILM.exists():
        write_video(FILM, filmed(), fps=30, crf=23)
    info = probe(FILM)
    megabits = FILM.stat().st_size * 8e-6 / info.seconds
    rows = [
        Row("cv2 loop", opencv_loop, FRAMES),
        Row("rgb", ours, FRAMES),
        Row("gray", lambda: ours(colour="gray"), FRAMES),
        Row("luma", lambda: ours(colour="luma"), FRAMES),
        Row("rgb, 224 x 398", lambda: ours(size=(224, 398)), FRAMES),
        Row("one frame of 16", lambda: ours(step=16), FRAMES),
        Row("frame_at 250", lambda: frame_at(FILM, frame=250), FRAMES),
    ]
    targets = [Target("rgb", "cv2 loop", 0.9), Target("luma", "cv2 loop", 1.3)]
    title = f"Reading {FRAMES} frames of 1280 x 720, H.264 at {megabits:.1f} Mbit/s"
    table(title, rows, over="cv2 loop", targets=targets, rounds=7)
