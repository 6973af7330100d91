"""`check` tells a right answer from a wrong one, and a wrong one's misconception."""

import copy
import html
import inspect
import linecache
import re
import sys
from dataclasses import dataclass, field

import numpy as np

from vidlearn.course import exercises, progress
from vidlearn.course.compare import brief, difference
from vidlearn.messages import text

_SIGNS = {"right": ("✓", "#009E73"), "wrong": ("✗", "#D55E00"), "not_yet": ("…", "#0072B2")}


@dataclass(repr=False)
class CheckResult:
    """What `check` found.

    Attributes
    ----------
    id : str
        The exercise.
    status : {"right", "wrong", "not_yet"}
        The verdict.
    misconception : str or None
        Name of the mistake the answer looks like.
    lines : list of str
        What is said about it, each a line of Markdown-like text.
    details : dict
        Label and value of what was given, came, and was expected.
    """

    id: str
    status: str
    misconception: str | None = None
    lines: list = field(default_factory=list)
    details: dict = field(default_factory=dict)
    _shown_in: int | None = None

    def __bool__(self):
        return self.status == "right"

    def __repr__(self):
        head = f"{_SIGNS[self.status][0]} {self.id}: {text('check')[self.status]}"
        details = [f"{label}: {value}" for label, value in self.details.items()]
        return "\n  ".join([head, *self.lines, *details])

    def _repr_html_(self):
        sign, colour = _SIGNS[self.status]
        verdict = html.escape(text("check")[self.status])
        body = "".join(f"<p style='margin:.3em 0'>{_inline(line)}</p>" for line in self.lines)
        rows = "".join(
            f"<dt style='font-weight:600'>{label}</dt>"
            f"<dd style='margin:0 0 .3em 0'><pre style='margin:0;overflow-x:auto;"
            f"background:none;border:0;padding:0;color:inherit'>{html.escape(value)}</pre></dd>"
            for label, value in self.details.items()
        )
        return (
            f"<div class='vl-check vl-{self.status}' role='status' data-vl-check='{self.id}' "
            f"data-vl-status='{self.status}' data-vl-misconception='{self.misconception or ''}' "
            f"style='border-left:.35em solid {colour};padding:.4em 0 .4em .9em'>"
            f"<strong>{sign} {verdict}</strong> <code>{self.id}</code>{body}"
            f"<dl style='margin:.3em 0 0 0'>{rows}</dl></div>"
        )

    def _ipython_display_(self):
        """Show once in a cell, also where it is both shown by `check` and the cell's value."""
        from IPython import get_ipython
        from IPython.display import display

        cell = get_ipython().execution_count
        if self._shown_in != cell:
            self._shown_in = cell
            data = {"text/html": self._repr_html_(), "text/plain": repr(self)}
            display(data, raw=True)


def check(exercise_id, answer):
    """Try an answer, show what was found, and return it. Never raises.

    Parameters
    ----------
    exercise_id : str
        The exercise, as its text names it.
    answer : callable
        The learner's function.

    Returns
    -------
    CheckResult
        True in a condition when the answer is right.
    """
    words = text("check")
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        return _show(CheckResult(str(exercise_id), "not_yet", lines=[error.args[0]]))
    if not callable(answer):
        stub = "my_" + exercise.id.replace("-", "_")
        line = words["not_callable"].format(id=exercise.id, stub=stub, came=brief(answer))
        return _show(CheckResult(exercise.id, "not_yet", lines=[line]))
    if name := _library_name(answer):
        line = words["library"].format(name=name, id=exercise.id)
        return _show(CheckResult(exercise.id, "not_yet", lines=[line]))
    result = grade(exercise, answer)
    if result.status != "not_yet":
        progress.record(exercise.id, result.status)
    return _show(result)


