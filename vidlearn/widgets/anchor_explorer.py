"""Anchors over a picture: which learn a thing, which background, and which nothing."""

import numpy as np
from traitlets import Bool, Bytes, List

from vidlearn import boxes

from .base import Interactive
from .media import as_bytes, opened, shrink
from .naming import each_name
from .traits import Number, Whole

MAX_WIDTH, MOST_TRUTHS = 480, 12
COLOURS = ["#e69f00", "#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00"]
"""Those of the boxes in the browser, in their order."""


class AnchorExplorer(Interactive):
    """Lay anchors over a picture and see which truth each is to learn.

    Sliders move the stride, the sizes, the ratios and both thresholds; positive anchors take the
    colour of their truth, ignored ones are dashed, background is counted. A click on a cell shows
    its anchors alone, each with its IoU. The browser does as `vidlearn.boxes.anchors` and
    `vidlearn.boxes.match` do.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The picture. The feature map has ``ceil(H / stride)`` rows, ``ceil(W / stride)`` columns.
    truth : vidlearn.boxes.Truth or array_like (N, 4)
        1 to 12 boxes xyxy in pixels of the frame.
    stride : int, default 16
        Pixels from cell to cell, 4 to 64; the reader also chooses 8, 16 and 32.
    sizes : sequence of float
        Sides of the squares in pixels, at most 4. The reader scales all of them together.
    ratios : sequence of float
        Height / width, at most 5; the reader also chooses some usual sets.
    high, low : float
        From `high` on an anchor is positive, below `low` background, between them ignored.
    best : bool, default True
        Whether a truth that no anchor overlaps enough gets its best ones all the same.
    names : sequence of str, optional
        The classes that the labels of the truth stand for. By default things are numbered.

    Attributes
    ----------
    stride, sizes, ratios, high, low, best
        What the reader chose last.

    Raises
    ------
    ValueError
        If there is no truth or too many, a box is without area, a label has no name, or an option
        is out of its range.

    Examples
    --------
    >>> truth = boxes.Truth([[10, 8, 33, 29], [40, 20, 62, 60]], [1, 0])
    >>> frame = np.zeros((64, 96, 3), np.uint8)
    >>> AnchorExplorer(frame, truth, sizes=(16, 32), ratios=(0.5, 1, 2), names=["cup", "coin"])
    AnchorExplorer(frame 96×64, 2 truths, stride 16; 144 anchors: 2 positive, 16 ignored)

    Lesson 13 uses it.
    """

    stride = Whole(4, 64).tag(sync=True)
    sizes = List().tag(sync=True)
    ratios = List().tag(sync=True)
    high = Number(0, 1).tag(sync=True)
    low = Number(0, 1).tag(sync=True)
    best = Bool(True).tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)
    _truths = List(help="Boxes").tag(sync=True)
    _names = List(help="A name for each of them").tag(sync=True)

    def __init__(
        self,
        frame,
        truth,
        *,
        stride=16,
        sizes=(24, 40, 64),
        ratios=(0.5, 1, 2),
        high=0.7,
        low=0.3,
        best=True,
        names=None,
    ):
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        truth = truth if isinstance(truth, boxes.Truth) else boxes.Truth(truth)
        _check(truth, high, low)
        super().__init__(
            stride=stride,
            sizes=_few("sizes", sizes, 4),
            ratios=_few("ratios", ratios, 5),
            high=high,
            low=low,
            best=best,
            _size=list(np.shape(frame)[:2]),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
            _truths=truth.boxes.astype(np.float64).tolist(),
            _names=each_name(truth.labels.tolist(), names),
        )

    def _matched(self):
        """Return the anchors and what each learns, by the library."""
        shape = [-(-side // self.stride) for side in self._size]
        laid = boxes.anchors(shape, self.stride, sizes=self.sizes, ratios=self.ratios)
        overlaps = boxes.iou(laid, self._truths)
        return laid, boxes.match(overlaps, high=self.high, low=self.low, best=self.best)

    def describe(self):
        (height, width), count = self._size, len(self._truths)
        _, assigned = self._matched()
        return (
            f"frame {width}×{height}, {count} truth{'s' if count > 1 else ''}, stride "
            f"{self.stride}; {len(assigned)} anchors: {(assigned >= 0).sum()} positive, "
            f"{(assigned == -2).sum()} ignored"
        )

    def poster(self):
        """Return the picture with its truths and the anchors that learn them, as JPEG."""
        from PIL import ImageDraw

        picture = opened(self._picture).convert("RGB")
        picture = picture.resize((480, round(480 * picture.height / picture.width)))
        scale, brush = 480 / self._size[1], ImageDraw.Draw(picture)
        laid, assigned = self._matched()
        for thick, chosen, learnt in (
            (1, laid[assigned >= 0], assigned[assigned >= 0]),
            (3, np.array(self._truths), range(len(self._truths))),
        ):
            for box, k in zip(scale * chosen, learnt, strict=True):
                for colour, more in (("#000000", 1), (COLOURS[k % 6], 0)):
                    edges = (box + more * np.array([-1, -1, 1, 1])).tolist()
                    brush.rectangle(edges, outline=colour, width=thick + 2 * more)
        return "image/jpeg", as_bytes(picture, "JPEG", quality=75, optimize=True)


def _few(name, values, most):
    """Return numbers above 0 as a list."""
    array = np.asarray(values, float)
    if array.ndim != 1 or not 1 <= len(array) <= most or not ((array > 0) & (array < 1e4)).all():
        raise ValueError(f"{name} must be 1 to {most} numbers above 0. Received: {values!r}")
    return array.tolist()


def _check(truth, high, low):
    """Say what of the truth and the thresholds cannot be shown."""
    if not 1 <= len(truth) <= MOST_TRUTHS:
        raise ValueError(
            f"truth must hold 1 to {MOST_TRUTHS} boxes. Received: {len(truth)}. Show some: "
            f"truth[:{MOST_TRUTHS}]."
        )
    flat = (truth.boxes[:, :2] >= truth.boxes[:, 2:]).any(axis=1)
    if flat.any():
        wrong = truth.boxes[flat][0].tolist()
        raise ValueError(f"truth must hold boxes x1 < x2 and y1 < y2. Received: {wrong}")
    if low > high:
        raise ValueError(f"low must not be above high. Received: low={low!r}, high={high!r}")
