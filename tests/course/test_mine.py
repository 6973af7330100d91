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


def in_lists(*parts):
    return [part.tolist() for part in parts]


def in_tensors(*parts):
    from keras import ops

    return tuple(ops.convert_to_tensor(part) for part in parts)


@pytest.mark.parametrize("form", [in_lists, in_tensors, lambda *parts: list(parts)])
def test_each_of_several_results_becomes_what_the_next_cell_needs(real, form):
    form(np.zeros(1))  # Keras takes its time to begin
    ours = use("dense-backward", lambda dout, x, w: form(dout @ w.T, x.T @ dout, dout.sum(axis=0)))
    assert ours.yours
    came = ours(*exercises.get("dense-backward").cases()[1])
    assert type(came) is tuple
    assert [type(part) for part in came] == [np.ndarray] * 3
    assert [part.shape for part in came] == [(3, 3), (3, 3), (3,)]


def loops(frame, height, width):
    """Write pixel by pixel into zeros, which are floats."""
    top, left = (frame.shape[0] - height) // 2, (frame.shape[1] - width) // 2
    out = np.zeros((height, width, 3))
    for i, j in np.ndindex(height, width):
        out[i, j] = frame[top + i, left + j]
    return out


def test_pixels_stay_pixels_and_floats_stay_floats(real):
    ours = use("centre-crop", loops)
    frame = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
    assert ours(frame, 2, 2).dtype == np.uint8
    assert ours(frame.astype(float), 2, 2).dtype == float
    assert mine._formed(np.array([0.5, 1]), np.zeros(2, np.uint8), True).tolist() == [0.5, 1]
    assert mine._formed(np.array([np.nan]), np.zeros(1, np.uint8), True).dtype == float
    assert mine._formed([0.0, 1.0], np.zeros(2, bool), True).dtype == bool


@pytest.mark.parametrize(
    ("exercise", "answer", "expected"),
    [
        ("find-cuts", lambda f, limit: np.array([2.0, 5.0]), [2, 5]),
        ("find-cuts", lambda f, limit: (2.0, 5, 7.0), [2, 5, 7]),
        ("find-cuts", lambda f, limit: (t for t in (2, 5)), [2, 5]),
        ("find-cuts", lambda f, limit: [], []),
        ("box-of-mask", lambda mask: np.array([1.0, 2, 3, 4]), (1, 2, 3, 4)),
        ("frame-on-screen", lambda times, second: np.float64(3), 3),
        ("frame-on-screen", lambda times, second: np.array(3), 3),
        ("frame-on-screen", lambda times, second: 3.5, 3.5),
        ("frame-on-screen", lambda times, second: np.inf, np.inf),
        ("box-iou", lambda one, other: in_tensors(0.5)[0], 0.5),
    ],
)
def test_whole_numbers_count_and_index(real, exercise, answer, expected):
    from vidlearn.course.mine import Mine, _reference

    known = exercises.get(exercise)
    ours = Mine(answer, answer, True, "", lambda: _reference(known))
    came = ours(*known.cases()[0])
    assert came == expected
    assert type(came) is type(expected)
    if isinstance(expected, list | tuple):
        assert all(isinstance(part, int) for part in came)


def test_a_generator_can_be_gone_through_twice(real):
    ours = use("uniform-indices", lambda total, n: (int((i + 0.5) * total / n) for i in range(n)))
    assert ours.yours
    found = ours(100, 4)
    assert list(found) == list(found) == [12, 37, 62, 87]


def test_what_is_given_tensors_returns_what_it_returns(real):
    ours = use("normalise", lambda frames, mean, std: (frames / 255.0 - mean) / std)
    assert ours.yours
    (frames,) = in_tensors(np.full((1, 1, 1, 3), 51.0))
    came = ours(frames, np.zeros(3), np.ones(3))
    assert type(came) is type(frames)


def test_a_form_that_cannot_be_made_stays_as_it_came():
    assert mine._formed([1, 2], None, True) == [1, 2]
    assert mine._formed((1, 2), (1, 2), True) == (1, 2)
    assert mine._formed((1, 2, 3), (1, 2), True) == (1, 2, 3)
    assert mine._formed([[1], [2, 3]], np.zeros(2), True) == [[1], [2, 3]]
    assert mine._formed(["a"], np.zeros(1), True) == ["a"]
    assert mine._formed({"a": 1}, [1], True) == {"a": 1}
    assert mine._formed([-1, 300], np.zeros(2, np.uint8), True).tolist() == [-1, 300]
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