def grade(exercise, answer):
    """Compare an answer with the reference on every case.

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
    words, cases, came = text("check"), exercise.cases(), []
    for args in cases:
        given = copy.deepcopy(args)
        try:
            came.append(answer(*given))
        except NotImplementedError:
            return _not_yet(exercise, answer)
        except (Exception, SystemExit) as error:
            name = _same_error(exercise, args, error)
            return _wrong(exercise, name, _where(answer, error), given=args)
        for name, before, after in zip(_parameters(exercise.solution), args, given, strict=False):
            if _changed(before, after):
                return _wrong(exercise, "input-changed", words["mutated"].format(name=name))
    absent = [result is None or result is Ellipsis for result in came]
    if all(absent):
        return _not_yet(exercise, answer)
    if any(absent):
        line = words["nothing_here"].format(name=_name(answer))
        return _wrong(exercise, None, line, given=cases[absent.index(True)])
    return _compare(exercise, cases, came)


def _changed(before, after):
    """Tell whether an array differs, also one inside lists."""
    if isinstance(before, tuple | list):
        inside = zip(before, after, strict=False)
        return len(before) != len(after) or any(_changed(a, b) for a, b in inside)
    return isinstance(before, np.ndarray) and bool(difference(after, before, 0))


def _compare(exercise, cases, came):
    words, wrong = text("check"), None
    for k, args in enumerate(cases):
        expected = exercise.solution(*copy.deepcopy(args))
        if exercise.measure is not None:
            expected = exercise.measure(expected, *args)
            try:
                came[k] = exercise.measure(came[k], *args)
            except Exception as error:
                line = words["raised"].format(error=f"{type(error).__name__}: {error}")
                return _wrong(exercise, None, line, args, came[k])
        said = difference(came[k], expected, exercise.rtol)
        wrong = wrong or (said and (said, args, came[k], expected))
    if wrong:
        return _wrong(exercise, _misconception(exercise, cases, came), *wrong)
    tried = words["tried"].format(count=len(cases)) if len(cases) > 1 else None
    lines = [line for line in (exercise.words.get("right"), tried) if line]
    return CheckResult(exercise.id, "right", lines=lines)


def _wrong(exercise, name, line, given=(), came=None, expected=None):
    words, mistakes = text("check"), exercise.words.get("mistakes", {})
    if name in mistakes:
        line = f"{words['looks_like']} {mistakes[name]}"
    details = {words["given"]: _arguments(exercise.solution, given)} if given else {}
    if came is not None:
        details[words["came"]] = brief(came)
    if expected is not None:
        details[words["expected"]] = brief(expected)
    lines = [line, words["more"].format(id=exercise.id)]
    return CheckResult(exercise.id, "wrong", name, lines, details)


def _not_yet(exercise, answer):
    line = text("check")["empty"].format(name=_name(answer))
    return CheckResult(exercise.id, "not_yet", lines=[line])


_hints_given = {}


def hint(exercise_id, number=None):
    """Show the next hint of an exercise.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    number : int, optional
        1, 2 or 3; by default the one after the last shown.
    """
    exercise, words = exercises.get(exercise_id), text("hint")
    total = len(exercise.hints)
    number = number or min(_hints_given.get(exercise_id, 0) + 1, total)
    if not 1 <= number <= total:
        raise ValueError(f"number must be from 1 to {total}, got {number}.")
    _hints_given[exercise_id] = number
    after = words["more" if number < total else "last"].format(id=exercise_id)
    head = words["title"].format(number=number, total=total)
    _show_markdown(f"**{head}.** {exercise.hints[number - 1]}\n\n{after}")


def solution(exercise_id):
    """Show one solution of an exercise.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    """
    exercise, words = exercises.get(exercise_id), text("solution")
    code = f"```python\n{exercise.solution_source.rstrip()}\n```"
    _show_markdown(f"**{words['title']}.** {words['note']}\n\n{code}")


def _same_error(exercise, args, error):
    """Name the first mistake that stops with the same kind of error on the same input."""
    for name, mistake in exercise.mistakes.items():
        try:
            mistake(*copy.deepcopy(args))
        except Exception as other:
            if type(other) is type(error):
                return name
    return None


def _misconception(exercise, cases, came):
    """Name the first mistake that gives just these results."""
    for name, mistake in exercise.mistakes.items():
        results = []
        for args in cases:
            try:
                result = mistake(*copy.deepcopy(args))
                results.append(exercise.measure(result, *args) if exercise.measure else result)
            except Exception:
                break
        if len(results) == len(came) and not any(
            difference(a, b, exercise.rtol) for a, b in zip(came, results, strict=True)
        ):
            return name
    return None


def _library_name(answer):
    """Name the library function that the answer is, or that it calls; None for own work."""
    if inspect.isroutine(answer) and _root(answer) in {"vidlearn", "numpy", "scipy", "cv2"}:
        return _name(answer)
    try:
        used = inspect.getclosurevars(answer)
    except (TypeError, ValueError):
        return None
    for value in {**used.globals, **used.nonlocals}.values():
        if inspect.ismodule(value) and value.__name__.split(".")[0] == "vidlearn":
            names = [name for name in used.unbound if callable(getattr(value, name, None))]
            if names:
                return names[0]
        elif inspect.isroutine(value) and _root(value) == "vidlearn":
            return _name(value)
    return None


def _root(function):
    return (getattr(function, "__module__", "") or "").split(".")[0]


def _where(answer, error):
    """Say what was raised, and in which line of the learner's code."""
    words = text("check")
    said = f"{type(error).__name__}: {error}"
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    trace, found = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = trace.tb_lineno
        trace = trace.tb_next
    code = linecache.getline(file, found).strip() if file and found else ""
    if not code:
        return words["raised"].format(error=said)
    line = found - answer.__code__.co_firstlineno + 1
    return words["raised_line"].format(line=line, code=code, error=said)


def _arguments(function, args):
    pairs = zip(_parameters(function), args, strict=False)
    return "\n".join(f"{name} = {brief(value)}" for name, value in pairs)


def _parameters(function):
    return list(inspect.signature(function).parameters)


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


def _inline(line):
    """Escape a line for HTML and set its `code` in a code face."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line, quote=False))


def _in_notebook():
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None


def _show(result):
    if _in_notebook():
        from IPython.display import display

        display(result)
    else:
        print(result)
    return result


def _show_markdown(source):
    if _in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(source))
    else:
        print(source)
