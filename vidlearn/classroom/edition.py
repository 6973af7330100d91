"""A student's edition: a source with its course's name in it, and a look for what it may leak."""

import hashlib
import json

import nbformat

from vidlearn.classroom.submission import grade_id, is_answer

__all__ = ["for_course", "leaked"]


def for_course(notebook, name):
    """Return a source with the course's name in it, and a mark of its edition.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The source. It is changed.
    name : str
        Name of the course.

    Returns
    -------
    bytes
        The file.
    """
    line = f"COURSE = {json.dumps(name, ensure_ascii=False)}"
    for cell in notebook.cells:
        if grade_id(cell) == "setup":
            lines = cell.source.split("\n")
            cell.source = "\n".join(line if x.startswith("COURSE = ") else x for x in lines)
    given = "\n".join(cell.source for cell in notebook.cells if not is_answer(cell))
    edition = hashlib.sha256(given.encode()).hexdigest()[:12]
    notebook.metadata.setdefault("vidlearn", {})["edition"] = edition
    return nbformat.writes(notebook).encode() + b"\n"


def leaked(source, edition):
    """Return what a student's edition holds of solutions and hidden tests.

    Parameters
    ----------
    source, edition : nbformat.NotebookNode
        The assignment, and what students shall get.

    Returns
    -------
    list of str
        Lines of solutions and hidden tests that stand in the edition, outside of what the
        assignment shows anyway.
    """
    secret, shown = set(), set()
    for cell in source.cells:
        inside = False
        whole = cell.cell_type == "markdown" and is_answer(cell)
        for line in map(str.strip, cell.source.split("\n")):
            if "### BEGIN" in line or "### END" in line:
                inside = "### BEGIN" in line
            elif line:
                (secret if inside or whole else shown).add(line)
    found = [line for cell in edition.cells for line in map(str.strip, cell.source.split("\n"))]
    outputs = [grade_id(cell) or "?" for cell in edition.cells if cell.get("outputs")]
    return [
        line
        for line in found
        if line in secret - shown or "BEGIN SOLUTION" in line or "HIDDEN TESTS" in line
    ] + outputs
