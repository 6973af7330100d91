"""A player in the notebook."""

from __future__ import annotations

import base64
import html
import io
import os
import re
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from vidlearn import messages

from .arguments import frame_rate, whole
from .errors import VideoError
from .info import probe
from .read import read_frames
from .write import checked_frames, write_video

SHEET_FRAMES = 8  # the still picture: two rows of four
SHEET_WIDTH, SHEET_HEIGHT = 120, 180  # of one of them, at most
LEAST_WIDE = 384  # of a player, in pixels
LONGEST = 960  # larger frames are not worth their bytes in a notebook
CAPTION = "margin:.4em 0 0;max-width:46em;font-size:.92em;text-align:left;opacity:.85"


class VideoDisplay:
    """A video for a notebook cell; see :func:`show_video`.

    Parameters
    ----------
    mp4, poster, sheet : bytes
        The embedded video, the JPEG of its first frame that stands there until it plays, and the
        JPEG of some stills shown where videos are not.
    width : int
        Width of the player in pixels.
    caption, text, label : str
        What stands below, what a reader without pictures gets, and what is read aloud to those
        who do not see the video.
    autoplay : bool
        Whether it plays by itself.
    """

    def __init__(self, mp4, poster, sheet, width, caption, text, label, autoplay=False):
        self.mp4, self.poster, self.sheet, self.width = mp4, poster, sheet, width
        self.caption, self.text, self.label = caption, text, label
        self.autoplay = autoplay

    def __repr__(self):
        return f"<{self.text}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {
            "text/html": self._repr_html_(),
            "image/jpeg": base64.b64encode(self.sheet).decode(),
            "text/plain": repr(self),
        }
        return data, {"image/jpeg": {"alt": self.label}}

    def _repr_html_(self):
        video, poster = (base64.b64encode(part).decode() for part in (self.mp4, self.poster))
        label = html.escape(self.label, quote=True)
        caption = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.caption))
        wide, high = _size_of(self.poster)
        tall = f"calc(min({self.width}px,100cqw)*{high}/{wide} + 4rem)"  # room for the controls
        below = f'<figcaption class="vl-caption" style="{CAPTION}">{caption}</figcaption>'
        return (
            '<figure class="vl-figure" style="margin:.4em 0 1.2em;container-type:inline-size">'
            f"<video controls {'autoplay ' * self.autoplay}loop muted playsinline "
            f'width="{self.width}" '
            f'style="max-width:100%;height:{tall};object-fit:contain;object-position:top" '
            f'aria-label="{label}" '
            f'poster="data:image/jpeg;base64,{poster}" src="data:video/mp4;base64,{video}">'
            f"</video>{below if caption else ''}</figure>"
        )


def show_video(
    frames,
    *,
    fps=None,
    caption="",
    width=None,
    max_frames=300,
    max_bytes=1_000_000,
    alt="",
    by=None,
    autoplay=False,
) -> VideoDisplay:
    """Show a video in a notebook: a player, or a sheet of stills where players cannot be.

    Parameters
    ----------
    frames : np.ndarray, iterable of np.ndarray, str or Path
        What :func:`write_video` takes, or a file or folder that :func:`read_frames` reads.
    fps : float, optional
        Frames per second; by default those of the file, or 25 for arrays.
    caption : str
        Stands below the video: what to see.
    width : int, optional
        Width of the player in pixels; by default that of the video shown, at least 384.
    max_frames : int
        No more frames than this are shown.
    max_bytes : int
        The size of the video in the notebook. A larger one is halved in width and height until
        it fits, and so is one of more than 960 pixels.
    alt : str
        What the film shows, read aloud to those who do not see it.
    by : object, optional
        Whose function made what is shown: anything with a sentence `credit`, as
        :func:`vidlearn.course.use` returns. The sentence ends the caption.
    autoplay : bool
        Whether it plays by itself, for the one film that opens a lesson.

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
    max_frames, max_bytes = whole("max_frames", max_frames, 1), whole("max_bytes", max_bytes, 1)
    width = width if width is None else whole("width", width, 1)
    fps = fps if fps is None else frame_rate(fps)
    if isinstance(frames, str | os.PathLike):
        info = probe(frames, decode=False)
        size, fps = (info.height, max(round(info.width * info.pixel_ratio), 1)), fps or info.fps
        times = _divisor(size)
        as_it_is = times == 1 and size[1] == info.width
        frames = read_frames(frames, size=None if as_it_is else _divided(size, times))
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
    caption = " ".join(filter(None, [caption, getattr(by, "credit", None), note]))
    fps = float(fps)
    facts = {"frames": len(shown), "width": wide, "height": height, "fps": f"{fps:.4g}"}
    facts["seconds"] = f"{len(shown) / fps:.1f}"
    text, label = (words["text"].format(**facts, caption=said).strip() for said in (caption, alt))
    poster = _poster(shown[0], *_divided((height, wide), times))
    text, width = text.strip(" ."), width or max(wide // times, LEAST_WIDE)
    sheet = contact_sheet(shown)
    return VideoDisplay(mp4, poster, sheet, width, caption, text, label, autoplay)


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


def _size_of(jpeg):
    from PIL import Image

    return Image.open(io.BytesIO(jpeg)).size


def _poster(frame, height, width):
    """Draw the frame that stands in the player until it plays, as the bytes of a JPEG."""
    from PIL import Image

    return _jpeg(Image.fromarray(_resized(frame, height, width)))


def contact_sheet(frames):
    """Draw up to eight frames, evenly spread, two rows of four, as the bytes of a JPEG."""
    from PIL import Image

    chosen = np.linspace(0, len(frames) - 1, min(SHEET_FRAMES, len(frames))).round().astype(int)
    height, width = frames[0].shape[:2]
    scale = min(SHEET_WIDTH / width, SHEET_HEIGHT / height)
    tile = (max(round(width * scale), 1), max(round(height * scale), 1))
    columns = min(len(chosen), SHEET_FRAMES // 2)
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * (tile[0] + 4) - 4, rows * (tile[1] + 4) - 4), "white")
    for place, number in enumerate(chosen):
        row, column = divmod(place, columns)
        picture = Image.fromarray(frames[number]).convert("RGB").resize(tile)
        sheet.paste(picture, (column * (tile[0] + 4), row * (tile[1] + 4)))
    return _jpeg(sheet, quality=60)


def _jpeg(picture, quality=80):
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "JPEG", quality=quality, optimize=True)
    return stream.getvalue()
