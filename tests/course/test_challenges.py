"""A challenge scores, shows the bar, and remembers the best."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import challenge, challenges
from vidlearn.course.limits import ran_out
from vidlearn.course.progress import load

pytestmark = pytest.mark.usefixtures("toys", "kept")


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(challenges, "_best", {})


def test_score_bar_and_best(kept):
    result = challenge("climb", lambda k: k)
    assert result.status == "wrong"
    assert result.title == "Not over the bar yet."
    assert result.lines == ["Score 3, bar 6, your best so far 3."]
    result = challenge("climb", lambda k: 2 * k)
    assert result
    assert result.title == "Over the bar."
    assert result.lines == [
        "Score 6, bar 6, your best so far 6.",
        "That is your best.",
        "Well climbed.",
    ]
    assert "That is your best." not in challenge("climb", lambda k: 2 * k).lines
    challenges._best.clear()  # another kernel
    assert challenge("climb", lambda k: k).lines[0].endswith("your best so far 6.")
    assert load()["climb"] == {"status": "right", "tries": 4, "best": 6.0}


def test_lower_may_be_better():
    result = challenge("fall", lambda k: 1)
    assert result
    assert result.lines == ["Score 3, bar 6, your best so far 3. Lower is better."]
    assert challenge("fall", lambda k: 9).lines[0].startswith("Score 27, bar 6, your best so far 3")


def endless(k):
    while True:
        k += 1


def abysmal(k):
    return abysmal(k + 1)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (lambda k: None, "not_yet", "returns nothing so far"),
        (lambda k: ..., "not_yet", "returns nothing so far"),
        (None, "not_yet", "returns nothing so far"),
        (lambda k: 1 / 0, "wrong", "ZeroDivisionError"),
        (lambda k: np.nan, "wrong", "not a finite number"),
        (lambda k: np.inf, "wrong", "not a finite number"),
        (lambda k: "a", "wrong", "TypeError"),
        (lambda k, calls=[1, None, None]: calls.pop(0), "wrong", "TypeError"),
        (lambda k: print("hm"), "not_yet", "printed something and returned nothing"),
        (
            7,
            "not_yet",
            '`challenge` wants your function itself, as in `challenge("fall", my_fall)`',
        ),
        ([1, 2], "not_yet", "It was given [1, 2]."),
        (np.zeros(2), "not_yet", "It was given [0. 0.]"),
        ("text", "not_yet", "It was given 'text'."),
        (abysmal, "wrong", "calls itself without end"),
        (endless, "wrong", "ran for 0.3 seconds and was stopped in its line"),
        (scratch.relu_forward, "not_yet", "the library's own `relu_forward`"),
    ],
)
def test_odd_answers_are_told_not_raised(answer, status, words):
    result = challenge("fall", answer)
    assert result.status == status
    assert words in repr(result)


def test_a_slow_scoring_is_not_the_answers_fault():
    result = challenge("judge", lambda: 1)
    assert result.status == "wrong"
    assert "scoring took longer than 0.3 seconds" in repr(result)
    assert "while" not in repr(result)


def test_wrong_ids_and_kinds_are_told():
    assert "Near it: `climb`" in repr(challenge("clim", abs))
    assert 'check("box"' in repr(challenge("box", abs))


def test_what_ran_out_of_time_is_remembered_until_it_ends_in_time():
    waits = [True]

    def answer(k):
        while waits[0]:
            k += 1
        return k

    challenge("fall", answer)
    assert ran_out(answer)
    waits[0] = False
    challenge("fall", answer)
    assert not ran_out(answer)
