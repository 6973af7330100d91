"""Answers to lesson 07 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def norm_by_the_chain_rule(dout, x, gamma, eps):
    """One step after the other, as a learner does it on paper."""
    n = len(x)
    centred = x - x.mean(0)
    var = (centred**2).mean(0)
    std = np.sqrt(var + eps)
    dx_hat = dout * gamma
    dvar = (dx_hat * centred).sum(0) * -0.5 * (var + eps) ** -1.5
    dmean = -(dx_hat / std).sum(0) - dvar * 2 * centred.mean(0)
    return dx_hat / std + dvar * 2 * centred / n + dmean / n


def norm_by_the_library(dout, x, gamma, eps):
    _, cache = scratch.batch_norm_forward(x, gamma, np.zeros_like(gamma), eps=eps)
    return scratch.batch_norm_backward(dout, cache)[0]


def dropout_by_where(x, kept, rate, training):
    if not training:
        return x
    return np.where(kept, x / (1 - rate), 0)


def standardise_by_loops(train, test):
    out_train, out_test = np.zeros(train.shape), np.zeros(test.shape)
    for j in range(train.shape[1]):
        mean, std = np.mean(train[:, j]), np.std(train[:, j])
        for data, out in ((train, out_train), (test, out_test)):
            out[:, j] = (data[:, j] - mean) / (std or 1)
    return out_train, out_test


def dropout_by_index(x, kept, rate, training):
    out = np.array(x, dtype=float)
    if training:
        out[~kept] = 0
        out[kept] /= 1 - rate
    return out


def standardise_safely(train, test):
    mean, std = train.mean(0), train.std(0)
    std[std == 0] = 1.0
    return [(part - mean) / std for part in (train, test)]


RIGHT = {"A": "overfits", "B": "learning rate too high", "C": "fine", "D": "net too small"}


OTHERWISE = {"A": "net too small", "D": "overfits"}


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("batch-norm-backward", norm_by_the_chain_rule),
        ("dropout", dropout_by_where),
        ("dropout", dropout_by_index),
        ("standardise-without-leak", standardise_safely),
        ("diagnose-the-curves", lambda: RIGHT | {"A": "overfit", "D": "underfits"}),
        (
            "diagnose-the-curves",
            lambda: RIGHT | {"A": "Overfitting!", "B": "learning-rate too high"},
        ),
        ("dropout", lambda x, kept, rate, training: x * (kept / (1 - rate)) ** training),
        ("standardise-without-leak", standardise_by_loops),
        ("standardise-without-leak", lambda a, b: list(standardise_by_loops(a, b))),
        ("diagnose-the-curves", lambda: RIGHT),
        ("diagnose-the-curves", lambda: {k: v.title() for k, v in RIGHT.items()}),
        ("diagnose-the-curves", lambda: {k.lower(): v.replace(" ", "_") for k, v in RIGHT.items()}),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def norm_without_variance(dout, x, gamma, eps):
    std = np.sqrt(np.var(x, axis=0) + eps)
    dx_hat = gamma * dout / std
    return dx_hat - dx_hat.sum(axis=0) / len(x)


def norm_with(std=lambda x, e: np.sqrt(x.var(0) + e), signs=(-1, -1), mean=lambda a: a.mean(0)):
    """Return a backward pass with another standard deviation, other signs or other means."""

    def answer(dout, x, gamma, eps):
        s, g = std(x, eps), dout * gamma
        x_hat = (x - x.mean(axis=0)) / s
        return (g + signs[0] * mean(g) + signs[1] * x_hat * mean(g * x_hat)) / s

    return answer


def with_a_tiny_number(train, test, tiny=1e-8):
    mean, std = train.mean(axis=0), train.std(axis=0) + tiny
    return (train - mean) / std, (test - mean) / std


def leaks(train, test):
    both = np.vstack((train, test))
    mean, std = both.mean(0), both.std(0)
    std[std == 0] = 1
    return (train - mean) / std, (test - mean) / std


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("batch-norm-backward", norm_with(std=lambda x, e: x.std(0) + e), "eps-outside"),
        ("batch-norm-backward", norm_with(signs=(1, -1)), "mean-added"),
        ("batch-norm-backward", norm_with(signs=(-1, 1)), "variance-added"),
        ("batch-norm-backward", norm_with(signs=(1, 1)), "signs"),
        ("batch-norm-backward", norm_with(mean=np.mean), "means-over-everything"),
        ("batch-norm-backward", norm_with(mean=lambda a: a.sum(0)), "sums"),
        ("dropout", lambda x, kept, r, t: x * kept * (1 - r) if t else x, "scaled-down"),
        ("dropout", lambda x, kept, r, t: x * kept if t else x * (1 - r), "scaled-in-use"),
        ("dropout", lambda x, kept, r, t: x * ~kept / (1 - r) if t else x, "drops-the-kept"),
        ("standardise-without-leak", lambda a, b: with_a_tiny_number(a, b, 1e-12), "tiny-added"),
        ("standardise-without-leak", lambda a, b: with_a_tiny_number(a, b, 1e-6), "tiny-added"),
        (
            "standardise-without-leak",
            lambda a, b: (a - a.mean(0) / a.std(0), b - a.mean(0) / a.std(0)),
            "no-brackets",
        ),
        (
            "standardise-without-leak",
            lambda a, b: ((a - a.mean(0)) / a.std(0), (b - a.mean(0)) / a.std(0)),
            "divides-by-zero",
        ),
        (
            "standardise-without-leak",
            lambda a, b: ((a - a.mean()) / a.std(), (b - a.mean()) / a.std()),
            "one-number",
        ),
        ("batch-norm-backward", norm_without_variance, "no-variance-part"),
        ("batch-norm-backward", lambda d, x, g, e: d * g / np.sqrt(x.var(0) + e), "constants"),
        ("dropout", lambda x, kept, rate, training: np.where(kept, x, 0), "in-use-unscaled"),
        ("dropout", lambda x, kept, r, t: np.where(kept, x / r, 0) if t else x, "divides-by-rate"),
        ("dropout", lambda x, kept, r, t: x * kept / np.mean(kept) if t else x, "own-share"),
        ("standardise-without-leak", with_a_tiny_number, "tiny-added"),
        ("standardise-without-leak", leaks, "all-data"),
        ("standardise-without-leak", lambda a, b: standardise_by_loops(a, b)[0], "train-only"),
        ("diagnose-the-curves", lambda: RIGHT | OTHERWISE, "over-and-under"),
        ("diagnose-the-curves", lambda: RIGHT | {"C": "overfits"}, "close-for-overfitting"),
        ("diagnose-the-curves", lambda: RIGHT | {"A": "net too small"}, None),
        ("diagnose-the-curves", lambda: list(RIGHT.values()), None),
        ("diagnose-the-curves", lambda: {"A": "overfits"}, None),
        ("diagnose-the-curves", lambda: RIGHT | {"A": "too clever"}, None),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_answers_that_cannot_be_read_are_told_why():
    exercise = get("diagnose-the-curves")
    assert "says nothing of B, C, D" in grade(exercise, lambda: {"A": "overfits"}).lines[0]
    unknown = grade(exercise, lambda: RIGHT | {"A": "too clever"}).lines[0]
    assert "`too clever`, for A, is none of the four diagnoses: fine, overfits" in unknown
    assert "Return a dict" in grade(exercise, lambda: list(RIGHT.values())).lines[0]


@pytest.mark.parametrize("letter", "ABCD")
def test_a_wrong_diagnosis_does_not_give_the_others_away(letter):
    answer = RIGHT | {letter: "fine" if letter != "C" else "net too small"}
    result = grade(get("diagnose-the-curves"), lambda: answer)
    assert "Expected" not in result.details
    assert result.misconception or letter in result.lines[0]
    every = dict.fromkeys("ABCD", "fine")
    assert "too high" not in repr(grade(get("diagnose-the-curves"), lambda: every))


def test_the_solution_equals_the_library():
    for args in get("batch-norm-backward").cases():
        np.testing.assert_allclose(
            get("batch-norm-backward").solution(*args), norm_by_the_library(*args), rtol=1e-9
        )
