"""Real media files for tests, every frame painted with its number as a barcode.

    path = make_clip(tmp_path / "clip.mp4", frames=30)
    assert read_number(frame_at(path, frame=17)) == 17

The barcode survives lossy codecs, scaling, gray and a quarter turn of the whole picture.
"""

from fractions import Fraction

import av
import numpy as np

BITS = 10  # numbers 0 to 1023


def painted(number, size=(96, 160)):
    """Return frame ``number``: a moving texture, the number as black and white bars on top.

    (H, W, 3) uint8. The upper half is the barcode, most significant bit on the left; the lower
    half is red on the left and blue on the right, so that swapped channels and mirrored
    pictures show.
    """
    height, width = size
    y, x = np.mgrid[:height, :width]
    texture = 90 + 40 * np.sin((x + 2 * number) / 7) + 30 * np.sin((y - number) / 5)
    frame = np.stack([texture + 60 * (x < width / 2), texture, texture + 60 * (x >= width / 2)], -1)
    frame = frame.clip(0, 255).astype(np.uint8)
    bit = BITS - 1 - x * BITS // width
    bars = np.where((number >> bit) & 1, 235, 20)
    frame[: height // 2] = bars[: height // 2, :, np.newaxis]
    return frame


def read_number(frame):
    """Read the barcode of an upright frame, (H, W, 3) or (H, W)."""
    gray = frame.mean(axis=-1) if frame.ndim == 3 else frame.astype(float)
    height, width = gray.shape
    row = gray[height // 8 : 3 * height // 8].mean(axis=0)
    centres = (np.arange(BITS) * 2 + 1) * width // (2 * BITS)
    bits = [row[c - 1 : c + 2].mean() > 128 for c in centres]
    return int("".join("1" if bit else "0" for bit in bits), 2)


def make_clip(
    path,
    frames=30,
    *,
    size=(96, 160),
    fps=25,
    codec="libx264",
    pix_fmt="yuv420p",
    audio=None,
    times=None,
    options=None,
    muxer=None,
):
    """Write a barcoded video and return its path; the ending chooses the container.

    Parameters
    ----------
    path : Path
        Such as clip.mp4 (or .mov, .mkv, .avi, .webm).
    frames : int or iterable of np.ndarray
        How many, or the pictures themselves.
    size : (int, int)
        Height and width.
    codec, pix_fmt : str
        As FFmpeg names them: "libx264", "mpeg4", "libvpx-vp9", "ffv1", "mjpeg" ...
    audio : str, optional
        The codec of a sound track: "aac", "libopus", "libmp3lame", "pcm_s16le".
    times : sequence of int, optional
        Time stamps in milliseconds, for a variable frame rate or a late start.
    options : dict, optional
        Of the encoder, such as {"g": "12", "bf": "2"}.
    muxer : dict, optional
        Options of the container, such as {"movflags": "+faststart"}.
    """
    if isinstance(frames, int):
        frames = [painted(i, size) for i in range(frames)]
    frames = list(frames)
    with av.open(str(path), "w", options=muxer or {}) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.options = options or {}
        stream.thread_count = 1
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream(audio, rate=48000, layout="mono") if audio else None
        for i, frame in enumerate(frames):
            layout = {2: "gray", 3: "rgb24"}[frame.ndim] if frame.shape[-1] != 4 else "rgba"
            picture = av.VideoFrame.from_ndarray(frame, format=layout)
            picture.pts = i if times is None else times[i]
            picture.time_base = Fraction(1, 1000) if times is not None else 1 / Fraction(fps)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if sound:
            for packet in _hum(sound, len(frames) / float(fps)):
                container.mux(packet)
    return path


def patch(path, mark, offset, data):
    """Overwrite bytes that lie ``offset`` behind the only place where ``mark`` stands."""
    raw = bytearray(path.read_bytes())
    assert raw.count(mark) == 1
    at = raw.index(mark) + offset
    raw[at : at + len(data)] = data
    path.write_bytes(raw)
    return path


def _hum(stream, seconds):
    """Encode a 440 Hz tone."""
    resampler = av.AudioResampler(stream.codec_context.format, layout="mono", rate=48000)
    step = 960
    for start in range(0, int(seconds * 48000), step):
        wave = np.sin(2 * np.pi * 440 * (start + np.arange(step)) / 48000)
        samples = (wave * 8000).astype(np.int16)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        for part in resampler.resample(frame):
            yield from stream.encode(part)
    yield from stream.encode(None)
