"""Steps of a recurrent network, and the loop over them."""

import numpy as np

from vidlearn.course.exercises import Exercise

# 1. rnn-step ---------------------------------------------------------------------------


def rnn_step(x, h, w, u, b):
    """Mix what comes in with what is remembered, and bend the sum."""
    return np.tanh(x @ w + h @ u + b)


def draw_weights(rng, features, units):
    """Draw w, u and b of a cell."""
    w, u = rng.normal(size=(features, units)), 0.7 * rng.normal(size=(units, units))
    return w, u, 0.5 * rng.normal(size=units)


def _step_cases():
    rng = np.random.default_rng(60)
    small = tuple(np.array(a) for a in ([1.0], [0.5, -1.0], [[2.0, 0.5]], [[1.0, 0], [1, -1]]))
    cases = [(*small, np.array([0.0, 0.25]))]
    for features, units in ((4, 3), (2, 5)):
        state = rng.uniform(-1, 1, units)
        cases.append((rng.normal(size=features), state, *draw_weights(rng, features, units)))
    return cases


# 2. rnn-forward ------------------------------------------------------------------------


def rnn_forward(x, w, u, b, h0):
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
    return [*cases, (rng.normal(size=(5, 2)), *draw_weights(rng, 2, 3), h0)]


def _state_before(x, w, u, b, h0):
    return np.stack([h0, *rnn_forward(x, w, u, b, h0)[:-1]])


def _without_tanh(x, w, u, b, h0):
    h, states = h0, []
    for x_t in x:
        h = x_t @ w + h @ u + b
        states.append(h)
    return np.stack(states)


# 3. masked-steps -----------------------------------------------------------------------


def masked_steps(x, w, u, b, mask):
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
    weights = draw_weights(rng, 2, 3)
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
    return rnn_forward(x[mask], w, u, b, np.zeros(len(u)))


def _stops(x, w, u, b, mask):
    """Stop at the first step that does not count."""
    return masked_steps(x, w, u, b, np.logical_and.accumulate(mask))


def _ends(x, w, u, b, mask):
    """Leave the loop at the first step that does not count."""
    return _stops(x, w, u, b, mask) * np.logical_and.accumulate(mask)[:, None]


def _mended_afterwards(x, w, u, b, mask):
    """Step through all, and repeat rows only in the result."""
    states = rnn_forward(x, w, u, b, np.zeros(len(u)))
    for t in range(len(x)):
        if not mask[t]:
            states[t] = states[t - 1] if t else 0
    return states


EXERCISES = [
    Exercise(
        "rnn-step",
        rnn_step,
        _step_cases,
        {
            "forgets-the-state": lambda x, h, w, u, b: np.tanh(x @ w + b),
            "no-tanh": lambda x, h, w, u, b: x @ w + h @ u + b,
            "relu": lambda x, h, w, u, b: np.maximum(x @ w + h @ u + b, 0),
            "weights-in-front": lambda x, h, w, u, b: np.tanh(w @ x + u @ h + b),
            "weights-swapped": lambda x, h, w, u, b: np.tanh(x @ u + h @ w + b),
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
        rnn_forward,
        _forward_cases,
        {
            "no-tanh": _without_tanh,
            "forgets-the-state": lambda x, w, u, b, h0: np.tanh(x @ w + h0 @ u + b),
            "starts-at-zero": lambda x, w, u, b, h0: rnn_forward(x, w, u, b, 0 * h0),
            "starts-at-one": lambda x, w, u, b, h0: rnn_forward(x, w, u, b, np.ones_like(h0)),
            "state-before": _state_before,
            "with-the-start": lambda x, w, u, b, h0: np.stack([h0, *rnn_forward(x, w, u, b, h0)]),
            "last-only": lambda x, w, u, b, h0: rnn_forward(x, w, u, b, h0)[-1],
            "backwards": lambda x, w, u, b, h0: rnn_forward(x[::-1], w, u, b, h0),
            "one-array-many-times": lambda x, w, u, b, h0: np.stack(
                [rnn_forward(x, w, u, b, h0)[-1]] * len(x)
            ),
        },
    ),
    Exercise(
        "masked-steps",
        masked_steps,
        _mask_cases,
        {
            "resets": _resets,
            "zeros-the-output": lambda x, w, u, b, m: masked_steps(x, w, u, b, m) * m[:, None],
            "zeros-the-input": lambda x, w, u, b, m: rnn_forward(
                x * m[:, None], w, u, b, np.zeros(len(u))
            ),
            "ignores-the-mask": lambda x, w, u, b, m: rnn_forward(x, w, u, b, np.zeros(len(u))),
            "upside-down": lambda x, w, u, b, m: masked_steps(x, w, u, b, ~m),
            "stops": _stops,
            "ends": _ends,
            "mended-afterwards": _mended_afterwards,
            "never-steps": lambda x, w, u, b, m: np.zeros((len(x), len(u))),
            "leaves-out": _skips,
        },
    ),
]
