"""The one maker of stored outputs: ``python -m vidlearn.course.build [NN ...]``.

Each lesson runs top to bottom in the cpu preset, under a time limit, in a fresh kernel and an
empty folder. Outputs and widget state are stored with a hash of the source they came from, so
that a test can tell when a lesson has changed since. A run that fails leaves the file alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import vidlearn
from vidlearn.course.lab import course_folder, find_lessons

CELL_SECONDS = 60
LESSON_SECONDS = 240
MAX_BYTES = 1_000_000
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SETTINGS = {
    "VIDLEARN_PRESET": "cpu",
    "VIDLEARN_PROGRESS": "off",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONHASHSEED": "0",
}
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
INSTALL = """\
import sys

if "google.colab" in sys.modules:  # a fresh machine that has nothing of ours yet
    %pip install -q "vidlearn @ git+{repository}@{branch}"
    from google.colab import output

    output.enable_custom_widget_manager()"""


def source_hash(notebook: nbformat.NotebookNode) -> str:
    """Hash what a notebook says: the type and source of each cell, never its outputs.

    Parameters
    ----------
    notebook : NotebookNode
        The lesson.

    Returns
    -------
    str
        16 hexadecimal digits.

    Examples
    --------
    >>> notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    >>> before = source_hash(notebook)
    >>> notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="2")]
    >>> source_hash(notebook) == before
    True
    """
    said = json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def set_colab(notebook: nbformat.NotebookNode, name: str, repository: str, branch: str) -> None:
    """Put the badge and the install cell for Colab on top, or take them away.

    Parameters
    ----------
    notebook : NotebookNode
        The lesson; changed in place.
    name : str
        Its file name.
    repository : str
        The repository's public address. Empty: no badge, no cell.
    branch : str
        The branch that readers get.
    """
    cells = [c for c in notebook.cells if "colab" not in c.metadata.get("tags", [])]
    if repository:
        page = repository.rstrip("/").removesuffix(".git")
        place = page.removeprefix("https://github.com/")
        link = f"https://colab.research.google.com/github/{place}/blob/{branch}/notebooks/{name}"
        tags = {"tags": ["colab"]}
        cells[:0] = [
            nbformat.v4.new_markdown_cell(f"[![Open in Colab]({BADGE})]({link})", metadata=tags),
            nbformat.v4.new_code_cell(
                INSTALL.format(repository=page, branch=branch), metadata=tags
            ),
        ]
    notebook.cells = cells


def _name_cells(notebook: nbformat.NotebookNode) -> None:
    """Give each cell an id made from its source, so that a new run changes none of them."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def fold(notebook: nbformat.NotebookNode) -> None:
    """Fold what is tagged: ``hide-input`` for the website, the same for JupyterLab.

    Parameters
    ----------
    notebook : NotebookNode
        The lesson; changed in place. A cell with the tag ``claims`` gets ``hide-input`` too.
    """
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "claims" in tags and "hide-input" not in tags:
            tags.append("hide-input")
        how = cell.metadata.get("jupyter", {})
        how.pop("source_hidden", None)
        if "hide-input" in tags:
            how["source_hidden"] = True
        cell.metadata.pop("jupyter", None)
        if how:
            cell.metadata["jupyter"] = how


