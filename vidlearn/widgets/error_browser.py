"""The mistakes of a detector on a set of pictures, to leaf through by kind."""

import numpy as np
from traitlets import Bytes, Dict, List, Unicode

from vidlearn import metrics
from vidlearn.metrics.detection import COCO_SIZES
from vidlearn.metrics.errors import KINDS, areas

from .base import Interactive
from .judged import check_judged, packed, packed_exactly, plain_truth
from .media import as_bytes, opened, pressed
from .traits import Choice, Number

MOST_BYTES, MOST_FRAMES = 200_000, 200  # in a notebook bytes take a third more
COLOURS = {
    "duplicate": "#f0e442",
    "class": "#cc79a7",
    "place": "#e69f00",
    "class and place": "#ff7f50",
    "background": "#2ad4a5",
    "missed": "#ffffff",
}
SHOWN, FACE = 4, 150  # mistakes on the face without a script, and their side


class ErrorBrowser(Interactive):
    """Leaf through the mistakes of a detector: by kind, by score, each in its picture.

    Buttons count the mistakes of each kind from the score threshold on, and choose those that are
    shown; how many things of each size were missed stands beside them. The browser tells kinds as
    `vidlearn.metrics.detection_errors` does, at every threshold.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        At most 200 pictures, which may differ in size; compressed until they take at most 200 kB.
    found : sequence of vidlearn.boxes.Detections
        One for each picture, best with a low threshold such as 0.05.
    truths : sequence of vidlearn.boxes.Truth
        One for each picture.
    names : sequence of str, optional
        The classes that the labels stand for.
    threshold : float, default 0.5
        Detections with this score or more are shown, 0 to 1.
    overlap : float, default 0.5
        IoU from which on a place is right, above 0 to 1.
    low : float, default 0.1
        IoU below which a detection has to do with nothing, above 0, at most `overlap`.
    sizes : dict of str to (float, float), optional
        Sizes of things, by their least and largest area in square pixels; COCO's by default.
    max_width : int, default 320
        Wider pictures are stored at this width.

    Attributes
    ----------
    threshold : float
        What the reader chose last.
    kind : str
        The kind that is shown: "mistakes" for all, a kind of `detection_errors`, or "missed".

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If the lists differ in length, a label has no name, or it is more than a notebook should
        hold.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[4, 9, 20, 30], [40, 9, 50, 30]], [0.9, 0.6])
    >>> ErrorBrowser([np.zeros((48, 64, 3), np.uint8)], [found], [Truth([[4, 10, 20, 30]])])
    ErrorBrowser(1 picture; from score 0.5 on: right 1, background 1)

    Lesson 24 uses it.
    """

    threshold = Number(0, 1).tag(sync=True)
    overlap = Number(above=0, most=1).tag(sync=True)
    low = Number(above=0, most=1).tag(sync=True)
    kind = Choice("mistakes", *KINDS[:-1], "missed").tag(sync=True)
    names = List(help="Of the classes; one may be empty").tag(sync=True)
    sizes = Dict(help="Least and largest area by name; null is no end").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = List(help="(width, height) stored and given, of each").tag(sync=True)
    _counts = List(help="Detections in each picture").tag(sync=True)
    _boxes = Bytes().tag(sync=True)
    _scores = Bytes().tag(sync=True)
    _kinds = List(Unicode(), help="float32 or float64: of boxes, of scores").tag(sync=True)
    _labels = Bytes(help="uint8").tag(sync=True)
    _truths = List(help="For each picture boxes, labels, ignored, crowd, areas").tag(sync=True)

    def __init__(
        self,
        frames,
        found,
        truths,
        *,
        names=None,
        threshold=0.5,
        overlap=0.5,
        low=0.1,
        sizes=None,
        max_width=320,
    ):
        names = check_judged(frames, found, truths, names, most=MOST_FRAMES)
        options = {"threshold": threshold, "overlap": overlap, "low": low, "sizes": sizes}
        metrics.detection_errors(found, truths, **options)
        self._given = list(found), list(truths)
        pictures, shapes = pressed(frames, max_width, most=MOST_BYTES)
        boxes, kind_of_boxes = packed_exactly([one.boxes for one in found])
        scores, kind_of_scores = packed_exactly([one.scores for one in found])
        sizes = {"all": (0, np.inf)} | (COCO_SIZES if sizes is None else sizes)
        super().__init__(
            threshold=threshold,
            overlap=overlap,
            low=low,
            names=names,
            sizes={name: [_end(end) for end in ends] for name, ends in sizes.items()},
            _frames=pictures,
            _sizes=shapes,
            _counts=[len(one) for one in found],
            _boxes=boxes,
            _scores=scores,
            _kinds=[kind_of_boxes, kind_of_scores],
            _labels=packed([one.labels for one in found], "u1"),
            _truths=[plain_truth(truth) | {"areas": areas(truth).tolist()} for truth in truths],
        )

    def _errors(self):
        """Return the errors at the threshold, by the library."""
        options = {"threshold": self.threshold, "overlap": self.overlap, "low": self.low}
        return metrics.detection_errors(*self._given, **options)

    def describe(self):
        total = len(self._frames)
        counts = [f"{kind} {count}" for kind, count in self._errors().counts.items() if count]
        what = f"{total} picture{'' if total == 1 else 's'}; from score {self.threshold:g} on: "
        return what + (", ".join(counts) or "nothing")

    def poster(self):
        """Return the first mistakes of the surest detections, side by side, as JPEG."""
        from PIL import Image

        mistakes = self._mistakes()[:SHOWN]
        strip = Image.new("RGB", ((FACE + 6) * max(1, len(mistakes)) - 6, FACE), "white")
        for place, (picture, kind, box) in enumerate(mistakes):
            strip.paste(self._crop(picture, kind, box), ((FACE + 6) * place, 0))
        if not mistakes:
            strip.paste(opened(self._frames[0]).convert("RGB").resize((FACE, FACE)), (0, 0))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)

    def _mistakes(self):
        """Return picture, kind and box of each mistake: the surest first, missed things last."""
        errors, (found, truths) = self._errors(), self._given
        wrong = np.flatnonzero(np.isin(errors.kind, list(COLOURS)))
        wrong = wrong[np.argsort(-errors.score[wrong], kind="stable")]
        missed = np.flatnonzero(errors.fate == "missed")
        rows = [(errors.picture[n], errors.kind[n], found, errors.index[n]) for n in wrong]
        rows += [(errors.truth_picture[n], "missed", truths, errors.truth_index[n]) for n in missed]
        return [(picture, str(kind), of[picture].boxes[n]) for picture, kind, of, n in rows]

    def _crop(self, picture, kind, box):
        """Return a square of a picture around a box, with the box in its colour."""
        from PIL import ImageDraw

        (width, _), (given, _) = self._sizes[picture]
        x1, y1, x2, y2 = np.asarray(box, float) * width / given
        side = max(1.7 * max(x2 - x1, y2 - y1), 16)
        left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
        frame = opened(self._frames[picture]).convert("RGB")
        area = tuple(round(end) for end in (left, top, left + side, top + side))
        crop = frame.crop(area).resize((FACE, FACE))
        corners = (np.array([x1 - left, y1 - top, x2 - left, y2 - top]) * FACE / side).tolist()
        ImageDraw.Draw(crop).rectangle(corners, outline=COLOURS[kind], width=3)
        return crop


def _end(area):
    """Return the end of a size as JSON can hold it."""
    return float(area) if np.isfinite(area) else None
