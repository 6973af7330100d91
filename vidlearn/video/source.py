"""Open a video file, index its packets, and decode exactly the frames that are wanted."""

from __future__ import annotations

import difflib
import os
from bisect import bisect_right
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .errors import VideoError, warn

THREADS = min(2 * (os.cpu_count() or 1) + 2, 16)  # frames in flight; small ones wait for large
NEAR = 8  # this many frames ahead are decoded on the way rather than jumped to
TEXT_FORMATS = {"tty", "hls", "concat", "ffmetadata", "srt", "webvtt", "ass", "lrc", "sami"}


class Index(NamedTuple):
    """The time stamps of a stream, read from its packets without decoding a picture."""

    pts: np.ndarray  # (T,) int64, rising: the stamp of frame i, in ticks
    keys: np.ndarray  # (K,) int64, rising: the stamps of the keyframes
    count: int  # pictures stored, also where the stamps are of no use
    tick: float  # seconds
    fps: float  # as the header says, 0 where it says nothing

    @property
    def usable(self):
        """Whether a stamp names one frame, so that it can be jumped to."""
        return len(self.keys) > 0 and self.count > 0 and bool((np.diff(self.pts) > 0).all())


class Source:
    """An open video file: its packets, its frames, and a tally of what was lost.

    Parameters
    ----------
    path : str or Path
        A video file.

    Raises
    ------
    VideoError
        If the file is missing, empty, not a video, cut before its index, or in a codec that
        this decoder does not know.
    """

    def __init__(self, path):
        import av

        self.path = existing(path)
        self.lost = 0  # packets that gave no picture
        self.mended = 0  # pictures with holes that the decoder filled
        self.discarded = 0  # packets that an edit list hides
        self.cut = False  # the file ends in the middle of something
        try:
            # Local files only: a text that calls itself a playlist must not open addresses.
            options = {"protocol_whitelist": "file,crypto,data"}
            self.container = av.open(
                str(self.path), container_options=options, metadata_errors="replace"
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise VideoError(why_unreadable(self.path, error)) from error
        try:
            self.stream = video_stream(self.path, self.container)
        except VideoError:
            self.container.close()
            raise
        self.stream.thread_type = "AUTO"
        self.stream.codec_context.thread_count = THREADS

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.container.close()
        if self.lost:
            _damaged.add(stamp(self.path))

    def packets(self):
        """Yield the packets of the video stream, the empty one that flushes the decoder last."""
        import av

        try:
            yield from self.container.demux(self.stream)
        except av.error.FFmpegError:
            self.cut = True
            yield None

    def frames(self):
        """Yield the decoded frames in the order in which they are shown."""
        import av

        for packet in self.packets():
            if packet is not None and packet.is_corrupt:  # cut off in the middle
                self.lost += 1
                continue
            try:
                frames = self.stream.codec_context.decode(packet)
            except av.error.FFmpegError:
                self.lost += 1
                continue
            self.discarded += packet is not None and packet.is_discard
            for frame in frames:
                self.mended += frame.is_corrupt
                yield frame

    def seek(self, pts):
        """Yield the frames from the keyframe with this stamp on; nothing if it is not found."""
        self.container.seek(int(pts), stream=self.stream)
        frames = self.frames()
        for frame in frames:
            if frame.pts is None or frame.pts > pts:
                return
            if frame.pts == pts:
                yield frame
                yield from frames

    def shortfall(self, count, seconds):
        """Say what is missing if reading ended after ``count`` frames, ``seconds`` long."""
        promised = self.stream.frames - self.discarded
        length = ((self.container.duration or 0) - max(self.container.start_time or 0, 0)) / 1e6
        early = length - seconds > 0.25  # sound may last a little longer than the pictures
        if promised > count and (early or self.lost or self.cut):
            return [f"the header promises {promised} frames, {count} can be decoded"]
        if early and not self.stream.frames and length > 1.05 * seconds:
            return [f"the header promises {length:.2f} s, the pictures end at {seconds:.2f} s"]
        return []

    def damage(self):
        """Say what could not be decoded so far."""
        notes = []
        if self.lost:
            notes.append(f"damaged packets that gave no picture: {self.lost}")
        if self.mended:
            notes.append(f"damaged pictures, patched up by the decoder: {self.mended}")
        if self.cut:
            notes.append("the file breaks off")
        return notes


def existing(path):
    """Return the absolute path of an existing file or folder, or raise a VideoError."""
    path = Path(path).expanduser().absolute()
    if path.is_dir() or (path.is_file() and path.stat().st_size):
        return path
    if path.is_file():
        raise VideoError(f"{path} is empty (0 bytes). Copy or download it again.")
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    hint = f" Did you mean {close[0]}?" if close else " Check the folder and the spelling."
    raise VideoError(f"There is no file {path}.{hint}")


def why_unreadable(path, error):
    """Say why a file could not be opened, and what to do."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[4:] == b"ftyp":
        return (
            f"{path} was cut short: the table of its frames (the moov atom), which mp4 and mov "
            "usually keep at the end, is not there. No frame can be found without it. Copy or "
            "download the file again, or let the camera close the recording."
        )
    return (
        f"{path} is not a video that can be read ({getattr(error, 'strerror', error)}). Check "
        "that it plays elsewhere; if it does, convert it: ffmpeg -i FILE -c:v libx264 out.mp4"
    )


def video_stream(path, container):
    """Return the first real video stream of a container, or raise a VideoError."""
    if TEXT_FORMATS & set(container.format.name.split(",")):
        raise VideoError(f"{path} is a text file, not a video. Name the video file itself.")
    streams = [s for s in container.streams if s.type == "video"]
    films = [s for s in streams if not (getattr(s, "disposition", 0) & 0x400)]  # no cover art
    if not films:
        held = "sound only" if container.streams.audio else "no pictures"
        raise VideoError(f"{path} holds {held}, no video stream. Name a file with pictures.")
    if films[0].codec_context is None:
        raise VideoError(
            f"{path} uses a video codec that this decoder does not know. Convert it with a "
            "program that does: ffmpeg -i FILE -c:v libx264 out.mp4"
        )
    return films[0]


def index_of(path):
    """Return the Index of a file, read once for as long as the file does not change."""
    return _index(*stamp(existing(path)))


def stamp(path):
    """Return what tells a file from a later one of the same name."""
    stat = path.stat()
    return str(path), stat.st_mtime_ns, stat.st_size


_damaged = set()  # files in which packets were seen to give no picture


@lru_cache(maxsize=64)
def _index(path, mtime, size):
    stamps, keys = [], []
    with Source(path) as source:
        hides = source.stream.codec_context.name == "vp8"
        for packet in source.packets():
            if packet is None or not packet.size or packet.is_corrupt or packet.is_discard:
                continue
            if hides and not bytes(packet)[0] & 0x10:  # RFC 6386, 9.1: show_frame
                continue
            stamps.append(packet.pts)
            if packet.is_keyframe:
                keys.append(packet.pts)
        tick = float(source.stream.time_base)
        fps = float(source.stream.average_rate or 0)
    if None in stamps:  # some AVI and raw streams carry no stamps
        return Index(np.zeros(0, np.int64), np.zeros(0, np.int64), len(stamps), tick, fps)
    pts = np.sort(np.array(stamps, np.int64))
    return Index(pts, np.sort(np.array(keys, np.int64)), len(pts), tick, fps)


def pick(path, wanted):
    """Decode the wanted frames and no more of the file than they need.

    Parameters
    ----------
    path : str or Path
        A video file.
    wanted : sequence of int
        Rising frame numbers; a ``range`` may run past the end of the video.

    Yields
    ------
    (int, av.VideoFrame)
        The number and the frame. Numbers past the end yield nothing.

    Notes
    -----
    A jump goes to the last keyframe at or before the wanted frame; the frames from there on are
    decoded and their stamps compared with the index. Where they disagree (a damaged file, a
    container that cannot seek), and once packets of the file have been seen to give no picture,
    it is decoded from its start and the frames are counted.
    """
    done = -1
    try:
        for number, frame in _pick(path, wanted, jump=stamp(existing(path)) not in _damaged):
            done = number
            yield number, frame
    except _Astray:
        yield from _pick(path, wanted[bisect_right(wanted, done) :], jump=False)


class _Astray(Exception):
    """The frames after a jump are not those that the index foretold."""


def _pick(path, wanted, *, jump):
    with Source(path) as source:
        frames, at, foretold = source.frames(), 0, None  # at: number of the next frame
        for number in wanted:
            if jump and number > at + NEAR:
                index = index_of(path)
                if index.usable and number < index.count:
                    landed = _land(source, index, number, at)
                    if landed:
                        frames, at, foretold = *landed, index.pts
            for frame in frames:
                if foretold is not None and frame.pts != foretold[min(at, len(foretold) - 1)]:
                    raise _Astray
                at += 1
                if at > number:
                    yield number, frame
                    break
            else:
                break
        else:
            at = None  # all found: the end of the file was not seen
        report(source, at if foretold is None else None)


def _land(source, index, number, at):
    """Jump to the keyframe before ``number``; None where decoding on is as near."""
    last = int(np.searchsorted(index.keys, index.pts[number], "right")) - 1
    for key in range(last, max(last - 3, -1), -1):
        landing = int(np.searchsorted(index.pts, index.keys[key]))
        if landing <= at and key == last:
            return None
        frames = source.seek(index.keys[key])
        first = next(frames, None)
        if first is not None:
            return chain([first], frames), landing
    raise _Astray


def report(source, count):
    """Warn of what a read left out; ``count`` frames were seen if it ran to the end."""
    notes = source.damage()
    if count is not None:
        notes = source.shortfall(count, count / float(source.stream.average_rate or np.inf)) + notes
    if notes:
        warn(f"{source.path}: {'; '.join(notes)}.")
