"""What the tests of recurrent layers share: shapes without symmetry, masks, and how to run one."""

import numpy as np
import pytest

from vidlearn import scratch

KINDS = {"rnn": 1, "lstm": 4, "gru": 3}  # blocks of columns
STATES = {"rnn": ("h0",), "lstm": ("h0", "c0"), "gru": ("h0",)}
MASK = np.array(
    [
        [0, 0, 0, 0, 0],  # nothing counts
        [1, 0, 1, 0, 1],  # holes
        [0, 1, 1, 1, 0],  # neither the first nor the last step
        [1, 1, 1, 1, 1],
    ],
    bool,
)
each_kind = pytest.mark.parametrize("kind", KINDS)
each_form = pytest.mark.parametrize("naive", [False, True], ids=["fast", "naive"])
each_mask = pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
each_direction = pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])


def operations(kind, naive=False):
    names = (f"{kind}_forward", f"{kind}_backward")
    return [getattr(scratch, name + "_naive" * naive) for name in names]


def draw(kind, batch=4, steps=5, features=2, units=3):
    """Return x, w, u, b and the states."""
    rng = np.random.default_rng(5)
    columns = KINDS[kind] * units
    bias = (2, columns) if kind == "gru" else (columns,)
    shapes = [(batch, steps, features), (features, columns), (units, columns), bias]
    return [rng.normal(size=s) for s in [*shapes, *[(batch, units)] * len(STATES[kind])]]


def run(kind, arrays, naive=False, **options):
    """Return what forward returns for x, w, u, b and the states."""
    forward, _ = operations(kind, naive)
    return forward(*arrays[:4], **dict(zip(STATES[kind], arrays[4:], strict=True)), **options)


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
