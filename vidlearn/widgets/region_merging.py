"""Selective search, merge by merge: from segments to whole things."""

import numpy as np
from traitlets import Bytes, Int, List, validate

from vidlearn import messages

from .base import Interactive
from .media import as_bytes, opened, shrink

MOST_SIDE, MOST_SEGMENTS, MOST_RUNS = 480, 500, 20_000
ORANGE, LINE = (230, 159, 0), (24, 24, 24)


class RegionMerging(Interactive):
    """Replay how segments merge into larger and larger regions, each of which proposes a box.

    Beside the frame stands a map of the regions. The two that merge now are framed, with how alike
    they are; the box of the new region lies on the frame. A click on a region follows it through
    all merges and shows what it is made of. With `truth` it is told how well the best box so far
    fits each thing.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The frame, RGB or grey, at most 480 rows and columns.
    merging : vidlearn.proposals.Merging
        What `vidlearn.proposals.merge_regions` returned for this frame, of at most 500 segments.
    truth : dict of str to array_like (4,), array_like (N, 4) or vidlearn.boxes.Truth, optional
        Boxes xyxy that should be found, with names, or without and then numbered.
    step : int, default 0
        Merges that are shown at the start.

    Attributes
    ----------
    step : int
        Merges that are shown, once they stand still; a new value goes there.

    Raises
    ------
    ValueError
        If frame and merging do not fit together, or are too large to be stored in a notebook.

    Examples
    --------
    >>> from vidlearn.proposals import merge_regions
    >>> frame = np.array([[10, 10, 90, 200, 200, 203]], np.uint8)
    >>> merging = merge_regions(frame, [[0, 0, 1, 2, 2, 3]])
    >>> RegionMerging(frame, merging, truth={"the bright one": [3, 0, 6, 1]})
    RegionMerging(frame 6×1, 4 segments, 3 merges)

    Lesson 12 uses it.
    """

    step = Int().tag(sync=True)
    _size = List(help="Width and height").tag(sync=True)
    _picture = Bytes(help="WebP").tag(sync=True)
    _segments = Bytes(help="Runs along the rows: segment, length; uint16").tag(sync=True)
    _colours = Bytes(help="Mean colour of each segment; uint8").tag(sync=True)
    _boxes = Bytes(help="Box of each region; uint16").tag(sync=True)
    _merges = Bytes(help="Two regions each; uint16").tag(sync=True)
    _parts = Bytes(help="Similarities of each merge; float64").tag(sync=True)
    _names = List(help="What the parts are").tag(sync=True)
    _truth = List(help="Name and box of each thing").tag(sync=True)

    def __init__(self, frame, merging, *, truth=None, step=0):
        picture = shrink(frame, MOST_SIDE).convert("RGB")
        segments = fitting(merging, np.shape(frame)[:2])
        super().__init__(
            _size=list(picture.size),
            _picture=as_bytes(picture, "WEBP", quality=80, method=4),
            _segments=runs(segments),
            _colours=mean_colours(np.asarray(picture), segments).tobytes(),
            _boxes=np.asarray(merging.boxes).astype("<u2").tobytes(),
            _merges=np.asarray(merging.merges).astype("<u2").tobytes(),
            _parts=np.asarray(merging.parts).astype("<f8").tobytes(),
            _names=list(merging.names),
            _truth=named(truth),
            step=step,
        )
        self._map = segments

    @validate("step")
    def _there(self, proposal):
        last = len(self._merges) // 4
        if not 0 <= proposal["value"] <= last:
            raise ValueError(
                f"step must be from 0 to {last}, the number of merges. "
                f"Received: {proposal['value']}"
            )
        return proposal["value"]

    def describe(self):
        width, height = self._size
        merges, segments = len(self._merges) // 4, len(self._colours) // 3
        return f"frame {width}×{height}, {segments} segments, {merges} merges"

    def poster(self):
        """Return the frame with the boxes to find, and the map at its step, as JPEG."""
        from PIL import Image, ImageDraw

        picture = opened(self._picture).convert("RGB")
        merges = np.frombuffer(self._merges, "<u2").reshape(-1, 2)
        region = np.arange(len(self._boxes) // 8)
        first = len(region) - len(merges)
        for m in reversed(range(self.step)):
            region[merges[m]] = region[first + m]
        labels = region[self._map]
        _, labels = np.unique(labels, return_inverse=True)
        labels = labels.reshape(self._map.shape)
        shades = mean_colours(np.asarray(picture), labels)[labels]
        times = max(1, round(300 / max(self._map.shape)))
        big = np.repeat(np.repeat(labels, times, 0), times, 1)
        shades = np.repeat(np.repeat(shades, times, 0), times, 1)
        shades[:, 1:][big[:, 1:] != big[:, :-1]] = LINE
        shades[1:][big[1:] != big[:-1]] = LINE
        height, width = big.shape
        both = Image.new("RGB", (2 * width + 8, height), "white")
        both.paste(picture.resize((width, height)), (0, 0))
        brush = ImageDraw.Draw(both)
        for _, *box in self._truth:
            brush.rectangle([edge * times for edge in box], outline=ORANGE, width=3)
        both.paste(Image.fromarray(shades), (width + 8, 0))
        both.thumbnail((600, 600))
        return "image/jpeg", as_bytes(both, "JPEG", quality=75, optimize=True)


def fitting(merging, size):
    """Return the segments of a merging, if it is one of a frame of that size and not too large."""
    if not all(hasattr(merging, name) for name in ("segments", "boxes", "merges", "parts")):
        raise ValueError(
            "merging must be what vidlearn.proposals.merge_regions returns. "
            f"Received: {type(merging).__name__}"
        )
    segments = np.asarray(merging.segments)
    if segments.shape != tuple(size):
        raise ValueError(
            f"merging must be one of this frame, {size[1]}×{size[0]} pixels. Received one of "
            f"{'×'.join(map(str, segments.shape[::-1]))}."
        )
    count = len(merging.boxes) - len(merging.merges)
    if max(size) > MOST_SIDE or count > MOST_SEGMENTS:
        raise ValueError(
            f"merging must have at most {MOST_SEGMENTS} segments in a frame of at most {MOST_SIDE} "
            f"rows and columns, to be stored in a notebook. Received {count} segments, "
            f"{size[0]} rows and {size[1]} columns. Take every second pixel, frame[::2, ::2], or a "
            "larger scale in vidlearn.proposals.graph_segments."
        )
    return segments


def runs(segments):
    """Return a map (H, W) as runs along its rows: segment, length, segment, length, ..."""
    new = np.ones(segments.shape, bool)
    new[:, 1:] = segments[:, 1:] != segments[:, :-1]
    starts = np.flatnonzero(new)
    if len(starts) > MOST_RUNS:
        raise ValueError(
            f"merging.segments must have smooth borders, to be stored in a notebook: at most "
            f"{MOST_RUNS} runs of one segment along the rows. Received {len(starts)}. A larger "
            "sigma or least in vidlearn.proposals.graph_segments smooths them."
        )
    lengths = np.diff(starts, append=segments.size)
    return np.stack([segments.flat[starts], lengths], axis=1).astype("<u2").tobytes()


def mean_colours(pixels, segments):
    """Return the mean colour of each segment, (K, 3) uint8."""
    flat = segments.ravel()
    sums = [np.bincount(flat, pixels[..., c].ravel()) for c in range(3)]
    return (np.stack(sums, axis=1) / np.bincount(flat)[:, None]).round().astype(np.uint8)


def named(truth):
    """Return [name, x1, y1, x2, y2] for each thing that should be found."""
    if truth is None:
        return []
    if not isinstance(truth, dict):
        word = messages.text("region_merging")["thing"]
        boxes = np.asarray(getattr(truth, "boxes", truth))
        truth = {word.format(number=k + 1): box for k, box in enumerate(boxes)}
    listed = []
    for name, box in truth.items():
        edges = np.asarray(box, float)
        if edges.shape != (4,) or not np.isfinite(edges).all() or (edges[:2] >= edges[2:]).any():
            raise ValueError(
                f"truth must hold boxes x1, y1, x2, y2 with x1 < x2 and y1 < y2. Received for "
                f"{name!r}: {box!r}"
            )
        listed.append([str(name), *edges.tolist()])
    return listed