def run(notebook: nbformat.NotebookNode) -> list[float]:
    """Execute a notebook in place, in a fresh kernel and an empty folder.

    Parameters
    ----------
    notebook : NotebookNode
        The lesson; its outputs and widget state are replaced.

    Returns
    -------
    list of float
        Seconds that each cell took, 0 for those that hold no code.

    Raises
    ------
    CellExecutionError
        When a cell raises.
    CellTimeoutError
        When a cell runs longer than 60 seconds or the lesson longer than 4 minutes.
    ValueError
        When the lesson leaves a file in the folder it runs in, which is the learner's.
    """
    seconds = [0.0] * len(notebook.cells)
    end = time.monotonic() + LESSON_SECONDS

    def start(cell, cell_index):
        seconds[cell_index] = -time.perf_counter()

    def stop(cell, cell_index, execute_reply):
        seconds[cell_index] += time.perf_counter()

    notebook.metadata.pop("widgets", None)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            kernel_name="python3",
            timeout_func=lambda cell: max(1, min(CELL_SECONDS, end - time.monotonic())),
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            coalesce_streams=True,
            on_cell_execute=start,
            on_cell_executed=stop,
        ).execute(env={k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | SETTINGS)
        if left := sorted(os.listdir(folder)):
            raise ValueError(f"left behind in the learner's folder: {', '.join(left)}")
    return seconds


def _settle(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Replace the random ids of widget models by ids that the next run will give again."""
    text = json.dumps(notebook)
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for number, model in enumerate(state):
        text = text.replace(model, hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32])
    return nbformat.from_dict(json.loads(text))


def _finish(notebook: nbformat.NotebookNode, name: str) -> str:
    """Write down what the outputs came from, drop what only this run knows, give the JSON."""
    notebook.metadata.language_info.pop("version", None)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata.vidlearn = {
        "preset": SETTINGS["VIDLEARN_PRESET"],
        "source_hash": source_hash(notebook),
        "version": vidlearn.__version__,
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(notebook)
    return nbformat.writes(_settle(notebook, name)).rstrip("\n") + "\n"


def build(path: Path, repository: str = "", branch: str = "main") -> str:
    """Run one lesson and store its outputs in its file.

    Parameters
    ----------
    path : Path
        The lesson.
    repository, branch : str
        Where readers get the course from, for Colab; no address, no Colab cell.

    Returns
    -------
    str
        One line for the terminal: seconds, the slowest cell, size.

    Raises
    ------
    ValueError
        When the result is 1 MB or more, a cell wrote a warning or the lesson left a file; the
        notebook is as before.
    CellExecutionError, CellTimeoutError
        As `run`; the file is as before.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.nbformat_minor = 5
    set_colab(notebook, path.name, repository, branch)
    fold(notebook)
    _name_cells(notebook)
    seconds = run(notebook)
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise ValueError(f"cell {number} wrote to stderr:\n{output.text}")
    text = _finish(notebook, path.name)
    if len(text.encode()) >= MAX_BYTES:
        raise ValueError(f"{len(text.encode()):,} bytes with outputs; keep it below {MAX_BYTES:,}")
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    slowest = max(range(len(seconds)), key=seconds.__getitem__)
    return (
        f"{sum(seconds):6.1f} s   slowest: cell {slowest + 1}, {seconds[slowest]:.1f} s   "
        f"{len(text.encode()) / 1000:.0f} kB"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run lessons and store their outputs.

    Parameters
    ----------
    arguments : list of str, optional
        Numbers of lessons; none means all. Default: the command line's.

    Returns
    -------
    int
        0 when every lesson ran, else 1.
    """
    lessons = find_lessons()
    parser = argparse.ArgumentParser(prog="vidlearn.course.build", description=main.__doc__)
    parser.add_argument("numbers", nargs="*", metavar="NN", help=f"one of {', '.join(lessons)}")
    numbers = parser.parse_args(arguments).numbers or list(lessons)
    if unknown := sorted(set(numbers) - set(lessons)):
        parser.error(f"no lesson {', '.join(unknown)}; there are {', '.join(lessons)}")
    project = tomllib.loads((course_folder() / "pyproject.toml").read_text(encoding="utf-8"))
    ours = project["tool"]["vidlearn"]
    failed, begun = 0, time.perf_counter()
    for number in numbers:
        print(f"{lessons[number].stem:32}", end="", flush=True)
        try:
            print(build(lessons[number], ours["repository"], ours["branch"]))
        except (CellExecutionError, CellTimeoutError, DeadKernelError, ValueError) as error:
            print(f"failed, file kept as it was\n{error}")
            failed += 1
    if len(numbers) > 1:
        took = time.perf_counter() - begun
        print(f"{f'{len(numbers)} lessons':32}{took:6.1f} s   {failed} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
