"""A film above the packets of its file: what each frame weighs, and what has to be read for it."""

import numpy as np
from traitlets import Int, List, Tuple, validate

from vidlearn.video import Packets

from .base import Interactive
from .media import as_bytes, pressed_alike, three_frames
from .traits import Choice, Number

MOST_FRAMES, MOST_PICTURES, MOST_BYTES = 400, 60, 110_000
COLOURS = {"I": "#d55e00", "P": "#0072b2", "B": "#56b4e9"}


class PacketPlayer(Interactive):
    """Play a film above its packets, by size and kind, and see what one frame asks for.

    Each bar is the packet of a frame: complete (I), told from frames before it (P), or from both
    sides (B). Of the frame shown, the browser marks the packets that must be read to show it: from
    the last keyframe before it in the file up to its own.

    Parameters
    ----------
    frames : sequence of ndarray, (H, W, 3) or (H, W), uint8
        The film, 2 to 400 frames. At most 60 of them, evenly spaced, are stored as pictures that
        take at most 110 kB.
    packets : vidlearn.video.Packets
        One for each of the frames, as `vidlearn.video.read_packets` returns them.
    fps : float, default 25
        Frames per second.
    order : {"shown", "stored"}
        In which order the bars stand: that of the frames, or that of the file.
    max_width : int, default 160
        Wider frames are stored at this width.

    Attributes
    ----------
    frame : int
        The frame that is shown, once the film stands still; a new value goes there.

    Raises
    ------
    ValueError
        If there is not one packet for each frame, the first in the file is no keyframe, or it is
        more than a notebook should hold.

    Examples
    --------
    >>> from vidlearn.video import Packets
    >>> packets = Packets(np.array([0, 2, 1]), np.array([900, 80, 30]), np.array(["I", "P", "B"]),
    ...                   np.array([True, False, False]))
    >>> PacketPlayer(np.zeros((3, 36, 48, 3), np.uint8), packets)
    PacketPlayer(3 frames of 48×36, 1 I, 1 P, 1 B)

    Lesson 01 uses it.
    """

    frame = Int(0, help="The frame shown").tag(sync=True)
    order = Choice("shown", "stored").tag(sync=True)
    fps = Number(above=0).tag(sync=True)
    stored = List(help="The frame of each packet, in the order of the file").tag(sync=True)
    weights = List(help="Of each packet, in the order of the file").tag(sync=True)
    kinds = List(help="I, P or B").tag(sync=True)
    starts = List(help="Whether decoding can start at a packet").tag(sync=True)
    _frames = List(help="WebP pictures").tag(sync=True)
    _every = Int(1, help="Frames from one picture to the next").tag(sync=True)
    _sizes = Tuple(help="(width, height) stored, then given").tag(sync=True)

    def __init__(self, frames, packets, *, fps=25, order="shown", max_width=160):
        if not isinstance(frames, np.ndarray | list | tuple) or not getattr(frames, "ndim", 1):
            raise ValueError(
                f"frames must be an array or a list. Received: {type(frames).__name__}"
            )
        total = len(frames)
        if not 2 <= total <= MOST_FRAMES:
            raise ValueError(
                f"frames must be 2 to {MOST_FRAMES}. Received: {total}. Show a part of the film: "
                "read_packets(path, stop=...) and as many frames."
            )
        numbers, weights = _whole(packets, "frame", 0), _whole(packets, "size", 1)
        stored, starts = numbers.tolist(), [bool(key) for key in packets.key]
        if sorted(stored) != list(range(total)):
            raise ValueError(
                f"packets must be one for each of the {total} frames. Received: {len(stored)}, of "
                f"frames {min(stored, default=0)} to {max(stored, default=0)}"
            )
        kinds = [str(kind) for kind in packets.kind]
        if set(kinds) - set(COLOURS):
            raise ValueError(f"kinds must be I, P or B. Received: {sorted(set(kinds))}")
        counts = [len(column) for column in (stored, weights, kinds, starts)]
        if len(set(counts)) > 1:
            raise ValueError(f"packets must have columns of one length. Received: {counts}")
        if not starts[0]:
            raise ValueError("The first packet must be a keyframe, where decoding can start.")
        every = -(-total // MOST_PICTURES)
        pictures, sizes = pressed_alike(frames[::every], max_width, most=MOST_BYTES)
        super().__init__(
            order=order,
            fps=fps,
            stored=stored,
            weights=weights.tolist(),
            kinds=kinds,
            starts=starts,
            _frames=pictures,
            _every=every,
            _sizes=sizes,
        )

    @validate("frame")
    def _there(self, proposal):
        last = len(self.stored) - 1
        if not 0 <= proposal["value"] <= last:
            raise ValueError(f"frame must be from 0 to {last}. Received: {proposal['value']}")
        return proposal["value"]

    def describe(self):
        _, (width, height) = self._sizes
        counts = ", ".join(
            f"{self.kinds.count(kind)} {kind}" for kind in COLOURS if kind in self.kinds
        )
        return f"{len(self.stored)} frames of {width}×{height}, {counts}"

    def poster(self):
        """Return three frames above the bars of all packets, as PNG."""
        from PIL import ImageDraw

        sheet, tall = three_frames(self._frames, self._sizes[0], 116)
        brush, most = ImageDraw.Draw(sheet), max(self.weights)
        order = np.argsort(self.stored) if self.order == "shown" else range(len(self.stored))
        wide = 600 / len(self.stored)
        for place, packet in enumerate(order):
            top = tall + 114 - max(2, 100 * self.weights[packet] / most)
            box = (place * wide, top, (place + 1) * wide - 1, tall + 114)
            brush.rectangle(box, fill=COLOURS[self.kinds[packet]])
        return "image/png", as_bytes(sheet.quantize(128), "PNG", optimize=True)


def _whole(packets, name, least):
    """Return a column of the packets as whole numbers, or refuse what are none."""
    if not isinstance(packets, Packets):
        raise ValueError(
            "packets must be vidlearn.video.Packets, as read_packets gives them. "
            f"Received: {type(packets).__name__}"
        )
    column = np.asarray(getattr(packets, name))
    good = column.ndim == 1 and (column.dtype.kind in "iu" or not column.size)
    if not good or (column < least).any():
        raise ValueError(
            f"{name} of packets must be whole numbers, at least {least}. Received: "
            f"{column.dtype} of shape {column.shape}: {column.tolist()!r:.60}"
        )
    return column.astype(int)
