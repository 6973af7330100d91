"""Hostile submissions: each gets the mark it would have without its tricks, and harms nothing.

A quick set by default; all of them where VIDLEARN_BATTERY=whole, as in continuous integration.
"""

import functools
import json
import os
import socket

import nbformat
import psutil
import pytest

from tests.classroom.battery import ATTACKS
from tests.classroom.handed import NAMES, edition_of, half_of, handed_in, source_of, told
from vidlearn.classroom import sandbox
from vidlearn.classroom.examine import examine
from vidlearn.classroom.sandbox import Limits, NoSandboxError, expect_bubblewrap

WHOLE = os.environ.get("VIDLEARN_BATTERY") == "whole"
LIMITS = Limits(seconds=90, cell_seconds=6, memory=1500, processes=40, disk=60)


@pytest.fixture(scope="module", autouse=True)
def walls():
    try:
        expect_bubblewrap()
    except NoSandboxError as error:
        pytest.skip(str(error))


@functools.cache
def honest(name):
    """What half of an assignment is worth, without any trick."""
    source = source_of(name)
    edition = edition_of(source)
    found = examine(
        source, edition, handed_in(edition, half_of(source)), "reference", limits=LIMITS
    )
    return points(found)


def points(found):
    return {task: one["points"] for task, one in found["tasks"].items()}


def marked(name, data):
    source = source_of(name)
    return examine(source, edition_of(source), data, "reference", limits=LIMITS)


def cases():
    """Yield each assignment with each attack that is tried on it."""
    for name in ["small", *NAMES]:
        for attack, one in ATTACKS.items():
            if WHOLE or (one.quick if name == "small" else attack == "patches the checker"):
                yield pytest.param(name, attack, id=f"{name}-{attack}")


@pytest.mark.parametrize(("name", "attack"), list(cases()))
def test_a_hostile_cell_moves_no_mark_and_harms_nothing(name, attack, tmp_path):
    one, source = ATTACKS[attack], source_of(name)
    precious = tmp_path / "course"
    precious.mkdir()
    (precious / "marks.csv").write_text("### BEGIN HIDDEN TESTS")
    before = {p.pid for p in psutil.process_iter()}
    with socket.create_server(("127.0.0.1", 0)) as server:
        cell = one.source.replace("FOLDER", repr(str(precious)))
        cell = cell.replace("PORT", str(server.getsockname()[1]))
        data = handed_in(edition_of(source), half_of(source), **{one.place: cell})
        found = marked(name, data)
    assert points(found) == honest(name)
    assert 0 < sum(points(found).values()) < sum(t["most"] for t in found["tasks"].values())
    assert one.says in " ".join(found["lines"])
    seen = found["notebook"]
    assert len(seen) < 3_000_000
    outputs = json.dumps([c.get("outputs") for c in nbformat.reads(seen, 4).cells if not told(c)])
    assert "FOUND" not in outputs
    assert "WROTE" not in outputs
    assert [p.name for p in precious.iterdir()] == ["marks.csv"]
    assert (precious / "marks.csv").read_text() == "### BEGIN HIDDEN TESTS"
    left = [p for p in psutil.process_iter() if p.pid not in before and "inside" in _line(p)]
    assert not [p for p in left if p.parents() and psutil.Process() in p.parents()]


def _line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


SMALL = source_of("small")
RIGHT = half_of(SMALL)["double"]


def tampered(change):
    """Return the notebook of a student whose "double" is right, changed by `change`."""
    notebook = nbformat.reads(handed_in(edition_of(SMALL), {"double": RIGHT}).decode(), 4)
    change({told(cell).get("grade_id"): cell for cell in notebook.cells}, notebook)
    return json.dumps(notebook).encode()


def scores_itself(cells, notebook):
    for name in ("test_double", "test_length"):
        cells[name].metadata["nbgrader"] |= {"points": 1000, "score": 1000, "solution": True}
        cells[name].source = "1000"
        out = nbformat.v4.new_output("execute_result", {"text/plain": "1000"}, execution_count=1)
        cells[name].outputs = [out]
        cells[name].metadata["vidlearn"] = {"results": [], "signature": "0"}


