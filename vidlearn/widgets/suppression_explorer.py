"""Many boxes on one thing: the best is kept, and what overlaps it is struck out, step by step."""

import numpy as np
from traitlets import Bool, Bytes, List

from vidlearn import boxes

from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Choice, Number

MOST = 120
MAX_WIDTH = 480


class SuppressionExplorer(Interactive):
    """Walk through non-maximum suppression, hard or soft, on the detections of a picture.

    At each step the best detection that is left is taken; what overlaps it is struck out, or loses
    score. The browser does as `vidlearn.boxes.nms` and `vidlearn.boxes.soft_nms` do, for each
    class by itself or for all classes together.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The picture.
    detections : vidlearn.boxes.Detections
        At most 120 detections in it; their boxes are taken as float64.
    threshold : float, default 0.5
        The IoU from which on a box counts as another one of the same thing, 0 to 1. Exactly as
        much is still allowed.
    names : sequence of str, optional
        The classes that the labels stand for.
    method : {"hard", "linear", "gaussian"}
        Strike out; or let the score fall by ``1 - IoU``, or by ``exp(-IoU² / sigma)``.
    sigma : float, default 0.5
        How gentle "gaussian" is, above 0 and at most 2.
    least : float, default 0.001
        Detections below this score are left out, 0 to 1.

    Attributes
    ----------
    method, threshold, sigma, least
        What the reader chose last.
    per_class : bool
        Whether only boxes of one class strike each other out; so it begins.

    Raises
    ------
    TypeError
        If detections are no `Detections`.
    ValueError
        If there are none or too many, a box ends before it begins, a label has no name, or an
        option is out of its range.

    Examples
    --------
    >>> found = boxes.Detections([[2, 2, 20, 12], [3, 2, 21, 12], [9, 9, 30, 22]], [0.9, 0.8, 0.7])
    >>> SuppressionExplorer(np.zeros((24, 32, 3), np.uint8), found, names=["a cat"])
    SuppressionExplorer(3 detections, 1 class, frame 32×24; hard, IoU threshold 0.5)

    Lesson 11 uses it.
    """

    method = Choice("hard", "linear", "gaussian").tag(sync=True)
    threshold = Number(0, 1).tag(sync=True)
    sigma = Number(above=0, most=2).tag(sync=True)
    least = Number(0, 1).tag(sync=True)
    per_class = Bool(True).tag(sync=True)
    names = List().tag(sync=True)
    _boxes = List().tag(sync=True)
    _scores = List().tag(sync=True)
    _labels = List().tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)

    def __init__(
        self,
        frame,
        detections,
        *,
        threshold=0.5,
        names=None,
        method="hard",
        sigma=0.5,
        least=0.001,
    ):
        names = _check(detections, names)
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        exact = detections.boxes.astype(np.float64)
        self._found = boxes.Detections(exact, detections.scores, detections.labels)
        super().__init__(
            threshold=threshold,
            method=method,
            sigma=sigma,
            least=least,
            names=names,
            _boxes=exact.tolist(),
            _scores=detections.scores.tolist(),
            _labels=detections.labels.tolist(),
            _size=list(np.shape(frame)[:2]),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
        )

    def describe(self):
        count, kinds = len(self._scores), len(set(self._labels))
        height, width = self._size
        what = f"{count} detection{'s' if count > 1 else ''}"
        classes = f"{kinds} class{'es' if kinds > 1 else ''}"
        rule = (
            f"sigma {self.sigma:g}"
            if self.method == "gaussian"
            else (f"IoU threshold {self.threshold:g}")
        )
        return f"{what}, {classes}, frame {width}×{height}; {self.method}, {rule}"

    def _kept(self):
        """Return the detections that are left, by the library."""
        found = self._found[self._found.scores >= self.least]
        labels = found.labels if self.per_class else None
        if self.method == "hard":
            kept = boxes.nms(found.boxes, found.scores, threshold=self.threshold, labels=labels)
        else:
            kept, _ = boxes.soft_nms(
                found.boxes,
                found.scores,
                method=self.method,
                sigma=self.sigma,
                threshold=self.threshold,
                least=self.least,
                labels=labels,
            )
        return found[kept]

    def poster(self):
        """Return the picture with all boxes, and beside it with those that are left, as JPEG."""
        from PIL import Image, ImageDraw

        picture = opened(self._picture).convert("RGB")
        scale = picture.width / self._size[1]
        both = Image.new("RGB", (2 * picture.width + 8, picture.height), "white")
        for left, shown in ((0, self._found), (picture.width + 8, self._kept())):
            drawn = picture.copy()
            brush = ImageDraw.Draw(drawn)
            for colour, wide in (("#000000", 1), ("#f0e442", 0)):
                for box in scale * shown.boxes:
                    edge = (box + wide * np.array([-1, -1, 1, 1])).tolist()
                    brush.rectangle(edge, outline=colour, width=2 + 2 * wide)
            both.paste(drawn, (left, 0))
        return "image/jpeg", as_bytes(both, "JPEG", quality=70, optimize=True)


def _check(detections, names):
    """Return the names of the classes as a list, or say what does not fit."""
    if not isinstance(detections, boxes.Detections):
        raise TypeError(
            f"detections must be a vidlearn.boxes.Detections. Received: {type(detections).__name__}"
        )
    if not 1 <= len(detections) <= MOST:
        raise ValueError(
            f"detections must be 1 to {MOST}, so that each can be seen. Received: "
            f"{len(detections)}. Show the best: detections[detections.scores > 0.3]."
        )
    x1, y1, x2, y2 = detections.boxes.T
    if (x2 < x1).any() or (y2 < y1).any():
        wrong = int(np.flatnonzero((x2 < x1) | (y2 < y1))[0])
        raise ValueError(
            "detections must hold boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2. "
            f"Received: box {wrong}, {detections.boxes[wrong].tolist()}"
        )
    last = int(detections.labels.max())
    names = [str(k) for k in range(last + 1)] if names is None else [str(name) for name in names]
    if last >= len(names):
        raise ValueError(
            f"names must hold one for each label, from 0 to {last}. Received: {len(names)} names "
            f"for labels {sorted(set(detections.labels.tolist()))}"
        )
    return names
