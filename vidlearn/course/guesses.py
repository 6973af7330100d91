"""A guess before the cell, compared with what the cell finds."""

import math
from itertools import islice

import numpy as np

from vidlearn.course import exercises
from vidlearn.course.describe import brief
from vidlearn.course.progress import load, record
from vidlearn.course.result import CheckResult, show, show_line
from vidlearn.messages import text

_guesses = {}
LETTERS = "abcdefghij"
SAME_DIGITS = 1e-3  # a guess as near as this to a power of ten times the value


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
    if guess is None or guess is Ellipsis or (type(guess) is str and not guess.strip()):
        _guesses[exercise.id] = None
        show_line("predict", words["none"], predict=exercise.id)
        return
    try:
        plain = _in_span(exercise, _plain(exercise, guess))
    except Exception:  # also of what resists being looked at
        _guesses[exercise.id] = None  # an earlier guess is not the one meant
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
        name = exercise_id if isinstance(exercise_id, str) else brief(exercise_id)
        return show(CheckResult(name, "not_yet", lines=[error.args[0]]))
    words, about = text("predict"), exercise.words
    try:
        value = _plain(exercise, value)
    except Exception:
        line = words["no_guess_of"].format(value=brief(value))
        return show(CheckResult(exercise.id, "not_yet", title=words["title"], lines=[line]))
    guess = _guess_for(exercise)
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


def _guess_for(exercise):
    """The guess of this kernel, else the one kept from an earlier one, if it still is one."""
    if exercise.id in _guesses:
        return _guesses[exercise.id]
    kept = load().get(exercise.id, {}).get("guess")
    if kept is None:
        return None
    try:
        return _plain(exercise, kept)
    except Exception:  # the question was another one then
        return None


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
        forms = {
            _bare(form): letter
            for letter, words in known.items()
            for form in (f"{letter}) {words}", words, letter)
        }
        if _bare(guess) not in forms:
            raise ValueError(guess)
        return forms[_bare(guess)]
    if exercise.count:
        if isinstance(guess, set | frozenset | dict):
            raise ValueError(guess)  # in no order
        parts = guess.strip(" ()[]").split(",") if isinstance(guess, str) else guess
        numbers = tuple(_number(part) for part in islice(parts, exercise.count + 1))
        if len(numbers) != exercise.count:
            raise ValueError(guess)
        return numbers
    if isinstance(guess, str):
        try:
            return _number(guess.replace("_", ""))
        except ValueError:
            if _asks_for_a_number(exercise):
                raise
            return guess.strip()
    if not _asks_for_a_number(exercise) and np.ndim(guess) == 1:
        return tuple(_number(part) for part in guess)
    return _number(guess)


def _bare(words):
    return str(words).strip().lower().strip("().")


def _in_span(exercise, plain):
    """Return a guess, unless it lies where no answer can."""
    low, high = exercise.span or (-math.inf, math.inf)
    if not isinstance(plain, str) and not all(low <= part <= high for part in np.ravel(plain)):
        raise ValueError(plain)
    return plain


def _asks_for_a_number(exercise):
    """What is counted in a unit is one number."""
    return "unit" in exercise.words


def _number(value):
    number = float(value)
    if math.isnan(number) or isinstance(value, bool | np.bool_):
        raise ValueError(value)
    return number


def _wanted(exercise):
    words, known = text("predict"), choices(exercise)
    listed = "; ".join(words["choice"].format(letter=k, words=v) for k, v in known.items())
    unit = exercise.words.get("unit")
    line = "wanted_choice" if known else "wanted_unit" if unit else "wanted_number"
    line = "wanted_several" if exercise.count else line
    low, high = exercise.span or (0, 0)
    return words[line].format(
        id=exercise.id,
        choices=listed,
        unit=unit,
        count=exercise.count,
        span=words["span"].format(low=low, high=high) if exercise.span else "",
        example=exercise.words.get("example", "12"),
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
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        digits, power = f"{value:.2e}".split("e")
        return text("predict")["power"].format(digits=f"{float(digits):g}", power=int(power))
    return f"{value:,.0f}" if size >= 1000 or value == int(value) else f"{value:.4g}"


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
    """Return the verdict, which sentence says it, and how far off the guess is."""
    words, off = text("predict"), abs(guess - value)
    line = "too_low" if guess < value else "too_high"
    if guess == value or _figure(guess) == _figure(value):
        return "right", "exact", ""
    if math.isinf(guess) or math.isinf(value):
        return "far", "infinite" if math.isinf(guess) else line, ""
    if off <= 1e-9 * abs(value):
        return "right", "exact", ""
    if off <= max(exercise.close * abs(value), exercise.near):
        return "close", "close", ""
    if guess * value < 0:
        return "far", "below_zero" if guess < 0 else "above_zero", ""
    if guess == 0 or value == 0:
        return "far", line, ""
    if value < 0:
        line = "too_far" if guess < value else "too_near"
    ratio = guess / value
    if not 1e-300 < ratio < 1e300:  # further than floats reach
        return "far", line, ""
    factor = max(ratio, 1 / ratio)
    if factor < 2:
        return "far", line, words["percent"].format(percent=100 * off / abs(value))
    how = words["factor"].format(factor=_rough(factor))
    power = 10.0 ** round(math.log10(ratio))
    missed = abs(ratio / power - 1)
    if max(power, 1 / power) < 100 or missed > exercise.close:
        return "far", line, how
    if missed > SAME_DIGITS:
        return "far", f"{line}_or_unit", how
    return "unit", "unit", words["factor"].format(factor=_figure(max(power, 1 / power)))


def _rough(factor):
    """Two figures of a factor."""
    return _figure(float(f"{factor:.2g}"))
