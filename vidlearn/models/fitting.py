"""Pictures of any size made to fit a network."""

import numpy as np
from PIL import Image

GREY = 128  # what a letterbox is filled up with


def letterbox(frame, size):
    """Make a picture fit into a size, at the top left; grey fills up the rest.

    It keeps its shape, but for sides rounded to whole pixels.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8.
    size : (int, int)
        Height and width.

    Returns
    -------
    picture : ndarray
        (height, width, 3) uint8.
    factor : float
        By which boxes are multiplied, and divided on the way back.

    Raises
    ------
    ValueError
        If the frame is no such picture.

    Examples
    --------
    >>> picture, factor = letterbox(np.zeros((20, 80, 3), np.uint8), (30, 40))
    >>> picture.shape, factor, picture[9, 0, 0], picture[10, 0, 0]
    ((30, 40, 3), 0.5, np.uint8(0), np.uint8(128))

    Lesson 13 teaches it.
    """
    frame = checked_frame(frame)
    if frame.shape[:2] == tuple(size):
        return frame, 1.0
    (part, factor), picture = fit_into(frame, size), np.full((*size, 3), GREY, np.uint8)
    picture[: part.shape[0], : part.shape[1]] = part
    return picture, factor


def fit_into(frame, size):
    """Make a picture as large as fits into (height, width); return it, and by how much."""
    factor = min(size[0] / frame.shape[0], size[1] / frame.shape[1])
    h, w = (max(round(side * factor), 1) for side in frame.shape[:2])
    made = Image.fromarray(frame).resize((w, h), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.array(made), factor


def checked_frame(frame, name="frame"):
    """Return a picture as an array; `name` is the argument that it came in."""
    frame = np.asarray(frame)
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
        what = {"frame": "a picture"}.get(name, "pictures, as a batch or a list, each")
        raise ValueError(
            f"{name} must be {what} of shape (H, W, 3) and dtype uint8. "
            f"Received: shape {frame.shape}, dtype {frame.dtype}"
        )
    return frame
