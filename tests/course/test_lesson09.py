"""Answers to lesson 09 as learners write them: right ones in other words, and near misses."""

import numpy as np
import pytest

from vidlearn.course import check
from vidlearn.course.checks import grade
from vidlearn.course.exercises import get
from vidlearn.course.quiet import quiet


def logistic(v):
    return (np.tanh(v / 2) + 1) / 2


def lstm_by_slices(x, h, c, w, u, b):
    units = h.shape[1]

    def block(k):
        columns = np.s_[..., k * units : (k + 1) * units]
        return x @ w[columns] + h @ u[columns] + b[columns]

    c_next = logistic(block(1)) * c + logistic(block(0)) * np.tanh(block(2))
    return [logistic(block(3)) * np.tanh(c_next), c_next]


def lstm_one_by_one(x, h, c, w, u, b):
    h_next, c_next = np.zeros_like(h), np.zeros_like(c)
    units = h.shape[1]
    for n in range(len(x)):
        for k in range(units):
            sums = [
                x[n] @ w[:, j * units + k] + h[n] @ u[:, j * units + k] + b[j * units + k]
                for j in range(4)
            ]
            i, f, o = (1 / (1 + np.exp(-sums[j])) for j in (0, 1, 3))
            c_next[n, k] = c[n, k] * f + np.tanh(sums[2]) * i
            h_next[n, k] = np.tanh(c_next[n, k]) * o
    return h_next, c_next


def gradients_by_nudging(dh, dc, i, f, g, o, c, c_next):
    """Nudge the four sums, found back from the gates."""
    logit = [np.log(v / (1 - v)) for v in (i, f, o)]
    z = np.concatenate([logit[0], logit[1], np.arctanh(g), logit[2]], axis=1)

    def loss(z, c):
        a, b, d, e = np.split(z, 4, axis=1)
        new = logistic(b) * c + logistic(a) * np.tanh(d)
        return np.sum(new * dc + logistic(e) * np.tanh(new) * dh)

    def slope(function, at):
        result, step = np.zeros_like(at), 1e-5
        for k in np.ndindex(at.shape):
            nudge = np.zeros_like(at)
            nudge[k] = step
            result[k] = (function(at + nudge) - function(at - nudge)) / (2 * step)
        return result

    return slope(lambda v: loss(v, c), z), slope(lambda v: loss(z, v), c)


def gru_in_other_words(x, h, w, u, b):
    units = h.shape[1]
    gates = logistic((x @ w + b[0] + h @ u + b[1])[:, : 2 * units])
    z, r = gates[:, :units], gates[:, units:]
    past = h @ u[:, -units:] + b[1, -units:]
    h_hat = np.tanh(x @ w[:, -units:] + b[0, -units:] + past * r)
    return h_hat + z * (h - h_hat)


def paper_in_other_words(x, h, w, u, b):
    units = h.shape[1]
    sums = x @ w + b
    gates = logistic(sums[:, : 2 * units] + h @ u[:, : 2 * units])
    z, r = np.hsplit(gates, 2)
    return z * h + (1 - z) * np.tanh(sums[:, 2 * units :] + (h * r) @ u[:, 2 * units :])


def bias_by_halving(steps, share):
    low, high = -30.0, 30.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(middle) ** steps < share else (low, middle)
    return low


def count_by_shapes(kind, inputs, units):
    k = ["", "rnn", "", "gru", "lstm"].index(kind)
    shapes = [(inputs, k * units), (units, k * units), (2 if kind == "gru" else 1, k * units)]
    return sum(np.prod(shape) for shape in shapes)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("lstm-step", lstm_by_slices),
        ("lstm-step", lstm_one_by_one),
        ("lstm-gate-gradients", gradients_by_nudging),
        ("gru-step", gru_in_other_words),
        ("gru-paper", paper_in_other_words),
        ("count-gate-weights", count_by_shapes),
        ("forget-bias", lambda steps, share: -np.log(share ** (-1 / steps) - 1)),
        ("forget-bias", lambda steps, share: np.array([-np.log(share ** (-1 / steps) - 1)])),
        ("forget-bias", bias_by_halving),
        ("forget-bias", lambda t, p: 2 * np.arctanh(2 * np.exp(np.log(p) / t) - 1)),
    ],
)
def test_right_in_other_words(exercise, answer):
    assert grade(get(exercise), answer).status == "right"


def lstm_in_torch_s_gru_order(x, h, c, w, u, b):
    f, i, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def gru_turned(x, h, w, u, b):
    units = h.shape[1]
    kept = gru_in_other_words(x, h, w, u, b)
    z = logistic((x @ w + b[0] + h @ u + b[1])[:, :units])
    return h + (kept - z * h) / (1 - z) * z - z * h


def lstm_by_columns(x, h, c, w, u, b):
    i, f, g, o = ((x @ w + h @ u + b)[:, k::4] for k in range(4))
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def lstm_without_memory(x, h, c, w, u, b):
    i, _, g, o = np.hsplit(x @ w + h @ u + b, 4)
    c = logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def lstm_split_by_rows(x, h, c, w, u, b):
    i, f, g, o = np.split(x @ w + h @ u + b, 4)
    c_next = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c_next), c_next


def lstm_of_tanhs(x, h, c, w, u, b):
    i, f, g, o = np.hsplit(np.tanh(x @ w + h @ u + b), 4)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


def swap_first_two(a, units):
    return np.concatenate([a[..., units : 2 * units], a[..., :units], a[..., 2 * units :]], axis=-1)


def gradients_of_gates_as_sums(dh, dc, i, f, g, o, c, c_next):
    def slope(v):
        return logistic(v) * (1 - logistic(v))

    dc = dc + dh * o / np.cosh(c_next) ** 2
    dz = [dc * g * slope(i), dc * c * slope(f), dc * i / np.cosh(g) ** 2]
    return np.hstack([*dz, dh * np.tanh(c_next) * slope(o)]), dc * f


