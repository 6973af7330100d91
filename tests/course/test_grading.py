"""How an answer is judged: input by input, kindly, and by name."""

import sys
import threading
import time

import numpy as np
import pytest

from tests.course.toys import BACKWARD, BOX, QUIZ, STEP, Toy, backward, box, no_end, swapped
from vidlearn import scratch
from vidlearn.course import exercises
from vidlearn.course.answers import library_name
from vidlearn.course.grading import attempt, grade
from vidlearn.course.limits import Clock, TimeUp
from vidlearn.course.misconceptions import _flat, from_results
from vidlearn.messages import text


def said(result):
    return "\n".join(result.lines)


# Input by input -----------------------------------------------------------------------


def test_two_mistakes_are_looked_for_where_a_single_one_agrees_by_chance():
    pair = exercises.Exercise(
        "toy",
        lambda x: 1.0 * x,
        lambda: [(np.array(x),) for x in ([1.0, 1], [2.0, 0], [5.0, 3], [0.0, 4])],
        {
            "threes": lambda x: np.full(len(x), 3.0),
            "one-more": lambda x: x + 1,
            "twice": lambda x: 2 * x,
        },
        lesson="20",
    )
    names = from_results(
        pair,
        [_tried(pair, lambda x: 2 * x + 1, pair.cases()[0])],
        lambda: [_tried(pair, lambda x: 2 * x + 1, args) for args in pair.cases()[1:]],
    )
    assert names == ["one-more", "twice"]


def _tried(exercise, answer, args):
    return attempt(exercise, answer, args, Clock(10.0))


def test_a_late_edge_does_not_hide_the_early_error():
    def my_box(mask):
        if mask.size == 1:
            raise ZeroDivisionError
        return no_end(mask)

    result = grade(BOX, my_box)
    assert result.misconception == "no-end"
    assert "words for no-end" in said(result)
    assert "first" not in said(result)


def test_the_first_input_that_fails_is_told_with_those_before():
    def my_box(mask):
        return box(mask) if mask.shape[0] > 1 else (0, 0, 0, 0)

    result = grade(BOX, my_box)
    assert said(result) == (
        "x2: it is 0; it should be 1.\nRight on the first 3 of 4 inputs, but not on this one."
    )


def test_one_mistake_is_named_beside_a_slip_at_an_edge():
    def my_box(mask):
        return swapped(mask) if mask.shape[0] > 1 else (7, 7, 7, 7)

    assert grade(BOX, my_box).misconception == "swapped"


def test_a_mistake_that_agrees_by_chance_is_not_named():
    def my_box(mask):
        return swapped(mask) if mask[1, 2] and not mask[0, 4] else (7, 7, 7, 7)

    assert grade(BOX, my_box).misconception is None


def test_two_mistakes_at_once_are_both_named():
    def my_box(mask):
        x1, y1, x2, y2 = swapped(mask)
        return x1, y1, x2 - 1, y2 - 1

    result = grade(BOX, my_box)
    assert result.misconception == "swapped+no-end"
    assert said(result).startswith("This looks like two things at once.\nFirst: words for swapped")
    result = grade(BACKWARD, lambda dout, x: (-2 * dout, -np.mean(dout * x)))
    assert result.misconception == "averaged+sign"
    result = grade(BACKWARD, lambda dout, x: (2 * dout.sum(), np.mean(dout * x)))
    assert result.misconception == "averaged+summed"


def test_two_mistakes_that_contradict_each_other_are_not_named_together():
    def my_conv_output_size(size, kernel, stride, padding, dilation):
        reach = kernel + dilation - 1
        return (size + 2 * padding - reach) // stride + 1

    size = exercises.get("conv-output-size")
    assert grade(size, my_conv_output_size).misconception is None

    def two_slips(size, kernel, stride, padding, dilation):
        return (size + padding - dilation * (kernel - 1) - 1) // stride

    assert grade(size, two_slips).misconception == "padding-and-start"


@pytest.mark.parametrize("other", [True, "text", None, ..., [1, None], (1, "a")])
def test_what_is_no_number_is_explained_by_no_pair(other):
    assert _flat(other) is None
    result = grade(BACKWARD, lambda dout, x: (2 * dout, other))
    assert result.status == "wrong"
    assert result.misconception is None


# Errors -------------------------------------------------------------------------------


def test_an_error_names_a_mistake_only_if_its_message_agrees():
    same = grade(BACKWARD, lambda dout, x: (2 * dout, x @ dout[:, None, None]))
    assert same.misconception == "matrix"
    assert "matmul" in said(same)
    other = grade(BACKWARD, lambda dout, x: np.zeros(3).reshape(2, 2))
    assert other.misconception is None
    assert "cannot reshape array of size 3" in said(other)


