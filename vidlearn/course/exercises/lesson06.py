"""Exercises of lesson 06, training a CNN."""

import numpy as np

from vidlearn.course.compare import difference
from vidlearn.course.exercises import Exercise

# 1. momentum-step ----------------------------------------------------------------------


def momentum_step(w, g, velocity, learning_rate, momentum):
    """Let the velocity fade a little, push it downhill, and move by it."""
    velocity = momentum * velocity - learning_rate * g
    return w + velocity, velocity


def _momentum_cases():
    rng = np.random.default_rng(5)
    w, g, v = rng.normal(size=(3, 4))
    simple = np.array([1.0, 2]), np.array([10.0, -20]), np.array([0.0, 0])
    return [(*simple, 0.1, 0.9), (w, g, v, 0.05, 0.8), (w[:3], g[:3], v[:3], 0.5, 0.0)]


def _looks_ahead(w, g, v, rate, momentum):
    v = momentum * v - rate * g
    return w + momentum * v - rate * g, v


# 2. adam-step --------------------------------------------------------------------------


def adam_step(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    """Average gradients and their squares, correct both for the start at zero, step."""
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _adam_as_keras(w, g, m, v, t, rate, b1, b2, eps):
    """Fold both corrections into the learning rate: eps then weighs more in the first steps."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    size = rate * np.sqrt(1 - b2**t) / (1 - b1**t)
    return w - size * m / (np.sqrt(v) + eps), m, v


def _either_adam(result, *args):
    """Take the form of Keras for that of the paper: both are right."""
    three = isinstance(result, tuple | list | np.ndarray) and len(result) == 3
    if three and not difference(result[0], _adam_as_keras(*args)[0], 1e-5):
        return (adam_step(*args)[0], *result[1:])
    return result


def _adam_cases():
    rng = np.random.default_rng(6)
    w, g, m = rng.normal(size=(3, 4))
    v, zero = rng.uniform(0.1, 1, size=4), np.zeros(2)
    simple = np.array([1.0, 2]), np.array([10.0, -0.2]), zero, zero
    faint = np.array([0.5, -0.5]), np.array([3e-4, -1e-4]), zero, zero
    rest = 0.9, 0.999, 1e-7
    cases = [(*simple, 1, 0.1, *rest), (w, g, m, v, 7, 0.01, *rest)]
    return [*cases, (w, g, m, v, 3, 0.02, 0.8, 0.99, 1e-7), (*faint, 1, 0.1, *rest)]


def _adam(w, g, m, v, t, rate, b1, b2, eps, correct=True, root=True, inside=False):
    """Leave out a correction or the root, or put eps under it."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    m_hat, v_hat = (m / (1 - b1**t), v / (1 - b2**t)) if correct else (m, v)
    below = np.sqrt(v_hat + eps) if inside else (np.sqrt(v_hat) if root else v_hat) + eps
    return w - rate * m_hat / below, m, v


def _only_first_corrected(w, g, m, v, t, rate, b1, b2, eps):
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1**t) / (np.sqrt(v) + eps), m, v


def _no_power(w, g, m, v, t, rate, b1, b2, eps):
    """Divide by 1 - beta at every step, as is right at the first."""
    _, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1) / (np.sqrt(v / (1 - b2)) + eps), m, v


def _old_averages(w, g, m, v, t, rate, b1, b2, eps):
    """Renew both averages, but step by those from before."""
    _, new_m, new_v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), new_m, new_v


def _plain_sums(w, g, m, v, t, rate, b1, b2, eps):
    m, v = b1 * m + g, b2 * v + g**2
    return w - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def _weights_swapped(w, g, m, v, t, rate, b1, b2, eps):
    """Give the new gradient the weight beta and the past the rest."""
    m = (1 - b1) * m + b1 * g
    v = (1 - b2) * v + b2 * g**2
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _keeps_corrected(w, g, m, v, t, rate, b1, b2, eps):
    w, m, v = adam_step(w, g, m, v, t, rate, b1, b2, eps)
    return w, m / (1 - b1**t), v / (1 - b2**t)


