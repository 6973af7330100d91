"""Arguments judged alike in every call: each helper returns the value or raises a VideoError."""

import math
import operator
import sys
from numbers import Rational

import numpy as np

from .errors import VideoError

COLOURS = ("rgb", "bgr", "gray", "luma")
LONGEST_SIDE = 16384  # of a picture that the scaler takes


def whole(name, value, least, most=None):
    """Return a whole number, also from 3.0 or np.int64(3); not from True."""
    try:
        number = operator.index(value)
    except TypeError:
        is_whole = isinstance(value, float | np.floating) and float(value).is_integer()
        number = int(value) if is_whole else None
    outside = number is None or number < least or (most is not None and number > most)
    if outside or isinstance(value, bool | np.bool_):
        span = f">= {least}" if most is None else f"from {least} to {most}"
        raise VideoError(f"{name} must be a whole number {span}. Received: {value!r}")
    return number


def real(name, value):
    """Return a finite number as float; a Fraction stays as exact as it is."""
    is_number = isinstance(value, int | float | np.integer | np.floating | Rational)
    if not is_number or isinstance(value, bool) or not math.isfinite(value):
        raise VideoError(f"{name} must be a number. Received: {value!r}")
    return value if isinstance(value, Rational) else float(value)


def frame_rate(value):
    """Return frames per second, above 0.001 and at most 1000."""
    if not 0.001 <= (rate := real("fps", value)) <= 1000:
        raise VideoError(
            f"fps must be above 0 (0.001 at least) and at most 1000. Received: {value}"
        )
    return rate


def frame_range(start, stop, step):
    """Return the range of frame numbers; without ``stop`` it never ends."""
    start, step = whole("start", start, 0), whole("step", step, 1)
    stop = sys.maxsize if stop is None else whole("stop", stop, 0)
    if stop <= start:
        raise VideoError(f"stop must be greater than start ({start}). Received: {stop}")
    return range(start, min(stop, sys.maxsize), step)


def picture_options(size, colour):
    """Return size as a pair of int or None, and the colour."""
    if not isinstance(colour, str) or colour not in COLOURS:
        raise VideoError(f"colour must be 'rgb', 'bgr', 'gray' or 'luma'. Received: {colour!r}")
    if size is None:
        return None, colour
    try:
        height, width = (whole("size", side, 1, LONGEST_SIDE) for side in size)
    except (TypeError, ValueError):
        raise VideoError(
            f"size must be (height, width) in whole pixels, each from 1 to {LONGEST_SIDE}. "
            f"Received: {size!r}"
        ) from None
    return (height, width), colour


def fitting(path, frames, need, max_bytes, remedy):
    """Raise a VideoError if frames need more bytes than ``max_bytes``."""
    if need > max_bytes:
        raise VideoError(
            f"{frames} frames of {path} need {need:,} bytes ({need / 2**30:.1f} GiB); the "
            f"limit is {max_bytes:,}. {remedy}, or raise max_bytes."
        )
