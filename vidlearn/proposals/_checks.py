"""What the functions of this package ask of their arguments."""

import numpy as np


def check_frame(frame):
    """Return a frame as (H, W, C), C 1 or 3, or raise a ValueError unless it is one of uint8."""
    shape = frame.shape if isinstance(frame, np.ndarray) else None
    fine = shape is not None and (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3))
    if not fine or frame.dtype != np.uint8 or 0 in shape:
        kind = type(frame).__name__ if shape is None else f"{frame.dtype} of shape {shape}"
        raise ValueError(
            "frame must be an array (H, W, 3) of RGB or (H, W) of grey, uint8 from 0 to 255, with "
            f"at least one pixel. Received: {kind}. "
            "From floats 0 to 1: (frame * 255).round().astype(np.uint8)"
        )
    return frame.reshape(*shape[:2], -1)


def check_segments(segments, size=None):
    """Return segments as (H, W) int64, or raise a ValueError unless all labels 0..K-1 occur."""
    array = np.asarray(segments)
    if array.ndim != 2 or not array.size or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            "segments must be an array (H, W) of whole numbers, the segment of every pixel. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    if size is not None and array.shape != tuple(size):
        raise ValueError(
            "segments must be as high and wide as the frame, "
            f"{size[0]} x {size[1]}. Received: {array.shape[0]} x {array.shape[1]}"
        )
    if array.min() < 0 or array.max() >= array.size or not np.bincount(array.ravel()).all():
        raise ValueError(
            "segments must use every number from 0 to their count less one. "
            f"Received numbers from {array.min()} to {array.max()} with gaps or below 0; "
            "np.unique(segments, return_inverse=True)[1].reshape(segments.shape) mends that"
        )
    return array.astype(np.int64)


def check_number(name, value, least, what, *, whole=False):
    """Raise a ValueError unless value is a finite number of at least `least`."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    fine = isinstance(value, kinds) and not isinstance(value, bool)
    if not fine or not least <= value < np.inf:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} of at least {least}, {what}. Received: {value!r}")


def check_names(name, values, known):
    """Return names as a tuple, or raise a ValueError unless they are known, each one once."""
    values = (values,) if isinstance(values, str) else tuple(values)
    if not values or len({*values}) < len(values) or not {*values} <= {*known}:
        raise ValueError(
            f"{name} must be among {', '.join(map(repr, known))}, each one once. "
            f"Received: {values!r}"
        )
    return values
