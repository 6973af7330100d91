"""The CSV forms of VOC: one line a box, several pictures in a file.

With a header, ``filename,width,height,class,xmin,ymin,xmax,ymax`` in any order, the numbers are
those of VOC's XML: counted from 1 (`origin`). Without one, ``path,x1,y1,x2,y2,class`` as
keras-retinanet has it, edges are counted from 0. A line whose numbers are empty tells of a picture
without objects. ``train.csv``, ``val_labels.csv`` or a folder tell the split.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from . import voc
from .files import is_picture, read_classes, split_and_name, split_in_name, walk
from .labels import Entry, Labels, Row, number_in, plain, settle_classes

__all__ = ["load", "numbers", "pixels", "redrawn", "removed", "write"]

HEADER = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")
BARE = ("filename", "xmin", "ymin", "xmax", "ymax", "class")
ALSO = {"image": "filename", "path": "filename", "image_path": "filename", "label": "class"}
ALSO |= {"x1": "xmin", "y1": "ymin", "x2": "xmax", "y2": "ymax"}
NEEDED = set(BARE)


def looks_like(text):
    """Whether the first line of a file is that of a CSV of boxes."""
    first = text.removeprefix("\ufeff").split("\n", 1)[0]
    columns = _columns(first)
    if columns is not None:
        return True
    fields = _fields(first)
    return len(fields) == 6 and (all(_numeric(f) for f in fields[1:5]) or not any(fields[1:]))


def _fields(line):
    """Return the fields of a line; none where it is no CSV, as with a carriage return inside."""
    try:
        return next(csv.reader([line.strip()]), [])
    except csv.Error:
        return []


def _numeric(field):
    return field.strip().lstrip("+-").replace(".", "", 1).isdecimal()


def _columns(first):
    """Return the names of the columns, where the first line is a header of ours."""
    names = [name.strip().lower() for name in _fields(first)]
    names = [ALSO.get(name, name) for name in names]
    return names if set(names) >= NEEDED else None


def load(root, *, origin=1):
    """Read every label below a folder; what is wrong with them stands in `faults`."""
    labels = Labels("csv", root, origin)
    read_classes(labels)
    files = walk(root)
    entries = {}
    for file in files:
        if file.suffix.lower() == ".csv" and looks_like(labels.source(file).text[:65536]):
            _read(labels, file, entries)
    labels.entries = list(entries.values())
    note_unlisted(labels, files)
    settle_classes(labels)
    return labels


def note_unlisted(labels, files):
    """Note pictures that stand beside listed ones, and are not listed themselves."""
    listed = {entry.picture for entry in labels.entries}
    folders = {path.parent for path in listed}
    for path in files:
        if is_picture(path) and path.parent in folders and path not in listed:
            labels.found("picture-not-listed", path)


def _read(labels, file, entries):
    source = labels.source(file)
    names, missing, names_of = None, set(), {}
    for number, span, fields in _records(labels, source):
        if names is None:
            names = _columns(source.text[slice(*span)].removeprefix("\ufeff"))
            if names:
                continue
            names = BARE
        if len(fields) != len(names):
            wanted = ",".join(names)
            labels.found("field-count", file, number, wanted=wanted, n=len(fields))
            labels.strays.append((file, Row("", (), number, span)))
            continue
        record = dict(zip(names, fields, strict=True))
        told = record["filename"].strip().replace("\\", "/")
        split = split_in_name(file.stem) or split_and_name(file, labels.root)[0]
        picture = find_picture(labels.root, file.parent, split, told)
        if picture is None:
            if told not in missing:
                labels.found("missing-picture", file, number, picture=told)
            missing.add(told)
            continue
        if (file, picture) not in entries:
            by_folder, name = split_and_name(picture, labels.root, passing=("images", "JPEGImages"))
            entry = Entry(picture, name, split or by_folder, file, number)
            entries[file, picture] = entry
            names_of[picture] = os.path.normpath(told)
        if names_of.get(picture) != os.path.normpath(told):
            where = f"line {entries[file, picture].line}, as {names_of[picture]}"
            labels.found("listed-twice", file, number, picture=told, where=where)
            continue
        entry = entries[file, picture]
        size = _size(labels, file, number, record)
        entry.size = entry.size or size
        _row(labels, entry, number, span, record, size)


def _records(labels, source):
    """Yield (line, span, fields) of every record; one in quotes may hold several lines."""
    held, begun, quoted = [], None, False
    for number, start, end, _ in source.lines():
        begun = begun or (number, start)
        held.append(source.text[start:end])
        quoted ^= held[-1].count('"') % 2 == 1
        if quoted and end < len(source.text):
            continue
        record = "".join(held).removeprefix("\ufeff")
        try:
            fields = next(csv.reader(io.StringIO(record, newline="")), [])
        except csv.Error as error:
            labels.found("bad-file", source.path, begun[0], why=str(error))
            fields = []
        if any(field.strip() for field in fields):
            yield begun[0], (begun[1], end), fields
        held, begun, quoted = [], None, False


def find_picture(root, folder, split, told, *, more=()):
    """Return the file that a label's file name means, or None."""
    homes = [*more, folder, folder / "images", root / "images", root / "JPEGImages", root]
    if split:
        homes = [root / "images" / split, root / split, folder / split, *homes]
    bare = told.rsplit("/", 1)[-1]
    inside = os.path.join(root, "")
    for name in dict.fromkeys([told.lstrip("/"), bare]):
        for home in homes:
            path = os.path.normpath(os.path.join(home, name))  # "../" may lead out of the set
            if path.startswith(inside) and os.path.isfile(path):  # False for odd names, too
                return Path(path)
    return None


