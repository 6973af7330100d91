"""What a file really holds, and what is odd about it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .convert import display_matrix
from .errors import VideoError, VideoWarning
from .folder import pick_pictures, pictures
from .read import ASSUMED_FPS, frame_times
from .source import Source, existing, index_of

DECODERS = {"libdav1d": "av1", "libaom-av1": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}
DEGREES = {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}


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
        believes the packets: two hours of film in about a second.

    Returns
    -------
    VideoInfo

    Raises
    ------
    VideoError
        If nothing can be decoded.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from vidlearn.video import write_video
    >>> folder = tempfile.TemporaryDirectory()
    >>> film = pathlib.Path(folder.name) / "a.mp4"
    >>> info = probe(write_video(film, np.zeros((50, 64, 96, 3), np.uint8), fps=25))
    >>> info.frames, info.height, info.width, info.fps, info.seconds, info.codec
    (50, 64, 96, 25.0, 2.0, 'h264')
    >>> folder.cleanup()
    """
    path = existing(path)
    if path.is_dir():
        return _probe_folder(path, decode)
    times = frame_times(path)
    with Source(path) as source:
        frames = source.frames()
        first = next(frames, None)
        if first is None:
            raise VideoError(f"Not one frame of {path} can be decoded. Copy or convert it again.")
        count = 1 + sum(1 for _ in frames) if decode else len(times)
        return _describe(source, first, count, times, decode)


def _describe(source, first, count, times, decode):
    stream, index = source.stream, index_of(source.path)
    fps, variable, notes = _rate(times, index, whole=not (source.lost or source.cut))
    turn = display_matrix(first)
    sides = (first.width, first.height) if turn is None or turn[0] else (first.height, first.width)
    seconds = float(times[-1] + 1 / fps) if index.usable else count / fps
    notes += _completeness(source, count, seconds) if decode else ["counted without decoding"]
    return VideoInfo(
        path=str(source.path),
        width=sides[0],
        height=sides[1],
        fps=fps,
        frames=count,
        header_frames=stream.frames or None,
        seconds=seconds,
        codec=DECODERS.get(stream.codec_context.name, stream.codec_context.name),
        pixel_format=first.format.name,
        rotation=DEGREES.get(turn, 0),
        variable_frame_rate=variable,
        has_audio=bool(source.container.streams.audio),
        notes=tuple(notes + _oddities(source, first, turn)),
    )


def _completeness(source, count, seconds):
    """Say what is missing, and where header and decoder differ for another reason."""
    notes = source.shortfall(count, seconds)
    hidden = source.discarded
    if source.stream.frames - hidden not in (0, count) and not notes:
        notes = [f"the header counts {source.stream.frames} frames, {count} are shown"]
    return notes + source.damage()


def _rate(times, index, *, whole):
    """Return frames per second, whether they vary, and notes; gaps count in a whole file only."""
    gaps = np.diff(times)
    if not len(gaps) or not index.usable:
        if index.fps:
            return index.fps, False, []
        return ASSUMED_FPS, False, [f"no frame rate is stored; {ASSUMED_FPS:g} a second assumed"]
    measured, usual = float(1 / gaps.mean()), float(np.median(gaps))
    variable = bool((np.abs(gaps - usual) > 1.01 * index.tick + 0.01 * usual).any())
    if variable and whole:
        low, high = gaps.min() * 1000, gaps.max() * 1000
        return measured, True, [f"frames last {low:.0f} to {high:.0f} ms: the frame rate varies"]
    if index.fps and (variable or abs(index.fps / measured - 1) < 0.01):
        return index.fps, False, []
    said = f"{index.fps:.5g} frames per second" if index.fps else "no frame rate"
    return measured, False, [f"the header says {said}, the time stamps {measured:.5g}"]


def _oddities(source, frame, turn):
    notes = []
    if turn is not None:
        degrees = DEGREES.get(turn)
        how = f"turned by {degrees} degrees clockwise" if degrees else "mirrored"
        notes.append(f"stored pictures are {how} for showing; the frames come out that way")
    parts = frame.format.components
    if any(part.bits > 8 for part in parts):
        notes.append(f"{max(part.bits for part in parts)} bits per value; frames come out with 8")
    if any(part.is_alpha for part in parts) or source.stream.metadata.get("alpha_mode") == "1":
        notes.append("there is an alpha channel; frames come out without it")
    if sum(not part.is_alpha for part in parts) == 1 and not frame.format.has_palette:
        notes.append("grey pictures; frames come out with three equal channels")
    if frame.width % 2 or frame.height % 2:
        notes.append("an odd width or height")
    ratio = source.stream.sample_aspect_ratio
    if ratio and ratio != 1:
        notes.append(f"pixels are {ratio} as wide as high; frames come out as they are stored")
    return notes


def _probe_folder(path, decode):
    files, _ = pictures(path)
    taken = range(len(files) if decode else 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", VideoWarning)
        shapes = [x.shape for _, x in pick_pictures(path, taken, size=None, colour="rgb")]
    if not shapes:
        raise VideoError(f"Not one picture in {path} can be read. Copy them again.")
    frames = len(shapes) if decode else len(files)
    notes = [f"a folder of pictures has no clock; {ASSUMED_FPS:g} a second assumed"]
    if len(set(shapes)) > 1:
        notes.append("the pictures have several sizes; pass size=(height, width) to read them")
    return VideoInfo(
        path=str(path),
        width=shapes[0][1],
        height=shapes[0][0],
        fps=ASSUMED_FPS,
        frames=frames,
        header_frames=None,
        seconds=frames / ASSUMED_FPS,
        codec="pictures",
        pixel_format="rgb24",
        rotation=0,
        variable_frame_rate=False,
        has_audio=False,
        notes=tuple(notes + [str(warning.message) for warning in caught]),
    )
