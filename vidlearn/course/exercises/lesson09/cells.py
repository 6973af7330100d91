"""What the mistakes and cases of both cells share."""

import numpy as np


def sigmoid(v):
    """Squash to 0 to 1."""
    return 1 / (1 + np.exp(-v))


def draw(seed, gates, biases=()):
    """Return x, then w, u, b for a number of gates, every axis of another length."""
    rng = np.random.default_rng(seed)
    d, units = 2 + seed % 2, 3 + seed % 3
    x, w, u = (rng.normal(size=s) for s in ((5, d), (d, gates * units), (units, gates * units)))
    return rng, units, x, w, u, rng.normal(size=(*biases, gates * units))
