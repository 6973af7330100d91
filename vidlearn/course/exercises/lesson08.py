"""Exercises of lesson 08, recurrent networks."""

import math

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. rnn-step ---------------------------------------------------------------------------


def rnn_step(x, h, w, u, b):
    """Mix what comes in with what is remembered, and bend the sum."""
    return np.tanh(x @ w + h @ u + b)


def _weights(rng, features, units):
    w, u = rng.normal(size=(features, units)), 0.7 * rng.normal(size=(units, units))
    return w, u, 0.5 * rng.normal(size=units)


def _step_cases():
    rng = np.random.default_rng(60)
    small = tuple(np.array(a) for a in ([1.0], [0.5, -1.0], [[2.0, 0.5]], [[1.0, 0], [1, -1]]))
    cases = [(*small, np.array([0.0, 0.25]))]
    return [*cases, (rng.normal(size=4), rng.uniform(-1, 1, 3), *_weights(rng, 4, 3))]


# 2. rnn-forward ------------------------------------------------------------------------


def rnn_states(x, w, u, b, h0):
    """Take a step for each row of x, every one from the state before it."""
    h, states = h0, []
    for x_t in x:
        h = np.tanh(x_t @ w + h @ u + b)
        states.append(h)
    return np.stack(states)


def _forward_cases():
    rng = np.random.default_rng(61)
    one = np.ones((1, 1))
    cases = [(np.array([[0.5], [0.0], [0.0]]), one, 2 * one, np.zeros(1), np.zeros(1))]
    h0 = rng.uniform(-1, 1, 3)
    return [*cases, (rng.normal(size=(5, 2)), *_weights(rng, 2, 3), h0)]


def _state_before(x, w, u, b, h0):
    return np.stack([h0, *rnn_states(x, w, u, b, h0)[:-1]])


# 3. masked-steps -----------------------------------------------------------------------


def masked_states(x, w, u, b, mask):
    """Step where the mask is True; repeat the state where it is False."""
    h, states = np.zeros(len(u)), []
    for x_t, counts in zip(x, mask, strict=True):
        if counts:
            h = np.tanh(x_t @ w + h @ u + b)
        states.append(h)
    return np.stack(states)


def _mask_cases():
    rng = np.random.default_rng(62)
    x = rng.normal(size=(6, 2))
    weights = _weights(rng, 2, 3)
    masks = [[1, 1, 1, 0, 0, 0], [1, 0, 0, 1, 1, 0], [0, 1, 1, 0, 1, 1]]
    return [(x, *weights, np.array(mask, bool)) for mask in masks]


def _resets(x, w, u, b, mask):
    """Forget everything at a step that does not count."""
    h, states = np.zeros(len(u)), []
    for x_t, counts in zip(x, mask, strict=True):
        h = np.tanh(x_t @ w + h @ u + b) if counts else np.zeros(len(u))
        states.append(h)
    return np.stack(states)


def _skips(x, w, u, b, mask):
    return rnn_states(x[mask], w, u, b, np.zeros(len(u)))


def _stops(x, w, u, b, mask):
    """Stop at the first step that does not count."""
    return masked_states(x, w, u, b, np.logical_and.accumulate(mask))


def _ends(x, w, u, b, mask):
    """Leave the loop at the first step that does not count."""
    return _stops(x, w, u, b, mask) * np.logical_and.accumulate(mask)[:, None]


def _mended_afterwards(x, w, u, b, mask):
    """Step through all, and repeat rows only in the result."""
    states = rnn_states(x, w, u, b, np.zeros(len(u)))
    for t in range(len(x)):
        if not mask[t]:
            states[t] = states[t - 1] if t else 0
    return states


# 4. bptt -------------------------------------------------------------------------------


def bptt(dout, x, h0, hs, w, u):
    """Go back step by step; sum over the steps what belongs to shared weights."""
    dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros(len(u))
    dh = np.zeros(len(u))  # what later steps say about the state
    for t in reversed(range(len(x))):
        before = hs[t - 1] if t > 0 else h0
        dz = (dout[t] + dh) * (1 - hs[t] ** 2)
        dw += np.outer(x[t], dz)
        du += np.outer(before, dz)
        db += dz
        dh = dz @ u.T
    return dw, du, db, dh


def _bptt_cases():
    rng = np.random.default_rng(63)
    cases = []
    for steps, features, units in ((2, 1, 1), (4, 2, 3)):
        x, h0 = rng.normal(size=(steps, features)), rng.uniform(-1, 1, units)
        w, u, b = _weights(rng, features, units)
        hs = rnn_states(x, w, u, b, h0)
        cases.append((rng.normal(size=hs.shape), x, h0, hs, w, u))
    return cases


