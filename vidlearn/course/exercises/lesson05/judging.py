"""Numerical gradients, and what they tell of a wrong layer."""

import numpy as np

from vidlearn.course.compare import difference
from vidlearn.course.exercises import Exercise
from vidlearn.messages import text

# 1. numerical-gradient -----------------------------------------------------------------


def numerical_gradient(f, x, eps):
    """Nudge each entry up and down, by itself, and put it back."""
    x, dx = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + eps
        above = f(x)
        x[i] = old - eps
        below = f(x)
        x[i] = old
        dx[i] = (above - below) / (2 * eps)
    return dx


class _Named:
    """A function that shows as its formula."""

    def __init__(self, formula, function):
        self.formula, self.function = formula, function

    def __call__(self, x):
        return self.function(x)

    def __repr__(self):
        return f"the function {self.formula}"


def _numerical_cases():
    """Nudging by a power of two and putting back leaves x as it was, to the last digit."""
    cube = _Named("sum(x**3)", lambda x: np.sum(x**3))
    fifth = _Named("sum(x**5)", lambda x: np.sum(x**5))
    mixed = _Named("exp(x[0, 0]) * sum(x**2)", lambda x: np.exp(x[0, 0]) * np.sum(x**2))
    x = np.round(np.random.default_rng(5).normal(size=(2, 3)) * 1024) / 1024
    small = np.array([1.0, 2])
    return [(cube, small, 1 / 8), (mixed, x, 1 / 1024), (cube, x, 1 / 1024), (fifth, small, 1 / 8)]


def _five_points(f, x, eps):
    """Two more points: the error shrinks like the fourth power of eps."""
    return (4 * numerical_gradient(f, x, eps) - numerical_gradient(f, x, 2 * eps)) / 3


def _either_stencil(result, f, x, eps):
    """Take a better gradient by the same eps for the one of two points."""
    better = not difference(result, _five_points(f, x, eps), 1e-7)
    return numerical_gradient(f, x, eps) if better else result


def _one_sided(f, x, eps):
    x, dx, here = x.copy(), np.zeros_like(x), f(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        dx[i] = (f(x) - here) / eps
        x[i] -= eps
    return dx


def _never_put_back(f, x, eps):
    x, dx = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        dx[i] = (above - f(x)) / (2 * eps)
    return dx


def _row_by_row(f, x, eps):
    dx = np.zeros_like(x)
    for i in range(len(x)):
        nudge = np.zeros_like(x)
        nudge[i] = eps
        dx[i] = (f(x + nudge) - f(x - nudge)) / (2 * eps)
    return dx


def _all_at_once(f, x, eps):
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))


# 2. find-the-bug -----------------------------------------------------------------------


def find_the_bug(ours, measured, tolerance):
    """Walk from the loss to the input; the first wrong gradient on the way names the layer."""
    for name in reversed(list(ours)):
        difference = np.max(np.abs(ours[name] - measured[name]))
        largest = max(np.max(np.abs(ours[name])), np.max(np.abs(measured[name])))
        if difference > tolerance * largest:
            return name
    return "none"


def _errors(ours, measured, relative=True):
    found = {}
    for name in ours:
        error = np.max(np.abs(ours[name] - measured[name]))
        largest = max(np.max(np.abs(ours[name])), np.max(np.abs(measured[name])))
        found[name] = error / largest if relative else error
    return found


def _bug_cases():
    """A chain of layers, each with its error: the last wrong one spoils all before it."""
    rng = np.random.default_rng(6)
    sizes = {"conv": 1e-4, "dense1": 1.0, "dense2": 3e4, "dense3": 1.0, "head": 2e-5}
    cases, chains = [], [
        (1e-6, (0.4, 0.8, 1e-9, 1e-10, 1e-9)), (1e-6, (1e-9,) * 5),
        (1e-6, (0.9, 0.1, 0.3, 1e-9, 0.0)), (1e-6, (0.02, 0.6, 0.5, 0.1, 0.2)),
        (1e-6, (0.3, 1e-9, 1e-9, 1e-8, 1e-9)), (1e-6, (0.2, 0.1, 0.3, 8e-6, 8e-6)),
        (1e-3, (0.5, 0.7, 0.4, 2e-5, 2e-5)),
    ]  # fmt: skip
    for tolerance, errors in chains:
        measured = {name: size * rng.normal(size=(3, 2)) for name, size in sizes.items()}
        ours = {name: value.copy() for name, value in measured.items()}
        for error, value in zip(errors, ours.values(), strict=True):
            value[1, 0] += error * np.abs(value).max()
        cases.append((ours, measured, tolerance))
    return cases