def _square_forgotten(w, g, m, v, t, rate, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * np.abs(g)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + eps), m, v


def _adam_uphill(w, *rest):
    after, m, v = adam_step(w, *rest)
    return 2 * w - after, m, v


# 3. batch-norm-backward ----------------------------------------------------------------


def batch_norm_backward(dout, x, gamma, eps):
    """Send the gradient back directly, through the mean and through the variance."""
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    g = dout * gamma
    return (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / std


def _norm_cases():
    rng = np.random.default_rng(7)
    simple = np.array([[1.0], [0], [0]]), np.array([[1.0], [2], [6]]), np.ones(1), 1e-3
    cases = [simple]
    for rows, columns in ((5, 3), (4, 6)):
        dout, x = rng.normal(size=(2, rows, columns))
        cases.append((dout, 3 * x + 1, rng.uniform(0.5, 2, columns), 1e-3))
    return cases


def _norm_parts(dout, x, gamma, eps, mean=True, var=True, axis=0, over=None, ddof=0):
    """Leave out a part, or average wrongly."""
    std = np.sqrt(x.var(axis=axis, keepdims=True, ddof=ddof) + eps)
    x_hat = (x - x.mean(axis=axis, keepdims=True)) / std
    g = dout * gamma
    part = g
    if mean:
        part = part - (over or np.mean)(g, axis=axis, keepdims=True)
    if var:
        part = part - x_hat * (over or np.mean)(g * x_hat, axis=axis, keepdims=True)
    return part / std


def _x_itself(dout, x, gamma, eps):
    """Take x for the normalised x."""
    g = dout * gamma
    return (g - g.mean(axis=0) - x * (g * x).mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def _divides_by_variance(dout, x, gamma, eps):
    return batch_norm_backward(dout, x, gamma, eps) / np.sqrt(x.var(axis=0) + eps)


def _with(**options):
    return lambda dout, x, gamma, eps: _norm_parts(dout, x, gamma, eps, **options)


# 4. dropout ----------------------------------------------------------------------------


def dropout(x, kept, rate, training):
    """While training, silence what is not kept and make up for it; else do nothing."""
    return x * kept / (1 - rate) if training else x


def _dropout_cases():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(3, 5))
    kept = rng.random((3, 5)) >= 0.3  # of 15, no whole number is a share of 0.7
    simple = np.array([10.0, 20, 30, 40]), np.array([True, False, True, True])
    return [(*simple, 0.25, True), (*simple, 0.25, False), (x, kept, 0.3, True)]


# 5. standardise-without-leak -----------------------------------------------------------


def standardise_without_leak(train, test):
    """Use mean and spread of the training pictures for both; leave out what never varies."""
    mean, std = train.mean(axis=0), train.std(axis=0)
    std = np.where(std > 0, std, 1)
    return (train - mean) / std, (test - mean) / std


def _leak_cases():
    rng = np.random.default_rng(9)
    simple = np.array([[0.0, 1], [4, 3]]), np.array([[2.0, 9]])
    train, test = rng.normal(size=(8, 3)) * [1, 4, 0.5] + 2, rng.normal(size=(5, 3)) + 4
    dead = train.copy(), test.copy()
    dead[0][:, 1] = dead[1][:, 1] = 3
    dead[1][2, 1] = 5  # ink where no training picture has any
    return [simple, (train, test), dead]


def _scaled(mean, std, *groups):
    """Standardise each group by the mean and the spread given."""
    std = np.where(std > 0, std, 1)
    return tuple((group - mean) / std for group in groups)


def _all_data(train, test):
    both = np.concatenate([train, test])
    return _scaled(both.mean(axis=0), both.std(axis=0), train, test)


def _each_by_itself(train, test):
    return tuple(_scaled(x.mean(axis=0), x.std(axis=0), x)[0] for x in (train, test))


def _by_picture(train, test):
    return tuple(
        _scaled(x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True), x)[0]
        for x in (train, test)
    )


