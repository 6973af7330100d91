"""Both forms of the GRU, and what gates cost."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson09.cells import draw, sigmoid

# 1. gru-step ---------------------------------------------------------------------------


def gru_step(x, h, w, u, b):
    """Take one step of the GRU; the reset gate meets the product h @ u."""
    xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
    hz, hr, hh = np.split(h @ u + b[1], 3, axis=1)
    z = 1 / (1 + np.exp(-(xz + hz)))
    r = 1 / (1 + np.exp(-(xr + hr)))
    h_hat = np.tanh(xh + r * hh)
    return z * h + (1 - z) * h_hat


def _gru_cases():
    simple = np.array([[1.0]]), np.array([[0.5]])
    w, u = np.array([[1.0, 2, -1]]), np.array([[2.0, -1, 1]])
    cases = [(*simple, w, u, np.zeros((2, 3)))]
    for seed in (4, 5):
        rng, units, x, w, u, b = draw(seed, 3, (2,))
        cases.append((x, rng.normal(size=(5, units)), w, u, b))
    return cases


def _gru_variant(order="zrh", keep=lambda z, h, h_hat: z * h + (1 - z) * h_hat, candidate=None):
    """Return the step with another order of the blocks, another mixture or candidate."""
    candidate = candidate or (lambda xh, hh, r: np.tanh(xh + r * hh))

    def step(x, h, w, u, b):
        of_x, of_h = (np.split(a, 3, axis=1) for a in (x @ w + b[0], h @ u + b[1]))
        z, r = (sigmoid(of_x[order.index(k)] + of_h[order.index(k)]) for k in "zr")
        return keep(z, h, candidate(of_x[2], of_h[2], r))

    return step


def _resets_before(x, h, w, u, b):
    """Let the reset gate meet h before the product, the paper's way."""
    xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
    hz, hr, _ = np.split(h @ u + b[1], 3, axis=1)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    units = h.shape[1]
    h_hat = np.tanh(xh + (r * h) @ u[:, 2 * units :] + b[1, 2 * units :])
    return z * h + (1 - z) * h_hat


def _bias_outside(x, h, w, u, b):
    """Add the second bias after the reset gate."""
    return gru_step(x, h, w, u, np.stack([b.sum(axis=0), np.zeros_like(b[1])]))


# 2. gru-paper --------------------------------------------------------------------------


def gru_paper(x, h, w, u, b):
    """Take one step of the GRU of the paper: the reset gate meets h before the product."""
    w_z, w_r, w_h = np.split(w, 3, axis=1)
    u_z, u_r, u_h = np.split(u, 3, axis=1)
    b_z, b_r, b_h = np.split(b, 3)
    z = 1 / (1 + np.exp(-(x @ w_z + h @ u_z + b_z)))
    r = 1 / (1 + np.exp(-(x @ w_r + h @ u_r + b_r)))
    h_hat = np.tanh(x @ w_h + (r * h) @ u_h + b_h)
    return z * h + (1 - z) * h_hat


def _paper_cases():
    cases = []
    for seed in (6, 7, 8):
        rng, units, x, w, u, b = draw(seed, 3)
        cases.append((x, rng.normal(size=(5, units)), w, u, b))
    return cases


def _paper_variant(
    keep=lambda z, r, h, h_hat: z * h + (1 - z) * h_hat,
    order="zr",
    past=np.multiply,
    squash=np.tanh,
):
    """Return the paper's step with another mixture, order, use of the reset gate or squashing."""

    def step(x, h, w, u, b):
        units = h.shape[1]
        gates = np.split(sigmoid(x @ w + h @ u + b), 3, axis=1)
        z, r = (gates[order.index(gate)] for gate in "zr")
        of_x = x @ w[:, 2 * units :] + b[2 * units :]
        return keep(z, r, h, squash(of_x + past(r, h) @ u[:, 2 * units :]))

    return step


# 3. count-gate-weights -----------------------------------------------------------------


def count_gate_weights(kind, inputs, units):
    """Count the numbers that Keras's layer learns: blocks of w, u and biases."""
    blocks = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    biases = 2 if kind == "gru" else 1
    return blocks * units * (inputs + units + biases)


