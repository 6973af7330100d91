"""What `check`, `hint` and `solution` say, on toys in place of the course's exercises."""

import numpy as np
import pytest

from tests.course.toys import BACKWARD, TOYS
from vidlearn.course import check, checks, exercises, hint, solution

pytestmark = pytest.mark.usefixtures("kept")


def judged(function):
    return check("backward", function)


def test_stub_is_not_yet(toys):
    def my_backward(dout, x):
        """Return the gradients."""

    assert judged(my_backward).status == "not_yet"
    assert judged(lambda dout, x: ...).status == "not_yet"


def test_own_answer_is_right_and_true(toys):
    result = judged(lambda dout, x: (dout + dout, float(np.einsum("i,i", dout, x))))
    assert result.status == "right"
    assert result
    assert result.lines == ["Tried on 2 inputs."]


def test_library_function_is_refused(toys):
    assert judged(exercises.get("backward").solution).status == "right"  # a test's own function
    from vidlearn import scratch

    def my_backward(dout, x):
        return scratch.dense_backward(dout, x)

    for answer in (scratch.dense_backward, my_backward):
        refused = judged(answer)
        assert refused.status == "not_yet"
        assert "dense_backward" in repr(refused)
    assert judged(np.frompyfunc).status == "not_yet"


def test_return_on_some_ways_only_is_wrong(toys):
    def my_backward(dout, x):
        if len(x) == 2:
            return BACKWARD.solution(dout, x)

    result = judged(my_backward)
    assert result.status == "wrong"
    assert "every way" in repr(result)


@pytest.mark.parametrize("wrong_id", ["bakward", "my_backward", "Backward", 7, None])
def test_a_wrong_id_is_told_kindly_by_all(toys, capsys, wrong_id):
    check(wrong_id, judged)
    hint(wrong_id)
    solution(wrong_id)
    lines = capsys.readouterr().out.splitlines()
    assert sum("No exercise is called" in line for line in lines) == 3
    if isinstance(wrong_id, str):
        assert sum("`backward`" in line for line in lines) == 3


def test_a_forgotten_or_misplaced_answer_is_told(toys):
    assert 'check("backward", my_backward)' in repr(check("backward"))
    assert "without brackets" in repr(judged(np.zeros(3)))
    assert check(BACKWARD.solution, "backward").status == "right"
    assert "No exercise" in repr(check(judged))
    assert '`predict("size", …)`' in repr(check("size", 3))
    assert '`challenge("climb", …)`' in repr(check("climb", judged))


def test_an_experiment_is_answered_with_a_value(toys):
    assert check("rate", 0.31)
    assert check("rate", lambda: 0.29)
    assert not check("rate", 3)
    assert check("rate", None).status == "not_yet"


def test_html_carries_status_and_escapes(toys):
    def my_backward(dout, x):
        raise ValueError("<b>&</b>")

    html = judged(my_backward)._repr_html_()
    assert "data-vl-status='wrong'" in html
    assert "<b>&</b>" not in html
    assert "<script>" not in check("<script>", judged)._repr_html_()


def test_hints_lie_folded_in_each_other(toys):
    html = judged(lambda dout, x: 0)._repr_html_()
    assert html.count("<details class='vl-hint'") == 3
    first, second = html.index("first <code>step</code>"), html.index("second step")
    assert first < second < html.index("third step") < html.index("</details></div></details>")
    assert html.count("solution(") == 1
    assert 'hint("backward")' not in html
    assert "<details" not in judged(BACKWARD.solution)._repr_html_()


def test_hints_come_one_by_one_and_the_box_knows(toys, capsys, monkeypatch):
    monkeypatch.setattr(checks, "_hints_given", {})
    said = []
    for number in (1, 2, 3):
        said.append(judged(lambda dout, x: 0).more)
        hint("backward")
        assert f"Hint {number} of 3" in capsys.readouterr().out
    said.append(judged(lambda dout, x: 0).more)
    assert [line.split(") ` ")[-1] for line in said] == [
        '`hint("backward")` gives a first hint.',
        '`hint("backward")` gives the next hint.',
        '`hint("backward")` gives the next hint.',
        '`solution("backward")` shows one way.',
    ]
    capsys.readouterr()
    for number in (4, 0, "two"):
        hint("backward", number)
        assert "There are 3 hints" in capsys.readouterr().out
    hint("backward", 2)
    assert "Hint 2 of 3" in capsys.readouterr().out


def test_solution_shows_a_function_to_paste(toys, capsys):
    solution("backward")
    assert "def my_backward(dout, x):" in capsys.readouterr().out
    solution("climb")
    assert "no solution" in capsys.readouterr().out
    solution("size")
    assert 'reveal("size"' in capsys.readouterr().out


def test_the_registry_rejects_an_unknown_kind():
    with pytest.raises(ValueError, match="kind must be one of"):
        exercises.Exercise("x", kind="quiz")


def test_toys_stand_for_themselves():
    assert set(TOYS) & {e.id for e in exercises.all_exercises()} == set()
