"""Every exercise: the reference is right, as it is shown too; each misconception is named."""

import ast
import json

import numpy as np
import pytest

from vidlearn.course import check, checks, exercises
from vidlearn.course.checks import grade
from vidlearn.course.exercises._source import shown_source
from vidlearn.course.grading import AS_GIVEN
from vidlearn.course.lab import find_lessons

ALL = [e for e in exercises.all_exercises() if e.kind not in ("predict", "challenge")]
MISTAKES = [(e, name) for e in ALL for name in e.mistakes if name != AS_GIVEN]
pytestmark = pytest.mark.usefixtures("kept")
every = pytest.mark.parametrize("exercise", ALL, ids=lambda e: f"{e.lesson}-{e.id}")


@every
def test_reference_is_accepted(exercise):
    result = grade(exercise, exercise.solution)
    assert result.status == "right", result


@pytest.mark.parametrize(
    ("exercise", "name"), MISTAKES, ids=[f"{e.lesson}-{e.id}-{name}" for e, name in MISTAKES]
)
def test_mistake_is_named(exercise, name):
    result = grade(exercise, exercise.mistakes[name])
    assert result.status == "wrong"
    assert result.misconception == name
    assert exercise.words["mistakes"][name] in repr(result)


@pytest.mark.parametrize("exercise", [e for e in ALL if AS_GIVEN in e.mistakes], ids=lambda e: e.id)
def test_a_function_to_repair_as_it_stood_is_not_answered(exercise):
    result = grade(exercise, exercise.mistakes[AS_GIVEN])
    assert result.status == "not_yet"
    assert result.lines == [exercise.words["mistakes"][AS_GIVEN]]


@every
def test_catalogue_and_code_name_the_same_mistakes(exercise):
    assert set(exercise.words["mistakes"]) == set(exercise.mistakes)
    assert len(exercise.hints) == 3
    assert exercise.title
    assert "def " in exercise.solution_source or "class " in exercise.solution_source


def imports_of(lesson):
    """The import statements of a lesson's code cells, as one piece of code."""
    notebook = json.loads(find_lessons()[lesson].read_text("utf-8"))
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            lines = [line for line in cell["source"] if not line.startswith(("%", "!"))]
            tree = ast.parse("".join(lines))
            found += [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in found)


@every
def test_the_solution_shown_is_right_when_pasted(exercise):
    cell = {"__name__": "__main__"}
    exec(imports_of(exercise.lesson), cell)
    exec(exercise.solution_source, cell)
    result = checks.judge(exercise.id, cell[exercise.stub])
    assert result.status == "right", f"{result}\n{exercise.solution_source}"


def test_a_solution_comes_with_what_it_needs():
    source = shown_source(needs_more, "my_answer")
    assert "import ast" in source
    assert source.index("LEVELS = ") < source.index("def _helper") < source.index("def my_answer")
    assert "my_answer(depth - 1)" in source
    cell = {}
    exec(source, cell)
    assert cell["my_answer"](2) == needs_more(2)


LEVELS = (1, 2)


def _helper(depth):
    return max(LEVELS) if depth else int(ast.literal_eval("1"))


def needs_more(depth):
    """Call a helper, and itself."""
    return 1 if depth == 0 else needs_more(depth - 1) + _helper(depth) - (depth < 2)


FEWEST = {"16": 15, "17": 15, "18": 13, "19": 13, "20": 15}
"""How many wrong answers an exercise of a lesson has names for, at the least."""

PLANNED = {
    "kalman-step": {"update-first", "gain-by-r"},
    "who-is-who": {"by-r", "greedy", "by-p"},
    "conv-in-time": {"image", "time-last", "one-short"},
    "fair-clips": {"leak", "not-swapped", "not-reversed"},
    "c3d": {"as-images", "pools-time-first", "time-last", "frames-as-channels"},
    "causal-conv": {"same", "ahead", "no-dilation", "too-few-zeros", "turned"},
    "receptive-field": {"off-by-one", "k-not-less-one", "one-convolution"},
    "temporal-block": {"ahead", "no-dilation", "no-way-around", "no-projection", "gru"},
    "attend": {"over-queries", "no-root", "mask-after", "mask-turned"},
    "attend-backward": {"alone", "no-root"},
    "heads": {"mixed-by-reshape", "over-batch", "heads-for-time", "root-of-width"},
}
"""Wrong answers that must have a name, whatever others have one."""


@every
def test_enough_misconceptions_have_a_name(exercise):
    assert len(exercise.mistakes) >= FEWEST.get(exercise.lesson, 1)
    assert PLANNED.get(exercise.id, set()) <= set(exercise.mistakes)


def test_what_was_planned_is_of_an_exercise():
    assert set(PLANNED) <= {e.id for e in ALL}
    assert set(FEWEST) <= {e.lesson for e in ALL}


class Odd:
    def __len__(self):
        return 3

    def __repr__(self):
        raise RuntimeError


ODD = {
    "set": lambda *a: {1, 2, 3},
    "odd": lambda *a: Odd(),
    "objects": lambda *a: np.full(50, None),
    "strings": lambda *a: np.full(50, "a"),
    "text": lambda *a: "text",
    "complex": lambda *a: 1j,
    "ragged": lambda *a: [[1], [2, 3]],
    "rows": lambda *a: [[1, 2], [3]],
    "dict": lambda *a: {},
    "keys": lambda *a: {"mean": 1},
    "nan": lambda *a: np.nan,
    "generator": lambda *a: (number for number in range(3)),
    "empty": lambda *a: np.zeros((0, 7)),
    "object": lambda *a: object(),
    "error": lambda *a: 1 / 0,
    "nothings": lambda *a: [None, None],
}


@every
@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_odd_answers_are_judged_not_raised(exercise, answer):
    result = check(exercise.id, answer)
    assert result.status == "wrong"
    assert "Traceback" not in repr(result)
    assert result._repr_html_()


@every
@pytest.mark.parametrize("nothing", [None, ...], ids=["none", "dots"])
def test_an_empty_stub_is_not_answered_yet(exercise, nothing):
    assert check(exercise.id, lambda *a: nothing).status == "not_yet"