def _only_the_last(dout, x, h0, hs, w, u):
    """Leave the loop after the last step."""
    before = hs[-2] if len(hs) > 1 else h0
    return bptt(dout[-1:], x[-1:], before, hs[-1:], w, u)


def _not_carried(dout, x, h0, hs, w, u):
    """Let every step see its own output only."""
    steps = np.arange(len(x))
    states = np.stack([h0, *hs])
    parts = [bptt(dout[[t]], x[[t]], states[t], hs[[t]], w, u) for t in steps]
    return *(sum(part[k] for part in parts) for k in range(3)), parts[0][3]


def _bptt_with(slope, carry, state, keep=True):
    """Return a backward pass in which one of its pieces is another."""

    def backward(dout, x, h0, hs, w, u):
        dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros(len(u))
        dh, states, last = np.zeros(len(u)), np.stack([h0, *hs]), len(x) - 1
        for t in reversed(range(len(x))):
            dz = (dout[t] * (keep or t == last) + dh) * slope(hs[t])
            dw, du, db = dw + np.outer(x[t], dz), du + np.outer(states[t + state], dz), db + dz
            dh = carry(dz, u)
        return dw, du, db, dh

    return backward


def _wraps_round(dout, x, h0, hs, w, u):
    """Take hs[t - 1] also at t = 0, where it is the last state."""
    dw, _, db, dh0 = bptt(dout, x, h0, hs, w, u)
    return dw, bptt(dout, x, hs[-1], hs, w, u)[1], db, dh0


def _from_zero(dout, x, h0, hs, w, u):
    return bptt(dout, x, 0 * h0, hs, w, u)


def _overwrites(dout, x, h0, hs, w, u):
    """Write `=` for `+=`: what the first step gives is all that stays."""
    db = bptt(dout, x, h0, hs, w, u)[2] - _later(dout, x, hs, w, u)
    return np.outer(x[0], db), np.outer(h0, db), db, db @ u.T


def _later(dout, x, hs, w, u):
    """Return what all steps but the first give to the bias."""
    return bptt(dout[1:], x[1:], hs[0], hs[1:], w, u)[2]


def _one_step_short(dout, x, h0, hs, w, u):
    """Return for h0 what arrives before u, at the sum of the first step."""
    dw, du, db, _ = bptt(dout, x, h0, hs, w, u)
    return dw, du, db, db - _later(dout, x, hs, w, u)


def _slope(h):
    return 1 - h**2


def _back(dz, u):
    return dz @ u.T


def _mean(dout, x, h0, hs, w, u):
    dw, du, db, dh0 = bptt(dout, x, h0, hs, w, u)
    return dw / len(x), du / len(x), db / len(x), dh0


# 5. clip-gradients ---------------------------------------------------------------------


def clip_gradients(gradients, limit):
    """Shorten all gradients together when they are longer than the limit, else leave them."""
    norm = math.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = min(1.0, limit / norm) if norm > 0 else 1.0
    return [g * scale for g in gradients]


def _norms(gradients):
    return [np.linalg.norm(g) for g in gradients]


def _clip_cases():
    rng = np.random.default_rng(64)
    long, short = [rng.normal(size=s) for s in ((2, 3), (3, 3), (3,))], [np.array([0.3, -0.4])]
    small = [np.array([3.0, 0.0]), np.array([[0.0, -4.0]])]
    tied = np.array([3.0, -1.0])  # one array in two places
    return [(small, 1.0), (short, 1.0), (long, 2.0), (long, 100.0), ([tied, tied], 1.5)]


def _scaled(measure, always=False, limit_counts=True):
    """Return a clipping that takes another number for the length, or another limit."""

    def clip(gradients, limit):
        length = measure(gradients)
        if length <= limit and not always:
            return [g.copy() for g in gradients]
        return [g * (limit if limit_counts else 1) / length for g in gradients]

    return clip


# 6. gradient-reach ---------------------------------------------------------------------


def gradient_reach(rate, share):
    """Count the steps after which less than `share` of the gradient is left."""
    return math.floor(math.log(share) / math.log(rate)) + 1


def _reach_cases():
    return [(0.5, 0.1), (0.9, 0.01), (0.97, 0.001), (0.2, 0.3), (0.5, 0.25)]


