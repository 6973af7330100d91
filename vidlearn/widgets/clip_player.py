"""A clip, frame by frame: frame numbers, seconds, cuts, sampled frames and boxes."""

import io

import numpy as np
from traitlets import Any, Float, List, Tuple, validate

from .base import Interactive, shrink

MOST_BYTES = 2_000_000


class ClipPlayer(Interactive):
    """Play a clip or walk through it, with the number and the time of each frame.

    Marks and cuts stand on the time line; boxes are drawn on the frames. The frames are stored in
    the notebook as WebP pictures, so the player also works on the website.

    Parameters
    ----------
    frames : iterable of ndarray, (H, W, 3) or (H, W), uint8
        The frames, RGB or grey; an array (T, H, W, 3) is one such iterable.
    fps : float
        Frames per second.
    marks : sequence of int, optional
        Frames to mark, such as those `vidlearn.video.sample_indices` chose.
    boxes : sequence of array_like, (K, 4), optional
        For each frame its boxes xyxy in pixels of `frames`; K may differ from frame to frame.
        Boxes without area are not drawn.
    labels : sequence, optional
        A label for each of the K boxes, the same in all frames, or one such sequence for each
        frame. By default the boxes are numbered.
    cuts : sequence of int, optional
        Frames at which a new shot starts.
    max_width : int, default 320
        Wider frames are stored at this width.

    Raises
    ------
    ValueError
        If there is no frame, a frame is not uint8, a number lies outside the clip, the boxes do
        not match the frames, or the stored frames would exceed 2 MB.

    Examples
    --------
    >>> import numpy as np
    >>> ClipPlayer(np.zeros((50, 90, 160, 3), np.uint8), 25, marks=[12, 37])
    ClipPlayer(50 frames of 160×90, 25 per second)

    Lesson 01 uses it.
    """

    fps = Float().tag(sync=True)
    marks = Any().tag(sync=True)
    cuts = Any().tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _boxes = List(help="For each frame a list of x1, y1, x2, y2, label number").tag(sync=True)
    _labels = List(help="The different labels").tag(sync=True)

    def __init__(
        self, frames, fps, *, marks=None, boxes=None, labels=None, cuts=None, max_width=320
    ):
        pictures, sizes = encode(frames, max_width)
        packed, names = pack_boxes(boxes, labels, len(pictures))
        super().__init__(
            _frames=pictures,
            _sizes=sizes,
            _boxes=packed,
            _labels=names,
            fps=float(fps),
            marks=marks,
            cuts=cuts,
        )

    @validate("fps")
    def _positive(self, proposal):
        if not 0 < proposal["value"] < float("inf"):
            raise ValueError(
                f"fps must be a number above 0. Received: {proposal['value']}. If the file "
                "does not tell, 25 is a fair guess."
            )
        return proposal["value"]

    @validate("marks", "cuts")
    def _inside(self, proposal):
        name, total = proposal["trait"].name, len(self._frames)
        numbers = np.array([] if proposal["value"] is None else proposal["value"])
        if numbers.ndim != 1 or (numbers != numbers.astype(int)).any():
            raise ValueError(f"{name} must be a sequence of frame numbers. Received: {numbers!r}")
        least = 1 if name == "cuts" else 0  # a cut separates two frames: none lies before frame 0
        if numbers.size and not least <= numbers.min() <= numbers.max() < total:
            raise ValueError(
                f"{name} must lie between {least} and {total - 1}, as the clip has {total} frames "
                f"counted from 0. Received: {numbers.tolist()}"
            )
        return sorted({int(number) for number in numbers})

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self._frames)
        noun = "frame" if total == 1 else "frames"
        return f"{total} {noun} of {width}×{height}, {self.fps:.4g} per second"


def encode(frames, max_width):
    """Return the frames as WebP pictures, and their sizes ((width, height) stored, given)."""
    pictures, given = [], None
    for number, frame in enumerate(frames):
        picture = shrink(frame, max_width, f"frame {number}")
        if given not in (None, frame.shape[:2]):
            raise ValueError(f"frames must have one size. Received {given} and {frame.shape[:2]}.")
        given = frame.shape[:2]
        file = io.BytesIO()
        picture.convert("RGB").save(file, "WEBP", quality=70, method=4)
        pictures.append(file.getvalue())
        if sum(map(len, pictures)) > MOST_BYTES:
            raise ValueError(
                f"frames are too much for a notebook: the first {number + 1} take "
                f"{MOST_BYTES / 1e6:.0f} MB at a width of {picture.width}. Show fewer, such as "
                f"frames[:{number}] or frames[::2] at half the fps, or take a smaller max_width."
            )
    if not pictures:
        raise ValueError("frames must hold at least one frame. Received none.")
    return pictures, (picture.size, given[::-1])


def pack_boxes(boxes, labels, total):
    """Return for each frame its boxes as x1, y1, x2, y2, label number; and the labels."""
    if boxes is None:
        if labels is not None:
            raise ValueError("labels name boxes: give boxes too.")
        return [], []
    if len(boxes) != total:
        raise ValueError(
            f"boxes must hold one array (K, 4) for each of the {total} frames. "
            f"Received {len(boxes)}."
        )
    each_frame = labels is not None and any(np.ndim(label) for label in labels)
    numbers, packed = {}, []
    for t, rows in enumerate(boxes):
        rows = np.asarray(rows, float).reshape(-1, 4) if np.size(rows) else np.zeros((0, 4))
        names = range(len(rows)) if labels is None else labels[t] if each_frame else labels
        if len(names) != len(rows):
            raise ValueError(
                f"labels must name each box. Received {len(names)} labels for the {len(rows)} "
                f"boxes of frame {t}."
            )
        packed.append(
            [
                [*row.tolist(), numbers.setdefault(str(name), len(numbers))]
                for row, name in zip(rows, names, strict=True)
                if row[2] > row[0] and row[3] > row[1]
            ]
        )
    return packed, list(numbers)
