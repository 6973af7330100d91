"""`grade` tries an answer input by input, and says what is wrong with the first that fails."""

import contextlib
import copy
import inspect
import warnings
from dataclasses import dataclass

import numpy as np

from vidlearn.course.answers import code_of, name_of, stopped
from vidlearn.course.compare import changed, differences, rounding
from vidlearn.course.describe import brief
from vidlearn.course.exercises import Refusal
from vidlearn.course.limits import Clock, Heard
from vidlearn.course.misconceptions import from_error, from_nothing, from_results
from vidlearn.course.result import CheckResult
from vidlearn.messages import text

EMPTY = (None, Ellipsis)
AS_GIVEN = "as-given"  # the mistake that is a function to repair, as it stood


@dataclass
class Try:
    """What an answer did with one input: what it was given, left of it, returned or raised."""

    args: tuple
    left: tuple
    came: object = None
    error: BaseException | None = None
    printed: str = ""
    measured: object = None
    refusal: Exception | None = None

    @property
    def empty(self):
        return self.error is None and any(self.came is nothing for nothing in EMPTY)

    @property
    def usable(self):
        return self.error is None and self.refusal is None and not self.empty


def grade(exercise, answer):
    """Compare an answer with the reference, input by input, the simple ones first.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    answer : callable
        The function to judge.

    Returns
    -------
    CheckResult
        Not shown and not recorded.
    """
    words, clock, tries = text("check"), Clock(exercise.seconds), []
    cases = exercise.cases()
    for k, args in enumerate(cases):
        one = attempt(exercise, answer, args, clock)
        tries.append(one)
        if isinstance(one.error, NotImplementedError) or (
            k == 0 and one.empty and _always_empty(exercise, answer, cases, clock)
        ):
            return _not_yet(exercise, answer, one)
        wrong = _fault(exercise, answer, tries, clock, cases)
        if wrong is not None and wrong.misconception == AS_GIVEN:
            line = exercise.words["mistakes"][AS_GIVEN]
            return CheckResult(exercise.id, "not_yet", lines=[line])
        if wrong is not None:
            return wrong
    tried = words["tried"].format(count=len(cases)) if len(cases) > 1 else None
    lines = [line for line in (exercise.words.get("right"), tried) if line]
    return CheckResult(exercise.id, "right", lines=lines, details=_printed(tries[0]))


def attempt(exercise, answer, args, clock):
    """Give an answer one input and take down what happens.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    answer : callable
        The function to judge.
    args : tuple
        The input.
    clock : Clock
        The time it has.

    Returns
    -------
    Try
    """
    one, heard = Try(args, copy.deepcopy(args)), Heard()
    try:
        with contextlib.redirect_stdout(heard):
            one.came = clock.run(exercise.run, answer, one.left)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, TimeUp, and what a learner may derive from it
        one.error = error
    one.printed = heard.told()
    if not one.usable:
        return one
    one.measured = one.came
    if exercise.measure is not None:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                one.measured = exercise.measure(one.came, *args)
        except Exception as error:
            one.refusal = error
    return one


def _reason(error):
    """What a measure says of a result: its own words, or that the form is another."""
    words = text("check")
    if isinstance(error, Refusal):
        return words["refused"].format(reason=error)
    return words["refused_form"]


def _always_empty(exercise, answer, cases, clock):
    """Tell whether an answer that returned nothing returns nothing for any input."""
    return all(attempt(exercise, answer, args, clock).empty for args in cases[1:])


def _fault(exercise, answer, tries, clock, cases):
    """Return what is wrong with the last try, or None."""
    words, one = text("check"), tries[-1]
    if one.error is not None:
        name = from_error(exercise, one.args, one.error)
        return _wrong(
            exercise, tries, cases, [name], [stopped(answer, one.error, exercise.seconds)]
        )
    if one.empty:
        name = from_nothing(exercise, tries)
        line = words["nothing_here"].format(name=name_of(answer))
        return _wrong(exercise, tries, cases, [name], [line])
    if one.refusal is not None:
        name = from_error(exercise, one.args, one.refusal)
        return _wrong(exercise, tries, cases, [name], [_reason(one.refusal)])
    expected = expected_of(exercise, one.args)
    parts = list(differences(one.measured, expected, exercise.rtol, exercise.returns))
    altered = _changed_inputs(exercise, one)
    if parts:
        rest = [args for args in cases[len(tries) :]]
        more = lambda: [attempt(exercise, answer, args, clock) for args in rest]  # noqa: E731
        found = from_results(exercise, tries, more)
        lines = [_said(exercise, parts)]
        if altered:
            lines.append(words["mutated_too"].format(name=altered[0][0]))
            found = found or ["input-changed"]
        return _wrong(exercise, tries, cases, found, lines, expected, parts[0][0])
    if altered:
        return _wrong(exercise, tries, cases, ["input-changed"], [_mutated(*altered[0])])
    return None


