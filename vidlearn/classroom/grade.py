"""Mark all that was handed in, again from where it stopped, and give it back."""

import contextlib
import csv
import functools
import hashlib
import hmac
import json
import os
import sqlite3
import sys

import nbformat
from tqdm import tqdm

import vidlearn
from vidlearn.classroom import nbgrader
from vidlearn.classroom.alike import alike, code_of
from vidlearn.classroom.course import clear, enrol, write_whole
from vidlearn.classroom.report import report
from vidlearn.classroom.sandbox import expect_bubblewrap
from vidlearn.classroom.submission import Unreadable, is_answer, read_notebook
from vidlearn.classroom.workers import mark_all
from vidlearn.messages import text

__all__ = ["export", "feedback", "grade", "reported"]

BESIDE = 20 * 2**20  # bytes of files beside a notebook


def grade(course, name, *, jobs=None, scheduler=None, unsafe=False, again=False, say=print):
    """Mark what was handed in and is not marked yet, and enter it into the gradebook.

    Parameters
    ----------
    course : vidlearn.classroom.course.Course
        The course.
    name : str
        Name of an assignment.
    jobs : int, optional
        How many at once; default: one for each core.
    scheduler : str, optional
        Address of a Dask cluster's scheduler; its workers need vidlearn and bubblewrap.
    unsafe : bool, default False
        Whether to run without a sandbox.
    again : bool, default False
        Whether to mark anew what is marked already.
    say : callable, default print
        Told what is going on.

    Returns
    -------
    marked : int
        How many were marked now.
    failed : dict
        Who could not be marked, and why.
    """
    words = text("classroom")
    course.expect(name)
    course.release(name)
    jobs = (os.cpu_count() or 1) if jobs is None else jobs
    if jobs < 1:
        raise ValueError(words["bad_jobs"].format(jobs=jobs))
    if not unsafe and not scheduler:
        expect_bubblewrap()
    handed, waiting = course.handed_in(name), {}
    for student, folder in handed.items():
        load = functools.partial(_job, course, name, student, folder, jobs, unsafe)
        if again or _known(course, name, student).get("fingerprint") != _mark_of(load):
            waiting[student] = load
    say(words["to_mark"].format(name=name, count=len(waiting), done=len(handed) - len(waiting)))
    keep = functools.partial(_keep, course, name)
    failed = mark_all(waiting, keep, title=name, jobs=jobs, scheduler=scheduler)
    for student, error in failed.items():
        say(words["not_marked"].format(student=student, error=error))
    _enter(course, name, handed, say)
    return len(waiting) - len(failed), failed


def feedback(course, name, say=print):
    """Make each student's feedback page.

    Parameters
    ----------
    course : vidlearn.classroom.course.Course
        The course.
    name : str
        Name of an assignment.
    say : callable, default print
        Told what is going on.
    """
    course.expect(name)
    nbgrader.run(course.folder, "generate_feedback", name, "--force")
    pages = sorted((course.folder / "feedback").glob(f"*/{name}/{name}.html"))
    say(
        text("classroom")["feedback_made"].format(
            count=len(pages), folder=course.folder / "feedback"
        )
    )


def export(course, path, say=print):
    """Write all marks into a CSV file.

    Parameters
    ----------
    course : vidlearn.classroom.course.Course
        The course.
    path : pathlib.Path
        The file.
    say : callable, default print
        Told what is going on.
    """
    enrol(course)
    part = course.folder / ".vidlearn" / "marks.csv"
    nbgrader.run(course.folder, "export", "--to", str(part))
    write_whole(path.absolute(), part.read_bytes())
    part.unlink()
    say(text("classroom")["exported"].format(file=path))


def reported(course, name):
    """Write the report on an assignment into ``reports/``.

    Parameters
    ----------
    course : vidlearn.classroom.course.Course
        The course.
    name : str
        Name of an assignment.

    Returns
    -------
    vidlearn.classroom.report.Report
    """
    course.expect(name)
    enrol(course)
    part = course.folder / ".vidlearn" / "rows.csv"
    nbgrader.run(course.folder, "export", "--to", str(part))
    with part.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == name]
    part.unlink()
    unread = _unread(course, name)
    for row in rows:
        row["needs_manual_grade"] = row["student_id"] in unread
    codes = {}
    for student, folder in course.handed_in(name).items():
        with contextlib.suppress(OSError, Unreadable):
            codes[student] = code_of(read_notebook((folder / f"{name}.ipynb").read_bytes())[0])
    known = {student: _known(course, name, student) for student in course.handed_in(name)}
    cells = [cell for cell in course.source(name).cells if is_answer(cell)]
    told = [cell.metadata["nbgrader"] for cell in cells if cell.metadata["nbgrader"]["grade"]]
    made = report(
        name,
        {student: found for student, found in known.items() if found},
        course.roster(),
        rows=rows,
        written={one["grade_id"]: one["points"] for one in told},
        pairs=alike(codes, code_of(course.release(name))),
    )
    made.write(course.folder / "reports")
    return made


