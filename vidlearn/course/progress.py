"""What the learner has solved, kept in the platform's data folder and nowhere else."""

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import platformdirs

from vidlearn.messages import text

DONE = ("right", "seen")  # a prediction is seen
STATUS = ("right", "wrong", "guessed", "seen")
WAIT = 2.0  # seconds for another kernel to write; a lock that is older was left behind


def path():
    """Return where progress is kept.

    Returns
    -------
    pathlib.Path or None
        None under continuous integration and where ``VIDLEARN_PROGRESS=off``: nothing is kept.
        ``VIDLEARN_PROGRESS`` may also name another file.
    """
    chosen = os.environ.get("VIDLEARN_PROGRESS", "")
    if chosen == "off" or (os.environ.get("CI") and not chosen):
        return None
    return Path(chosen or Path(platformdirs.user_data_dir("vidlearn", False)) / "progress.json")


def load():
    """Return the kept progress.

    Returns
    -------
    dict
        ``{exercise id: {"status": str, "tries": int}}``, of predictions also ``"guess"`` and of
        challenges ``"best"``; empty when nothing is kept. A file that cannot be read is moved
        aside, never overwritten.
    """
    file = path()
    if file is None or not file.is_file():
        return {}
    try:
        kept = json.loads(file.read_text("utf-8"))
        return {key: _row(row) for key, row in kept.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        names = (f".unreadable{n}.json" for n in ("", *range(2, 10_000)))
        aside = next(a for a in map(file.with_suffix, names) if not a.exists())
        file.replace(aside)
        print(text("progress")["unreadable"].format(file=file, aside=aside))
        return {}


def _row(row):
    if row["status"] not in STATUS or type(row["tries"]) is not int:
        raise ValueError
    more = {key: row[key] for key in ("guess", "best") if key in row}
    return {"status": row["status"], "tries": row["tries"]} | more


def record(exercise_id, status, **more):
    """Note one try. Once solved, an exercise stays solved.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    status : {"right", "wrong", "guessed", "seen"}
        How the try ended; a prediction is guessed, then seen.
    **more : object
        ``guess`` or ``best``, kept beside it.
    """
    file = path()
    if file is None:
        return
    try:
        with _alone(file):
            kept = load()
            row = kept.get(exercise_id, {"status": status, "tries": 0})
            status = row["status"] if row["status"] in DONE and status != "right" else status
            kept[exercise_id] = row | {"status": status, "tries": row["tries"] + 1} | more
            _write(file, json.dumps(kept, indent=1))
    except OSError as error:
        print(text("progress")["not_kept"].format(file=file, reason=error.strerror or error))


def by_lesson():
    """Return what is solved, lesson by lesson. A prediction is made, not solved, and left out.

    Returns
    -------
    dict
        Number of the lesson to ``{exercise id: whether it is solved}``, in the course's order.
    """
    from vidlearn.course import exercises

    kept, found = load(), {}
    for exercise in exercises.all_exercises():
        if exercise.kind == "predict":
            continue
        done = kept.get(exercise.id, {}).get("status") == "right"
        found.setdefault(exercise.lesson, {})[exercise.id] = done
    return dict(sorted(found.items()))


def begun():
    """Return a line for each lesson of which an exercise was tried.

    Returns
    -------
    list of str
    """
    kept = load()
    if not kept:
        return []
    rows = by_lesson().items()
    return [_line(number, solved) for number, solved in rows if kept.keys() & solved.keys()]


def progress():
    """Print which exercises are solved, lesson by lesson."""
    for number, solved in by_lesson().items():
        marks = "  ".join(("✓ " if done else "· ") + name for name, done in solved.items())
        print(f"{_line(number, solved)}   {marks}")
    if path() is None:
        print(text("progress")["off"])


def _line(number, solved):
    counts = {"solved": sum(solved.values()), "total": len(solved)}
    return text("progress")["row"].format(number=number, **counts)


@contextmanager
def _alone(file):
    """Let one kernel at a time read and write the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock, patience = file.with_suffix(".lock"), monotonic() + WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if monotonic() > patience:
                break  # left behind by a kernel that was killed
            sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _write(file, content):
    handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
