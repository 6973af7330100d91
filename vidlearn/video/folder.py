"""A folder of pictures, read as if it were a video."""

import re

import numpy as np

from .errors import VideoError, warn
from .source import existing, stamp

ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}

_damaged = set()  # pictures that were seen not to decode


def natural_key(name):
    """Sort key that puts frame2 before frame10.

    >>> sorted(["frame10.png", "frame2.png"], key=natural_key)
    ['frame2.png', 'frame10.png']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p], name


def pictures(path):
    """List the pictures of a folder in natural order, (F,) Path, and the damaged among them.

    Raises
    ------
    VideoError
        If the folder holds no picture.
    """
    path = existing(path)
    files = [p for p in path.iterdir() if p.suffix.lower() in ENDINGS and p.name[0] != "."]
    damaged = [p for p in files if stamp(p) in _damaged]
    files = sorted(set(files) - set(damaged), key=lambda p: natural_key(p.name))
    if not files:
        raise VideoError(
            f"{path} is a folder without pictures. Name a video file, or a folder that holds "
            f"{', '.join(sorted(ENDINGS))}."
        )
    return files, damaged


def pick_pictures(path, wanted, *, size, colour):
    """Yield (number, array) for the wanted pictures of a folder, as ``source.pick`` does."""
    files, damaged = pictures(path)
    if damaged:
        warn(f"{path}: {', '.join(p.name for p in damaged)} cannot be read; left out.")
    for number in wanted:
        if number >= len(files):
            return
        try:
            yield number, load(files[number], size, colour)
        except OSError as error:
            _damaged.add(stamp(files[number]))
            warn(f"{files[number]} cannot be read: {error}.")


def load(file, size, colour):
    """Read one picture as uint8: upright, alpha dropped, 16 bits brought to 8."""
    from PIL import Image, ImageOps

    with Image.open(file) as image:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I"):
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        image = image.convert("L" if colour in ("gray", "luma") else "RGB")
    if size is not None and size != image.size[::-1]:
        image = image.resize(size[::-1], Image.Resampling.BICUBIC)
    frame = np.array(image)
    return np.ascontiguousarray(frame[..., ::-1]) if colour == "bgr" else frame
