"""How a notebook is gone through: what runs inside, what outside, and what ends a sandbox."""

import copy

import nbformat
import pytest

from tests.classroom.handed import edition_of, handed_in, solutions, source_of, told
from tests.classroom.small import _cell
from vidlearn.classroom import examine as examining
from vidlearn.classroom.exam import Exam, Points
from vidlearn.classroom.examine import Student, examine
from vidlearn.classroom.sandbox import Limits, SandboxEnded
from vidlearn.course.limits import TimeUp

SMALL = source_of("small")
LIMITS = Limits(seconds=50, cell_seconds=5)
RIGHT = solutions(SMALL)


class Inside:
    """A sandbox without walls, in this process; it ends where it is told to."""

    log = ()

    def __init__(self, limits, **options):
        self.names = {}
        self.log.append(("start", None))

    def ask(self, request, seconds):
        do = request["do"]
        self.log.append((do, request.get("source") or request.get("name")))
        if do == "cell":
            if "DIES" in request["source"] or "DIES_ONCE" in self.names:
                raise SandboxEnded("died")
            try:
                exec(request["source"], self.names)
            except Exception as error:
                shown = {"output_type": "error", "ename": type(error).__name__}
                return {"ended": "error", "outputs": [shown | {"evalue": "", "traceback": []}]}
            ended = self.names.pop("ENDED", "fine")
            return {"ended": ended, "outputs": self.names.pop("SHOWN", [])}
        found = self.names.get(request["name"])
        if do == "name":
            kind = "function" if callable(found) else "value"
            return {"kind": kind, "value": None if callable(found) else found}
        value = found(*request["args"], **request["options"])
        if isinstance(value, Ends):
            raise SandboxEnded(value.reason)
        return value if isinstance(value, dict) else {"kind": "value", "value": value}

    def close(self):
        self.log.append(("close", None))


class Ends:
    """What a function returns that ends its sandbox."""

    def __init__(self, reason):
        self.reason = reason


@pytest.fixture
def inside(monkeypatch):
    monkeypatch.setattr(Inside, "log", [])
    monkeypatch.setattr(examining, "Sandbox", Inside)
    return Inside


def marked(source, answers, edition=None, **more):
    edition = edition or edition_of(source)
    return examine(source, edition, handed_in(edition, answers, **more), "reference", limits=LIMITS)


def points(found):
    return {task: one["points"] for task, one in found["tasks"].items()}


def ran(inside):
    return [source for do, source in inside.log if do == "cell"]


def test_tests_and_card_run_outside_and_answers_inside(inside):
    found = marked(SMALL, RIGHT)
    assert points(found) == {"test_double": 4.0, "test_length": 2.0}
    whole = "\n".join(ran(inside))
    assert "classroom.card(" not in whole
    assert "Exam(" not in whole
    assert "hidden" not in whole
    assert "STUDENT = 'reference'" in whole
    assert found["lines"] == []
    assert inside.log[-1] == ("close", None)


def with_cells(*cells, test=None):
    """Return the small assignment with more cells before its first test."""
    source = copy.deepcopy(SMALL)
    place = next(k for k, c in enumerate(source.cells) if told(c)["grade_id"] == "test_double")
    if test:
        source.cells[place].source = test
    source.cells[place:place] = list(cells)
    return source


def test_a_figure_is_not_run_and_a_fixture_is_run_on_both_sides(inside):
    figure = nbformat.v4.new_code_cell("FIGURE = my_double(3)", metadata={"tags": ["show"]})
    marked(with_cells(figure, _cell("code", "data", "fixture = 5")), RIGHT)
    assert "FIGURE = my_double(3)" not in ran(inside)
    assert "fixture = 5" in ran(inside)


def test_a_fixture_of_the_tests_is_not_the_students_to_make(inside):
    test = (
        "exam = classroom.Exam('double')\nexam.value('fixture', fixture, 5)\n"
        "exam.value('inner', [inner for inner in range(2)][1], 1)\nexam.points(4)"
    )
    source = with_cells(_cell("code", "data", "fixture = 5"), test=test)
    double = next(c for c in source.cells if told(c).get("grade_id") == "double")
    double.source += "\n    fixture = inner = 7  # names of its own"
    found = marked(source, RIGHT, last=None, first="fixture = inner = 7")
    assert points(found)["test_double"] == 4
    assert not {("name", "fixture"), ("name", "inner")} & set(inside.log)
    assert [name for do, name in inside.log if do == "name"] == ["my_length"]


@pytest.mark.parametrize(
    ("test", "reached"),
    [
        ("exam = classroom.Exam('d')\nexam.value('a', 1, 1)\nexam.points(99)", 4),
        ("exam = classroom.Exam('d')\nexam.value('a', 1, 1)\nexam.points(-3)", 0),
        ("exam = classroom.Exam('d')\nexam.value('a', 1, 1)\nexam.value('b', 1, 2)\n3 + 1", 2),
        ("exam = classroom.Exam('d')\nexam.value('a', 1, 1)\n1 / 0\nexam.points(4)", 0),
        ("exam = 3", 0),
        ("x = 1\nx", 0),
        ("exam = classroom.Exam('d')\nexam.value('a', 1, 1)\nraise SystemError('2**41')", 0),
    ],
    ids=range(7),
)
def test_points_come_from_an_exam_alone_and_within_their_bounds(inside, test, reached):
    found = marked(with_cells(test=test), RIGHT)
    assert points(found) == {"test_double": reached, "test_length": 2.0}
    cell = next(
        c for c in nbformat.reads(found["notebook"], 4).cells if "test_double" in str(told(c))
    )
    assert float(cell.outputs[-1]["data"]["text/plain"]) == reached


