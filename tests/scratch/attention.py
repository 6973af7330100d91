"""What the tests of attention share: shapes without symmetry, masks, and how to run the forms."""

import numpy as np
import pytest

from vidlearn import scratch

N, H, K, T, S, D, C, V, O = range(2, 11)  # the root of K = 4 is exact in Keras too
MASK = np.random.default_rng(3).random((N, T, S)) > 0.5
MASK[0, 1] = False  # a query that may look at nothing
LOOKS = {
    "everywhere": {},
    "masked": {"mask": MASK},
    "causal": {"causal": True},
    "both": {"mask": MASK, "causal": True},
    "padded": {"mask": scratch.padding_mask([S, 2], S)},
}
each_look = pytest.mark.parametrize("options", LOOKS.values(), ids=LOOKS)
each_form = pytest.mark.parametrize("form", ["", "_naive"], ids=["fast", "naive"])
each_bias = pytest.mark.parametrize("biased", [True, False], ids=["biased", "unbiased"])


def random(*shape, seed=17):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def qkv():
    """Queries, keys and values: (N, T, D), (N, S, D), (N, S, V)."""
    return random(N, T, D), random(N, S, D), random(N, S, V)


def head_weights(biased=True, width=D, other=C, out=O):
    """Weights of all heads in Keras's order, all random."""
    shapes = [(width, H, K), (H, K), (other, H, K), (H, K), (other, H, V), (H, V), (H, V, out)]
    arrays = [random(*shape, seed=i) for i, shape in enumerate([*shapes, (out,)])]
    return arrays if biased else arrays[::2]


def sequences():
    """Who asks, (N, T, D), and who is asked, (N, S, C)."""
    return random(N, T, D), random(N, S, C)


def operations(name, form=""):
    return [getattr(scratch, f"{name}_{way}{form}") for way in ("forward", "backward")]


def flat(form="", **options):
    """Return the forward and backward pass of several heads, as functions of all their arrays."""
    run, run_backward = operations("multi_head_attention", form)

    def forward(x_query, x_value, *weights):
        return run(x_query, x_value, weights, **options)

    def backward(dout, cache):
        dx_query, dx_value, dweights = run_backward(dout, cache)
        return dx_query, dx_value, *dweights

    return forward, backward
