"""The code of an assignment, cell after cell and without a kernel, for tests of its tests."""

import contextlib
import json
import re
from pathlib import Path

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
REGION = r"^( *)### BEGIN {0}\n.*?^ *### END {0}\n"
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()\n"


def code_cells(name):
    """Yield what nbgrader is told of each code cell that it knows, and the cell's source."""
    notebook = json.loads((ASSIGNMENTS / f"{name}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        told = cell["metadata"].get("nbgrader")
        if told and cell["cell_type"] == "code":
            yield told, "".join(cell["source"]) + "\n"


def own_card(name, student):
    """Return the numbers of a student."""
    names = {"STUDENT": student}
    for told, source in code_cells(name):
        if told["grade_id"] in ("setup", "card"):
            exec(source, names)
    return names["card"].values


def marked(name, student="reference", answers=None, *, blank=False, visible=False, only=None):
    """Mark answers; return the points by test, and the exams.

    `answers` holds code by the name of its cell; the source's solution stands in for what is
    missing, or a stub if `blank`. `visible` leaves out the hidden tests, `only` names the one
    test to run, or several.
    """
    names, points, exams = {}, {}, {}
    for told, source in code_cells(name):
        gid = told["grade_id"]
        if gid == "student":
            source = f"STUDENT = {student!r}"
        elif gid in (answers or {}):
            source = answers[gid]
        elif told["solution"] and blank:
            source = _without(source, "SOLUTION", STUB)
        if not told["grade"]:
            _run(source, names)
        elif only is None or gid == only or (gid in only and not isinstance(only, str)):
            if visible:
                source = _without(source, "HIDDEN TESTS", "")
            exec(source, names)
            exams[gid] = names["exam"]
            points[gid] = float(names["exam"].points(told["points"]))
    return points, exams


def causes(exam):
    """Return the misconceptions that an exam has named."""
    return {one["cause"] for one in exam.results if one["cause"]}


def _run(source, names):
    with contextlib.suppress(NotImplementedError):  # a stub that stands in no function
        exec(source, names)


def _without(source, region, stub):
    return re.sub(REGION.format(region), stub, source, flags=re.DOTALL | re.MULTILINE)
