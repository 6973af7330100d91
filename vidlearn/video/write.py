"""Write a video that plays in every browser."""

from __future__ import annotations

from contextlib import closing, contextmanager, nullcontext, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from .arguments import LONGEST_SIDE, frame_rate, real, whole
from .beside import part_beside
from .door import as_path, opened
from .errors import VideoError, warn
from .film import Film
from .sound import Sound

PLAIN = (np.ndarray, np.memmap)  # not np.matrix, which NumPy cannot stack
THREADS = 4  # with another number x264 makes other bytes
CLOCK = 90_000  # ticks a second, where each frame has a time of its own
LONGEST_GAP = 20_000  # seconds; mp4 counts the ticks from frame to frame in 31 bits
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
PRESETS += ("veryslow", "placebo")
# The encoder passes over what it does not know, and bends what it does not like.
X264 = {"keyint": (1, 2**30), "min-keyint": (0, 2**30), "scenecut": (0, 100), "bframes": (0, 16)}
X264 |= {"ref": (1, 16), "qp": (0, 51), "ipratio": None, "pbratio": None}  # None: a share
X264 |= {"aq-mode": (0, 3), "mbtree": (0, 1)}
END = object()


def write_video(
    path, frames, *, fps=25.0, crf=20, preset="medium", x264=None, times=None, sound=None
) -> Path:
    """Write frames as H.264 (yuv420p) in mp4, its index at the front.

    Nothing half-written is ever left under the name: the file appears when it is whole.

    Parameters
    ----------
    path : str or Path
        Ends in ".mp4". A file of that name is replaced.
    frames : np.ndarray or iterable of np.ndarray
        (T, H, W, 3) RGB or (T, H, W) gray, uint8, no side longer than 16384; or an iterator of
        such frames, so that a film need not fit in memory.
    fps : float or Fraction
        Frames per second, 0.001 to 1000.
    crf : int
        Constant rate factor, x264's measure of loss: 0 loses nothing that yuv420p holds (and is
        the one value that not every browser plays), about 18 looks untouched, 51 is the worst.
        Six more halve the file, roughly.
    preset : str
        How hard x264 searches for what it can leave out, from "ultrafast" over "medium" to
        "veryslow". The slower, the smaller the file at much the same quality.
    x264 : dict of str to int or float, optional
        More of x264's settings by its own names, such as ``{"keyint": 12}``: a keyframe every 12
        frames at least. ``{"qp": 24}`` takes the place of `crf`.
    times : iterable of float, optional
        Seconds of each frame, as `frame_times` returns them or as they come, never falling; the
        film starts with the first. Kept as time stamps to a 90,000th of a second, so the frame
        rate may vary, and `fps` is not used. The last frame lasts as long as the one before it.
    sound : str or Path, optional
        A film whose sound is taken over, in step with ``times`` counted from that film's first
        frame, and cut where the last frame ends. It is copied as it is where mp4 can hold it,
        else encoded as AAC. A film without sound, or a folder of pictures, gives none.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    VideoError
        If a frame is not uint8 of the right shape, there are none, an argument makes no sense,
        there are more or fewer times than frames, a time falls, or the disk is full.

    Warns
    -----
    VideoWarning
        If a width or height is odd: yuv420p stores colour for 2 x 2 pixels, so the last column
        or row is written twice. If part of the sound is damaged or of an unknown codec.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     film = write_video(Path(folder) / "a.mp4", np.zeros((5, 64, 96, 3), np.uint8))
    ...     film.name, film.read_bytes()[4:8]
    ('a.mp4', b'ftyp')

    The same film smaller, with its time stamps and its sound:

    >>> def small(path, other):
    ...     frames, times = read_frames(path, size=(120, 160)), frame_times(path)
    ...     return write_video(other, frames, times=times, sound=path)
    """
    path = film_place(path)
    rate = Fraction(frame_rate(fps)).limit_denominator(100_000)
    settings = _settings(crf, preset, x264, times is not None)
    film = None if sound is None else opened(sound, "sound")
    clock = rate if times is None else Fraction(CLOCK)
    moments = _moments(checked_frames(frames), _iterator(times), 1 / rate)
    first = next(moments)  # before a file is made
    part = None
    voice = closing(Sound(film, first[0])) if isinstance(film, Film) else nullcontext()
    try:
        with part_beside(path) as part, voice as sound:
            _encode(part, chain([first], moments), clock, (rate, settings), sound)
    except _EncodingError as error:
        raise VideoError(f"{path} was not written: {error}.") from error.__cause__
    except OSError as error:
        if part is None or error.filename == part or error.filename2 == str(path):
            raise VideoError(f"{path} was not written: {error.strerror or error}.") from error
        raise  # of the caller's own frames
    return path


