"""Frames as the interactives store them: small pictures in few bytes."""

import io
import math
from numbers import Real

import numpy as np

MOST_BYTES = 2_000_000
QUALITIES = (72, 55, 40, 25)


def shrink(frame, max_width, name="frame"):
    """Return a frame as a Pillow picture, no wider than `max_width`.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
    max_width : int
    name : str
        What the error calls the frame.

    Raises
    ------
    ValueError
        If the frame is not such an array, or max_width is below 1.
    """
    from PIL import Image

    if not isinstance(max_width, Real) or not math.isfinite(max_width) or max_width < 1:
        raise ValueError(f"max_width must be at least 1, a number. Received: {max_width!r}")
    frame = np.asarray(frame)
    good = frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)
    if frame.dtype != np.uint8 or not good or not frame.size:
        raise ValueError(
            f"{name} must be a uint8 picture (H, W, 3) or (H, W). Received dtype {frame.dtype} and "
            f"shape {frame.shape}. Where values go from 0 to 1: (255 * frame).astype(np.uint8)."
        )
    height, width = frame.shape[:2]
    scale = min(1, max_width / width)
    stored = (round(width * scale), max(1, round(height * scale)))
    return Image.fromarray(frame).resize(stored, Image.Resampling.BOX)


def encode(frames, max_width):
    """Return frames as WebP pictures, and their sizes.

    Parameters
    ----------
    frames : iterable of ndarray, (H, W, 3) or (H, W), uint8
    max_width : int
        Wider frames are stored at this width.

    Returns
    -------
    pictures : list of bytes
    sizes : tuple
        (width, height) stored, then given.

    Raises
    ------
    ValueError
        If there is no frame, one is not uint8, they differ in size, or they exceed 2 MB.
    """
    pictures, given = [], None
    for number, frame in enumerate(frames):
        picture = shrink(frame, max_width, f"frame {number}")
        shape = np.shape(frame)[:2]
        if given not in (None, shape):
            raise ValueError(f"frames must have one size. Received {given} and {shape}.")
        given = shape
        pictures.append(as_bytes(picture.convert("RGB"), "WEBP", quality=70, method=4))
        if sum(map(len, pictures)) > MOST_BYTES:
            raise ValueError(
                f"frames are too much for a notebook: the first {number + 1} take "
                f"{MOST_BYTES / 1e6:.0f} MB at a width of {picture.width}. Show fewer, such as "
                f"frames[:{number}] or frames[::2] at half the fps, or take a smaller max_width."
            )
    if not pictures:
        raise ValueError("frames must hold at least one frame. Received none.")
    return pictures, (picture.size, given[::-1])


def pressed(frames, max_width, *, most):
    """Return frames as WebP pictures of a quality that fits into a notebook, and their sizes.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        They may differ in size.
    max_width : int
        Wider frames are stored at this width.
    most : int
        How many bytes they may take together.

    Returns
    -------
    pictures : list of bytes
    sizes : list of ((int, int), (int, int))
        (width, height) stored and given, of each.

    Raises
    ------
    ValueError
        If a frame is not uint8, or they take too much whatever the quality.
    """
    pictures = [
        shrink(frame, max_width, f"frames[{t}]").convert("RGB") for t, frame in enumerate(frames)
    ]
    sizes = [
        (one.size, np.shape(frame)[1::-1]) for one, frame in zip(pictures, frames, strict=True)
    ]
    for quality in QUALITIES:
        stored = [as_bytes(one, "WEBP", quality=quality, method=4) for one in pictures]
        total = sum(map(len, stored))
        if total <= most:
            return stored, sizes
    raise ValueError(
        f"frames are too much for a notebook: {len(stored)} of them take {total / 1000:.0f} kB at "
        f"a width of {pictures[0].width}, where {most // 1000} are allowed. Show fewer, or take a "
        "smaller max_width."
    )


def pressed_alike(frames, max_width, *, most):
    """Return frames as `pressed` does, which must be of one size, and this.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
    max_width, most : int
        As for `pressed`.

    Returns
    -------
    pictures : list of bytes
    sizes : tuple
        (width, height) stored, then given.

    Raises
    ------
    ValueError
        If they differ in size, or as in `pressed`.
    """
    pictures, sizes = pressed(frames, max_width, most=most)
    given = sorted({size for _, size in sizes})
    if len(given) > 1:
        raise ValueError(f"frames must have one size. Received: {given}")
    return pictures, sizes[0]


def as_bytes(picture, form, **options):
    """Return a Pillow picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def opened(data):
    """Return the bytes of a file as a Pillow picture."""
    from PIL import Image

    return Image.open(io.BytesIO(data))


def three_frames(frames, size, below):
    """Lay the first, the middle and the last of pressed frames out, for the head of a poster.

    Parameters
    ----------
    frames : sequence of bytes
        As `pressed` returns them.
    size : (int, int)
        Width and height of a frame.
    below : int
        Rows of white below the pictures.

    Returns
    -------
    sheet : PIL.Image.Image
        600 pixels wide.
    tall : int
        How high the pictures are in it.
    """
    from PIL import Image

    (width, height), last = size, len(frames) - 1
    tall = max(1, round(150 * height / width))
    sheet = Image.new("RGB", (600, tall + below), "white")
    for place, t in enumerate(sorted({0, last // 2, last})):
        picture = opened(frames[t]).convert("RGB").resize((150, tall))
        sheet.paste(picture, (225 * place, 0))
    return sheet, tall
