"""Exercises of lesson 05, backpropagation."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. sigmoid-cross-entropy-gradient -----------------------------------------------------


def sigmoid_cross_entropy_gradient(z, y):
    """What came out less what should have, over the number of entries."""
    a = 1 / (1 + np.exp(-z))
    return (a - y) / z.size


def _yes_no_cases():
    rng = np.random.default_rng(1)
    simple = (np.array([[0.0], [2.0]]), np.array([[1.0], [0.0]]))
    return [simple, (rng.normal(size=(3, 2)) * 2, rng.integers(0, 2, (3, 2)).astype(float))]


def _by_target(z, y):
    """The gradient with respect to a, where z is asked for."""
    a = 1 / (1 + np.exp(-z))
    return (a - y) / (a * (1 - a)) / z.size


def _sigmoid_twice(z, y):
    a = 1 / (1 + np.exp(-z))
    return (a - y) * a * (1 - a) / z.size


# 2. softmax-cross-entropy-backward -----------------------------------------------------


def softmax_cross_entropy_backward(z, labels):
    """Softmax of each row, less 1 at the label, over the number of rows."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = e / e.sum(axis=1, keepdims=True)
    dz[np.arange(len(z)), labels] -= 1
    return dz / len(z)


def _class_cases():
    rng = np.random.default_rng(2)
    simple = (np.log([[1.0, 2, 5], [2, 2, 4]]), np.array([1, 2]))
    large = (np.array([[1e4, 0, -1e4], [3.0, 1e4 + 1, 1e4], [1.0, 3, 2]]), np.array([1, 1, 0]))
    return [simple, (rng.normal(size=(5, 4)), np.array([3, 0, 0, 2, 1])), large]


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _one_hot(z, labels):
    return (labels[:, None] == np.arange(z.shape[1])).astype(float)


def _overflows(z, labels):
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return (p - _one_hot(z, labels)) / len(z)


def _with(softmax):
    """Return the answer with another softmax."""

    def answer(z, labels):
        with np.errstate(all="ignore"):
            return (softmax(z) - _one_hot(z, labels)) / len(z)

    return answer


def _every_row_gets_all_labels(z, labels):
    p = _softmax(z)
    p[:, labels] -= 1
    return p / len(z)


def _over_the_batch(z, labels):
    return (_softmax(z.T).T - _one_hot(z, labels)) / len(z)


def _entry_by_entry(z, labels):
    """Take the slope of a sigmoid at each entry on top of p - y."""
    p = _softmax(z)
    return (p - _one_hot(z, labels)) * p * (1 - p) / len(z)


# 3. dense-backward ---------------------------------------------------------------------


def dense_backward(dout, x, w):
    """The shapes leave one way only to multiply; the bias was added to each row."""
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def _dense_cases():
    rng = np.random.default_rng(3)
    simple = (np.array([[1.0], [10.0]]), np.array([[1.0, 2], [3, 4]]), np.array([[5.0], [6.0]]))
    cases = [(rng.normal(size=(n, u)), rng.normal(size=(n, d)), rng.normal(size=(d, u)))
             for n, d, u in ((3, 3, 3), (4, 5, 2))]  # fmt: skip
    return [simple, *cases]


def _dense_with(dx=None, dw=None, db=None):
    """Return the answer with one of its three parts made otherwise."""

    def answer(dout, x, w):
        right = dense_backward(dout, x, w)
        others = (dx, dw, db)
        pairs = zip(others, right, strict=True)
        return tuple(other(dout, x, w) if other else part for other, part in pairs)

    return answer


# 4. relu-backward ----------------------------------------------------------------------


def relu_backward(dout, x):
    """The gradient passes where the input was positive."""
    return dout * (x > 0)


def _relu_cases():
    rng = np.random.default_rng(4)
    simple = (np.array([10.0, -20, 30, -40]), np.array([2.0, 3, -1, 0]))
    return [simple, (rng.normal(size=(3, 4)), rng.normal(size=(3, 4)))]


# 5. numerical-gradient -----------------------------------------------------------------


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
    cube = _Named("sum(x**3)", lambda x: np.sum(x**3))
    mixed = _Named("exp(x[0, 0]) * sum(x**2)", lambda x: np.exp(x[0, 0]) * np.sum(x**2))
    x = np.random.default_rng(5).normal(size=(2, 3))
    return [(cube, np.array([1.0, 2]), 0.1), (mixed, x, 1e-3), (cube, x, 1e-3)]


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


# 6. find-the-bug -----------------------------------------------------------------------


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


def _own_tolerance(ours, measured, tolerance):
    close = {name: np.allclose(ours[name], measured[name]) for name in ours}
    return next((name for name in reversed(close) if not close[name]), "none")


def _plain_text(result, ours, measured, tolerance):
    """Take NumPy's kind of text for Python's."""
    return str(result) if isinstance(result, str) else result


