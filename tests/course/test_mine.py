"""`use` hands out the learner's function when it is right, else the library's."""

import inspect
import time
import weakref

import numpy as np
import pytest

from tests.course.toys import BACKWARD
from vidlearn.course import check, mine, use
from vidlearn.course.checks import judge

pytestmark = pytest.mark.usefixtures("toys", "kept")
DOUT, X = np.array([1.0, 2]), np.array([3.0, 5])


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(mine, "_judged", weakref.WeakKeyDictionary())


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


def test_a_fast_form_stands_in_for_a_slow_reference(monkeypatch):
    from tests.course import toys
    from vidlearn.course import exercises

    toy = toys.Toy("slow", BACKWARD.solution, BACKWARD.cases, fast=lambda *a: "fast")
    toy = toys.Toy(**{**vars(toy), "said": {"use": {"credit_ours": "Trained by ours."}}})
    monkeypatch.setattr(exercises, "_registry", lambda: {"slow": toy})
    ours = use("slow", None)
    assert ours(1, 2) == "fast"
    assert ours.credit == "Trained by ours."
