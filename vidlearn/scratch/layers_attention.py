"""Layers that let every step of a sequence look at all others, and that tell where a step is."""

from math import prod

import numpy as np

from ._checks import check_flag, check_known
from ._initial import glorot_uniform
from .layer import Layer, check_count
from .multi_head import NAMES, multi_head_attention_backward, multi_head_attention_forward
from .positions import positions_backward, positions_forward, sinusoidal_positions


class MultiHeadAttention(Layer):
    """Every step looks at every step: self-attention, (N, T, D) to (N, T, D).

    See `vidlearn.scratch.multi_head_attention_forward`; two different sequences go there. Where
    steps do not count, nobody looks at them, and they look at nothing.

    Parameters
    ----------
    heads : int
        Attentions side by side, H.
    key_dim : int
        Entries of the queries and keys of a head, K; not of all heads together.
    value_dim : int, optional
        Entries of the values of a head; key_dim by default.
    causal : bool
        Whether a step looks only at itself and the steps before it.
    use_bias : bool
        As in `Dense`.

    Examples
    --------
    >>> MultiHeadAttention(2, 8, causal=True)
    MultiHeadAttention(2, 8, causal=True)
    """

    takes_mask = True

    def __init__(self, heads, key_dim, *, value_dim=None, causal=False, use_bias=True):
        super().__init__()
        self.heads, self.key_dim = check_count("heads", heads), check_count("key_dim", key_dim)
        self.value_dim = None if value_dim is None else check_count("value_dim", value_dim)
        self.causal = check_flag("causal", causal)
        self.use_bias = check_flag("use_bias", use_bias)

    def build(self, input_shape, rng, dtype):
        width = check_steps(input_shape)
        heads, keys, values = self.heads, self.key_dim, self.value_dim or self.key_dim
        shapes = [(width, heads, keys)] * 2 + [(width, heads, values), (heads, values, width)]
        for w, b, shape in zip(NAMES[::2], NAMES[1::2], shapes, strict=True):
            rows = prod(shape[: 2 if w == "w_out" else 1])
            drawn = glorot_uniform((rows, prod(shape) // rows), rng, dtype)  # all heads at once
            self.params[w] = drawn.reshape(shape)
            if self.use_bias:
                self.params[b] = np.zeros(shape[2:] if w == "w_out" else shape[1:], dtype)

    def forward(self, x, *, training=False, rng=None, mask=None):
        weights = list(self.params.values())
        both = None if mask is None else mask[:, :, None] & mask[:, None]  # (N, T, T)
        return multi_head_attention_forward(x, x, weights, mask=both, causal=self.causal)

    def backward(self, dout, cache):
        dx_query, dx_value, grads = multi_head_attention_backward(dout, cache)
        return dx_query + dx_value, dict(zip(self.params, grads, strict=True))


class Positions(Layer):
    """Add to every step a row of numbers that tells its place; see `positions_forward`.

    Parameters
    ----------
    kind : str
        "learned": weights, a row for each place, small at first as in Keras's Embedding.
        "sinusoidal": the waves of `sinusoidal_positions`, without weights.
    """

    takes_mask = True

    def __init__(self, kind="learned"):
        super().__init__()
        self.kind = check_known("kind", kind, ("learned", "sinusoidal"))
        self.waves = None

    def build(self, input_shape, rng, dtype):
        check_steps(input_shape)
        if self.kind == "learned":
            self.params = {"p": rng.uniform(-0.05, 0.05, input_shape).astype(dtype)}
        else:
            self.waves = sinusoidal_positions(*input_shape)

    def forward(self, x, *, training=False, rng=None, mask=None):
        return positions_forward(x, self.params.get("p", self.waves))

    def backward(self, dout, cache):
        dx, dp = positions_backward(dout, cache)
        return dx, {"p": dp} if self.params else {}


def check_steps(input_shape):
    """Return D, when x is (N, T, D)."""
    if len(input_shape) != 2:
        raise ValueError(
            f"x must have axes (N, T, D); received {len(input_shape) + 1} axes. "
            "A recurrent layer before this one needs return_sequences=True."
        )
    return input_shape[-1]
