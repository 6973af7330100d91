"""SSD's maps over a picture, and which default box each thing was given to."""

from numbers import Integral

import numpy as np
from traitlets import Bool, Bytes, List

from vidlearn import boxes

from .anchor_explorer import COLOURS, MAX_WIDTH, MOST_TRUTHS, each_name
from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Number

MOST_BOXES, MOST_MAPS = 8000, 6


class DefaultBoxes(Interactive):
    """Lay the maps of an SSD over a picture and see which default boxes learn which thing.

    Small cells have small default boxes, large cells large ones. Choose a thing, move it, make it
    larger: it goes from map to map. Sliders set the IoU from which a default box learns a thing,
    and below which it learns background. The browser does as `vidlearn.boxes.anchors` and
    `vidlearn.boxes.match` do.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The picture.
    truth : vidlearn.boxes.Truth or array_like (N, 4)
        1 to 12 boxes xyxy in pixels of the frame.
    maps : sequence of (int, int, int, sequence of float)
        Rows, columns, pixels per cell, and the sides of the squares in pixels, of up to 6 maps.
    ratios : sequence of float
        Height / width of the default boxes.
    high, low : float
        From `high` on a default box learns the thing it overlaps most, below `low` background.
    best : bool, default True
        Whether a thing that no default box overlaps enough gets its best one all the same.
    names : sequence of str, optional
        The classes that the labels of the truth stand for. By default things are numbered.

    Attributes
    ----------
    high, low, best
        What the reader chose last.

    Raises
    ------
    ValueError
        If there is no truth or too many, a map is none, there are more than 8,000 default boxes,
        or an option is out of its range.

    Examples
    --------
    >>> frame = np.zeros((32, 48, 3), np.uint8)
    >>> maps = [(4, 6, 8, [10]), (2, 3, 16, [20, 28])]
    >>> DefaultBoxes(frame, [[3, 2, 25, 22]], maps, ratios=[1])
    DefaultBoxes(frame 48×32, 1 thing; 36 default boxes on 2 maps, 1 positive)

    Lesson 15 uses it.
    """

    maps = List(help="Rows, columns, stride, sizes").tag(sync=True)
    ratios = List().tag(sync=True)
    high = Number(0, 1).tag(sync=True)
    low = Number(0, 1).tag(sync=True)
    best = Bool(True).tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)
    _truths = List(help="Boxes").tag(sync=True)
    _names = List(help="A name for each of them").tag(sync=True)

    def __init__(self, frame, truth, maps, *, ratios, high=0.5, low=0.4, best=True, names=None):
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        truth = truth if isinstance(truth, boxes.Truth) else boxes.Truth(truth)
        _check(truth, high, low)
        super().__init__(
            maps=_checked_maps(maps, len(ratios)),
            ratios=[float(ratio) for ratio in ratios],
            high=high,
            low=low,
            best=best,
            _size=list(np.shape(frame)[:2]),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
            _truths=truth.boxes.astype(np.float64).tolist(),
            _names=each_name(truth.labels.tolist(), names),
        )

    def _matched(self):
        """Return the default boxes of each map and what they learn, by the library."""
        laid = [
            boxes.anchors((rows, columns), stride, sizes=sizes, ratios=self.ratios)
            for rows, columns, stride, sizes in self.maps
        ]
        overlaps = boxes.iou(np.concatenate(laid), self._truths)
        assigned = boxes.match(overlaps, high=self.high, low=self.low, best=self.best)
        return laid, np.split(assigned, np.cumsum([len(each) for each in laid])[:-1])

    def describe(self):
        (height, width), count = self._size, len(self._truths)
        laid, assigned = self._matched()
        return (
            f"frame {width}×{height}, {count} thing{'s' if count > 1 else ''}; "
            f"{sum(map(len, laid))} default boxes on {len(laid)} "
            f"map{'s' if len(laid) > 1 else ''}, {sum((each >= 0).sum() for each in assigned)} "
            "positive"
        )

    def poster(self):
        """Return the picture once for each map, with the default boxes that learn, as JPEG."""
        from PIL import Image, ImageDraw

        height, width = self._size
        scale = 300 / width
        high = round(scale * height)
        picture = opened(self._picture).convert("RGB").resize((300, high))
        laid, assigned = self._matched()
        sheet = Image.new("RGB", (308 * min(2, len(laid)) - 8, (high + 8) * -(-len(laid) // 2) - 8))
        sheet.paste("white", (0, 0, *sheet.size))
        for k, (found, learnt) in enumerate(zip(laid, assigned, strict=True)):
            view = picture.copy()
            brush = ImageDraw.Draw(view)
            for box, which in zip(scale * found[learnt >= 0], learnt[learnt >= 0], strict=True):
                brush.rectangle(
                    (box + np.array([-1, -1, 1, 1])).tolist(), outline="#000000", width=3
                )
                brush.rectangle(box.tolist(), outline=COLOURS[which % 6], width=2)
            for box in scale * np.array(self._truths):
                brush.rectangle(box.tolist(), outline="#ffffff", width=1)
            sheet.paste(view, (308 * (k % 2), (high + 8) * (k // 2)))
        return "image/jpeg", as_bytes(sheet, "JPEG", quality=75, optimize=True)


def _check(truth, high, low):
    """Say what of the truth and the thresholds cannot be shown."""
    if not 1 <= len(truth) <= MOST_TRUTHS:
        raise ValueError(f"truth must hold 1 to {MOST_TRUTHS} boxes. Received: {len(truth)}")
    flat = (truth.boxes[:, :2] >= truth.boxes[:, 2:]).any(axis=1)
    if flat.any():
        wrong = truth.boxes[flat][0].tolist()
        raise ValueError(f"truth must hold boxes x1 < x2 and y1 < y2. Received: {wrong}")
    if low > high:
        raise ValueError(f"low must not be above high. Received: low={low!r}, high={high!r}")


def _checked_maps(maps, ratios):
    """Return the maps as lists, or say what of them cannot be shown."""
    checked, count = [], 0
    for one in maps:
        good = len(one) == 4 and all(isinstance(n, Integral) and n >= 1 for n in one[:3])
        if not good or not np.size(one[3]) or not (np.asarray(one[3]) > 0).all():
            raise ValueError(
                "maps must hold rows, columns, stride and sizes of each map, all above 0. "
                f"Received: {one!r}"
            )
        checked.append([*map(int, one[:3]), [float(size) for size in one[3]]])
        count += int(one[0]) * int(one[1]) * len(one[3]) * ratios
    if not 1 <= len(checked) <= MOST_MAPS or not 1 <= count <= MOST_BOXES:
        raise ValueError(
            f"maps must be 1 to {MOST_MAPS} with 1 to {MOST_BOXES} default boxes in all, to be "
            f"drawn at once. Received: {len(checked)} with {count}"
        )
    return checked
