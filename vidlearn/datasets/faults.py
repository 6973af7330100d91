"""Faults of a data set: what, how bad, in which file, on which line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from vidlearn.messages import text

# How bad each kind is: an error stops `read`; a warning is worth a look; a note is a fact.
SEVERITY = {
    "folder": "error",
    "bad-file": "error",
    "entity": "error",
    "not-utf8": "error",
    "utf16": "error",
    "missing-picture": "error",
    "label-without-picture": "error",
    "two-pictures": "error",
    "unreadable-picture": "error",
    "truncated-picture": "error",
    "listed-twice": "error",
    "unknown-class": "error",
    "field-count": "error",
    "polygon": "error",
    "not-a-number": "error",
    "not-finite": "error",
    "fractions": "error",
    "pixels": "error",
    "counted-from-0": "error",
    "inverted": "error",
    "zero-size": "error",
    "negative": "error",
    "outside": "error",
    "wrong-size": "error",
    "turned": "error",
    "same-picture-across": "error",
    "near-duplicate-across": "warning",
    "same-picture": "warning",
    "duplicate-box": "warning",
    "slightly-outside": "warning",
    "exif": "warning",
    "similar-classes": "warning",
    "other-name": "warning",
    "bom": "warning",
    "crlf": "note",
    "near-duplicate": "note",
    "picture-without-label": "note",
    "picture-not-listed": "note",
    "class-imbalance": "note",
    "unused-class": "note",
}
# The same for folders of clips.
SEVERITY |= {
    "clip-outside-class": "error",
    "class-name": "error",
    "pictures-in-class": "error",
    "mixed-splits": "error",
    "missing-clip": "error",
    "two-clips": "error",
    "clip-not-listed": "error",
    "unknown-split": "error",
    "other-split": "error",
    "frame-range": "error",
    "broken-clip": "error",
    "source-across": "error",
    "same-clip-across": "error",
    "damaged-clip": "warning",
    "beyond-end": "warning",
    "short-clip": "warning",
    "near-clip-across": "warning",
    "same-clip": "warning",
    "empty-class": "warning",
    "single-clip": "warning",
    "single-source": "warning",
    "absent-class": "warning",
    "odd-file": "note",
}
ORDER = ("error", "warning", "note")


@dataclass(frozen=True)
class Fault:
    """One fault of a data set.

    Attributes
    ----------
    kind : str
        Such as ``"zero-size"``.
    file : str
        The file in which it stands, relative to the data set's folder.
    line : int or None
        Its line, from 1; None where the whole file is meant.
    text : str
        What is wrong, in one sentence.
    """

    kind: str
    file: str
    line: int | None
    text: str

    @property
    def severity(self):
        """ "error", "warning" or "note"."""
        return SEVERITY[self.kind]

    @property
    def place(self):
        """File and line as editors understand them: ``train/a.txt:3``."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self):
        return f"{self.place}: {self.text}"


def fault(kind, file, line=None, **details):
    """Make a Fault with the sentence of the catalogue."""
    return Fault(kind, str(file), line, text("fault_texts")[kind].format(**details))


def printable(words):
    """Return text for one line of a terminal: what does not print becomes an escape.

    >>> printable("k\\udce4t, kät"), printable("a\\n\\x1b[31mb")
    ('k\\\\udce4t, kät', 'a\\\\n\\\\x1b[31mb')
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in words
    )


@dataclass
class Report:
    """What `check` found.

    Attributes
    ----------
    folder : Path
        What was looked at.
    form : str
        The form of the labels, or "" where none was found.
    pictures : int
        How many pictures there are.
    boxes : int
        How many boxes could be read.
    classes : dict
        Boxes for each class.
    faults : list of Fault
        By severity, kind, file and line.
    """

    folder: Path
    form: str = ""
    pictures: int = 0
    boxes: int = 0
    classes: dict = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def of(self, severity):
        """Return the faults of one severity: "error", "warning" or "note"."""
        return [one for one in self.faults if one.severity == severity]

    @property
    def ok(self):
        """Whether there is no error."""
        return not self.of("error")

    def _numbers(self):
        return {"pictures": self.pictures, "boxes": self.boxes}

    def _head(self, words):
        form = self.form or words["no_form"]
        return words["head"].format(folder=self.folder, form=form, **self._numbers())

    def as_json(self):
        """Return the report as JSON, for other programs."""
        faults = [vars(one) | {"severity": one.severity} for one in self.faults]
        facts = {"folder": str(self.folder), "form": self.form, "ok": self.ok}
        facts |= self._numbers() | {"classes": self.classes}
        words = json.dumps(facts | {"faults": faults}, ensure_ascii=False, indent=1)
        return words.encode("utf-8", "backslashreplace").decode("utf-8")

    def as_text(self, most=5):
        """Return the report for a terminal; `most` faults of a kind, None: all of them."""
        words, titles = text("check_report"), text("fault_titles")
        lines = [self._head(words)]
        if self.classes:
            counts = ", ".join(f"{name} {n}" for name, n in self.classes.items())
            lines.append(words["classes"].format(counts=counts))
        for severity in ORDER:
            kinds = Counter(one.kind for one in self.of(severity))
            for kind in sorted(kinds, key=list(SEVERITY).index):
                here = [one for one in self.faults if one.kind == kind]
                sign = words[f"sign_{severity}"]
                lines += ["", f"{sign} {severity}: {titles[kind]} [{kind}] ({len(here)})"]
                shown = here if most is None else here[:most]
                lines += [f"    {one}" for one in shown]
                if len(here) > len(shown):
                    lines.append(f"    {words['more'].format(n=len(here) - len(shown))}")
        counts = {key: len(self.of(key)) for key in ORDER}
        totals = {k: words[f"one_{k}" if n == 1 else k].format(n=n) for k, n in counts.items()}
        ending = words["clean"] if not self.faults else words["total"].format(**totals)
        return "\n".join(map(printable, [*lines, "", ending]))

    def __str__(self):
        return self.as_text()


@dataclass
class ClipReport(Report):
    """What `check_clips` found.

    Attributes
    ----------
    folder : Path
        What was looked at.
    form : str
        "clips".
    pictures, boxes : int
        0: of `Report`.
    classes : dict
        Clips for each class.
    faults : list of Fault
        By severity, kind, file and line.
    clips, sources : int
        How many there are.
    splits : dict
        Clips for each split.
    """

    clips: int = 0
    sources: int = 0
    splits: dict = field(default_factory=dict)

    def _numbers(self):
        return {"clips": self.clips, "sources": self.sources, "splits": self.splits}

    def _head(self, words):
        splits = ", ".join(f"{name} {n}" for name, n in self.splits.items() if name)
        splits = f" ({splits})" if splits else ""
        told = {"folder": self.folder, "clips": self.clips, "sources": self.sources}
        return words["head_clips"].format(splits=splits, **told)
