"""Answers to lesson 06 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def momentum_in_two_lines(w, g, velocity, learning_rate, momentum):
    new = velocity * momentum + (-learning_rate) * g
    return [w + new, new]


def adam_as_in_keras(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m = m + (g - m) * (1 - beta_1)
    v = v + (g * g - v) * (1 - beta_2)
    alpha = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - m * alpha / (np.sqrt(v) + eps), m, v


def momentum_in_place(w, g, velocity, learning_rate, momentum):
    velocity *= momentum
    velocity -= learning_rate * g
    w += velocity
    return w, velocity


def adam_in_place(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m *= beta_1
    m += (1 - beta_1) * g
    v *= beta_2
    v += (1 - beta_2) * g**2
    w -= learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps)
    return w, m, v


def adam_as_in_keras_in_32_bits(*args):
    return [x.astype(np.float32) for x in adam_as_in_keras(*args)]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("momentum-step", momentum_in_two_lines),
        ("adam-step", adam_as_in_keras),
        ("adam-step", adam_as_in_keras_in_32_bits),
        ("momentum-step", momentum_in_place),
        ("adam-step", adam_in_place),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def rate_outside(w, g, velocity, learning_rate, momentum):
    velocity = momentum * velocity + g
    return w - learning_rate * velocity, velocity


def adam_without(what):
    def answer(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        m_hat = m if what in ("correction", "first") else m / (1 - beta_1**t)
        v_hat = v if what in ("correction", "second") else v / (1 - beta_2**t)
        if what == "order":
            return w - learning_rate * m_hat / np.sqrt(v_hat + eps), m, v
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v

    return answer


def adam_without_power(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g * g
    return w - learning_rate * (m / (1 - beta_1)) / ((v / (1 - beta_2)) ** 0.5 + eps), m, v


def adam_of_two_parts(w, g, m, v, t, learning_rate, beta_1, beta_2, eps):
    """Return two parts for three, one of them no number."""
    return w, "m"


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("momentum-step", rate_outside, "rate-outside"),
        ("momentum-step", lambda w, g, v, r, m: (w + (m * v + r * g), m * v + r * g), "uphill"),
        ("momentum-step", lambda w, g, v, r, m: (w + m * v - r * g, v), "not-kept"),
        ("momentum-step", lambda w, g, v, r, m: w + m * v - r * g, "only-w"),
        ("momentum-step", lambda w, g, v, r, m: (w - r * g, v), "plain-step"),
        (
            "momentum-step",
            lambda w, g, v, r, m: (w - r * (m * v + (1 - m) * g), m * v + (1 - m) * g),
            "running-average",
        ),
        ("momentum-step", lambda w, g, v, r, m: (m * v - r * g, w + m * v - r * g), "swapped"),
        (
            "momentum-step",
            lambda w, g, v, r, m: (w - (m * v + r * g), m * v + r * g),
            "minus-velocity",
        ),
        ("adam-step", adam_without("first"), "only-second-corrected"),
        ("adam-step", adam_without("second"), "only-first-corrected"),
        ("adam-step", adam_without("correction"), "no-correction"),
        ("adam-step", adam_without("order"), "eps-inside"),
        ("adam-step", adam_without_power, "no-power"),
        ("adam-step", lambda w, g, m, v, *rest: w, None),
        ("adam-step", adam_of_two_parts, None),
        ("adam-step", lambda *args: 7, None),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_the_wrong_result_is_named():
    def answer(*args):
        w, m, v = adam_as_in_keras(*args)
        return w, m, v + 1

    assert grade(get("adam-step"), answer).lines[0].startswith("v:")


def test_the_solutions_equal_the_library():
    rng = np.random.default_rng(3)
    w, g = rng.normal(size=(2, 5))
    ours, _ = get("momentum-step").solution(w, g, np.zeros(5), 0.1, 0.9)
    theirs = w.copy()
    scratch.SGD(0.1, momentum=0.9).step([theirs], [g])
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    m = v = np.zeros(5)
    ours, theirs, adam = w.copy(), w.copy(), scratch.Adam(0.01)
    for t in (1, 2, 3):
        ours, m, v = get("adam-step").solution(ours, g, m, v, t, 0.01, 0.9, 0.999, 1e-7)
        adam.step([theirs], [g])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
