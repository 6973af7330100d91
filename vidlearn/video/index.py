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
        judge = judge_of(source)
        for packet in source.packets():
            if packet is None or not source.gives_picture(packet):
                plain = plain and (packet is None or not packet.is_corrupt)
                continue
            holds_one, entry = judge(memoryview(packet))
            plain = plain and not packet.is_corrupt and holds_one
            if packet.is_keyframe and entry:
                keys.append((len(stamps), packet.dts))
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
            yield int(key), int(key) if dts is None else dts


def judge_of(source):
    """Return what tells from a packet's bytes whether it gives one picture, and one to start at.

    Damage at the start of a packet, and two pictures in one packet, shift all later numbers.
    """
    name, extra = source.codec_name, source.codec.extradata or b""
    if name == "rawvideo":  # all packets are as long as the first, but for a last one cut short
        sizes = set()
        return lambda data: (sizes.add(len(data)) or len(sizes) == 1, True)
    if name not in ("h264", "hevc"):
        check = CHECKS.get(name, lambda data: True)
        return lambda data: (check(data), True)
    first, at = (_h264_first, 4) if name == "h264" else (_hevc_first, 21)
    width = (extra[at] & 3) + 1 if len(extra) > at and extra[0] == 1 else 0  # avcC or hvcC

    def judge(data):
        units = list(_sized_units(data, width) if width else _marked_units(bytes(data)))
        slices = [unit for unit in units if len(unit) > 2 and first(unit)]
        whole = b"" not in units and len(slices) == 1
        return whole, whole and (name == "hevc" or _h264_intra(slices[0]))

    return judge


def _h264_first(unit):  # ISO 14496-10, 7.3.1 and 7.3.3: a slice whose first_mb_in_slice is 0
    return (unit[0] & 31) in (1, 2, 5) and unit[1] & 0x80


def _h264_intra(unit):  # 7.4.3: slice_type 2 or 7; a gradual refresh has no such picture
    return unit[1] >> 4 & 7 == 0b011 or unit[1] & 0x7F == 0b0001000


def _hevc_first(unit):  # ISO 23008-2, 7.3.1.2 and 7.3.6.1: first_slice_segment_in_pic_flag
    return (unit[0] >> 1) < 32 and unit[2] & 0x80


def _sized_units(data, width):
    """Yield the first bytes of each unit, whose length stands before it; b"" where that is off."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + width], "big")
        unit = bytes(data[at + width : at + width + min(size, 8)])
        at += width + size
        yield unit if unit and at <= len(data) and not unit[0] & 0x80 else b""


def _marked_units(data):
    """Yield the first bytes of each unit, behind its start code; b"" where the first is missing."""
    at = data.find(b"\0\0\1")
    if not 0 <= at <= 8:
        yield b""
    while at >= 0:
        yield data[at + 3 : at + 11]
        at = data.find(b"\0\0\1", at + 3)


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
