"""What students hand in, as it comes."""

import json
import time

import nbformat
import pytest

from tests.classroom.handed import edition_of, handed_in, source_of, told
from vidlearn.classroom import submission
from vidlearn.classroom.alike import alike, code_of
from vidlearn.classroom.submission import TYPED, Unreadable, assemble, grade_id, read_notebook

SOURCE = source_of("small")
EDITION = edition_of(SOURCE)
GOOD = handed_in(EDITION, {"double": "def my_double(x):\n    return 'é'"}, student="alice")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (GOOD[: len(GOOD) // 2], "The file breaks off"),
        (GOOD[:-3], "The file breaks off"),
        (b"Dear teacher, here it is.", "not a notebook"),
        (b"[]", "not a notebook"),
        (b"{}", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b'{"cells": [], "nbformat": "4"}', "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b"%PDF-1.7 \xff\xfe\x00", "not a notebook"),
        (GOOD.replace(b'"nbformat": 4', b'"nbformat": 9'), "format 9, which is newer"),
    ],
    ids=range(12),
)
def test_rejects_what_is_no_notebook(data, said):
    with pytest.raises(Unreadable, match=said):
        read_notebook(data)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_other_encodings_are_read_and_told(encoding, said):
    data = json.dumps(json.loads(GOOD), ensure_ascii=False).encode(encoding)
    notebook, lines = read_notebook(data)
    assert "'é'" in next(c.source for c in notebook.cells if grade_id(c) == "double")
    assert [said in line for line in lines] == [True] * bool(said)


def test_a_notebook_in_an_old_format_is_converted():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": "x = 1",
                        "outputs": [],
                        "language": "python",
                        "metadata": {},
                    }
                ]
            }
        ],
    }
    notebook, lines = read_notebook(json.dumps(old).encode())
    assert notebook.cells[0].source == "x = 1"
    assert "old format 3" in lines[0]


def test_cells_that_are_none_are_left_out():
    cells = [
        None,
        3,
        {"cell_type": "code"},
        {"cell_type": "spell", "source": "x"},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "source": ["a", "b"]},
        {"cell_type": "code", "source": "c", "metadata": {"nbgrader": [1]}},
        {"cell_type": "markdown", "source": "1 < 2 <script>alert(1)</script>"},
        {"cell_type": "raw", "source": "<img src=x onerror=alert(1)>"},
    ]
    notebook, _ = read_notebook(json.dumps({"nbformat": 4, "cells": cells}).encode())
    assert [cell.source for cell in notebook.cells] == [
        "",
        "ab",
        "c",
        "1 < 2 &lt;script>alert(1)&lt;/script>",
        "&lt;img src=x onerror=alert(1)>",
    ]
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown"}


def assembled(notebook, student="alice"):
    return assemble(SOURCE, EDITION, notebook, student)


def test_an_honest_notebook_is_laid_round_its_answers_and_nothing_is_said():
    notebook, lines = assembled(read_notebook(GOOD)[0])
    assert lines == []
    sources = {grade_id(cell): cell.source for cell in notebook.cells}
    assert sources["double"].endswith("return 'é'")
    assert sources["length"] == "# your answer here"
    assert sources["test_double"] == next(
        c.source for c in SOURCE.cells if grade_id(c) == "test_double"
    )
    assert any(cell.source == "STUDENT = 'alice'" for cell in notebook.cells)


