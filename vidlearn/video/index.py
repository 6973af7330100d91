"""What the packets of a file foretell about its pictures, read without decoding one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .source import Source

FASTEST = 1000  # frames per second; a higher number counts ticks
DEEPEST = 16  # pictures that may stand before a keyframe and be stored behind it


class Index(NamedTuple):
    """The stamps of a stream's packets."""

    pts: np.ndarray  # (T,) int64, rising: the stamp of each stored picture, in ticks
    keys: np.ndarray  # (K, 2) int64: presentation and decoding stamps of the places to jump to
    count: int  # pictures stored, also where the stamps are of no use
    first_key: int  # pictures stored before the first keyframe
    plain: bool  # each packet looks as if it gave one picture, and each stamp names one
    tick: float  # seconds
    fps: float  # as the header says, 0 where it says nothing


def read_index(path) -> Index:
    """Go through the packets of a file once; two hours of film take a few seconds."""
    stamps, keys, plain = [], [], True
    with Source(path) as source:
        holds_one = check_of(source)
        for packet in source.packets():
            if packet is None or not source.gives_picture(packet):
                plain = plain and (packet is None or not packet.is_corrupt)
                continue
            plain = plain and not packet.is_corrupt and holds_one(memoryview(packet))
            if packet.is_keyframe:
                keys.append((len(stamps), packet.pts if packet.dts is None else packet.dts))
            stamps.append(packet.pts)
        tick = float(source.stream.time_base)
        fps = float(source.stream.average_rate or 0)
        fps = fps if fps <= FASTEST else 0.0
        plain = plain and not source.cut
    first_key = keys[0][0] if keys else len(stamps)
    if None in stamps or not stamps:  # some AVI and raw streams carry no stamps
        empty = np.zeros(0, np.int64)
        return Index(empty, empty.reshape(0, 2), len(stamps), first_key, False, tick, fps)
    pts = np.array(stamps, np.int64)
    landings = np.array(list(_landings(pts, keys)), np.int64).reshape(-1, 2)
    pts = np.sort(pts)
    plain = plain and bool((np.diff(pts) > 0).all())
    return Index(pts, landings, len(pts), first_key, plain, tick, fps)


def _landings(pts, keys):
    """Yield the stamps of the keyframes that all pictures stored earlier precede.

    Only the few stored right behind such a keyframe may precede it too (an open group).
    """
    latest, in_order = np.maximum.accumulate(pts), np.sort(pts)
    for stored, dts in keys:
        key = pts[stored]
        leading = int(np.searchsorted(in_order, key)) - stored
        behind = pts[stored + 1 : stored + 1 + leading]
        if (
            (stored == 0 or latest[stored - 1] < key)
            and leading <= DEEPEST
            and (behind < key).all()
        ):
            yield int(key), dts


def check_of(source):
    """Return what tells from a packet's bytes whether it gives exactly one picture.

    Damage at the start of a packet, and two pictures in one packet, shift all later numbers.
    """
    extra = source.codec.extradata or b""
    name = source.codec_name
    if name in ("h264", "hevc"):
        first = _first_slice_h264 if name == "h264" else _first_slice_hevc
        at = 4 if name == "h264" else 21
        if len(extra) > at and extra[0] == 1:  # avcC or hvcC: the length stands before each unit
            width = (extra[at] & 3) + 1
            return lambda data: _sized_units(data, width, first)
        return lambda data: _marked_units(data, first)
    return CHECKS.get(name, lambda data: True)


def _first_slice_h264(unit):  # ISO 14496-10, 7.3.1 and 7.3.3: first_mb_in_slice is 0
    return (unit[0] & 31) in (1, 2, 5) and (unit[1] & 0x80) > 0 if len(unit) > 1 else False


def _first_slice_hevc(unit):  # ISO 23008-2, 7.3.1.2 and 7.3.6.1: first_slice_segment_in_pic_flag
    return (unit[0] >> 1) < 32 and (unit[2] & 0x80) > 0 if len(unit) > 2 else False


def _sized_units(data, width, first):
    at, slices = 0, 0
    while at + width < len(data):
        size = int.from_bytes(data[at : at + width], "big")
        unit = data[at + width : at + width + min(size, 8)]
        at += width + size
        if not size or at > len(data) or unit[0] & 0x80:
            return False
        slices += first(unit)
    return at == len(data) and slices == 1


def _marked_units(data, first):
    data = bytes(data)
    at, slices = data.find(b"\0\0\1"), 0
    if not 0 <= at <= 8:
        return False
    while at >= 0:
        unit = data[at + 3 : at + 11]
        slices += first(unit) if unit else 0
        at = data.find(b"\0\0\1", at + 3)
    return slices == 1


def _one_vop(data):  # ISO 14496-2: a packed film has two in one packet, and one that is not coded
    return len(data) > 9 and bytes(data).count(b"\0\0\1\xb6") == 1


CHECKS = {
    "mpeg4": _one_vop,
    "mpeg1video": lambda data: b"\0\0\1\0" in bytes(data),
    "mpeg2video": lambda data: b"\0\0\1\0" in bytes(data),
    "vp8": lambda data: data[0] & 1 == 1 or data[3:6] == b"\x9d\x01\x2a",
    "vp9": lambda data: data[0] >> 6 == 2,
    "av1": lambda data: not data[0] & 0x80 and (data[0] >> 3) & 15 in (1, 2, 3, 5, 6),
    "mjpeg": lambda data: data[:2] == b"\xff\xd8",
    "prores": lambda data: data[4:8] == b"icpf",
}
