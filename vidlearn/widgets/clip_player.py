"""A clip, frame by frame: frame numbers, seconds, cuts, sampled frames and boxes."""

import numpy as np
from traitlets import Bool, Int, List, Tuple, validate

from .base import Interactive
from .media import as_bytes, encode, opened
from .traits import Number, Wholes

SMALL = 100
"""Narrower frames are shown as squares: enlarged and smoothed they would only be blurred."""


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
    pixelated : bool, optional
        Show pixels as squares; by default where frames are less than 100 pixels wide.

    Attributes
    ----------
    frame : int
        The frame that is shown, once the clip stands still; a new value goes there.

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

    fps = Number(above=0, hint="If the file does not tell, 25 is a fair guess.").tag(sync=True)
    marks = Wholes().tag(sync=True)
    cuts = Wholes().tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    pixelated = Bool().tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _boxes = List(help="For each frame a list of x1, y1, x2, y2, label number").tag(sync=True)
    _labels = List(help="The different labels").tag(sync=True)

    def __init__(
        self,
        frames,
        fps,
        *,
        marks=None,
        boxes=None,
        labels=None,
        cuts=None,
        max_width=320,
        pixelated=None,
    ):
        pictures, sizes = encode(frames, max_width)
        packed, names = pack_boxes(boxes, labels, len(pictures))
        super().__init__(
            _frames=pictures,
            _sizes=sizes,
            _boxes=packed,
            _labels=names,
            fps=fps,
            marks=marks,
            cuts=cuts,
            pixelated=sizes[1][0] < SMALL if pixelated is None else pixelated,
        )

    @validate("marks", "cuts")
    def _inside(self, proposal):
        name, total, numbers = proposal["trait"].name, len(self._frames), proposal["value"]
        least = 1 if name == "cuts" else 0  # a cut separates two frames: none lies before frame 0
        if numbers and not least <= numbers[0] <= numbers[-1] < total:
            raise ValueError(
                f"{name} must lie between {least} and {total - 1}, as the clip has {total} frames "
                f"counted from 0. Received: {numbers}"
            )
        return numbers

    @validate("frame")
    def _there(self, proposal):
        last = len(self._frames) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        (_, (width, height)), total = self._sizes, len(self._frames)
        noun = "frame" if total == 1 else "frames"
        return f"{total} {noun} of {width}×{height}, {self.fps:.4g} per second"

    def poster(self):
        """Return the first, the middle and the last frame side by side, as JPEG."""
        from PIL import Image

        (width, height), _ = self._sizes
        last = len(self._frames) - 1
        chosen = sorted({0, last // 2, last})
        times = max(1, 96 // width) if self.pixelated else 1
        wide, tall = times * width, times * height
        strip = Image.new("RGB", ((wide + 6) * len(chosen) - 6, tall), "white")
        for place, frame in enumerate(chosen):
            picture = opened(self._frames[frame]).resize((wide, tall), Image.Resampling.NEAREST)
            strip.paste(picture, (place * (wide + 6), 0))
        strip.thumbnail((720, 720))
        return "image/jpeg", as_bytes(strip, "JPEG", quality=75, optimize=True)


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
        if not np.isfinite(rows).all():
            raise ValueError(
                f"boxes must hold finite numbers. Received NaN or infinity in those of frame {t}: "
                "give a frame without a box an empty array (0, 4)."
            )
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
