"""A challenge: a score, a bar to reach, and the learner's best so far."""

import contextlib
import math

from vidlearn.course import exercises
from vidlearn.course.answers import library_name, name_of, stopped, unwrapped
from vidlearn.course.describe import brief
from vidlearn.course.exercises import Refusal
from vidlearn.course.limits import Clock, Heard, TimeUp, note_time
from vidlearn.course.progress import load, record
from vidlearn.course.result import CheckResult, show
from vidlearn.messages import text

_best = {}


def challenge(exercise_id, answer):
    """Score an answer and show score, bar and the best so far. Never raises.

    Parameters
    ----------
    exercise_id : str
        The challenge.
    answer : callable or object
        The learner's function, or whatever the challenge asks for.

    Returns
    -------
    CheckResult
        True in a condition when the bar is reached; ``.score`` is in its details.
    """
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        name = exercise_id if isinstance(exercise_id, str) else brief(exercise_id)
        return show(CheckResult(name, "not_yet", lines=[error.args[0]]))
    words, heard = text("challenge"), Heard()
    if exercise.kind != "challenge":
        line = text("check")["other_kind"].format(call="check", id=exercise.id)
        return show(CheckResult(exercise.id, "not_yet", lines=[line]))
    answer = unwrapped(answer)
    if callable(answer) and (name := library_name(answer, exercise.allows)):
        line = text("check")["library"].format(name=name, id=exercise.id)
        return show(CheckResult(exercise.id, "not_yet", lines=[line]))
    watched = _Watched(answer) if callable(answer) else answer
    note_time(answer, over=False)
    try:
        with contextlib.redirect_stdout(heard):
            score = Clock(exercise.seconds).run(exercise.score, watched)
    except NotImplementedError:
        score = None
    except (Exception, SystemExit, TimeUp) as error:
        note_time(answer, over=isinstance(error, TimeUp))
        if not _nothing(watched):
            return show(_stopped(exercise, answer, error, watched))
        score = None
    if score is None or _nothing(watched):
        printed = heard.told()
        line = text("check")["printed_only" if printed else "empty"]
        line = line.format(name=_name(exercise, answer))
        details = {text("check")["printed"]: printed} if printed else {}
        return show(CheckResult(exercise.id, "not_yet", lines=[line], details=details))
    score = float(score)
    if not math.isfinite(score):
        line = words["no_score"].format(name=_name(exercise, answer))
        return show(CheckResult(exercise.id, "wrong", lines=[line]))
    return show(_scored(exercise, score))


def _scored(exercise, score):
    words, about = text("challenge"), exercise.words
    better = max if exercise.higher else min
    before = _best.get(exercise.id, load().get(exercise.id, {}).get("best"))
    best = score if before is None else better(before, score)
    _best[exercise.id] = best
    over = better(score, exercise.bar) == score
    record(exercise.id, "right" if over else "wrong", best=best)
    line = words["score"].format(
        score=_figure(score), bar=_figure(exercise.bar), best=_figure(best)
    )
    lines = [line if exercise.higher else f"{line} {words['lower']}"]
    if before is not None and best == score != before:
        lines.append(words["first_best"])
    if over and "right" in about:
        lines.append(about["right"])
    title = words["title_over" if over else "title_under"]
    hints = [] if over else list(exercise.hints)
    status = "right" if over else "wrong"
    return CheckResult(exercise.id, status, lines=lines, title=title, hints=hints)


def _figure(score):
    return f"{score:.4g}"


class _Watched:
    """An answer, with a note of whether it ever returns anything and whether it runs now."""

    def __init__(self, answer):
        self.answer, self.__name__ = answer, name_of(answer)
        self.returned, self.empty, self.runs = False, True, False

    def __call__(self, *args, **options):
        self.runs = True
        result = self.answer(*args, **options)
        self.runs, self.returned = False, True
        self.empty = self.empty and (result is None or result is Ellipsis)
        return result


def _nothing(watched):
    if type(watched) is _Watched:
        return watched.returned and watched.empty
    return watched is None or watched is Ellipsis


def _name(exercise, answer):
    return name_of(answer) if callable(answer) else exercise.stub


def _stopped(exercise, answer, error, watched):
    """Say why there is no score: the scoring's own words, or where the answer ended."""
    words, slow = text("challenge"), isinstance(error, TimeUp)
    if isinstance(error, Refusal):
        line = words["refused"].format(reason=error)
    elif slow and not getattr(watched, "runs", False):
        line = words["slow_score"].format(seconds=exercise.seconds)
    elif callable(answer):
        line = stopped(answer, error, exercise.seconds)
    else:
        line = text("check")["not_callable"].format(
            call="challenge", id=exercise.id, stub=exercise.stub, came=brief(answer)
        )
        return CheckResult(exercise.id, "not_yet", lines=[line])
    details = {} if callable(answer) else {text("check")["came"]: brief(answer)}
    return CheckResult(exercise.id, "wrong", lines=[line], details=details)
