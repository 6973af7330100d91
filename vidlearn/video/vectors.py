"""The motion that a file tells: where each block of a frame was copied from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arguments import picture_options, whole
from .door import opened
from .errors import VideoError
from .facts import nothing_decodes
from .film import Film

KINDS = {1: "I", 2: "P", 3: "B"}
TELLING = {"h264", "mpeg4", "mpeg2video", "mpeg1video"}  # whose decoders hand vectors out


class MotionVectors(NamedTuple):
    """What the file tells of one frame.

    Attributes
    ----------
    kind : str
        "I", "P" or "B"; "?" where the decoder does not say.
    blocks : ndarray
        (N, 4) int xyxy, in pixels of the frame as `read_frames` gives it, upright. Blocks at the
        rim may reach beyond it. One that is copied from two frames is listed twice.
    motion : ndarray
        (N, 2) float32, right and down, in pixels: how far the block's content travels from the
        earlier of the two frames to the later.
    earlier : ndarray
        (N,) bool: whether the other frame is an earlier one. In a B-frame it may be a later one.
    """

    kind: str
    blocks: np.ndarray
    motion: np.ndarray
    earlier: np.ndarray

    def field(self, size):
        """Paint the blocks over a frame: one arrow for each pixel.

        Parameters
        ----------
        size : (int, int)
            Height and width of the frame.

        Returns
        -------
        ndarray
            (H, W, 2) float32, from an earlier frame to this one; NaN where a block is told anew
            or copied from a later frame only.
        """
        size, _ = picture_options(size, "rgb")
        if size is None:
            raise VideoError("size must be (height, width) of the frame, as in frame.shape[:2].")
        field = np.full((*size, 2), np.nan, np.float32)
        for (x0, y0, x1, y1), motion in zip(
            self.blocks[self.earlier], self.motion[self.earlier], strict=True
        ):
            field[max(y0, 0) : y1, max(x0, 0) : x1] = motion
        return field


def motion_vectors(path, *, stop=None) -> list[MotionVectors]:
    """Read the motion that an encoder has written into a file, block by block.

    Nothing is computed: a decoder needs these vectors to put the frames together.

    Parameters
    ----------
    path : str or Path
        A video file in a codec that stores such vectors and whose decoder hands them out: H.264,
        MPEG-4, MPEG-2 or MPEG-1.
    stop : int, optional
        How many frames are read; by default all.

    Returns
    -------
    list of MotionVectors
        One for each frame, in the order in which they are shown. I-frames have no blocks.

    Raises
    ------
    VideoError
        If the file cannot be read, is no film, or tells no motion although it has frames that are
        told as changes.

    Warns
    -----
    VideoWarning
        If part of the file is missing or damaged, as in `read_frames`.

    Notes
    -----
    A vector leads to the frame that the encoder has chosen, and the decoder does not say which
    one that is. It is the frame before where the file was written with
    ``x264={"bframes": 0, "ref": 1}``, as for calls; in other films it may lie several frames off.
    An encoder looks for what is cheap to tell, not for what moves.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from vidlearn.video import write_video
    >>> rng = np.random.default_rng(0)
    >>> picture = rng.integers(0, 255, (8, 12, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    >>> film = [np.roll(picture, 2 * t, axis=1) for t in range(3)]
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "a.mp4"
    >>> told = motion_vectors(write_video(path, film, x264={"bframes": 0, "ref": 1}))
    >>> [each.kind for each in told]
    ['I', 'P', 'P']
    >>> np.median(told[1].motion, axis=0).tolist()
    [2.0, 0.0]
    >>> folder.cleanup()

    Lesson 02 teaches it.
    """
    stop = None if stop is None else whole("stop", stop, 1)
    film, told = opened(path), []
    if not isinstance(film, Film):
        raise VideoError(f"{film.path} is pictures, not a film: they tell no motion.")
    for _, frame in film.decoded(stop=stop, motion=True):
        told.append(_of_frame(frame, film.turn))
    if not told:
        raise VideoError(nothing_decodes(film.path))
    if any(each.kind in "PB" for each in told) and not any(len(each.blocks) for each in told):
        with film.open() as source:
            codec = source.codec_name
        if codec not in TELLING:
            raise VideoError(
                f"The decoder of {codec} hands out no motion. Write the film again as H.264: "
                "video.write_video(other, video.read_frames(path))"
            )
    return told


def _of_frame(frame, turn):
    """Take over the vectors of one decoded frame, turned as the frame is for showing."""
    kind = KINDS.get(int(frame.pict_type), "?")
    data = frame.side_data.get("MOTION_VECTORS")
    rows = None if data is None else data.to_ndarray()
    if rows is None or not len(rows):
        return MotionVectors(
            kind, np.zeros((0, 4), int), np.zeros((0, 2), np.float32), np.zeros(0, bool)
        )
    size = np.stack([rows["w"], rows["h"]], axis=1).astype(int)
    corner = np.stack([rows["dst_x"], rows["dst_y"]], axis=1).astype(int) - size // 2
    offset = np.stack([rows["motion_x"], rows["motion_y"]], axis=1)  # from here to the other
    earlier = rows["source"] < 0
    sign = np.where(earlier, -1.0, 1.0) / np.maximum(rows["motion_scale"], 1)
    motion = (offset * sign[:, None]).astype(np.float32)
    blocks = np.hstack([corner, corner + size])
    return MotionVectors(kind, *_upright(blocks, motion, turn, frame), earlier)


def _upright(blocks, motion, turn, frame):
    """Turn or mirror blocks and motion the way the display matrix of a film says."""
    if turn is None:
        return blocks, motion
    a, b, c, d = turn  # a stored point (x, y) is shown at (a x + c y, b x + d y), up to a shift
    matrix = np.array([[a, b], [c, d]])
    shift = (np.array([frame.width, frame.height]) @ (matrix < 0)).astype(int)
    corners = blocks.reshape(-1, 2, 2) @ matrix + shift
    ordered = np.hstack([corners.min(axis=1), corners.max(axis=1)])
    return ordered, (motion @ matrix).astype(np.float32)
