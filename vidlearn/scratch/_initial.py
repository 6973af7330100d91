"""Where weights start, as in Keras: random enough to differ, small enough to pass signals on.

References
----------
Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
2010. Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
linear neural networks", 2014.
"""

from math import prod, sqrt

import numpy as np


def glorot_uniform(shape, rng, dtype):
    """Draw w (*kernel, inputs, outputs), uniform with variance 2 / (fan_in + fan_out)."""
    taps = prod(shape[:-2])
    limit = sqrt(6 / (taps * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def orthogonal(shape, rng, dtype):
    """Draw a matrix whose rows, or columns where they are fewer, are orthonormal."""
    q, r = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    q *= np.sign(np.diag(r))  # without this, not every such matrix is equally likely
    return np.ascontiguousarray(q if shape[0] >= shape[1] else q.T).astype(dtype)
