"""Frames out of a video: one after another, as an array, or one by number or second."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from .convert import Converter, checked_options
from .errors import VideoError
from .folder import pick_pictures, pictures
from .source import existing, index_of, pick

ASSUMED_FPS = 25.0  # for pictures and files without a clock


def wanted_frames(path, wanted, *, size=None, colour="rgb"):
    """Yield (number, array) for rising frame numbers of a file or a folder."""
    size, shape = checked_options(size, colour), None
    if existing(path).is_dir():
        found = pick_pictures(path, wanted, size=size, colour=colour)
    else:
        convert = Converter(size, colour)
        found = ((number, convert(frame)) for number, frame in pick(path, wanted))
    for number, frame in found:
        shape = shape or frame.shape
        if frame.shape != shape:
            raise VideoError(
                f"Frame {number} of {path} is {frame.shape[0]} x {frame.shape[1]} (height x "
                f"width), those before it are {shape[0]} x {shape[1]}. Pass size=(height, width) "
                "to bring all to one size."
            )
        yield number, frame


def read_frames(
    path, *, start=0, stop=None, step=1, size=None, colour="rgb"
) -> Iterator[np.ndarray]:
    """Yield the frames of a video one after another.

    Only a few frames are in memory at a time, however long the video.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures.
    start, stop : int, optional
        The half-open range of frame numbers; without ``stop``, to the end. A ``stop`` past the
        end gives what there is, as in slices.
    step : int
        Take every ``step``-th frame. Stretches between keyframes that hold no wanted frame are
        jumped over.
    size : (int, int), optional
        (height, width) to scale to; without it, the video's own size.
    colour : {"rgb", "bgr", "gray", "luma"}
        "gray" and "luma" hand out the luminance that the file stores and skip all work on
        colour. "gray" runs from 0 to 255; "luma" is the plane as it is, in most files with 16
        for black and 235 for white, and the fastest way to read. (Where a file stores no such
        plane of 8 bits, they are the same.)

    Yields
    ------
    np.ndarray
        (H, W, 3) uint8, or (H, W) uint8 for "gray" and "luma"; upright where the file says how.

    Raises
    ------
    VideoError
        If the file cannot be read, an argument makes no sense, or no frame is in the range.

    Warns
    -----
    VideoWarning
        If part of the file is missing or damaged; what could be decoded has been returned.

    See Also
    --------
    read_video : the same, as one array.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from vidlearn.video import write_video
    >>> folder = tempfile.TemporaryDirectory()
    >>> film = write_video(pathlib.Path(folder.name) / "a.mp4", np.zeros((9, 64, 96, 3), np.uint8))
    >>> [frame.shape for frame in read_frames(film, start=2, stop=7, step=2)]
    [(64, 96, 3), (64, 96, 3), (64, 96, 3)]
    >>> folder.cleanup()
    """
    for name, value, least in (("start", start, 0), ("stop", stop, 0), ("step", step, 1)):
        if value is not None and (value != int(value) or value < least):
            raise VideoError(f"{name} must be a whole number >= {least}. Received: {value!r}")
    if stop is not None and stop <= start:
        raise VideoError(f"stop must be greater than start ({start}). Received: {stop}")
    wanted = range(int(start), sys.maxsize if stop is None else int(stop), int(step))
    checked_options(size, colour)
    existing(path)
    return _read_frames(path, wanted, size, colour)


def _read_frames(path, wanted, size, colour):
    number = None
    for number, frame in wanted_frames(path, wanted, size=size, colour=colour):  # noqa: B007
        yield frame
    if number is None:
        count = count_frames(path)
        if count:
            raise VideoError(f"start={wanted.start} is past the end: {path} has {count} frames.")
        raise VideoError(f"Not one frame of {path} can be decoded. Copy or convert it again.")


def read_video(
    path, *, start=0, stop=None, step=1, size=None, colour="rgb", max_bytes=2 * 2**30
) -> np.ndarray:
    """Read frames into one array.

    Parameters
    ----------
    path, start, stop, step, size, colour
        As in :func:`read_frames`.
    max_bytes : int
        More than this is refused before memory is full.

    Returns
    -------
    np.ndarray
        (T, H, W, 3) uint8, or (T, H, W) for "gray" and "luma".

    Raises
    ------
    VideoError
        As in :func:`read_frames`, and if the array would be larger than ``max_bytes``.
    """
    options = {"start": start, "stop": stop, "step": step, "size": size, "colour": colour}
    reader, frames, total = read_frames(path, **options), [], 0
    expected = len(range(start, min(stop or sys.maxsize, count_frames(path)), step))
    for frame in reader:
        total += frame.nbytes
        need = max(total, frame.nbytes * expected)
        if need > max_bytes:
            raise VideoError(
                f"{expected} frames of {path} need {need:,} bytes ({need / 2**30:.1f} GiB); the "
                f"limit is {max_bytes:,}. Read fewer (start, stop, step) or smaller frames "
                "(size=(height, width)), go through them one by one with read_frames, or raise "
                "max_bytes."
            )
        frames.append(frame)
    video = np.empty((len(frames), *frames[0].shape), np.uint8)
    for i in range(len(frames)):
        video[i], frames[i] = frames[i], None  # never twice in memory
    return video


def frame_at(path, *, frame=None, seconds=None, size=None, colour="rgb") -> np.ndarray:
    """Read one frame, by its number or by the second at which it is on screen.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures (25 a second).
    frame : int, optional
        The number of the frame, from 0. Give this or ``seconds``.
    seconds : float, optional
        Seconds from the first frame: the frame whose stamp is the last one at or before it.
        Stamps are rounded to the ticks of the file, so up to half a tick is granted.
    size, colour
        As in :func:`read_frames`.

    Returns
    -------
    np.ndarray
        (H, W, 3) uint8, or (H, W) for "gray" and "luma".

    Raises
    ------
    VideoError
        If both or neither are given, or there is no such frame.
    """
    if (frame is None) == (seconds is None):
        raise VideoError(
            f"Give either frame or seconds. Received: frame={frame!r}, seconds={seconds!r}"
        )
    if seconds is not None:
        frame = _number_at(path, seconds)
    if frame != int(frame) or frame < 0:
        raise VideoError(f"frame must be a whole number >= 0. Received: {frame!r}")
    for _, picture in wanted_frames(path, [int(frame)], size=size, colour=colour):
        return picture
    last = count_frames(path) - 1
    if frame <= last:
        raise VideoError(f"Frame {frame} of {path} is damaged; probe(path) says what is there.")
    raise VideoError(f"There is no frame {frame} in {path}: frames go from 0 to {last}.")


def _number_at(path, seconds):
    times = frame_times(path)
    gap = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1 / ASSUMED_FPS
    if not 0 <= seconds < times[-1] + max(gap, 1e-3):
        raise VideoError(
            f"seconds must be in 0 <= seconds < {times[-1] + gap:.3f}, the length of {path}. "
            f"Received: {seconds!r}. (For a frame number, pass frame=...)"
        )
    tick = 0.0 if existing(path).is_dir() else index_of(path).tick
    rounding = tick / 2 if tick < gap / 4 else 0.0  # a coarse tick is the frame's own
    return int(np.searchsorted(times, seconds + rounding + 1e-9, "right")) - 1


def frame_times(path) -> np.ndarray:
    """Return the time stamp of every frame, in seconds from the first.

    Parameters
    ----------
    path : str or Path
        A video file, or a folder of pictures (25 a second).

    Returns
    -------
    np.ndarray
        (T,) float64, rising. Where the file stores no stamps, frame number / frames per second.

    Notes
    -----
    The stamps are read from the packets, without decoding a picture; a two-hour film takes
    about a second.
    """
    if existing(path).is_dir():
        return np.arange(len(pictures(path)[0])) / ASSUMED_FPS
    index = index_of(path)
    if index.usable:
        return (index.pts - index.pts[0]) * index.tick
    return np.arange(index.count) / (index.fps or ASSUMED_FPS)


def count_frames(path):
    """Count the frames that a file stores, without decoding them."""
    if existing(path).is_dir():
        return len(pictures(path)[0])
    return index_of(path).count
