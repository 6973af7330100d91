"""Exercises of lesson 09, LSTM and GRU."""

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.scratch import gru_cell_forward, lstm_cell_backward, lstm_cell_forward


def _sigmoid(v):
    return 1 / (1 + np.exp(-v))


def _draw(seed, gates, biases=()):
    """Return x, then w, u, b for a number of gates, every axis of another length."""
    rng = np.random.default_rng(seed)
    d, units = 2 + seed % 2, 3 + seed % 3
    x, w, u = (rng.normal(size=s) for s in ((5, d), (d, gates * units), (units, gates * units)))
    return rng, units, x, w, u, rng.normal(size=(*biases, gates * units))


# 1. lstm-step --------------------------------------------------------------------------


def lstm_step(x, h, c, w, u, b):
    """Take one step of the LSTM; i, f, g, o stand side by side in the columns."""
    i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next


def _lstm_cases():
    one = np.ones((1, 1)), np.array([[0.5]]), np.array([[2.0]])
    cases = [(*one, np.array([[1.0, 2, 3, -1]]), np.array([[1.0, -1, 0, 2]]), np.zeros(4))]
    for seed in (1, 2):
        rng, units, x, w, u, b = _draw(seed, 4)
        cases.append((x, rng.normal(size=(5, units)), rng.normal(size=(5, units)), w, u, b))
    return cases


def _lstm_variant(order="ifgo", squash=np.tanh, show=np.tanh, keep=lambda f, c: f * c):
    """Return the step with another order of blocks, another candidate, output or memory."""

    def step(x, h, c, w, u, b):
        blocks = np.split(x @ w + h @ u + b, 4, axis=1)
        i, f, g, o = (blocks[order.index(gate)] for gate in "ifgo")
        c_next = keep(_sigmoid(f), c) + _sigmoid(i) * squash(g)
        return _sigmoid(o) * show(c_next), c_next

    return step


def _shows_old_cell(x, h, c, w, u, b):
    _, c_next = lstm_step(x, h, c, w, u, b)
    o = _sigmoid(np.split(x @ w + h @ u + b, 4, axis=1)[3])
    return o * np.tanh(c), c_next


def _coupled(x, h, c, w, u, b):
    """Keep with f and write with 1 - f."""
    _, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)
    c_next = _sigmoid(f) * c + (1 - _sigmoid(f)) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c_next), c_next


def _unit_by_unit(x, h, c, w, u, b):
    """Take every fourth column for a gate, as if i, f, g, o of one unit stood together."""
    columns = np.arange(len(b)).reshape(-1, 4).T.ravel()
    return lstm_step(x, h, c, w[:, columns], u[:, columns], b[columns])


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
        dz, dc_before = lstm_gate_gradients(0 * dh, whole(dh, dc, o), i, f, g, o, c, c_next)
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
    slopes = [1 - np.tanh(v) ** 2 if v is g else _sigmoid(v) * _sigmoid(-v) for v in (i, f, g, o)]
    return gradients * np.concatenate(slopes, axis=1), dc_before


def _o_before_g(*args):
    dz, dc_before = lstm_gate_gradients(*args)
    i, f, g, o = np.split(dz, 4, axis=1)
    return np.concatenate([i, f, o, g], axis=1), dc_before


def _keeps_all(dh, dc, i, f, g, o, c, c_next):
    dz, dc_before = lstm_gate_gradients(dh, dc, i, f, g, o, c, c_next)
    return dz, dc_before / f


# 3. gru-step ---------------------------------------------------------------------------


def gru_step(x, h, w, u, b):
    """Take one step of the GRU; the reset gate meets the product h @ u."""
    xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
    hz, hr, hh = np.split(h @ u + b[1], 3, axis=1)
    z, r = _sigmoid(xz + hz), _sigmoid(xr + hr)
    h_hat = np.tanh(xh + r * hh)
    return z * h + (1 - z) * h_hat


def _gru_cases():
    simple = np.array([[1.0]]), np.array([[0.5]])
    w, u = np.array([[1.0, 2, -1]]), np.array([[2.0, -1, 1]])
    cases = [(*simple, w, u, np.zeros((2, 3)))]
    for seed in (4, 5):
        rng, units, x, w, u, b = _draw(seed, 3, (2,))
        cases.append((x, rng.normal(size=(5, units)), w, u, b))
    return cases


def _gru_variant(order="zrh", keep=lambda z, h, h_hat: z * h + (1 - z) * h_hat, candidate=None):
    """Return the step with another order of the blocks, another mixture or candidate."""
    candidate = candidate or (lambda xh, hh, r: np.tanh(xh + r * hh))

    def step(x, h, w, u, b):
        of_x, of_h = (np.split(a, 3, axis=1) for a in (x @ w + b[0], h @ u + b[1]))
        z, r = (_sigmoid(of_x[order.index(k)] + of_h[order.index(k)]) for k in "zr")
        return keep(z, h, candidate(of_x[2], of_h[2], r))

    return step


