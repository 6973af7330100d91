"""Repairs of label files: only those asked for, with a backup, whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vidlearn.messages import text

from . import forms
from .faults import Fault, printable
from .judge import CORNERS, by, judge
from .labels import BOM, plain
from .looks import header
from .types import DatasetError

REPAIRS = (
    "fix-encoding",
    "fix-bom",
    "fix-newlines",
    "fix-size",
    "fix-inverted",
    "clip",
    "drop-malformed",
    "drop-empty",
    "drop-duplicates",
)
BACKUPS = ".vidlearn_backup"
MALFORMED = {"field-count", "not-a-number", "not-finite", "polygon"}
LEFT_ALONE = {"fractions", "pixels", "counted-from-0"}  # numbers that mean something else


@dataclass
class Repaired:
    """What `repair` changed.

    Attributes
    ----------
    changes : list of Fault
        File, line and what was done there.
    backup : Path or None
        The folder that holds the files as they were; None where nothing was changed.
    """

    changes: list[Fault] = field(default_factory=list)
    backup: Path | None = None

    def as_text(self, most=20):
        """Return the changes for a terminal; `most` of them, None: all."""
        words = text("repair")
        if not self.changes:
            return words["nothing"]
        shown = self.changes if most is None else self.changes[:most]
        lines = [words["head"].format(n=len(self.changes)), *(f"    {one}" for one in shown)]
        if len(self.changes) > len(shown):
            more = text("check_report")["more"]
            lines.append(f"    {more.format(n=len(self.changes) - len(shown))}")
        lines.append(words["backup"].format(folder=self.backup))
        return "\n".join(map(printable, lines))

    def __str__(self):
        return self.as_text()


def repair(folder, which, *, form=None, origin=1):
    """Repair label files: what is named, and nothing else.

    Parameters
    ----------
    folder : str or Path
        The top folder, in which the splits stand.
    which : sequence of str
        Of "clip" (to the picture), "drop-empty" (boxes without area), "drop-duplicates" (the same
        class and box again), "drop-malformed" (rows that hold no box), "fix-inverted" (corners
        swapped), "fix-size" (in XML, CSV, JSON: to the picture's), "fix-newlines" (to those of
        Unix), "fix-bom", "fix-encoding" (Windows-1252 to UTF-8).
    form : {"txt", "voc", "csv", "coco", "yolo"}, optional
        The form of the labels. Default: found out.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV, as for `read`.

    Returns
    -------
    Repaired
        What was changed, and the folder with the files as they were.

    Raises
    ------
    DatasetError
        If a name is not known, or a label file is a link.
    OSError
        If the disk is full or a file must not be written. Files are then as they were, or whole
        and new; the backup holds all of them as they were.

    Notes
    -----
    Everything else in a file stays as it is, byte for byte. Copies of the files go to
    ``.vidlearn_backup/`` in the folder, under date and time, before any is changed; all new files
    are written to the disk before the first takes its place.

    Examples
    --------
    >>> import tempfile; from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (64, 48)).save(folder / "a.png")
    >>> _ = (folder / "a.txt").write_text("cat 3 4 70 20\\ncat 5 5 5 9\\n")
    >>> for change in repair(folder, ["clip", "drop-empty"]).changes:
    ...     print(change)
    a.txt:1: clip: cat 3 4 70 20 becomes 3 4 64 20
    a.txt:2: drop-empty: cat 5 5 5 9 is taken out
    >>> (folder / "a.txt").read_text()
    'cat 3 4 64 20\\n'

    Lesson 11 teaches it.
    """
    which = [which] if isinstance(which, str) else list(which)
    if unknown := [name for name in which if name not in REPAIRS]:
        raise DatasetError(
            f"repairs must be of {', '.join(sorted(REPAIRS))}. Received: {', '.join(unknown)}"
        )
    labels = forms.load(folder, form, origin)
    headers = {entry.picture: header(entry.picture) for entry in labels.entries}
    judge(labels, headers)
    done = Repaired()
    edits = _edits(labels, headers, set(which), done.changes)
    fresh = {}
    for path, source in labels.sources.items():
        new = _cleaned(labels, source, edits.get(path, []), which, done.changes)
        if new != source.text:
            fresh[path] = source.raw, new.encode("utf-8", "surrogateescape")
    done.changes.sort(key=lambda one: (one.file, one.line or 0))
    if fresh:
        done.backup = replace_all(labels.root, fresh)
    return done


def _edits(labels, headers, which, changes):
    """Return the edits of every file, and note what they do."""
    form, edits = forms.module(labels.form), {}
    for entry in labels.entries:
        seen, size = set(), headers[entry.picture].size
        if entry.file is None or headers[entry.picture].trouble:
            continue
        source, out = labels.sources[entry.file], []
        mine = edits.setdefault(entry.file, ([], []))
        if "fix-size" in which:
            mine[0].extend(_sized(labels, entry, headers[entry.picture], changes))
        for row in entry.rows:
            name, values = _mended(labels, row, size, which, seen)
            if name is None:
                continue
            old = (
                f"{row.name} {' '.join(map(plain, row.values))}"
                if row.values
                else _raw(source, row)
            )
            details = {"old": old, "new": " ".join(map(plain, values or ()))}
            changes.append(_change(labels, entry.file, row.line, name, values is None, details))
            if values is None:
                out.append(row)
            else:
                mine[0].extend(form.redrawn(source, row, values))
        mine[1].extend(out)
    for file, row in labels.strays:
        if "drop-malformed" in which:
            details = {"old": _raw(labels.sources[file], row), "new": ""}
            changes.append(_change(labels, file, row.line, "drop-malformed", True, details))
            edits.setdefault(file, ([], []))[1].append(row)
    return {
        file: redrawn + form.removed(labels.sources[file], out)
        for file, (redrawn, out) in edits.items()
    }


def _raw(source, row):
    """Return a row as it stands in its file, in one line and not too long."""
    words = " ".join(source.text[slice(*row.span)].split())
    return words if len(words) <= 60 else f"{words[:59]}…"


def _change(labels, file, line, name, gone, details):
    said = text("repair")["gone" if gone else "becomes"].format(**details)
    return Fault(name, labels.relative(file), line, f"{name}: {said}")


def _mended(labels, row, size, which, seen):
    """Return the repair that a row needs (None: none), and its new values (None: taken out)."""
    if not row.values:
        malformed = row.fault in MALFORMED and "drop-malformed" in which
        return ("drop-malformed" if malformed else None), None
    if row.fault in LEFT_ALONE:
        return None, None
    name, values = None, row.values
    x1, y1, x2, y2 = forms.pixels(labels, values, size)
    click = row.fault == "zero-size"
    if "fix-inverted" in which and row.fault == "inverted":
        name, values = "fix-inverted", _uprighted(labels, values, size)
        x1, y1, x2, y2 = forms.pixels(labels, values, size)
    if "clip" in which and not click:
        height, width = size
        cut = max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height)
        if cut != (x1, y1, x2, y2) and cut[0] < cut[2] and cut[1] < cut[3]:
            name, values = "clip", forms.numbers(labels, cut, size)
            x1, y1, x2, y2 = cut
        elif "drop-empty" in which and x1 <= x2 and y1 <= y2:
            click = click or cut[0] >= cut[2] or cut[1] >= cut[3]
    if "drop-empty" in which and (click or x1 == x2 or y1 == y2):
        return "drop-empty", None
    key = row.name, values
    if "drop-duplicates" in which and key in seen:
        return "drop-duplicates", None
    seen.add(key)
    return name, values


def _uprighted(labels, values, size):
    """Return a row's numbers with the corners in order."""
    corners = labels.form in CORNERS
    x1, y1, x2, y2 = values if corners else forms.pixels(labels, values, size)
    box = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    return box if corners else forms.numbers(labels, box, size)