def deletes_cells(cells, notebook):
    gone = ("test_double", "test_length", "setup", "card", "text_why", "written_why")
    notebook.cells = [c for c in notebook.cells if told(c).get("grade_id") not in gone]


def doubles_ids(cells, notebook):
    again = [json.loads(json.dumps(cell)) for cell in notebook.cells]
    for cell in again:
        if cell["metadata"]["nbgrader"]["grade_id"].startswith("test_"):
            cell["source"] = "1000"
    notebook.cells = notebook.cells + [nbformat.from_dict(cell) for cell in again]


def turns_cells_round(cells, notebook):
    notebook.cells = notebook.cells[::-1]


def names_a_test_as_answer(cells, notebook):
    cells["test_double"].metadata["nbgrader"]["grade_id"] = "double"
    cells["test_double"].source = "1000"


def hides_marks(cells, notebook):
    cells["length"].source = "### BEGIN HIDDEN TESTS\nmy_length = 1.5\n### END HIDDEN TESTS"


@pytest.mark.parametrize(
    "change",
    [
        scores_itself,
        deletes_cells,
        doubles_ids,
        turns_cells_round,
        names_a_test_as_answer,
        hides_marks,
    ],
    ids=lambda change: change.__name__,
)
def test_a_notebook_that_was_tampered_with_gets_its_honest_mark(change):
    found = marked("small", tampered(change))
    assert points(found) == {"test_double": 4.0, "test_length": 0.0}
    cells = nbformat.reads(found["notebook"], 4).cells
    assert [told(c)["grade_id"] for c in cells if told(c)] == [
        told(c)["grade_id"] for c in SMALL.cells if told(c)["grade_id"] != "student"
    ]
    assert {told(c).get("points") for c in cells if told(c).get("grade")} == {2, 3, 4}


TRICKS = {
    "ends the kernel when called": "def my_double(x):\n    import os\n    os._exit(0)",
    "sleeps when called": "def my_double(x):\n    import time\n    time.sleep(1000)",
    "returns what equals all": (
        "class Yes:\n    def __eq__(self, other):\n        return True\n"
        "    def __array__(self, *a, **k):\n        raise RuntimeError\n"
        "def my_double(x):\n    return Yes()"
    ),
    "returns an endless list": "def my_double(x):\n    a = []\n    a.append(a)\n    return a",
    "returns a pickle": "def my_double(x):\n    import pickle\n    return pickle.dumps(x)",
    "returns objects": "def my_double(x):\n    return np.array([object(), None], dtype=object)",
    "returns a terabyte": (
        "def my_double(x):\n    return np.broadcast_to(np.float64(1), (10**6, 10**6))"
    ),
    "returns 400 MB": "def my_double(x):\n    return np.zeros(50_000_000)",
    "raises what it was given": "def my_double(x):\n    raise ValueError(repr(x) * 10**6)",
    "raises no Exception": "def my_double(x):\n    raise GeneratorExit",
    "is no function": "my_double = 'double'",
    "is a class": "class my_double:\n    def __init__(self, x):\n        self.x = x",
    "reads the card": "def my_double(x):\n    return card['factor'] * x",
    "changes what it is given": "def my_double(x):\n    x *= 0\n    return x",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_an_odd_answer_gets_nothing_and_stops_nobody(trick):
    data = handed_in(edition_of(SMALL), {"double": trick, "length": half_length()})
    assert points(marked("small", data)) == {"test_double": 0.0, "test_length": 2.0}


def half_length():
    return next(c.source for c in SMALL.cells if told(c).get("grade_id") == "length")


def test_a_sandbox_that_does_not_begin_is_no_mark(monkeypatch):
    monkeypatch.setattr(sandbox, "readable", list)  # no Python in it
    with pytest.raises(NoSandboxError, match="did not begin"):
        marked("small", handed_in(edition_of(SMALL), {"double": RIGHT}))
    with pytest.raises(NoSandboxError, match="may not make a sandbox"):
        expect_bubblewrap()