def test_lines_are_counted_from_the_function():
    def my_backward(dout, x):
        total = 0

        return dout[100] + total

    line = "in its line 4, `return dout[100] + total`: IndexError"
    assert line in said(grade(BACKWARD, my_backward))


def helper(x):
    y = x
    return y[99, 99]


def test_a_helper_is_named_with_its_line():
    def my_backward(dout, x):
        return helper(x)

    assert "in line 3 of `helper`, `return y[99, 99]`" in said(grade(BACKWARD, my_backward))


def test_a_comprehension_counts_with_its_function():
    def my_backward(dout, x):
        size = len(x)
        return [x[k + size] for k in range(size)]

    assert "in its line 3" in said(grade(BACKWARD, my_backward))


def test_an_error_inside_numpy_is_told_at_the_learners_line():
    def my_backward(dout, x):
        return np.stack([dout, x[:1]])

    assert "in its line 2, `return np.stack" in said(grade(BACKWARD, my_backward))


@pytest.mark.parametrize("kind", ["lambda", "partial", "class", "method", "decorated"])
def test_any_callable_that_fails_is_told(kind):
    import functools

    def fails(*args):
        return 1 / 0

    class Net:
        def __call__(self, dout, x):
            return 1 / 0

        def run(self, dout, x):
            return 1 / 0

    @functools.wraps(fails)
    def decorated(*args):
        return fails(*args)

    answers = {"lambda": lambda dout, x: 1 / 0, "partial": functools.partial(fails, 1)}
    answers |= {"class": Net(), "method": Net().run, "decorated": decorated}
    assert "ZeroDivisionError: division by zero" in said(grade(BACKWARD, answers[kind]))


def test_endless_recursion_and_leaving_are_told():
    def my_backward(dout, x):
        return my_backward(dout, x)

    assert "calls itself without end" in said(grade(BACKWARD, my_backward))

    def leaves(dout, x):
        sys.exit("bye")

    assert "SystemExit: bye" in said(grade(BACKWARD, leaves))


def test_an_interruption_by_the_learner_passes():
    def my_backward(dout, x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(BACKWARD, my_backward)


# Time ---------------------------------------------------------------------------------


def endless(w, v):
    k = 0
    while True:
        k += 1


def stubborn(w, v):
    for _ in range(10_000):
        try:
            while True:
                time.sleep(0.001)
        except Exception:
            continue


@pytest.mark.parametrize("answer", [endless, stubborn, lambda w, v: time.sleep(5)])
@pytest.mark.parametrize("place", ["here", "thread"])
def test_an_endless_answer_is_stopped(answer, place):
    if place == "thread" and answer not in (endless, stubborn):
        pytest.skip("only the main thread is woken out of a long sleep")
    results, start = [], time.monotonic()
    if place == "here":
        results.append(grade(STEP, answer))
    else:
        other = threading.Thread(target=lambda: results.append(grade(STEP, answer)))
        other.start()
        other.join()
    assert time.monotonic() - start < 4
    assert results[0].status == "wrong"
    assert "was stopped in its line" in said(results[0])


def test_nothing_rings_after_an_answer_has_ended():
    clock = Clock(0.2)
    assert clock.run(lambda: 3) == 3
    time.sleep(0.4)
    with pytest.raises(TimeUp):
        Clock(0.05).run(time.sleep, 2)
    time.sleep(0.7)
    assert clock.left > 0.1


# Results ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda d, x: 2 * d, "It returned 1 value; 2 are expected: dx, dw."),
        (lambda d, x: (2 * d,), "It returned 1 value; 2 are expected: dx, dw."),
        (lambda d, x: (d, d, d), "It returned 3 values; 2 are expected: dx, dw."),
        (lambda d, x: (2 * d, d), "dw: a number is expected; an array, [1. 2.]"),
        (lambda d, x: (2 * d, None), "dw: a number is expected; nothing (`None`)"),
        (lambda d, x: ([2, 4.5], 13), "dx: the first difference is at index (1,): 4.5; it"),
        (lambda d, x: (v for v in (d, x)), "is expected; a generator (put"),
        (lambda d, x: {1, 2}, "a set, which has no order, came"),
        (lambda d, x: (2 * d, np.nan), "dw: it is nan, not a finite number."),
        (lambda d, x: (2 * d, 1j), "dw: a number is expected; a complex number"),
        (lambda d, x: len, "a function (are the brackets of a call missing?) came"),
    ],
)  # fmt: skip
def test_which_result_is_wrong_and_how(answer, words):
    assert words.lower() in said(grade(BACKWARD, answer)).lower()


