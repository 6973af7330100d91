"""What a picture's file says without being decoded: its size, and whether it is to be turned."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

ORIENTATION = 0x0112  # the EXIF tag; 5 to 8 swap width and height


@dataclass(frozen=True)
class Header:
    """Size of a picture as it is shown, and as it is stored."""

    size: tuple[int, int]  # (height, width), turned
    stored: tuple[int, int]
    orientation: int
    trouble: str | None = None  # why it cannot be read


def header(path):
    """Return what the header of a picture says; `trouble` where it cannot be read."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                stored = image.height, image.width
                orientation = image.getexif().get(ORIENTATION, 1)
    except Exception as error:  # Pillow's plug-ins raise all kinds for damaged files
        why = str(error).replace(str(path), path.name) or type(error).__name__
        return Header((0, 0), (0, 0), 1, why)
    turned = stored[::-1] if orientation in (5, 6, 7, 8) else stored
    return Header(turned, stored, orientation)
