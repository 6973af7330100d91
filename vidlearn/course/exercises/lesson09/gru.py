"""The GRU, and what many print in its place."""

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


def _as_printed(out=lambda r, h: r * np.tanh(h), squash=sigmoid, keeps_all=True, reset=False):
    """Return the step as many print it: a gate on the way out, and no gate for the old state."""

    def step(x, h, w, u, b):
        xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)
        hz, hr, hh = np.split(h @ u + b[1], 3, axis=1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        h_hat = squash(xh + r * hh if reset else xh + hh)
        h_next = (h if keeps_all else z * h) + (1 - z) * h_hat
        return out(r, h_next)

    return step


def _free(r, h_next):
    """Show what is kept, as it is."""
    return h_next


def _tanh(r, h_next):
    """Take the gate away on the way out, and leave its tanh."""
    return np.tanh(h_next)


_AS_PRINTED = {
    "as-given": _as_printed(),
    "output-gate": _as_printed(squash=np.tanh, keeps_all=False),
    "output-and-reset": _as_printed(squash=np.tanh, keeps_all=False, reset=True),
    "output-and-sigmoid": _as_printed(keeps_all=False),
    "output-and-keeps": _as_printed(squash=np.tanh),
    "output-reset-and-sigmoid": _as_printed(keeps_all=False, reset=True),
    "output-reset-and-keeps": _as_printed(squash=np.tanh, reset=True),
    "output-reset-and-both": _as_printed(reset=True),
    "output-without-tanh": _as_printed(lambda r, h: r * h, np.tanh, keeps_all=False, reset=True),
    "tanh-out": _as_printed(_tanh, np.tanh, keeps_all=False, reset=True),
    "tanh-out-no-reset": _as_printed(_tanh, np.tanh, keeps_all=False),
    "no-reset-and-sigmoid": _as_printed(_free, keeps_all=False),
    "no-reset-and-keeps": _as_printed(_free, squash=np.tanh),
    "output-taken-out": _as_printed(_free),
    "sigmoid-and-keeps": _as_printed(_free, reset=True),
}


EXERCISES = [
    Exercise(
        "gru-step",
        gru_step,
        _gru_cases,
        {
            **_AS_PRINTED,
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
            "writes-all": _gru_variant(keep=lambda z, h, h_hat: z * h + h_hat),
            "old-state-lost": _gru_variant(keep=lambda z, h, h_hat: (1 - z) * h_hat),
            "bias-outside": _bias_outside,
            "split-by-rows": lambda x, h, w, u, b: np.split(x @ w + b[0], 3),
            "no-biases": lambda x, h, w, u, b: gru_step(x, h, w, u, 0 * b),
            "biases-swapped": lambda x, h, w, u, b: gru_step(x, h, w, u, b[::-1]),
            "one-bias": lambda x, h, w, u, b: gru_step(x, h, w, u, b * [[1], [0]]),
        },
        kind="repair",
    ),
]
