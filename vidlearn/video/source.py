"""Open a video file once: its packets, its frames, and a tally of what was lost."""

from __future__ import annotations

import os
from itertools import chain

from .errors import VideoError

THREADS = min(2 * (os.cpu_count() or 1) + 2, 16)  # frames in flight; small ones wait for large
LARGE, TOO_LARGE = 2**25, 2**27  # pixels: 8K is below the first, 16K below the second
TEXT_FORMATS = {"tty", "hls", "concat", "ffmetadata", "srt", "webvtt", "ass", "lrc", "sami"}
DECODERS = {"libdav1d": "av1", "libaom-av1": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}
COVER = 0x400  # AV_DISPOSITION_ATTACHED_PIC
LONG_AGO = (0, 2, 10)  # seconds before a keyframe at which a search for it starts


class Source:
    """An open video file.

    Parameters
    ----------
    path : Path
        A video file that is there.
    threads : int
        With one thread, an error belongs to the packet that is decoded; with more, some frames
        are in flight and are lost with it.
    rough : bool
        Do not smooth the edges of the blocks of which pictures are made.
    motion : bool
        Hand out with each frame where its blocks were copied from.

    Raises
    ------
    VideoError
        If it is not a video, cut before its index, in a codec that this decoder does not know,
        or of pictures too large for any memory.
    """

    def __init__(self, path, threads=THREADS, *, rough=False, motion=False):
        import av

        self.path = path
        self.lost = 0  # packets that gave no picture
        self.mended = 0  # pictures with holes that the decoder filled
        self.discarded = 0  # packets that an edit list hides
        self.fed = self.given = 0  # packets that should give a picture, and pictures
        self.cut = False  # the file ends in the middle of something
        self.sizes = {}  # (width, height): number of the first such frame
        try:
            # Local files only: a text that calls itself a playlist must not open addresses, and
            # a name with a % is a name.
            options = {"protocol_whitelist": "file,crypto,data", "pattern_type": "none"}
            self.container = av.open(
                str(self.path), container_options=options, metadata_errors="replace"
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise VideoError(why_unreadable(self.path, error)) from error
        try:
            self.stream = video_stream(self.path, self.container)
            self.codec = self.stream.codec_context
            pixels = self.codec.width * self.codec.height
            if pixels > TOO_LARGE:
                raise VideoError(
                    f"{path} says that its frames are {self.codec.width} x {self.codec.height} "
                    "(width x height), more than memory is meant for. Scale it down: "
                    "ffmpeg -i FILE -vf scale=3840:-2 out.mp4"
                )
        except VideoError:
            self.container.close()
            raise
        self.threads = 1 if pixels > LARGE else threads
        self.stream.thread_type = "AUTO" if self.threads > 1 else "NONE"
        self.codec.thread_count = self.threads
        if rough:
            self.codec.options = {"skip_loop_filter": "all"}
        if motion:
            self.codec.flags2 |= av.codec.context.Flags2.export_mvs
        # A transport stream marks what follows a gap, whole or not; elsewhere it is cut off.
        self.marks_gaps = "mpegts" in self.container.format.name

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.container.close()

    @property
    def codec_name(self):
        """The codec's name, the same for each of its decoders."""
        return DECODERS.get(self.codec.name, self.codec.name)

    def packets(self, *streams):
        """Yield the packets of the video stream (or of others), None to flush the decoder last."""
        import av

        try:
            for packet in self.container.demux(*(streams or [self.stream])):
                if packet.size:
                    yield packet
                elif packet.pts is None and packet.dts is None:
                    break
                # else an empty packet, which says: the same picture again
        except av.error.FFmpegError:
            self.cut = True
        except IndexError:
            pass  # PyAV, at the end of a file in which another stream appeared late
        yield None

    def gives_picture(self, packet):
        """Whether a packet is meant to give a picture that is shown."""
        if packet.is_discard or (packet.is_corrupt and not self.marks_gaps):
            return False
        return self.codec_name != "vp8" or bool(memoryview(packet)[0] & 0x10)  # RFC 6386, 9.1

    def frames(self, packets=None):
        """Yield the decoded frames in the order in which they are shown."""
        import av

        for packet in self.packets() if packets is None else packets:
            if packet is not None:
                self.fed += self.gives_picture(packet)
                if packet.is_corrupt and not self.marks_gaps:
                    self.lost += 1
                    continue
            try:
                frames = self.codec.decode(packet)
            except av.error.FFmpegError:
                self.lost += packet is not None
                continue
            self.discarded += packet is not None and packet.is_discard
            for frame in frames:
                self.sizes.setdefault((frame.width, frame.height), self.given)
                self.given += 1
                self.mended += frame.is_corrupt
                yield frame

    def landings(self, pts, dts):
        """Try several ways to the keyframe with these stamps; yield its frames and those behind.

        Some containers are searched by decoding stamps, and a search may end inside a packet.
        """
        import av

        second = round(1 / self.stream.time_base)
        for target in (pts, *(dts - ago * second for ago in LONG_AGO)):
            self.lost = self.mended = 0
            self.cut = False
            try:
                self.container.seek(target, stream=self.stream)
            except (av.error.FFmpegError, OverflowError):
                continue
            packets = self.packets()
            for packet in packets:
                if packet is None or packet.pts is None or packet.pts > pts:
                    break  # landed behind it
                if packet.pts == pts and packet.is_keyframe:
                    yield self.frames(chain([packet], packets))
                    break

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


def video_streams(container):
    """List the real video streams of a container, without cover art."""
    streams = [s for s in container.streams if s.type == "video"]
    return [s for s in streams if not (getattr(s, "disposition", 0) & COVER)]


def video_stream(path, container):
    """Return the video stream that players show, or raise a VideoError."""
    if TEXT_FORMATS & set(container.format.name.split(",")):
        raise VideoError(f"{path} is a text file, not a video. Name the video file itself.")
    films = video_streams(container)
    if not films:
        held = "sound only" if container.streams.audio else "no pictures"
        raise VideoError(f"{path} holds {held}, no video stream. Name a file with pictures.")
    best = container.streams.best("video")
    film = best if best in films else films[0]
    if film.codec_context is None:
        raise VideoError(
            f"{path} uses a video codec that this decoder does not know. Convert it with a "
            "program that does: ffmpeg -i FILE -c:v libx264 out.mp4"
        )
    return film


def why_unreadable(path, error):
    """Say why a file could not be opened, and what to do."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as denied:
        return f"{path} cannot be opened ({denied.strerror or denied}). Check who may read it."
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