def expected_of(exercise, args):
    """Return what the reference gives for an input, measured as results are.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    args : tuple
        The input.

    Returns
    -------
    object
    """
    expected = exercise.run(exercise.solution, copy.deepcopy(args))
    return exercise.measure(expected, *args) if exercise.measure else expected


def _said(exercise, parts):
    """Say the first difference and where it is; of a quiz, which answers are not right."""
    words = text("check")
    if exercise.secret:
        places = ", ".join(dict.fromkeys(where for where, _ in parts if where))
        return words["secret"].format(where=places) if places else words["secret_all"]
    place, said = parts[0]
    if place:
        return words["differs"].format(where=place, said=said)
    return said[:1].upper() + said[1:]


def _changed_inputs(exercise, one):
    """Name the parameters that an answer changed though it should not, with before and after."""
    names = zip(_parameters(exercise.solution), one.args, one.left, strict=False)
    return [
        (name, before, after)
        for name, before, after in names
        if name not in exercise.may_change and changed(before, after)
    ]


def _mutated(name, before, after):
    words = text("check")
    size = rounding(before, after)
    if size:
        return words["mutated_rounding"].format(name=name, size=size)
    return words["mutated"].format(name=name)


def _wrong(exercise, tries, cases, found, lines, expected=None, place=""):
    words, one = text("check"), tries[-1]
    mistakes = exercise.words.get("mistakes", {})
    found = [name for name in found if name]
    named = [mistakes[name] for name in found if name in mistakes]
    if len(named) == 1 and expected is not None and not exercise.secret:
        lines = [f"{words['looks_like']} {named[0]}", *lines[1:]]
    elif len(named) == 1:
        lines = [f"{words['looks_like']} {named[0]}", *lines]
    elif len(named) == 2:
        pair = [f"{words[k]} {said}" for k, said in zip(("first", "second"), named, strict=True)]
        lines = [words["looks_like_two"], *pair, *lines[1:]]
    done = len(tries) - 1
    if done:
        line = words["passed_one" if done == 1 else "passed"]
        lines.append(line.format(count=done, total=len(cases)))
    details = _details(exercise, one, expected, place) | _printed(one)
    return CheckResult(
        exercise.id, "wrong", "+".join(found) or None, lines, details, hints=list(exercise.hints)
    )


def _details(exercise, one, expected, place):
    words, details = text("check"), {}
    if one.args:
        describe = exercise.given or (lambda *args: _arguments(exercise.solution, args))
        details[words["given"]] = describe(*copy.deepcopy(one.args))
    if one.came is not None:
        shown = one.measured if expected is not None else one.came
        details[words["came"]] = _part(exercise, shown, place)
    if expected is not None and not exercise.secret:
        details[words["expected"]] = _part(exercise, expected, place)
    return details


def _part(exercise, result, place):
    """Describe the one of several results that is wrong, or the whole."""
    name = place.split(", ")[0]
    if name in exercise.returns and isinstance(result, tuple | list):
        part = brief(result[exercise.returns.index(name)])
        return f"{name} = " + part.replace("\n", "\n" + " " * (len(name) + 3))
    return brief(result)


def _printed(one):
    return {text("check")["printed"]: one.printed} if one.printed else {}


def _not_yet(exercise, answer, one):
    words = text("check")
    line = words["printed_only" if one.printed and one.error is None else "empty"]
    name = name_of(code_of(answer) or answer)
    return CheckResult(
        exercise.id, "not_yet", lines=[line.format(name=name)], details=_printed(one)
    )


def _arguments(function, args):
    pairs = zip(_parameters(function), args, strict=False)
    rows = []
    for name, value in pairs:
        said = brief(value)
        rows.append(
            f"{name} =\n{said}"
            if "\n" in said and said[0] != "["
            else f"{name} = " + said.replace("\n", "\n" + " " * (len(name) + 3))
        )
    return "\n".join(rows)


def _parameters(function):
    return list(inspect.signature(function).parameters)
