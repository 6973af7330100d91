"""The learner's copies of the lessons.

The lessons themselves are never worked on: ``vidlearn lab`` gives copies in ``my_work/`` and
remembers each as it was given. A copy that the learner has not touched follows the course to
its next version; one that was touched is the learner's and stays as it is. Touched means that
the text of a cell is another: running cells, opening and saving do not count.

Copies come without stored outputs: what a learner sees below a cell is what that cell printed
on this machine, and a cell that has not run yet looks so. The website shows the stored ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import vidlearn
from vidlearn.messages import text

PACKAGE = Path(__file__).parents[1]
RECORD = ".vidlearn.json"
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
RENUMBERED = {  # names that lessons had in version 0.1.0
    "02_convolution.ipynb": "03_convolution.ipynb",
    "03_pooling.ipynb": "04_pooling.ipynb",
    "04_backpropagation.ipynb": "05_backpropagation.ipynb",
    "05_training_a_cnn.ipynb": "06_training_a_cnn.ipynb",
    "06_recurrent_networks.ipynb": "08_recurrent_networks.ipynb",
    "07_lstm_and_gru.ipynb": "09_lstm_and_gru.ipynb",
    "08_cnn_rnn.ipynb": "10_cnn_rnn.ipynb",
}


@dataclass(frozen=True)
class Given:
    """A copy as it was given: hash of the whole text, and of the cells' sources.

    Parameters
    ----------
    whole : str
        What version 0.1.0 kept too.
    sources : str or None
        None in a record of version 0.1.0.
    """

    whole: str
    sources: str | None = None


def course_folder() -> Path:
    """Find the folder that holds ``notebooks/`` and ``datasets/``.

    Returns
    -------
    Path
        The checkout's root, or the share inside an installed package.

    Raises
    ------
    FileNotFoundError
        When neither is there, as in an installation with parts missing.
    """
    for folder in (PACKAGE.parent, PACKAGE / "_share"):
        if any((folder / "notebooks").glob("[0-9A]*_*.ipynb")):
            return folder
    raise FileNotFoundError(
        f"No lessons found beside or inside {PACKAGE}. Install vidlearn again: "
        "pip install --force-reinstall --no-deps vidlearn"
    )


def find_lessons() -> dict[str, Path]:
    """Find the lessons of the course.

    Returns
    -------
    dict of str to Path
        Number, ``"00"`` to ``"38"`` and ``"A1"``, to file, in reading order.
    """
    files = sorted((course_folder() / "notebooks").glob("[0-9A]*_*.ipynb"))
    return {path.name.split("_")[0]: path for path in files}


def fresh_copy(lesson: Path) -> str:
    """Give a lesson's text without outputs and widget state, as a learner starts with it.

    Parameters
    ----------
    lesson : Path
        A notebook of the course.

    Returns
    -------
    str
        JSON in Jupyter's own layout.
    """
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for key in ("widgets", "vidlearn"):
        notebook["metadata"].pop(key, None)
    return _without_outputs(notebook)


def work_folder(given: str | Path | None = None) -> Path:
    """Say which folder is the learner's.

    Parameters
    ----------
    given : str or Path, optional
        The folder asked for. Default: the current one if it holds copies already, else
        ``my_work`` inside it.

    Returns
    -------
    Path
        Absolute; it need not exist.
    """
    if given is None:
        given = "." if Path(RECORD).exists() else "my_work"
    return Path(given).expanduser().resolve()


def give_copies(work: Path) -> list[str]:
    """Copy the lessons to the learner's folder; never overwrite what the learner changed.

    Parameters
    ----------
    work : Path
        The learner's folder; made when it is not there.

    Returns
    -------
    list of str
        What was done, in words for the learner; empty when there was nothing to do.
    """
    work.mkdir(parents=True, exist_ok=True)
    record, said = _read_record(work)
    said += _renumber(work, record)
    new, refreshed, trusted, words = [], [], [], text("lab")
    for number, lesson in find_lessons().items():
        copy, fresh, given = work / lesson.name, fresh_copy(lesson), record.get(lesson.name)
        now = Given(_hash(fresh), _sources_hash(fresh))
        mine = _read(copy) if copy.exists() else None
        if not copy.exists():
            new.append(lesson.name)
        elif mine is None:
            said.append(words["damaged"].format(name=lesson.name, number=number))
            continue
        elif _untouched(mine, given, fresh) and given.whole != now.whole:
            refreshed.append(lesson.name)
        elif _sources_hash(mine) == now.sources:
            record[lesson.name] = now
            if mine == fresh:
                trusted.append(copy)
            continue
        else:
            if given is None or given.whole != now.whole:
                said.append(words["kept"].format(name=lesson.name, number=number))
            continue
        _write(copy, fresh)
        record[lesson.name] = now
        trusted.append(copy)
    _write_record(work, record)
    _trust(trusted)
    for key, names in (("new", new), ("refreshed", refreshed)):
        if names:
            said.append(words[key].format(names=", ".join(names), folder=work))
    return said


def reset(number: str, work: Path) -> str:
    """Bring a fresh copy of a lesson and keep the learner's beside it.

    Parameters
    ----------
    number : str
        The lesson's number, ``"03"`` or ``"3"``, or its file.
    work : Path
        The learner's folder.

    Returns
    -------
    str
        What was done, in words for the learner.

    Raises
    ------
    ValueError
        When there is no such lesson.
    """
    words, lesson = text("lab"), _lesson_called(number)
    copy, fresh = work / lesson.name, fresh_copy(lesson)
    work.mkdir(parents=True, exist_ok=True)
    kept = None
    if copy.exists():
        if _read(copy) == fresh:
            return words["fresh"].format(name=lesson.name)
        kept = next(
            path
            for path in (work / f"{lesson.stem}.mine-{i}.ipynb" for i in range(1, 10_000))
            if not path.exists()
        )
        if copy.is_dir():
            copy.rename(kept)
        else:
            shutil.copy2(copy, kept)
    _write(copy, fresh)
    _trust([copy])
    record, _ = _read_record(work)
    given = Given(_hash(fresh), _sources_hash(fresh))
    _write_record(work, record | {lesson.name: given})
    if kept is None:
        return words["new"].format(names=lesson.name, folder=work)
    return words["reset"].format(name=lesson.name, kept=kept.name)


def _lesson_called(number: str) -> Path:
    """Find a lesson by its number or file, and say where one went that has another number now."""
    words, lessons = text("lab"), find_lessons()
    asked = Path(number).name.split("_")[0].upper()
    asked = asked and asked.zfill(2)
    old = {name.split("_")[0]: new for name, new in RENUMBERED.items()}
    if Path(number).name in RENUMBERED:
        new = RENUMBERED[Path(number).name].split("_")[0]
        raise ValueError(words["renamed"].format(name=Path(number).name, number=new))
    if asked in lessons:
        return lessons[asked]
    said = words["no_lesson"].format(number=number, numbers=", ".join(lessons))
    if asked in old:
        said += " " + words["was"].format(number=asked, new=old[asked].split("_")[0])
    raise ValueError(said)


def _renumber(work: Path, record: dict[str, Given]) -> list[str]:
    """Take away untouched copies under their old names; say what moved and what stays."""
    lessons = {path.name: path for path in find_lessons().values()}
    moved, kept, words = [], [], text("lab")
    for old, new in RENUMBERED.items():
        given = record.pop(old, None)
        if given is None or new not in lessons or old in lessons or not (work / old).exists():
            continue
        mine = _read(work / old)
        moved.append(words["move"].format(old=old.split("_")[0], new=new.split("_")[0]))
        if mine is not None and _untouched(mine, given, fresh_copy(lessons[new])):
            (work / old).unlink(missing_ok=True)  # where two start at once
        else:
            kept.append(old)
    said = [words["moved"].format(moves=", ".join(moved))] if moved else []
    if kept:
        said.append(words["stay"].format(names=", ".join(kept)))
    return [" ".join(said)] if said else []


def _untouched(mine: str, given: Given | None, fresh: str) -> bool:
    """Tell whether a copy's cells still say what they said when it was given.

    Version 0.1.0 remembered the hash of the whole file only: what opening and saving change is
    put back first, as it is in the course's own file.
    """
    if given is None:
        return False
    if given.sources is not None:
        return _sources_hash(mine) == given.sources
    if _hash(mine) == given.whole:
        return True
    notebook = json.loads(mine) | {"metadata": json.loads(fresh)["metadata"]}
    for cell in notebook["cells"]:
        cell["metadata"] = {k: v for k, v in cell.get("metadata", {}).items() if k == "tags"}
    return _hash(_without_outputs(notebook)) == given.whole


def _without_outputs(notebook: dict) -> str:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _read(copy: Path) -> str | None:
    """Return a copy's text; None where it is not a notebook that can be read."""
    try:
        words = copy.read_text(encoding="utf-8")
        _sources_hash(words)
    except (OSError, *DAMAGE):
        return None
    return words


