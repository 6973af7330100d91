"""A clip with what a detector found in it, above a score threshold that the reader moves."""

import numpy as np
from traitlets import Bool, Bytes, Int, List, Tuple, validate

from vidlearn import metrics

from .base import Interactive
from .judged import check_judged, packed, plain_truth
from .media import as_bytes, opened, pressed_alike
from .traits import Number

MOST_BYTES, MOST_FRAMES = 450_000, 300
IOU = 0.5
FOUND, FALSE, TRUE = "#56b4e9", "#e69f00", "#ffffff"


class DetectionPlayer(Interactive):
    """Play a clip with the detections of a detector, and move the score from which they count.

    With truths every frame tells what was found, what was missed and what is a false alarm: each
    looks different and is counted, for the frame and for the whole clip, with precision and recall
    at IoU 0.5. The browser counts as `vidlearn.metrics.precision_recall` does, class by class.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        At most 300 frames. Their pictures are compressed until they take at most 450 kB.
    detections : sequence of vidlearn.boxes.Detections
        One for each frame, as `predict` of a detector returns them, best with a low threshold
        such as 0.05.
    truths : sequence of vidlearn.boxes.Truth, optional
        One for each frame. Without, detections are drawn and counted, and not judged.
    names : sequence of str, optional
        The classes that the labels stand for.
    threshold : float, default 0.5
        Detections with this score or more are shown, 0 to 1.
    fps : float, default 12
        Frames per second.
    max_width : int, default 320
        Wider frames are stored at this width.

    Attributes
    ----------
    threshold : float
        What the reader chose last.
    frame : int
        The frame that is shown, once the clip stands still; a new value goes there.

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, a label has no name, or it is more than a notebook should
        hold.

    Examples
    --------
    >>> from vidlearn import boxes
    >>> frames = np.zeros((3, 48, 64, 3), np.uint8)
    >>> found = [boxes.Detections([[4 * t, 9, 4 * t + 20, 30]], [0.9 - 0.3 * t]) for t in range(3)]
    >>> truths = [boxes.Truth([[4 * t, 10, 4 * t + 20, 30]]) for t in range(3)]
    >>> DetectionPlayer(frames, found, truths=truths, names=["cup"])
    DetectionPlayer(3 frames of 64×48; from score 0.5 on 2 detections, precision 1.00, recall 0.67)

    Lessons 13, 14 and 15 use it.
    """

    threshold = Number(0, 1).tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    names = List(help="Of the classes; one may be empty").tag(sync=True)
    judged = Bool(help="Whether truths are known").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _counts = List(help="Detections in each frame").tag(sync=True)
    _boxes = Bytes(help="float64").tag(sync=True)
    _scores = Bytes(help="float64").tag(sync=True)
    _labels = Bytes(help="uint8").tag(sync=True)
    _truths = List(help="For each frame boxes, labels, ignored and crowd").tag(sync=True)

    def __init__(
        self,
        frames,
        detections,
        *,
        truths=None,
        names=None,
        threshold=0.5,
        fps=12,
        max_width=320,
    ):
        names = check_judged(
            frames, detections, truths, names, most=MOST_FRAMES, called="detections"
        )
        pictures, sizes = pressed_alike(frames, max_width, most=MOST_BYTES)
        self._given = list(detections), None if truths is None else list(truths)
        super().__init__(
            threshold=threshold,
            fps=fps,
            names=names,
            judged=truths is not None,
            _frames=pictures,
            _sizes=sizes,
            _counts=[len(found) for found in detections],
            _boxes=packed([found.boxes for found in detections], "<f8"),
            _scores=packed([found.scores for found in detections], "<f8"),
            _labels=packed([found.labels for found in detections], "u1"),
            _truths=[plain_truth(truth) for truth in truths or []],
        )

    @validate("frame")
    def _there(self, proposal):
        last = len(self._frames) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def _rates(self):
        """Return precision and recall of the whole clip, by the library; NaN where none is."""
        found, truths = self._given
        shown = [one[one.scores >= self.threshold] for one in found]
        curves = [
            metrics.precision_recall(shown, truths, label=label, iou=IOU)
            for label in range(len(self.names))
        ]
        right = sum(int(curve.correct.sum()) for curve in curves)
        judged = sum(int((~curve.ignored).sum()) for curve in curves)
        real = sum(curve.truths for curve in curves)
        return right / judged if judged else np.nan, right / real if real else np.nan

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self._frames)
        scores = np.frombuffer(self._scores, "<f8")
        count = int((scores >= self.threshold).sum())
        noun = "frame" if total == 1 else "frames"
        what = f"{total} {noun} of {width}×{height}; from score {self.threshold:g} on {count} "
        what += "detection" if count == 1 else "detections"
        if not self.judged:
            return what
        precision, recall = ("–" if np.isnan(v) else f"{v:.2f}" for v in self._rates())
        return f"{what}, precision {precision}, recall {recall}"

    def poster(self):
        """Return three frames with what was found and what is there, as JPEG."""
        from PIL import Image, ImageDraw

        last = len(self._frames) - 1
        chosen = sorted({0, last // 2, last})
        (width, height), (given, _) = self._sizes
        scale, found, truths = 240 / given, *self._given
        tall = max(1, round(240 * height / width))
        strip = Image.new("RGB", (246 * len(chosen) - 6, tall), "white")
        for place, t in enumerate(chosen):
            picture = opened(self._frames[t]).convert("RGB").resize((240, tall))
            brush = ImageDraw.Draw(picture)
            shown = found[t].boxes[found[t].scores >= self.threshold]
            for colour, some in ((TRUE, truths[t].boxes if truths else []), (FOUND, shown)):
                for box in some:
                    brush.rectangle((scale * box).tolist(), outline=colour, width=2)
            strip.paste(picture, (246 * place, 0))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)
