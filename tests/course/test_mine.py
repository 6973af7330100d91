"""`use` hands out the learner's function when it is right, else the library's."""

import copy
import inspect
import time
import weakref

import numpy as np
import pytest

from tests.course.toys import BACKWARD
from vidlearn.course import check, exercises, mine, use
from vidlearn.course.checks import judge

pytestmark = pytest.mark.usefixtures("toys", "kept")
REGISTRY = exercises._registry
DOUT, X = np.array([1.0, 2]), np.array([3.0, 5])


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(mine, "_judged", weakref.WeakKeyDictionary())


@pytest.fixture
def real(toys, monkeypatch):
    """The course's own exercises in place of the toys."""
    monkeypatch.setattr(exercises, "_registry", REGISTRY)


def my_backward(dout, x):
    """Mine."""
    return dout * 2, (dout * x).sum()


def my_stub(dout, x):
    """Return dx and dw."""
    ...


def test_a_right_function_is_handed_out(capsys):
    ours = use("backward", my_backward)
    assert ours.function is my_backward
    assert ours.yours
    assert ours.credit == "Drawn by your own `my_backward`."
    assert ours(DOUT, x=X)[1] == 13
    assert capsys.readouterr().out.count("\n") == 1
    assert (ours.__name__, ours.__doc__) == ("my_backward", "Mine.")
    assert list(inspect.signature(ours).parameters) == ["dout", "x"]
    assert repr(ours) == "my_backward (yours)"


@pytest.mark.parametrize(
    "answer", [my_stub, None, ..., 3, lambda d, x: 1 / 0, lambda d, x: (d, d), BACKWARD, np.add]
)
def test_whatever_else_is_replaced_and_never_raises(answer, capsys):
    ours = use("backward", answer)
    assert not ours.yours
    assert ours(DOUT, X)[1] == 13
    assert ours.credit.startswith("Drawn with the library's own")
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "library" in printed


def test_a_stub_and_a_wrong_answer_are_told_apart(capsys):
    use("backward", my_stub)
    assert 'when `check("backward", my_backward)` finds it right' in capsys.readouterr().out
    use("backward", lambda d, x: (d, d))
    assert "is not right yet" in capsys.readouterr().out


def test_a_wrong_id_is_told_and_the_function_runs(capsys):
    ours = use("bakward", my_backward)
    assert "Near it: `backward`" in capsys.readouterr().out
    assert not ours.yours
    assert ours.credit == ""
    assert ours(DOUT, X)[1] == 13


def test_it_is_silent_and_quick_in_a_loop(capsys):
    use("backward", my_backward)
    capsys.readouterr()
    start = time.perf_counter()
    for _ in range(1000):
        assert use("backward", my_backward).yours
    assert time.perf_counter() - start < 2
    assert capsys.readouterr().out == ""


def test_what_it_hands_out_can_be_used_and_checked_again():
    ours = use("backward", my_backward)
    assert use("backward", ours).yours
    assert check("backward", ours)
    assert judge("backward", use("backward", my_stub)).status == "not_yet"


def test_nothing_is_recorded(kept):
    use("backward", lambda d, x: (d, d))
    assert not kept.exists()


def cropped(frame, height, width):
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    return frame[top : top + height, left : left + width]


def shuffled(clips, rng):
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])


@pytest.mark.parametrize("as_list", [list, np.ndarray.tolist, tuple])
@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("centre-crop", cropped),
        ("own-order", shuffled),
        ("dropout", lambda x, kept, rate, training: x * kept / (1 - rate) if training else x),
    ],
)
def test_a_list_becomes_the_array_that_the_next_cell_needs(real, exercise, answer, as_list):
    ours = use(exercise, lambda *args: as_list(answer(*args)))
    assert ours.yours
    args = exercises.get(exercise).cases()[1]
    came, expected = ours(*copy.deepcopy(args)), answer(*copy.deepcopy(args))
    assert came.dtype == expected.dtype
    np.testing.assert_array_equal(came, expected)


def test_a_list_stays_where_the_reference_gives_none_or_it_is_ragged():
    assert mine._as_array([1, 2], None) == [1, 2]
    assert mine._as_array((1, 2), (1, 2)) == (1, 2)
    assert mine._as_array([[1], [2, 3]], np.zeros(2)) == [[1], [2, 3]]
    assert mine._as_array(["a"], np.zeros(1)) == ["a"]
    assert mine._as_array([-1, 300], np.zeros(2, np.uint8)).tolist() == [-1, 300]
    assert use("backward", lambda d, x: [d * 2, (d * x).sum()])(DOUT, X)[1] == 13


def test_a_fast_form_stands_in_for_a_slow_reference(monkeypatch):
    from tests.course import toys
    from vidlearn.course import exercises

    toy = toys.Toy("slow", BACKWARD.solution, BACKWARD.cases, fast=lambda *a: "fast")
    toy = toys.Toy(**{**vars(toy), "said": {"use": {"credit_ours": "Trained by ours."}}})
    monkeypatch.setattr(exercises, "_registry", lambda: {"slow": toy})
    ours = use("slow", None)
    assert ours(1, 2) == "fast"
    assert ours.credit == "Trained by ours."
