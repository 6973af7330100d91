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
        line = words["not_callable"].format(id=exercise.id, stub=stub, came=_brief(answer))
        return _show(CheckResult(exercise.id, "not_yet", lines=[line]))
    if name := _library_name(exercise, answer):
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
    words, cases = text("check"), exercise.cases()
    outcomes = []
    for args in cases:
        outcome = _try(exercise, answer, args)
        if isinstance(outcome, CheckResult):
            return outcome
        outcomes.append(outcome)
    wrong = [i for i, (_, _, difference) in enumerate(outcomes) if difference]
    if not wrong:
        tried = words["tried"].format(count=len(cases))
        praise = exercise.words.get("right")
        return CheckResult(exercise.id, "right", lines=[line for line in (praise, tried) if line])
    came, expected, difference = outcomes[wrong[0]]
    name = _misconception(exercise, cases, [came for came, _, _ in outcomes])
    lines = [difference]
    if name:
        lines = [f"{words['looks_like']} {exercise.words['mistakes'][name]}"]
    lines.append(words["more"].format(id=exercise.id))
    details = {words["given"]: _arguments(exercise.solution, cases[wrong[0]])}
    details |= {words["came"]: _brief(came), words["expected"]: _brief(expected)}
    return CheckResult(exercise.id, "wrong", name, lines, details)


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


def _try(exercise, answer, args):
    """Return (came, expected, difference), or a CheckResult that ends the grading."""
    words, given = text("check"), copy.deepcopy(args)
    try:
        came = answer(*given)
    except NotImplementedError:
        line = words["unchanged"].format(name=_name(answer))
        return CheckResult(exercise.id, "not_yet", lines=[line])
    except Exception as error:
        details = {words["given"]: _arguments(exercise.solution, args)}
        return CheckResult(exercise.id, "wrong", None, [_where(answer, error)], details)
    if came is None or came is Ellipsis:
        line = words["empty"].format(name=_name(answer))
        return CheckResult(exercise.id, "not_yet", lines=[line])
    for name, before, after in zip(_parameters(exercise.solution), args, given, strict=False):
        if isinstance(before, np.ndarray) and _difference(after, before, 0):
            line = words["mutated"].format(name=name)
            return CheckResult(exercise.id, "wrong", "input-changed", [line])
    expected = exercise.solution(*copy.deepcopy(args))
    if exercise.measure is None:
        return came, expected, _difference(came, expected, exercise.rtol)
    try:
        came = exercise.measure(came, *args)
    except Exception as error:
        line = words["raised"].format(error=f"{type(error).__name__}: {error}")
        return came, exercise.measure(expected, *args), line
    expected = exercise.measure(expected, *args)
    return came, expected, _difference(came, expected, exercise.rtol)


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
            _difference(a, b, exercise.rtol) for a, b in zip(came, results, strict=True)
        ):
            return name
    return None


def _difference(came, expected, rtol):
    """Say how two results differ; an empty string when they do not."""
    words = text("check")
    if isinstance(expected, tuple | list | dict) and not isinstance(came, np.ndarray):
        if isinstance(expected, dict) != isinstance(came, dict) or not hasattr(came, "__len__"):
            return words["kind"].format(expected=type(expected).__name__, came=type(came).__name__)
        if len(came) != len(expected) or (isinstance(came, dict) and set(came) != set(expected)):
            return words["length"].format(expected=len(expected), came=len(came))
        keys = expected if isinstance(expected, dict) else range(len(expected))
        return next(filter(None, (_difference(came[k], expected[k], rtol) for k in keys)), "")
    if isinstance(expected, str | bool | None):
        same = type(came) is type(expected) or isinstance(came, np.bool_)
        if same and came == expected:
            return ""
        return words["value_at"].format(index="-", came=_brief(came), expected=_brief(expected))
    return _array_difference(came, np.asarray(expected), rtol)


def _array_difference(came, expected, rtol):
    words = text("check")
    kind = type(came).__name__
    try:
        came = np.asarray(came)
    except ValueError:  # a ragged list
        came = np.asarray(None)
    if came.dtype.kind not in "biufc":
        return words["kind"].format(expected="number or array", came=kind)
    if came.shape != expected.shape:
        return words["shape"].format(came=came.shape, expected=expected.shape)
    if came.dtype.kind in "fc" and not np.all(np.isfinite(came[np.isfinite(expected)])):
        return words["not_finite"]
    scale = np.max(np.abs(expected), initial=1.0, where=np.isfinite(expected))
    close = np.isclose(came, expected, rtol=rtol, atol=rtol * scale, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    return words["value_at"].format(
        index=index if index else "-", came=_brief(came[index]), expected=_brief(expected[index])
    )


def _library_name(exercise, answer):
    """Name the library function that the answer is, or only calls; None for own work."""
    module = getattr(answer, "__module__", "") or ""
    if module.split(".")[0] in {"vidlearn", "numpy", "scipy", "cv2", "keras", "skimage"}:
        return _name(answer)
    code = getattr(answer, "__code__", None)
    used = set(code.co_names + code.co_freevars) if code else set()
    ours = getattr(exercise.shows or exercise.solution, "__name__", "")
    alike = {ours, ours.removesuffix("_naive")} - {""}
    return next(iter(used & alike), None)


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


def _brief(value):
    """Describe a value in a few lines."""
    if isinstance(value, np.ndarray) and value.size > 36:
        return f"array of shape {value.shape}, {value.dtype}, from {value.min()} to {value.max()}"
    if isinstance(value, np.ndarray):
        shape = f"  (shape {value.shape})" if value.ndim else ""
        return np.array2string(value, precision=4, suppress_small=True) + shape
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, np.generic):
        return str(value.item())
    if isinstance(value, tuple | list):
        inside = ", ".join(_brief(v) for v in value)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    words = repr(value)
    return words if len(words) <= 200 else words[:200] + " …"


def _arguments(function, args):
    pairs = zip(_parameters(function), args, strict=False)
    return "\n".join(f"{name} = {_brief(value)}" for name, value in pairs)


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
