"""The CSV that tells clips and their sources: ``clip,source[,split][,class][,start,stop]``."""

from __future__ import annotations

import csv
import os

from ..files import SPLITS, split_and_name
from ..labels import number_of_class

COLUMNS = ("clip", "source", "split", "class", "start", "stop")
ALSO = {"path": "clip", "file": "clip", "filename": "clip", "video": "clip", "label": "class"}
ALSO |= {"group": "source", "subset": "split"}


def read_table(found, file, places):
    """Give every clip of a folder what its line says; note every fault with its line."""
    rows = _rows(found, file)
    by_name = _names(found, places)
    seen, listed, placed = {}, set(), []
    for line, row in rows:
        path = by_name.get(os.path.normpath(row["clip"].replace("\\", "/")).replace("\\", "/"))
        if path is None:
            kind = "missing-clip" if row["clip"] not in by_name else "two-clips"
            found.found(kind, file, line, clip=row["clip"])
            continue
        listed.add(path)
        stretch = _stretch(found, file, line, row)
        told = _told(found, file, line, row, path)
        if stretch is None or told is None:
            continue
        if (path, stretch) in seen:
            where = f"line {seen[path, stretch]}"
            found.found("listed-twice", file, line, picture=row["clip"], where=where)
            continue
        seen[path, stretch] = line
        placed.append((path, *told, row["source"], *stretch))
    for path in places:
        if path not in listed and rows:
            found.found("clip-not-listed", path, table=found.relative(file))
    found.collect(placed)


def _rows(found, file):
    """Return (line, row) of every line with as many fields as the header has."""
    source, rows, names = found.source(file), [], None
    for line, _, _, words in source.lines():
        if not words.strip():
            continue
        if names is None:
            sign = max(",;\t", key=words.count)
            names = _header(words, sign)
            if not {"clip", "source"} <= set(names) or len(set(names)) < len(names):
                why = "its first line must name columns: clip,source[,split][,class][,start,stop]"
                found.found("bad-file", file, line, why=why)
                return []
            continue
        fields = _fields(words, sign)
        if len(fields) != len(names):
            found.found("field-count", file, line, wanted=",".join(names), n=len(fields))
            continue
        row = dict(zip(names, (one.strip() for one in fields), strict=True))
        if not row["clip"] or not row["source"]:
            found.found("bad-file", file, line, why="neither clip nor source may be empty")
            continue
        rows.append((line, row))
    if names is None and not source.trouble and not source.utf16:
        found.found("bad-file", file, why="it is empty")
    return rows


def _fields(words, sign):
    try:
        return next(csv.reader([words], delimiter=sign), [])
    except csv.Error:
        return []


def _header(words, sign):
    names = [name.strip().lower() for name in _fields(words, sign)]
    return [ALSO.get(name, name) for name in names]


def _names(found, places):
    """Return the clips by every name that tells one: path, without ending, or its last part."""
    names = {}
    for path in places:
        whole = found.relative(path)
        stem = whole[: -len(path.suffix)] if path.suffix and not path.is_dir() else whole
        for name in {whole, stem}:
            names[name] = None if name in names else path
    shorts = {}
    for path in places:
        for name in {path.name, path.stem}:
            shorts[name] = None if name in shorts else path
    return shorts | names


def _stretch(found, file, line, row):
    """Return (start, stop), or None after noting that they are none."""
    start, stop = row.get("start") or "0", row.get("stop") or None
    for words in (start, stop):
        if words is not None and number_of_class(words) is None:
            found.found("not-a-number", file, line, value=words[:40])
            return None
    start, stop = int(start), None if stop is None else int(stop)
    if stop is not None and stop <= start:
        found.found("frame-range", file, line, start=start, stop=stop)
        return None
    return start, stop


def _told(found, file, line, row, path):
    """Return the split and the class, or None after noting a fault."""
    by_folder, name = split_and_name(path, found.root)
    split = row.get("split", "").lower()
    if split and split not in SPLITS:
        found.found("unknown-split", file, line, split=row["split"][:40])
        return None
    split = SPLITS.get(split, by_folder)
    if by_folder and split != by_folder:
        found.found("other-split", file, line, told=split, folder=by_folder)
        return None
    label = row.get("class", "") or (name.split("/")[0] if "/" in name else "")
    if not label:
        found.found("clip-outside-class", path)
        return None
    return split, label