class _EncodingError(Exception):
    """The encoder, the muxer or the disk refused."""


def film_place(path):
    """Return a film's path, or refuse where none can be written, before one is made."""
    path = as_path("path", path)
    if path.suffix.lower() != ".mp4":
        raise VideoError(f"path must end in .mp4. Received: {path.name}")
    try:
        if not path.parent.is_dir():
            raise VideoError(f"There is no folder {path.parent}. Make it first: Path(...).mkdir()")
        if path.is_dir():
            raise VideoError(f"{path} is a folder. Name a file in it, such as {path / 'a.mp4'}")
    except OSError as error:
        raise VideoError(f"{path} was not written: {error.strerror or error}.") from error
    return path


def _iterator(times):
    try:
        return None if times is None else iter(times)
    except TypeError:
        raise VideoError(
            f"times must hold seconds, one for each frame. Received: {type(times).__name__}"
        ) from None


def _moments(frames, times, usual):
    """Yield (seconds, how long the frame before lasted, frame); without times evenly."""
    last, lasted = None, usual
    for number, frame in enumerate(frames):
        seconds = number * usual if times is None else next(times, END)
        if seconds is END:
            raise VideoError(
                f"times must hold seconds for every frame. There are {number}, and more frames."
            )
        seconds = Fraction(real(f"times[{number}]", seconds))
        if last is not None:
            lasted = seconds - last
            if not 0 <= lasted <= LONGEST_GAP:
                raise VideoError(
                    f"times must not fall, nor rise by more than {LONGEST_GAP} s. Frame {number} "
                    f"is at {float(seconds):g} s, the one before it at {float(last):g} s."
                )
        last = seconds
        yield seconds, lasted, frame
    if times is not None and next(times, END) is not END:
        raise VideoError(f"times must hold as many seconds as there are frames: {number + 1}.")


def _encode(path, moments, clock, quality, sound):
    import av

    first = next(moments)
    height, width = first[2].shape[:2]
    if height % 2 or width % 2:
        note = (
            f"{width} x {height} (width x height) is odd and H.264 in yuv420p is not: written as "
            f"{width + width % 2} x {height + height % 2}, the last column or row twice."
        )
        warn(note)
    with _refusals():
        container = av.open(path, "w", format="mp4", options={"movflags": "+faststart"})
        container.flags |= 0x400  # bitexact: no date, no version of the muxer
        stream = _add_stream(container, width + width % 2, height + height % 2, clock, *quality)
        if sound:
            sound.join(container)
    try:
        stamp = -1
        for seconds, lasted, frame in chain([first], moments):
            stamp = max(stamp + 1, round((seconds - first[0]) * clock))
            end = stamp / clock + lasted
            with _refusals():
                _mux(container, stream.encode(_yuv(frame, stamp)), sound)
        with _refusals():
            packets = stream.encode(None)
            packets[-1].duration = max(round(lasted * clock), 1)  # the others' are told by stamps
            _mux(container, packets, sound)
            for packet in sound.until(end) if sound else ():
                container.mux(packet)
            container.close()
    except BaseException:
        with suppress(av.error.FFmpegError):
            container.close()
        raise


def _mux(container, packets, sound):
    """Write packets of pictures, and the sound up to them."""
    for packet in packets:
        for other in sound.until(packet.dts * packet.time_base) if sound else ():
            container.mux(other)
        container.mux(packet)


@contextmanager
def _refusals():
    """Tell the errors of the encoder and the disk from those of the caller's frames."""
    import av

    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise _EncodingError(error.strerror or error) from error


