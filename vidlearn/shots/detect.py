"""Find the shots of a film, in one pass and with little memory."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from vidlearn.messages import text
from vidlearn.video.door import opened

from .gradual import find_fades, twin_comparison
from .signals import histogram
from .small import small_pictures
from .thresholds import FIXED, RATIO, adaptive_threshold, fixed_threshold, keep_apart, local_ratio
from .types import Shots, ShotsError, Transition
from .watch import Watch, joined

MIN_LENGTH = 6  # frames
FPS = 25.0  # of frames without a clock


def detect_shots(
    video,
    *,
    method="adaptive",
    threshold=None,
    min_length=MIN_LENGTH,
    gradual=True,
    fps=None,
    progress=False,
):
    """Find the shots of a film.

    Parameters
    ----------
    video : str, Path, ndarray or iterable of ndarray
        A video file or a folder of pictures; or frames (H, W, 3) or (H, W) uint8 one after the
        other, which need not fit in memory together.
    method : {"adaptive", "fixed", "network"}
        "adaptive": a change counts that stands out from those around it, if neither a flash nor
        motion explains it. "fixed": each change counts that reaches the threshold, and dissolves
        are found by twin comparison. "network": a learned one.
    threshold : float, optional
        What a cut has to reach. "adaptive": the ratio of its content difference to those around
        it, default 2.5. "fixed": the content difference itself, default 27.
        "network": what it says, below 1, default 0.8.
    min_length : int
        Frames of the shortest shot, at least 1; of two changes nearer to each other the weaker
        one is dropped.
    gradual : bool
        Look for fades and dissolves, too.
    fps : float, optional
        Frames per second, for frames without a clock, as are arrays and a folder of pictures;
        default 25.
    progress : bool
        Show a bar.

    Returns
    -------
    Shots

    Raises
    ------
    ShotsError
        If an option makes no sense.
    ValueError
        If frames are not uint8 of one shape, or there are none.
    vidlearn.video.VideoError
        If the file cannot be read.

    Notes
    -----
    A film is decoded once, and looked at in small: two hours fit in a few hundred megabytes. Of
    wipes "adaptive" and "fixed" know nothing.

    Examples
    --------
    >>> film = np.zeros((30, 24, 32, 3), np.uint8)
    >>> film[12:] = 200
    >>> detect_shots(film).shots
    [(0, 12), (12, 30)]

    Lesson 21 teaches it.
    """
    if method not in METHODS:
        known = ", ".join(map(repr, METHODS))
        raise ShotsError(f"method must be one of {known}. Received: {method!r}")
    for name, value in (("threshold", threshold), ("fps", fps)):
        number = isinstance(value, int | float | np.integer | np.floating)
        if value is not None and not (number and 0 < value < np.inf):
            raise ShotsError(f"{name} must be a number above 0. Received: {value!r}")
    if method == "network" and threshold is not None and threshold >= 1:
        raise ShotsError(f"threshold must be above 0 and below 1. Received: {threshold!r}")
    if not isinstance(min_length, int | np.integer) or min_length < 1:
        raise ShotsError(f"min_length must be a whole number from 1 up. Received: {min_length!r}")
    is_path = isinstance(video, str | os.PathLike)
    source = opened(video) if is_path else None
    with _bar(source, video, progress) as bar:
        pictures = _counted(small_pictures(video), bar)
        how = {"threshold": threshold, "min_length": min_length, "gradual": gradual}
        frames, changes = METHODS[method](pictures, **how)
    return _shots(source, frames, changes, fps or FPS)


def _adaptive(pictures, *, threshold, min_length, gradual):
    """Find what stands out, and is neither a flash nor motion."""
    ratio = RATIO if threshold is None else threshold
    watch = Watch(ratio=ratio, gradual=gradual)
    for picture in pictures:
        watch.add(picture)
    watch.end()
    ratios = local_ratio(watch.content)
    cuts = [t for t in adaptive_threshold(watch.content, ratio).tolist() if t not in watch.vetoed]
    fades = find_fades(watch.level, watch.spread) if gradual else []
    cuts = [(t, ratios[t] / (ratios[t] + ratio)) for t in cuts]
    return len(watch.content), _settled(
        cuts, fades, joined(watch.mixes), len(watch.content), min_length
    )


def _fixed(pictures, *, threshold, min_length, gradual):
    """Find what reaches a threshold, and dissolves by twin comparison."""
    watch, mixes = Watch(guards=False, gradual=False), []

    def histograms():
        for picture in pictures:
            watch.add(picture)
            yield histogram(watch.grey)

    for start, end in twin_comparison(histograms()):
        mixes.append((start, end, 0.5))
    least = FIXED if threshold is None else threshold
    content = np.array(watch.content)
    cuts = [(t, content[t] / (content[t] + least)) for t in fixed_threshold(content, least)]
    fades = find_fades(watch.level, watch.spread) if gradual else []
    return len(content), _settled(cuts, fades, mixes if gradual else [], len(content), min_length)


def _network(pictures, *, threshold, min_length, gradual):
    """Ask a learned network."""
    from .network import learned_boundaries

    how = {"threshold": threshold, "min_length": min_length, "gradual": gradual}
    return learned_boundaries(pictures, **how)


METHODS = {"adaptive": _adaptive, "fixed": _fixed, "network": _network}


def _settled(cuts, fades, mixes, total, min_length):
    """Return the transitions of a film: what overlaps is told once, what is too short not at all.

    A fade goes before a dissolve, and both before the cuts in them.
    """
    taken = [Transition(a, b, "fade") for a, b in fades]
    for start, end, score in mixes:
        if all(end <= other.start or other.end <= start for other in taken):
            taken.append(Transition(start, end, "dissolve", float(np.clip(score, 0, 1))))
    taken = _spaced(sorted(taken, key=lambda c: c.start), total, min_length)
    free = [(t, s) for t, s in cuts if all(t < c.start or c.end < t for c in taken)]
    kept = []
    edges = [0, *(edge for c in taken for edge in (c.start, c.end)), total]
    for first, last in zip(edges[::2], edges[1::2], strict=True):  # the shots between them
        inside = [(t - first, s) for t, s in free if first < t < last]
        frames, scores = zip(*inside, strict=True) if inside else ((), ())
        kept += [t + first for t in keep_apart(frames, scores, last - first, min_length=min_length)]
    scores = dict(free)
    taken += [Transition(int(t), int(t), "cut", float(scores[t])) for t in kept]
    return sorted(taken, key=lambda c: c.start)


def _spaced(changes, total, min_length):
    """Drop gradual transitions that would leave a shot too short."""
    kept, edge = [], 0
    for change in changes:
        if change.start - edge >= min_length and total - change.end >= min_length:
            kept.append(change)
            edge = change.end
    return kept


def _shots(source, frames, changes, fps):
    """Return the shots, with the times of a film from its time stamps."""
    if not hasattr(source, "index"):  # frames without a clock
        name = "frames" if source is None else Path(source.path).name
        return Shots(name, float(fps), frames, tuple(changes))
    times = np.asarray(source.times(), float)[:frames]
    lasted = np.diff(times).mean() if len(times) > 1 else 1 / (source.index.fps or FPS)
    more = times[-1] + lasted * np.arange(1, frames - len(times) + 2)
    times = np.r_[times, more]  # (frames + 1,): when each begins, and when the last one ends
    found = Shots(Path(source.path).name, 1 / lasted, frames, tuple(changes))
    return Shots(found.video, _rate(source, lasted), frames, changes, times[np.array(found.shots)])


def _rate(source, lasted):
    """Return the rate of the header where the time stamps agree, which are rounded; else theirs."""
    told, measured = source.index.fps, 1 / lasted
    return float(told if told and abs(told / measured - 1) < 0.01 else measured)


def _counted(pictures, bar):
    for _, picture in pictures:
        yield picture
        bar.update(1)


def _bar(source, video, progress):
    from tqdm import tqdm

    total = source.bound if source is not None else getattr(video, "__len__", lambda: None)()
    how = {"unit": text("shots")["frame"], "mininterval": 1.0 if progress else 10}
    return tqdm(total=total, disable=None if progress else True, **how)