def test_only_the_result_that_is_wrong_is_shown():
    result = grade(BACKWARD, lambda dout, x: (2 * dout, 0.0))
    assert result.details["Came"] == "dw = 0"
    assert result.details["Expected"] == "dw = 13"


def test_results_are_taken_as_they_are_meant():
    assert grade(BACKWARD, lambda d, x: [list(2 * d), float(d @ x)])
    assert grade(BOX, lambda mask: np.array(box(mask)))
    assert grade(BOX, lambda mask: list(box(mask)))


def test_a_result_that_cannot_be_judged_is_no_error_of_the_function():
    result = grade(QUIZ, lambda: ["fine"])
    assert "Your function ran, but" in said(result)
    assert "it must be a dict from letters to words" in said(result)
    assert "stopped" not in said(result)


def test_the_words_of_a_library_are_no_reason_for_a_learner():
    """NumPy raises ValueError too where a measure looks at a ragged list."""
    toy = Toy("toy", lambda: np.ones(2), lambda: [()], {}, measure=lambda came: np.asarray(came))
    result = grade(toy, lambda: [[1, 2], [3]])
    assert said(result) == text("check")["refused_form"]


def test_a_quiz_says_which_letters_and_never_the_key():
    result = grade(QUIZ, lambda: {"A": "fine", "B": "fine", "C": "small"})
    assert said(result) == "Not right yet: B, C."
    assert "overfits" not in repr(result) + result._repr_html_()
    result = grade(QUIZ, lambda: dict.fromkeys("ABC", "fine"))
    assert said(result) == "This looks like: words for all-fine\nNot right yet: B, C."
    assert "overfits" not in repr(result)


# Nothing, printing, changing ----------------------------------------------------------


def test_printing_is_not_returning(capsys):
    def my_backward(dout, x):
        print(2 * dout)

    result = grade(BACKWARD, my_backward)
    assert result.status == "not_yet"
    assert "printed something and returned nothing" in said(result)
    assert result.details["Printed"] == "[2. 4.]"
    assert capsys.readouterr().out == ""


def test_endless_printing_is_cut():
    def my_backward(dout, x):
        for k in range(100_000):
            print(k)
        return dout

    printed = grade(BACKWARD, my_backward).details["Printed"]
    assert printed.startswith("0\n1\n2")
    assert printed.endswith("…")
    assert len(printed) < 100


def test_a_huge_result_is_described_in_short():
    assert len(repr(grade(BACKWARD, lambda d, x: [[0.5] * 100_000] * 2))) < 1500
    assert len(repr(grade(BACKWARD, lambda d, x: 10**5000))) < 1500


def test_a_changed_input_is_told_after_a_wrong_result():
    def my_backward(dout, x):
        dout *= 2
        return dout, 0

    lines = said(grade(BACKWARD, my_backward)).splitlines()
    assert lines[0].startswith("dw: it is 0")
    assert lines[1] == "It also changed its input `dout` in place. Work on a copy."


def test_a_change_by_rounding_is_told_as_that():
    def my_backward(dout, x):
        dout += 1e-3
        dout -= 1e-3
        return backward(dout, x)

    result = grade(BACKWARD, my_backward)
    assert result.misconception == "input-changed"
    assert "changed by a rounding error, up to " in said(result)


def test_what_may_be_changed_may():
    def my_step(w, v):
        w += v
        return w, v

    assert grade(STEP, my_step)

    def my_other_step(w, v):
        v += 1
        return w + v - 1, v - 1

    assert "`v`" in said(grade(STEP, my_other_step))


# Whose work it is ---------------------------------------------------------------------


def test_imports_inside_the_function_are_seen():
    def my_dense(x):
        from vidlearn import scratch as tools

        return tools.dense_forward(x, x, x)

    def my_other(x):
        from vidlearn.scratch import dense_forward as d

        return d(x, x, x)

    def my_third(x):
        import vidlearn.scratch

        return vidlearn.scratch.dense_forward(x, x, x)

    def my_fourth(x):
        return [scratch.dense_forward(row, row, row) for row in x]

    for answer in (my_dense, my_other, my_third, my_fourth):
        assert library_name(answer) == "dense_forward", answer.__name__


def test_what_the_lesson_taught_may_be_used():
    def my_check(a, b):
        return scratch.relative_error(a, b) < 1e-6

    assert library_name(my_check) == "relative_error"
    assert library_name(my_check, ("relative_error",)) is None


def test_a_name_like_the_librarys_is_not_the_librarys():
    def my_softmax(x):
        return np.exp(x).max() + x.dense_forward

    assert library_name(my_softmax) is None
    assert library_name(np.add) == "add"
    assert library_name(scratch.Dense) == "Dense"
