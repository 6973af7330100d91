"""The exercises: a reference, inputs to try, and the wrong answers that have a name.

One file holds a lesson's exercises. What is asked of the learner stands in the notebook; titles,
hints and the words for each misconception stand in ``course/messages/<language>/lessonNN.toml``,
in the table ``[lessonNN.exercises.<id>]``. One id names stub, check, strings and web anchor.

A misconception is a function: the answer that a learner who holds it would write. `check`
recognises it by its results, and the tests give each to `check` to see it recognised.
"""

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from vidlearn.messages import text


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    id : str
        Kebab-case name; the stub is ``my_`` and the id with underscores.
    solution : callable
        The reference: takes what the learner's function takes, returns what it should return.
    cases : callable
        Returns a list of argument tuples, simple ones first, fresh at each call.
    mistakes : dict of str to callable
        Wrong answers by name, the likeliest first.
    shows : callable or None
        What `solution()` shows; the reference itself unless the library holds the real thing.
    measure : callable or None
        ``measure(result, *args)`` gives what is compared, for exercises with many right answers.
    rtol : float
        Relative tolerance of the comparison.
    lesson : str
        Two digits, taken from the name of the file.
    """

    id: str
    solution: Callable
    cases: Callable
    mistakes: dict
    shows: Callable | None = None
    measure: Callable | None = None
    rtol: float = 1e-5
    lesson: str = ""

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
        """Three steps towards the solution, in Markdown."""
        return self.words["hints"]

    @property
    def solution_source(self):
        """The code that `solution` shows."""
        return textwrap.dedent(inspect.getsource(self.shows or self.solution))


@cache
def _registry():
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
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
    import difflib

    if exercise_id in _registry():
        return _registry()[exercise_id]
    near = difflib.get_close_matches(str(exercise_id), _registry(), n=3, cutoff=0.3)
    raise KeyError(f"No exercise is called {exercise_id!r}. Near it: {', '.join(near) or 'none'}.")
