"""Every fault of a folder of clips: files, classes, and splits that are not apart."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np

from ..faults import SEVERITY, ClipReport, fault
from ..files import natural_key
from ..labels import similar
from ..types import DatasetError
from .folders import Found, load
from .looks import look_at
from .splits import leaks
from .types import ClipSet

MEAN, MOST = 3.0, 14.0  # grey levels, by which small frames of nearly the same clip differ
FLAT = 4.0  # grey levels of spread below which a clip has nothing to compare
AT_ONCE = 2**22  # pairs in memory


def check_clips(clips, *, sources=None, frames=16, decode=True, progress=False):
    """Look for every fault of a folder of clips; change nothing.

    Parameters
    ----------
    clips : str, Path or ClipSet
        The top folder, or clips that were read, such as `read_ucf101` returns.
    sources : str or Path, optional
        The CSV that tells sources, as for `read_clips`.
    frames : int, default 16
        How many frames a clip should have.
    decode : bool, default True
        Open every clip and decode a few of its frames, which finds those that are broken, too
        short, or there twice.
    progress : bool, default False
        Show a progress bar on the error stream.

    Returns
    -------
    ClipReport
        ``print(report)`` shows it; ``report.ok`` is False where there is an error.

    Notes
    -----
    A source in two splits is an error: a network is then tested on what it has seen. So is the same
    clip in two splits, to the byte or to the picture; clips that look nearly the same (five small
    grey frames differ by at most 3 levels on average and 14 anywhere, as those of a copy that was
    compressed again do) are a warning. A copy that was mirrored or cut out is not found. A film of
    more than some hundred frames is not decoded to its end, unless something is odd about it.

    Examples
    --------
    >>> import tempfile; folder = Path(tempfile.mkdtemp())
    >>> for name in ("train/sit/anna_1.mp4", "test/sit/anna_2.mp4"):
    ...     (folder / name).parent.mkdir(parents=True); _ = (folder / name).write_bytes(b"film")
    >>> for one in check_clips(folder, decode=False).of("error"):
    ...     print(one.file, one.text[:50])
    train/sit/anna_1.mp4 is of source 'anna', and so is test/sit/anna_2.mp4

    Lesson 17 teaches it.
    """
    if isinstance(clips, ClipSet):
        found = _of_set(clips)
    else:
        try:
            found = load(clips, sources)
        except DatasetError as error:
            return ClipReport(clips, "clips", faults=[fault("folder", ".", why=str(error))])
    _check_splits(found)
    _check_classes(found)
    if decode:
        _check_files(found, frames, progress)
    items = found.items
    return ClipReport(
        found.root,
        "clips",
        classes=found.clips().counts(),
        faults=sorted(set(found.faults), key=_order),
        clips=len(items),
        sources=len({item.source for item in items}),
        splits=dict(Counter(item.split for item in items)),
    )


def _of_set(clips):
    folders = [str(item.path.parent.absolute()) for item in clips]
    root = Path(os.path.commonpath(folders)) if folders else Path()
    return Found("clips", root, classes=clips.classes, items=list(clips))


def _order(one):
    return list(SEVERITY).index(one.kind), natural_key(one.file), one.line or 0, one.text


def _splits(item, other):
    return f"{other.split or 'no split'} and {item.split or 'no split'}"


def _check_splits(found):
    for item, other in leaks(found.items):
        told = {"other": found.relative(other.path), "splits": _splits(item, other)}
        found.found("source-across", item.path, source=item.source, **told)
    first = {}
    for item in found.items:
        other = first.setdefault(item.path, item)
        if other.split != item.split:
            told = {"other": found.relative(other.path), "splits": _splits(item, other)}
            found.found("same-clip-across", item.path, how="the same file", **told)


def _check_classes(found):
    """Note classes with too few clips or sources, and those that a split lacks."""
    splits = dict.fromkeys(item.split for item in found.items)
    for first, *others in similar(found.classes or ()):
        told = ", ".join(map(repr, others))
        found.found("similar-classes", found.root, name=first, others=told)
    for k, name in enumerate(found.classes or ()):
        here = [item for item in found.items if item.label == k]
        sources = {item.source for item in here}
        if len(here) == 1:
            found.found("single-clip", here[0].path, name=name)
        elif len(sources) == 1:
            found.found("single-source", found.root, name=name, source=here[0].source)
        for split in splits:
            if here and split not in {item.split for item in here}:
                found.found("absent-class", found.root, name=name, split=split)


def _check_files(found, frames, progress):
    looks = look_at(list(dict.fromkeys(item.path for item in found.items)), progress=progress)
    for path, seen in looks.items():
        if seen.why:
            found.found("broken-clip", path, why=seen.why.replace(str(path), "it"))
        if seen.notes:
            why = "; ".join(note.removeprefix(f"{path}: ").rstrip(".") for note in seen.notes)
            found.found("damaged-clip", path, why=why)
    for item in found.items:
        total = looks[item.path].frames
        if total:
            _check_length(found, item, total, frames)
    _check_contents(found, {path: seen for path, seen in looks.items() if seen.frames})


def _check_length(found, item, total, frames):
    stop = total if item.stop is None else min(item.stop, total)
    if item.start >= total:
        why = f"it has {total} frames, and is to be read from frame {item.start} on"
        found.found("broken-clip", item.path, why=why)
    elif stop - item.start < frames:
        found.found("short-clip", item.path, frames=stop - item.start, wanted=frames)
    if item.start < total and item.stop is not None and item.stop > total:
        found.found("beyond-end", item.path, stop=item.stop, frames=total)


def _check_contents(found, looks):
    """Note clips that are there twice, by their bytes or by what they show."""
    items = list({item.path: item for item in reversed(found.items)}.values())[::-1]
    items = [item for item in items if item.path in looks]
    first, rest = {}, []
    for item in items:
        others = first.setdefault(looks[item.path].digest, {})
        if others:
            across = [other for split, other in others.items() if split != item.split]
            other = across[0] if across else next(iter(others.values()))
            _tell_same(found, item, other)
        else:
            rest.append(item)
        others.setdefault(item.split, item)
    for item, other, levels in _near(rest, looks):
        told = {"other": found.relative(other.path), "splits": _splits(item, other)}
        found.found("near-clip-across", item.path, levels=levels, **told)


def _tell_same(found, item, other):
    kind = "same-clip-across" if item.split != other.split else "same-clip"
    told = {"other": found.relative(other.path), "splits": _splits(item, other)}
    found.found(kind, item.path, how="the same bytes", **told)


def _near(items, looks):
    """Yield (clip, the most alike earlier one of another split, grey levels between them)."""
    items = [item for item in items if looks[item.path].small.std() >= FLAT]
    if len({item.split for item in items}) < 2:
        return
    small = np.stack([looks[item.path].small.ravel() for item in items]).astype(np.float32)
    squares = (small**2).mean(1)  # (N,)
    splits = np.unique([item.split for item in items], return_inverse=True)[1]
    step = max(1, AT_ONCE // len(items))
    for start in range(0, len(items), step):
        rows = np.arange(start, min(start + step, len(items)))
        apart = squares[rows, None] + squares - 2 * (small[rows] @ small.T) / small.shape[1]
        apart[splits[rows, None] == splits] = np.inf
        apart[rows[:, None] <= np.arange(len(items))] = np.inf
        for k in rows[(apart <= (2 * MEAN) ** 2).any(1)]:
            other = int(np.argmin(apart[k - start]))
            levels = np.abs(small[k] - small[other])
            if levels.mean() <= MEAN and levels.max() <= MOST:
                yield items[k], items[other], float(levels.mean())
