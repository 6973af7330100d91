"""What students hand in, as it comes: read it whatever it is, and lay the assignment round it."""

import json
import re

import nbformat

from vidlearn.messages import text

__all__ = ["TYPED", "Unreadable", "assemble", "grade_id", "is_answer", "is_test", "read_notebook"]

LARGEST = 100 * 2**20  # bytes of a file; sources are small, outputs may not be
MANY = 5_000_000  # brackets and commas; more of them fill the memory when they are parsed
CELLS = 1000
LONGEST, WHOLE = 30_000, 400_000  # characters of one cell, and of all
BLANK = 20  # blank lines in a row: what colours code takes for ever where there are thousands
STUDENT = "student"  # the cell with the student's id: neither an answer nor locked
TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\](?=[(\[:])")  # a link may be a script, too, and a picture may ask a server
TYPED = re.compile(r"^[ \t]*STUDENT[ \t]*=[ \t]*(['\"])(.*?)\1", re.MULTILINE)


class Unreadable(ValueError):
    """Raised when a file that was handed in is no notebook; it says why, in plain words."""


def read_notebook(data):
    """Read a notebook that somebody handed in.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    notebook : nbformat.NotebookNode
        In format 4, without outputs.
    lines : list of str
        What was odd about it.

    Raises
    ------
    Unreadable
        If nothing can be made of it.
    """
    words, lines = text("classroom"), []
    if not data.strip():
        raise Unreadable(words["file_empty"])
    if len(data) > LARGEST:
        raise Unreadable(words["file_large"].format(size=len(data) >> 20))
    if sum(map(data.count, b"[{,")) > MANY:
        raise Unreadable(words["file_tangled"])
    decoded, odd = _decoded(data)
    lines += [words["file_encoding"].format(encoding=odd)] if odd else []
    try:
        found = json.loads(decoded)
    except (ValueError, RecursionError):
        whole = decoded.lstrip().startswith("{") and '"cells"' in decoded
        raise Unreadable(words["file_broken" if whole else "file_other"]) from None
    if not isinstance(found, dict) or not isinstance(found.get("nbformat", 4), int):
        raise Unreadable(words["file_other"])
    version = found.get("nbformat", 4)
    if version < 4 and "worksheets" in found:
        lines.append(words["file_old"].format(version=version))
        try:
            found = nbformat.convert(nbformat.from_dict(found), 4)
        except Exception:  # the converter trusts what it reads
            raise Unreadable(words["file_other"]) from None
    elif version > 4:
        raise Unreadable(words["file_new"].format(version=version))
    if not isinstance(found.get("cells"), list):
        raise Unreadable(words["file_other"])
    cells, cut = _cells(found["cells"])
    lines += [words["file_cut"]] if cut else []
    metadata = found.get("metadata")
    told = metadata.get("vidlearn") if isinstance(metadata, dict) else None
    told = told if isinstance(told, dict) else {}
    kept = {key: told[key] for key in ("assignment", "edition") if isinstance(told.get(key), str)}
    known = {"vidlearn": kept} if kept else {}
    return nbformat.v4.new_notebook(cells=cells, metadata=known), lines


def _decoded(data):
    """Return the text and, where it was not UTF-8, the name of what it was."""
    for encoding in (
        ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",)
    ):
        try:
            return data.decode(encoding), "UTF-16" if encoding == "utf-16" else ""
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace"), "Windows-1252"


def _cells(found):
    """Return clean cells, and whether something was cut off."""
    cells, left, cut = [], WHOLE, len(found) > CELLS
    for one in found[:CELLS]:
        cell, short = _cell(one, min(left, LONGEST))
        if cell is not None:
            cells.append(cell)
            left -= len(cell.source)
            cut = cut or short
    return cells, cut


def _cell(found, most):
    """Return a clean cell, or None where there is none, and whether it was cut off."""
    if not isinstance(found, dict):
        return None, False
    source = found.get("source", "")
    source = "".join(map(str, source)) if isinstance(source, list) else source
    kind = found.get("cell_type")
    if not isinstance(source, str) or kind not in ("code", "markdown", "raw"):
        return None, False
    cut = len(source) > most
    source = _without_gaps(source[:most].replace("\x00", ""))
    source = source.encode("utf-8", "replace").decode()  # half a sign is none
    if kind == "code":
        made = nbformat.v4.new_code_cell(source=source)
    else:  # no page that a teacher opens runs a student's script
        made = nbformat.v4.new_markdown_cell(source=source)
        made.source = _as_read(made)
    metadata = found.get("metadata")
    told = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = told.get("grade_id") if isinstance(told, dict) else None
    if isinstance(name, str):
        made.metadata["nbgrader"] = {"grade_id": name}
    return made, cut


def _without_gaps(source):
    """Return a source in which few blank lines stand in a row."""
    lines, blank = [], 0
    for line in source.split("\n"):
        blank = 0 if line.strip() else blank + 1
        if blank <= BLANK:
            lines.append(line)
    return "\n".join(lines)


def _as_read(cell):
    """Return a cell's source as it would be read from a notebook that was handed in."""
    if cell.cell_type == "code":
        return cell.source
    return LINK.sub("] ", TAG.sub("&lt;", cell.source))


def grade_id(cell):
    """Return the name under which nbgrader knows a cell, or None.

    Parameters
    ----------
    cell : nbformat.NotebookNode

    Returns
    -------
    str or None
    """
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def is_answer(cell):
    """Tell whether a cell of the assignment is the student's to write.

    Parameters
    ----------
    cell : nbformat.NotebookNode

    Returns
    -------
    bool
    """
    told = cell.metadata.get("nbgrader", {})
    return bool(told.get("solution")) or told.get("grade_id") == STUDENT


def is_test(cell):
    """Tell whether a cell of the assignment gives points by itself.

    Parameters
    ----------
    cell : nbformat.NotebookNode

    Returns
    -------
    bool
    """
    told = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(told.get("grade")) and not told.get("solution")


def assemble(source, release, submitted, student):
    """Lay the assignment round a student's answers.

    Whatever was done to the rest of the notebook, its cells are the assignment's, in its order.
    The student's own cells stay where they stood, after the same neighbour.

    Parameters
    ----------
    source : nbformat.NotebookNode
        The assignment with its tests.
    release : nbformat.NotebookNode
        The student's edition, from which an answer that is missing is taken.
    submitted : nbformat.NotebookNode or None
        What was handed in; None where that cannot be read.
    student : str
        Id of the student.

    Returns
    -------
    notebook : nbformat.NotebookNode
        Without outputs.
    lines : list of str
        What was amended.
    """
    words, lines = text("classroom"), []
    empty = {grade_id(cell): cell.source for cell in release.cells if is_answer(cell)}
    given, extras, changed = _sorted_out(source, release, submitted)
    cells = list(extras.get(None, []))
    missing = 0
    for master in source.cells:
        name = grade_id(master)
        cell = nbformat.from_dict(dict(master))
        if is_answer(master):
            answer = given.get(name)
            missing += answer is None and submitted is not None
            cell.source = empty.get(name, "") if answer is None else answer
            cell.source = _as_read(cell)  # it may have come as a cell of code
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells += [cell, *extras.get(name, [])]
    for number, cell in enumerate(cells):
        cell.setdefault("id", f"extra-{number}")
    if missing:
        lines.append(words["cells_missing"].format(count=missing))
    if changed:
        lines.append(words["cells_changed"].format(count=changed))
    typed = _set_student(cells, student)
    if typed and typed.strip().casefold() != student.strip().casefold():
        lines.append(words["other_student"].format(typed=typed[:40], student=student))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=source.metadata)
    return notebook, lines


def _sorted_out(source, release, submitted):
    """Return the answers by name, the student's own cells by neighbour, and what was changed."""
    masters = {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
    released = {grade_id(cell): _as_read(cell).strip() for cell in release.cells if grade_id(cell)}
    given, extras, seen, neighbour, changed = {}, {}, set(), None, 0
    for cell in submitted.cells if submitted else []:
        name = grade_id(cell)
        master = masters.get(name)
        if master is None or name in seen:
            cell.metadata = {}
            cell.id = f"extra-{sum(map(len, extras.values()))}"
            extras.setdefault(neighbour, []).append(cell)
            continue
        seen.add(name)
        neighbour = name
        if is_answer(master):
            given[name] = cell.source
        else:
            changed += cell.source.strip() != released.get(name)
    gone = {name for name, cell in masters.items() if not is_answer(cell)} - seen
    return given, extras, changed + (len(gone) if submitted else 0)


def _set_student(cells, student):
    """Write the true id into the notebook; return the one that stood there."""
    for cell in cells:
        if grade_id(cell) == STUDENT:
            del cell.metadata["nbgrader"]  # it has no part in the gradebook
            found = TYPED.search(cell.source)
            cell.source = f"STUDENT = {student!r}"
            return found.group(2) if found else ""
    return ""
