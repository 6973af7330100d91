"""A guess is noted, kept, and compared kindly."""

import json

import numpy as np
import pytest

from vidlearn.course import guesses, predict, reveal

pytestmark = pytest.mark.usefixtures("toys", "kept")


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(guesses, "_guesses", {})


@pytest.mark.parametrize(
    ("guess", "value", "status", "words"),
    [
        (28, 28, "right", "It is 28, just as you said."),
        (100, 104, "right", "It is 104. Your 100 is close."),
        (10, 100, "wrong", "It is 100. Your 10 is a factor of 10 too low."),
        (12, 1_105_920_000, "wrong", "is a factor of 92,000,000 too low"),
        (30, 20, "wrong", "It is 20. Your 30 is 50 % too high."),
        (-3, 3, "wrong", "It is 3. Your -3 has the other sign."),
        (2, 0, "wrong", "It is 0. Your 2 is 2 too high."),
        (0, 5, "wrong", "It is 5. Your 0 is 5 too low."),
        ("1_000", np.int64(1000), "right", "It is 1,000"),
        ((5, 7), np.array([5, 7]), "right", "It is (5, 7), just as you said."),
        ([5, 8], (5, 7), "wrong", "It is (5, 7). You said (5, 8)."),
        ("uint8", "UINT8", "right", "just as you said"),
        ("many", 3.0, "wrong", "cannot be compared"),
        (3, (3, 4), "wrong", "cannot be compared"),
        (float("inf"), 3, "wrong", "It is 3. Your inf"),
    ],
)
def test_a_guess_is_compared(guess, value, status, words):
    predict("size", guess)
    result = reveal("size", value)
    assert result.status == status
    assert words in result.lines[0]
    assert result.lines[-1] == "It always does."
    assert ("Good." in result.lines) == (status == "right")


@pytest.mark.parametrize("none", [None, ..., "", "  "])
def test_no_guess_is_no_fault(none, capsys):
    predict("size", none)
    assert "No guess yet" in capsys.readouterr().out
    result = reveal("size", 28)
    assert result.status == "not_yet"
    assert "It is 28." in result.lines[0]


@pytest.mark.parametrize("guess", [{}, np.zeros((2, 2)), object(), float("nan"), [None]])
def test_what_is_no_guess_is_told(guess, capsys):
    predict("size", guess)
    assert 'wants a number, as in `predict("size", 12)`' in capsys.readouterr().out
    assert reveal("size", 3).status == "not_yet"


@pytest.mark.parametrize("guess", ["a", "A)", "Left", " left "])
def test_a_choice_may_be_a_letter_or_its_words(guess, capsys):
    predict("way", guess)
    assert "Your guess: a) left" in capsys.readouterr().out
    assert reveal("way", "left").status == "right"


def test_a_wrong_choice_is_answered():
    predict("way", "b")
    result = reveal("way", "a")
    assert result.status == "wrong"
    assert result.lines == [
        "It is a) left. You said b) right.",
        "That is the other hand.",
    ]


def test_an_unknown_choice_is_told_with_the_choices(capsys):
    predict("way", "z")
    assert "a) left; b) right; c) both" in capsys.readouterr().out


def test_a_value_that_is_no_choice_is_told_not_raised():
    predict("way", "a")
    assert reveal("way", "up").status == "not_yet"


def test_wrong_ids_are_told(capsys):
    predict("siz", 3)
    assert reveal("siz", 3).status == "not_yet"
    assert capsys.readouterr().out.count("Near it: `size`") == 2


def test_guesses_are_kept_over_a_restart(kept):
    predict("size", (5, 7))
    guesses._guesses.clear()
    assert reveal("size", (5, 7)).status == "right"
    row = json.loads(kept.read_text())["size"]
    assert (row["status"], row["guess"]) == ("right", [5, 7])


def test_a_guess_that_was_withdrawn_is_gone(kept):
    predict("size", 3)
    predict("size", None)
    assert reveal("size", 3).status == "not_yet"


def test_without_a_file_guesses_live_in_the_kernel(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    predict("size", 3)
    assert reveal("size", 3).status == "right"
