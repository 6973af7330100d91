"""UCF101, HMDB51 and KTH with the splits that their authors published.

What is read is the folder as it comes out of the archives, and the lists where they lie in it, or
in a folder of their own. The films are looked for by name, so it does not matter how deep they
stand. `check_clips` proves that no source crosses a split.

References
----------
K. Soomro, A. R. Zamir, M. Shah, "UCF101", CRCV-TR-12-01, 2012.
H. Kuehne et al., "HMDB: a large video database for human motion recognition", ICCV 2011.
C. Schuldt, I. Laptev, B. Caputo, "Recognizing human actions: a local SVM approach", ICPR 2004.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from vidlearn.video.arguments import whole

from ..files import natural_key, walk
from ..forms import as_folder
from ..types import DatasetError, DatasetWarning
from .folders import FILMS, Found, refusal
from .sources import clip_source
from .splits import leaks
from .types import ClipItem, ClipSet

KTH_PERSONS = {
    "train": (11, 12, 13, 14, 15, 16, 17, 18),
    "val": (19, 20, 21, 23, 24, 25, 1, 4),
    "test": (22, 2, 3, 5, 6, 7, 8, 9, 10),
}
KTH_NAME = re.compile(r"(person(\d\d)_([a-z]+)_d\d)", re.IGNORECASE)
KTH_ABSENT = {"person13_handclapping_d3", "person01_boxing_d4"}  # from some or all copies
SEQUENCES = "00sequences.txt"


def read_ucf101(folder, *, fold=1, lists=None, skip=False):
    """Read UCF101, or a part of it, with one of its three official splits.

    Parameters
    ----------
    folder : str or Path
        Where the films lie, ``v_Class_g01_c01.avi``, at any depth.
    fold : {1, 2, 3}
        Which split: ``trainlist01.txt`` and ``testlist01.txt`` are the first.
    lists : str or Path, optional
        Where the lists and ``classInd.txt`` lie. Default: anywhere in `folder`.
    skip : bool, default False
        Leave out films that are listed and not there, and warn once: for a part of the set.

    Returns
    -------
    ClipSet
        Splits "train" and "test"; classes in the order of ``classInd.txt``. A source is a class's
        group, ``v_Class_g01``.

    Raises
    ------
    DatasetError
        If the lists are not there or cannot be understood, a film is missing, or a group stands
        in both lists.

    Examples
    --------
    >>> read_ucf101("/nowhere")
    Traceback (most recent call last):
    vidlearn.datasets.types.DatasetError: /nowhere is not there. Name the folder of a data set.

    Lesson 17 teaches it.
    """
    fold = whole("fold", fold, 1, 3)
    found, films, texts = _start(folder, lists)
    names = {split: f"{split}list{fold:02d}.txt" for split in ("train", "test")}
    _need(found, texts, [*names.values()])
    rows = [
        (texts[name], line, split, words)
        for split, name in names.items()
        for line, words in _lines(found, texts[name])
    ]
    classes = _class_index(found, texts.get("classind.txt"), rows)
    for file, line, split, words in rows:
        parted = re.fullmatch(r"(?:(.+)[/\\])?([^/\\]+?\.\w+)(?:\s+(\d+))?", words)
        label = parted and (parted[1] or _ucf_class(parted[2]))
        if not label:
            found.found("bad-file", file, line, why="wanted is Class/v_Class_g01_c01.avi")
        elif label not in classes:
            found.found("unknown-class", file, line, name=label, where="classInd.txt")
        elif parted[3] and classes.index(label) != int(parted[3]) - 1:
            why = f"{label} is number {classes.index(label) + 1} in classInd.txt"
            found.found("bad-file", file, line, why=why)
        else:
            _take(found, films, file, line, (parted[2], split, label, classes))
    return _finish(found, classes, skip, strict=True)


def read_hmdb51(folder, *, fold=1, lists=None, skip=False):
    """Read HMDB51, or a part of it, with one of its three official splits.

    Parameters
    ----------
    folder : str or Path
        Where the films lie, ``class/Film_class_..._1.avi``, at any depth; the archives inside the
        archive must be unpacked.
    fold : {1, 2, 3}
        Which split: of ``brush_hair_test_split1.txt`` and its like, where 1 means train, 2 test,
        and 0 left out.
    lists : str or Path, optional
        Where these lists lie. Default: anywhere in `folder`.
    skip : bool, default False
        Leave out films that are listed and not there, and warn once.

    Returns
    -------
    ClipSet
        Splits "train" and "test"; classes by name. A source is a film, told by the name.

    Raises
    ------
    DatasetError
        If the lists are not there or cannot be understood, or a film is missing.

    Warns
    -----
    DatasetWarning
        If a film stands in both splits: the lists are taken as they were published.

    Examples
    --------
    >>> read_hmdb51("/nowhere")
    Traceback (most recent call last):
    vidlearn.datasets.types.DatasetError: /nowhere is not there. Name the folder of a data set.

    Lesson 17 teaches it.
    """
    fold = whole("fold", fold, 1, 3)
    found, films, texts = _start(folder, lists)
    ending = f"_test_split{fold}.txt"
    files = {name[: -len(ending)]: texts[name] for name in texts if name.endswith(ending)}
    _need(found, texts, [] if files else [f"brush_hair{ending}"])
    classes = tuple(sorted(files, key=natural_key))
    for label, file in files.items():
        for line, words in _lines(found, file):
            parted = re.fullmatch(r"(.+?)\s+([012])", words)
            if not parted:
                why = "wanted is a film and 0, 1 or 2"
                found.found("bad-file", file, line, why=why)
            elif parted[2] != "0":
                split = "train" if parted[2] == "1" else "test"
                _take(found, films, file, line, (parted[1], split, label, classes))
    return _finish(found, classes, skip, strict=False)


def read_kth(folder, *, lists=None, skip=False):
    """Read the KTH actions, split by persons as their authors did.

    Parameters
    ----------
    folder : str or Path
        Where the films lie, ``person01_boxing_d1_uncomp.avi``, at any depth.
    lists : str or Path, optional
        Where ``00sequences.txt`` lies, which cuts each film into its stretches. Default: anywhere
        in `folder`; without it each film is one clip.
    skip : bool, default False
        Leave out films that are listed and not there, and warn once.

    Returns
    -------
    ClipSet
        Eight persons in "train", eight in "val", nine in "test"; a source is a person.

    Raises
    ------
    DatasetError
        If there are no films of KTH, ``00sequences.txt`` cannot be understood, or lists a film
        that is missing. Person 13's third handclapping was never recorded, and person 1's fourth
        boxing is damaged in many copies: these two may be missing.

    Examples
    --------
    >>> read_kth("/nowhere")
    Traceback (most recent call last):
    vidlearn.datasets.types.DatasetError: /nowhere is not there. Name the folder of a data set.

    Lesson 17 teaches it.
    """
    found, films, texts = _start(folder, lists)
    split_of = {person: split for split, persons in KTH_PERSONS.items() for person in persons}
    names = {stem: KTH_NAME.fullmatch(stem) for stem in films}
    if not any(names.values()):
        found.found("folder", found.root, why="it holds no film of KTH, person01_boxing_d1...avi.")
    stretches = {}
    if SEQUENCES in texts:
        stretches = _sequences(found, texts[SEQUENCES], {m[1].lower() for m in names.values() if m})
    classes = tuple(sorted({m[3].lower() for m in names.values() if m}))
    for stem, name in names.items():
        split = name and split_of.get(int(name[2]))
        if split is None or (stretches and name[1].lower() not in stretches):
            for path in films[stem]:
                found.found("odd-file", path)
            continue
        path = _only(found, films[stem])
        person, label = f"person{name[2]}", classes.index(name[3].lower())
        for start, stop in stretches.get(name[1].lower(), [(0, None)]):
            found.items.append(ClipItem(path, label, person, split, start, stop))
    return _finish(found, classes, skip, strict=True)


def _sequences(found, file, there):
    """Return the stretches of each film: ``person01_boxing_d1 frames 1-95, 96-185``."""
    stretches = {}
    for line, words in _lines(found, file):
        parted = re.fullmatch(r"(person\d\d_[a-z]+_d\d)\s+(?:frames\s+)?(.+)", words, re.I)
        if not parted:
            continue  # the lines above the list, in words
        name, told = parted[1].lower(), parted[2].strip().rstrip(",")
        ranges = [re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", part) for part in told.split(",")]
        if "missing" in told.lower():
            continue
        if not all(ranges):
            why = f"{told[:40]!r} are no stretches such as 1-95, 96-185"
            found.found("bad-file", file, line, why=why)
            continue
        pairs = [(int(one[1]) - 1, int(one[2])) for one in ranges]  # counted from 1, both inside
        for start, stop in pairs:
            if not 0 <= start < stop:
                found.found("frame-range", file, line, start=start + 1, stop=stop)
        if name in stretches:
            found.found("listed-twice", file, line, picture=name, where="this file")
        elif name not in there and name not in KTH_ABSENT:
            found.found("missing-clip", file, line, clip=name)
        stretches.setdefault(name, [pair for pair in pairs if 0 <= pair[0] < pair[1]])
    return stretches


def _start(folder, lists):
    """Return an empty `Found`, films by name without ending, all of one name, and text files."""
    found = Found("clips", as_folder(folder))
    files = walk(found.root)
    films = {}
    for path in files:
        if path.suffix.lower() in FILMS:
            stem = path.stem.lower().removesuffix("_uncomp")  # as those of KTH end
            films.setdefault(stem, []).append(path)
    listed = files if lists is None else walk(as_folder(lists))
    return found, films, {p.name.lower(): p for p in listed if p.suffix.lower() == ".txt"}


def _need(found, texts, names):
    missing = [name for name in names if name.lower() not in texts]
    if missing:
        raise DatasetError(
            f"{found.root} holds no {missing[0]}. The official splits are a download of their own; "
            "say where they lie with lists=."
        )


def _lines(found, file):
    return [(n, words.strip()) for n, _, _, words in found.source(file).lines() if words.strip()]


def _class_index(found, file, rows):
    """Return the classes of ``classInd.txt``, or of the lists where it is missing."""
    if file is None:
        names = {re.split(r"[/\\]", words)[0] for *_, words in rows if re.search(r"[/\\]", words)}
        return tuple(sorted(names))
    classes = []
    for line, words in _lines(found, file):
        number, _, name = words.partition(" ")
        if number != str(len(classes) + 1) or not name.strip():
            why = f"wanted is {len(classes) + 1} and a class, there is {words[:40]!r}"
            found.found("bad-file", file, line, why=why)
        classes.append(name.strip())
    return tuple(classes)


def _ucf_class(name):
    found = re.fullmatch(r"v_(.+)_g\d+_c\d+\.\w+", name)
    return found[1] if found else ""


def _take(found, films, file, line, told):
    """Add the clip that a line of a list tells of."""
    name, split, label, classes = told
    there = films.get(Path(name).stem.lower())
    if not there:
        found.found("missing-clip", file, line, clip=name)
    else:
        there = [path for path in there if path.name.lower() == Path(name).name.lower()] or there
        there = [path for path in there if path.parent.name == label] or there
        path, source = _only(found, there), clip_source(name, label)
        found.items.append(ClipItem(path, classes.index(label), source, split))


def _only(found, paths):
    """Return the first of films of one name; where there are more, nobody knows which is meant."""
    if len(paths) > 1:
        other = found.relative(paths[0])
        found.found("folder", paths[1], why=f"{other} has the same name. Take one of them out.")
    return paths[0]


def _finish(found, classes, skip, *, strict):
    """Return the set, or raise or warn as `read_clips` does; a source in two splits is told."""
    errors = [fault for fault in found.faults if fault.severity == "error"]
    only_missing = all(fault.kind == "missing-clip" for fault in errors)
    if errors and not (skip and only_missing and found.items):
        raise DatasetError(refusal(found.root, errors))
    if errors:
        more = f" and {len(errors) - 1} more" if errors[1:] else ""
        warnings.warn(f"Left out: {errors[0]}{more}", DatasetWarning, stacklevel=3)
    clips = ClipSet(found.items, classes)
    for item, other in leaks(clips):
        told = f"{item.path.name} ({item.split}) and {other.path.name} ({other.split})"
        message = f"{told} are both of {item.source}: the splits are not apart."
        if strict:
            raise DatasetError(f"{found.root}: {message} Are the lists those of the publisher?")
        warnings.warn(message, DatasetWarning, stacklevel=3)
        break
    return clips
