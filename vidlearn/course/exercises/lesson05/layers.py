"""Backward passes of the losses, the dense layer and ReLU."""

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


def _the_loss(z, y):
    a = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


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


def _labels_as_rows(z, labels):
    p = _softmax(z)
    p[labels] -= 1
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
            "columns-only": lambda z, y: sigmoid_cross_entropy_gradient(z, y) * len(z),
            "sigmoid-once-more": _sigmoid_twice,
            "for-a": _by_target,
            "no-sigmoid": lambda z, y: (z - y) / z.size,
            "the-loss": _the_loss,
            "one-number": lambda z, y: sigmoid_cross_entropy_gradient(z, y).sum(),
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
            "labels-as-rows": _labels_as_rows,
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
            "bias-with-two-axes": _dense_with(db=lambda dout, x, w: dout.sum(axis=0)[None]),
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
            "dx-lies-on-its-side": _dense_with(dx=lambda dout, x, w: w @ dout.T),
            "order": lambda dout, x, w: (x.T @ dout, dout @ w.T, dout.sum(axis=0)),
        },
        returns=("dx", "dw", "db"),
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
]
