"""A precision-recall curve that grows detection by detection, with the picture of each."""

import numpy as np
from traitlets import Bytes, Dict, Int, List

from vidlearn import boxes, metrics

from .base import Interactive
from .media import as_bytes, shrink
from .poster import BLUE, GREY, Sheet
from .traits import Number

MOST_FRAMES, MOST_DETECTIONS, MOST_BYTES = 24, 200, 240_000


class PrecisionRecall(Interactive):
    """Build the precision-recall curve of a class, one detection after the other.

    By falling score each detection is shown in its picture, with the truth it is held against,
    and whether it is right or why not. Below the curve AP is shaded in its three forms. The browser
    does as `vidlearn.metrics.precision_recall` and `vidlearn.metrics.average_precision` do.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        At most 24 pictures; they may differ in size.
    detections : sequence of vidlearn.boxes.Detections
        One for each picture; of the class at most 200 in all.
    truths : sequence of vidlearn.boxes.Truth
        One for each picture.
    label : int, default 0
        The class.
    iou : float, default 0.5
        The least overlap that counts as found, above 0 and at most 1.
    max_width : int, default 320
        Wider frames are stored at this width.

    Attributes
    ----------
    iou : float
        What the reader chose last.

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, the class has no detection or no truth that counts, or it
        is more than a notebook should hold.

    Examples
    --------
    >>> frame = np.zeros((24, 32, 3), np.uint8)
    >>> found = boxes.Detections([[2, 2, 20, 12], [3, 2, 21, 12]], [0.9, 0.8])
    >>> PrecisionRecall([frame], [found], [boxes.Truth([[2, 2, 20, 13]])])
    PrecisionRecall(2 detections, 1 truth, 1 picture, IoU 0.5; AP 1.000)

    Lesson 11 uses it.
    """

    iou = Number(above=0, most=1).tag(sync=True)
    label = Int().tag(sync=True)
    _pictures = List(Bytes(), help="WebP").tag(sync=True)
    _sizes = List(help="Height and width given, then stored, of each picture").tag(sync=True)
    _found = Dict(help="boxes, scores and picture of each detection").tag(sync=True)
    _truths = List(help="For each picture boxes, ignored and crowd").tag(sync=True)

    def __init__(self, frames, detections, truths, *, label=0, iou=0.5, max_width=320):
        _check(frames, detections, truths, label)
        self._given = list(detections), list(truths)
        pictures, sizes = _encode(frames, max_width)
        rows = [
            (box, score, k)
            for k, found in enumerate(detections)
            for box, score in zip(
                found.boxes[found.labels == label].astype(float).tolist(),
                found.scores[found.labels == label].tolist(),
                strict=True,
            )
        ]
        super().__init__(
            iou=iou,
            label=label,
            _pictures=pictures,
            _sizes=sizes,
            _found=dict(zip(("boxes", "scores", "pictures"), zip(*rows, strict=True), strict=True)),
            _truths=[_truth(truth, label) for truth in truths],
        )

    def _curve(self):
        return metrics.precision_recall(*self._given, label=self.label, iou=self.iou)

    def describe(self):
        curve, pictures = self._curve(), len(self._pictures)
        ap = metrics.average_precision(curve)

        def many(count, name):
            return f"{count} {name}{'s' if count > 1 else ''}"

        return (
            f"{many(len(curve), 'detection')}, {many(curve.truths, 'truth')}, "
            f"{many(pictures, 'picture')}, IoU {self.iou:g}; AP {ap:.3f}"
        )

    def poster(self):
        """Return the whole curve with its three averages, as SVG."""
        sheet, words, curve = Sheet(), self.text, self._curve()
        left, top, side = 44, 16, 220

        def at(recall, precision):
            return left + side * recall, top + side * (1 - precision)

        for value in (0, 0.5, 1):
            sheet.line([at(0, value), at(1, value)], colour="#c8ccd1", thick=1)
            sheet.text(left - 6, at(0, value)[1] + 4, f"{value:g}", anchor="end", colour=GREY)
            sheet.text(at(value, 0)[0], top + side + 18, f"{value:g}", anchor="middle", colour=GREY)
        envelope = np.maximum.accumulate(curve.precision[::-1])[::-1]
        steps = [at(0, envelope[0])]
        for recall, precision in zip(curve.recall, envelope, strict=True):
            steps += [(steps[-1][0], at(0, precision)[1]), at(recall, precision)]
        sheet.line(steps, colour=GREY, dashes="5 3")
        sheet.line([at(*p) for p in zip(curve.recall, curve.precision, strict=True)], colour=BLUE)
        sheet.text(left + side / 2, top + side + 36, words["recall"], anchor="middle")
        sheet.text(left + side + 20, top + 8, words["precision"] + " ↑", colour=GREY)
        for k, form in enumerate(("voc2007", "voc2010", "coco")):
            value = metrics.average_precision(curve, form=form)
            line = f"{words['forms'][form]}: AP {value:.3f}"
            sheet.text(left + side + 20, top + 40 + 24 * k, line)
        return "image/svg+xml", sheet.svg(left + side + 220, top + side + 46)


def _truth(truth, label):
    """Return what the browser needs of the truth of a picture."""
    chosen = truth.labels == label
    return {
        "boxes": truth.boxes[chosen].astype(float).tolist(),
        "ignored": (truth.crowd | truth.difficult)[chosen].tolist(),
        "crowd": truth.crowd[chosen].tolist(),
    }


def _encode(frames, max_width):
    """Return the pictures as WebP, and their sizes given and stored."""
    pictures, sizes = [], []
    for k, frame in enumerate(frames):
        picture = shrink(frame, max_width, f"frames[{k}]").convert("RGB")
        pictures.append(as_bytes(picture, "WEBP", quality=70, method=4))
        sizes.append([*np.shape(frame)[:2], picture.height, picture.width])
        total = sum(map(len, pictures))
        if total > MOST_BYTES:
            raise ValueError(
                f"frames are too much for a notebook: the first {k + 1} take "
                f"{total / 1000:.0f} kB at a width of {picture.width}, where {MOST_BYTES // 1000} "
                f"are allowed. Show fewer, or take a smaller max_width than {max_width}."
            )
    return pictures, sizes


def _check(frames, detections, truths, label):
    """Raise if there is nothing to show or too much."""
    if not 1 <= len(frames) <= MOST_FRAMES:
        raise ValueError(
            f"frames must be 1 to {MOST_FRAMES} pictures. Received: {len(frames)}. Show the first: "
            f"frames[:{MOST_FRAMES}], and as many detections and truths."
        )
    for name, values, kind in (
        ("detections", detections, boxes.Detections),
        ("truths", truths, boxes.Truth),
    ):
        if not isinstance(values, list | tuple) or not all(isinstance(v, kind) for v in values):
            raise TypeError(
                f"{name} must be a list of vidlearn.boxes.{kind.__name__}, one for each picture. "
                f"Received: {type(values).__name__}"
            )
        if len(values) != len(frames):
            raise ValueError(
                f"{name} must be one for each picture, {len(frames)}. Received: {len(values)}"
            )
    count = sum(int((found.labels == label).sum()) for found in detections)
    if not 1 <= count <= MOST_DETECTIONS:
        raise ValueError(
            f"detections must hold 1 to {MOST_DETECTIONS} of label {label}. Received: {count}"
        )
    if not any(((t.labels == label) & ~t.crowd & ~t.difficult).any() for t in truths):
        raise ValueError(
            f"truths must hold at least one of label {label} that counts: without, there is no "
            "recall. Received none."
        )
