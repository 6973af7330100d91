"""Carry the sound of one film over to another, in step with its pictures."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np

from .errors import warn

KEPT = {"aac", "mp3", "opus", "flac"}  # mp4 holds them, and browsers play them
MP3_RATE = 16_000  # mp4 holds no mp3 of fewer samples a second
RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)  # of AAC
RUN_UP = Fraction(1, 20)  # second of sound before the start that a decoder may need
SLIP = 0.04  # second that stamps may differ from the samples counted: less is jitter


class Sound:
    """The sound of a film, on its way into another.

    Parameters
    ----------
    film : Film
        Whose sound.
    begin : Fraction
        Seconds from the first picture of the film at which the sound shall start.

    Notes
    -----
    Packets are copied where an mp4 can hold their codec; else they are decoded and encoded as
    AAC. A packet is handed out when the pictures have come to its time, so that little is held.
    """

    def __init__(self, film, begin):
        self.film, self.begin = film, begin
        self.source = film.open()
        self.stream = self.target = self.waiting = None
        self.lost = 0  # packets without a sound
        streams = self.source.container.streams
        if streams.audio:
            self.stream = streams.best("audio") or streams.audio[0]
            self.stream.thread_type = "NONE"
        if self.stream is not None and self.stream.codec_context is None:
            warn(f"{film.path}: its sound is of an unknown codec, so the film is written without.")
            self.stream = None

    def join(self, container):
        """Add a stream of sound to the container that is written; before its first packet."""
        if self.stream is None:
            return
        codec = self.stream.codec_context
        name = "mp3" if codec.name == "mp3float" else codec.name
        if name in KEPT and (name != "mp3" or codec.sample_rate >= MP3_RATE):
            self.target = container.add_stream_from_template(self.stream)
            self.packets = self._copied()
        else:
            rate = next((r for r in RATES if r <= codec.sample_rate), RATES[-1])
            self.target = container.add_stream("aac", rate=rate)
            self.target.layout = "mono" if codec.channels == 1 else "stereo"
            self.packets = self._encoded(rate)

    def until(self, seconds):
        """Yield the packets that start before a time, in seconds from the start of the film."""
        while self.target is not None:
            self.waiting = self.waiting or next(self.packets, None)
            if self.waiting is None or _start(self.waiting) >= seconds:
                return
            packet, self.waiting = self.waiting, None
            yield packet

    def close(self):
        """Let go of the file, and say what was lost."""
        self.source.container.close()
        notes = [f"packets of its sound that are damaged: {self.lost}"] if self.lost else []
        notes += ["its sound breaks off"] if self.source.cut else []
        if notes:
            warn(f"{self.film.path}: {'; '.join(notes)}.")

    def _origin(self):
        """The moment of the film, by its own clock, that shall be the new film's start."""
        with self.film.open() as source:
            first = next(source.frames(), None)
        stamped = first is not None and first.pts is not None
        return self.begin + (first.pts * first.time_base if stamped else 0)

    def _copied(self):
        origin, last = self._origin(), None
        for packet in self.source.packets(self.stream):
            stamp = packet and (packet.dts if packet.pts is None else packet.pts)
            if stamp is None or packet.is_corrupt or (last is not None and stamp <= last):
                self.lost += packet is not None
                continue
            last = stamp
            offset = round(origin / packet.time_base)
            packet.pts = packet.dts = stamp - offset
            if (packet.pts + (packet.duration or 0)) * packet.time_base > -RUN_UP:
                packet.stream = self.target
                yield packet

    def _encoded(self, rate):
        from av import AudioFrame

        done = 0  # samples
        for samples in self._samples(rate):
            frame = AudioFrame.from_ndarray(samples, format="fltp", layout=self.target.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = rate, done, Fraction(1, rate)
            done += samples.shape[1]
            yield from self.target.encode(frame)
        yield from self.target.encode(None)

    def _samples(self, rate):
        """Yield (channels, n) float32 from the start on, silence where there is no sound."""
        origin, done = self._origin(), 0
        for frame in self._resampled(rate):
            samples = frame.to_ndarray()
            if frame.pts is not None:
                at = round((frame.pts * frame.time_base - origin) * rate)
                slip, bearable = at - done, SLIP * rate if done else 0
                if slip < -bearable:
                    samples = samples[:, -slip:]
                while slip > bearable:
                    many = min(slip, rate)
                    yield np.zeros((len(samples), many), np.float32)
                    done, slip = done + many, slip - many
            if samples.shape[1]:
                done += samples.shape[1]
                yield np.ascontiguousarray(samples)

    def _resampled(self, rate):
        import av

        resampler = av.AudioResampler("fltp", self.target.layout.name, rate)
        for packet in self.source.packets(self.stream):
            try:
                decoded = self.stream.codec_context.decode(packet)
            except av.error.FFmpegError:
                self.lost += packet is not None
                continue
            for frame in decoded:
                yield from resampler.resample(frame)
        with suppress(av.error.FFmpegError, ValueError):  # nothing was put in
            yield from resampler.resample(None)


def _start(packet):
    return packet.pts * packet.time_base
