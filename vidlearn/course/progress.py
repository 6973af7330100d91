"""What the learner has solved, kept in the platform's data folder and nowhere else."""

import json
import os
import tempfile
from pathlib import Path

import platformdirs

from vidlearn.messages import text


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
        ``{exercise id: {"status": str, "tries": int}}``; empty when nothing is kept. A file
        that cannot be read is moved aside, never overwritten.
    """
    file = path()
    if file is None or not file.exists():
        return {}
    try:
        kept = json.loads(file.read_text("utf-8"))
        return {key: {"status": row["status"], "tries": row["tries"]} for key, row in kept.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        aside = file.with_suffix(".unreadable.json")
        file.replace(aside)
        print(text("progress")["unreadable"].format(file=file, aside=aside))
        return {}


def record(exercise_id, status):
    """Note one try. Once solved, an exercise stays solved.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    status : {"right", "wrong"}
        How the try ended.
    """
    file = path()
    if file is None:
        return
    kept = load()
    row = kept.get(exercise_id, {"status": status, "tries": 0})
    status = "right" if row["status"] == "right" else status
    kept[exercise_id] = {"status": status, "tries": row["tries"] + 1}
    try:
        _write(file, json.dumps(kept, indent=1))
    except OSError as error:
        print(text("progress")["not_kept"].format(file=file, reason=error.strerror or error))


def progress():
    """Print which exercises are solved, lesson by lesson."""
    from vidlearn.course import exercises

    words, kept = text("progress"), load()
    for number in sorted({e.lesson for e in exercises.all_exercises()}):
        ids = [e.id for e in exercises.all_exercises() if e.lesson == number]
        solved = [i for i in ids if kept.get(i, {}).get("status") == "right"]
        marks = "  ".join(("✓ " if i in solved else "· ") + i for i in ids)
        counts = words["row"].format(number=number, solved=len(solved), total=len(ids))
        print(f"{counts}   {marks}")
    if path() is None:
        print(words["off"])


def _write(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
