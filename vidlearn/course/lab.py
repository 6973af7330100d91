"""The learner's copies of the lessons, and JupyterLab opened on them.

The lessons themselves are never worked on: ``vidlearn lab`` gives copies in ``my_work/`` and
remembers each as it was given. A copy that the learner has not touched follows the course to
its next version; one that was touched is the learner's and stays as it is.

Copies come without stored outputs: what a learner sees below a cell is what that cell printed
on this machine, and a cell that has not run yet looks so. (JupyterLab would not show the stored
interactives anyway: it trusts only what it ran itself.) The website shows the stored ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sys
from pathlib import Path

import vidlearn
from vidlearn.messages import text

PACKAGE = Path(__file__).parents[1]
JUPYTER = Path(__file__).with_name("jupyter")
RECORD = ".vidlearn.json"
PORTS = 50


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
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    for key in ("widgets", "vidlearn"):
        notebook["metadata"].pop(key, None)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


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
    new, refreshed, words = [], [], text("lab")
    for number, lesson in find_lessons().items():
        copy, fresh = work / lesson.name, fresh_copy(lesson)
        given = record.get(lesson.name)
        if not copy.exists():
            new.append(lesson.name)
        elif _hash(copy.read_text(encoding="utf-8")) == _hash(fresh):
            pass
        elif _hash(copy.read_text(encoding="utf-8")) == given:
            refreshed.append(lesson.name)
        else:
            if given != _hash(fresh):
                said.append(words["kept"].format(name=lesson.name, number=number))
            continue
        _write(copy, fresh)
        record[lesson.name] = _hash(fresh)
    _write_record(work, record)
    for key, names in (("new", new), ("refreshed", refreshed)):
        if names:
            said.append(words[key].format(names=", ".join(names), folder=work))
    return said


def reset(number: str, work: Path) -> str:
    """Bring a fresh copy of a lesson and keep the learner's beside it.

    Parameters
    ----------
    number : str
        The lesson's number, ``"03"`` or ``"3"``.
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
    words, lessons = text("lab"), find_lessons()
    lesson = lessons.get(number.upper().zfill(2))
    if lesson is None:
        raise ValueError(words["no_lesson"].format(number=number, numbers=", ".join(lessons)))
    copy, fresh = work / lesson.name, fresh_copy(lesson)
    work.mkdir(parents=True, exist_ok=True)
    kept = None
    if copy.exists():
        if copy.read_text(encoding="utf-8") == fresh:
            return words["fresh"].format(name=lesson.name)
        kept = next(
            path
            for path in (work / f"{lesson.stem}.mine-{i}.ipynb" for i in range(1, 10_000))
            if not path.exists()
        )
        shutil.copy2(copy, kept)
    _write(copy, fresh)
    record, _ = _read_record(work)
    _write_record(work, record | {lesson.name: _hash(fresh)})
    if kept is None:
        return words["new"].format(names=lesson.name, folder=work)
    return words["reset"].format(name=lesson.name, kept=kept.name)


def free_port(first: int) -> int:
    """Find a port that nothing listens on.

    Parameters
    ----------
    first : int
        The first port to try, then the next, fifty in all.

    Returns
    -------
    int
        The port.

    Raises
    ------
    OSError
        When all of them are taken.
    """
    last = min(first + PORTS, 65536) - 1
    for port in range(first, last + 1):
        with socket.socket() as probe:
            if os.name == "posix":  # elsewhere this option would take a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    words = text("lab")["no_port"]
    raise OSError(words.format(port=first, last=last, suggestion=(first + 1000) % 60000))


def can_open_browser() -> bool:
    """Say whether a page would open in a window (a text browser would take the terminal)."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def serve(work: Path, *, port: int = 8888, browser: bool = True, options: list[str] = ()) -> None:
    """Open JupyterLab on lesson 00 and stay until it is ended.

    The settings in ``vidlearn/course/jupyter`` join the learner's own for this run (no news, no
    questions, interactives saved with the notebook); nothing is written to them.

    Parameters
    ----------
    work : Path
        The learner's folder.
    port : int
        The first port to try.
    browser : bool
        Whether to open a page.
    options : list of str
        For JupyterLab, as on its command line.
    """
    words, first = text("lab"), next(iter(find_lessons().values())).name
    free = free_port(port)
    if free != port:
        print(words["busy"].format(port=port, free=free))
    if browser and not can_open_browser():
        browser = False
        print(words["no_browser"])
    print(words["opening"].format(lesson=first), flush=True)
    paths = [str(JUPYTER), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for kernels: no banners in the lessons
    arguments = [
        f"--ServerApp.root_dir={work}",
        f"--ServerApp.port={free}",
        f"--LabApp.default_url=/lab/tree/{first}",
        f"--LabApp.workspaces_dir={work / '.jupyter'}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.use_redirect_file=False",  # a file that a browser in a sandbox cannot read
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        *options,
    ]
    from jupyterlab.labapp import main

    main(arguments)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _write(path: Path, words: str) -> None:
    """Write whole or not at all: an interruption leaves the old file."""
    half = path.with_name(f".{path.name}.new")
    half.write_text(words, encoding="utf-8", newline="\n")
    half.replace(path)


def _read_record(work: Path) -> tuple[dict[str, str], list[str]]:
    """Read which text each copy was given with; what cannot be read is told."""
    file = work / RECORD
    if not file.exists():
        return {}, []
    try:
        return dict(json.loads(file.read_text(encoding="utf-8"))["given"]), []
    except (ValueError, KeyError, TypeError):
        return {}, [text("lab")["unreadable"].format(file=file)]


def _write_record(work: Path, given: dict[str, str]) -> None:
    record = {"version": vidlearn.__version__, "given": given}
    _write(work / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
