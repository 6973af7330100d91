"""The learner's own function at work in a lesson, once it is right."""

import copy
import functools
import sys
import weakref

import numpy as np

from vidlearn.course import exercises
from vidlearn.course.answers import name_of, unwrapped
from vidlearn.course.checks import judge
from vidlearn.course.limits import ran_out
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
        Returns an input and what the reference makes of it, or None: what the learner's function
        returns is brought to that form, which the lesson goes on with. Lists and tensors become
        arrays where that is one, and floats that are whole become whole numbers.

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
        known = self.like() if self.like else None
        if known is None or any(map(_is_tensor, args)):
            return result
        given, like = known
        return _formed(result, like, [*map(_kind, args)] == [*map(_kind, given[: len(args)])])

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
    answer = unwrapped(answer)
    kept, key = _memory(answer), (exercise.id, _cell())
    status = kept.get(key)
    fresh = status is None
    if fresh:
        kept[key] = status = "wrong" if ran_out(answer) else judge(exercise_id, answer).status
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
    """Return an input and what the reference gives; None where it cannot be called so."""
    try:
        given = exercise.cases()[0]
        return given, exercise.solution(*copy.deepcopy(given))
    except Exception:  # of what is only run in a way of its own
        return None


def _kind(value):
    return getattr(getattr(value, "dtype", None), "kind", None)


def _is_tensor(value):
    return hasattr(value, "__array__") and not isinstance(value, np.ndarray | np.generic)


def _formed(result, like, alike):
    """Bring a result to the form of what the reference gives.

    Where the input is `alike` the reference's in its types, so are the numbers, unless that would
    change them.
    """
    try:
        if isinstance(like, np.ndarray):
            return _array(result, like, alike)
        if isinstance(like, list | tuple):
            return _parts(result, like, alike)
        if isinstance(like, int | np.integer) and not isinstance(result, int | np.integer):
            number = np.asarray(result)
            return int(number) if number.shape == () and int(number) == number else result
        if isinstance(like, float | np.floating) and _is_tensor(result):
            return float(result)
    except Exception:  # ragged, of another size, or of things that refuse
        pass
    return result


def _array(result, like, alike):
    if not isinstance(result, list | tuple | np.ndarray) and not _is_tensor(result):
        return result
    array = np.asarray(result)
    if array.dtype.kind not in "biufc":
        return result
    if alike and array.dtype != like.dtype and like.dtype.kind in "biu":
        with np.errstate(invalid="ignore"):
            whole = array.astype(like.dtype)
        return whole if np.array_equal(whole, array) else array
    return array


def _parts(result, like, alike):
    if hasattr(result, "__next__"):
        result = list(result)  # it can be gone through once
    if not isinstance(result, list | tuple | np.ndarray) and not _is_tensor(result):
        return result
    parts = list(result)
    if len(parts) != len(like):
        if isinstance(like, tuple) or not like:
            return result
        like = like[:1] * len(parts)  # as many as are found
    formed = [_formed(part, each, alike) for part, each in zip(parts, like, strict=True)]
    return tuple(formed) if isinstance(like, tuple) else formed


def _memory(answer):
    """What was found of this function before; nothing is kept of what cannot be kept track of."""
    try:
        return _judged.setdefault(answer, {})
    except TypeError:
        return {}


def _cell():
    """Number of the cell that runs, so that a cell which runs again judges again."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.execution_count if shell else None