def _sources_hash(words: str) -> str:
    """Hash type and source of each cell: what a notebook says, however it was saved."""
    cells = json.loads(words)["cells"]
    return _hash(json.dumps([[cell["cell_type"], "".join(cell["source"])] for cell in cells]))


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def _trust(copies: list[Path]) -> None:
    """Sign what we gave, as Jupyter signs what it ran, so that it opens without a warning."""
    if not copies:
        return
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    with contextlib.suppress(Exception):  # a data folder that cannot be written
        folder = jupyter_data_dir()
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        notary = NotebookNotary(data_dir=folder)
        for copy in copies:
            notary.sign(nbformat.read(copy, as_version=4))
        notary.store.close()


def _write(path: Path, words: str) -> None:
    """Write whole or not at all: an interruption leaves the old file."""
    half = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        half.write_text(words, encoding="utf-8", newline="\n")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _read_record(work: Path) -> tuple[dict[str, Given], list[str]]:
    """Read which text each copy was given with; what cannot be read is told."""
    file = work / RECORD
    if not file.exists():
        return {}, []
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        sources = dict(kept.get("sources", {}))
        given = {name: Given(whole, sources.get(name)) for name, whole in kept["given"].items()}
    except DAMAGE:
        return {}, [text("lab")["unreadable"].format(file=file)]
    return given, []


def _write_record(work: Path, given: dict[str, Given]) -> None:
    record = {
        "version": vidlearn.__version__,
        "given": {name: entry.whole for name, entry in given.items()},
        "sources": {name: entry.sources for name, entry in given.items() if entry.sources},
    }
    _write(work / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
