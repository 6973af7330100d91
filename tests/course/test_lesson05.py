"""Answers to lesson 05 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn import scratch
from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get


def by_loops(dout, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n, u in np.ndindex(dout.shape):
        for d in range(x.shape[1]):
            dx[n, d] += dout[n, u] * w[d, u]
            dw[d, u] += dout[n, u] * x[n, d]
        db[u] += dout[n, u]
    return dx, dw, db


def one_hot_rows(z, labels):
    shifted = np.exp(z - np.max(z, axis=-1)[:, None])
    p = shifted / np.sum(shifted, axis=-1)[:, None]
    return (p - np.eye(z.shape[1])[labels]) / z.shape[0]


def whole_basis(f, x, eps):
    slopes = []
    for i in range(x.size):
        nudge = np.zeros(x.size)
        nudge[i] = eps
        nudge = nudge.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / (eps + eps))
    return np.array(slopes).reshape(x.shape)


def with_where(dout, x):
    return np.where(x > 0, dout, 0)


def from_the_end(ours, measured, tolerance):
    wrong = [k for k in ours if scale(ours[k], measured[k]) > tolerance]
    return wrong[-1] if wrong else "none"


def with_an_array_of_names(ours, measured, tolerance):
    errors = np.array([scale(ours[name], measured[name]) for name in ours])
    wrong = np.array(list(ours))[errors > tolerance]
    return wrong[-1] if wrong.size else "none"


def close_enough(ours, measured, **options):
    names = [name for name in ours if not np.allclose(ours[name], measured[name], **options)]
    return names[-1] if names else "none"


def five_points(f, x, eps):
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = eps
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        slopes[i] = (8 * near - far) / (12 * eps)
    return slopes


def puts_back_by_adding(f, x, eps):
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        below = f(x)
        x[i] += eps
        dx[i] = (above - below) / (2 * eps)
    return dx


def by_fancy_index(z, labels):
    z = z - z.max(-1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(-1, keepdims=True))
    p = np.exp(logp)
    p[range(len(labels)), labels] -= 1.0
    return p / len(labels)


def by_norms(ours, measured, tolerance):
    blame = "none"
    for name in ours:
        error = np.linalg.norm(ours[name] - measured[name])
        if error / (np.linalg.norm(ours[name]) + np.linalg.norm(measured[name])) > tolerance:
            blame = name
    return blame


def by_the_lesson_s_own_error(ours, measured, tolerance):
    wrong = [n for n in ours if scratch.relative_error(ours[n], measured[n]) > tolerance]
    return wrong[-1] if wrong else "none"


def scale(a, b):
    return abs(a - b).max() / abs(b).max()


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("sigmoid-cross-entropy-gradient", lambda z, y: (1 / (1 + np.exp(-z)) - y) / y.size),
        (
            "sigmoid-cross-entropy-gradient",
            lambda z, y: (0.5 * (1 + np.tanh(z / 2)) - y) / np.prod(z.shape),
        ),
        ("softmax-cross-entropy-backward", one_hot_rows),
        ("dense-backward", by_loops),
        (
            "dense-backward",
            lambda dout, x, w: [np.dot(dout, w.T), (dout.T @ x).T, np.ones(len(x)) @ dout],
        ),
        (
            "dense-backward",
            lambda dout, x, w: (
                np.einsum("nu,du->nd", dout, w),
                np.einsum("nd,nu->du", x, dout),
                np.einsum("nu->u", dout),
            ),
        ),
        ("relu-backward", with_where),
        ("relu-backward", lambda dout, x: (x > 0).astype(int) * dout),
        ("numerical-gradient", whole_basis),
        ("numerical-gradient", five_points),
        ("numerical-gradient", puts_back_by_adding),
        ("softmax-cross-entropy-backward", by_fancy_index),
        ("relu-backward", lambda dout, x: np.heaviside(x, 0) * dout),
        ("find-the-bug", by_norms),
        ("find-the-bug", by_the_lesson_s_own_error),
        ("find-the-bug", from_the_end),
        ("find-the-bug", with_an_array_of_names),
        ("find-the-bug", lambda ours, measured, t: close_enough(ours, measured, rtol=t, atol=0)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def changes_x(f, x, eps):
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        dx[i] = (above - f(x)) / (2 * eps)
    return dx


def zeroes_in_place(dout, x):
    dout[x <= 0] = 0
    return dout


def one_maximum(z, labels):
    p = np.exp(z - np.max(z))
    p = p / p.sum(1)[:, None]
    p[range(len(z)), labels] -= 1
    return p / len(z)


def no_range(z, labels):
    p = np.exp(z - z.max(1)[:, None])
    p = p / p.sum(1)[:, None]
    p[:, labels] = p[:, labels] - 1
    return p / len(z)


def two_names_for_one_array(f, x, eps):
    x, dx = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up = down = x
        old = x[i]
        up[i] += eps
        down[i] -= eps
        dx[i] = (f(up) - f(down)) / (2 * eps)
        x[i] = old
    return dx


def logistic(z):
    return 1 / (1 + np.exp(-z))


def labels_for_rows(z, labels):
    p = np.exp(z) / np.exp(z).sum(1)[:, None]
    p[labels] -= 1
    return p / len(z)


def without_brackets(f, x, eps):
    eye = np.eye(x.size).reshape(-1, *x.shape) * eps
    return np.array([(f(x + e) - f(x - e)) / 2 * eps for e in eye]).reshape(x.shape)


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("softmax-cross-entropy-backward", one_maximum, "one-maximum-for-all"),
        ("softmax-cross-entropy-backward", no_range, "all-labels-in-every-row"),
        (
            "softmax-cross-entropy-backward",
            lambda z, k: (np.exp(z) / np.sum(np.exp(z), axis=1) - np.eye(z.shape[1])[k]) / len(z),
            "shapes",
        ),
        (
            "dense-backward",
            lambda dout, x, w: (dout @ w.T / len(x), x.T @ dout / len(x), dout.mean(axis=0)),
            "all-averaged",
        ),
        ("relu-backward", lambda dout, x: dout if x > 0 else 0, "for-one-number"),
        ("numerical-gradient", without_brackets, "times-eps"),
        ("numerical-gradient", two_names_for_one_array, "one-array-twice"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, 1e-5), "own-eps"),
        ("find-the-bug", lambda ours, measured, t: close_enough(ours, measured, rtol=t),
         "two-tolerances"),
        ("find-the-bug", lambda ours, measured, t: close_enough(ours, measured),
         "tolerance-not-used"),
        (
            "sigmoid-cross-entropy-gradient",
            lambda z, y: (y - 1 / (1 + np.exp(-z))) / len(z.ravel()),
            "target-minus-output",
        ),
        ("sigmoid-cross-entropy-gradient", lambda z, y: 1 / (1 + np.exp(-z)) - y, "not-averaged"),
        (
            "sigmoid-cross-entropy-gradient",
            lambda z, y: (1 / (1 + np.exp(-z)) - y) / len(z),
            "rows-only",
        ),
        (
            "softmax-cross-entropy-backward",
            lambda z, k: np.exp(z - z.max(1, keepdims=True))
            / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)
            / z.shape[0],
            "no-label",
        ),
        (
            "softmax-cross-entropy-backward",
            lambda z, k: (
                (np.exp(z) / np.exp(z).sum(1, keepdims=True) - np.eye(z.shape[1])[k]) / len(z)
            ),
            "overflows",
        ),
        ("dense-backward", lambda dout, x, w: (dout @ w.T, dout.T @ x, dout.sum(0)),
         "dw-lies-on-its-side"),
        ("dense-backward", lambda dout, x, w: (dout @ w.T, x.T @ dout, dout.sum(1)),
         "bias-over-units"),
        ("dense-backward", lambda dout, x, w: (dout @ w, x.T @ dout, dout.sum(0)),
         "not-transposed"),
        ("dense-backward", lambda dout, x, w: (dout @ w.T, x.T @ dout), None),
        ("dense-backward", lambda dout, x, w: dout @ w.T, None),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d.sum(0, keepdims=True)),
         "bias-with-two-axes"),
        ("dense-backward", lambda d, x, w: ((d @ w.T).T, x.T @ d, d.sum(0)),
         "dx-lies-on-its-side"),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d), "bias-not-summed"),
        ("dense-backward", lambda d, x, w: (x.T @ d, d @ w.T, d.sum(0)), "order"),
        ("sigmoid-cross-entropy-gradient", lambda z, y: (logistic(z) - y).mean(), "one-number"),
        ("sigmoid-cross-entropy-gradient",
         lambda z, y: -(y * np.log(logistic(z)) + (1 - y) * np.log(1 - logistic(z))).mean(),
         "the-loss"),
        ("softmax-cross-entropy-backward", labels_for_rows, "labels-as-rows"),
        ("sigmoid-cross-entropy-gradient", lambda z, y: (logistic(z) - y) / z.shape[1],
         "columns-only"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps / 2), "half-eps"),
        ("find-the-bug", lambda ours, measured, t: close_enough(ours, measured, atol=t),
         "tolerance-as-bare-difference"),
        ("relu-backward", lambda dout, x: dout * np.sign(x), "sign"),
        ("relu-backward", lambda dout, x: np.where(x > 0, 1.0, 0.0), "forgets-dout"),
        ("relu-backward", lambda dout, x: dout * max(0, x), "for-one-number"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps).flatten(),
         "a-list-of-slopes"),
        ("numerical-gradient", lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps), None),
        ("find-the-bug", lambda ours, measured, t: [
            name for name in ours if scale(ours[name], measured[name]) > t
        ], "all-of-them"),
        ("relu-backward", lambda dout, x: np.where(dout > 0, dout, 0), "relu-of-the-gradient"),
        ("relu-backward", zeroes_in_place, "input-changed"),
        ("numerical-gradient", lambda f, x, eps: whole_basis(f, x, eps) * 2, "not-halved"),
        ("numerical-gradient", changes_x, "input-changed"),
        ("find-the-bug", lambda ours, measured, t: list(ours)[-1], "nearest-the-loss"),
        ("find-the-bug", lambda ours, measured, t: "none", None),
        (
            "find-the-bug",
            lambda ours, measured, t: next(
                (k for k in ours if scale(ours[k], measured[k]) > t), "none"
            ),
            "nearest-the-input",
        ),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def made_in_a_list(dout, x):
    dx = np.zeros(3)
    dx[:] = dout
    return dx


def says_no(dout, x):
    raise ValueError("oops")


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        ("relu-backward", made_in_a_list, "dx[:] = dout"),
        ("relu-backward", says_no, "oops"),
        ("relu-backward", lambda dout, x: dout.reshape(2, 3), "cannot reshape array of size 4"),
        ("dense-backward", lambda d, x, w: (d @ w.T, x.T @ d, d.reshape(2, 3)),
         "cannot reshape array of size 2"),
    ],
)  # fmt: skip
def test_another_error_is_told_and_not_named(exercise, answer, words):
    result = grade(get(exercise), answer)
    assert result.misconception is None
    assert words in repr(result)


@pytest.mark.parametrize("form", [np.ravel, lambda a: a[None], np.zeros_like])
@pytest.mark.parametrize("exercise", ["numerical-gradient", "relu-backward"])
def test_right_numbers_in_another_form_are_no_two_mistakes(exercise, form):
    result = grade(get(exercise), lambda *args: form(get(exercise).solution(*args)))
    assert result.status == "wrong"
    assert "+" not in (result.misconception or "")


def test_the_wrong_one_of_three_is_named():
    result = grade(get("dense-backward"), lambda d, x, w: (d @ w.T, x.T @ d + 1, d.sum(0)))
    assert "dw" in result.lines[0]
    result = grade(get("dense-backward"), lambda d, x, w: d @ w.T)
    assert "dx, dw, db" in result.lines[0]


def test_the_given_networks_are_shown_as_a_table():
    said = repr(grade(get("find-the-bug"), lambda ours, measured, t: "head"))
    assert "conv: relative error 4.0e-01" in said
    assert "-0." not in said


def test_solutions_agree_with_the_library():
    for z, y in get("sigmoid-cross-entropy-gradient").cases():
        _, cache = scratch.sigmoid_cross_entropy_forward(z, y)
        theirs = scratch.sigmoid_cross_entropy_backward(1.0, cache)
        np.testing.assert_allclose(
            get("sigmoid-cross-entropy-gradient").solution(z, y), theirs, rtol=1e-12
        )
    for z, labels in get("softmax-cross-entropy-backward").cases():
        _, cache = scratch.softmax_cross_entropy_forward(z, labels)
        theirs = scratch.softmax_cross_entropy_backward(1.0, cache)
        np.testing.assert_allclose(
            get("softmax-cross-entropy-backward").solution(z, labels), theirs, atol=1e-15
        )
    for dout, x, w in get("dense-backward").cases():
        _, cache = scratch.dense_forward(x, w, np.zeros(w.shape[1]))
        pairs = zip(
            get("dense-backward").solution(dout, x, w),
            scratch.dense_backward(dout, cache),
            strict=True,
        )
        for ours, theirs in pairs:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_library_is_refused():
    def my_dense_backward(dout, x, w):
        return scratch.dense_backward(dout, (x, w, np.zeros(w.shape[1])))

    assert check("dense-backward", my_dense_backward).status == "not_yet"
    assert check("numerical-gradient", scratch.numerical_gradient).status == "not_yet"