def _settings(crf, preset, x264, timed):
    """Return what x264 is told, or refuse what it would silently pass over."""
    if not isinstance(preset, str) or preset not in PRESETS:
        raise VideoError(f"preset must be one of {', '.join(PRESETS)}. Received: {preset!r}")
    if x264 is not None and not isinstance(x264, dict):
        raise VideoError(f'x264 must be a dict, such as {{"keyint": 12}}. Received: {x264!r:.60}')
    given = {"mbtree": 0} | {name: _setting(name, value) for name, value in (x264 or {}).items()}
    if timed and given.get("bframes"):
        raise VideoError(
            "x264['bframes'] must be 0 where there are times: frames out of order would shorten a "
            f"film whose last ones last long. Received: {given['bframes']}"
        )
    joined = ":".join(f"{name}={value}" for name, value in given.items())
    return {"crf": str(whole("crf", crf, 0, 51)), "preset": str(preset), "x264-params": joined}


def _setting(name, value):
    if not isinstance(name, str) or name not in X264:
        raise VideoError(f"x264 may hold {', '.join(X264)}. Received: {name!r}")
    called = f"x264[{name!r}]"
    if X264[name]:
        return whole(called, value, *X264[name])
    if not 0.1 <= (share := float(real(called, value))) <= 10:
        raise VideoError(f"{called} must be a number from 0.1 to 10. Received: {value!r}")
    return share


def _add_stream(container, width, height, clock, rate, settings):
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    # The same frames make the same bytes, on every machine. x264's mbtree would spoil that: it
    # takes in memory beside its tables.
    stream.options = dict(settings)
    if clock != rate:  # frames out of order would shorten a film whose last ones last long
        stream.options |= {"bf": "0"}
    stream.codec_context.time_base = 1 / clock
    context = stream.codec_context
    context.thread_count, context.thread_type = THREADS, "FRAME"
    # sRGB through the BT.601 matrix, and labelled so: every reader shows the same colours.
    context.colorspace, context.color_range = 6, 1
    context.color_primaries, context.color_trc = 1, 13
    return stream


def _yuv(frame, stamp):
    from av import VideoFrame

    if frame.ndim == 2:
        frame = np.stack([frame] * 3, axis=-1)
    odd = [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)]
    if (0, 1) in odd:
        frame = np.pad(frame, odd, mode="edge")
    picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG"
    )
    picture.pts = stamp
    return picture


def checked_frames(frames):
    """Yield the frames; the first must be there and the others must be like it."""
    if isinstance(frames, np.ndarray) and frames.ndim == 3 and frames.shape[2] == 3:
        raise VideoError(
            f"frames of shape {frames.shape} look like one picture, not like (T, H, W, 3) or "
            "(T, H, W). For a video of one frame pass frames[np.newaxis]."
        )
    shape = None
    try:
        frames = iter(frames)
    except TypeError:
        raise VideoError(
            f"frames must be an array or an iterator of frames. Received: {type(frames).__name__}"
        ) from None
    for number, frame in enumerate(frames):
        if (
            not isinstance(frame, np.ndarray)
            or isinstance(frame, np.matrix)
            or frame.dtype != np.uint8
        ):
            kind = type(frame).__name__
            kind = frame.dtype if kind == "ndarray" else kind
            raise VideoError(
                f"frames must be uint8, 0 to 255. Frame {number} is {kind}. From floats 0 to 1: "
                "(frames * 255).round().astype(np.uint8)"
            )
        if not (frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)) or not frame.size:
            raise VideoError(
                "frames must be (T, H, W, 3) RGB or (T, H, W) gray, or an iterator of (H, W, 3) "
                f"or (H, W). Frame {number} has shape {frame.shape}."
            )
        shape = shape or frame.shape
        if max(shape[:2]) > LONGEST_SIDE:
            raise VideoError(
                f"Frames of shape {shape} are too large for H.264: no side may be longer than "
                f"{LONGEST_SIDE}. Scale them down first."
            )
        if frame.shape != shape:
            raise VideoError(
                f"All frames must have one shape. Frame 0 has {shape}, frame {number} "
                f"{frame.shape}. Resize them first."
            )
        yield frame
    if shape is None:
        raise VideoError("frames holds no frame: a video needs one at least.")
