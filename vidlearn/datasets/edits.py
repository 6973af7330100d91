"""Stretches of edited film, changed anew each time, for networks that find where shots meet."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vidlearn.datasets.clips.folders import FILMS
from vidlearn.datasets.files import natural_key
from vidlearn.datasets.film_changes import change_film
from vidlearn.datasets.types import DatasetError, DatasetWarning
from vidlearn.synthetic import TRAPS, join_clips, montage, targets
from vidlearn.video import VideoError, VideoWarning, probe, read_video

SPEEDS = {1: 0.7, 2: 0.15, 3: 0.05, -2: 0.1}  # every k-th frame; below 0: each one k times
BACKWARDS, SPLICED = 0.3, 0.35
CLEAR = 3.0  # grey levels by which a splice must differ
MIXED = {"cut": 0.45, "dissolve": 0.25, "fade": 0.12, "wipe": 0.18}  # of every second film
LENGTHS = ((4, 60), (4, 60), (20, 200))  # frames of a shot, in turn
PLACES = 4  # stretches of a long film of one's own that are read
LOOKED = 400  # frames of each


class Edited(NamedTuple):
    """A film and its transitions.

    Attributes
    ----------
    frames : ndarray
        (T, H, W, 3) uint8.
    transitions : ndarray
        (N, 2) int, half-open; (t, t) is a cut whose new shot begins with frame t.
    """

    frames: np.ndarray
    transitions: np.ndarray

    def targets(self):
        """Return (T, 2) float32, what a network is to say: `vidlearn.synthetic.targets`."""
        return np.stack(targets(self.transitions, len(self.frames)), axis=-1)


def made_films(count, *, frames=400, size=(27, 48), seed=0, world="seen", clips=()):
    """Make edited films of all sorts to train on, or to validate with.

    Parameters
    ----------
    count : int
        How many.
    frames : int
        Of each, T.
    size : (int, int)
        Height and width, as the network reads them.
    seed : int or sequence of int
        The same seed gives the same films.
    world : str
        Of generated films, as `vidlearn.synthetic.montage` takes it.
    clips : sequence of ndarray
        (T, H, W, 3) uint8 of that size, each without a cut. Where there are two or more, every
        second film is made of parts of them.

    Returns
    -------
    list of Edited

    Examples
    --------
    >>> films = made_films(2, frames=60, seed=3)
    >>> [film.frames.shape for film in films]
    [(60, 27, 48, 3), (60, 27, 48, 3)]
    """
    films = []
    for k in range(count):
        rng = np.random.default_rng([*np.atleast_1d(seed).tolist(), k])
        odds = MIXED if k % 4 < 2 else None
        if k % 2 and len(clips) > 1:
            films.append(_joined(clips, frames, odds, rng))
            continue
        traps = [name for name in TRAPS if name != "codec"]  # which takes its time
        lengths = LENGTHS[k // 2 % len(LENGTHS)]
        how = {"size": size, "seed": rng, "world": world, "transitions": odds}
        film = montage(frames, traps=traps, lengths=lengths, **how)
        films.append(Edited(film.frames, film.transitions))
    return films


def _joined(clips, frames, odds, rng):
    """Join parts of clips, no two in a row of the same clip, to so many frames."""
    parts, last = [], -1
    while sum(map(len, parts)) < 2 * frames:  # what transitions overlap is lost
        k = int(rng.integers(len(clips)))
        if k != last:
            length = int(np.exp(rng.uniform(np.log(8), np.log(150))))
            start = int(rng.integers(max(len(clips[k]) - length, 0) + 1))
            parts.append(clips[k][start : start + length])
            last = k
    film = join_clips(parts, seed=rng, transitions=odds)
    return Edited(film.frames[:frames], _within(film.transitions, frames))


def read_uncut(folder, *, size=(27, 48)):
    """Read films of one's own in which there is no cut, small, as material for edited ones.

    Parameters
    ----------
    folder : str or Path
        Every video file in it counts, and in folders in it.
    size : (int, int)
        Height and width that they are brought to.

    Returns
    -------
    dict of str to ndarray
        (T, H, W, 3) uint8 by the file's name, and by the first frame where several stretches of a
        long film are taken.

    Raises
    ------
    DatasetError
        If the folder holds fewer than two films that can be read.

    Warns
    -----
    DatasetWarning
        Of each file that cannot be read.
    """
    folder, found = Path(folder).expanduser(), {}
    paths = [p for p in folder.rglob("*") if p.suffix.lower() in FILMS and p.is_file()]
    for path in sorted(paths, key=lambda p: natural_key(p.relative_to(folder).as_posix())):
        name = path.relative_to(folder).as_posix()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VideoWarning)
                last = max((probe(path, decode=False).frames or LOOKED) - LOOKED, 0)
                for start in sorted(set(np.linspace(0, last, PLACES if last else 1).astype(int))):
                    part = read_video(path, start=int(start), stop=int(start) + LOOKED, size=size)
                    found[f"{name}:{start}"] = part
        except VideoError as error:
            warnings.warn(f"{path} is left out: {error}", DatasetWarning, stacklevel=2)
    if len({name.rpartition(":")[0] for name in found}) < 2:
        raise DatasetError(
            f"{folder} must hold two films at least that can be read, such as a.mp4 and b.mp4, "
            f"each without a cut. Received: {len(found)}"
        )
    return found


def draw_stretch(films, rng, *, frames=64, change=True):
    """Cut a stretch out of one of some films, and change it in ways that move no boundary.

    Parameters
    ----------
    films : sequence of Edited
        All of one height and width.
    rng : numpy.random.Generator
        Draws the film, the place and the changes.
    frames : int
        Length of the stretch, T. Of a film that is shorter, the last frame stays.
    change : bool
        Whether it is played faster, slower, backwards, upside down, spliced with another film, and
        changed in colour, sharpness and noise; else it is as in the film.

    Returns
    -------
    Edited
        T frames, and those transitions of which a frame lies within.

    Examples
    --------
    >>> film = Edited(np.zeros((9, 2, 4, 3), np.uint8), np.array([[4, 4]]))
    >>> found = draw_stretch([film], np.random.default_rng(0), frames=9, change=False)
    >>> found.frames.shape, found.transitions.tolist()
    ((9, 2, 4, 3), [[4, 4]])
    """
    if not change:
        return _cut_out(films[rng.integers(len(films))], frames, 1, rng)
    found = _one(films, frames, rng)
    if rng.random() < SPLICED:
        found = _spliced(found, _one(films, frames, rng), rng)
    return Edited(change_film(found.frames, rng), found.transitions)


def _one(films, frames, rng):
    """Draw a film and a speed; play it backwards, mirrored or upside down now and then."""
    speed = int(rng.choice(list(SPEEDS), p=list(SPEEDS.values())))
    found = _cut_out(films[rng.integers(len(films))], frames, speed, rng)
    pictures, transitions = found
    if rng.random() < BACKWARDS:
        pictures, transitions = pictures[::-1], frames - transitions[::-1, ::-1]
    if rng.random() < 0.5:
        pictures = pictures[:, :, ::-1]
    if rng.random() < 0.1:
        pictures = pictures[:, ::-1]
    return Edited(pictures, transitions)


def _cut_out(film, frames, speed, rng):
    """Return a stretch at another speed, and its transitions."""
    step, times = (speed, 1) if speed > 0 else (1, -speed)
    total = len(film.frames)
    wanted = -(-frames // times) * step
    start = int(rng.integers(max(total - wanted, 0) + 1))
    taken = np.minimum(start + step * (np.arange(frames) // times), total - 1)
    # Frame j of the stretch shows frame start + step (j // times) of the film, so that frame t of
    # the film is reached at the first j for which that is t or more.
    moved = times * -(-(np.asarray(film.transitions).reshape(-1, 2) - start) // step)
    return Edited(film.frames[taken], _within(moved, frames))


def _within(transitions, frames):
    """Keep what lies within, cut off at the edges; the first frame is no cut's new one."""
    first, last = transitions.T
    kept = transitions[(last > 0) & (first < frames) & ((first > 0) | (last > first))]
    return np.clip(kept, 0, frames)


def _spliced(one, other, rng):
    """Go from one stretch into another by a cut, at a place where neither has a transition."""
    frames = len(one.frames)
    t = int(rng.integers(1, frames))
    for film in (one, other):
        first, last = film.transitions.T
        if ((first - 3 <= t) & (t <= last + 3)).any():
            return one
    gap = np.abs(one.frames[t - 1].astype(np.int16) - other.frames[t]).mean()
    if gap < CLEAR:
        return one
    before = one.transitions[one.transitions[:, 1] < t]
    behind = other.transitions[other.transitions[:, 0] > t]
    pictures = np.concatenate([one.frames[:t], other.frames[t:]])
    return Edited(pictures, np.concatenate([before, [[t, t]], behind]))
