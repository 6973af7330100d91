"""What `solution` shows passes `check` when it is pasted over the stub of its lesson."""

import ast
import inspect
import json
import linecache
from pathlib import Path

import numpy as np
import pytest

from vidlearn.course import check, exercises

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SHOWN = [exercise for exercise in exercises.all_exercises() if exercise.solution_source]


def stubs(lesson):
    """Return the learner's functions of a lesson's notebook: name and arguments."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "def my_" in source:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("my_"):
                    found[node.name] = ast.unparse(node.args)
    return found


def pasted(exercise):
    """Run the shown code where only NumPy is known, as a cell of a notebook is run."""
    name, space = f"<pasted {exercise.id}>", {"np": np, "__name__": "__main__"}
    lines = exercise.solution_source.splitlines(keepends=True)
    linecache.cache[name] = len(exercise.solution_source), None, lines, name
    exec(compile(exercise.solution_source, name, "exec"), space)
    return space[exercise.stub]


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda e: e.id)
def test_pasted_solution_is_right(exercise):
    result = check(exercise.id, pasted(exercise))
    assert result.status == "right", result


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda e: e.id)
def test_solution_takes_what_the_stub_takes(exercise):
    signature = inspect.signature(pasted(exercise))
    assert stubs(exercise.lesson)[exercise.stub] == str(signature)[1:-1]


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda e: e.id)
def test_solution_is_short_enough_to_read(exercise):
    assert len(exercise.solution_source.splitlines()) <= 25


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda e: e.id)
def test_no_hint_is_the_whole_of_a_short_solution(exercise):
    last = exercise.solution_source.rpartition("return ")[2].strip()
    if len(exercise.solution_source.splitlines()) <= 5 and len(last) > 12:
        assert not any(last in given for given in exercise.hints)


@pytest.mark.parametrize("exercise", SHOWN, ids=lambda e: e.id)
def test_a_right_answer_is_told_what_it_built(exercise):
    assert exercise.words.get("right")
