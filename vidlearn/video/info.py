"""What a file really holds, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .door import opened


@dataclass(frozen=True)
class VideoInfo:
    """What :func:`probe` found.

    Attributes
    ----------
    path : str
    width, height : int
        In pixels, as the frames come out: after the turn.
    fps : float
        Frames per second; the mean where the rate varies.
    frames : int
        Frames that really decode (counted from packets with ``decode=False``).
    header_frames : int or None
        What the header promises; None where it says nothing.
    seconds : float
        From the first frame to the end of the last.
    codec, pixel_format : str
        As FFmpeg names them, such as "h264" and "yuv420p".
    rotation : int
        Degrees clockwise by which stored pictures are turned; the frames come out turned.
    pixel_ratio : float
        Width of a shown pixel over its height; 1 for square ones. Frames come out as stored.
    variable_frame_rate, has_audio : bool
    notes : tuple of str
        What is odd about the file, one sentence each; empty for a plain one.
    """

    path: str
    width: int
    height: int
    fps: float
    frames: int
    header_frames: int | None
    seconds: float
    codec: str
    pixel_format: str
    rotation: int
    pixel_ratio: float
    variable_frame_rate: bool
    has_audio: bool
    notes: tuple[str, ...]

    def __str__(self):
        rate = "about " if self.variable_frame_rate else ""
        lines = [
            f"{Path(self.path).name}",
            f"  {self.frames} frames of {self.width} x {self.height} (width x height), "
            f"{rate}{self.fps:.5g} per second, {self.seconds:.2f} s",
            f"  {self.codec}, {self.pixel_format}, {'with' if self.has_audio else 'without'} sound",
        ]
        return "\n".join(lines + [f"  note: {note}" for note in self.notes])


def probe(path, *, decode=True) -> VideoInfo:
    """Tell what a video file really holds.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures.
    decode : bool
        Decode every frame to see whether it is there (some hundreds of frames a second). False
        believes the packets where they look whole: two hours of film in some seconds.

    Returns
    -------
    VideoInfo

    Raises
    ------
    VideoError
        If nothing can be decoded.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from vidlearn.video import write_video
    >>> folder = tempfile.TemporaryDirectory()
    >>> film = pathlib.Path(folder.name) / "a.mp4"
    >>> info = probe(write_video(film, np.zeros((50, 64, 96, 3), np.uint8), fps=25))
    >>> info.frames, info.height, info.width, info.fps, info.seconds, info.codec
    (50, 64, 96, 25.0, 2.0, 'h264')
    >>> folder.cleanup()
    """
    source = opened(path)
    return VideoInfo(path=str(source.path), **source.facts(decode))
