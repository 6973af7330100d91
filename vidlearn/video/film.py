"""A video file: which picture has which number, and how to come to it quickly."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from contextlib import closing
from functools import cached_property
from itertools import chain

import numpy as np

from . import facts
from .convert import Converter, display_matrix
from .errors import warn
from .index import read_index
from .source import THREADS, Source

ASSUMED_FPS = 25.0  # for files without a clock
NEAR = 8  # this many frames ahead are decoded on the way rather than jumped to
LOOK = 8  # this many frames from a landing on must be those foretold before one is handed out
BEGINNING = 32  # frames from the first keyframe on that show what the decoder makes of the start
LIGHT = 2**26  # bytes: the packets of so small a file are looked at before any is decoded
SHORT = 2**25  # pixels: so much is decoded to be sure (some 400 frames of 320 x 240, 0.1 s)
ALL = range(2**62)


class _Astray(Exception):
    """Damage was met, or the frames after a jump are not those foretold."""


class Film:
    """A video file and what has been learned about it.

    Parameters
    ----------
    path : Path
        A file that is there.

    Notes
    -----
    Frame i is the i-th picture that comes out when the file is decoded from its start. To jump,
    one has to know how many pictures come before the landing without decoding them. What tells:

    1. a decoding of the whole film, once there was one (a short film is decoded first thing);
    2. the packets, if each looks whole and the beginning, decoded, gave the pictures foretold;
       packets at the beginning that gave none (a film cut out of a longer one) are taken out;
    3. else nothing: the film is decoded from its start and the frames are counted.

    Either way, the stamps of the frames behind a landing must be those foretold. A film in which
    damage was met is decoded from its start, with one thread, so that an error belongs to one
    packet and takes no other frame with it.
    """

    def __init__(self, path):
        self.path = path
        self.shown = None  # (T,) stamps of the pictures as they came out (-1: none), once known
        self.begun = []  # the same for a film decoded from its start, but not to its end
        self.sizes, self.losses = {}, []  # what else the decoding of the whole film showed
        self.jumping = True  # no jump went astray so far
        self.sound = path.stat().st_size > LIGHT or self.index.plain  # no sign of damage so far

    @cached_property
    def index(self):
        """The stamps of the packets."""
        return read_index(self.path)

    def open(self, **options):
        """Open the file for one reading; `options` are those of `Source`."""
        return Source(self.path, THREADS if self.sound else 1, **options)

    @property
    def bound(self):
        """About how many frames there are; no picture is decoded for it."""
        return self.index.count if self.shown is None else len(self.shown)

    @property
    def count(self):
        """How many frames come out."""
        return len(self.order)

    @property
    def order(self):
        """(T,) the stamps of the frames in the order in which they come out."""
        known = self.known()
        return self.learned() if known is None else known

    def known(self):
        """Return the order as far as it can be told without decoding a long film, or None."""
        if self.shown is None and self.index.count * self.pixels <= SHORT:
            self.learned()
        if self.shown is not None:
            return self.shown
        return self._foretold if self.sound and self.jumping else None

    def learned(self):
        """Return the order after a decoding of the whole film."""
        if self.shown is None:
            for _ in self._frames(ALL, told=False):
                pass
        return self.shown

    @cached_property
    def pixels(self):
        """How many pixels a frame has, as the header says."""
        with self.open() as source:
            return source.codec.width * source.codec.height

    @cached_property
    def turn(self):
        """How pictures are turned for showing: in some films only the first says so."""
        with Source(self.path, threads=1) as source, closing(source.frames()) as frames:
            first = next(frames, None)
            return None if first is None else display_matrix(first)

    @cached_property
    def _foretold(self):
        """The order by the packets, corrected at the beginning; None if it is not to be trusted."""
        index, seen, beyond = self.index, [], 0
        if not index.plain:
            return None
        with self.open() as source, closing(source.frames()) as frames:
            for frame in frames:
                seen.append(frame.pts)
                beyond += beyond > 0 or source.fed > index.first_key
                if beyond >= BEGINNING:
                    break
            if source.damage() or not seen or None in seen or not rising(seen):
                return None
        expected = index.pts[: np.searchsorted(index.pts, seen[-1], "right")]
        missing = np.setdiff1d(expected, seen)
        if len(missing) != len(expected) - len(seen):
            return None
        if len(missing) and missing[-1] >= seen[-1 - BEGINNING // 2 :][0]:
            return None
        return np.setdiff1d(index.pts, missing)

    @cached_property
    def clockless(self):
        """Whether the container stores no stamps, so that its demuxer makes them up."""
        with self.open() as source:
            return "no_timestamps" in str(source.container.format.flags)

    @property
    def tick(self):
        """Seconds to which the stamps are rounded; 0 where they are of no use."""
        return self.index.tick if rising(self.order) and not self.clockless else 0.0

    def times(self):
        """Return (T,) seconds from the first frame, by the rate where stamps are of no use."""
        order = self.order
        if self.tick:
            return (order - order[0]) * self.tick
        return np.arange(len(order)) / (self._even_rate() or ASSUMED_FPS)

    def _even_rate(self):
        """Return frames per second where the stamps do not rise, but may still lie evenly."""
        stored, gaps = self.index.fps, np.diff(np.unique(self.order)) * self.index.tick
        usual = float(np.median(gaps)) if len(gaps) and not self.clockless else 0.0
        return 1 / usual if usual * stored > 0.9 else stored  # else several films overlap

    def facts(self, decode):
        """Return what `VideoInfo` holds, without the path."""
        return facts.of_film(self, decode)

    def pick(self, wanted, *, size, colour):
        """Yield (number, array) for rising frame numbers; those past the end yield nothing."""
        convert = None
        for number, frame in self._frames(wanted):
            if convert is None:  # the film is opened once more only where its first is not at hand
                turn = self.turn if number else display_matrix(frame)
                convert = Converter(size, colour, self.path, turn)
            yield number, convert(frame)

    def decoded(self, *, stop=None, **options):
        """Yield (number, av.VideoFrame) of the film, or its first ones, as the decoder gives them.

        With ``rough=True`` the edges of the blocks are not smoothed: a sixth faster.
        """
        return self._frames(ALL if stop is None else range(stop), **options)

    def _frames(self, wanted, *, told=True, **options):
        """Yield (number, av.VideoFrame), decoding no more of the film than is needed."""
        done, jump = -1, True
        while True:
            try:
                rest = wanted[bisect_right(wanted, done) :]
                for number, frame in self._walk(rest, jump, told, options):
                    done = number
                    yield number, frame
                return
            except _Astray:
                jump = False

    def _walk(self, wanted, jump, told, options):
        with self.open(**options) as source, closing(_Reading(self, source)) as frames:
            for number in wanted:
                if jump and number > frames.at + NEAR:
                    frames.jump(number)
                for frame in frames:
                    if frames.at > number:
                        yield number, frame
                        break
                else:
                    break
            notes = facts.shortfall(self, source) if frames.ended else []
            notes += source.damage()
            if notes and told:
                warn(f"{self.path}: {'; '.join(notes)}.")

    def landings(self, order, number):
        """Yield (number, stamps) of up to three keyframes shown before a frame, nearest first."""
        keys = self.index.keys
        last = int(np.searchsorted(keys[:, 0], order[number], "right"))
        for pts, dts in keys[max(last - 3, 0) : last][::-1].tolist():
            landing = int(np.searchsorted(order, pts))
            if order[landing] == pts:
                yield landing, pts, dts

    def learn(self, stamps, source):
        """Remember what a decoding from the start to the end showed."""
        expected = source.fed if self.shown is None else len(self.shown)
        if source.threads > 1 and source.given < expected:
            self.sound = False  # maybe: an error takes frames in flight with it, without a word
            raise _Astray
        if self.shown is None:
            self.shown = np.array(stamps, np.int64)
            self.sound = not (source.lost or source.mended)
            self.sizes, self.losses = source.sizes, facts.losses(self, source)


class _Reading:
    """The frames of one reading of a film, with the number of the next one."""

    def __init__(self, film, source):
        self.film, self.source = film, source
        self.at, self.ended, self.stamps = 0, False, []
        self.frames = self._from_start()

    def __iter__(self):
        return self

    def __next__(self):
        frame = next(self.frames)
        self.at += 1
        return frame

    def close(self):
        """Let go of the frames, and remember them if they were counted from the start."""
        self.frames = iter(())
        if len(self.stamps) > len(self.film.begun):
            self.film.begun = self.stamps

    def _from_start(self):
        film, source = self.film, self.source
        for frame in source.frames():
            if source.threads > 1 and (source.lost or source.mended):
                film.sound = False
                raise _Astray
            self.stamps.append(-1 if frame.pts is None else frame.pts)
            yield frame
        self.ended = True
        film.learn(self.stamps, source)

    def jump(self, number):
        """Jump to a keyframe before ``number`` if that is nearer than decoding on."""
        film, order = self.film, self.film.known()
        if order is None:
            order = np.array(film.begun, np.int64)
        if number >= len(order) or not film.sound or not film.jumping:
            return
        if not rising(order) or self.source.codec.pix_fmt == "pal8":
            return  # stamps name no frames; or the palette comes with the first packet only
        for landing, pts, dts in film.landings(order, number):
            if landing <= self.at:
                return
            for frames in self.source.landings(pts, dts):
                frames = self._as_foretold(frames, order[landing:].tolist())
                first = next(frames, None)
                if first is not None:
                    self.at, self.frames = landing, chain([first], frames)
                    return
        film.jumping = False
        raise _Astray

    def _as_foretold(self, frames, order):
        """Yield the frames from ``order[0]`` on; nothing if the first few are not as foretold."""
        film, at, waiting = self.film, 0, deque()
        for frame in frames:
            if at == 0 and frame.pts is not None and frame.pts < order[0]:
                continue  # cannot be decoded from here; belongs in front of the landing
            if at == 0 and not starts_anew(frame):
                break  # the packet only says that it is a keyframe
            if at == len(order) and film.known() is None:
                order.append(frame.pts)  # no farther was it decoded before
            if at == len(order) or frame.pts != order[at] or self.source.damage():
                break
            at += 1
            waiting.append(frame)
            if at > LOOK:
                yield waiting.popleft()
        if at == len(order) and not self.source.damage():
            yield from waiting
        elif at > LOOK:
            film.jumping = False
            raise _Astray


def starts_anew(frame):
    """Whether a decoded frame needs none before it."""
    return frame.key_frame or frame.pict_type in (0, 1)  # nothing told, and I


def rising(stamps):
    """Whether each stamp names one frame."""
    stamps = np.asarray(stamps)
    return len(stamps) > 0 and bool((np.diff(stamps) > 0).all())