def _sized(labels, entry, told, changes):
    """Return the edits that give an entry its picture's size."""
    wrong = entry.size and entry.size != told.size and told.orientation == 1
    if not wrong:
        return []
    if labels.form == "csv":  # it stands in every row
        for row in [*entry.rows, *entry.blanks]:
            row.raw |= {"height": str(told.size[0]), "width": str(told.size[1])}
        edits = [
            edit
            for row in [*entry.rows, *entry.blanks]
            for edit in forms.module("csv").redrawn(labels.sources[entry.file], row, row.values)
        ]
    else:
        edits = [(*s, plain(v)) for s, v in zip(entry.size_spans, told.size, strict=True)]
    details = {"old": by(entry.size), "new": by(told.size)}
    changes.append(_change(labels, entry.file, entry.line, "fix-size", False, details))
    return edits


def _cleaned(labels, source, edits, which, changes):
    """Return a file's text with its edits, and without what other programs stumble over."""
    if source.utf16:  # no row of it has been read
        if "fix-encoding" not in which:
            return source.text
        changes.append(_said(labels, source, "fix-encoding", "utf16"))
        return source.raw.decode("utf-16", "replace")
    pieces, at = [], 0
    for (start, end), words in sorted({(s, e): w for s, e, w in edits}.items()):
        pieces += [source.text[at:start], words]
        at = end
    new, odd = "".join([*pieces, source.text[at:]]), {kind for kind, *_ in source.oddities()}
    for name, kind, mend in (
        ("fix-encoding", "not-utf8", _from_windows),
        ("fix-bom", "bom", lambda words: words.removeprefix(BOM)),
        ("fix-newlines", "crlf", lambda words: words.replace("\r\n", "\n").replace("\r", "\n")),
    ):
        if name in which and kind in odd and mend(new) != new:
            new = mend(new)
            changes.append(_said(labels, source, name, kind))
    return new


def _said(labels, source, name, kind):
    said = text("repair")[kind]
    return Fault(name, labels.relative(source.path), None, f"{name}: {said}")


def _from_windows(words):
    """Take every byte that is not UTF-8 for a character of Windows-1252."""

    def meant(match):
        raw = bytes([ord(match.group()) - 0xDC00])
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    return re.sub("[\udc80-\udcff]", meant, words)


def replace_all(root, fresh):
    """Give files a new content, all of it on the disk before the first is replaced.

    Returns
    -------
    Path
        The folder that holds copies of the files as they were.
    """
    for path in fresh:
        if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
            raise DatasetError(f"{path} is a link. Repair the file that it leads to.")
    backup = _new_backup(root)
    staged = backup / ".new"
    try:
        for path, (old, new) in fresh.items():
            there = path.relative_to(root)
            _write(backup / there, old)
            _write(staged / there, new)
            shutil.copystat(path, backup / there)
            shutil.copymode(path, staged / there)
        for path, (old, _) in fresh.items():  # by an editor, or by another repair
            if path.read_bytes() != old:
                raise DatasetError(f"{path} was changed meanwhile. Nothing is repaired: try again.")
    except BaseException:
        shutil.rmtree(backup, ignore_errors=True)
        raise
    for path in fresh:
        os.replace(staged / path.relative_to(root), path)
    shutil.rmtree(staged)
    return backup


def _new_backup(root):
    """Make a folder that was not there before, named by date and time."""
    name, number = f"{datetime.now():%Y%m%d-%H%M%S}", 1
    while True:
        backup = root / BACKUPS / (name if number == 1 else f"{name}-{number}")
        try:
            backup.mkdir(parents=True)
            return backup
        except FileExistsError:
            number += 1


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