def _count(blocks, biases, inputs_only=False):
    def count(kind, inputs, units):
        rows = inputs + biases[kind] + (0 if inputs_only else units)
        return blocks[kind] * units * rows

    return count


_BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
_BIASES = {"rnn": 1, "lstm": 1, "gru": 2}


def _count_cases():
    return [("rnn", 2, 3), ("lstm", 2, 3), ("gru", 2, 3), ("lstm", 128, 64), ("gru", 5, 24)]


EXERCISES = [
    Exercise(
        "gru-step",
        gru_step,
        _gru_cases,
        {
            "update-turned": _gru_variant(keep=lambda z, h, h_hat: z * h_hat + (1 - z) * h),
            "reset-before": _resets_before,
            "gates-swapped": _gru_variant("rzh"),
            "resets-the-input-too": _gru_variant(
                candidate=lambda xh, hh, r: np.tanh(r * (xh + hh))
            ),
            "resets-the-input": _gru_variant(candidate=lambda xh, hh, r: np.tanh(r * xh + hh)),
            "reset-turned": _gru_variant(candidate=lambda xh, hh, r: np.tanh(xh + (1 - r) * hh)),
            "no-reset": _gru_variant(candidate=lambda xh, hh, r: np.tanh(xh + hh)),
            "sigmoid-candidate": _gru_variant(candidate=lambda xh, hh, r: sigmoid(xh + r * hh)),
            "keeps-all": _gru_variant(keep=lambda z, h, h_hat: h + (1 - z) * h_hat),
            "old-state-lost": _gru_variant(keep=lambda z, h, h_hat: (1 - z) * h_hat),
            "bias-outside": _bias_outside,
            "split-by-rows": lambda x, h, w, u, b: np.split(x @ w + b[0], 3),
            "no-biases": lambda x, h, w, u, b: gru_step(x, h, w, u, 0 * b),
            "biases-swapped": lambda x, h, w, u, b: gru_step(x, h, w, u, b[::-1]),
            "one-bias": lambda x, h, w, u, b: gru_step(x, h, w, u, b * [[1], [0]]),
        },
    ),
    Exercise(
        "gru-paper",
        gru_paper,
        _paper_cases,
        {
            "reset-after": lambda x, h, w, u, b: gru_step(x, h, w, u, np.stack([b, 0 * b])),
            "update-turned": _paper_variant(lambda z, r, h, h_hat: z * h_hat + (1 - z) * h),
            "resets-everything": _paper_variant(lambda z, r, h, h_hat: z * r * h + (1 - z) * h_hat),
            "gates-swapped": _paper_variant(order="rz"),
            "no-reset": _paper_variant(past=lambda r, h: h),
            "sigmoid-candidate": _paper_variant(squash=sigmoid),
            "no-biases": lambda x, h, w, u, b: gru_paper(x, h, w, u, 0 * b),
        },
    ),
    Exercise(
        "count-gate-weights",
        count_gate_weights,
        _count_cases,
        {
            "no-biases": _count(_BLOCKS, {"rnn": 0, "lstm": 0, "gru": 0}),
            "one-bias-for-gru": _count(_BLOCKS, {"rnn": 1, "lstm": 1, "gru": 1}),
            "four-for-three": _count({"rnn": 1, "lstm": 4, "gru": 4}, _BIASES),
            "two-biases-for-all": _count(_BLOCKS, {"rnn": 2, "lstm": 2, "gru": 2}),
            "three-gates": _count({"rnn": 1, "lstm": 3, "gru": 2}, _BIASES),
            "three-gates-one-bias": _count(
                {"rnn": 1, "lstm": 3, "gru": 2}, dict.fromkeys(_BLOCKS, 1)
            ),
            "one-bias-for-a-block": lambda kind, inputs, units: (
                _BLOCKS[kind] * (units * (inputs + units) + 1)
            ),
            "lstm-for-all": _count(dict.fromkeys(_BLOCKS, 4), _BIASES),
            "one-block": _count(dict.fromkeys(_BLOCKS, 1), _BIASES),
            "no-recurrent-weights": _count(_BLOCKS, _BIASES, inputs_only=True),
        },
    ),
]
