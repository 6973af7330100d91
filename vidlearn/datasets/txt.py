"""The article's form: ``class x1 y1 x2 y2`` a line, one .txt beside each picture.

The last four fields are pixels, edges counted from 0; all before them is the class, which may
hold spaces. A class is a name or a number; ``classes.txt`` in the top folder lists the names, line
1 is number 0. Folders ``train``, ``val`` and ``test`` are splits. An empty .txt, or none, says that
nothing is to be found in the picture.
"""

from __future__ import annotations

import re

from .files import (
    by_stem,
    is_picture,
    is_prose,
    lists_classes,
    read_classes,
    split_and_name,
    walk,
)
from .labels import NUMBER, Entry, Labels, Row, number_in, plain, redrawn, removed, settle_classes

__all__ = ["load", "numbers", "pixels", "redrawn", "removed", "write"]

FIELDS = re.compile(r"\S+")


def load(root, *, origin=1):
    """Read every label below a folder; what is wrong with them stands in `faults`."""
    labels = Labels("txt", root, origin)
    read_classes(labels)
    files = walk(root)
    pair(
        labels,
        [f for f in files if is_picture(f)],
        [f for f in files if f.suffix.lower() == ".txt"],
    )
    for entry in labels.entries:
        if entry.file is not None:
            entry.rows = _rows(labels, entry.file)
    settle_classes(labels)
    return labels


def pair(labels, pictures, texts, *, partner=lambda picture: picture, passing=()):
    """Make an entry of each picture and the .txt of the same name; note those left alone."""
    homes = by_stem(pictures)
    partners = {partner(path).with_suffix("") for same in homes.values() for path in same}
    waiting = {
        path.with_suffix(""): path
        for path in texts
        if not is_prose(path) or (path.with_suffix("") in partners and not lists_classes(path))
    }
    for same in homes.values():
        if len(same) > 1:
            names = ", ".join(path.name for path in same[1:])
            labels.found("two-pictures", same[0], others=names)
        for path in same[:1]:
            file = waiting.pop(partner(path).with_suffix(""), None)
            split, name = split_and_name(path, labels.root, passing=passing)
            labels.entries.append(Entry(path, name, split, file))
            if file is None:
                labels.found("picture-without-label", path)
    for file in waiting.values():
        labels.found("label-without-picture", file, of="for this label file")


def _rows(labels, path):
    rows = []
    for number, start, end, line in labels.source(path).lines():
        if not line.strip():
            continue
        shift = start + labels.source(path).text[start:end].index(line)
        fields = list(FIELDS.finditer(line))
        spans = tuple((shift + f.start(), shift + f.end()) for f in fields[-4:])
        name = line[fields[0].start() : fields[-5].end()] if len(fields) > 4 else ""
        row = Row(name, (), number, (start, end), spans)
        rows.append(row)
        if not name or _ends_in_number(name, labels.classes):
            row.fault = "field-count"
            labels.found("field-count", path, number, wanted="class x1 y1 x2 y2", n=len(fields))
            continue
        values = [number_in(f.group(), labels, path, number) for f in fields[-4:]]
        if None in values:
            row.fault = "not-a-number"
        else:
            row.values = tuple(values)
    return rows


def _ends_in_number(name, classes):
    """Whether a name looks like a class and a number too many, such as a score."""
    _, *rest = name.split()
    return bool(rest) and name not in (classes or ()) and bool(NUMBER.fullmatch(rest[-1]))


def pixels(values, size, origin):
    """Return the four numbers as a box xyxy."""
    return values


def numbers(box, size, origin):
    """Return a box xyxy as the four numbers of this form."""
    return tuple(box)


def write(pictures, root, put, *, origin=1):
    """Write a set below an empty folder; `put(item, path)` brings each picture."""
    (root / "classes.txt").write_text("".join(f"{name}\n" for name in pictures.classes), "utf-8")
    for item in pictures:
        path = put(item, root / item.split / item.name)
        rows = zip(item.truth.boxes, item.truth.labels, strict=True)
        lines = [f"{pictures.classes[k]} {' '.join(map(plain, box))}\n" for box, k in rows]
        path.with_suffix(".txt").write_text("".join(lines), "utf-8", newline="\n")
