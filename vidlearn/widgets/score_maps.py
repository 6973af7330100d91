"""The objectness of a region proposal network over a picture, before its training and after."""

import numpy as np
from traitlets import Bytes, Dict, List

from vidlearn import boxes, metrics

from .base import Interactive
from .media import as_bytes, opened, shrink
from .naming import each_name
from .traits import Choice, Number, Whole

MAX_WIDTH, MOST_CELLS, MOST_PROPOSALS, MOST_TRUTHS = 480, 20_000, 300, 12
HEAT = [(0, 0, 4), (81, 18, 124), (183, 55, 121), (252, 137, 97), (252, 253, 191)]
"""Colours of the scores 0, 0.25 ... 1, as in the browser: matplotlib's magma in five steps."""


class ScoreMaps(Interactive):
    """Lay objectness over a picture, before and after training, with the best proposals.

    A switch goes from before to after; sliders blend the map with the picture and choose how many
    of the best proposals are drawn. With `truth` it is told which things these cover with an IoU
    of 0.5 or more, and how recall grows with their number, as `vidlearn.metrics.proposal_recall`
    counts it. A click, or the arrow keys, read the scores of a place.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The picture.
    before, after : array_like, (rows, columns) or (rows, columns, A), or list of such
        Scores from 0 to 1 of one map or of each map of a pyramid, the finest first; of the A
        anchors of a cell the highest is shown. Of a `FasterRCNN`, with one picture in x:
        ``[one[0] for one in model.score_maps(model(x))]``.
    proposals : (before, after), optional
        Of each at most 300 boxes (N, 4) xyxy in pixels of the frame, the best first; or
        `Detections`, taken by falling score, without those whose score is 0.
    truth : vidlearn.boxes.Truth or array_like (N, 4), optional
        At most 12 things that should be covered; difficult ones and crowds are left out.
    names : sequence of str, optional
        The classes that the labels of the truth stand for. By default things are numbered.
    count : int, default 10
        How many of the best proposals are drawn at the start.
    blend : float, default 0.65
        How much of the map is seen: 0 shows the picture alone, 1 the map alone.
    shown : {"after", "before"}
        Which of the two is seen at the start.

    Attributes
    ----------
    shown, count, blend
        What the reader chose last.

    Raises
    ------
    ValueError
        If the maps do not fit together or hold other numbers, or it is more than a notebook should
        hold.

    Examples
    --------
    >>> before, after = np.full((4, 6), 0.5), np.eye(4, 6)
    >>> frame, truth = np.zeros((32, 48, 3), np.uint8), boxes.Truth([[2, 2, 20, 20]])
    >>> proposals = [[[30, 8, 44, 28]], [[2, 2, 18, 20], [9, 9, 40, 30]]]
    >>> ScoreMaps(frame, before, after, proposals=proposals, truth=truth)
    ScoreMaps(frame 48×32, 1 map; of 1 thing the 10 best proposals cover 0 before, 1 after)

    Lesson 13 uses it.
    """

    shown = Choice("after", "before").tag(sync=True)
    blend = Number(0, 1).tag(sync=True)
    count = Whole(0, MOST_PROPOSALS).tag(sync=True)
    _size = List(help="Height and width").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)
    _shapes = List(help="Of each map rows, columns, height and width of a cell").tag(sync=True)
    _before = Bytes(help="The maps, one behind the other; float32").tag(sync=True)
    _after = Bytes(help="As _before").tag(sync=True)
    _proposals = Dict(help="Of before and after the boxes, the best first").tag(sync=True)
    _truths = List(help="Boxes").tag(sync=True)
    _names = List(help="A name for each of them").tag(sync=True)

    def __init__(
        self,
        frame,
        before,
        after,
        *,
        proposals=None,
        truth=None,
        names=None,
        count=10,
        blend=0.65,
        shown="after",
    ):
        picture = shrink(frame, MAX_WIDTH).convert("RGB")
        size = np.shape(frame)[:2]
        maps = {"before": _maps("before", before), "after": _maps("after", after)}
        shapes = [one.shape for one in maps["before"]]
        if [one.shape for one in maps["after"]] != shapes:
            raise ValueError(
                f"after must hold maps of the sizes of before, {shapes}. "
                f"Received: {[one.shape for one in maps['after']]}"
            )
        pair = ([], []) if proposals is None else proposals
        if len(pair) != 2:
            raise ValueError(f"proposals must be two: before and after. Received: {len(pair)}")
        truth = _truth(truth)
        super().__init__(
            shown=shown,
            blend=blend,
            count=count,
            _size=list(size),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
            _shapes=[[*shape, *_stride(size, shape)] for shape in shapes],
            _before=_packed(maps["before"]),
            _after=_packed(maps["after"]),
            _proposals={
                name: _best(name, found)
                for name, found in zip(("before", "after"), pair, strict=True)
            },
            _truths=truth.boxes.astype(np.float64).tolist(),
            _names=each_name(truth.labels.tolist(), names) if len(truth) else [],
        )

    def describe(self):
        (height, width), maps, things = self._size, len(self._shapes), len(self._truths)
        what = f"frame {width}×{height}, {maps} map{'s' if maps > 1 else ''}"
        if not things or not any(self._proposals.values()):
            return what
        covered = [round(things * self._recall(name)) for name in ("before", "after")]
        return (
            f"{what}; of {things} thing{'s' if things > 1 else ''} the {self.count} best proposals "
            f"cover {covered[0]} before, {covered[1]} after"
        )

    def _recall(self, name):
        """Return the recall of the best proposals, by the library."""
        found = np.reshape(self._proposals[name], (-1, 4))[: self.count]
        return metrics.proposal_recall([found], [boxes.Truth(self._truths)])

    def poster(self):
        """Return the picture under its scores, before and after, as JPEG."""
        from PIL import Image, ImageDraw

        height, width = self._size
        tall = max(1, round(320 * height / width))
        picture = opened(self._picture).convert("RGB").resize((320, tall))
        both = Image.new("RGB", (648, tall), "white")
        for left, name in ((0, "before"), (328, "after")):
            heat = Image.fromarray(self._heat(name, tall, 320))
            drawn = Image.blend(picture, heat, self.blend)
            brush = ImageDraw.Draw(drawn)
            for box in self._truths:
                brush.rectangle((320 / width * np.array(box)).tolist(), outline="#ffffff", width=2)
            both.paste(drawn, (left, 0))
        return "image/jpeg", as_bytes(both, "JPEG", quality=75, optimize=True)

    def _heat(self, name, tall, wide):
        """Return the highest score at each pixel, in colour."""
        height, width = self._size
        y = (np.arange(tall) + 0.5) * height / tall
        x = (np.arange(wide) + 0.5) * width / wide
        best, flat = np.zeros((tall, wide)), np.frombuffer(getattr(self, f"_{name}"), "<f4")
        for rows, columns, down, across in self._shapes:
            own, flat = np.split(flat, [rows * columns])
            i = np.minimum(y / down, rows - 1).astype(int)
            j = np.minimum(x / across, columns - 1).astype(int)
            best = np.maximum(best, own.reshape(rows, columns)[np.ix_(i, j)])
        steps = np.linspace(0, 1, len(HEAT))
        colours = [np.interp(best, steps, channel) for channel in np.transpose(HEAT)]
        return np.stack(colours, axis=-1).round().astype(np.uint8)


