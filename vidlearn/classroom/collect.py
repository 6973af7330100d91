"""Collect what was handed in: from whatever a learning platform gives to one folder a student."""

import calendar
import contextlib
import os
import re
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from vidlearn.classroom.inbox import Refused, entries, plain
from vidlearn.classroom.submission import TYPED, Unreadable, grade_id, read_notebook
from vidlearn.classroom.whose import Roster, assignment_of, is_safe
from vidlearn.messages import text

__all__ = ["Collected", "collect"]

NOTEBOOK = re.compile(r"\.ipynb(?: ?\(\d+\))?(?:\.(?:txt|json))?$", re.I)
FORM = "%Y-%m-%d %H:%M:%S UTC"
BESIDE = 20 * 2**20  # bytes of all files beside a notebook
FEW = 100  # files beside a notebook
SHOWN = 6  # names in a line
STAMP, PAST = "timestamp.txt", "previous"


@dataclass
class Collected:
    """What became of an inbox.

    Attributes
    ----------
    taken : list of tuple
        Student, assignment, what became of it (``"new"``, ``"newer"``, ``"older"`` or
        ``"same"``), and where it lay.
    lines : list of str
        What a teacher should know, in plain words.
    """

    taken: list = field(default_factory=list)
    lines: list = field(default_factory=list)

    def tell(self, where, line):
        """Add a line on a file.

        Parameters
        ----------
        where : str
            Its path, as it is shown.
        line : str
            A sentence or two.
        """
        self.lines.append(f"{where}: {line}")

    def summary(self):
        """Return how many were collected, in a sentence.

        Returns
        -------
        str
        """
        count = Counter(kind for _, _, kind, _ in self.taken)
        return text("classroom_collect")["summary"].format(
            **{kind: count[kind] for kind in ("new", "newer", "older", "same")},
            students=len({one[0] for one in self.taken}),
        )

    def __str__(self):
        return "\n".join([*self.lines, self.summary()])


def collect(inbox, release, submitted, students):
    """Sort an inbox into ``submitted/ID/NAME/NAME.ipynb``.

    The assignment is told by the notebook's own metadata, else by the names of its cells, else
    by its path; the student by the path (id, address, names), else by the id that was typed into
    the notebook. A folder that names one student and a file in it that names another are nobody's.
    What cannot be told is left where it is, with a line that says what to do. The inbox is never
    changed.

    Of several, the latest counts, by the time of the file or, in a zip, of its entry; the others
    are kept in ``previous``. It can be run as often as you like: what is there already is passed
    over.

    Parameters
    ----------
    inbox : Path
        A folder with notebooks, folders and zips, as they came.
    release : Path
        The folder with the students' editions, ``NAME/NAME.ipynb``.
    submitted : Path
        Where they go.
    students : list of dict
        The list of students: ``id``, ``first_name``, ``last_name``, ``email``. Where it is
        empty, the ids typed into the notebooks count.

    Returns
    -------
    Collected
    """
    words, found, roster = text("classroom_collect"), Collected(), Roster(students)
    for name in roster.refused:
        found.tell(plain(name) or "?", words["bad_id"])
    known = _releases(Path(release))
    if not known:
        found.lines.append(words["no_release"])
    if not Path(inbox).is_dir():
        found.tell(plain(inbox), words["no_inbox"])
        return found
    for files in entries(inbox, found.tell, lambda parts: len(roster.find(parts)) == 1):
        notebooks = [entry for entry in files if NOTEBOOK.search(entry.parts[-1])]
        others = [entry for entry in files if not NOTEBOOK.search(entry.parts[-1])]
        gone = set()
        for entry in sorted(notebooks, key=lambda one: (one.when, one.parts)):
            try:
                gone |= _taken(entry, others, known, roster, Path(submitted), found)
            except Refused as error:
                found.tell(entry.name, str(error))
        _tell_others([entry for entry in others if entry.parts not in gone], found)
    return found


def _releases(folder):
    """Return the names of the assignments, each with the names of its cells."""
    known = {}
    for path in sorted(folder.glob("*/*.ipynb")):
        if path.stem == path.parent.name:
            with contextlib.suppress(Unreadable):
                notebook, _ = read_notebook(path.read_bytes())
                known[path.stem] = {grade_id(cell) for cell in notebook.cells} - {None}
    return known


def _taken(entry, others, known, roster, submitted, found):
    """Store one notebook; return the paths of the files that came along."""
    words, data = text("classroom_collect"), entry.read()
    try:
        notebook, broken = read_notebook(data)[0], None
    except Unreadable as error:
        notebook, broken = None, str(error)
    name = _assignment(entry.parts, notebook, known)
    student, unclear = _student(entry.parts, notebook, roster, submitted)
    if student is None:
        found.tell(entry.name, unclear.format(name=name or words["a_name"]))
    if name is None:
        names = ", ".join(known) or "-"
        found.tell(entry.name, words["which"].format(student=student or "ID", names=names))
    if student is None or name is None:
        return set()
    if unclear:
        found.tell(entry.name, unclear)
    if broken:
        found.tell(entry.name, words["broken"].format(name=name, student=student, why=broken))
    elif not known.get(name, set()) & {grade_id(cell) for cell in notebook.cells}:
        found.tell(entry.name, words["foreign"].format(name=name, student=student))
    beside, gone = _beside(entry, others, student, roster, found)
    kind = _store(submitted / student / name, {f"{name}.ipynb": data, **beside}, entry.when)
    found.taken.append((student, name, kind, entry.name))
    if kind in ("newer", "older", "twin"):
        found.tell(entry.name, words[kind].format(name=name, student=student))
        found.taken[-1] = (student, name, kind.replace("twin", "older"), entry.name)
    return gone