EXERCISES = [
    Exercise(
        "sigmoid-cross-entropy-gradient",
        sigmoid_cross_entropy_gradient,
        _yes_no_cases,
        {
            "target-minus-output": lambda z, y: -sigmoid_cross_entropy_gradient(z, y),
            "not-averaged": lambda z, y: sigmoid_cross_entropy_gradient(z, y) * z.size,
            "divided-twice": lambda z, y: sigmoid_cross_entropy_gradient(z, y) / z.size,
            "rows-only": lambda z, y: sigmoid_cross_entropy_gradient(z, y) * z.shape[1],
            "sigmoid-once-more": _sigmoid_twice,
            "for-a": _by_target,
            "no-sigmoid": lambda z, y: (z - y) / z.size,
        },
    ),
    Exercise(
        "softmax-cross-entropy-backward",
        softmax_cross_entropy_backward,
        _class_cases,
        {
            "not-averaged": lambda z, k: softmax_cross_entropy_backward(z, k) * len(z),
            "divided-by-classes": lambda z, k: softmax_cross_entropy_backward(z, k) / z.shape[1],
            "over-classes-only": lambda z, k: (
                softmax_cross_entropy_backward(z, k) * len(z) / z.shape[1]
            ),
            "label-as-number": lambda z, k: (_softmax(z) - k[:, None]) / len(z),
            "no-label": lambda z, k: _softmax(z) / len(z),
            "only-the-label": lambda z, k: softmax_cross_entropy_backward(z, k) * _one_hot(z, k),
            "label-minus-softmax": lambda z, k: -softmax_cross_entropy_backward(z, k),
            "over-the-batch": _over_the_batch,
            "overflows": _overflows,
            "one-maximum-for-all": _with(
                lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True)
            ),
            "one-sum-for-all": _with(lambda z: np.exp(z) / np.exp(z).sum()),
            "all-labels-in-every-row": _every_row_gets_all_labels,
            "sigmoid": _with(lambda z: 1 / (1 + np.exp(-z))),
            "shapes": lambda z, k: (np.exp(z) / np.exp(z).sum(axis=1) - _one_hot(z, k)) / len(z),
            "slope-once-more": _entry_by_entry,
        },
    ),
    Exercise(
        "dense-backward",
        dense_backward,
        _dense_cases,
        {
            "not-transposed": lambda dout, x, w: (dout @ w, x @ dout, dout.sum(axis=0)),
            "bias-over-units": _dense_with(db=lambda dout, x, w: dout.sum(axis=1)),
            "bias-not-summed": _dense_with(db=lambda dout, x, w: dout),
            "bias-averaged": _dense_with(db=lambda dout, x, w: dout.mean(axis=0)),
            "bias-of-ones": _dense_with(db=lambda dout, x, w: np.ones(w.shape[1])),
            "x-forgotten": _dense_with(dw=lambda dout, x, w: np.ones_like(x).T @ dout),
            "weights-averaged": _dense_with(
                dw=lambda dout, x, w: x.T @ dout / len(x), db=lambda dout, x, w: dout.mean(axis=0)
            ),
            "all-averaged": lambda dout, x, w: tuple(
                part / len(x) for part in dense_backward(dout, x, w)
            ),
            "first-example-only": _dense_with(dw=lambda dout, x, w: np.outer(x[0], dout[0])),
            "only-weights-averaged": _dense_with(dw=lambda dout, x, w: x.T @ dout / len(x)),
            "dw-lies-on-its-side": _dense_with(dw=lambda dout, x, w: dout.T @ x),
            "order": lambda dout, x, w: (x.T @ dout, dout @ w.T, dout.sum(axis=0)),
        },
    ),
    Exercise(
        "relu-backward",
        relu_backward,
        _relu_cases,
        {
            "relu-of-the-gradient": lambda dout, x: np.maximum(dout, 0),
            "both-positive": lambda dout, x: np.maximum(dout, 0) * (x > 0),
            "passes-all": lambda dout, x: dout.copy(),
            "on-at-zero": lambda dout, x: dout * (x >= 0),
            "times-the-value": lambda dout, x: dout * np.maximum(x, 0),
            "sign": lambda dout, x: dout * np.sign(x),
            "forgets-dout": lambda dout, x: (x > 0) * 1.0,
            "forward": lambda dout, x: np.maximum(x, 0),
            "upside-down": lambda dout, x: dout * (x <= 0),
            "for-one-number": lambda dout, x: dout if x > 0 else 0 * dout,
        },
    ),
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
            "times-eps": lambda f, x, eps: numerical_gradient(f, x, eps) * eps**2,
            "one-array-twice": lambda f, x, eps: np.zeros_like(x),
            "own-eps": lambda f, x, eps: numerical_gradient(f, x, 1e-6),
            "up-and-down-swapped": lambda f, x, eps: -numerical_gradient(f, x, eps),
        },
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
            "no-tolerance": lambda ours, measured, tolerance: find_the_bug(ours, measured, 0),
            "two-tolerances": _two_tolerances,
            "tolerance-not-used": _own_tolerance,
        },
        measure=_plain_text,
    ),
]
