"""Labels as they stand in files, before they are believed: rows, where they stand, what they say.

`read`, `check` and `repair` all start from here, so they agree on every file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from .faults import Fault, fault

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
BOM = "\ufeff"


@dataclass
class Row:
    """One box as it stands in a file.

    `values` are the four numbers in the form's own convention; `spans` are the characters that
    hold them, `span` those of the whole row (with its end of line). `fault` is what makes it
    unusable.
    """

    name: str
    values: tuple[float, ...]
    line: int
    span: tuple[int, int]
    spans: tuple[tuple[int, int], ...] = ()
    difficult: bool = False
    truncated: bool = False
    crowd: bool = False
    area: float | None = None
    id: int | None = None
    fault: str | None = None
    size: tuple[int, int] | None = None  # of the picture, where every row tells it
    raw: object = None  # what else the form needs to write the row again


@dataclass
class Entry:
    """One picture as the labels tell of it."""

    picture: Path
    name: str
    split: str
    file: Path | None  # where its labels stand; None: it has none
    line: int | None = None
    rows: list[Row] = field(default_factory=list)
    blanks: list[Row] = field(default_factory=list)  # of CSV: rows that hold no box
    size: tuple[int, int] | None = None  # (height, width) as the labels say
    size_spans: tuple[tuple[int, int], ...] = ()  # of height and width
    id: int | None = None


@dataclass
class Labels:
    """All labels of a folder."""

    form: str
    root: Path
    origin: int = 1  # VOC and its CSV: the number of the first pixel
    classes: tuple[str, ...] | None = None  # where a file lists them
    classes_file: str = ""
    category_ids: tuple[int, ...] | None = None
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    strays: list[tuple[Path, Row]] = field(default_factory=list)  # of no picture that is known
    sources: dict[Path, Source] = field(default_factory=dict)

    def relative(self, path):
        """Return a path as faults name it: from the root, with forward slashes."""
        path = Path(path)
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()

    def found(self, kind, path, line=None, **details):
        """Note a fault."""
        self.faults.append(fault(kind, self.relative(path), line, **details))

    def source(self, path):
        """Return a label file's text; note how it is encoded where that is odd."""
        if path not in self.sources:
            source = self.sources[path] = Source(path)
            if source.trouble:
                self.found("bad-file", path, why=source.trouble)
            for kind, line, count in source.oddities():
                self.found(kind, path, line, count=count)
        return self.sources[path]


class Source:
    """The text of a file, which can be written back byte for byte, and its lines."""

    def __init__(self, path):
        self.path, self.trouble = path, None
        try:
            self.raw = path.read_bytes()
        except OSError as error:
            self.raw, self.trouble = b"", error.strerror

    @cached_property
    def text(self):
        """The text; bytes that are not UTF-8 stand in it as lone surrogates; of UTF-16 none."""
        return "" if self.utf16 else self.raw.decode("utf-8", "surrogateescape")

    @property
    def utf16(self):
        """Whether the file begins as PowerShell and old editors of Windows begin "Unicode"."""
        return self.raw.startswith((b"\xff\xfe", b"\xfe\xff"))

    @cached_property
    def _starts(self):
        return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))]

    def line(self, at):
        """Return the number of the line, from 1, of a character."""
        return bisect_right(self._starts, at)

    def lines(self):
        """Yield (number, start, end, text) of every line; end is behind its end of line."""
        starts = [*self._starts, len(self.text)]
        for number, (start, end) in enumerate(pairwise(starts), 1):
            line = self.text[start:end].rstrip("\r\n")
            yield number, start, end, line.removeprefix(BOM) if start == 0 else line

    def _is_odd(self):
        try:
            self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return True
        return False

    def oddities(self):
        """Yield (kind, line, count) of what other programs stumble over."""
        bad = re.findall("[\udc80-\udcff]", self.text) if self._is_odd() else []
        if self.utf16:
            yield "utf16", 1, 1
            return
        declared = re.match(r'\ufeff?<\?xml[^>]*encoding=["\']([\w-]+)', self.text[:200])
        if bad and (declared is None or declared[1].lower() in ("utf-8", "utf8")):
            yield "not-utf8", self.line(self.text.index(bad[0])), len(bad)
        if self.text.startswith(BOM):
            yield "bom", 1, 1
        if returns := self.text.count("\r"):
            yield "crlf", self.line(self.text.index("\r")), returns


def number_in(words, labels, path, line):
    """Return a number, or None after noting that a field does not hold a finite one."""
    words = words.strip()
    if NUMBER.fullmatch(words):
        value = float(words)
        if abs(value) != float("inf"):
            return value
        labels.found("not-finite", path, line, value=words[:40])
    elif NOT_FINITE.fullmatch(words):
        labels.found("not-finite", path, line, value=words[:40])
    else:
        labels.found("not-a-number", path, line, value=words[:40])
    return None


def number_of_class(name):
    """Return the number that a class is named by, or None.

    >>> number_of_class("07"), number_of_class("cat"), number_of_class("-1")
    (7, None, None)
    """
    return int(name) if WHOLE.fullmatch(name) else None


def plain(value):
    """Write a number so that reading gives the same float: whole ones without a point.

    >>> plain(3.0), plain(0.1)
    ('3', '0.1')
    """
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def redrawn(source, row, values):
    """Return the edits, (start, end, text), that give a row other numbers."""
    return [(*span, plain(v)) for span, v in zip(row.spans, values, strict=True)]


def removed(source, rows):
    """Return the edits that take rows out, where each stands on lines of its own."""
    return [(*row.span, "") for row in rows]


def settle_classes(labels):
    """Give the labels their classes where no file lists them; note classes nobody knows."""
    named = [
        (entry, row)
        for entry in labels.entries
        for row in entry.rows
        if row.fault not in ("field-count", "polygon")
    ]
    names = {row.name for _, row in named}
    if labels.classes is None:
        labels.classes = _found_classes(names)
        _note_similar(labels, names)
        return
    known, by_number = set(labels.classes), labels.form in ("txt", "yolo")
    for entry, row in named:
        if row.name in known and labels.form != "yolo":
            continue
        number = number_of_class(row.name) if by_number else None
        if number is not None and number < len(labels.classes):
            row.name = labels.classes[number]
        else:
            row.fault = "unknown-class"
            where = labels.classes_file or labels.form
            labels.found("unknown-class", entry.file, row.line, name=row.name, where=where)


def _found_classes(names):
    """Sort the names that occur; numbers count from 0 without a gap, so that label 3 is "3"."""
    numbers = [number_of_class(name) for name in names]
    if names and all(number is not None and number < 10_000 for number in numbers):
        return tuple(str(k) for k in range(max(numbers) + 1))
    return tuple(sorted(names))


def similar(names):
    """Return lists of names that differ in capitals, spaces and dashes only."""
    alike = {}
    for name in sorted(names):
        alike.setdefault(re.sub(r"[\s_-]+", "", name.casefold()), []).append(name)
    return [same for same in alike.values() if len(same) > 1]


def _note_similar(labels, names):
    for same in similar(names):
        count = {name: 0 for name in same}
        first = {}
        for entry in labels.entries:
            for row in entry.rows:
                if row.name in count:
                    count[row.name] += 1
                    first.setdefault(row.name, (entry.file, row.line))
        rare = min(same, key=count.get)
        others = ", ".join(repr(name) for name in same if name != rare)
        labels.found("similar-classes", *first[rare], name=rare, others=others)
