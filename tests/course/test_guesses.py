"""A guess is noted, kept, and compared kindly."""

import json
from itertools import count

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
        (12.16, 100 * 0.9**20, "right", "It is 12.16, just as you said."),
        (100 * 0.9**20, 12.16, "right", "It is 12.16, just as you said."),
        (10, 100, "wrong", "It is 100. Your 10 is a factor of 10 too low."),
        (12, 1_105_920_000, "wrong", "is a factor of 92,000,000 too low"),
        (30, 20, "wrong", "It is 20. Your 30 is 50 % too high."),
        (-3, 3, "wrong", "It is 3. Your -3 is below zero."),
        (3, -3, "wrong", "It is -3. Your 3 is above zero."),
        (2, 0, "wrong", "It is 0. Your 2 is too high."),
        (-12, -3, "wrong", "It is -3. Your -12 is a factor of 4 too far below zero."),
        (-3, -12, "wrong", "It is -12. Your -3 is a factor of 4 too near zero."),
        (-3, -2, "wrong", "It is -2. Your -3 is 50 % too far below zero."),
        (0, -3, "wrong", "It is -3. Your 0 is too high."),
        (0, 1105.92, "wrong", "It is 1,106. Your 0 is too low."),
        (1e20, 3, "wrong", "Your 1 × 10^20 is a factor of 3.3 × 10^19 too high."),
        (2e-5, 0.3, "wrong", "It is 0.3. Your 2 × 10^-5 is a factor of 15,000 too low."),
        ("1_000", np.int64(1000), "right", "It is 1,000"),
        ((5, 7), np.array([5, 7]), "right", "It is (5, 7), just as you said."),
        ([5, 8], (5, 7), "wrong", "It is (5, 7). You said (5, 8)."),
        ("uint8", "UINT8", "right", "just as you said"),
        ("many", 3.0, "wrong", "cannot be compared"),
        (3, (3, 4), "wrong", "cannot be compared"),
        (float("inf"), 3, "wrong", "It is 3. Large or small, it has an end; you said ∞."),
        (float("-inf"), 3, "wrong", "it has an end; you said -∞."),
        (3, np.inf, "wrong", "It is ∞. Your 3 is too low."),
        (float("inf"), np.inf, "right", "It is ∞, just as you said."),
        (1e308, 1e-3, "wrong", "It is 0.001. Your 1 × 10^308 is too high."),
        (-1e308, -1e-3, "wrong", "Your -1 × 10^308 is too far below zero."),
        (5e-324, 1e9, "wrong", "Your 4.94 × 10^-324 is too low."),
    ],
)
def test_a_guess_is_compared(guess, value, status, words):
    predict("size", guess)
    result = reveal("size", value)
    assert result.status == status
    assert words in result.lines[0]
    assert result.lines[-1] == "It always does."
    assert ("Good." in result.lines) == (status == "right")


@pytest.mark.parametrize(
    ("guess", "title", "words"),
    [
        (1_105_920_000, "Right, in another unit.", "the two are a factor of 1,000,000 apart"),
        (1_105_920, "Right, in another unit.", "Your 1,105,920 is right, but counted in another"),
        (0.00110592, "Right, in another unit.", "a factor of 1,000,000 apart"),
        (11.0592, "Right, in another unit.", "a factor of 100 apart"),
        (1e9, "Not what you expected.", "too high. Or did you count in another unit? Then it is"),
        (10, "Not what you expected.", "too low. Or did you count in another unit?"),
        (110.592, "Not what you expected.", "It is 1,106. Your 110.6 is a factor of 10 too low."),
        (600_000, "Not what you expected.", "Your 600,000 is a factor of 540 too high."),
    ],
)
def test_a_guess_in_another_unit_is_told_so(guess, title, words):
    predict("weights", guess)
    result = reveal("weights", 1105.92)
    assert result.title == title
    assert result.status == ("right" if title.startswith("Right") else "wrong")
    assert words in result.lines[0]


ODD = [{}, np.zeros((2, 2)), object(), float("nan"), 1j, True, [None], [[1], [2, 3]], 10**400]