def _maps(name, given):
    """Return maps (rows, columns), the highest score of each cell."""
    several = isinstance(given, list | tuple) and np.ndim(given[0]) >= 2
    maps = [np.asarray(one, np.float64) for one in (given if several else [given])]
    for one in maps:
        good = one.ndim in (2, 3) and one.size
        if not good or not ((one >= 0) & (one <= 1)).all():
            raise ValueError(
                f"{name} must hold scores from 0 to 1, (rows, columns) or (rows, columns, A). "
                f"Received: shape {one.shape}"
                + (f", from {one.min():g} to {one.max():g}. Apply the sigmoid." if good else "")
            )
    maps = [one if one.ndim == 2 else one.max(axis=2) for one in maps]
    cells = sum(one.size for one in maps)
    if cells > MOST_CELLS:
        raise ValueError(f"{name} must have at most {MOST_CELLS} cells. Received: {cells}")
    return maps


def _stride(size, shape):
    """Return how many pixels a cell has down and across, a power of two where one fits.

    >>> _stride((120, 160), (8, 10)), _stride((100, 100), (8, 10))
    ((16, 16), (12.5, 10.0))
    """
    for stride in (1, 2, 4, 8, 16, 32, 64):
        if tuple(-(-side // stride) for side in size) == shape:
            return stride, stride
    return size[0] / shape[0], size[1] / shape[1]


def _packed(maps):
    return b"".join(np.ascontiguousarray(one).astype("<f4").tobytes() for one in maps)


def _best(name, found):
    """Return proposals as lists, the best first."""
    if isinstance(found, boxes.Detections):
        found = found[found.scores > 0]
        found = found.boxes[np.argsort(-found.scores, kind="stable")]
    array = np.asarray(found, np.float64)
    array = array.reshape(-1, 4) if not array.size else array
    if array.ndim != 2 or array.shape[1] != 4 or (array[:, :2] > array[:, 2:]).any():
        raise ValueError(
            f"proposals must be boxes (N, 4) with x1 <= x2 and y1 <= y2, {name} and after, or "
            f"Detections. Received: shape {array.shape}"
        )
    return array[:MOST_PROPOSALS].tolist()


def _truth(truth):
    """Return what should be covered."""
    truth = truth if isinstance(truth, boxes.Truth) else boxes.Truth([] if truth is None else truth)
    truth = truth[~(truth.crowd | truth.difficult)]
    if len(truth) > MOST_TRUTHS:
        raise ValueError(
            f"truth must hold at most {MOST_TRUTHS} boxes. Received: {len(truth)}. Show some: "
            f"truth[:{MOST_TRUTHS}]."
        )
    return truth
