"""Small pictures of every frame, straight from the planes of the decoder, one after another."""

from __future__ import annotations

import os

import numpy as np

from vidlearn.video.door import opened
from vidlearn.video.errors import VideoError
from vidlearn.video.facts import nothing_decodes
from vidlearn.video.film import Film

SIDE = 160  # pixels that the longer side has at most
PLANAR = {"yuv420p": 2, "yuvj420p": 2, "yuv422p": 1, "yuvj422p": 1, "yuv444p": 1, "yuvj444p": 1}
ALL = range(2**62)


def small_pictures(video):
    """Yield (number, picture) of a film, a folder of pictures, or an iterable of frames.

    Parameters
    ----------
    video : str, Path, ndarray or iterable of ndarray
        A path, or frames (H, W, 3) or (H, W) uint8.

    Yields
    ------
    int
        The number of the frame, from 0.
    ndarray
        (h, w, 3) uint8 RGB, each side divided by the whole number that brings the longer one to
        `SIDE` pixels or less. Colours are right but for the range: black is 16 where it is 16 in
        the file.
    """
    if not isinstance(video, str | os.PathLike):
        yield from enumerate(map(shrunk, _checked(video)))
        return
    source, shape, number = opened(video), None, None
    if isinstance(source, Film):
        pictures = ((n, _of_planes(f)) for n, f in source.decoded(rough=True))
    else:
        pictures = ((n, shrunk(f)) for n, f in source.pick(ALL, size=None, colour="rgb"))
    for number, picture in pictures:
        shape = shape or picture.shape
        yield number, picture if picture.shape == shape else _brought(picture, shape)
    if number is None:
        raise VideoError(nothing_decodes(source.path))


def shrunk(frame):
    """Return a frame as a small RGB picture, (h, w, 3) uint8."""
    if frame.ndim == 2:
        frame = np.stack([frame] * 3, axis=-1)
    return np.ascontiguousarray(_area(frame, *_smaller(*frame.shape[:2])))


def _smaller(height, width):
    """Return the height and width of the small picture."""
    by = -(-max(height, width) // SIDE)
    return max(height // by, 1), max(width // by, 1)


def _area(plane, height, width):
    """Return the means over equal blocks of pixels, what is left over cut off."""
    import cv2

    if plane.shape[:2] == (height, width):
        return plane
    down, right = max(plane.shape[0] // height, 1), max(plane.shape[1] // width, 1)
    plane = plane[: height * down, : width * right]
    for step in (4, 3, 2):  # a few rows of each block tell as much, in less time
        if down % step == 0 and down >= 2 * step:
            return cv2.resize(plane[::step], (width, height), interpolation=cv2.INTER_AREA)
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)


def _of_planes(frame):
    """Return a decoded frame as a small RGB picture; only its small planes are converted."""
    import cv2

    if frame.format.name not in PLANAR:
        return shrunk(frame.to_ndarray(format="rgb24"))
    height, width = _smaller(frame.height, frame.width)
    small = []
    for plane in (frame.planes[0], frame.planes[2], frame.planes[1]):  # OpenCV has V before U
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        small.append(_area(rows[: plane.height, : plane.width], height, width))
    return cv2.cvtColor(cv2.merge(small), cv2.COLOR_YCrCb2RGB)


def _brought(picture, shape):
    """Bring a picture of a film whose size changes to that of the first."""
    import cv2

    return cv2.resize(picture, shape[1::-1], interpolation=cv2.INTER_AREA)


def _checked(frames):
    """Yield frames given as arrays; all must be uint8 and of one shape."""
    array = isinstance(frames, np.ndarray)
    if not hasattr(frames, "__iter__") or (array and frames.ndim not in (3, 4)):
        raise ValueError(
            "frames must be (T, H, W, 3) or (T, H, W) uint8, or an iterable of frames. Received: "
            + (f"shape {frames.shape}" if array else repr(frames))
        )
    shape, number = None, None
    for number, frame in enumerate(frames):
        kind, form = getattr(frame, "dtype", type(frame).__name__), np.shape(frame)
        fine = len(form) == 2 or (len(form) == 3 and form[2] == 3)
        if kind != np.uint8 or not fine or 0 in form:
            raise ValueError(
                "frames must be (H, W, 3) or (H, W) uint8, 0 to 255. Frame "
                f"{number} is {kind} of shape {form}"
            )
        shape = shape or form
        if form != shape:
            raise ValueError(f"frames must have one shape. Frame 0 has {shape}, {number} {form}")
        yield frame
    if number is None:
        raise ValueError("frames holds no frame.")
