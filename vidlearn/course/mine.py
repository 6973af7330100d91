"""The learner's own function at work in a lesson, once it is right."""

import functools
import sys
import weakref

import numpy as np

from vidlearn.course import exercises
from vidlearn.course.answers import name_of
from vidlearn.course.checks import judge, ran_out
from vidlearn.course.result import show_line
from vidlearn.messages import text

_judged = weakref.WeakKeyDictionary()  # function -> {(id, cell): verdict}


class Mine:
    """What `use` hands out: a function, and whose it is.

    Parameters
    ----------
    function : callable
        What runs.
    answer : object
        The learner's function, whose name, docstring and signature it keeps.
    yours : bool
        Whether the learner's own runs.
    credit : str
        A sentence for the caption of what it makes.
    like : callable, optional
        Returns the array, or whatever else, that the reference gives: a list from the learner's
        function becomes an array where that is one.

    Attributes
    ----------
    vidlearn_answer : object
        The learner's function.
    """

    def __init__(self, function, answer, yours, credit, like=None):
        if callable(answer):
            functools.update_wrapper(self, answer, updated=())
        self.function, self.vidlearn_answer = function, answer
        self.yours, self.credit, self.like = yours, credit, like

    def __call__(self, *args, **options):
        result = self.function(*args, **options)
        if self.like is None or not isinstance(result, list | tuple):
            return result
        return _as_array(result, self.like())

    def __repr__(self):
        return f"{name_of(self.vidlearn_answer)} ({'yours' if self.yours else 'the library'})"


def use(exercise_id, answer):
    """Hand out the learner's function when `check` finds it right, else the library's.

    It judges in silence, prints one line that says which of the two runs, and never raises, so
    that what follows works for an empty stub too.

    Parameters
    ----------
    exercise_id : str
        The exercise.
    answer : callable
        The learner's function.

    Returns
    -------
    Mine
        To be called like the function. ``.yours`` says whether it is the learner's, ``.credit``
        says so in a sentence for a caption.

    Notes
    -----
    ``mine = use("max-pool", my_max_pool)``, then ``plots.show(figure, caption, by=mine)``.
    """
    try:
        exercise = exercises.get(exercise_id)
    except KeyError as error:
        show_line("use", error.args[0], yours=0)
        return Mine(answer, answer, yours=False, credit="")
    answer = getattr(answer, "vidlearn_answer", answer)
    kept, key = _memory(answer), (exercise.id, _cell())
    status = kept.get(key)
    fresh = status is None
    if fresh:
        kept[key] = status = "wrong" if _ran_out(answer) else judge(exercise_id, answer).status
    words = text("use") | exercise.words.get("use", {})
    yours = status == "right"
    values = {"name": exercise.stub if not yours else name_of(answer), "id": exercise.id}
    if fresh:
        line = words["yours" if yours else "wrong" if status == "wrong" else "not_yet"]
        show_line("use", line.format(**values), use=exercise.id, yours=int(yours))
    credit = words["credit_yours" if yours else "credit_ours"].format(**values)
    if not yours:
        return Mine(exercise.fast or exercise.solution, answer, yours, credit)
    return Mine(answer, answer, yours, credit, functools.cache(lambda: _reference(exercise)))


def _reference(exercise):
    """Return what the reference gives for the first input; None where it cannot be called so."""
    try:
        return exercise.solution(*exercise.cases()[0])
    except Exception:  # of what is only run in a way of its own
        return None


def _as_array(result, like):
    """Make an array of a list where the reference gives one, and pixels of whole numbers."""
    if not isinstance(like, np.ndarray):
        return result
    try:
        array = np.asarray(result)
    except Exception:  # ragged, or of things that refuse
        return result
    if array.dtype.kind not in "biufc":
        return result
    if array.dtype.kind == "i" and like.dtype == np.uint8:
        pixels = array.astype(np.uint8)
        return pixels if np.array_equal(pixels, array) else array
    return array


def _memory(answer):
    """What was found of this function before; nothing is kept of what cannot be kept track of."""
    try:
        return _judged.setdefault(answer, {})
    except TypeError:
        return {}


def _ran_out(answer):
    """Tell whether this function, the last time it was judged, did not end in its time."""
    try:
        return answer in ran_out
    except TypeError:
        return False


def _cell():
    """Number of the cell that runs, so that a cell which runs again judges again."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.execution_count if shell else None
