"""A challenge scores, shows the bar, and remembers the best."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import challenge, challenges
from vidlearn.course.progress import load

pytestmark = pytest.mark.usefixtures("toys", "kept")


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(challenges, "_best", {})


def test_score_bar_and_best(kept):
    result = challenge("climb", lambda k: k)
    assert result.status == "wrong"
    assert result.title == "Below the bar still."
    assert result.lines == ["Score 3, bar 6, your best so far 3."]
    result = challenge("climb", lambda k: 2 * k)
    assert result
    assert result.title == "Over the bar."
    assert result.lines == [
        "Score 6, bar 6, your best so far 6.",
        "That is your best.",
        "Well climbed.",
    ]
    challenges._best.clear()  # another kernel
    assert challenge("climb", lambda k: k).lines[0].endswith("your best so far 6.")
    assert load()["climb"] == {"status": "right", "tries": 3, "best": 6.0}


def test_lower_may_be_better():
    result = challenge("fall", lambda k: 1)
    assert result
    assert result.lines == ["Score 3, bar 6, your best so far 3. Lower is better."]
    assert challenge("fall", lambda k: 9).lines[0].startswith("Score 27, bar 6, your best so far 3")


def endless(k):
    while True:
        k += 1


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (lambda k: None, "not_yet", "returns nothing so far"),
        (lambda k: ..., "not_yet", "returns nothing so far"),
        (None, "not_yet", "returns nothing so far"),
        (lambda k: 1 / 0, "wrong", "ZeroDivisionError"),
        (lambda k: np.nan, "wrong", "not a finite number"),
        (lambda k: "a", "wrong", "TypeError"),
        (7, "wrong", "There is no score"),
        (endless, "wrong", "ran for 0.3 seconds and was stopped in its line"),
        (scratch.relu_forward, "not_yet", "the library's own `relu_forward`"),
    ],
)
def test_odd_answers_are_told_not_raised(answer, status, words):
    result = challenge("fall", answer)
    assert result.status == status
    assert words in repr(result)


def test_wrong_ids_and_kinds_are_told():
    assert "Near it: `climb`" in repr(challenge("clim", abs))
    assert 'check("box"' in repr(challenge("box", abs))
