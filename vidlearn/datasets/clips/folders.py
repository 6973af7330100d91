"""Folders of clips, ``DIR/class/clip.mp4`` or ``DIR/train/class/clip.mp4``, and their faults."""

from __future__ import annotations

import unicodedata
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from ..detect import seen_forms
from ..files import SPLITS, is_picture, is_prose, natural_key, split_and_name, walk
from ..forms import as_folder
from ..labels import Labels
from ..types import DatasetError, DatasetWarning
from .sources import clip_source
from .table import read_table
from .types import ClipItem, ClipSet

FILMS = {".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".ogv"}
FILMS |= {".3gp", ".ts", ".mts", ".m2ts", ".gif"}
TABLE = "clips.csv"
NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}  # kinds of signs that a line of text cannot hold


@dataclass
class Found(Labels):
    """What a folder of clips holds: clips that can be taken, and the faults of the others."""

    items: list[ClipItem] = field(default_factory=list)

    def collect(self, placed):
        """Number the classes and make the clips, of (path, split, class, source, start, stop)."""
        names = {label for _, _, label, *_ in placed}
        odd = {name for name in names if NO_TEXT & set(map(unicodedata.category, name))}
        for name in odd:
            first = next(path for path, _, label, *_ in placed if label == name)
            self.found("class-name", first, name=name)
        names, placed = names - odd, [one for one in placed if one[2] not in odd]
        self.classes = tuple(sorted(names, key=natural_key))
        number = {label: k for k, label in enumerate(self.classes)}
        for path, split, label, source, start, stop in placed:
            self.items.append(ClipItem(path, number[label], source, split, start, stop))

    def clips(self):
        """Return the clips as a set."""
        return ClipSet(self.items, self.classes or ())


def read_clips(folder, *, sources=None, skip=False):
    """Read a folder of clips: a folder for each class, in it a file for each clip.

    A clip is a video file, or a folder of pictures. The classes may stand in folders named train,
    val and test (also training, valid, validation, testing). Nothing is decoded here: `check_clips`
    tells which clips can be.

    Parameters
    ----------
    folder : str or Path
        The top folder.
    sources : str or Path, optional
        A CSV with the header ``clip,source`` and, if wanted, ``split``, ``class``, ``start`` and
        ``stop``: it then tells what each clip was cut from, and every clip must be in it. Commas,
        semicolons or tabs part the fields. With ``class``, the clips may stand in any folder. With
        ``start`` and ``stop``, frames from 0, a file may hold several clips. Default:
        ``clips.csv`` in the folder, where there is one; else the names tell, see `clip_source`.
    skip : bool, default False
        Leave out what is at fault, and warn once, rather than refuse the folder.

    Returns
    -------
    ClipSet
        Classes and clips in natural order; from a CSV, clips in its order.

    Raises
    ------
    DatasetError
        If there are no clips, or something is an error in the sense of `check_clips`; the message
        names the first file and line, and how many follow.

    Examples
    --------
    >>> import tempfile; folder = Path(tempfile.mkdtemp())
    >>> for name in ("sit/a_1.mp4", "sit/a_2.mp4", "stand/b_1.avi"):
    ...     (folder / name).parent.mkdir(exist_ok=True); _ = (folder / name).write_bytes(b"film")
    >>> read_clips(folder)
    ClipSet of 3 clips from 2 sources: sit 2, stand 1

    Lesson 17 teaches it.
    """
    found = load(folder, sources)
    errors = [fault for fault in found.faults if fault.severity == "error"]
    if errors and (not skip or not found.items):
        raise DatasetError(refusal(found.root, errors))
    if errors:
        more = f" and {len(errors) - 1} more" if errors[1:] else ""
        warnings.warn(f"Left out: {errors[0]}{more}", DatasetWarning, stacklevel=2)
    return found.clips()


def refusal(root, errors):
    """Return the sentence with which a folder is refused."""
    more = f" ({len(errors) - 1} more of such)" if errors[1:] else ""
    told = f"{root}: {errors[0]}{more}"
    told += "" if told[-1] in ".?!" else "."
    return f"{told} `vidlearn data check` lists all; skip=True (--skip) leaves them out."


def load(folder, sources=None):
    """Return everything that a folder holds, with its faults."""
    found = Found("clips", as_folder(folder))
    files = walk(found.root)
    table = found.root / TABLE if sources is None else Path(sources).expanduser().absolute()
    if sources is not None and not table.is_file():
        raise DatasetError(f"sources must be a CSV file that is there. Received: {sources}")
    places = _places(found, [path for path in files if path != table])
    if table.is_file():
        read_table(found, table, places)
    else:
        _by_folders(found, places)
    if not found.items and not any(one.severity == "error" for one in found.faults):
        why = "it holds no clips. They stand as class/clip.mp4, or as train/class/clip.mp4."
        found.found("folder", found.root, why=why)
    return found


def _places(found, files):
    """Return the clips in natural order: video files, and folders that hold pictures."""
    films = [path for path in files if path.suffix.lower() in FILMS]
    beside = {path.parent for path in films}
    places, odd = dict.fromkeys(films), []
    for path in files:
        if is_picture(path) and path.parent not in beside and path.parent != found.root:
            places[path.parent] = None
        elif path not in places:
            odd.append(path)
    for path in odd:
        if not is_prose(path):
            found.found("odd-file", path)
    for path in [path for path in places if _is_split(path, found.root)]:
        places.pop(path)
        found.found("pictures-in-class", path)
    return sorted(places, key=lambda path: natural_key(found.relative(path)))


def _is_split(path, root):
    """Whether a path is the folder of a split."""
    return path.parent == root and path.is_dir() and path.name.lower() in SPLITS


def _by_folders(found, places):
    """Take class and split from the folders in which the clips stand."""
    told = [(path, *split_and_name(path, found.root)) for path in places]
    tops = {found.relative(path).split("/")[0]: split for path, split, _ in told}
    apart = [name for name, split in tops.items() if not split]
    if len(apart) < len(tops):
        for name in apart:
            found.found("mixed-splits", found.root / name)
        told = [one for one in told if one[1]]
    placed = []
    for path, split, name in told:
        if "/" in name:
            label = name.split("/")[0]
            source = clip_source(found.relative(path), label)
            placed.append((path, split, label, source, 0, None))
        else:
            kind = "pictures-in-class" if path.is_dir() else "clip-outside-class"
            found.found(kind, path)
    found.collect(placed)
    _note_empty(found, places)


def _note_empty(found, places):
    """Note folders that stand where classes do and hold no clip."""
    root = found.root
    held = {parent for path in places for parent in (path, *path.parents)}
    parts = [path for path in root.iterdir() if _is_split(path, root)]
    for parent in parts or [root]:
        for folder in sorted(parent.iterdir(), key=lambda p: natural_key(p.name)):
            hidden = folder.name[0] == "."
            if folder.is_dir() and not hidden and folder not in held and places:
                found.found("empty-class", folder)


def holds_clips(folder):
    """Whether a folder holds clips: a table of them, or video files and no labelled picture."""
    root = Path(folder).expanduser()
    if not root.is_dir() or (root / TABLE).is_file():
        return root.is_dir()
    files = walk(root)
    films = [path for path in files if path.suffix.lower() in FILMS]
    deep = any(len(path.relative_to(root).parts) > 1 for path in films)
    return deep and not (any(map(is_picture, files)) and seen_forms(root))
