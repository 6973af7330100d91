"""A course folder: what lies where, and how it is made."""

import contextlib
import csv
import fcntl
import io
import json
import os
import re
import secrets
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import nbformat

from vidlearn.classroom import nbgrader
from vidlearn.classroom.edition import for_course, leaked
from vidlearn.classroom.sandbox import Limits
from vidlearn.messages import text

__all__ = ["Course", "init", "release", "write_whole"]

SOURCES = Path(__file__).resolve().parents[2] / "assignments"
SETTINGS = """\
# The name of this course. Each student's own numbers hang on it: another year, another name.
name = "{name}"

# What one submission may use while it is marked.
[limits]
seconds = 300        # whole
cell_seconds = 90    # one cell
memory = 3000        # megabytes
processes = 40       # at once
disk = 200           # megabytes that it may write
"""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Course:
    """A course folder.

    Parameters
    ----------
    folder : path-like
        Made by `init`.

    Attributes
    ----------
    folder : pathlib.Path
        The folder.
    name : str
        Name of the course.
    limits : Limits
        What one submission may use.

    Raises
    ------
    ValueError
        If the folder is not a course, or its settings are not sound.
    """

    def __init__(self, folder):
        self.folder, words = Path(folder).expanduser().resolve(), text("classroom")
        settings = self.folder / "course.toml"
        if not settings.is_file():
            raise ValueError(words["no_course"].format(folder=self.folder))
        try:
            told = tomllib.loads(settings.read_text("utf-8"))
            self.name = str(told["name"]).strip()
            self.limits = Limits(**told.get("limits", {}))
            numbers = vars(self.limits).values()
            if not self.name or not all(isinstance(n, int | float) and n > 0 for n in numbers):
                raise ValueError(words["bad_limits"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(words["bad_settings"].format(file=settings, error=error)) from None

    def assignments(self):
        """Return the names of the assignments in the course.

        Returns
        -------
        list of str
        """
        return sorted(path.parent.name for path in self.folder.glob("source/*/*.ipynb"))

    def expect(self, name):
        """Make certain that there is such an assignment.

        Parameters
        ----------
        name : str
            Name of an assignment.

        Returns
        -------
        str
            The name.
        """
        if not NAME.fullmatch(name) or name not in self.assignments():
            known = ", ".join(self.assignments()) or "-"
            raise ValueError(text("classroom")["no_assignment"].format(name=name, known=known))
        return name

    def source(self, name):
        """Read an assignment with its solutions.

        Parameters
        ----------
        name : str
            Name of an assignment.

        Returns
        -------
        nbformat.NotebookNode
        """
        return nbformat.read(self.folder / "source" / name / f"{name}.ipynb", as_version=4)

    def release(self, name):
        """Read the student's edition of an assignment.

        Parameters
        ----------
        name : str
            Name of an assignment.

        Returns
        -------
        nbformat.NotebookNode
        """
        path = self.folder / "release" / name / f"{name}.ipynb"
        if not path.is_file():
            raise ValueError(text("classroom")["not_released"].format(name=name))
        return nbformat.read(path, as_version=4)

    def handed_in(self, name):
        """Return who handed in an assignment.

        Parameters
        ----------
        name : str
            Name of an assignment.

        Returns
        -------
        dict
            Id of a student and the folder of what was handed in.
        """
        found = (self.folder / "submitted").glob(f"*/{name}")
        return {path.parent.name: path for path in sorted(found) if path.is_dir()}

    def roster(self):
        """Read the list of students.

        Returns
        -------
        list of dict
            With ``id``, ``first_name``, ``last_name`` and ``email``.
        """
        path = self.folder / "students.csv"
        if not path.is_file():
            return []
        words = text("classroom")
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                found = csv.DictReader(file)
                rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in found]
        except (ValueError, csv.Error) as error:
            raise ValueError(words["bad_roster"].format(file=path, error=error)) from None
        if rows and "id" not in found.fieldnames:
            raise ValueError(words["no_ids"].format(file=path))
        rows = [row for row in rows if row.get("id")]
        ids = [row["id"] for row in rows]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(text("classroom")["twice"].format(ids=", ".join(twice[:5])))
        return rows

    def results(self, name):
        """Return the folder in which the results of an assignment are kept.

        Parameters
        ----------
        name : str
            Name of an assignment.

        Returns
        -------
        pathlib.Path
        """
        return self.folder / ".vidlearn" / "results" / name

    @contextlib.contextmanager
    def alone(self):
        """Keep other commands out of this course meanwhile; however this one ends, they may again.

        Yields
        ------
        Course
            Itself.

        Raises
        ------
        ValueError
            If another is at work.
        """
        with (self.folder / ".vidlearn" / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(text("classroom")["busy"]) from None
            yield self

    def key(self):
        """Return the key with which examined notebooks are signed.

        Returns
        -------
        bytes
        """
        return (self.folder / ".vidlearn" / "key").read_bytes()


def init(folder, *, name=None, students=None, say=print):
    """Make a course folder. What is there already stays as it is.

    Parameters
    ----------
    folder : path-like
        Where. It is made if it is missing.
    name : str, optional
        Name of the course; default: the folder's.
    students : path-like, optional
        A CSV file with the columns id, first_name, last_name and email.
    say : callable, default print
        Told what is going on.

    Returns
    -------
    Course
    """
    words, folder = text("classroom"), Path(folder).expanduser().resolve()
    if not SOURCES.is_dir():
        raise ValueError(words["no_sources"])
    if students is not None and not Path(students).expanduser().is_file():
        raise ValueError(words["no_roster"].format(file=students))
    nbgrader.install(say)
    name = (name or folder.name).strip()
    if not re.fullmatch(r"[\w .-]+", name):
        raise ValueError(words["bad_name"].format(name=name))
    for part in ("source", "release", "inbox", "submitted", "reports", ".vidlearn"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _once(folder / "course.toml", SETTINGS.format(name=name).encode())
    course = Course(folder)
    config = files("vidlearn") / "classroom" / "course_config.py"
    _once(
        folder / "nbgrader_config.py",
        config.read_bytes().replace(b'"COURSE"', repr(course.name).encode()),
    )
    _once(folder / ".vidlearn" / "key", secrets.token_hex(32).encode())
    os.chmod(folder / ".vidlearn" / "key", 0o600)
    listed = (
        Path(students).expanduser().read_bytes() if students else b"id,first_name,last_name,email\n"
    )
    if students or not (folder / "students.csv").exists():
        write_whole(folder / "students.csv", listed)
    course.roster()
    for path in sorted(SOURCES.glob("*.ipynb")):
        target = folder / "source" / path.stem / path.name
        if not target.exists():
            write_whole(target, for_course(nbformat.read(path, as_version=4), course.name))
    say(words["made"].format(folder=folder, names=", ".join(course.assignments())))
    return course


def release(course, name, *, due=None, say=print):
    """Make the student's edition of an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        Name of an assignment.
    due : str, optional
        When it is due, such as "2026-12-10 23:59" or "2026-12-10 23:59 +0100".
    say : callable, default print
        Told what is going on.

    Returns
    -------
    pathlib.Path
        The notebook to hand out.
    """
    words = text("classroom")
    course.expect(name)
    path = course.folder / "source" / name / f"{name}.ipynb"
    write_whole(path, for_course(course.source(name), course.name))
    if due:
        nbgrader.run(course.folder, "db", "assignment", "add", name, f"--duedate={due}")
    nbgrader.run(course.folder, "generate_assignment", name, "--force")
    enrol(course)
    made = course.folder / "release" / name / f"{name}.ipynb"
    if leaks := leaked(course.source(name), nbformat.read(made, as_version=4)):
        made.unlink()
        raise ValueError(words["leaks"].format(name=name, leaks="\n".join(leaks[:5])))
    say(words["released"].format(file=made))
    return made


def enrol(course):
    """Tell nbgrader of the students on the list, where the list has changed.

    Parameters
    ----------
    course : Course
        The course.
    """
    stamp = course.folder / ".vidlearn" / "enrolled"
    listed = json.dumps(course.roster())
    if course.roster() and (not stamp.is_file() or stamp.read_text("utf-8") != listed):
        part = course.folder / ".vidlearn" / "students.csv"  # in the one form that nbgrader reads
        columns = ("id", "first_name", "last_name", "email")
        rows = [columns, *([row.get(name, "") for name in columns] for row in course.roster())]
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(rows)
        write_whole(part, buffer.getvalue().encode())
        nbgrader.run(course.folder, "db", "student", "import", str(part))
        part.unlink()
        write_whole(stamp, listed.encode())


def write_whole(path, data):
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is made if it is missing.
    data : bytes
        What is written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".part-{os.getpid()}-{path.name}"
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _once(path, data):
    if not path.exists():
        write_whole(path, data)


def clear(folder):
    """Remove a folder, if it is there.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
