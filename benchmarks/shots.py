"""How fast shots are found, decoding included, beside PySceneDetect where it is installed.

The film is H.264 of 1280 x 720 as a hand-held camera sees it, with two cuts. Both are asked for
the shots of the same file, by their adaptive method. How good they are is not measured here.
"""

import tempfile
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from benchmarks.timing import Row, Target, table

FRAMES = 300
FILM = Path(tempfile.gettempdir()) / "vidlearn-benchmarks" / "edited-720p.mp4"
CUTS = [100, 200]


def edited():
    """Yield the frames of one place, of its mirror image, and of it upside down."""
    from benchmarks.video import filmed

    frames = filmed()
    yield from islice(frames, 100)
    yield from (frame[:, ::-1] for frame in islice(frames, 100))
    yield from (frame[::-1] for frame in frames)


def ours(**options):
    """Find the shots in one pass."""
    from vidlearn.shots import detect_shots
    from vidlearn.video import door

    door._known.cache_clear()  # as if the file had never been seen
    assert detect_shots(FILM, **options).cuts == CUTS


def pyscenedetect():
    """Find the shots with PySceneDetect's adaptive detector, with its defaults."""
    from scenedetect import AdaptiveDetector, detect

    assert len(detect(str(FILM), AdaptiveDetector())) == len(CUTS) + 1


def decoded():
    """Decode every frame, and look at none."""
    from vidlearn.video.film import Film

    assert sum(1 for _ in Film(FILM).decoded()) == FRAMES


def main():
    """Print frames in the time of PySceneDetect, or of decoding alone where that is missing."""
    from vidlearn.video import write_video

    FILM.parent.mkdir(exist_ok=True)
    if not FILM.exists():
        write_video(FILM, edited(), fps=30, crf=23)
    peer = bool(find_spec("scenedetect"))
    note = "" if peer else "PySceneDetect is not installed"
    rows = [
        Row("decoding alone", decoded, FRAMES),
        Row("PySceneDetect, adaptive", pyscenedetect if peer else None, FRAMES, note),
        Row("vidlearn, adaptive", ours, FRAMES),
        Row("vidlearn, fixed", lambda: ours(method="fixed"), FRAMES),
    ]
    over = rows[1].name if peer else rows[0].name
    targets = [Target("vidlearn, adaptive", over, 1.3)] if peer else []
    title = f"Finding the shots of {FRAMES} frames of 1280 x 720, H.264"
    table(title, rows, over=over, targets=targets, rounds=5)
