"""The LSTM forwards and backwards, and its forget gate."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson09.cells import draw, sigmoid

# 1. lstm-step --------------------------------------------------------------------------


def lstm_step(x, h, c, w, u, b):
    """Take one step of the LSTM; i, f, g, o stand side by side in the columns."""
    sums = x @ w + h @ u + b  # (N, 4U)
    i, f, g, o = np.split(sums, 4, axis=1)
    i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
    c_next = f * c + i * np.tanh(g)
    h_next = o * np.tanh(c_next)
    return h_next, c_next


def _lstm_cases():
    one = np.ones((1, 1)), np.array([[0.5]]), np.array([[2.0]])
    cases = [(*one, np.array([[1.0, 2, 3, -1]]), np.array([[1.0, -1, 0, 2]]), np.zeros(4))]
    for seed in (1, 2):
        rng, units, x, w, u, b = draw(seed, 4)
        cases.append((x, rng.normal(size=(5, units)), rng.normal(size=(5, units)), w, u, b))
    return cases


def _lstm_variant(order="ifgo", squash=np.tanh, show=np.tanh, keep=lambda f, c: f * c):
    """Return the step with another order of blocks, another candidate, output or memory."""

    def step(x, h, c, w, u, b):
        blocks = np.split(x @ w + h @ u + b, 4, axis=1)
        i, f, g, o = (blocks[order.index(gate)] for gate in "ifgo")
        c_next = keep(sigmoid(f), c) + sigmoid(i) * squash(g)
        return sigmoid(o) * show(c_next), c_next

    return step


def _shows_old_cell(x, h, c, w, u, b):
    _, c_next = lstm_step(x, h, c, w, u, b)
    o = sigmoid(np.split(x @ w + h @ u + b, 4, axis=1)[3])
    return o * np.tanh(c), c_next


def _coupled(x, h, c, w, u, b):
    """Keep with f and write with 1 - f."""
    _, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c_next = sigmoid(f) * c + (1 - sigmoid(f)) * np.tanh(g)
    return sigmoid(o) * np.tanh(c_next), c_next


def _unit_by_unit(x, h, c, w, u, b):
    """Take every fourth column for a gate, as if i, f, g, o of one unit stood together."""
    columns = np.arange(len(b)).reshape(-1, 4).T.ravel()
    return lstm_step(x, h, c, w[:, columns], u[:, columns], b[columns])


def _split_by_rows(x, h, c, w, u, b):
    """Split the sums along axis 0, where the batch is."""
    return np.split(x @ w + h @ u + b, 4)


def _raw_gates(x, h, c, w, u, b):
    """Take the sums of i, f and o for the gates."""
    i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c_next = f * c + i * np.tanh(g)
    return o * np.tanh(c_next), c_next


def _no_input_gate(x, h, c, w, u, b):
    _, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c_next = sigmoid(f) * c + np.tanh(g)
    return sigmoid(o) * np.tanh(c_next), c_next


def _only_tanh(x, h, c, w, u, b):
    i, f, g, o = np.split(np.tanh(x @ w + h @ u + b), 4, axis=1)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


# 2. lstm-gate-gradients ----------------------------------------------------------------


def lstm_gate_gradients(dh, dc, i, f, g, o, c, c_next):
    """Return dz of the four gates side by side, and dc of the step before."""
    tanh_c = np.tanh(c_next)
    dc = dc + dh * o * (1 - tanh_c**2)
    dz_i = dc * g * i * (1 - i)
    dz_f = dc * c * f * (1 - f)
    dz_g = dc * i * (1 - g**2)
    dz_o = dh * tanh_c * o * (1 - o)
    return np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1), dc * f


def _gradient_cases():
    cases = []
    for seed, shape in ((1, (1, 1)), (2, (4, 3)), (3, (2, 5))):
        rng = np.random.default_rng(seed)
        dh, dc, g, c = (rng.normal(size=shape) for _ in range(4))
        i, f, o = (rng.uniform(0.1, 0.9, size=shape) for _ in range(3))
        g = np.tanh(g)
        cases.append((dh, dc, i, f, g, o, c, f * c + i * g))
    return cases


def _other_block(k, gradient):
    """Return the answer with block k of dz by another rule, which is given the whole dc."""

    def answer(dh, dc, i, f, g, o, c, c_next):
        dz, dc_before = lstm_gate_gradients(dh, dc, i, f, g, o, c, c_next)
        units, whole = c.shape[1], dc + dh * o * (1 - np.tanh(c_next) ** 2)
        dz[:, k * units : (k + 1) * units] = gradient(whole, dh, i, f, g, o, c, c_next)
        return dz, dc_before

    return answer


def _other_whole(whole):
    """Return the answer with another whole dc; the gradient of o stays right."""

    def answer(dh, dc, i, f, g, o, c, c_next):
        dz, dc_before = lstm_gate_gradients(0 * dh, whole(dh, dc, o, c_next), i, f, g, o, c, c_next)
        dz[:, 3 * c.shape[1] :] = dh * np.tanh(c_next) * o * (1 - o)
        return dz, dc_before

    return answer


def _not_handed_on(dh, dc, i, f, g, o, c, c_next):
    """Hand back the dc that came in, without the part through h."""
    dz, _ = lstm_gate_gradients(dh, dc, i, f, g, o, c, c_next)
    return dz, dc * f


def _without_slopes(dh, dc, i, f, g, o, c, c_next):
    """Stop at the gates: the slopes of sigmoid and tanh are missing."""
    dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
    parts = [dc * g, dc * c, dc * i, dh * np.tanh(c_next)]
    return np.concatenate(parts, axis=1), dc * f


def _squashed_twice(dh, dc, i, f, g, o, c, c_next):
    """Take the slopes at the gates, as if these were still the sums."""
    gradients, dc_before = _without_slopes(dh, dc, i, f, g, o, c, c_next)
    slopes = [1 - np.tanh(v) ** 2 if v is g else sigmoid(v) * sigmoid(-v) for v in (i, f, g, o)]
    return gradients * np.concatenate(slopes, axis=1), dc_before


def _o_before_g(*args):
    dz, dc_before = lstm_gate_gradients(*args)
    i, f, g, o = np.split(dz, 4, axis=1)
    return np.concatenate([i, f, o, g], axis=1), dc_before


def _gates_in_a_row(*args):
    """Return the four gradients one below the other."""
    dz, dc_before = lstm_gate_gradients(*args)
    return np.concatenate(np.split(dz, 4, axis=1)), dc_before


def _keeps_all(dh, dc, i, f, g, o, c, c_next):
    dz, dc_before = lstm_gate_gradients(dh, dc, i, f, g, o, c, c_next)
    return dz, dc_before / f


EXERCISES = [
    Exercise(
        "lstm-step",
        lstm_step,
        _lstm_cases,
        {
            "other-order": _lstm_variant("ifog"),
            "swapped": _lstm_variant("figo"),
            "sigmoid-candidate": _lstm_variant(squash=sigmoid),
            "no-tanh-in-h": _lstm_variant(show=lambda c: c),
            "sigmoid-in-h": _lstm_variant(show=sigmoid),
            "old-cell": _shows_old_cell,
            "never-forgets": _lstm_variant(keep=lambda f, c: c),
            "no-old-cell": _lstm_variant(keep=lambda f, c: 0 * c),
            "forget-turned": _lstm_variant(keep=lambda f, c: (1 - f) * c),
            "raw-candidate": _lstm_variant(squash=lambda g: g),
            "coupled": _coupled,
            "no-input-gate": _no_input_gate,
            "raw-gates": _raw_gates,
            "no-biases": lambda x, h, c, w, u, b: lstm_step(x, h, c, w, u, 0 * b),
            "no-last-state": lambda x, h, c, w, u, b: lstm_step(x, h, c, w, 0 * u, b),
            "unit-by-unit": _unit_by_unit,
            "split-by-rows": _split_by_rows,
            "only-tanh": _only_tanh,
            "h-and-c-mixed-up": lambda x, h, c, w, u, b: lstm_step(x, c, h, w, u, b),
            "only-h": lambda *a: lstm_step(*a)[0],
            "results-swapped": lambda *a: lstm_step(*a)[::-1],
        },
        returns=("h_next", "c_next"),
    ),
    Exercise(
        "lstm-gate-gradients",
        lstm_gate_gradients,
        _gradient_cases,
        {
            "new-cell": _other_block(
                1, lambda whole, dh, i, f, g, o, c, c_next: whole * c_next * f * (1 - f)
            ),
            "dc-not-carried": lambda dh, dc, *a: lstm_gate_gradients(dh, 0 * dc, *a),
            "dh-left-out": _other_whole(lambda dh, dc, o, c_next: dc),
            "no-tanh-slope": _other_whole(lambda dh, dc, o, c_next: dc + dh * o),
            "slope-of-c-itself": _other_whole(
                lambda dh, dc, o, c_next: dc + dh * o * (1 - c_next**2)
            ),
            "no-o-in-h": _other_whole(
                lambda dh, dc, o, c_next: dc + dh * (1 - np.tanh(c_next) ** 2)
            ),
            "not-handed-on": _not_handed_on,
            "keeps-all": _keeps_all,
            "no-slopes": _without_slopes,
            "squashed-twice": _squashed_twice,
            "sigmoid-slope-for-g": _other_block(
                2, lambda whole, dh, i, f, g, *_: whole * i * g * (1 - g)
            ),
            "whole-dc-for-o": _other_block(
                3, lambda whole, dh, i, f, g, o, c, c_next: whole * np.tanh(c_next) * o * (1 - o)
            ),
            "no-tanh-for-o": _other_block(
                3, lambda whole, dh, i, f, g, o, c, c_next: dh * c_next * o * (1 - o)
            ),
            "other-order": _o_before_g,
            "one-below-the-other": _gates_in_a_row,
            "results-swapped": lambda *a: lstm_gate_gradients(*a)[::-1],
        },
        returns=("dz", "dc_before"),
    ),
]
