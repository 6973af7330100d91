"""Frames out of a video: one after another, as an array, or one by number or second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .arguments import fitting, frame_range, picture_options, real, whole
from .door import opened
from .errors import VideoError
from .facts import nothing_decodes


def wanted_frames(source, wanted, *, size, colour):
    """Yield (number, array) for rising frame numbers; all must have one shape."""
    shape = None
    for number, frame in source.pick(wanted, size=size, colour=colour):
        shape = shape or frame.shape
        if frame.shape != shape:
            raise VideoError(
                f"Frame {number} of {source.path} is {frame.shape[0]} x {frame.shape[1]} (height x "
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
    wanted = frame_range(start, stop, step)
    size, colour = picture_options(size, colour)
    return _read_frames(opened(path), wanted, size, colour)


def _read_frames(source, wanted, size, colour):
    number = None
    for number, frame in wanted_frames(source, wanted, size=size, colour=colour):  # noqa: B007
        yield frame
    if number is None:
        count = source.count
        if count:
            raise VideoError(
                f"start={wanted.start} is past the end: {source.path} has {count} frames."
            )
        raise VideoError(nothing_decodes(source.path))


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
    wanted, max_bytes = frame_range(start, stop, step), whole("max_bytes", max_bytes, 1)
    size, colour = picture_options(size, colour)
    source = opened(path)
    expected = len(wanted[: -(-max(source.bound - wanted.start, 0) // wanted.step)])
    remedy = (
        "Read fewer (start, stop, step) or smaller frames (size=(height, width)), go through them "
        "one by one with read_frames"
    )
    video, found = None, 0
    for frame in _read_frames(source, wanted, size, colour):
        if video is None:
            expected = max(expected, 1)
            fitting(source.path, expected, expected * frame.nbytes, max_bytes, remedy)
            video = np.empty((expected, *frame.shape), np.uint8)
        elif found == len(video):  # more than the packets foretold
            fitting(source.path, found + 1, video.nbytes + frame.nbytes, max_bytes, remedy)
            video.resize((found + 1 + found // 8, *frame.shape), refcheck=False)
        video[found] = frame  # never twice in memory
        found += 1
    if found < len(video):
        video.resize((found, *video.shape[1:]), refcheck=False)
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
    size, colour = picture_options(size, colour)
    if seconds is None:
        frame = whole("frame", frame, 0)
    else:
        seconds = real("seconds", seconds)
    source = opened(path)
    if seconds is not None:
        frame = _number_at(source, seconds)
    for _, picture in wanted_frames(source, [frame], size=size, colour=colour):
        return picture
    if not source.count:
        raise VideoError(nothing_decodes(source.path))
    raise VideoError(
        f"There is no frame {frame} in {source.path}: frames go from 0 to {source.count - 1}."
    )


def _number_at(source, seconds):
    times, tick = source.times(), source.tick
    if not len(times):
        raise VideoError(nothing_decodes(source.path))
    gap = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1 / 25
    if not 0 <= seconds < times[-1] + max(gap, 1e-3):
        raise VideoError(
            f"seconds must be in 0 <= seconds < {times[-1] + gap:.3f}, the length of "
            f"{source.path}. Received: {seconds!r}. (For a frame number, pass frame=...)"
        )
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
        (T,) float64, rising. Where the file stores no stamps, or some that do not rise with the
        frames: frame number / frames per second.

    Raises
    ------
    VideoError
        If the file cannot be read, or not one frame decodes.

    Notes
    -----
    Where the packets look whole, their stamps are read without decoding more than the beginning;
    a two-hour film takes some seconds. Short and odd films are decoded.
    """
    source = opened(path)
    times = source.times()
    if not len(times):
        raise VideoError(nothing_decodes(source.path))
    return times
