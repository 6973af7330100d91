"""A cheap look at a clip: whether it can be decoded, how long it is, and what it shows."""

from __future__ import annotations

import hashlib
import os

import numpy as np

from vidlearn.video import VideoError, sample_indices
from vidlearn.video.door import opened
from vidlearn.video.facts import nothing_decodes
from vidlearn.video.sample import read_chosen

from .pool import Pool
from .worker import answer

FRAMES, SMALL = 5, 16  # frames that are looked at, and the side they are brought to
FEW = 24  # clips for which no other processes are started
PIECE = 2**20


class Seen:
    """What was seen of a clip.

    Attributes
    ----------
    digest : bytes
        Of the file, or of all pictures of a folder.
    frames : int
        How many there are; 0 where it is broken.
    small : ndarray
        (5, 16, 16) uint8, grey.
    why : str or None
        Why it cannot be decoded.
    notes : list of str
        What is damaged.
    """

    def __init__(self, digest=b"", frames=0, small=None):
        self.digest, self.frames, self.small = digest, frames, small
        self.why, self.notes = None, []


class Looker:
    """Looks at clips, in whatever process it is in."""

    cache = None

    def __call__(self, path):
        """Return what is seen of a clip."""
        frames = opened(path).count
        if not frames:
            raise VideoError(nothing_decodes(path))
        small = read_chosen(path, _five, FRAMES, (SMALL, SMALL), "gray", PIECE)[0]
        film = opened(path)
        seen = Seen(digest(path), film.count, small)
        seen.notes = list(getattr(film, "losses", ()))  # of a film that was decoded to its end
        return seen


def _five(total):
    return sample_indices(total, FRAMES)[np.newaxis]


def contents(path):
    """Return the files of a clip: itself, or what lies in its folder."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in files if file.is_file()]


def digest(path):
    """Return what tells the bytes of a clip from those of others."""
    found = hashlib.blake2b(digest_size=16)
    for file in contents(path):
        with open(file, "rb") as handle:
            while piece := handle.read(PIECE):
                found.update(piece)
    return found.digest()


def look_at(paths, *, progress):
    """Return a `Seen` for every path; where there are many, several processes look."""
    from tqdm import tqdm

    count = min(4, os.cpu_count() or 1) if len(paths) > FEW else 0
    pool = Pool(count, Looker()) if count else None
    try:
        if pool:
            answers = (future.result() for future in [pool.submit((path,)) for path in paths])
        else:
            answers = (answer(Looker(), (path,)) for path in paths)
        bar = tqdm(answers, total=len(paths), unit=" clips", disable=not progress, leave=False)
        return {path: _seen(found) for path, found in zip(paths, bar, strict=True)}
    finally:
        if pool:
            pool.close()


def _seen(found):
    seen = found.clip or Seen()
    seen.why, seen.notes = found.why, seen.notes or list(dict.fromkeys(found.notes))
    return seen
