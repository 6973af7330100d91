"""How fast the networks that find where shots meet go through a film, with its decoding."""

from benchmarks import video
from benchmarks.timing import Row, Target, table
from vidlearn.models import build_segmenter, build_shotnet, frame_scores
from vidlearn.shots import detect_shots
from vidlearn.video import read_frames, write_video


def decoded():
    """Read every frame as the network takes it, and do nothing with it."""
    return sum(frame.size > 0 for frame in read_frames(video.FILM, size=(27, 48)))


def main():
    """Print milliseconds for 100 frames: below 1,000 they are more than 100 in a second."""
    video.FILM.parent.mkdir(exist_ok=True)
    if not video.FILM.exists():
        write_video(video.FILM, video.filmed(), fps=30, crf=23)
    frames = list(read_frames(video.FILM, size=(27, 48)))
    shotnet, segmenter = build_shotnet(), build_segmenter()
    rows = [
        Row("decoding to 27 x 48", decoded, len(frames)),
        Row("shotnet alone", lambda: frame_scores(shotnet, frames), len(frames)),
        Row("segmenter alone", lambda: frame_scores(segmenter, frames), len(frames)),
        Row(
            "film to shots, network",
            lambda: detect_shots(video.FILM, method="network"),
            len(frames),
        ),
        Row("film to shots, adaptive", lambda: detect_shots(video.FILM), len(frames)),
    ]
    targets = [Target("shotnet alone", "decoding to 27 x 48", 1.0)]
    title = f"Shots of {len(frames)} frames of 1280 x 720 (times are for 100 frames)"
    table(title, rows, task=100, targets=targets, rounds=5)