def test_own_cells_stay_after_their_neighbour():
    given = nbformat.reads(GOOD.decode(), 4)
    for place, source in ((0, "top"), (5, "helper"), (len(given.cells) + 2, "end")):
        given.cells.insert(place, nbformat.v4.new_code_cell(source))
    notebook, lines = assembled(read_notebook(nbformat.writes(given).encode())[0])
    assert lines == []
    order = [grade_id(cell) or cell.source for cell in notebook.cells]
    assert order[0] == "top"
    assert order[order.index("helper") - 1 :][:3] == ["card", "helper", "double"]
    assert order[-1] == "end"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_nothing_handed_in_is_a_blank_assignment():
    notebook, lines = assembled(None)
    assert lines == []
    assert [grade_id(c) for c in notebook.cells if told(c)] == [
        grade_id(c) for c in SOURCE.cells if told(c) and grade_id(c) != "student"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cells: cells.pop("length"), "missing: 1"),
        (lambda cells: cells.pop("test_double"), "changed or deleted: 1"),
        (lambda cells: cells["setup"].update(source="import os"), "changed or deleted: 1"),
        (lambda cells: cells["student"].update(source="STUDENT = 'bob'"), "says it is bob's"),
        (lambda cells: cells["student"].update(source="STUDENT = ' ALICE'"), ""),
        (lambda cells: cells.pop("student"), "missing: 1"),
    ],
)
def test_what_was_amended_is_told(change, said):
    given = nbformat.reads(GOOD.decode(), 4)
    cells = {grade_id(cell): cell for cell in given.cells}
    change(cells)
    given.cells = list(cells.values())
    notebook, lines = assembled(read_notebook(nbformat.writes(given).encode())[0])
    assert [said in line for line in lines] == [True] * bool(said)
    assert any(cell.source == "STUDENT = 'alice'" for cell in notebook.cells)


def code(*sources, **metadata):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells, "metadata": metadata}).encode()


def test_what_would_take_for_ever_is_read_at_once():
    began = time.monotonic()
    notebook, lines = read_notebook(code("x\n" + "\n" * 25_000 + "y\n" + " \n" * 9, "\n" * 25_000))
    assert not lines
    assert [cell.source.count("\n") for cell in notebook.cells] == [31, 19]
    assert not TYPED.search("\n" * 200_000 + "STUDENT")
    assert not code_of(notebook)["cell 1"].startswith("\n")
    assert alike({name: {"a": "(" + "\n" * 100_000} for name in "ab"}) == []
    assert time.monotonic() - began < 5


def test_few_lines_that_are_blank_stay():
    source = "a\n" + "\n" * 20 + "b"
    assert read_notebook(code(source))[0].cells[0].source == source


@pytest.mark.parametrize(
    ("sources", "kept"),
    [(["x"] * 1500, 1000), (["x" * 30_001], 30_000), (["x" * 20_000] * 30, 400_000)],
    ids=range(3),
)
def test_what_is_far_too_much_is_cut_off_and_told(sources, kept):
    notebook, lines = read_notebook(code(*sources))
    assert sum(len(cell.source) for cell in notebook.cells) == kept
    assert ["cut off" in line for line in lines] == [True]


def test_as_much_as_that_is_whole():
    notebook, lines = read_notebook(code(*["x" * 30_000] * 13, *["" for _ in range(987)]))
    assert (lines, len(notebook.cells)) == ([], 1000)


def test_rejects_what_fills_the_memory_when_it_is_parsed():
    with pytest.raises(Unreadable, match="far more than any notebook"):
        read_notebook(b'{"nbformat": 4, "cells": [' + b"[]," * 2_600_000 + b"[]]}")


def test_rejects_a_file_that_is_too_large(monkeypatch):
    monkeypatch.setattr(submission, "LARGEST", 2**20)
    assert read_notebook(code("x"))[0].cells
    with pytest.raises(Unreadable, match="has 2 MB"):
        read_notebook(code("x" * 2**21))


def test_of_its_metadata_two_names_are_kept():
    deep = []
    for _ in range(200):
        deep = [deep]
    told = {"assignment": "small", "edition": ["e"], "signature": "x", "deep": deep}
    assert read_notebook(code("x", vidlearn=told))[0].metadata == {
        "vidlearn": {"assignment": "small"}
    }
    assert read_notebook(code("x", vidlearn=[told]))[0].metadata == {}


def test_half_a_sign_is_replaced():
    data = code("a = '\ud800'", "\ud83d\ude00")
    assert [cell.source for cell in read_notebook(data)[0].cells] == ["a = '?'", "\U0001f600"]


def test_an_answer_in_words_that_comes_as_code_runs_nowhere():
    given = json.loads(GOOD)
    for cell in given["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "written_why":
            cell |= {"cell_type": "code", "source": "1 < 2 <img src=x onerror=alert(1)>"}
    notebook, _ = assembled(read_notebook(json.dumps(given).encode())[0])
    cell = next(cell for cell in notebook.cells if grade_id(cell) == "written_why")
    assert cell.cell_type == "markdown"
    assert cell.source == "1 < 2 &lt;img src=x onerror=alert(1)>"