@pytest.mark.parametrize("guess", [*ODD, "a lot", "nan", (1, 106), [3], "12 million"])
def test_one_number_is_asked_for_at_once(guess, capsys):
    predict("weights", guess)
    wanted = '`predict` wants one number (million weights), as in `predict("weights", 12)`.'
    assert wanted in capsys.readouterr().out
    assert reveal("weights", 3).status == "not_yet"


CURVES = [
    {1, 0.9, 0.8},
    {1: 0, 0.9: 0, 0.8: 0},
    count(),
    0.8,
    "falling",
    (1, 0.9),
    (1, 0.9, 0.8, 0.7),
    "123",
]
CURVES += [(97, 80, 40), (1, 0.9, -0.1)]


@pytest.mark.parametrize("guess", [*ODD, *CURVES, (1, 0.9, float("nan")), (1, 0.9, "b")])
def test_several_numbers_are_asked_for_at_once(guess, capsys):
    predict("curve", guess)
    wanted = '`predict` wants 3 numbers from 0 to 1, as in `predict("curve", (1, 0.9, 0.8))`.'
    assert wanted in capsys.readouterr().out
    assert reveal("curve", (1, 0.8, 0.4)).status == "not_yet"


@pytest.mark.parametrize("guess", [(1, 0.8, 0.4), np.array([1, 0.8, 0.4]), "(1, .8, .4)"])
def test_several_numbers_may_be_written_in_several_ways(guess, capsys):
    predict("curve", guess)
    assert "Your guess: (1, 0.8, 0.4)." in capsys.readouterr().out
    assert reveal("curve", (1, 0.8, 0.45))


def test_a_prediction_gives_an_example_of_its_own(capsys):
    predict("loss", "down")
    wanted = 'one number (change of the loss), as in `predict("loss", -0.2)`'
    assert wanted in capsys.readouterr().out


@pytest.mark.parametrize("guess", [12, "12", 12.0, "1_2", np.float32(12), np.array(12)])
def test_a_number_may_be_written_in_several_ways(guess, capsys):
    predict("weights", guess)
    assert "Your guess: 12." in capsys.readouterr().out
    assert reveal("weights", 12)


def test_a_guess_that_is_refused_forgets_the_one_before(kept):
    predict("size", 3)
    predict("size", {})
    assert reveal("size", 3).status == "not_yet"


@pytest.mark.parametrize("none", [None, ..., "", "  "])
def test_no_guess_is_no_fault(none, capsys):
    predict("size", none)
    assert "No guess yet" in capsys.readouterr().out
    result = reveal("size", 28)
    assert result.status == "not_yet"
    assert "It is 28." in result.lines[0]


@pytest.mark.parametrize("guess", ODD)
def test_what_is_no_guess_is_told(guess, capsys):
    predict("size", guess)
    assert 'wants a number, as in `predict("size", 12)`' in capsys.readouterr().out
    assert reveal("size", 3).status == "not_yet"


@pytest.mark.parametrize("guess", ["a", "A)", "(a)", "Left", " left ", "a) left"])
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


class Mute:
    """A thing that resists being looked at."""

    def __getattribute__(self, name):
        raise RuntimeError("mute")

    def __repr__(self):
        raise RuntimeError("mute")

    __str__ = __float__ = __repr__


@pytest.mark.parametrize("exercise", ["size", "weights", "curve", "way"])
def test_a_guess_that_resists_is_told_not_raised(exercise, capsys):
    for guess in (Mute(), [Mute()] * 3):
        predict(exercise, guess)
        assert "It was given" in capsys.readouterr().out
        assert reveal(exercise, guess).status == "not_yet"


@pytest.mark.parametrize(
    ("exercise", "kept_guess", "value"),
    [("way", "z", "a"), ("way", 3, "a"), ("curve", ["a"], (1, 1, 1)), ("weights", {"a": 1}, 3)],
)
def test_a_kept_guess_that_answers_another_question_is_none(kept, exercise, kept_guess, value):
    row = {"status": "guessed", "tries": 1, "guess": kept_guess}
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({exercise: row}))
    result = reveal(exercise, value)
    assert result.status == "not_yet"
    assert "no guess" in result.lines[0]
