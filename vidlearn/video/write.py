"""Write a video that plays in every browser."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from .arguments import LONGEST_SIDE, frame_rate, whole
from .door import as_path
from .errors import VideoError, warn

PLAIN = (np.ndarray, np.memmap)  # not np.matrix, which NumPy cannot stack
THREADS = 4  # with another number x264 makes other bytes


def write_video(path, frames, *, fps=25.0, crf=20) -> Path:
    """Write frames as H.264 (yuv420p) in mp4, its index at the front.

    Nothing half-written is ever left under the name: the file appears when it is whole.

    Parameters
    ----------
    path : str or Path
        Ends in ".mp4". A file of that name is replaced.
    frames : np.ndarray or iterable of np.ndarray
        (T, H, W, 3) RGB or (T, H, W) gray, uint8, no side longer than 16384; or an iterator of
        such frames, so that a film need not fit in memory.
    fps : float or Fraction
        Frames per second, 0.001 to 1000.
    crf : int
        Constant rate factor, x264's measure of loss: 0 loses nothing that yuv420p holds, about 18
        looks untouched, 51 is the worst. Six more halve the file, roughly.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    VideoError
        If a frame is not uint8 of the right shape, there are none, an argument makes no sense,
        or the disk is full.

    Warns
    -----
    VideoWarning
        If a width or height is odd: yuv420p stores colour for 2 x 2 pixels, so the last column
        or row is written twice.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     film = write_video(Path(folder) / "a.mp4", np.zeros((5, 64, 96, 3), np.uint8))
    ...     film.name, film.read_bytes()[4:8]
    ('a.mp4', b'ftyp')
    """
    path = as_path("path", path)
    if path.suffix.lower() != ".mp4":
        raise VideoError(f"path must end in .mp4. Received: {path.name}")
    rate, crf = Fraction(frame_rate(fps)).limit_denominator(100_000), whole("crf", crf, 0, 51)
    frames = checked_frames(frames)
    first = next(frames)  # before a file is made
    part = _part_beside(path)
    try:
        _encode(part, chain([first], frames), first.shape[:2], rate, crf)
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    except _EncodingError as error:
        raise VideoError(f"{path} was not written: {error}.") from error.__cause__
    except OSError as error:
        if error.filename == part or error.filename2 == str(path):
            raise VideoError(f"{path} was not written: {error.strerror or error}.") from error
        raise  # of the caller's own frames
    finally:
        Path(part).unlink(missing_ok=True)
    return path


class _EncodingError(Exception):
    """The encoder, the muxer or the disk refused."""


def _part_beside(path):
    """Make the empty file that is written first; its short name fits where the long one does."""
    try:
        if not path.parent.is_dir():
            raise VideoError(f"There is no folder {path.parent}. Make it first: Path(...).mkdir()")
        if path.is_dir():
            raise VideoError(f"{path} is a folder. Name a file in it, such as {path / 'a.mp4'}")
        handle, part = tempfile.mkstemp(prefix=".", suffix=".part.mp4", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise VideoError(f"{path} was not written: {error.strerror or error}.") from error
    return part


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _encode(path, frames, sides, rate, crf):
    import av

    height, width = sides
    if height % 2 or width % 2:
        note = (
            f"{width} x {height} (width x height) is odd and H.264 in yuv420p is not: written as "
            f"{width + width % 2} x {height + height % 2}, the last column or row twice."
        )
        warn(note)
    with _refusals():
        container = av.open(path, "w", format="mp4", options={"movflags": "+faststart"})
        container.flags |= 0x400  # bitexact: no date, no version of the muxer
        stream = _add_stream(container, width + width % 2, height + height % 2, rate, crf)
    try:
        for number, frame in enumerate(frames):
            with _refusals():
                container.mux(stream.encode(_yuv(frame, number)))
        with _refusals():
            container.mux(stream.encode(None))
            container.close()
    except BaseException:
        with suppress(av.error.FFmpegError):
            container.close()
        raise


@contextmanager
def _refusals():
    """Tell the errors of the encoder and the disk from those of the caller's frames."""
    import av

    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise _EncodingError(error.strerror or error) from error


def _add_stream(container, width, height, rate, crf):
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    # The same frames make the same bytes, on every machine. x264's mbtree would spoil that: it
    # takes in memory beside its tables.
    stream.options = {"crf": str(crf), "preset": "medium", "x264-params": "mbtree=0"}
    context = stream.codec_context
    context.thread_count, context.thread_type = THREADS, "FRAME"
    # sRGB through the BT.601 matrix, and labelled so: every reader shows the same colours.
    context.colorspace, context.color_range = 6, 1
    context.color_primaries, context.color_trc = 1, 13
    return stream


def _yuv(frame, number):
    from av import VideoFrame

    if frame.ndim == 2:
        frame = np.stack([frame] * 3, axis=-1)
    odd = [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)]
    if (0, 1) in odd:
        frame = np.pad(frame, odd, mode="edge")
    picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG"
    )
    picture.pts = number
    return picture


def checked_frames(frames):
    """Yield the frames; the first must be there and the others must be like it."""
    if isinstance(frames, np.ndarray) and frames.ndim == 3 and frames.shape[2] == 3:
        raise VideoError(
            f"frames of shape {frames.shape} look like one picture, not like (T, H, W, 3) or "
            "(T, H, W). For a video of one frame pass frames[np.newaxis]."
        )
    shape = None
    try:
        frames = iter(frames)
    except TypeError:
        raise VideoError(
            f"frames must be an array or an iterator of frames. Received: {type(frames).__name__}"
        ) from None
    for number, frame in enumerate(frames):
        if (
            not isinstance(frame, np.ndarray)
            or isinstance(frame, np.matrix)
            or frame.dtype != np.uint8
        ):
            kind = type(frame).__name__
            kind = frame.dtype if kind == "ndarray" else kind
            raise VideoError(
                f"frames must be uint8, 0 to 255. Frame {number} is {kind}. From floats 0 to 1: "
                "(frames * 255).round().astype(np.uint8)"
            )
        if not (frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)) or not frame.size:
            raise VideoError(
                "frames must be (T, H, W, 3) RGB or (T, H, W) gray, or an iterator of (H, W, 3) "
                f"or (H, W). Frame {number} has shape {frame.shape}."
            )
        shape = shape or frame.shape
        if max(shape[:2]) > LONGEST_SIDE:
            raise VideoError(
                f"Frames of shape {shape} are too large for H.264: no side may be longer than "
                f"{LONGEST_SIDE}. Scale them down first."
            )
        if frame.shape != shape:
            raise VideoError(
                f"All frames must have one shape. Frame 0 has {shape}, frame {number} "
                f"{frame.shape}. Resize them first."
            )
        yield frame
    if shape is None:
        raise VideoError("frames holds no frame: a video needs one at least.")