def _wrong(ours, measured, tolerance, relative=True):
    errors = _errors(ours, measured, relative)
    return [name for name, error in errors.items() if error > tolerance]


def _largest(ours, measured, tolerance):
    errors = _errors(ours, measured)
    name = max(errors, key=errors.get)
    return name if errors[name] > tolerance else "none"


def _nearest_input(ours, measured, tolerance):
    return next(iter(_wrong(ours, measured, tolerance)), "none")


def _absolute(ours, measured, tolerance):
    return next(reversed(_wrong(ours, measured, tolerance, relative=False)), "none")


def _two_tolerances(ours, measured, tolerance):
    """Forget that np.allclose allows 1e-8 on top."""
    close = {name: np.allclose(ours[name], measured[name], rtol=tolerance) for name in ours}
    return next((name for name in reversed(close) if not close[name]), "none")


def _tolerance_on_top(ours, measured, tolerance):
    close = {name: np.allclose(ours[name], measured[name], atol=tolerance) for name in ours}
    return next((name for name in reversed(close) if not close[name]), "none")


def _own_tolerance(ours, measured, tolerance):
    close = {name: np.allclose(ours[name], measured[name]) for name in ours}
    return next((name for name in reversed(close) if not close[name]), "none")


def _table(ours, measured, tolerance):
    """Describe an input by what counts: how far each layer is off."""
    line = text("lesson05")["exercises"]["find-the-bug"]["given"]
    rows = [line.format(name=n, error=f"{e:.1e}") for n, e in _errors(ours, measured).items()]
    return "\n".join([*rows, f"tolerance = {tolerance:g}"])


def _plain_text(result, ours, measured, tolerance):
    """Take NumPy's kind of text for Python's."""
    return str(result) if isinstance(result, str) else result


EXERCISES = [
    Exercise(
        "numerical-gradient",
        numerical_gradient,
        _numerical_cases,
        {
            "one-sided": _one_sided,
            "backwards": lambda f, x, eps: -_one_sided(f, x, -eps),
            "not-halved": lambda f, x, eps: 2 * numerical_gradient(f, x, eps),
            "not-divided": lambda f, x, eps: 2 * eps * numerical_gradient(f, x, eps),
            "never-put-back": _never_put_back,
            "all-at-once": _all_at_once,
            "row-by-row": _row_by_row,
            "half-eps": lambda f, x, eps: numerical_gradient(f, x, eps / 2),
            "times-eps": lambda f, x, eps: numerical_gradient(f, x, eps) * eps**2,
            "one-array-twice": lambda f, x, eps: np.zeros_like(x),
            "own-eps": lambda f, x, eps: numerical_gradient(f, x, 1e-6),
            "up-and-down-swapped": lambda f, x, eps: -numerical_gradient(f, x, eps),
            "a-list-of-slopes": lambda f, x, eps: numerical_gradient(f, x, eps).ravel(),
        },
        measure=_either_stencil,
    ),
    Exercise(
        "find-the-bug",
        find_the_bug,
        _bug_cases,
        {
            "nearest-the-input": _nearest_input,
            "largest-error": _largest,
            "absolute": _absolute,
            "all-of-them": _wrong,
            "nearest-the-loss": lambda ours, measured, tolerance: list(ours)[-1],
            "no-tolerance": lambda ours, measured, tolerance: find_the_bug(ours, measured, 0),
            "two-tolerances": _two_tolerances,
            "tolerance-not-used": _own_tolerance,
            "tolerance-as-bare-difference": _tolerance_on_top,
        },
        measure=_plain_text,
        allows=("relative_error",),
        given=_table,
    ),
]