def test_an_exam_of_the_task_before_gives_no_points(inside):
    source = copy.deepcopy(SMALL)
    next(c for c in source.cells if told(c)["grade_id"] == "test_length").source = "classroom"
    found = marked(source, RIGHT)
    assert points(found) == {"test_double": 4, "test_length": 0}
    assert found["tasks"]["test_length"]["results"] == []


def test_another_edition_is_told(inside):
    edition = edition_of(SMALL)
    edition.metadata["vidlearn"]["edition"] = "new"
    old = edition_of(SMALL)
    data = handed_in(old, RIGHT)
    found = examine(SMALL, edition, data, "reference", limits=LIMITS)
    assert any("another edition" in line for line in found["lines"])
    again = examine(SMALL, old, handed_in(edition, RIGHT), "reference", limits=LIMITS)
    assert again["lines"] == []


def test_cells_that_end_the_kernel_are_left_out_and_the_rest_is_run_again(inside):
    found = marked(SMALL, RIGHT, first="DIES")
    assert points(found) == {"test_double": 4.0, "test_length": 2.0}
    assert [line for line in found["lines"] if "left out" in line]
    assert ran(inside).count("STUDENT = 'reference'") == 2
    assert ran(inside).count("DIES") == 1


def test_so_many_kernels_and_no_more(inside):
    own = Student(lambda seconds: Inside(LIMITS), LIMITS)
    assert [own.run("DIES")[1] for _ in range(6)] == ["died"] * 6
    assert [do for do, _ in inside.log].count("start") == examining.LIVES


@pytest.mark.parametrize("ended", ["stuck", "full"])
def test_a_kernel_that_answers_no_more_is_replaced(inside, ended):
    own = Student(lambda seconds: Inside(LIMITS), LIMITS)
    assert own.run(f"ENDED = {ended!r}") == ([], {"stuck": "time", "full": "disk"}[ended])
    assert own.run("ENDED = 'late'") == ([], "late")
    assert own.run("x = 1") == ([], "fine")
    assert [do for do, _ in inside.log].count("start") == 2


ENDINGS = {
    "time": (Ends("time"), "stopped after"),
    "memory": (Ends("memory"), "more memory was used"),
    "disk": (Ends("disk"), "more was written"),
    "late": ({"kind": "late"}, "stopped after"),
    "stuck": ({"kind": "stuck"}, "stopped after"),
    "nothing": ({"kind": "odd"}, "no answer came back"),
    "raised": ({"kind": "raised", "type": "KeyError", "message": "x" * 9999}, "It raised KeyError"),
    "own": ({"kind": "raised", "type": "Sly2to41", "message": ""}, "It raised an error"),
    "empty": ({"kind": "raised", "type": "NotImplementedError", "message": ""}, "Nothing yet"),
}


@pytest.mark.parametrize(("reply", "said"), ENDINGS.values(), ids=ENDINGS.keys())
def test_what_becomes_of_a_call_is_told(inside, reply, said):
    own = Student(lambda seconds: Inside(LIMITS), LIMITS)
    own.run("def f(x):\n    return REPLY")
    own._sandbox.names["REPLY"] = reply
    exam = Exam("f", own.look_up("f"))
    exam.gives("one", 1, 1)
    exam.gives("two", 1, 1)
    calls = [do for do, _ in inside.log].count("call")
    assert said in exam.results[0]["said"]
    assert len(exam.results[0]["said"]) < 700
    stuck = isinstance(reply, dict) and reply["kind"] == "stuck"
    assert own.fatal == ([reply.reason] if isinstance(reply, Ends) else ["time"] * stuck)
    # what did not end is not called again in this test
    assert calls == (1 if isinstance(reply, Ends) or reply["kind"] in ("late", "stuck") else 2)
    assert exam.points(1) == 0


def test_a_function_that_did_not_end_is_tried_again_in_the_next_task(inside):
    own = Student(lambda seconds: Inside(LIMITS), LIMITS)
    own.run("def f(x):\n    return {'kind': 'late'} if x else {'kind': 'value', 'value': 2}")
    first = own.look_up("f")
    with pytest.raises(TimeUp):
        first(1)
    assert own.look_up("f")(0) == 2


def test_no_call_is_given_more_time_than_is_left(inside):
    asked = []
    own = Student(lambda seconds: Inside(LIMITS), LIMITS)
    own.run("def f(x):\n    return x")
    honest = own._sandbox.ask
    own._sandbox.ask = lambda request, seconds: asked.append(request) or honest(request, seconds)
    own.call("f", (1,), {}, 3000)
    own.call("f", (1,), {}, 2)
    assert 40 < asked[0]["seconds"] <= 50
    assert asked[1]["seconds"] == 2
    own._end = 0
    own._sandbox = None
    with pytest.raises(TimeUp):
        own.call("f", (1,), {}, 2)
    assert own.run("x") == ([], "time")


def test_points_are_a_number_and_no_number_is_points():
    assert Points(2.5) == 2.5
    assert not isinstance(2.5, Points)