def _size(labels, file, line, record):
    sides = [record.get(name, "").strip() for name in ("height", "width")]
    if not all(sides):
        return None
    values = [number_in(side, labels, file, line) for side in sides]
    return None if None in values else tuple(int(value) for value in values)


def _row(labels, entry, number, span, record, size):
    sides = [record[side].strip() for side in voc.SIDES]
    name = record["class"].strip()
    row = Row(name, (), number, span, raw=record, size=size)
    if not any(sides) and not name:
        entry.blanks.append(row)
        return
    entry.rows.append(row)
    if not name or not all(sides):
        row.fault = "field-count"
        n = len([field for field in record.values() if field.strip()])
        labels.found("field-count", entry.file, number, wanted=",".join(record), n=n)
        return
    values = [number_in(side, labels, entry.file, number) for side in sides]
    if None in values:
        row.fault = "not-a-number"
    else:
        row.values = _counted(values, record, labels.origin)


def _counted(values, record, origin):
    """Bring the edges of the form without a header to the counting of the one with it."""
    return voc.numbers(values, None, origin) if tuple(record) == BARE else tuple(values)


pixels, numbers = voc.pixels, voc.numbers


def redrawn(source, row, values):
    """Return the edits, (start, end, text), that give a row other numbers."""
    record = row.raw | dict(zip(voc.SIDES, map(plain, values), strict=bool(values)))
    return [(*row.span, _line(source, row, record))]


def removed(source, rows):
    """Return the edits that take rows out; the picture stays, as one without objects."""
    edits, told = [], set()
    for row in rows:
        if row.raw is None or row.raw["filename"] in told:
            edits.append((*row.span, ""))
        else:
            told.add(row.raw["filename"])
            record = row.raw | dict.fromkeys((*voc.SIDES, "class"), "")
            edits.append((*row.span, _line(source, row, record)))
    return edits


def _line(source, row, record):
    old = source.text[slice(*row.span)]
    return _csv([record.values()]).rstrip("\n") + old[len(old.rstrip("\r\n")) :]


def _csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write(pictures, root, put, *, origin=1):
    """Write a set below an empty folder; `put(item, path)` brings each picture."""
    (root / "classes.txt").write_text("".join(f"{name}\n" for name in pictures.classes), "utf-8")
    rows = {split: [HEADER] for split in pictures.splits or ("",)}
    for item in pictures:
        path = put(item, root / (item.split or "images") / item.name)
        height, width = item.size
        start = [path.relative_to(root).as_posix(), width, height]
        boxes = zip(item.truth.boxes, item.truth.labels, strict=True)
        lines = [
            [*start, pictures.classes[k], *map(plain, numbers(box, item.size, origin))]
            for box, k in boxes
        ]
        rows[item.split] += lines or [[*start, *[""] * 5]]
    for split, lines in rows.items():
        file = root / f"{split or 'labels'}.csv"
        file.write_text(_csv(lines), "utf-8", newline="\n")
