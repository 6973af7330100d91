"""Backpropagation through time, and what becomes of the gradient."""

import math

import numpy as np

from vidlearn.course.exercises import Exercise
from vidlearn.course.exercises.lesson08.forward import draw_weights, rnn_forward

# 1. bptt -------------------------------------------------------------------------------


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
        w, u, b = draw_weights(rng, features, units)
        hs = rnn_forward(x, w, u, b, h0)
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


def _forwards(dout, x, h0, hs, w, u):
    """Go from the first step to the last."""
    dw, du, db, dh = np.zeros_like(w), np.zeros_like(u), np.zeros(len(u)), np.zeros(len(u))
    for t in range(len(x)):
        dz = (dout[t] + dh) * (1 - hs[t] ** 2)
        dw += np.outer(x[t], dz)
        du += np.outer(hs[t - 1] if t else h0, dz)
        db += dz
        dh = dz @ u.T
    return dw, du, db, dh


def _heaps_up(dout, x, h0, hs, w, u):
    """Add what goes back to what has gone back already: dh += dz @ u.T."""
    dw, du, db, dh = np.zeros_like(w), np.zeros_like(u), np.zeros(len(u)), np.zeros(len(u))
    for t in reversed(range(len(x))):
        dz = (dout[t] + dh) * (1 - hs[t] ** 2)
        dw += np.outer(x[t], dz)
        du += np.outer(hs[t - 1] if t else h0, dz)
        db += dz
        dh = dh + dz @ u.T
    return dw, du, db, dh


def _slope_not_sent(dout, x, h0, hs, w, u):
    """Send back what came, before it went through tanh."""
    dw, du, db, dh = np.zeros_like(w), np.zeros_like(u), np.zeros(len(u)), np.zeros(len(u))
    for t in reversed(range(len(x))):
        came = dout[t] + dh
        dz = came * (1 - hs[t] ** 2)
        dw += np.outer(x[t], dz)
        du += np.outer(hs[t - 1] if t else h0, dz)
        db += dz
        dh = came @ u.T
    return dw, du, db, dh


def _on_its_side(k):
    """Turn the gradient of one of the weights."""

    def backward(*args):
        parts = list(bptt(*args))
        parts[k] = parts[k].T
        return tuple(parts)

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


# 2. clip-gradients ---------------------------------------------------------------------


def clip_gradients(gradients, limit):
    """Shorten all gradients together when they are longer than the limit, else leave them."""
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = limit / norm if norm > limit else 1.0
    return [g * scale for g in gradients]


def _norms(gradients):
    return [np.linalg.norm(g) for g in gradients]


def _clip_cases():
    rng = np.random.default_rng(64)
    long, short = [rng.normal(size=s) for s in ((2, 3), (3, 3), (3,))], [np.array([0.3, -0.4])]
    small = [np.array([3.0, 0.0]), np.array([[0.0, -4.0]])]
    tied = np.array([3.0, -1.0])  # one array in two places
    return [(small, 1.0), (short, 1.0), (long, 2.0), (long, 100.0), ([tied, tied], 1.5)]


def _as_list(result, *args):
    """Take an array of arrays, or a generator of them, for a list."""
    if isinstance(result, np.ndarray) and result.dtype == object and result.ndim:
        return list(result)
    return list(result) if hasattr(result, "__next__") else result


def _one_long_vector(gradients, limit):
    return np.concatenate([g.ravel() for g in clip_gradients(gradients, limit)])


def _scaled(measure, always=False, limit_counts=True):
    """Return a clipping that takes another number for the length, or another limit."""

    def clip(gradients, limit):
        length = measure(gradients)
        if length <= limit and not always:
            return [g.copy() for g in gradients]
        return [g * (limit if limit_counts else 1) / length for g in gradients]

    return clip


def _as_given(gradients, limit):
    """Shorten or lengthen each array by itself, by the sum of its sizes."""
    return [g * limit / np.abs(g).sum() for g in gradients]


def _each_by_sizes(gradients, limit):
    sizes = [np.abs(g).sum() for g in gradients]
    return [g * limit / max(s, limit) for g, s in zip(gradients, sizes, strict=True)]


def _together_by_sizes(gradients, limit):
    length = sum(np.abs(g).sum() for g in gradients)
    return [g * limit / length for g in gradients]


EXERCISES = [
    Exercise(
        "bptt",
        bptt,
        _bptt_cases,
        {
            "last-step-only": _only_the_last,
            "forwards": _forwards,
            "overwrites": _overwrites,
            "heaps-up": _heaps_up,
            "wraps-round": _wraps_round,
            "starts-at-zero": _from_zero,
            "one-step-short": _one_step_short,
            "sigmoid-slope": _bptt_with(lambda h: h * (1 - h), _back, 0),
            "not-carried": _not_carried,
            "not-through-u": _bptt_with(_slope, lambda dz, u: dz, 0),
            "u-not-transposed": _bptt_with(_slope, lambda dz, u: dz @ u, 0),
            "tanh-twice": _bptt_with(lambda h: 1 - np.tanh(h) ** 2, _back, 0),
            "slope-not-sent": _slope_not_sent,
            "not-squared": _bptt_with(lambda h: 1 - h, _back, 0),
            "no-slope": _bptt_with(np.ones_like, _back, 0),
            "state-of-this-step": _bptt_with(_slope, _back, 1),
            "last-output-only": _bptt_with(_slope, _back, 0, keep=False),
            "mean": _mean,
            "du-lies-on-its-side": _on_its_side(1),
            "dw-lies-on-its-side": _on_its_side(0),
        },
        returns=("dw", "du", "db", "dh0"),
    ),
    Exercise(
        "clip-gradients",
        clip_gradients,
        _clip_cases,
        {
            "as-given": _as_given,
            "sizes-and-up": _together_by_sizes,
            "each-and-up": lambda gs, limit: [g * limit / np.linalg.norm(g) for g in gs],
            "each-by-sizes": _each_by_sizes,
            "clips-entries": lambda gs, limit: [np.clip(g, -limit, limit) for g in gs],
            "each-by-itself": lambda gs, limit: [clip_gradients([g], limit)[0] for g in gs],
            "scales-up": _scaled(lambda gs: math.hypot(*_norms(gs)), always=True),
            "forgets-the-limit": _scaled(lambda gs: math.hypot(*_norms(gs)), limit_counts=False),
            "adds-the-lengths": _scaled(lambda gs: sum(_norms(gs))),
            "adds-the-numbers": _scaled(lambda gs: sum(np.abs(g).sum() for g in gs)),
            "squared": _scaled(lambda gs: sum(n**2 for n in _norms(gs))),
            "left-as-they-are": lambda gs, limit: gs,
            "one-long-vector": _one_long_vector,
            "root-of-the-mean": _scaled(
                lambda gs: np.sqrt(np.mean(np.concatenate([g.ravel() for g in gs]) ** 2))
            ),
            "largest-entry": _scaled(lambda gs: max(np.abs(g).max() for g in gs)),
        },
        measure=_as_list,
        kind="repair",
    ),
]
