"""Mark all that was handed in: in parallel, on one machine or a Dask cluster, again from where
it stopped."""

import concurrent.futures
import contextlib
import csv
import ctypes
import hashlib
import hmac
import json
import multiprocessing
import os
import signal
import sys

import nbformat
from tqdm import tqdm

import vidlearn
from vidlearn.classroom import nbgrader
from vidlearn.classroom.alike import alike, code_of
from vidlearn.classroom.course import clear, enrol, write_whole
from vidlearn.classroom.examine import examine
from vidlearn.classroom.report import report
from vidlearn.classroom.sandbox import expect_bubblewrap
from vidlearn.classroom.submission import Unreadable, is_answer, read_notebook
from vidlearn.messages import text

__all__ = ["export", "feedback", "grade", "mark_one", "reported"]

BESIDE = 20 * 2**20  # bytes of files beside a notebook


def mark_one(job):
    """Mark one submission. Needs nothing of the course's folder, so it runs anywhere.

    Parameters
    ----------
    job : dict
        ``source``, ``release`` (JSON text), ``data``, ``files`` (bytes), ``student``, and the
        options of `vidlearn.classroom.examine.examine`.

    Returns
    -------
    dict
        As `examine` returns it.
    """
    job = dict(job)
    for part in ("source", "release"):
        job[part] = nbformat.reads(job[part], as_version=4)
    return examine(
        job.pop("source"), job.pop("release"), job.pop("data"), job.pop("student"), **job
    )


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
    int
        How many were marked now.
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
        job, mark = _job(course, name, student, folder, jobs, unsafe)
        if again or _known(course, name, student).get("fingerprint") != mark:
            waiting[student] = (job, mark)
    say(words["to_mark"].format(name=name, count=len(waiting), done=len(handed) - len(waiting)))
    failed = _mark_all(course, name, waiting, jobs, scheduler, say) if waiting else {}
    _enter(course, name, handed, say)
    return len(waiting) - len(failed)


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
        whole.update(path.encode() + b"\n" + content)
    return job, whole.hexdigest()


def _known(course, name, student):
    """Return the result that is kept, or nothing."""
    try:
        found = json.loads((course.results(name) / f"{student}.json").read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _mark_all(course, name, waiting, jobs, scheduler, say):
    """Mark in parallel, and keep each result as it comes; return who could not be marked."""
    left, failed = dict(waiting), {}
    with tqdm(total=len(left), desc=name, unit="notebook", file=sys.stderr, mininterval=1) as bar:
        while left:
            before, broken = len(left), False
            pool = _cluster(scheduler) if scheduler else _pool(jobs)
            futures = {pool.submit(mark_one, job): student for student, (job, _) in left.items()}
            try:
                for future in concurrent.futures.as_completed(futures):
                    student = futures[future]
                    try:
                        _keep(course, name, student, future.result(), waiting[student][1])
                    except concurrent.futures.BrokenExecutor:  # a worker was killed from outside
                        broken = True
                        continue
                    except Exception as error:  # of ours: the others are marked all the same
                        failed[student] = f"{type(error).__name__}: {error}"
                    del left[student]
                    bar.update()
            except BaseException:
                for process in multiprocessing.active_children():
                    process.terminate()
                raise
            finally:
                for future in futures:
                    future.cancel()
                pool.shutdown(wait=False)
            if broken and len(left) == before:
                failed |= dict.fromkeys(left, text("classroom")["worker_killed"])
                break
    for student, error in failed.items():
        say(text("classroom")["not_marked"].format(student=student, error=error))
    return failed


def _pool(jobs):
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(jobs, context, initializer=_end_with_parent)


def _end_with_parent():
    """In a worker: end with the process that marks, however that ends; leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _cluster(address):
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(text("classroom")["no_dask"]) from None
    try:
        return Client(address, timeout=10, set_as_default=False).get_executor(pure=False)
    except (OSError, TimeoutError, ValueError) as error:
        line = text("classroom")["no_scheduler"].format(address=address, error=error)
        raise ValueError(line) from None


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
    with tqdm(total=len(waiting), desc=words["gradebook"], unit="notebook", file=sys.stderr) as bar:
        nbgrader.run(
            course.folder,
            "autograde",
            name,
            on_line=lambda line: bar.update("Autograding" in line),
        )
    for _student, stamp, mark in waiting:
        write_whole(stamp, mark.encode())
