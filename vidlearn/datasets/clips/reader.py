"""Clips out of their files, in order, decoded ahead of time by other processes."""

from __future__ import annotations

import warnings
import weakref
from collections import deque

import numpy as np

from vidlearn.video.arguments import picture_options, whole

from ..types import DatasetError, DatasetWarning
from .decode import RANDOM, Decoder
from .pool import Pool
from .sampling import MODES
from .worker import answer

AHEAD = 2**28  # bytes of clips that wait to be taken, at most
MOST_AHEAD = 64  # clips


class ClipReader:
    """Read the clips of a set, in this process or in others that work ahead.

    The clips and their order depend on the seed and the epoch, never on how many processes decode.
    No more than 64 clips, or 256 MiB of them, wait to be taken, but always one for each process,
    however large it is. The other processes are programs of their own that know NumPy and the
    decoder only, so a script needs no ``if __name__ == "__main__"``, and a notebook may use them;
    they end with `close`, with the reader, and with the program, however that ends.

    Parameters
    ----------
    clips : ClipSet or sequence of ClipItem
        What is read.
    frames : int
        Frames in a clip, T.
    size : (int, int)
        (height, width) that frames are brought to.
    step : int
        From one frame to the next, for "random" and "dense".
    mode : {"random", "segments", "uniform", "dense"}
        Which frames, see `clip_indices`: "random" and "segments" are for training.
    views : int
        Clips of each film, V, whose scores are averaged at test time.
    workers : int
        Processes that decode. 0: this one, when a clip is asked for.
    cache : ClipCache, optional
        Where decoded clips are kept: for "random" and "segments" whole films, brought to `size`,
        where one fits into an eighth of it; for the others the frames that were chosen.
    seed : int
        Another one chooses other frames and another order.

    Attributes
    ----------
    skipped : dict of ClipItem to str
        Clips that were left out, and why.
    change : Augment or None
        Changes clips where they are decoded, all frames of one alike; None at first. Set it before
        the first clip is asked for.

    Raises
    ------
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> import tempfile; from pathlib import Path; from vidlearn.video import write_video
    >>> from vidlearn.datasets import ClipItem
    >>> film = Path(tempfile.mkdtemp()) / "a.mp4"
    >>> film = write_video(film, np.zeros((30, 48, 64, 3), np.uint8))
    >>> reader = ClipReader([ClipItem(film, 3)], frames=8, size=(24, 32))
    >>> [(frames.shape, labels.tolist()) for frames, labels in reader.batches(4)]
    [((1, 8, 24, 32, 3), [3])]

    Lesson 17 teaches it.
    """

    def __init__(
        self,
        clips,
        *,
        frames=16,
        size=(112, 112),
        step=1,
        mode="random",
        views=1,
        workers=0,
        cache=None,
        seed=0,
    ):
        size, _ = picture_options(size, "rgb")
        if size is None or mode not in MODES:
            name, value = ("size", size) if size is None else ("mode", mode)
            wanted = "(height, width)" if size is None else f"one of {', '.join(MODES)}"
            raise ValueError(f"{name} must be {wanted}. Received: {value!r}")
        counts = (whole("frames", frames, 1), size, whole("step", step, 1))
        self.decoder = Decoder(*counts, mode, whole("views", views, 1), cache)
        self.clips, self.seed = clips, whole("seed", seed, 0)
        self.workers = whole("workers", workers, 0, 256)
        self.skipped, self._told = {}, set()
        self._pool = self._close = None

    @property
    def change(self):
        return self.decoder.change

    @change.setter
    def change(self, augment):
        self.decoder.change = augment

    def __len__(self):
        return len(self.clips)

    def __iter__(self):
        return self.epoch()

    def epoch(self, number=0, *, shuffle=False, skip=False, first=0):
        """Yield (k, frames) for every clip once; k is its place in the set.

        Parameters
        ----------
        number : int
            Which epoch: each has its own random frames and order.
        shuffle : bool
            In an order by chance rather than in the set's.
        skip : bool
            Leave out clips that cannot be decoded, and warn at the end, rather than stop.
        first : int
            How many clips at the beginning of the epoch are passed over: a training that goes on
            has seen them.

        Yields
        ------
        tuple of int and ndarray
            Frames are (T, H, W, 3) uint8, or (V, T, H, W, 3) where several views were asked for.

        Raises
        ------
        DatasetError
            If a clip cannot be decoded, or none of them can.
        ChildProcessError
            If one of the processes is killed.
        """
        number, order = whole("number", number, 0), np.arange(len(self))
        if shuffle:
            np.random.default_rng((self.seed, number)).shuffle(order)
        missing = 0
        try:
            for k, found in self._answers(order[first:].tolist(), number):
                self._tell(found.notes)
                if found.clip is None:
                    self._missing(self.clips[k], found.why, skip)
                    missing += 1
                else:
                    yield k, found.clip if self.decoder.views > 1 else found.clip[0]
        except GeneratorExit:
            raise
        except BaseException:  # Ctrl-C, or a process that died: none is left behind
            self.close()
            raise
        if missing:
            self._count(missing)

    def batches(self, count, *, epoch=0, shuffle=False, skip=False):
        """Yield (frames, labels), `count` clips at a time; the last batch may hold fewer.

        Parameters
        ----------
        count : int
            Clips in a batch, N.
        epoch : int
            As `number` of :meth:`epoch`.
        shuffle, skip : bool
            As in :meth:`epoch`.

        Yields
        ------
        tuple of ndarray
            (N, T, H, W, 3) uint8, or (N, V, T, H, W, 3), and (N,) int64.
        """
        count, held = whole("count", count, 1), []
        for k, frames in self.epoch(epoch, shuffle=shuffle, skip=skip):
            held.append((frames, self.clips[k].label))
            if len(held) == count:
                yield _stacked(held)
                held = []
        if held:
            yield _stacked(held)

    def close(self):
        """End the processes that decode; they are started again where clips are asked for."""
        if self._close is not None:
            self._close()
        self._pool = self._close = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _job(self, k, number):
        item = self.clips[k]
        seed = (self.seed, number, k) if self.decoder.mode in RANDOM else 0
        return item.path, item.start, item.stop, seed

    def _answers(self, order, number):
        """Yield (k, answer) in order."""
        if not self.workers:
            for k in order:
                yield k, answer(self.decoder, self._job(k, number))
            return
        if self._pool is None:
            self._pool = Pool(self.workers, self.decoder)
            self._close = weakref.finalize(self, self._pool.close)
        waiting, left, ahead = deque(), deque(order), self._ahead()
        try:
            while left or waiting:
                while left and len(waiting) < ahead:
                    k = left.popleft()
                    waiting.append((k, self._pool.submit(self._job(k, number))))
                k, future = waiting[0]
                found = future.result()
                waiting.popleft()
                yield k, found
        finally:
            for _, future in waiting:
                future.cancel()

    def _ahead(self):
        """Return how many clips may be on their way."""
        height, width = self.decoder.size
        need = self.decoder.views * self.decoder.frames * height * width * 3
        return min(max(AHEAD // need, self.workers), MOST_AHEAD)

    def _tell(self, notes):
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                warnings.warn(note, DatasetWarning, stacklevel=3)

    def _missing(self, item, why, skip):
        if not skip:
            why = why.replace(str(item.path), "it").rstrip(".")
            raise DatasetError(
                f"{item.path} cannot be decoded: {why}. `vidlearn data check` tells all such "
                "clips; skip=True (--skip) leaves them out."
            )
        self.skipped[item] = why

    def _count(self, missing):
        if missing == len(self):
            raise DatasetError(f"Not one of {missing} clips can be decoded: {_first(self.skipped)}")
        self._tell([f"Left out: {missing} of {len(self)} clips. {_first(self.skipped)}"])


def _first(skipped):
    item, why = next(iter(skipped.items()))
    return f"The first: {item.path}: {why}"


def _stacked(held):
    frames, labels = zip(*held, strict=True)
    return np.stack(frames), np.array(labels, np.int64)
