"""Two boxes to drag: how well they agree, in four measures."""

import base64
import math

import numpy as np
from traitlets import Bytes, List, validate

from vidlearn import boxes

from .base import Interactive
from .media import as_bytes, shrink
from .poster import BLUE, GREY, MARK, Sheet
from .traits import Numbers

MAX_WIDTH = 480
LARGEST = 1e15  # as in vidlearn.boxes


class BoxOverlap(Interactive):
    """Drag two boxes, and read how well they agree.

    Intersection, union and the box around both are shaded; IoU and GIoU are written out with the
    areas they are made of, DIoU and CIoU on demand. A chart below shows every measure for box B
    moved sideways: IoU is 0 wherever the boxes are apart, GIoU still tells how far.

    Parameters
    ----------
    a, b : array_like, (4,)
        Two boxes x1, y1, x2, y2, with an area, inside the frame.
    frame : ndarray, (H, W, 3) or (H, W), uint8, optional
        A picture to lie under them; by default a grid.
    size : (int, int), optional
        Height and width of the grid; by default there is some room around the boxes. Not with a
        frame, which has a size.

    Attributes
    ----------
    a, b : list of float
        Where the reader has dragged them; new boxes are shown at once.

    Raises
    ------
    ValueError
        If a box is none, is without area or leaves the frame, or both a frame and a size are given.

    Examples
    --------
    >>> BoxOverlap([1, 1, 7, 5], [4, 3, 9, 7], size=(8, 12))
    BoxOverlap(boxes 1, 1, 7, 5 and 4, 3, 9, 7 of 12×8, IoU 0.158)

    Lesson 11 uses it.
    """

    a = Numbers((4,)).tag(sync=True)
    b = Numbers((4,)).tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP, empty without a frame").tag(sync=True)

    def __init__(self, a, b, *, frame=None, size=None):
        picture = b""
        if frame is not None:
            if size is not None:
                raise ValueError("size must be left out with a frame, which has one. Received both")
            stored = shrink(frame, MAX_WIDTH).convert("RGB")
            picture = as_bytes(stored, "WEBP", quality=80, method=4)
            size = np.shape(frame)[:2]
        self._size = _sides(_room(a, b) if size is None else size)
        super().__init__(a=a, b=b, _size=self._size, _picture=picture)

    @validate("a", "b")
    def _inside(self, proposal):
        name, (x1, y1, x2, y2) = proposal["trait"].name, proposal["value"]
        height, width = self._size
        if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height):
            raise ValueError(
                f"{name} must be x1, y1, x2, y2 with x1 < x2 and y1 < y2, inside a frame {width:g} "
                f"wide and {height:g} high. Received: {proposal['value']}. x, y, width, height "
                "become so by vidlearn.boxes.convert(box, 'xywh', 'xyxy')."
            )
        return proposal["value"]

    def describe(self):
        first, second = (", ".join(f"{v:g}" for v in box) for box in (self.a, self.b))
        height, width = self._size
        value = boxes.iou([self.a], [self.b])[0, 0]
        return f"boxes {first} and {second} of {width:g}×{height:g}, IoU {value:.3f}"

    def poster(self):
        """Return the boxes with their intersection and their IoU, as SVG."""
        sheet, words, (height, width) = Sheet(), self.text, self._size
        scale = min(320 / width, 260 / height)
        sheet.rect(8, 8, width * scale, height * scale, line=GREY)
        if self._picture:
            sheet.items.append(_image(self._picture, 8, 8, width * scale, height * scale))
        ends = np.minimum(self.a[2:], self.b[2:])
        starts = np.maximum(self.a[:2], self.b[:2])
        shared = float(np.clip(ends - starts, 0, None).prod())

        def draw(box, **options):
            x1, y1, x2, y2 = (scale * v for v in box)
            sheet.rect(8 + x1, 8 + y1, x2 - x1, y2 - y1, **options)

        if shared:
            draw([*starts, *ends], fill="#7fceb9", line="#009e73")
        for letter, box, colour in (("A", self.a, BLUE), ("B", self.b, MARK)):
            draw(box, line=colour, thick=3)
            at = 12 + scale * box[0], 24 + scale * box[1]
            sheet.text(*at, letter, colour=colour, bold=True, size=15)
        areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (self.a, self.b)]
        union = sum(areas) - shared
        left, value = 26 + width * scale, boxes.iou([self.a], [self.b])[0, 0]
        for k, line in enumerate(
            (f"{words['inside']} {shared:g}", f"{words['union']} {union:g}", f"IoU {value:.3f}")
        ):
            sheet.text(left, 24 + 22 * k, line, bold=line.startswith("IoU"))
        return "image/svg+xml", sheet.svg(left + 170, max(80, height * scale + 16))


def _room(a, b):
    """Return (height, width) with some room around two boxes."""
    ends = np.vstack([np.resize(np.asarray(box, float), 4) for box in (a, b)])[:, 2:].max(axis=0)
    return [math.ceil(1.3 * end) if 0 < end < math.inf else 1 for end in ends[::-1]]


def _sides(size):
    """Return (height, width) as a list, if it is one."""
    sides = np.asarray(size)
    if (
        sides.shape != (2,)
        or sides.dtype.kind not in "iuf"
        or not ((sides > 0) & (sides <= LARGEST)).all()
    ):
        raise ValueError(f"size must be (height, width), both above 0. Received: {size!r}")
    return sides.tolist()


def _image(picture, x, y, width, height):
    """Return an SVG image of a WebP picture."""
    data = base64.b64encode(picture).decode()
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<image {place} href="data:image/webp;base64,{data}" preserveAspectRatio="none"/>'
