"""Which form the labels of a folder have, told by its files."""

from __future__ import annotations

import re

from .files import by_stem, is_picture, is_prose, lists_classes, walk
from .labels import NUMBER
from .types import DatasetError

LOOKED_AT = 50  # label files that are opened to tell txt from yolo


def detect(root, form, known):
    """Return the folder and form of the labels.

    Raises
    ------
    DatasetError
        If there are none, or of several forms and none is named.
    """
    if form is not None:
        if form not in known:
            raise DatasetError(f"form must be one of {', '.join(known)}. Received: {form!r}")
        return (_voc_home(root) if form == "voc" else root), form
    home = _voc_home(root)
    seen = seen_forms(home)
    if not seen:
        raise DatasetError(
            f"{root} holds no labels of a known form ({', '.join(known)}). Is it the right folder?"
        )
    if len(seen) > 1:
        told = ", ".join(f"{key} ({file.relative_to(home)})" for key, file in seen.items())
        raise DatasetError(
            f"{root} holds labels of several forms: {told}. Say which with form= (--form)."
        )
    return home, next(iter(seen))


def _voc_home(root):
    """Go down to VOCdevkit/VOC2007 where it is the only one."""
    homes = [path.parent for path in root.glob("*/Annotations") if path.is_dir()]
    homes += [path.parent for path in root.glob("VOCdevkit/*/Annotations") if path.is_dir()]
    return homes[0] if len(homes) == 1 and not (root / "Annotations").is_dir() else root


def seen_forms(root):
    """Return every form that is seen in a folder, and a file that shows it."""
    files = walk(root)
    seen = {}
    for path in files:
        form = _by_content(path)
        if form and form not in seen:
            seen[form] = path
    pictures = by_stem(path for path in files if is_picture(path))
    texts = [f for f in files if f.suffix.lower() == ".txt" and not lists_classes(f)]
    beside = [path for path in texts if path.with_suffix("") in pictures]
    apart = [f for f in texts if "labels" in f.relative_to(root).parts[:-1] and not is_prose(f)]
    if apart and not seen.get("voc"):
        seen.setdefault("yolo", apart[0])
    elif beside and "yolo" not in seen:
        seen["yolo" if _are_fractions(beside[:LOOKED_AT]) else "txt"] = beside[0]
    return seen


def _by_content(path):
    suffix = path.suffix.lower()
    if suffix == ".xml":
        return "voc" if b"<annotation" in _start(path) else None
    if suffix == ".csv":
        from .table import looks_like

        return "csv" if looks_like(_start(path).decode("utf-8", "replace")) else None
    if suffix in (".yaml", ".yml"):
        return "yolo" if re.search(rb"^(\xef\xbb\xbf)?names\s*:", _start(path), re.M) else None
    if suffix == ".json":
        raw = _start(path, -1)
        return "coco" if b'"images"' in raw and b'"annotations"' in raw else None
    return None


def _start(path, most=65536):
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:  # told when the labels are read
        return b""


def _are_fractions(files):
    """Whether every line is a class number and four fractions, as YOLO has it."""
    lines = [line.split() for file in files for line in _words(file).splitlines() if line.strip()]
    return bool(lines) and all(
        len(line) == 5
        and line[0].isdecimal()
        and all(NUMBER.fullmatch(field) and 0 <= float(field) <= 1 for field in line[1:])
        for line in lines
    )


def _words(file):
    return _start(file).decode("utf-8", "replace").removeprefix("\ufeff")