def _resets_before(x, h, w, u, b):
    """Let the reset gate meet h before the product, the paper's way."""
    xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
    hz, hr, _ = np.split(h @ u + b[1], 3, axis=1)
    z, r = _sigmoid(xz + hz), _sigmoid(xr + hr)
    units = h.shape[1]
    h_hat = np.tanh(xh + (r * h) @ u[:, 2 * units :] + b[1, 2 * units :])
    return z * h + (1 - z) * h_hat


def _bias_outside(x, h, w, u, b):
    """Add the second bias after the reset gate."""
    return gru_step(x, h, w, u, np.stack([b.sum(axis=0), np.zeros_like(b[1])]))


# 4. gru-paper --------------------------------------------------------------------------


def gru_paper(x, h, w, u, b):
    """Take one step of the GRU of the paper: the reset gate meets h before the product."""
    units = h.shape[1]
    w_z, w_r, w_h = np.split(w, 3, axis=1)
    u_z, u_r, u_h = np.split(u, 3, axis=1)
    b_z, b_r, b_h = b[:units], b[units : 2 * units], b[2 * units :]
    z = _sigmoid(x @ w_z + h @ u_z + b_z)
    r = _sigmoid(x @ w_r + h @ u_r + b_r)
    h_hat = np.tanh(x @ w_h + (r * h) @ u_h + b_h)
    return z * h + (1 - z) * h_hat


def _paper_cases():
    cases = []
    for seed in (6, 7, 8):
        rng, units, x, w, u, b = _draw(seed, 3)
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
        gates = np.split(_sigmoid(x @ w + h @ u + b), 3, axis=1)
        z, r = (gates[order.index(gate)] for gate in "zr")
        of_x = x @ w[:, 2 * units :] + b[2 * units :]
        return keep(z, r, h, squash(of_x + past(r, h) @ u[:, 2 * units :]))

    return step


# 5. count-gate-weights -----------------------------------------------------------------


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


# 6. forget-bias ------------------------------------------------------------------------


def forget_bias(steps, share):
    """Return the bias whose sigmoid, to the power of steps, is share."""
    f = share ** (1 / steps)
    return np.log(f / (1 - f))


EXERCISES = [
    Exercise(
        "lstm-step",
        lstm_step,
        _lstm_cases,
        {
            "other-order": _lstm_variant("ifog"),
            "swapped": _lstm_variant("figo"),
            "sigmoid-candidate": _lstm_variant(squash=_sigmoid),
            "no-tanh-in-h": _lstm_variant(show=lambda c: c),
            "sigmoid-in-h": _lstm_variant(show=_sigmoid),
            "old-cell": _shows_old_cell,
            "never-forgets": _lstm_variant(keep=lambda f, c: c),
            "no-old-cell": _lstm_variant(keep=lambda f, c: 0 * c),
            "forget-turned": _lstm_variant(keep=lambda f, c: (1 - f) * c),
            "raw-candidate": _lstm_variant(squash=lambda g: g),
            "coupled": _coupled,
            "no-biases": lambda x, h, c, w, u, b: lstm_step(x, h, c, w, u, 0 * b),
            "no-last-state": lambda x, h, c, w, u, b: lstm_step(x, h, c, w, 0 * u, b),
            "unit-by-unit": _unit_by_unit,
            "results-swapped": lambda *a: lstm_step(*a)[::-1],
        },
        shows=lstm_cell_forward,
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
            "dh-left-out": _other_whole(lambda dh, dc, o: dc),
            "no-tanh-slope": _other_whole(lambda dh, dc, o: dc + dh * o),
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
            "results-swapped": lambda *a: lstm_gate_gradients(*a)[::-1],
        },
        shows=lstm_cell_backward,
    ),
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
            "sigmoid-candidate": _gru_variant(candidate=lambda xh, hh, r: _sigmoid(xh + r * hh)),
            "keeps-all": _gru_variant(keep=lambda z, h, h_hat: h + (1 - z) * h_hat),
            "old-state-lost": _gru_variant(keep=lambda z, h, h_hat: (1 - z) * h_hat),
            "bias-outside": _bias_outside,
            "one-bias": lambda x, h, w, u, b: gru_step(x, h, w, u, b * [[1], [0]]),
        },
        shows=gru_cell_forward,
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
            "sigmoid-candidate": _paper_variant(squash=_sigmoid),
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
            "no-recurrent-weights": _count(_BLOCKS, _BIASES, inputs_only=True),
        },
    ),
    Exercise(
        "forget-bias",
        forget_bias,
        lambda: [(1, 0.5), (10, 0.5), (50, 0.1), (100, 0.9)],
        {
            "gate-not-bias": lambda steps, share: share ** (1 / steps),
            "power-not-root": lambda steps, share: -np.log(share**-steps - 1),
            "shares-the-bias": lambda steps, share: np.log(share / (1 - share)) / steps,
            "forgets-the-share": lambda steps, share: forget_bias(steps, 1 - share),
            "one-step": lambda steps, share: np.log(share / (1 - share)),
            "log-of-the-gate": lambda steps, share: np.log(share) / steps,
            "shares-evenly": lambda s, p: np.log((1 - (1 - p) / s) / ((1 - p) / s)),
            "sign": lambda steps, share: -forget_bias(steps, share),
        },
    ),
]