EXERCISES = [
    Exercise(
        "rnn-step",
        rnn_step,
        _step_cases,
        {
            "forgets-the-state": lambda x, h, w, u, b: np.tanh(x @ w + b),
            "no-tanh": lambda x, h, w, u, b: x @ w + h @ u + b,
            "state-unweighted": lambda x, h, w, u, b: np.tanh(x @ w + h + b),
            "forgets-the-bias": lambda x, h, w, u, b: np.tanh(x @ w + h @ u),
            "u-transposed": lambda x, h, w, u, b: np.tanh(x @ w + h @ u.T + b),
            "tanh-too-early": lambda x, h, w, u, b: np.tanh(x @ w) + np.tanh(h @ u) + b,
            "bias-outside": lambda x, h, w, u, b: np.tanh(x @ w + h @ u) + b,
            "sigmoid": lambda x, h, w, u, b: 1 / (1 + np.exp(-(x @ w + h @ u + b))),
        },
    ),
    Exercise(
        "rnn-forward",
        rnn_states,
        _forward_cases,
        {
            "forgets-the-state": lambda x, w, u, b, h0: np.tanh(x @ w + h0 @ u + b),
            "starts-at-zero": lambda x, w, u, b, h0: rnn_states(x, w, u, b, 0 * h0),
            "starts-at-one": lambda x, w, u, b, h0: rnn_states(x, w, u, b, np.ones_like(h0)),
            "state-before": _state_before,
            "with-the-start": lambda x, w, u, b, h0: np.stack([h0, *rnn_states(x, w, u, b, h0)]),
            "last-only": lambda x, w, u, b, h0: rnn_states(x, w, u, b, h0)[-1],
            "backwards": lambda x, w, u, b, h0: rnn_states(x[::-1], w, u, b, h0),
            "one-array-many-times": lambda x, w, u, b, h0: np.stack(
                [rnn_states(x, w, u, b, h0)[-1]] * len(x)
            ),
        },
    ),
    Exercise(
        "masked-steps",
        masked_states,
        _mask_cases,
        {
            "resets": _resets,
            "zeros-the-output": lambda x, w, u, b, m: masked_states(x, w, u, b, m) * m[:, None],
            "zeros-the-input": lambda x, w, u, b, m: rnn_states(
                x * m[:, None], w, u, b, np.zeros(len(u))
            ),
            "ignores-the-mask": lambda x, w, u, b, m: rnn_states(x, w, u, b, np.zeros(len(u))),
            "upside-down": lambda x, w, u, b, m: masked_states(x, w, u, b, ~m),
            "stops": _stops,
            "ends": _ends,
            "mended-afterwards": _mended_afterwards,
            "never-steps": lambda x, w, u, b, m: np.zeros((len(x), len(u))),
            "leaves-out": _skips,
        },
    ),
    Exercise(
        "bptt",
        bptt,
        _bptt_cases,
        {
            "last-step-only": _only_the_last,
            "overwrites": _overwrites,
            "wraps-round": _wraps_round,
            "starts-at-zero": _from_zero,
            "one-step-short": _one_step_short,
            "sigmoid-slope": _bptt_with(lambda h: h * (1 - h), _back, 0),
            "not-carried": _not_carried,
            "not-through-u": _bptt_with(_slope, lambda dz, u: dz, 0),
            "u-not-transposed": _bptt_with(_slope, lambda dz, u: dz @ u, 0),
            "tanh-twice": _bptt_with(lambda h: 1 - np.tanh(h) ** 2, _back, 0),
            "no-slope": _bptt_with(np.ones_like, _back, 0),
            "state-of-this-step": _bptt_with(_slope, _back, 1),
            "last-output-only": _bptt_with(_slope, _back, 0, keep=False),
            "mean": _mean,
        },
    ),
    Exercise(
        "clip-gradients",
        clip_gradients,
        _clip_cases,
        {
            "clips-entries": lambda gs, limit: [np.clip(g, -limit, limit) for g in gs],
            "each-by-itself": lambda gs, limit: [clip_gradients([g], limit)[0] for g in gs],
            "scales-up": _scaled(lambda gs: math.hypot(*_norms(gs)), always=True),
            "forgets-the-limit": _scaled(lambda gs: math.hypot(*_norms(gs)), limit_counts=False),
            "adds-the-lengths": _scaled(lambda gs: sum(_norms(gs))),
            "squared": _scaled(lambda gs: sum(n**2 for n in _norms(gs))),
            "left-as-they-are": lambda gs, limit: gs,
            "largest-entry": _scaled(lambda gs: max(np.abs(g).max() for g in gs)),
        },
    ),
    Exercise(
        "gradient-reach",
        gradient_reach,
        _reach_cases,
        {
            "rounds-down": lambda rate, share: gradient_reach(rate, share) - 1,
            "not-whole": lambda rate, share: math.log(share) / math.log(rate),
            "equal-for-less": lambda rate, share: math.ceil(math.log(share) / math.log(rate)),
            "one-too-many": lambda rate, share: gradient_reach(rate, share) + 1,
            "straight-line": lambda rate, share: math.floor((1 - share) / (1 - rate)) + 1,
            "upside-down": lambda rate, share: math.floor(math.log(rate) / math.log(share)) + 1,
        },
    ),
]
