"""Tests that give points."""

import nbclient
import nbformat
import numpy as np
import pytest

from vidlearn.classroom import Exam, card


def square(x):
    return x * x


def test_points_are_in_proportion_to_weights_by_hand():
    exam = Exam("square", square)
    exam.gives("two", 4, 2)
    exam.gives("three", 10, 3, weight=2)
    exam.value("a number", 5.0, 5)
    assert exam.points(8) == 4  # (1 + 0 + 1) / (1 + 2 + 1) of 8


def test_no_tests_give_no_points():
    assert Exam("square", square).points(5) == 0


def test_a_cause_is_named_only_where_the_answer_is_wrong():
    exam = Exam("square", lambda x: 2 * x)
    causes = {"It doubles.": 6, "It is the same.": 3}
    exam.gives("three", 9, 3, causes=causes)
    exam.gives("two", 4, 2, causes={"It doubles.": 4})
    assert [one["cause"] for one in exam.results] == ["It doubles.", None]
    assert [one["share"] for one in exam.results] == [0, 1]
    assert "came: 6\nexpected: 9" in exam.results[0]["said"]


def test_the_answer_gets_copies():
    def spoils(x):
        x += 1
        return x

    given, exam = np.zeros(3), Exam("spoils", spoils)
    exam.gives("one", np.ones(3), given)
    exam.gives("again", np.ones(3), given)
    assert exam.points(2) == 2


def endless():
    while True:
        pass


def unfinished():
    raise NotImplementedError


def leaves():
    raise SystemExit


@pytest.mark.parametrize(
    ("answer", "said", "error"),
    [
        (None, "There is no function here", None),
        ("text", "There is no function here", None),
        (unfinished, "Nothing yet", None),
        (lambda: None, "Nothing yet", None),
        (lambda: ..., "Nothing yet", None),
        (lambda: {}["a"], "It raised KeyError: 'a'", "KeyError"),
        (leaves, "It raised SystemExit", "SystemExit"),
        (endless, "stopped after 0.2 seconds", "TimeUp"),
        (lambda x: x, "It raised TypeError", "TypeError"),
    ],
)
def test_an_answer_that_fails_says_how(answer, said, error):
    exam = Exam("fails", answer)
    exam.gives("nothing", 1, seconds=0.2)
    assert said in exam.results[0]["said"]
    assert exam.results[0]["error"] == error
    assert exam.points(3) == 0


def test_learning_is_paid_by_steps_above_the_baseline_by_hand():
    def reached(score):
        exam = Exam("learns", lambda: score)
        exam.learns("it learns", float, over=0.5, margins=(0.1, 0.2, 0.3, 0.4))
        return exam.points(4)

    assert [reached(s) for s in (0.5, 0.59, 0.6, 0.75, 0.9, 1.0)] == [0, 0, 1, 2, 4, 4]
    assert reached(float("nan")) == 0
    assert reached("no number") == 0


def test_hidden_tests_are_marked_as_hidden():
    exam = Exam("square", square)
    exam.gives("seen", 4, 2)
    exam.hidden()
    exam.gives("unseen", 9, 3)
    assert [one["hidden"] for one in exam.results] == [False, True]


def test_a_function_that_reads_the_card_is_warned():
    mine = {"card": card("a", "alice", k=("{}", [3]))}
    exec("def reads(x):\n    def inner():\n        return card['k'] * x\n    return inner()", mine)
    exam = Exam("card", mine["reads"])
    exam.gives("one", 3, 1)
    assert "not there when it is marked" in exam.summary()
    assert "not there" not in Exam("square", square).summary()


def test_what_it_shows_is_escaped():
    exam = Exam("<b>", lambda: "<script>")
    exam.gives("<i>one</i>", "right", causes={"<u>": "<script>"})
    shown = exam.points(1)._repr_html_()
    for tag in ("<b>", "<i>", "<u>", "<script>"):
        assert tag not in shown
    assert repr(exam.points(1)) == "0.0"


def test_a_heavy_test_counts_more_and_points_are_rounded_by_hand():
    exam = Exam("square", square)
    exam.gives("two", 4, 2, weight=3)
    exam.gives("three", 10, 3)
    assert exam.points(8) == 6  # 3 of 4
    exam.gives("four", 17, 4, weight=5)
    assert exam.points(10) == 3.33  # 3 of 9


@pytest.mark.parametrize(
    ("score", "reached"), [(0.3, 2), (0.2999, 0), (float("inf"), 0), (-float("inf"), 0)]
)
def test_a_step_that_is_met_to_the_last_digit_counts_and_infinity_does_not(score, reached):
    exam = Exam("learns", lambda: score)
    exam.learns("it learns", float, over=0.1, margins=(0.2,))  # 0.1 + 0.2 is more than 0.3
    assert exam.points(2) == reached


def test_whoever_marks_can_stop_it():
    def stopped():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Exam("stopped", stopped).gives("one", 1)


def test_numbers_in_the_place_of_a_function_are_told():
    exam = Exam("numbers", np.arange(3))
    exam.gives("one", 1, 1)
    assert "no function" in exam.results[0]["said"]
    assert "0 of 1" in exam.points(1)._repr_html_()


def test_a_function_that_reads_what_a_test_made_is_warned():
    sources = [
        "from vidlearn import classroom\ndef my_f(x):\n    return alpha * x\n"
        "def my_g(x):\n    beta = 2\n    return beta * x",
        "alpha = 3\nexam = classroom.Exam('f', my_f)\nexam.gives('a', 3, 1)\nexam.points(1)",
        "beta = 1\nexam = classroom.Exam('g', my_g)\nexam.gives('a', 2, 1)\nexam.points(1)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    shown = [cell.outputs[0]["data"]["text/html"] for cell in notebook.cells[1:]]
    assert "reads alpha from outside" in shown[0]
    assert "from outside" not in shown[1]
