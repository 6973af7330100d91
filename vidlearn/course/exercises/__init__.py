"""The exercises: a reference, inputs to try, and the wrong answers that have a name.

One file holds a lesson's exercises. What is asked of the learner stands in the notebook; titles,
hints and the words for each misconception stand in ``course/messages/<language>/lessonNN.toml``,
in the table ``[lessonNN.exercises.<id>]``. One id names stub, check, strings and web anchor.

A misconception is a function: the answer that a learner who holds it would write. `check`
recognises it by its results, and the tests give each to `check` to see it recognised.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from vidlearn.course.describe import brief
from vidlearn.course.exercises._source import shown_source
from vidlearn.messages import text

KINDS = ("predict", "build", "repair", "experiment", "challenge")


class Refusal(ValueError):
    """What `measure` raises when a result cannot be judged; its words are for the learner."""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    id : str
        Kebab-case name; the stub is ``my_`` and the id with underscores.
    solution : callable or None
        The reference: takes what the learner's function takes, returns what it should return.
        None where there is none: predictions and challenges.
    cases : callable or None
        Returns a list of argument tuples, simple ones first, fresh at each call.
    mistakes : dict of str to callable
        Wrong answers by name, the likeliest first. Of a function to repair, ``"as-given"`` is the
        one that stands in the lesson: not answered yet.
    kind : {"build", "repair", "experiment", "predict", "challenge"}
        What is asked. An experiment may be answered with a value in place of a function.
    shows : callable or None
        What `solution()` shows in place of the reference.
    measure : callable or None
        ``measure(result, *args)`` gives what is compared, for exercises with many right answers.
        It raises `Refusal` where a result cannot be judged.
    calls : callable or None
        ``calls(answer, *args)`` runs an answer that is to be more than called, such as Keras code
        with its gradients. What it returns is judged in place of the answer's own result.
    rtol : float
        Relative tolerance of the comparison.
    returns : tuple of str
        Names of the values that are returned together: ``("dx", "dw", "db")``.
    secret : bool
        A quiz: what is right is never printed, only which part of the answer is not.
    allows : tuple of str
        Names of library functions that an answer may call.
    may_change : tuple of str
        Parameters, named as in the reference, that an answer may change in place.
    given : callable or None
        ``given(*args)`` describes an input as text, where the arguments themselves say little.
    fast : callable or None
        What `use` hands out in place of the reference, where that is slow.
    seconds : float
        How long an answer may run, all inputs together.
    close : float
        Of a prediction of a number: relative error that still counts as close.
    near : float
        The same, absolute; for numbers around zero.
    count : int
        Of a prediction of several numbers: how many; 0 where any number of them may be said.
    span : tuple of float
        Of a prediction: the smallest and the largest number that can be meant.
    score : callable or None
        Of a challenge: ``score(answer)`` is its score.
    bar : float
        Of a challenge: the score to reach.
    higher : bool
        Of a challenge: whether a higher score is better.
    lesson : str
        Two digits, taken from the name of the file.
    """

    id: str
    solution: Callable | None = None
    cases: Callable | None = None
    mistakes: dict = field(default_factory=dict)
    kind: str = "build"
    shows: Callable | None = None
    measure: Callable | None = None
    calls: Callable | None = None
    rtol: float = 1e-5
    returns: tuple = ()
    secret: bool = False
    allows: tuple = ()
    may_change: tuple = ()
    given: Callable | None = None
    fast: Callable | None = None
    seconds: float = 10.0
    close: float = 0.1
    near: float = 0.0
    count: int = 0
    span: tuple = ()
    score: Callable | None = None
    bar: float = 0.0
    higher: bool = True
    lesson: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}. Received: {self.kind!r}")

    def run(self, function, args):
        """Call an answer, the reference or a mistake, in the way this exercise calls them."""
        return self.calls(function, *args) if self.calls else function(*args)

    @property
    def stub(self):
        """Name of the learner's function."""
        return "my_" + self.id.replace("-", "_")

    @property
    def words(self):
        """Title, hints and messages from the catalogue."""
        return text(f"lesson{self.lesson}")["exercises"][self.id]

    @property
    def title(self):
        """What the exercise is called."""
        return self.words["title"]

    @property
    def hints(self):
        """Three steps towards the solution, in Markdown; a prediction may have none."""
        return self.words.get("hints", [])

    @property
    def solution_source(self):
        """The code that `solution` shows, which `check` finds right; empty where there is none."""
        answer = self.shows or self.solution
        return shown_source(answer, self.stub) if answer and self.kind != "predict" else ""


@cache
def _registry():
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name[0] != "_"):
        for entry in importlib.import_module(f"{__name__}.{module}").EXERCISES:
            object.__setattr__(entry, "lesson", module.removeprefix("lesson"))
            if entry.id in found:
                raise ValueError(f"two exercises have the id {entry.id!r}")
            found[entry.id] = entry
    return found


def all_exercises():
    """Return every exercise, in the order of the lessons.

    Returns
    -------
    list of Exercise
    """
    return list(_registry().values())


def get(exercise_id):
    """Return one exercise.

    Parameters
    ----------
    exercise_id : str
        Its id.

    Returns
    -------
    Exercise

    Raises
    ------
    KeyError
        If no exercise has that id; the message names the nearest ones.
    """
    if isinstance(exercise_id, str) and exercise_id in _registry():
        return _registry()[exercise_id]
    named = getattr(exercise_id, "__name__", None) or brief(exercise_id)
    asked = exercise_id if isinstance(exercise_id, str) else str(named)
    asked = asked.lower().strip().replace("_", "-")
    near = difflib.get_close_matches(asked.removeprefix("my-"), _registry(), n=3, cutoff=0.5)
    words = text("check")
    line = words["unknown_near" if near else "unknown"]
    said = exercise_id if isinstance(exercise_id, str) else asked
    raise KeyError(line.format(id=said, near=", ".join(f"`{name}`" for name in near)))
