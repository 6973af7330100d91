"""Numerical gradients, and what they tell of a backward pass."""

import timeit

import numpy as np

from vidlearn.course.compare import difference
from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson05.layers import dense_backward
from vidlearn.course.limits import ran_out
from vidlearn.course.mine import Mine
from vidlearn.messages import text
from vidlearn.scratch import relative_error

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


# 2. a judgement ------------------------------------------------------------------------

NAMES = "dw", "db", "dv", "dc"
SLOW = 0.005  # seconds for a batch of 250; some 35,000 batches follow


def _loss(x, y, w, b, v, c):
    """Mean cross-entropy of a network of two layers, from its logits."""
    z = np.maximum(0, x @ w + b) @ v + c
    return np.mean(np.logaddexp(0, z) - y * z)


def judged(backward, judge):
    """Print how far off each of the four gradients of a network is. Never raises.

    Parameters
    ----------
    backward : callable
        ``backward(x, y, w, b, v, c)`` returns dw, db, dv, dc.
    judge : callable
        ``judge(f, x, eps)`` returns the gradient by nudging.
    """
    words, rng = text("lesson05")["judged"], np.random.default_rng(3)
    x, y = rng.normal(size=(5, 4)), np.array([[1.0], [0], [0], [1], [0]])
    weights = [rng.normal(size=size) for size in ((4, 3), 3, (3, 1), 1)]
    if ran_out(backward):  # `check` has said it
        print(words["slow"])
        return
    try:
        with np.errstate(all="ignore"):
            ours = dict(zip(NAMES, backward(x, y, *weights), strict=True))
        errors = {}
        for k, name in enumerate(NAMES):
            nudged = judge(
                lambda t, k=k: _loss(x, y, *weights[:k], t, *weights[k + 1 :]), weights[k], 1e-6
            )
            errors[name] = relative_error(np.asarray(ours[name], float), nudged)
    except Exception:
        print(words["nothing"])
        return
    for name, error in errors.items():
        print(words["line"].format(name=name, error=error, verdict=words[_verdict(error)]))


def in_good_time(dense):
    """Return a dense layer's backward pass if it is fast enough to train with, else ours.

    Parameters
    ----------
    dense : callable
        ``dense(dout, x, w)``, from `use`.

    Returns
    -------
    callable
        `dense`, or the reference with a credit that says so.
    """
    rng = np.random.default_rng(0)
    given = [rng.normal(size=size) for size in ((250, 16), (250, 75), (75, 16))]
    seconds = min(timeit.repeat(lambda: dense(*given), number=1, repeat=3))
    if seconds < SLOW:
        return dense
    words = text("lesson05")["in_good_time"]
    print(words["slow"].format(seconds=seconds))
    return Mine(dense_backward, dense, yours=False, credit=words["credit"])


def _verdict(error):
    return "right" if error < 1e-6 else "wrong" if error > 1e-2 else "between"


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
            "one-number": lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps),
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
]