def _assignment(parts, notebook, known):
    """Return the name of the assignment, or None."""
    if notebook is not None:
        told = notebook.metadata.get("vidlearn", {}).get("assignment")
        if isinstance(told, str) and told in known:
            return told
        cells = {grade_id(cell) for cell in notebook.cells}
        own = {
            name: len(cells & ids - set().union(*(known[o] for o in known if o != name)))
            for name, ids in known.items()
        }
        best = sorted(own, key=own.get, reverse=True)[:2]
        if best and own[best[0]] >= 2 and (len(best) < 2 or own[best[0]] > own[best[1]]):
            return best[0]
    return assignment_of(parts, known)


def _student(parts, notebook, roster, submitted):
    """Return the student's id or None, and what is to be said of it."""
    words, typed = text("classroom_collect"), ""
    cells = notebook.cells if notebook is not None else []
    for cell in sorted(cells, key=lambda cell: grade_id(cell) != "student"):
        if cell.cell_type == "code" and (match := TYPED.search(cell.source)):
            typed = match.group(2).strip()
            break
    by_path = roster.find(parts)
    if len(by_path) == 1:
        return next(iter(by_path)), None
    if not roster.ids and is_safe(typed):
        folders = [one.name for one in submitted.iterdir()] if submitted.is_dir() else []
        same = [one for one in folders if one.casefold() == typed.casefold()]
        return (same or [typed])[0], None
    by_cell = roster.find((typed,)) & (by_path or set(roster.ids))
    if len(by_cell) == 1 and not roster.clash(parts):
        student = next(iter(by_cell))
        line = words["of_several" if by_path else "by_cell"]
        return student, line.format(student=student)
    if by_path:
        return None, words["two"].format(students=", ".join(sorted(by_path)[:SHOWN]), name="{name}")
    return None, words["whose"]


def _beside(entry, others, student, roster, found):
    """Return the files that came with a notebook, in a folder that is the student's alone."""
    words, folder = text("classroom_collect"), entry.parts[:-1]
    if roster.find(folder) != {student}:
        return {}, set()
    beside, gone = {}, set()
    for other in others:
        parts = other.parts[len(folder) :]
        if other.parts[: len(folder)] != folder or parts[0].casefold() in (STAMP, PAST):
            continue
        gone.add(other.parts)
        try:
            if len(beside) == FEW or not _may_lie(parts, beside):
                raise Refused
            beside["/".join(parts)] = other.read(BESIDE - sum(map(len, beside.values())))
        except Refused:
            found.tell(other.name, words["beside"].format(size=BESIDE >> 20, count=FEW))
    return beside, gone


def _may_lie(parts, beside):
    """Tell whether a file can be written beside those that are there."""
    names = {name.casefold() for name in beside}
    above = {"/".join(parts[:end]).casefold() for end in range(1, len(parts) + 1)}
    below = any(name.startswith("/".join(parts).casefold() + "/") for name in names)
    plainly = all(len(part) <= 100 and plain(part) == part for part in parts)
    return plainly and not below and not above & names and not NOTEBOOK.search(parts[0])


def _tell_others(others, found):
    """Say which files were left because they go with no notebook."""
    folders = {}
    for entry in others:
        folders.setdefault(entry.parts[:-1], []).append(plain(entry.parts[-1]))
    for folder, names in folders.items():
        shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
        line = text("classroom_collect")["others"].format(count=len(names), names=shown)
        found.tell(plain("/".join(folder)) or ".", line)


def _store(folder, files, when):
    """Put files into a student's folder, in one step; return what became of them."""
    _mend(folder)
    when = min(max(int(when), 0), 2**32)
    past = folder / PAST
    kept = [folder, *(sorted(past.iterdir()) if past.is_dir() else [])]
    if any(_content(one) == files for one in kept):
        return "same"
    if not folder.is_dir():
        _swap(folder, files, when)
        return "new"
    present = _stamp(folder)
    if when > present:
        _swap(folder, files, when, before=_content(folder), present=present)
        return "newer"
    _swap(folder, _content(folder), present, before=files, present=when)
    return "twin" if when == present else "older"


def _content(folder):
    """Return what a folder holds, but for what was written by us."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0].casefold() not in (STAMP, PAST)
    }


def _stamp(folder):
    """Return the time of what lies in a folder, in seconds since 1970."""
    try:
        return calendar.timegm(time.strptime((folder / STAMP).read_text("utf-8").strip(), FORM))
    except (OSError, ValueError):
        return int(folder.stat().st_mtime)


def _write(folder, files, when):
    """Write files and their time."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / STAMP).write_text(time.strftime(FORM, time.gmtime(when)) + "\n", "utf-8")


def _swap(folder, files, when, before=None, present=0):
    """Make a folder anew beside the one that is there, then put it into its place."""
    fresh, old = (folder.with_name(f".{folder.name}.{kind}") for kind in ("new", "old"))
    fresh.mkdir(parents=True)
    _write(fresh, files, when)
    if (folder / PAST).is_dir():
        shutil.copytree(folder / PAST, fresh / PAST)
    if before is not None:
        name = time.strftime("%Y-%m-%d_%H-%M-%S", time.gmtime(present))
        past, more = fresh / PAST / name, 1
        while past.exists():
            more += 1
            past = past.with_name(f"{name}_{more}")
        past.mkdir(parents=True)
        _write(past, before, present)
    if folder.is_dir():
        os.rename(folder, old)
    os.rename(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)


def _mend(folder):
    """Tidy up after a run that was stopped in the middle."""
    fresh, old = (folder.with_name(f".{folder.name}.{kind}") for kind in ("new", "old"))
    if old.is_dir() and not folder.exists():
        os.rename(old, folder)
    for one in (fresh, old):
        if one.is_dir():
            shutil.rmtree(one)