def _dead_is_zero(train, test):
    return tuple(x * (train.std(axis=0) > 0) for x in standardise_without_leak(train, test))


def _divides_by_zero(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (train - mean) / std, (test - mean) / std


# 6. diagnose-the-curves ----------------------------------------------------------------


def diagnose_the_curves():
    """Read training loss and validation loss together."""
    return {
        "A": "overfits",
        "B": "learning rate too high",
        "C": "fine",
        "D": "net too small",
    }


DIAGNOSES = ("fine", "overfits", "net too small", "learning rate too high")


def _four_answers(result):
    """Return the four answers in order, without caring for capitals, blanks and hyphens."""
    if not isinstance(result, dict):
        raise TypeError(f"return a dict from 'A', 'B', 'C', 'D' to words, got {result!r}")
    result = {str(key).strip().upper(): answer for key, answer in result.items()}
    if missing := {"A", "B", "C", "D"} - set(result):
        raise ValueError(f"no answer for {', '.join(sorted(missing))}")
    blank = str.maketrans("_-", "  ")
    answers = [" ".join(str(result[k]).lower().translate(blank).split()) for k in "ABCD"]
    if unknown := set(answers) - set(DIAGNOSES):
        raise ValueError(f"{unknown.pop()!r} is none of: {', '.join(DIAGNOSES)}")
    return answers


def _diagnose(**changed):
    return lambda: diagnose_the_curves() | changed


EXERCISES = [
    Exercise(
        "momentum-step",
        momentum_step,
        _momentum_cases,
        {
            "uphill": lambda w, g, v, rate, m: (w + m * v + rate * g, m * v + rate * g),
            "rate-outside": lambda w, g, v, rate, m: (w - rate * (m * v + g), m * v + g),
            "minus-velocity": lambda w, g, v, rate, m: (w - m * v - rate * g, m * v + rate * g),
            "subtracts": lambda w, g, v, rate, m: (w - m * v + rate * g, m * v - rate * g),
            "rate-twice": lambda w, g, v, rate, m: (
                w + rate * (m * v - rate * g),
                m * v - rate * g,
            ),
            "no-velocity": lambda w, g, v, rate, m: (w - rate * g, -rate * g),
            "not-kept": lambda w, g, v, rate, m: (momentum_step(w, g, v, rate, m)[0], v),
            "old-velocity": lambda w, g, v, rate, m: (w + v, m * v - rate * g),
            "shares": lambda w, g, v, rate, m: momentum_step(w, g, v, (1 - m) * rate, m),
            "no-fading": lambda w, g, v, rate, m: (w + v - rate * g, v - rate * g),
            "looks-ahead": _looks_ahead,
            "only-w": lambda w, g, v, rate, m: momentum_step(w, g, v, rate, m)[0],
            "swapped": lambda w, g, v, rate, m: momentum_step(w, g, v, rate, m)[::-1],
        },
    ),
    Exercise(
        "adam-step",
        adam_step,
        _adam_cases,
        {
            "no-correction": lambda *a: _adam(*a, correct=False),
            "only-first-corrected": _only_first_corrected,
            "eps-inside": lambda *a: _adam(*a, inside=True),
            "no-root": lambda *a: _adam(*a, root=False),
            "betas-mixed": lambda *a: adam_step(*a[:6], a[7], a[6], a[8]),
            "weights-swapped": _weights_swapped,
            "keeps-corrected": _keeps_corrected,
            "square-forgotten": _square_forgotten,
            "uphill": _adam_uphill,
            "counts-from-zero": lambda *a: adam_step(*a[:4], a[4] + 1, *a[5:]),
            "no-power": _no_power,
            "old-averages": _old_averages,
            "plain-sums": _plain_sums,
            "not-kept": lambda *a: (adam_step(*a)[0], a[2], a[3]),
            "no-eps": lambda *a: adam_step(*a[:-1], 0),
            "only-w": lambda *a: adam_step(*a)[0],
        },
        measure=_either_adam,
    ),
    Exercise(
        "batch-norm-backward",
        batch_norm_backward,
        _norm_cases,
        {
            "constants": _with(mean=False, var=False),
            "no-mean-part": _with(mean=False),
            "no-variance-part": _with(var=False),
            "wrong-axis": _with(axis=1),
            "whole-array": _with(axis=(0, 1)),
            "sums": _with(over=np.sum),
            "no-gamma": lambda d, x, gamma, eps: _norm_parts(d, x, 1.0, eps),
            "count-minus-one": _with(ddof=1),
            "no-eps": lambda d, x, gamma, eps: batch_norm_backward(d, x, gamma, 0),
            "x-itself": _x_itself,
            "signs": _with(over=lambda *a, **k: -np.mean(*a, **k)),
            "divides-by-variance": _divides_by_variance,
            "not-divided": lambda d, x, gamma, eps: (
                batch_norm_backward(d, x, gamma, eps) * np.sqrt(x.var(axis=0) + eps)
            ),
        },
    ),
    Exercise(
        "dropout",
        dropout,
        _dropout_cases,
        {
            "not-scaled": lambda x, kept, rate, training: x * kept if training else x,
            "in-use-too": lambda x, kept, rate, training: x * kept / (1 - rate),
            "in-use-unscaled": lambda x, kept, rate, training: x * kept,
            "divides-by-rate": lambda x, kept, rate, t: x * kept / rate if t else x,
            "drops-the-kept": lambda x, kept, rate, t: x * ~kept / (1 - rate) if t else x,
            "scaled-down": lambda x, kept, rate, t: x * kept * (1 - rate) if t else x,
            "scaled-in-use": lambda x, kept, rate, t: x * kept if t else x * (1 - rate),
            "scaled-in-both": lambda x, kept, rate, t: (x * kept if t else x) / (1 - rate),
            "scaled-twice": lambda x, kept, r, t: x * kept / (1 - r) if t else x * (1 - r),
            "own-share": lambda x, kept, rate, t: x * kept / kept.mean() if t else x,
            "training-mixed-up": lambda x, kept, rate, t: dropout(x, kept, rate, not t),
        },
    ),
    Exercise(
        "standardise-without-leak",
        standardise_without_leak,
        _leak_cases,
        {
            "all-data": _all_data,
            "each-by-itself": _each_by_itself,
            "one-number": lambda a, b: _scaled(a.mean(), a.std(), a, b),
            "by-picture": _by_picture,
            "variance": lambda a, b: _scaled(a.mean(axis=0), a.var(axis=0), a, b),
            "test-statistics": lambda a, b: _scaled(b.mean(axis=0), b.std(axis=0), a, b),
            "divides-by-zero": _divides_by_zero,
            "tiny-added": lambda a, b: _scaled(a.mean(axis=0), a.std(axis=0) + 1e-8, a, b),
            "dead-is-zero": _dead_is_zero,
            "count-minus-one": lambda a, b: _scaled(a.mean(axis=0), a.std(axis=0, ddof=1), a, b),
            "only-mean": lambda a, b: (a - a.mean(axis=0), b - a.mean(axis=0)),
            "test-untouched": lambda a, b: (standardise_without_leak(a, b)[0], b),
        },
    ),
    Exercise(
        "diagnose-the-curves",
        diagnose_the_curves,
        lambda: [()],
        {
            "over-and-under": _diagnose(A="net too small", D="overfits"),
            "rate-and-size": _diagnose(B="net too small", D="learning rate too high"),
            "training-only": _diagnose(A="fine", C="overfits"),
            "all-overfit": lambda: dict.fromkeys("ABCD", "overfits"),
            "gap-is-fine": _diagnose(A="fine"),
            "plateau-for-rate": _diagnose(D="learning rate too high"),
            "guessing-for-small": _diagnose(B="net too small"),
            "plateau-for-overfitting": _diagnose(D="overfits"),
            "guessing-for-overfitting": _diagnose(B="overfits"),
            "close-for-overfitting": _diagnose(C="overfits"),
            "rate-for-overfitting": _diagnose(A="learning rate too high", B="overfits"),
        },
        measure=_four_answers,
    ),
]
