"""A contact sheet: pictures with their boxes, side by side in one."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np

from vidlearn.plots import COLOURS
from vidlearn.plots.colours import readable_on

from .forms import read
from .types import DatasetError, DatasetWarning

TILE = 480  # pixels of the longer side
GAP = 12
FOOT = 22
CHIP = 14


def contact_sheet(pictures, *, number=12, seed=0):
    """Draw some pictures of a set with their boxes into one picture.

    Parameters
    ----------
    pictures : DetectionSet
        The set.
    number : int, default 12
        How many pictures; all, where there are fewer.
    seed : int, default 0
        Which ones: another seed draws others.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB. Each picture fits into 480 x 480; its name and split stand below, and
        the colours of the classes on top. A picture that cannot be decoded is grey.

    Raises
    ------
    DatasetError
        If the set has no picture, or `number` is below 1.

    Examples
    --------
    >>> import tempfile; from vidlearn.boxes import Truth
    >>> from vidlearn.datasets import DetectionSet, LabelledPicture
    >>> path = Path(tempfile.mkdtemp()) / "a.png"
    >>> from PIL import Image
    >>> Image.new("RGB", (64, 48)).save(path)
    >>> item = LabelledPicture(path, (48, 64), Truth([[16, 12, 48, 36]]))
    >>> contact_sheet(DetectionSet(("cat",), [item])).shape  # 360 high, legend and name
    (434, 504, 3)

    Lesson 11 teaches it.
    """
    from PIL import Image, ImageDraw, ImageFont

    if number < 1 or not len(pictures):
        raise DatasetError(
            f"number must be at least 1, and the set must hold a picture. Received: {number}, "
            f"{len(pictures)} pictures"
        )
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(pictures))[:number])
    columns = math.ceil(math.sqrt(len(chosen)))
    rows = math.ceil(len(chosen) / columns)
    small = ImageFont.load_default(size=11)
    tiles = [_tile(pictures[int(k)], pictures.classes, small) for k in chosen]
    wide = max(tile.shape[1] for tile in tiles)
    high = max(tile.shape[0] for tile in tiles) + FOOT
    font = ImageFont.load_default(size=15)
    legend = _legend(pictures, columns * (wide + GAP) - GAP, font)
    top = legend.height + GAP
    size = columns * (wide + GAP) + GAP, top + rows * (high + GAP)
    sheet = Image.new("RGB", size, "white")
    sheet.paste(legend, (GAP, GAP // 2))
    pen = ImageDraw.Draw(sheet)
    for place, (k, tile) in enumerate(zip(chosen, tiles, strict=True)):
        x = GAP + place % columns * (wide + GAP)
        y = top + place // columns * (high + GAP)
        sheet.paste(Image.fromarray(tile), (x, y))
        item = pictures[int(k)]
        words = _one_line(f"{item.split}/{item.name}").lstrip("/") + f"  ({len(item.truth)})"
        while pen.textlength(words, font=font) > wide and len(words) > 8:
            words = "…" + words[2:]
        pen.text((x, y + tile.shape[0] + 2), words, fill="black", font=font)
    return np.array(sheet)


def write_sheet(folder, out="sheet.png", *, number=12, seed=0, split=None, form=None, origin=1):
    """Draw some pictures of a folder with their boxes into a PNG.

    Parameters
    ----------
    folder : str or Path
        The top folder, in which the splits stand.
    out : str or Path, default "sheet.png"
        The PNG to write.
    number, seed : int
        How many pictures, and which, as for `contact_sheet`.
    split : str, optional
        Pictures of one split only.
    form : {"txt", "voc", "csv", "coco", "yolo"}, optional
        The form of the labels. Default: found out.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV, as for `read`.

    Returns
    -------
    int
        How many pictures were drawn. What is at fault is left out, with a warning.

    Raises
    ------
    DatasetError
        If there is no picture to draw, or no such split.

    Lesson 11 teaches it.
    """
    from PIL import Image

    pictures = read(folder, form=form, origin=origin, skip=True)
    if split is not None:
        if split not in pictures.splits:
            known = ", ".join(filter(None, pictures.splits)) or "none"
            raise DatasetError(f"split must be one of {known}. Received: {split!r}")
        pictures = pictures.split(split)
    out = Path(out)
    if out.suffix.lower() != ".png":
        raise DatasetError(f"out must end in .png. Received: {out}")
    Image.fromarray(contact_sheet(pictures, number=number, seed=seed)).save(out)
    return min(number, len(pictures))


def _tile(item, classes, font):
    """Return a picture at the size of a tile, with its boxes drawn at that size."""
    from PIL import Image, ImageDraw

    height, width = item.size
    scale = TILE / max(height, width)
    small = Image.fromarray(_frame(item)).resize(
        (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS
    )
    for box, k in zip(item.truth.boxes * scale, item.truth.labels, strict=True):
        _box(ImageDraw.Draw(small), box, classes[k], COLOURS[k % 7], font)
    return np.array(small)


def _frame(item):
    """Return a picture; a grey one, and a warning, where it cannot be decoded."""
    try:
        return item.frame()
    except DatasetError as error:
        warnings.warn(f"Drawn grey: {error}", DatasetWarning, stacklevel=4)
        return np.full((*item.size, 3), 128, np.uint8)


def _one_line(words):
    """Return text that can be drawn: without line breaks."""
    return "".join(sign if sign.isprintable() else " " for sign in words)


def _box(pen, box, name, colour, font):
    """Draw a box, and its class above it: what is small stays to be seen."""
    x1, y1, x2, y2 = box
    pen.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=colour, width=2)
    name = _one_line(name)
    name = name if len(name) <= 14 else f"{name[:13]}…"
    wide = pen.textlength(name, font=font) + 4
    x, y = max(0, min(x1, pen.im.size[0] - wide)), y1 - CHIP if y1 >= CHIP else y1
    pen.rectangle((x, y, x + wide, y + CHIP - 1), fill=colour)
    pen.text((x + 2, y), name, fill=readable_on(colour), font=font)


def _legend(pictures, width, font):
    """Return a strip with the classes in their colours."""
    from PIL import Image, ImageDraw

    strip = Image.new("RGB", (width, 28 * max(1, len(pictures.classes))), "white")
    pen = ImageDraw.Draw(strip)
    x, y = 0, 4
    for k, name in enumerate(map(_one_line, pictures.classes)):
        needed = 26 + pen.textlength(name, font=font) + 20
        if x and x + needed > width:
            x, y = 0, y + 26
        pen.rectangle((x, y, x + 18, y + 18), fill=COLOURS[k % 7])
        pen.text((x + 24, y), name, fill="black", font=font)
        x += needed
    return strip.crop((0, 0, width, y + 24))
