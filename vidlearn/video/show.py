"""A player in the notebook."""

from __future__ import annotations

import base64
import html
import io
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from vidlearn import messages

from .errors import VideoError
from .info import probe
from .read import read_frames
from .write import checked_frames, write_video

SHEET_FRAMES, SHEET_WIDTH = 8, 120  # the still picture: two rows of four
LONGEST = 960  # larger frames are not worth their bytes in a notebook


class VideoDisplay:
    """A video for a notebook cell; see :func:`show_video`.

    Parameters
    ----------
    mp4, png : bytes
        The embedded video, and the contact sheet shown where videos are not.
    width : int
        Width of the player in pixels.
    caption, text : str
        What stands below, and what a reader without pictures gets.
    """

    def __init__(self, mp4, png, width, caption, text):
        self.mp4, self.png, self.width = mp4, png, width
        self.caption, self.text = caption, text

    def __repr__(self):
        return f"<{self.text}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/html": self._repr_html_(),
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": repr(self),
        }

    def _repr_html_(self):
        data = base64.b64encode(self.mp4).decode()
        label, caption = html.escape(self.text, quote=True), html.escape(self.caption)
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        return (
            '<figure style="margin: 0">'
            f'<video controls loop muted playsinline width="{self.width}" '
            f'style="max-width: 100%" aria-label="{label}" '
            f'src="data:video/mp4;base64,{data}"></video>{below}</figure>'
        )


def show_video(
    frames, *, fps=None, caption="", width=None, max_frames=300, max_bytes=1_000_000
) -> VideoDisplay:
    """Show a video in a notebook: a player, or a sheet of stills where players cannot be.

    Parameters
    ----------
    frames : np.ndarray, iterable of np.ndarray, str or Path
        What :func:`write_video` takes, or a file or folder that :func:`read_frames` reads.
    fps : float, optional
        Frames per second; by default those of the file, or 25 for arrays.
    caption : str
        Stands below the video and is read aloud to those who do not see it.
    width : int, optional
        Width of the player in pixels; by default that of the video shown, at least 320.
    max_frames : int
        No more frames than this are shown.
    max_bytes : int
        The size of the video in the notebook. A larger one is halved in width and height until
        it fits, and so is one of more than 960 pixels.

    Returns
    -------
    VideoDisplay
        The last expression of a cell shows it. What a cap has left out is said in the caption.

    Raises
    ------
    VideoError
        If the frames are not what :func:`write_video` takes, or do not fit in ``max_bytes``.

    Examples
    --------
    >>> show_video(np.zeros((50, 64, 96, 3), np.uint8), caption="Nothing moves")
    <video: 50 frames of 96 x 64, 25 per second, 2.0 s. Nothing moves>
    """
    size, times = None, 1
    if isinstance(frames, (str, Path)):
        info = probe(frames, decode=False)
        size, fps = (info.height, info.width), fps or info.fps
        times = _divisor(size)
        frames = read_frames(frames, size=_divided(size, times) if times > 1 else None)
    fps = fps or 25.0
    rest = checked_frames(frames)
    shown = list(islice(rest, max_frames))
    words = messages.text("video_display")
    left_out = [words["first_part"]] if next(rest, None) is not None else []
    height, wide = size or shown[0].shape[:2]
    mp4, times = _fit(shown, (height, wide), times, fps, max_bytes)
    if times > 1:
        left_out.append(words["smaller"].format(times=times))
    note = words["shown"].format(what=", ".join(left_out)) if left_out else None
    caption = " ".join(filter(None, [caption, note]))
    facts = {"frames": len(shown), "width": wide, "height": height, "fps": f"{fps:.4g}"}
    facts |= {"seconds": f"{len(shown) / fps:.1f}", "caption": caption}
    text = words["text"].format(**facts).strip(" .")
    return VideoDisplay(mp4, contact_sheet(shown), width or max(wide // times, 320), caption, text)


def _divisor(size):
    return next(times for times in (1, 2, 4, 8, 16) if max(size) / times <= LONGEST or times == 16)


def _divided(size, times):
    return tuple(max(side // times // 2 * 2, 2) for side in size)


def _fit(frames, size, times, fps, max_bytes):
    """Encode frames, halved until they fit; return the bytes and the divisor of ``size``."""
    times = max(times, _divisor(size))
    while True:
        sides = _divided(size, times)
        with tempfile.TemporaryDirectory() as folder:
            smaller = (_resized(frame, *sides) for frame in frames)
            mp4 = write_video(Path(folder) / "show.mp4", smaller, fps=fps, crf=25).read_bytes()
        if len(mp4) <= max_bytes:
            return mp4, times
        if min(sides) < 32:
            break
        times *= 2
    raise VideoError(
        f"{len(frames)} frames need {len(mp4):,} bytes even at {sides[1]} x {sides[0]}; the limit "
        f"is {max_bytes:,}. Show fewer frames or raise max_bytes."
    )


def _resized(frame, height, width):
    from PIL import Image

    if frame.shape[:2] == (height, width):
        return frame
    return np.array(Image.fromarray(frame).resize((width, height), Image.Resampling.BOX))


def contact_sheet(frames):
    """Draw up to eight frames, evenly spread, two rows of four, as the bytes of a PNG."""
    from PIL import Image

    chosen = np.linspace(0, len(frames) - 1, min(SHEET_FRAMES, len(frames))).round().astype(int)
    height, width = frames[0].shape[:2]
    tile = (SHEET_WIDTH, max(round(height * SHEET_WIDTH / width), 1))
    columns = min(len(chosen), SHEET_FRAMES // 2)
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * (tile[0] + 4) - 4, rows * (tile[1] + 4) - 4), "white")
    for place, number in enumerate(chosen):
        row, column = divmod(place, columns)
        picture = Image.fromarray(frames[number]).convert("RGB").resize(tile)
        sheet.paste(picture, (column * (tile[0] + 4), row * (tile[1] + 4)))
    png = io.BytesIO()
    sheet.quantize(128).save(png, "PNG", optimize=True)
    return png.getvalue()
