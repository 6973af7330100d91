"""What the tests of layers share: odd boxes, numbers of tensors, gradients of two kinds."""

import numpy as np

CASES = {
    "plain": {"size": (3, 2)},
    "strided": {"size": (2, 5), "scale": 0.25, "samples": 3},
    "one sample": {"size": 4, "scale": 0.5, "samples": 1},
    "before the half cell": {"size": (3, 2), "scale": 0.5, "aligned": False},
}
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}


def batch(dtype="float64", scale=1.0):
    """Maps (2, 6, 9, 4) and boxes (2, 7, 4): within, across each border, far outside, flat."""
    rng = np.random.default_rng(0)
    ends = np.sort(rng.uniform([0, 0], [9, 6], (2, 7, 2, 2)), axis=2)  # (N, R, start or end, xy)
    ends[:, 3] -= 4.1
    ends[:, 4] += [5.3, 3.7]
    ends[0, 5] += 40
    ends[1, 5] -= 40
    ends[0, 6, 1] = ends[0, 6, 0]
    ends[1, 6] = [[-3.3, -2.6], [13.1, 8.2]]
    features = rng.normal(size=(2, 6, 9, 4))
    return features.astype(dtype), (ends.reshape(2, 7, 4) / scale).astype(dtype)


def anchored(dtype="float64"):
    """Corrections (2, 5, 4), of which some pass the limit, and anchors (5, 4)."""
    rng = np.random.default_rng(1)
    starts = rng.uniform(-20, 60, (5, 2))
    anchors = np.concatenate([starts, starts + rng.uniform(3, 50, (5, 2))], axis=1)
    deltas = rng.normal(size=(2, 5, 4), scale=2)
    deltas[0, 1, 2:], deltas[1, 4, 3] = (24.0, -30.0), 90.0
    return deltas.astype(dtype), anchors.astype(dtype)


def numbers(tensor):
    from keras import ops

    return ops.convert_to_numpy(tensor)


def slope(function, x, upstream, step=1e-6):
    """The gradient of sum(upstream * function(x)) from differences at every index."""
    found = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            ends.append((upstream * function(moved)).sum())
        found[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def by_tape(function, *inputs, upstream):
    import tensorflow as tf

    inputs = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(upstream * function(*inputs))
    return tape.gradient(loss, inputs)
