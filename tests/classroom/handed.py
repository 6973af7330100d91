"""Submissions as students might hand them in, right ones, half-right ones and worse."""

import re
from pathlib import Path

import nbformat

from tests.classroom.small import small_source

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
NAMES = ["convolution", "training", "recurrent", "detection", "action", "segmentation"]
REGION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.DOTALL | re.MULTILINE)
TESTS = re.compile(
    r"^ *### BEGIN HIDDEN TESTS\n.*?^ *### END HIDDEN TESTS\n", re.DOTALL | re.MULTILINE
)


def source_of(name):
    """Return an assignment with its solutions."""
    if name == "small":
        return small_source(_small_factor())
    return nbformat.read(ASSIGNMENTS / f"{name}.ipynb", as_version=4)


def _small_factor():
    from vidlearn import classroom

    return classroom.card("small", "reference", course="vidlearn", factor=("{}", range(2, 50)))[
        "factor"
    ]


def told(cell):
    """Return what nbgrader is told of a cell."""
    return cell.metadata.get("nbgrader", {})


def edition_of(source):
    """Return the student's edition of an assignment, made without nbgrader."""
    edition = nbformat.reads(nbformat.writes(source), as_version=4)
    for cell in edition.cells:
        if cell.cell_type == "code":
            cell.source = REGION.sub(r"\1# your answer here", cell.source)
            cell.source = TESTS.sub("", cell.source)
        elif told(cell).get("solution"):
            cell.source = "*Your answer here.*"
    return edition


def solutions(source):
    """Return the solutions of an assignment by the names of their cells."""
    return {
        told(cell)["grade_id"]: cell.source
        for cell in source.cells
        if told(cell).get("solution") and cell.cell_type == "code" and "### BEGIN" in cell.source
    }


def handed_in(edition, answers=None, *, student="reference", first=None, last=None):
    """Return the bytes of a notebook with these answers, and a cell of the student's own.

    `first` stands before the first answer, `last` at the end.
    """
    notebook = nbformat.reads(nbformat.writes(edition), as_version=4)
    for cell in notebook.cells:
        name = told(cell).get("grade_id")
        if name == "student":
            cell.source = f"STUDENT = {student!r}"
        elif name in (answers or {}):
            cell.source = answers[name]
    if first is not None:
        place = next(k for k, c in enumerate(notebook.cells) if told(c).get("grade_id") == "card")
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(first))
    if last is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(last))
    return nbformat.writes(notebook).encode()


def half_of(source):
    """Return the first half of the solutions, none that needs Keras."""
    quick = {name: code for name, code in solutions(source).items() if "keras" not in code}
    return dict(list(quick.items())[: max(1, len(quick) // 2)])
