"""A guess before the cell, compared with what the cell finds."""

import math

import numpy as np

from vidlearn.course import exercises
from vidlearn.course.describe import brief
from vidlearn.course.progress import load, record
from vidlearn.course.result import CheckResult, show, show_line
from vidlearn.messages import text

_guesses = {}
LETTERS = "abcdefghij"


def predict(exercise_id, guess=None):
    """Note a guess, before the lesson shows what comes. Never raises.

    Parameters
    ----------
    exercise_id : str
        The prediction.
    guess : float, tuple of float or str, optional
        A number, several, a text, or the letter of a choice. None: no guess yet.
    """
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        show_line("predict", error.args[0])
        return
    words = text("predict")
    if guess is None or guess is Ellipsis or (isinstance(guess, str) and not guess.strip()):
        _guesses[exercise.id] = None
        show_line("predict", words["none"], predict=exercise.id)
        return
    try:
        plain = _plain(exercise, guess)
    except (TypeError, ValueError):
        line = words["unclear"].format(wanted=_wanted(exercise), came=brief(guess))
        show_line("predict", line, predict=exercise.id)
        return
    _guesses[exercise.id] = plain
    record(exercise.id, "guessed", guess=plain)
    line = words["guessed"].format(guess=_said(exercise, plain))
    show_line("predict", line, predict=exercise.id)


def reveal(exercise_id, value):
    """Compare a guess with the value that came, kindly. Never raises.

    Parameters
    ----------
    exercise_id : str
        The prediction.
    value : float, tuple of float or str
        What came: a number, several, a text, or the letter of the choice that was right.

    Returns
    -------
    CheckResult
        True in a condition when the guess was right or close.
    """
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        return show(CheckResult(str(exercise_id), "not_yet", lines=[error.args[0]]))
    words, about = text("predict"), exercise.words
    try:
        value = _plain(exercise, value)
    except (TypeError, ValueError):
        line = words["no_guess_of"].format(value=brief(value))
        return show(CheckResult(exercise.id, "not_yet", title=words["title"], lines=[line]))
    guess = _guess_for(exercise.id)
    after = [about["after"]] if "after" in about else []
    if guess is None:
        line = words["no_guess"].format(value=_said(exercise, value))
        return show(CheckResult(exercise.id, "not_yet", title=words["title"], lines=[line, *after]))
    verdict, line = _compared(exercise, guess, value)
    mistake = about.get("mistakes", {}).get(guess) if isinstance(guess, str) else None
    more = [mistake] if mistake and verdict == "far" else []
    if verdict != "far" and "right" in about:
        more = [about["right"]]
    status = "wrong" if verdict == "far" else "right"
    record(exercise.id, "right" if status == "right" else "seen")
    title = words[f"title_{verdict}"]
    return show(CheckResult(exercise.id, status, title=title, lines=[line, *more, *after]))


def _guess_for(exercise_id):
    """The guess of this kernel, else the one kept from an earlier one."""
    if exercise_id in _guesses:
        return _guesses[exercise_id]
    kept = load().get(exercise_id, {}).get("guess")
    return tuple(kept) if isinstance(kept, list) else kept


def choices(exercise):
    """Return the choices of a prediction by letter; empty where anything may be said.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise

    Returns
    -------
    dict of str to str
    """
    return dict(zip(LETTERS, exercise.words.get("choices", []), strict=False))


def _plain(exercise, guess):
    """Bring a guess or a value to what can be kept: float, tuple of floats, text or letter."""
    known = choices(exercise)
    if known:
        said = str(guess).strip().lower().rstrip(").")
        texts = {words.lower(): letter for letter, words in known.items()}
        letter = said if said in known else texts.get(said)
        if letter is None:
            raise ValueError(guess)
        return letter
    if isinstance(guess, str):
        try:
            return float(guess.replace("_", ""))
        except ValueError:
            return guess.strip()
    if isinstance(guess, tuple | list) or np.ndim(guess) == 1:
        return tuple(_number(part) for part in guess)
    return _number(guess)


def _number(value):
    number = float(value)
    if math.isnan(number):
        raise ValueError(value)
    return number


def _wanted(exercise):
    words, known = text("predict"), choices(exercise)
    listed = "; ".join(words["choice"].format(letter=k, words=v) for k, v in known.items())
    return words["wanted_choice" if known else "wanted_number"].format(
        id=exercise.id, choices=listed
    )


def _said(exercise, value):
    known = choices(exercise)
    if known:
        return text("predict")["choice"].format(letter=value, words=known[value])
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return f"({', '.join(_figure(part) for part in value)})"
    return _figure(value)


def _figure(value):
    if value == int(value) if math.isfinite(value) else False:
        return f"{int(value):,}" if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.4g}"


def _compared(exercise, guess, value):
    """Return the verdict, "right", "close" or "far", and the sentence."""
    words = text("predict")
    values = {"value": _said(exercise, value), "guess": _said(exercise, guess)}
    if type(guess) is not type(value):
        return "far", words["unclear_value"].format(**values)
    if isinstance(value, float):
        verdict, line, how = _numbers(exercise, guess, value)
        return verdict, words[line].format(how=how, **values)
    if isinstance(value, tuple):
        same = len(guess) == len(value) and np.allclose(guess, value, exercise.close, exercise.near)
        exact = len(guess) == len(value) and np.allclose(guess, value, 1e-9, 0)
        line = "exact" if exact else "close" if same else "other"
        return ("right" if exact else "close" if same else "far"), words[line].format(**values)
    same = guess.casefold() == value.casefold()
    return ("right" if same else "far"), words["exact" if same else "other"].format(**values)


def _numbers(exercise, guess, value):
    words, off = text("predict"), abs(guess - value)
    if off <= 1e-9 * abs(value):
        return "right", "exact", ""
    if off <= max(exercise.close * abs(value), exercise.near):
        return "close", "close", ""
    if guess * value < 0:
        return "far", "other_sign", ""
    line = "too_low" if guess < value else "too_high"
    if guess == 0 or value == 0 or not math.isfinite(off):
        return "far", line, words["amount"].format(amount=off)
    factor = max(abs(guess / value), abs(value / guess))
    if factor >= 2:
        return "far", line, words["factor"].format(factor=_rough(factor))
    return "far", line, words["percent"].format(percent=100 * off / abs(value))


def _rough(factor):
    """Two figures of a factor, without a power of ten."""
    return f"{float(f'{factor:.2g}'):,.0f}" if factor >= 10 else f"{factor:.2g}"
