"""Which named mistakes, one or two at once, give what an answer gave."""

import contextlib
import copy
import itertools
import warnings

import numpy as np

from vidlearn.course.answers import told
from vidlearn.course.compare import changed, difference

FEWEST = 4  # numbers that a pair of mistakes has to explain


def from_error(exercise, args, error):
    """Name the first mistake that stops with the same error, type and message, on one input.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    args : tuple
        The input.
    error : BaseException
        What the answer raised.

    Returns
    -------
    str or None
    """
    for name in exercise.mistakes:
        other = _run(exercise, name, args)[1]
        if other is not None and told(other) == told(error):
            return name
    return None


def from_results(exercise, tries, more):
    """Name the mistake, or the two mistakes at once, that give what came.

    A mistake has to agree with the input that failed and with those before it. Of several, the
    one that agrees with most of the later inputs is named; one that disagrees with more of them
    than it agrees with is not.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    tries : list of Try
        What the answer did, up to the first input that failed.
    more : callable
        Returns what it does with the later inputs.

    Returns
    -------
    list of str
        No name, one or two.
    """
    results = {
        name: [_run(exercise, name, one.args)[0] for one in tries] for name in exercise.mistakes
    }
    agreeing = [name for name, came in results.items() if _agree(exercise, tries, came)]
    if agreeing:
        later = [one for one in more() if one.usable]
        votes = {name: _votes(exercise, name, later) for name in agreeing}
        alters = _alters(tries)
        best = max(
            agreeing,
            key=lambda name: (votes[name], _mistake_alters(exercise, name, tries) == alters),
        )
        if votes[best] >= -1:
            return [best]
    return _pair(exercise, tries, results, more)


def from_nothing(exercise, tries):
    """Name the first mistake that returns nothing for the last input and agrees before.

    Parameters
    ----------
    exercise : vidlearn.course.exercises.Exercise
        The exercise.
    tries : list of Try
        What the answer did; of the last input nothing came.

    Returns
    -------
    str or None
    """
    for name, mistake in exercise.mistakes.items():
        with contextlib.suppress(Exception):
            if exercise.run(mistake, copy.deepcopy(tries[-1].args)) is None and _agree(
                exercise, tries[:-1], [_run(exercise, name, one.args)[0] for one in tries[:-1]]
            ):
                return name
    return None


def _alters(tries):
    return any(changed(one.args, one.left) for one in tries)


def _mistake_alters(exercise, name, tries):
    """Tell whether a mistake changes its input."""
    left = copy.deepcopy(tries[-1].args)
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        exercise.run(exercise.mistakes[name], left)
    return changed(tries[-1].args, left)


def _run(exercise, name, args):
    """Return what a mistake gives, measured, and what it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = exercise.run(exercise.mistakes[name], copy.deepcopy(args))
            measured = exercise.measure(result, *args) if exercise.measure else result
        except Exception as error:
            return None, error
        return measured, None


def _agree(exercise, tries, results):
    return all(
        result is not None and not difference(one.measured, result, exercise.rtol)
        for one, result in zip(tries, results, strict=True)
    )


def _votes(exercise, name, later):
    """Count the later inputs on which a mistake agrees, less those on which it does not."""
    votes = 0
    for one in later:
        result, error = _run(exercise, name, one.args)
        if error is None:
            votes += 1 if not difference(one.measured, result, exercise.rtol) else -1
    return votes


def _pair(exercise, tries, results, more):
    """Find two mistakes that explain every number together, on every input."""
    came = _flat(tries[-1].measured)
    right = _right(exercise, tries[-1].args)
    if came is None or not came.any() or _fits(_flat(right), came, exercise):
        return []  # nothing but zeros, or another form of what is right
    wrong = {
        name: each[-1]
        for name, each in results.items()
        if each[-1] is not None and difference(each[-1], right, exercise.rtol)
    }
    fitting = [
        (pair, way)
        for pair in itertools.combinations(wrong, 2)
        for way in (_added, _multiplied, _by_parts)
        if _fits(way(wrong[pair[0]], wrong[pair[1]], right, exercise), came, exercise)
    ]
    if not fitting:
        return []
    others = [*tries[:-1], *(one for one in more() if one.usable)]
    for pair, way in fitting:
        total, effects = came.size, [_effects([wrong[name] for name in pair], right, exercise)]
        for one in others:
            parts = [_run(exercise, name, one.args)[0] for name in pair]
            here, right_here = _flat(one.measured), _right(exercise, one.args)
            both = way(*parts, right_here, exercise)
            if here is None or not _fits(both, here, exercise):
                break
            total += here.size
            effects.append(_effects(parts, right_here, exercise))
        else:
            apart = way is not _added or any(first != second for first, second in effects)
            if total >= FEWEST and apart:
                return list(pair)
    return []


def _effects(parts, right, exercise):
    """Where each of two mistakes shows: what shows at the same places is two views of one thing."""
    numbers = _flat(right)
    if not _alike([numbers, *(_flat(part) for part in parts)]):
        return [0, 1]  # of another form: not one thing
    return [
        np.isclose(_flat(part), numbers, exercise.rtol, exercise.rtol).tolist() for part in parts
    ]


def _right(exercise, args):
    result = exercise.run(exercise.solution, copy.deepcopy(args))
    return exercise.measure(result, *args) if exercise.measure else result


def _added(a, b, right, exercise):
    """Both changes at once, where each shifts the numbers."""
    flat = [_flat(result) for result in (a, b, right)]
    if not _alike(flat):
        return None
    return flat[0] + flat[1] - flat[2]


def _multiplied(a, b, right, exercise):
    """Both changes at once, where each scales the numbers."""
    flat = [_flat(result) for result in (a, b, right)]
    if not _alike(flat):
        return None
    with np.errstate(all="ignore"):
        return np.where(flat[2] == 0, 0.0, flat[0] * flat[1] / flat[2])


def _by_parts(a, b, right, exercise):
    """Both changes at once, where each spoils another of several results."""
    if not all(isinstance(result, tuple | list) for result in (a, b, right)):
        return None
    if not len(a) == len(b) == len(right):
        return None
    triples = zip(a, b, right, strict=True)
    return _flat([x if difference(x, r, exercise.rtol) else y for x, y, r in triples])


def _alike(flat):
    return all(numbers is not None and numbers.size == flat[0].size for numbers in flat)


def _fits(numbers, came, exercise):
    if numbers is None or numbers.size != came.size:
        return False
    return _close(numbers, came, exercise)


def _close(a, b, exercise):
    scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
    return np.allclose(a, b, rtol=exercise.rtol, atol=exercise.rtol * scale)


def _flat(result):
    """Lay all numbers of a result in one row; None where it holds anything else."""
    if isinstance(result, tuple | list):
        parts = [_flat(part) for part in result]
        if not parts or any(part is None for part in parts):
            return None
        return np.concatenate(parts)
    try:
        numbers = np.asarray(result)
    except Exception:
        return None
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        return None
    return numbers.astype(float).ravel()
