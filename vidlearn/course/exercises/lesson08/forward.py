"""Steps of a recurrent network, and the loop over them."""

import numpy as np

from vidlearn.course.exercises import Exercise


def draw_weights(rng, features, units):
    """Draw w, u and b of a cell."""
    w, u = rng.normal(size=(features, units)), 0.7 * rng.normal(size=(units, units))
    return w, u, 0.5 * rng.normal(size=units)


# rnn-forward ---------------------------------------------------------------------------


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


def _stepping(step, shown=lambda h: h):
    """Return the loop with another step, and with what it shows of each state."""

    def answer(x, w, u, b, h0):
        h, states = h0, []
        for x_t in x:
            h = step(x_t, w, u, b, h)
            states.append(shown(h))
        return np.stack(states)

    return answer


def _sum(x_t, w, u, b, h):
    return x_t @ w + h @ u + b


EXERCISES = [
    Exercise(
        "rnn-forward",
        rnn_forward,
        _forward_cases,
        {
            "no-tanh": _stepping(_sum),
            "sum-carried-on": _stepping(_sum, np.tanh),
            "sigmoid": _stepping(lambda *given: 1 / (1 + np.exp(-_sum(*given)))),
            "u-before-h": _stepping(lambda x_t, w, u, b, h: np.tanh(x_t @ w + u @ h + b)),
            "bias-outside": _stepping(lambda x_t, w, u, b, h: np.tanh(x_t @ w + h @ u) + b),
            "no-bias": _stepping(lambda x_t, w, u, b, h: np.tanh(x_t @ w + h @ u)),
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
]
