"""A challenge: a score, a bar to reach, and the learner's best so far."""

import math

from vidlearn.course import exercises
from vidlearn.course.answers import library_name, name_of, place_of, where
from vidlearn.course.describe import brief
from vidlearn.course.exercises import Refusal
from vidlearn.course.limits import Clock, TimeUp
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
        return show(CheckResult(str(exercise_id), "not_yet", lines=[error.args[0]]))
    words, seen = text("challenge"), []
    if exercise.kind != "challenge":
        line = text("check")["other_kind"].format(call="check", id=exercise.id)
        return show(CheckResult(exercise.id, "not_yet", lines=[line]))
    answer = getattr(answer, "vidlearn_answer", answer)
    if callable(answer) and (name := library_name(answer, exercise.allows)):
        line = text("check")["library"].format(name=name, id=exercise.id)
        return show(CheckResult(exercise.id, "not_yet", lines=[line]))
    try:
        score = Clock(exercise.seconds).run(exercise.score, _watched(answer, seen))
    except NotImplementedError:
        score = None
    except (Exception, SystemExit, TimeUp) as error:
        if not _nothing(answer, seen):
            return show(_stopped(exercise, answer, error))
        score = None
    if score is None or _nothing(answer, seen):
        line = text("check")["empty"].format(name=_name(exercise, answer))
        return show(CheckResult(exercise.id, "not_yet", lines=[line]))
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


def _watched(answer, seen):
    """Return the answer, noting whether it ever returns anything."""
    if not callable(answer):
        return answer

    def watched(*args, **options):
        result = answer(*args, **options)
        if len(seen) < 2:
            seen.append(result is None or result is Ellipsis)
        return result

    watched.__name__ = name_of(answer)
    return watched


def _nothing(answer, seen):
    if not callable(answer):
        return answer is None or answer is Ellipsis
    return bool(seen) and all(seen)


def _name(exercise, answer):
    return name_of(answer) if callable(answer) else exercise.stub


def _stopped(exercise, answer, error):
    words, name = text("check"), _name(exercise, answer)
    if isinstance(error, TimeUp):
        place = place_of(answer, error) if callable(answer) else None
        values = dict(zip(("name", "line", "code"), place or (name,), strict=False))
        line = words["too_long_line" if place else "too_long"]
        line = line.format(seconds=exercise.seconds, **values)
    elif isinstance(error, Refusal) or not callable(answer):
        line = text("challenge")["refused"].format(reason=error)
    else:
        line = where(answer, error)
    details = {} if callable(answer) else {words["came"]: brief(answer)}
    return CheckResult(exercise.id, "wrong", lines=[line], details=details)