def _unread(course, name):
    """Return the students of whom a written answer is still to be marked."""
    query = (
        "SELECT DISTINCT s.student_id FROM grade g "
        "JOIN submitted_notebook n ON g.notebook_id = n.id "
        "JOIN submitted_assignment s ON n.assignment_id = s.id "
        "JOIN assignment a ON s.assignment_id = a.id "
        "WHERE a.name = ? AND g.needs_manual_grade"
    )
    address = f"{(course.folder / 'gradebook.db').as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=30)) as gradebook:
        return {student for (student,) in gradebook.execute(query, (name,))}


def _job(course, name, student, folder, jobs, unsafe):
    """Return what is needed to mark a submission, and a mark that changes when any of it does."""
    notebook = folder / f"{name}.ipynb"
    data = notebook.read_bytes() if notebook.is_file() and not notebook.is_symlink() else b""
    beside, size = {}, 0
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        if path.name == "timestamp.txt" or size + path.stat().st_size > BESIDE:
            continue
        size += path.stat().st_size
        beside[path.name] = path.read_bytes()
    job = {
        "source": nbformat.writes(course.source(name)),
        "release": nbformat.writes(course.release(name)),
        "data": data,
        "files": beside,
        "student": student,
        "limits": course.limits,
        "threads": max(1, (os.cpu_count() or 1) // jobs),
        "unsafe": unsafe,
    }
    parts = [vidlearn.__version__, job["source"], job["release"], repr(course.limits), student]
    whole = hashlib.sha256("\n".join(parts).encode() + b"\n" + data)
    for path, content in beside.items():
        whole.update(os.fsencode(path) + b"\n" + content)
    return job, whole.hexdigest()


def _mark_of(load):
    """Return a submission's mark; nothing where it cannot be read, which is told when it is due."""
    try:
        return load()[1]
    except OSError:
        return ""


def _known(course, name, student):
    """Return the result that is kept, or nothing."""
    try:
        found = json.loads((course.results(name) / f"{student}.json").read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _keep(course, name, student, result, mark):
    """Keep a result: first the notebook, then the word that it is there."""
    notebook = nbformat.reads(result.pop("notebook"), as_version=4)
    whole = json.dumps([student, name, notebook.cells], sort_keys=True).encode()
    told = notebook.metadata.setdefault("vidlearn", {})
    told["signature"] = hmac.new(course.key(), whole, hashlib.sha256).hexdigest()
    folder = course.folder / "examined" / student / name
    write_whole(folder / f"{name}.ipynb", nbformat.writes(notebook).encode())
    stamp = course.folder / "submitted" / student / name / "timestamp.txt"
    if stamp.is_file():
        write_whole(folder / "timestamp.txt", stamp.read_bytes())
    result |= {
        "fingerprint": mark,
        "student": student,
        "assignment": name,
        "submitted": stamp.read_text("utf-8").strip() if stamp.is_file() else None,
    }
    clear(course.folder / "autograded" / student / name)
    _entered(course, name, student).unlink(missing_ok=True)
    kept = json.dumps(result, ensure_ascii=False, indent=1).encode()
    write_whole(course.results(name) / f"{student}.json", kept)


def _entered(course, name, student):
    return course.folder / ".vidlearn" / "entered" / name / student


def _enter(course, name, handed, say):
    """Let nbgrader take into the gradebook what it has not yet."""
    words = text("classroom")
    waiting = []
    for student in handed:
        mark = _known(course, name, student).get("fingerprint")
        stamp = _entered(course, name, student)
        if mark and (not stamp.is_file() or stamp.read_text() != mark):
            waiting.append((student, stamp, mark))
            clear(course.folder / "autograded" / student / name)
    if not waiting:
        return
    say(words["entering"].format(count=len(waiting)))
    failed = None
    with tqdm(total=len(waiting), desc=words["gradebook"], unit="notebook", file=sys.stderr) as bar:
        try:
            nbgrader.run(
                course.folder,
                "autograde",
                name,
                on_line=lambda line: bar.update("Autograding" in line),
            )
        except nbgrader.NbgraderError as error:
            failed = error
    for student, stamp, mark in waiting:  # it removes what it could not enter, and goes on
        there = (course.folder / "autograded" / student / name / f"{name}.ipynb").is_file()
        if there and not (failed and failed.killed):
            write_whole(stamp, mark.encode())
    if failed:
        raise failed
