"""A dissolve taken apart: how two pictures are mixed, and what is measured of it."""

import numpy as np
from traitlets import Bytes, Int, Tuple, validate

from .base import Interactive
from .judged import packed
from .media import as_bytes, shrink
from .traits import Choice, Number, Whole

AROUND, MOST_LENGTH, MOST_BYTES = 5, 60, 130_000
LOW, HIGH = 0.04, 0.4  # those of vidlearn.shots.twin_comparison


class DissolveFrames(Interactive):
    """Walk through a dissolve: the shares of both pictures, and what three measures say of it.

    Five still frames of the first picture are followed by the mixed ones and five of the second.
    Below stand the difference of each frame to the one before, which stays low; the spread of the
    grey levels, which sags like a parabola; and twin comparison, whose lower threshold opens a
    suspicion and whose upper one confirms it. A cut can be put in the place of the dissolve.

    Parameters
    ----------
    first, last : ndarray, (H, W, 3) or (H, W), uint8
        The pictures, of one size.
    length : int, default 12
        Mixed frames, 2 to 60.
    way : {"linear", "eased", "cut"}
        How the share w of the second picture rises: evenly, mixed frame k = 1, 2, ... has
        k / (length + 1); softly, w² (3 - 2 w) of that; or at once, in the middle.
    low, high : float
        The thresholds of `vidlearn.shots.twin_comparison`, of the histogram distance.
    max_width : int, default 112
        Wider pictures are stored at this width, without loss.

    Attributes
    ----------
    frame : int
        The frame that is shown, once it stands still; a new value goes there.

    Raises
    ------
    ValueError
        If the pictures are not uint8 or differ in size, or a number is out of range.

    Notes
    -----
    A mixed pixel is (1 - w) first + w last, rounded, halves to even. The browser measures as
    `vidlearn.shots.pixel_difference`, `spread_parabola`, `histogram_distance` and `twin_comparison`
    do; grey levels are those of OpenCV.

    Examples
    --------
    >>> dark, light = np.zeros((36, 48, 3), np.uint8), np.full((36, 48, 3), 200, np.uint8)
    >>> DissolveFrames(dark, light, length=8)
    DissolveFrames(2 pictures of 48×36, 8 mixed frames, linear)

    Lesson 21 uses it.
    """

    length = Whole(2, MOST_LENGTH).tag(sync=True)
    way = Choice("linear", "eased", "cut").tag(sync=True)
    low = Number(0, 1).tag(sync=True)
    high = Number(0, 1).tag(sync=True)
    frame = Int(0, help="The frame shown").tag(sync=True)
    _pictures = Bytes(help="(2, H, W, 3) uint8").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)
    _around = Int(AROUND, help="Still frames at either end").tag(sync=True)

    def __init__(self, first, last, *, length=12, way="linear", low=LOW, high=HIGH, max_width=112):
        given = [np.shape(one)[1::-1] for one in (first, last)]
        stored = [
            shrink(one, max_width, name).convert("RGB")
            for name, one in (("first", first), ("last", last))
        ]
        if given[0] != given[1]:
            raise ValueError(
                f"first and last must be of one size. Received: {given[0]} and {given[1]}"
            )
        data = packed([np.asarray(one) for one in stored], "u1")
        if len(data) > MOST_BYTES:
            raise ValueError(
                f"first and last are too much for a notebook: {len(data) / 1000:.0f} kB at a width "
                f"of {stored[0].width}, where {MOST_BYTES // 1000} are allowed. Take a smaller "
                "max_width."
            )
        super().__init__(
            length=length,
            way=way,
            low=low,
            high=high,
            _pictures=data,
            _sizes=(stored[0].size, given[0]),
        )

    @validate("frame")
    def _there(self, proposal):
        last = self.length + 2 * AROUND - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        width, height = self._sizes[1]
        what = "a cut" if self.way == "cut" else f"{self.length} mixed frames, {self.way}"
        return f"2 pictures of {width}×{height}, {what}"

    def poster(self):
        """Return five steps of the dissolve over bars of the shares, as JPEG."""
        from PIL import Image, ImageDraw

        from .poster import BLUE, ORANGE

        width, height = self._sizes[0]
        shape = 2, height, width, 3
        first, last = np.frombuffer(self._pictures, np.uint8).reshape(shape).astype(float)
        tall = max(1, round(140 * height / width))
        sheet = Image.new("RGB", (5 * 146 - 6, tall + 16), "white")
        brush = ImageDraw.Draw(sheet)
        for k, share in enumerate((0, 0.25, 0.5, 0.75, 1)):
            share = float(share > 0.4) if self.way == "cut" else share
            mixed = np.rint((1 - share) * first + share * last).astype(np.uint8)
            sheet.paste(Image.fromarray(mixed).resize((140, tall)), (146 * k, 0))
            left, middle = 146 * k, 146 * k + round(140 * (1 - share))
            brush.rectangle((left, tall + 5, left + 139, tall + 14), fill=ORANGE)
            if middle > left:
                brush.rectangle((left, tall + 5, middle - 1, tall + 14), fill=BLUE)
        return "image/jpeg", as_bytes(sheet, "JPEG", quality=75, optimize=True)
