"""Write AVI with MPEG-4 inside, as the films of UCF101 and HMDB51 are."""

from __future__ import annotations

from fractions import Fraction

from .arguments import frame_rate
from .errors import VideoError
from .write import checked_frames


def write_avi(path, frames, *, fps=25.0, quality=3):
    """Write frames as MPEG-4 part 2 (Xvid) in AVI.

    Browsers do not play it: `write_video` is for them. This is for trying what old sets are like.

    Parameters
    ----------
    path : Path
        A file that may be written over; it is not whole until this returns.
    frames : ndarray or iterable of ndarray
        (T, H, W, 3) RGB or (T, H, W) grey, uint8, with even sides.
    fps : float
        Frames per second.
    quality : int
        The quantiser, 1 to 31; smaller is better.

    Raises
    ------
    VideoError
        If a frame is not uint8 of the right shape, a side is odd, or the disk is full.
    """
    import av

    rate = Fraction(frame_rate(fps)).limit_denominator(1000)
    try:
        with av.open(str(path), "w", format="avi") as container:
            container.flags |= 0x400  # bitexact
            stream = None
            for frame in checked_frames(frames):
                if stream is None:
                    stream = _stream(container, rate, frame, quality)
                kind = "rgb24" if frame.ndim == 3 else "gray"
                picture = av.VideoFrame.from_ndarray(frame, format=kind)
                container.mux(stream.encode(picture.reformat(format="yuv420p")))
            container.mux(stream.encode(None))
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(f"{path} was not written: {error.strerror or error}.") from error


def _stream(container, rate, frame, quality):
    height, width = frame.shape[:2]
    if height % 2 or width % 2:
        raise VideoError(f"frames must have even sides for AVI. Received: {height} x {width}")
    stream = container.add_stream("mpeg4", rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.options = {"qmin": str(quality), "qmax": str(quality)}
    stream.codec_context.codec_tag = "XVID"
    stream.codec_context.gop_size, stream.codec_context.thread_count = 12, 1
    return stream
