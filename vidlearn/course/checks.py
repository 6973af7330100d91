"""`check` tells a right answer from a wrong one; `hint` and `solution` help."""

from time import monotonic

from vidlearn.course import exercises
from vidlearn.course.answers import library_name, name_of, unwrapped
from vidlearn.course.describe import brief
from vidlearn.course.grading import grade
from vidlearn.course.limits import note_time
from vidlearn.course.progress import record
from vidlearn.course.result import CheckResult, show, show_line, show_markdown
from vidlearn.messages import text

__all__ = ["CheckResult", "check", "grade", "hint", "solution"]

_NOTHING = object()
_hints_given = {}


def check(exercise_id, answer=_NOTHING):
    """Try an answer, show what was found, and return it. Never raises.

    Parameters
    ----------
    exercise_id : str
        The exercise, as its text names it.
    answer : callable
        The learner's function; of an experiment also a value.

    Returns
    -------
    CheckResult
        True in a condition when the answer is right.
    """
    result = judge(exercise_id, answer)
    if result.status == "wrong":
        result.more = _more(result.id)
    if result.status != "not_yet":
        record(result.id, result.status)
    return show(result)


def judge(exercise_id, answer=_NOTHING):
    """Say what `check` says, without showing or recording it.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    answer : callable
        The learner's function; of an experiment also a value.

    Returns
    -------
    CheckResult
    """
    words = text("check")
    if callable(exercise_id) and isinstance(answer, str):
        exercise_id, answer = answer, exercise_id
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        return CheckResult(_called(exercise_id), "not_yet", lines=[error.args[0]])

    def not_yet(line, **values):
        said = words[line].format(id=exercise.id, stub=exercise.stub, **values)
        return CheckResult(exercise.id, "not_yet", lines=[said])

    if exercise.kind in ("predict", "challenge"):
        return not_yet("other_kind", call=exercise.kind)
    if answer is _NOTHING:
        return not_yet("no_answer")
    answer = unwrapped(answer)
    if not callable(answer):
        if exercise.kind != "experiment":
            return not_yet("not_callable", call="check", came=brief(answer))
        return grade(exercise, _constant(answer, exercise.stub))
    begun = monotonic()
    try:
        if name := library_name(answer, exercise.allows):
            return not_yet("library", name=name)
        result = grade(exercise, answer)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an answer, a result or an error that resists being looked at
        said = words["unjudged"].format(name=name_of(answer), error=type(error).__name__)
        result = CheckResult(exercise.id, "wrong", lines=[said], hints=list(exercise.hints))
    note_time(answer, over=monotonic() - begun >= exercise.seconds)
    return result


def _constant(value, name):
    def answer(*_):
        return value

    answer.__name__ = name
    return answer


def _called(thing):
    return thing if isinstance(thing, str) else getattr(thing, "__name__", brief(thing))


def _more(exercise_id):
    """Say which help comes next: the first hint, the next, or the solution."""
    given, total = _hints_given.get(exercise_id, 0), len(exercises.get(exercise_id).hints)
    line = "more" if not given else "more_next" if given < total else "more_last"
    return text("check")["more_last" if not total else line].format(id=exercise_id)


def hint(exercise_id, number=None):
    """Show the next hint of an exercise. Never raises.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    number : int, optional
        1, 2 or 3; by default the one after the last shown.
    """
    words = text("hint")
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        show_line("unknown", error.args[0])
        return
    total = len(exercise.hints)
    if total == 0:
        show_line("unknown", words["none"].format(id=exercise.id))
        return
    number = min(_hints_given.get(exercise.id, 0) + 1, total) if number is None else number
    if number not in range(1, total + 1):
        show_line("unknown", words["number"].format(id=exercise.id, total=total))
        return
    _hints_given[exercise.id] = max(number, _hints_given.get(exercise.id, 0))
    last = "last_of_challenge" if exercise.kind == "challenge" else "last"
    after = words["more" if number < total else last].format(id=exercise.id)
    head = words["title"].format(number=number, total=total)
    show_markdown(f"**{head}.** {exercise.hints[int(number) - 1]}\n\n{after}")


def solution(exercise_id):
    """Show one solution of an exercise. Never raises.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    """
    words = text("solution")
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        show_line("unknown", error.args[0])
        return
    if exercise.kind in ("predict", "challenge"):
        show_line("unknown", words[exercise.kind].format(id=exercise.id))
        return
    code = f"```python\n{exercise.solution_source.rstrip()}\n```"
    show_markdown(f"**{words['title']}.** {words['note']}\n\n{code}")
