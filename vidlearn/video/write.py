"""Write a video that plays in every browser."""

from __future__ import annotations

import os
import tempfile
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from .errors import VideoError, warn

THREADS = 4  # with another number x264 makes other bytes


def write_video(path, frames, *, fps=25.0, crf=20) -> Path:
    """Write frames as H.264 (yuv420p) in mp4, its index at the front.

    Nothing half-written is ever left under the name: the file appears when it is whole.

    Parameters
    ----------
    path : str or Path
        Ends in ".mp4". A file of that name is replaced.
    frames : np.ndarray or iterable of np.ndarray
        (T, H, W, 3) RGB or (T, H, W) gray, uint8; or an iterator of such frames, so that a film
        need not fit in memory.
    fps : float or Fraction
        Frames per second.
    crf : int
        Constant rate factor, x264's measure of loss: 0 keeps everything, about 18 looks
        untouched, 51 is the worst. Six more halve the file, roughly.

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
    path = Path(path).expanduser().absolute()
    if path.suffix.lower() != ".mp4":
        raise VideoError(f"path must end in .mp4. Received: {path.name}")
    if not path.parent.is_dir():
        raise VideoError(f"There is no folder {path.parent}. Make it first: Path(...).mkdir()")
    if not (0 < fps <= 1000):
        raise VideoError(f"fps must be above 0 and at most 1000. Received: {fps!r}")
    if crf not in range(52):
        raise VideoError(f"crf must be a whole number from 0 to 51. Received: {crf!r}")
    handle, part = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part.mp4", dir=path.parent)
    os.close(handle)
    try:
        _encode(part, frames, Fraction(fps).limit_denominator(100_000), crf)
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    except BaseException as error:
        Path(part).unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, VideoError):
            raise VideoError(f"{path} was not written: {error.strerror or error}.") from error
        raise
    return path


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _encode(path, frames, rate, crf):
    import av

    frames = checked_frames(frames)
    first = next(frames)
    height, width = first.shape[:2]
    if height % 2 or width % 2:
        note = (
            f"{width} x {height} (width x height) is odd and H.264 in yuv420p is not: written as "
            f"{width + width % 2} x {height + height % 2}, the last column or row twice."
        )
        warn(note)
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.flags |= 0x400  # bitexact: no date, no version of the muxer
        stream = _add_stream(container, width + width % 2, height + height % 2, rate, crf)
        for number, frame in enumerate(chain([first], frames)):
            container.mux(stream.encode(_yuv(frame, number)))
        container.mux(stream.encode(None))


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
    for number, frame in enumerate(frames):
        if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8:
            kind = getattr(frame, "dtype", type(frame).__name__)
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
        if frame.shape != shape:
            raise VideoError(
                f"All frames must have one shape. Frame 0 has {shape}, frame {number} "
                f"{frame.shape}. Resize them first."
            )
        yield frame
    if shape is None:
        raise VideoError("frames holds no frame: a video needs one at least.")
