"""Standardising, batch norm and dropout."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. batch-norm-backward ----------------------------------------------------------------


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


def _other_parts(parts):
    """Return the answer with another sum taken off than that of the two parts."""

    def answer(dout, x, gamma, eps):
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat, g = (x - x.mean(axis=0)) / std, dout * gamma
        return (g - parts(g, x_hat)) / std

    return answer


def _eps_outside(dout, x, gamma, eps):
    """Add eps to the root rather than under it."""
    std = x.std(axis=0) + eps
    x_hat, g = (x - x.mean(axis=0)) / std, dout * gamma
    return (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / std


def _x_itself(dout, x, gamma, eps):
    """Take x for the normalised x."""
    g = dout * gamma
    return (g - g.mean(axis=0) - x * (g * x).mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def _divides_by_variance(dout, x, gamma, eps):
    return batch_norm_backward(dout, x, gamma, eps) / np.sqrt(x.var(axis=0) + eps)


def _with(**options):
    return lambda dout, x, gamma, eps: _norm_parts(dout, x, gamma, eps, **options)


# 2. dropout ----------------------------------------------------------------------------


def dropout(x, kept, rate, training):
    """While training, silence what is not kept and make up for it; else do nothing."""
    return x * kept / (1 - rate) if training else x


def _dropout_cases():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(3, 5))
    kept = rng.random((3, 5)) >= 0.3  # of 15, no whole number is a share of 0.7
    simple = np.array([10.0, 20, 30, 40]), np.array([True, False, True, True])
    return [(*simple, 0.25, True), (*simple, 0.25, False), (x, kept, 0.3, True)]


# 3. standardise-without-leak -----------------------------------------------------------


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


def _no_brackets(train, test):
    mean, std = train.mean(axis=0), np.where(train.std(axis=0) > 0, train.std(axis=0), 1)
    return train - mean / std, test - mean / std


def _short_of_gigantic(result, train, test):
    """Take all gigantic numbers for one, whatever tiny number made them."""
    try:
        return tuple(np.clip(part, -1e4, 1e4) for part in result)
    except (TypeError, ValueError):
        return result


def _divides_by_zero(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (train - mean) / std, (test - mean) / std


EXERCISES = [
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
            "eps-outside": _eps_outside,
            "x-itself": _x_itself,
            "signs": _with(over=lambda *a, **k: -np.mean(*a, **k)),
            "mean-added": _other_parts(
                lambda g, x_hat: x_hat * (g * x_hat).mean(axis=0) - g.mean(axis=0)
            ),
            "variance-added": _other_parts(
                lambda g, x_hat: g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)
            ),
            "means-over-everything": _other_parts(
                lambda g, x_hat: g.mean() + x_hat * (g * x_hat).mean()
            ),
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
            "no-brackets": _no_brackets,
            "train-only": lambda a, b: standardise_without_leak(a, b)[0],
        },
        measure=_short_of_gigantic,
        returns=("train", "test"),
    ),
]
