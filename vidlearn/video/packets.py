"""What lies in a file: its packets, by size and kind, in the order in which they are stored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arguments import whole
from .door import opened
from .errors import VideoError
from .facts import nothing_decodes
from .film import Film
from .source import Source

KINDS = {1: "I", 2: "P", 3: "B"}  # AVPictureType; a codec without them says 0


class Packets(NamedTuple):
    """The packets of a film, in the order in which they lie in the file.

    Attributes
    ----------
    frame : np.ndarray
        (N,) int64: the number of the frame that each packet gives.
    size : np.ndarray
        (N,) int64: its bytes.
    kind : np.ndarray
        (N,) str: "I" complete, "P" told from frames before it, "B" from both sides.
    key : np.ndarray
        (N,) bool: decoding can start here.
    """

    frame: np.ndarray
    size: np.ndarray
    kind: np.ndarray
    key: np.ndarray


def read_packets(path, *, stop=None) -> Packets:
    """Say what each packet of a film holds, and where it lies.

    Parameters
    ----------
    path : str or Path
        A video file in which each frame has a packet and a time stamp of its own.
    stop : int, optional
        Only the packets of the frames before this one.

    Returns
    -------
    Packets
        In the order of the file, which is the order of decoding. ``size[np.argsort(frame)]`` has
        the sizes in the order in which the frames are shown.

    Raises
    ------
    VideoError
        If the file cannot be read, is a folder of pictures, or its packets and its frames do not
        go together one by one.

    Warns
    -----
    VideoWarning
        If part of the file is missing or damaged: told is what lies before it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from vidlearn.video import write_video
    >>> folder = tempfile.TemporaryDirectory()
    >>> film = write_video(pathlib.Path(folder.name) / "a.mp4", np.zeros((9, 64, 96, 3), np.uint8))
    >>> packets = read_packets(film)
    >>> packets.frame[0], packets.kind[0], sorted(packets.frame.tolist()) == list(range(9))
    (np.int64(0), np.str_('I'), True)
    >>> folder.cleanup()
    """
    stop = None if stop is None else whole("stop", stop, 1)
    film = opened(path)
    if not isinstance(film, Film):
        raise VideoError(f"{film.path} holds pictures, no packets. Name a video file.")
    with Source(film.path) as source:
        stored = [p for p in source.packets() if p is not None and source.gives_picture(p)]
        stamps = [packet.pts for packet in stored]
        if None in stamps or len(set(stamps)) < len(stamps):
            raise VideoError(
                f"The packets of {film.path} have no time stamps of their own, so nobody can say "
                "which frame is which. Convert it: ffmpeg -i FILE -c:v libx264 out.mp4"
            )
        numbers = np.argsort(np.argsort(stamps))
        facts = [(packet.size, packet.is_keyframe) for packet in stored]
    shown = [(one.pts, one.pict_type) for _, one in film.decoded(stop=stop)]
    if not shown:
        raise VideoError(nothing_decodes(film.path))
    expected = sorted(stamps)[: len(shown)]
    if [pts for pts, _ in shown] != expected or (stop or len(stamps)) < len(shown):
        raise VideoError(
            f"Frames and packets of {film.path} do not go together: {len(stamps)} packets, "
            f"{len(shown)} frames. `probe` says what is odd about it."
        )
    kinds = np.array([KINDS.get(int(kind), "I") for _, kind in shown])
    sizes, keys = (np.array(column) for column in zip(*facts, strict=True))
    kept = numbers < len(shown)
    return Packets(numbers[kept], sizes[kept], kinds[numbers[kept]], keys[kept].astype(bool))
