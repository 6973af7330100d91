"""What is told about a film: its rate, its length, and all that is odd about it."""

from __future__ import annotations

import numpy as np

from .convert import MATRICES, display_matrix
from .errors import VideoError
from .source import video_streams

DEGREES = {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
PROMISES = {"mov", "matroska", "avi", "asf", "flv"}  # their headers say how long they are
HDR = {16: "PQ", 18: "HLG"}  # transfer curves, by their number in ITU-T H.273
UNKNOWN = 2  # the number for "not stored" in ITU-T H.273


def of_film(film, decode):
    """Return what `VideoInfo` holds of a film, without the path."""
    with film.open() as source:
        first = next(source.frames(), None)
        if first is None:
            raise VideoError(nothing_decodes(film.path))
        times = film.times() if not decode or film.learned() is not None else None
        fps, variable, notes = _rate(film, times)
        turn = display_matrix(first)
        width, height = first.width, first.height
        ratio = float(source.stream.sample_aspect_ratio or 1)
        if turn is not None and not turn[0]:
            width, height, ratio = height, width, 1 / ratio
        return {
            "width": width,
            "height": height,
            "fps": fps,
            "frames": len(times),
            "header_frames": source.stream.frames or None,
            "seconds": float(times[-1] + 1 / fps),
            "codec": source.codec_name,
            "pixel_format": first.format.name,
            "rotation": DEGREES.get(turn, 0),
            "pixel_ratio": ratio,
            "variable_frame_rate": variable,
            "has_audio": bool(source.container.streams.audio),
            "notes": (
                *notes,
                *(film.losses if decode else ["counted without decoding"]),
                *_oddities(film, source, first, turn),
            ),
        }


def nothing_decodes(path):
    """Say that a film gives no picture at all."""
    return f"Not one frame of {path} can be decoded. Copy or convert it again."


def _rate(film, times):
    """Return frames per second, whether they vary, and notes; gaps count in a sound film only."""
    stored, tick = film.index.fps, film.tick
    gaps = np.diff(times)
    if not len(gaps) or not tick:
        fps = float(1 / gaps[0]) if len(gaps) else stored or 25.0
        note = f"no frame rate is stored; {fps:g} a second assumed"
        return fps, False, [] if stored else [note]
    measured, usual = float(1 / gaps.mean()), float(np.median(gaps))
    variable = bool((np.abs(gaps - usual) > 1.01 * tick + 0.01 * usual).any())
    if variable and film.sound:
        low, high = gaps.min() * 1000, gaps.max() * 1000
        return measured, True, [f"frames last {low:.0f} to {high:.0f} ms: the frame rate varies"]
    if stored and (variable or abs(stored / measured - 1) < 0.01):
        return stored, False, []
    if not stored:
        return measured, False, []
    said = f"the header says {stored:.5g} frames per second, the time stamps {measured:.5g}"
    return measured, False, [said]


def losses(film, source):
    """Say what is missing, and where header and decoder differ for another reason."""
    notes = shortfall(film, source)
    promised = source.stream.frames
    told = promised - source.discarded in (0, source.given, _slots(film, source))
    if not told and not notes:
        notes = [f"the header counts {promised} frames, {source.given} are shown"]
    return notes + source.damage()


def _slots(film, source):
    """Count the frames of an AVI, which says by empty ones that the one before stays."""
    order = film.shown
    return order[-1] - order[0] + 1 if len(order) and source.container.format.name == "avi" else 0


def shortfall(film, source):
    """Say what is missing after a reading of the whole film."""
    promised, count = source.stream.frames - source.discarded, source.given
    length, end = _promised_seconds(source), 0.0
    early = False
    if length:
        end = float(film.times()[-1] + _longest(film)) if count else 0.0
        early = length - end > 0.25 and length - _reach(film) > max(0.25, 0.05 * length)
    if promised > count and (early or source.lost or source.cut):
        return [f"the header promises {promised} frames, {count} can be decoded"]
    if early and not source.stream.frames:
        return [f"the header promises {length:.2f} s, the pictures end at {end:.2f} s"]
    return []


def _promised_seconds(source):
    """Return the length that the header tells, from the start; 0 where it promises nothing."""
    container = source.container
    if not PROMISES & set(container.format.name.split(",")) or not container.duration:
        return 0.0
    return (container.duration - max(container.start_time or 0, 0)) / 1e6


def _longest(film):
    """Return the seconds that the last picture may last, where no stamp tells."""
    gaps = np.diff(film.times())
    return gaps.max() if len(gaps) else 1 / (film.index.fps or 25.0)


def _reach(film):
    """Return the second at which the last packet of any stream ends; sound may end the file."""
    ends = [0.0]
    with film.open() as source:
        start = max(source.container.start_time or 0, 0) / 1e6
        for packet in source.packets(*source.container.streams):
            stamp = packet and (packet.dts if packet.pts is None else packet.pts)
            if stamp is not None:
                ends.append(float((stamp + (packet.duration or 0)) * packet.time_base) - start)
    return max(ends)


def _oddities(film, source, frame, turn):
    notes = []
    others = len(video_streams(source.container)) - 1
    if others:
        notes.append(f"there are {others + 1} video streams; this is the one that players show")
    if turn is not None:
        degrees = DEGREES.get(turn)
        how = f"turned by {degrees} degrees clockwise" if degrees else "mirrored"
        notes.append(f"stored pictures are {how} for showing; the frames come out that way")
    elif frame.rotation:
        notes.append(f"made to be shown turned by {-frame.rotation} degrees; frames are not turned")
    if len(film.sizes) > 1:
        (width, height), number = list(film.sizes.items())[1]
        notes.append(
            f"frames change to {width} x {height} (width x height) at frame {number}; pass "
            "size=(height, width) to read them"
        )
    if frame.interlaced_frame:
        notes.append("interlaced: every second row was filmed a moment later")
    return notes + _pixels(source, frame) + _colours(frame)


def _pixels(source, frame):
    """Say what is odd about the pixels of a frame."""
    notes, parts = [], frame.format.components
    if any(part.bits > 8 for part in parts):
        notes.append(f"{max(part.bits for part in parts)} bits per value; frames come out with 8")
    if any(part.is_alpha for part in parts) or source.stream.metadata.get("alpha_mode") == "1":
        notes.append("there is an alpha channel; frames come out without it")
    if sum(not part.is_alpha for part in parts) == 1 and not frame.format.has_palette:
        notes.append("grey pictures; frames come out with three equal channels")
    if frame.width % 2 or frame.height % 2:
        notes.append("an odd width or height")
    ratio = source.stream.sample_aspect_ratio
    if ratio and ratio != 1:
        notes.append(f"pixels are {ratio} as wide as high; frames come out as they are stored")
    return notes


def _colours(frame):
    """Say where the colours that come out are not those that were meant."""
    notes = []
    if frame.color_trc in HDR:
        notes.append(f"HDR ({HDR[frame.color_trc]}): not toned down, so frames look washed out")
    if frame.colorspace in MATRICES:
        notes.append(
            f"colours are stored by way of {MATRICES[frame.colorspace][0]}, which cannot be "
            "undone exactly; frames come out in false colours, with the right luminance"
        )
    is_rgb = frame.format.is_rgb or frame.format.has_palette
    if frame.colorspace == UNKNOWN and frame.height >= 720 and not is_rgb:
        notes.append(
            "which colour matrix was used is not stored; BT.601 assumed, browsers take 709"
        )
    return notes
