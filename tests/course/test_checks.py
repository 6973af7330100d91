"""The checker itself: it accepts the reference and names every misconception."""

import numpy as np
import pytest

from vidlearn.course import check, exercises, hint, solution
from vidlearn.course.checks import grade

EVERY = exercises.all_exercises()
ALL = [e for e in EVERY if e.kind not in ("predict", "challenge")]
MISTAKES = [(e, name) for e in ALL for name in e.mistakes]


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_reference_is_accepted(exercise):
    result = grade(exercise, exercise.solution)
    assert result.status == "right", result


@pytest.mark.parametrize(
    ("exercise", "name"), MISTAKES, ids=[f"{e.id}-{name}" for e, name in MISTAKES]
)
def test_mistake_is_named(exercise, name):
    result = grade(exercise, exercise.mistakes[name])
    assert result.status == "wrong"
    assert result.misconception == name
    assert exercise.words["mistakes"][name] in repr(result)


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
def test_catalogue_and_code_name_the_same_mistakes(exercise):
    assert set(exercise.words["mistakes"]) == set(exercise.mistakes)
    assert len(exercise.hints) == 3
    assert exercise.title
    assert "def " in exercise.solution_source or "class " in exercise.solution_source


def judged(function):
    return check("correlate2d", function)


def test_stub_is_not_yet():
    def my_correlate2d(x, k):
        """Return the sums."""

    assert judged(my_correlate2d).status == "not_yet"
    assert judged(lambda x, k: ...).status == "not_yet"


def test_library_function_is_refused():
    assert judged(exercises.get("correlate2d").solution).status == "not_yet"
    from vidlearn.scratch import conv_output_size

    refused = check("conv-output-size", conv_output_size)
    assert refused.status == "not_yet"
    assert "conv_output_size" in repr(refused)


def test_wrapped_library_function_is_refused():
    from vidlearn.scratch import conv_output_size

    def my_size(size, kernel, stride, padding, dilation):
        return conv_output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)

    assert check("conv-output-size", my_size).status == "not_yet"


def test_library_call_through_a_module_is_refused():
    from vidlearn import scratch

    refused = judged(lambda x, k: scratch.filter2d(x, k, padding="valid"))
    assert refused.status == "not_yet"
    assert "filter2d" in repr(refused)


def test_own_helper_with_a_library_name_is_own_work():
    def conv_output_size(size, kernel):
        return size - kernel + 1

    def my_correlate2d(x, k):
        out = np.empty([conv_output_size(*pair) for pair in zip(x.shape, k.shape, strict=True)])
        for i, j in np.ndindex(out.shape):
            out[i, j] = np.sum(x[i : i + k.shape[0], j : j + k.shape[1]] * k)
        return out

    assert judged(my_correlate2d).status == "right"
    assert judged(np.frompyfunc).status == "not_yet"


def test_return_on_some_ways_only_is_wrong():
    def my_correlate2d(x, k):
        if x.shape == (3, 4):
            return np.zeros((2, 3))

    result = judged(my_correlate2d)
    assert result.status == "wrong"
    assert "every way" in repr(result)


class Odd:
    def __len__(self):
        return 3

    def __repr__(self):
        raise RuntimeError


@pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)
@pytest.mark.parametrize(
    "odd",
    [{1, 2, 3}, Odd(), np.full(50, None), np.full(50, "a"), "text", 1j, [[1], [2, 3]], {}, np.nan],
    ids=["set", "odd", "objects", "strings", "text", "complex", "ragged", "dict", "nan"],
)
def test_odd_results_are_judged_not_raised(exercise, odd):
    result = check(exercise.id, lambda *args: odd)
    assert result.status == "wrong"
    assert repr(result)


def test_leaving_the_program_is_told():
    def my_correlate2d(x, k):
        raise SystemExit(3)

    assert "SystemExit" in repr(judged(my_correlate2d))


def test_own_answer_is_right_and_true():
    def my_correlate2d(x, k):
        windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
        return np.einsum("ijkl,kl->ij", windows, k)

    result = judged(my_correlate2d)
    assert result.status == "right"
    assert result


def test_error_in_the_answer_is_told_not_raised():
    def my_correlate2d(x, k):
        return x[100, 100]

    result = judged(my_correlate2d)
    assert result.status == "wrong"
    assert "IndexError" in repr(result)
    assert "return x[100, 100]" in repr(result)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, k: np.zeros((2, 2, 2)), "shape is (2, 2, 2)"),
        (lambda x, k: "no idea", "a text came"),
        (lambda x, k: np.full((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1), np.nan),
         "not finite"),
    ],
    ids=["shape", "kind", "nan"],
)  # fmt: skip
def test_wrong_answer_is_described(answer, words):
    result = judged(answer)
    assert result.status == "wrong"
    assert words in repr(result)


def test_changed_input_is_told():
    def my_correlate2d(x, k):
        x += 1
        return x

    result = judged(my_correlate2d)
    assert result.misconception == "input-changed"
    assert "`x`" in repr(result)


def test_changed_input_inside_a_list_is_told():
    def my_clip_gradients(gradients, limit):
        for gradient in gradients:
            gradient *= 2
        return [gradient / 2 for gradient in exercise.solution(gradients, 2 * limit)]

    exercise = exercises.get("clip-gradients")
    assert grade(exercise, my_clip_gradients).misconception == "input-changed"


def test_not_a_function_and_unknown_id():
    assert "without brackets" in repr(judged(np.zeros(3)))
    assert "correlate2d" in repr(check("corelate2d", judged))


def test_html_carries_status_and_escapes():
    def my_correlate2d(x, k):
        raise ValueError("<b>&</b>")

    html = judged(my_correlate2d)._repr_html_()
    assert "data-vl-status='wrong'" in html
    assert "<b>&</b>" not in html


def test_hints_come_one_by_one_and_solution_shows_code(capsys):
    for number in (1, 2, 3):
        hint("count-weights")
        assert f"Hint {number} of 3" in capsys.readouterr().out
    solution("count-weights")
    assert "def count_weights" in capsys.readouterr().out
    with pytest.raises(ValueError, match="from 1 to 3"):
        hint("count-weights", 4)