def paper_without_reset(x, h, w, u, b):
    z, _, candidate = np.hsplit(x @ w + h @ u + b, 3)
    return logistic(z) * h + logistic(-z) * np.tanh(candidate)


@pytest.mark.parametrize(
    ("exercise", "answer", "misconception"),
    [
        ("lstm-step", lstm_in_torch_s_gru_order, "swapped"),
        ("lstm-step", lambda *a: lstm_by_slices(*a)[::-1], "results-swapped"),
        ("lstm-step", lambda x, h, c, w, u, b: (h, c), None),
        (
            "lstm-step",
            lambda x, h, c, w, u, b: lstm_by_slices(x, c, h, w, u, b),
            "h-and-c-mixed-up",
        ),
        ("lstm-step", lambda *a: lstm_by_slices(*a)[0], "only-h"),
        ("lstm-step", lstm_split_by_rows, "split-by-rows"),
        ("lstm-step", lstm_of_tanhs, "only-tanh"),
        (
            "lstm-gate-gradients",
            lambda *a: (
                np.vstack(np.hsplit(gradients_by_nudging(*a)[0], 4)),
                gradients_by_nudging(*a)[1],
            ),
            "one-below-the-other",
        ),
        (
            "gru-step",
            lambda x, h, w, u, b: gru_in_other_words(
                x, h, *(swap_first_two(a, h.shape[1]) for a in (w, u, b))
            ),
            "gates-swapped",
        ),
        ("gru-step", lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, 0 * b), "no-biases"),
        (
            "gru-step",
            lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, b[::-1]),
            "biases-swapped",
        ),
        ("gru-step", lambda x, h, w, u, b: np.split(x @ w + b[0], 3), "split-by-rows"),
        ("count-gate-weights", lambda k, d, n: 4 * n * (d + n + 1 + (k == "gru")), "lstm-for-all"),
        (
            "count-gate-weights",
            lambda k, d, n: count_by_shapes(k, d, n) + {"rnn": 1, "lstm": 4, "gru": 0}[k] * n,
            "two-biases-for-all",
        ),
        ("forget-bias", lambda t, p: np.log10(p ** (1 / t) / (1 - p ** (1 / t))), "other-base"),
        ("forget-bias", lambda t, p: logistic(p ** (1 / t)), "sigmoid-once-more"),
        ("forget-bias", lambda t, p: np.log((1 - p ** (1 / t)) / p ** (1 / t)), "sign"),
        ("lstm-step", lstm_by_columns, "unit-by-unit"),
        ("lstm-step", lstm_without_memory, "no-old-cell"),
        ("lstm-gate-gradients", gradients_of_gates_as_sums, "squashed-twice"),
        ("gru-step", gru_turned, "update-turned"),
        ("gru-paper", paper_without_reset, "no-reset"),
        ("gru-paper", lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, [b, 0 * b]), None),
        (
            "gru-paper",
            lambda x, h, w, u, b: gru_in_other_words(x, h, w, u, np.array([b, 0 * b])),
            "reset-after",
        ),
        ("count-gate-weights", lambda k, d, n: len(k) * n * (d + n + 1), None),
        (
            "count-gate-weights",
            lambda k, d, n: {"rnn": 1, "gru": 3, "lstm": 4}[k] * (d + n + 1) * n,
            "one-bias-for-gru",
        ),
        ("forget-bias", lambda steps, share: share ** (1 / steps), "gate-not-bias"),
        ("forget-bias", lambda steps, share: np.log(share) - np.log(1 - share), "one-step"),
        ("forget-bias", lambda steps, share: np.log(share ** (1 / steps)), "log-of-the-gate"),
        ("forget-bias", lambda t, p: np.log(p**t / (1 - p**t)), "power-not-root"),
    ],
)
def test_near_misses_are_named(exercise, answer, misconception):
    result = grade(get(exercise), answer)
    assert (result.status, result.misconception) == ("wrong", misconception)


def test_the_wrong_one_of_two_is_named():
    result = grade(get("lstm-step"), lambda *a: (lstm_by_slices(*a)[0], lstm_by_slices(*a)[1] + 1))
    assert result.lines[0].startswith("c_next:")
    assert "PyTorch" in get("gru-step").words["mistakes"]["gates-swapped"]


def test_the_library_is_refused():
    from vidlearn import scratch

    def my_gru_step(x, h, w, u, b):
        return scratch.gru_cell_forward(x, h, w, u, b)[0]

    assert check("lstm-step", scratch.lstm_cell_forward).status == "not_yet"
    assert check("gru-step", my_gru_step).status == "not_yet"


@pytest.mark.parametrize(
    ("kind", "inputs", "units"), [("rnn", 2, 5), ("lstm", 4, 3), ("gru", 3, 4)]
)
def test_count_matches_keras(kind, inputs, units):
    with quiet():
        import keras
    layer = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    built = layer[kind](units)
    built.build((None, 7, inputs))
    assert get("count-gate-weights").solution(kind, inputs, units) == built.count_params()


def test_gru_paper_matches_keras():
    with quiet():
        import keras
    rng = np.random.default_rng(3)
    x, h = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    w, u, b = rng.normal(size=(2, 9)), rng.normal(size=(3, 9)), rng.normal(size=9)
    cell = keras.layers.GRUCell(3, reset_after=False, dtype="float64")
    cell.build((5, 2))
    cell.set_weights([w, u, b])
    theirs = keras.ops.convert_to_numpy(cell(x, [h])[0])
    np.testing.assert_allclose(get("gru-paper").solution(x, h, w, u, b), theirs, rtol=1e-9)
