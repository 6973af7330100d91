"""One clip out of its file: what each process that decodes does, again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vidlearn.boxes import Truth
from vidlearn.video import VideoError, read_video
from vidlearn.video.door import opened
from vidlearn.video.folder import stamp
from vidlearn.video.sample import read_chosen

from ..augment import Augment
from .cache import ClipCache
from .sampling import clip_indices

RANDOM = ("random", "segments")
MOST_BYTES = 2**31  # of one reading
SHARE = 8  # a whole film is kept where it takes at most this part of the cache


@dataclass
class Decoder:
    """What is read of each clip, and where what was decoded is kept."""

    frames: int
    size: tuple[int, int]
    step: int
    mode: str
    views: int
    cache: ClipCache | None = None
    change: Augment | None = None

    def __call__(self, path, start, stop, seed):
        """Return (V, T, H, W, 3) uint8.

        Raises
        ------
        VideoError
            If the file cannot be decoded, or ends before `start`.
        """
        clips = self._decoded(path, start, stop, seed)
        if self.change is None:
            return clips
        none = Truth([])
        draw = np.atleast_1d(seed)  # the same for all frames: what moves must be what moved
        changed = [[self.change(frame, none, draw=draw)[0] for frame in clip] for clip in clips]
        return np.array(changed)

    def _decoded(self, path, start, stop, seed):
        def choose(total):
            last = _last(path, total, start, stop)
            how = {"mode": self.mode, "step": self.step, "views": self.views}
            rng = np.random.default_rng(seed)  # the same again where the frames are recounted
            return start + clip_indices(last - start, self.frames, rng=rng, **how)

        if self.cache is None:
            return self._read(path, choose)
        if self.mode in RANDOM:
            return self._from_whole(path, start, stop, choose)
        how = (self.frames, self.step, self.mode, self.views)
        key = (stamps(path), self.size, start, stop, how)
        clips = self.cache.get(key)
        if clips is None:
            clips = self._read(path, choose)
            self.cache.put(key, clips)
        return np.array(clips)

    def _read(self, path, choose):
        return read_chosen(path, choose, self.views * self.frames, self.size, "rgb", MOST_BYTES)

    def _from_whole(self, path, start, stop, choose):
        """Keep every frame of the stretch, for each time others of them are wanted."""
        key = (stamps(path), self.size, start, stop)
        film = self.cache.get(key)
        if film is None:
            bound = opened(path).bound  # by the packets: nothing is decoded for it
            last = bound if stop is None else min(stop, bound)
            need = (last - start) * self.size[0] * self.size[1] * 3
            if need > min(self.cache.max_bytes // SHARE, MOST_BYTES):
                return self._read(path, choose)
            film = read_video(path, start=start, stop=stop, size=self.size)
            self.cache.put(key, film)
        return np.array(film[choose(start + len(film)) - start])


def _last(path, total, start, stop):
    last = total if stop is None else min(stop, total)
    if start >= last:
        raise VideoError(f"{path} has {total} frames, and is to be read from frame {start} on")
    return last


def stamps(path):
    """Return what tells a film or a folder of pictures from a later one of the same name."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple(stamp(file) for file in files)
