"""A clip with what a detector found in it, above a score threshold that the reader moves."""

import numpy as np
from traitlets import Bool, Bytes, Int, List, Tuple, validate

from vidlearn import boxes, metrics

from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Number

MOST_BYTES, MOST_FRAMES, MOST_FOUND, MOST_NAMES = 450_000, 300, 6_000, 200
QUALITIES = (72, 55, 40, 25)
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
        names = _check(frames, detections, truths, names)
        pictures, sizes = _film(frames, max_width)
        self._given = list(detections), None if truths is None else list(truths)
        super().__init__(
            threshold=threshold,
            fps=fps,
            names=names,
            judged=truths is not None,
            _frames=pictures,
            _sizes=sizes,
            _counts=[len(found) for found in detections],
            _boxes=_packed([found.boxes for found in detections], "<f8"),
            _scores=_packed([found.scores for found in detections], "<f8"),
            _labels=_packed([found.labels for found in detections], "u1"),
            _truths=[_truth(truth) for truth in truths or []],
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


def _packed(arrays, kind):
    return b"".join(np.ascontiguousarray(array).astype(kind).tobytes() for array in arrays)


def _truth(truth):
    """Return what the browser needs of the truth of a frame."""
    return {
        "boxes": truth.boxes.astype(np.float64).tolist(),
        "labels": truth.labels.tolist(),
        "ignored": (truth.crowd | truth.difficult).tolist(),
        "crowd": truth.crowd.tolist(),
    }


def _film(frames, max_width):
    """Return frames as WebP pictures of a quality that fits into a notebook, and their sizes."""
    pictures = [
        shrink(frame, max_width, f"frames[{t}]").convert("RGB") for t, frame in enumerate(frames)
    ]
    given = {np.shape(frame)[:2] for frame in frames}
    if len(given) > 1:
        raise ValueError(f"frames must have one size. Received: {sorted(given)}")
    for quality in QUALITIES:
        stored = [as_bytes(one, "WEBP", quality=quality, method=4) for one in pictures]
        total = sum(map(len, stored))
        if total <= MOST_BYTES:
            return stored, (pictures[0].size, given.pop()[::-1])
    raise ValueError(
        f"frames are too much for a notebook: {len(stored)} of them take {total / 1000:.0f} kB at "
        f"a width of {pictures[0].width}, where {MOST_BYTES // 1000} are allowed. Show fewer, "
        f"such as every second at half the fps, or take a smaller max_width."
    )


def _check(frames, detections, truths, names):
    """Return the names of the classes, or say what does not fit."""
    if not 1 <= len(frames) <= MOST_FRAMES:
        raise ValueError(f"frames must be 1 to {MOST_FRAMES}. Received: {len(frames)}")
    for name, values, kind in (
        ("detections", detections, boxes.Detections),
        ("truths", truths, boxes.Truth),
    ):
        if values is None and name == "truths":
            continue
        if not isinstance(values, list | tuple) or not all(isinstance(v, kind) for v in values):
            raise TypeError(
                f"{name} must be a list of vidlearn.boxes.{kind.__name__}, one for each frame. "
                f"Received: {type(values).__name__}"
            )
        if len(values) != len(frames):
            raise ValueError(
                f"{name} must be one for each frame, {len(frames)}. Received: {len(values)}"
            )
    count = sum(map(len, detections))
    if count > MOST_FOUND:
        raise ValueError(
            f"detections must be at most {MOST_FOUND} in all. Received: {count}. Leave the "
            "doubtful out: [found[found.scores > 0.05] for found in detections]."
        )
    last = max(int(one.labels.max(initial=0)) for one in [*detections, *(truths or [])])
    names = [""] * (last + 1) if names is None and not last else names
    names = [str(k) for k in range(last + 1)] if names is None else [str(name) for name in names]
    if not last < len(names) <= MOST_NAMES:
        raise ValueError(
            f"names must hold one for each label, from 0 to {last}, at most {MOST_NAMES}. "
            f"Received: {len(names)} names"
        )
    return names
