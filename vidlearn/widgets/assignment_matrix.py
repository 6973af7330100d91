"""Tracks and detections of one frame, the matrix of their costs, and two ways to pair them."""

import numpy as np
from traitlets import Bytes, List

from vidlearn import boxes
from vidlearn.tracking import assign, assign_greedy

from .anchor_explorer import COLOURS
from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Checked, Choice, Number

MAX_WIDTH, MOST = 480, 7
PALETTE = [*COLOURS, "#b9a6ff"]
"""Those of the tracks in the browser, in their order."""


class Boxes(Checked):
    """A trait for 1 to 7 boxes, kept as nested lists for the browser."""

    def validate(self, obj, value):
        return _few(self.name, value)


class AssignmentMatrix(Interactive):
    """Pair the tracks of a frame with its detections: greedily, as best can be, or by hand.

    Beside the picture stands the matrix of costs. Greedy takes the cheapest free pair, step by
    step; the Hungarian method finds the least sum. The reader clicks cells to pair by hand, drags
    detections, and moves the gate, beyond which a pair is forbidden. The browser does as
    `vidlearn.tracking.assign` and `assign_greedy` do.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The picture.
    tracks : array_like, (N, 4)
        1 to 7 boxes xyxy in pixels: where each track is foreseen.
    detections : array_like, (M, 4)
        1 to 7 boxes xyxy in pixels. They are lettered.
    costs : str
        "iou" (1 - IoU) or "distance" (between the centres, in pixels).
    gate : float, optional
        The largest cost that is allowed. By default every pair is: 1 for "iou", the frame's
        diagonal for "distance".
    ids : sequence, optional
        What each track is called; by default 1 to N.
    method : str
        What is shown at first: "greedy", "best" or "own".

    Attributes
    ----------
    costs, gate, method
        What the reader chose last.
    detections : list of list of float
        Where the reader has put the detections; new boxes are shown.

    Raises
    ------
    ValueError
        If there are no boxes, too many, or one without area, or an option is out of its range.

    Examples
    --------
    A row of three things brakes: each track has run ahead, nearly to the next thing.

    >>> frame = np.zeros((60, 120, 3), np.uint8)
    >>> tracks = [[x, 20, x + 30, 44] for x in (21, 41, 61)]
    >>> detections = [[x, 20, x + 30, 44] for x in (10, 30, 50)]
    >>> AssignmentMatrix(frame, tracks, detections)
    AssignmentMatrix(3 tracks, 3 detections, iou up to 1; greedy 1.92 in 3 pairs, best 1.61 in 3)

    Lesson 16 uses it.
    """

    costs = Choice("iou", "distance").tag(sync=True)
    gate = Number(0).tag(sync=True)
    method = Choice("greedy", "best", "own").tag(sync=True)
    detections = Boxes().tag(sync=True)
    _tracks = List(help="Boxes").tag(sync=True)
    _ids = List(help="A name for each track").tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)

    def __init__(
        self, frame, tracks, detections, *, costs="iou", gate=None, ids=None, method="greedy"
    ):
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        tracks = _few("tracks", tracks)
        ids = list(range(1, len(tracks) + 1)) if ids is None else list(ids)
        if len(ids) != len(tracks):
            raise ValueError(f"ids must be one for each track, {len(tracks)}. Received: {len(ids)}")
        if gate is None:
            gate = 1 if costs == "iou" else np.ceil(np.hypot(*np.shape(frame)[:2]))
        super().__init__(
            costs=costs,
            gate=gate,
            method=method,
            detections=detections,
            _tracks=tracks,
            _ids=[str(one) for one in ids],
            _size=list(np.shape(frame)[:2]),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
        )

    def _matrix(self):
        """Return the costs of all pairs, by the library."""
        tracks, found = np.array(self._tracks), np.array(self.detections)
        if self.costs == "iou":
            return 1 - boxes.iou(tracks, found)
        middles = [(one[:, :2] + one[:, 2:]) / 2 for one in (tracks, found)]
        return np.linalg.norm(middles[0][:, None] - middles[1], axis=2)

    def describe(self):
        costs = self._matrix()
        both = [costs[way(costs, most=self.gate)] for way in (assign_greedy, assign)]
        (greedy, best), (some, most) = [one.sum() for one in both], map(len, both)
        counts = len(self._tracks), len(self.detections)
        nouns = [
            f"{count} {noun}{'s' if count > 1 else ''}"
            for count, noun in zip(counts, ("track", "detection"), strict=True)
        ]
        return (
            f"{', '.join(nouns)}, {self.costs} up to {self.gate:.3g}; greedy {greedy:.3g} in "
            f"{some} pair{'s' if some != 1 else ''}, best {best:.3g} in {most}"
        )

    def poster(self):
        """Return the picture twice, paired greedily and as best can be, as JPEG."""
        from PIL import Image

        costs = self._matrix()
        faces = [self._face(*way(costs, most=self.gate)) for way in (assign_greedy, assign)]
        width, height = faces[0].size
        sheet = Image.new("RGB", (2 * width + 8, height), "white")
        for place, face in enumerate(faces):
            sheet.paste(face, (place * (width + 8), 0))
        return "image/jpeg", as_bytes(sheet, "JPEG", quality=75, optimize=True)

    def _face(self, rows, columns):
        """Return the picture, 320 pixels wide, with a line from each track to its detection."""
        from PIL import ImageDraw

        height, width = self._size
        scale = 320 / width
        picture = opened(self._picture).convert("RGB").resize((320, max(1, round(scale * height))))
        brush = ImageDraw.Draw(picture)
        tracks, found = scale * np.array(self._tracks), scale * np.array(self.detections)
        colours = [*PALETTE[: len(tracks)], *["#ffffff"] * len(found)]
        for box, colour in zip([*tracks, *found], colours, strict=True):
            brush.rectangle((box + np.array([-1, -1, 1, 1])).tolist(), outline="#000000", width=4)
            brush.rectangle(box.tolist(), outline=colour, width=2)
        for row, column in zip(rows, columns, strict=True):
            ends = [tuple((box[:2] + box[2:]) / 2) for box in (tracks[row], found[column])]
            for colour, thick in (("#000000", 6), (PALETTE[row], 4)):
                brush.line(ends, fill=colour, width=thick)
        return picture


def _few(name, values):
    """Return 1 to 7 boxes as lists."""
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or array.shape[1] != 4 or not 1 <= len(array) <= MOST:
        raise ValueError(
            f"{name} must be 1 to {MOST} boxes, (N, 4), so that the matrix stays readable. "
            f"Received shape: {array.shape}"
        )
    good = np.isfinite(array).all(axis=1) & (array[:, :2] < array[:, 2:]).all(axis=1)
    if not good.all():
        raise ValueError(
            f"{name} must hold boxes x1 < x2 and y1 < y2. Received: {array[~good][0].tolist()}"
        )
    return array.tolist()
