r"""Several attentions side by side, the heads, each with queries, keys and values of its own.

.. math::
   head_h = \mathrm{attention}(x_q w^q_h + b^q_h, \; x_v w^k_h + b^k_h, \; x_v w^v_h + b^v_h)
   \qquad out = \sum_h head_h \, w^o_h + b^o

The kernels have Keras's layout: w_query (D, H, K), w_key (C, H, K), w_value (C, H, V) and w_out
(H, V, O), so that ``w_query[:, h]`` is what head h asks with. One product makes the queries of all
heads; the heads then stand on an axis of their own, before time. Lesson 20 teaches it.

References
----------
Vaswani et al., "Attention Is All You Need", 2017, section 3.2.2.
"""

from typing import NamedTuple

import numpy as np

from ._checks import as_array, check_floating, check_numbers, check_shape
from .attention import (
    AttentionCache,
    attention_backward,
    attention_forward,
    check_allowed,
    check_own,
)
from .dense import dense_backward, dense_forward

NAMES = tuple(f"{kind}_{part}" for part in ("query", "key", "value", "out") for kind in "wb")
SHAPES = ("(D, H, K)", "(H, K)", "(C, H, K)", "(H, K)", "(C, H, V)", "(H, V)", "(H, V, O)", "(O,)")


class HeadWeights(NamedTuple):
    """The weights of all heads, in Keras's order; the biases may be None together.

    Attributes
    ----------
    w_query, b_query, w_key, b_key, w_value, b_value, w_out, b_out : ndarray
    """

    w_query: np.ndarray
    b_query: np.ndarray | None
    w_key: np.ndarray
    b_key: np.ndarray | None
    w_value: np.ndarray
    b_value: np.ndarray | None
    w_out: np.ndarray
    b_out: np.ndarray | None

    def all(self):
        """Return the eight arrays, zeros for biases that are none."""
        return [
            np.zeros(self[i - 1].shape[1 if i < 7 else 2 :], self.w_out.dtype) if a is None else a
            for i, a in enumerate(self)
        ]

    def like(self, grads):
        """Return as many of the eight gradients as there are weights."""
        return [g for g, a in zip(grads, self, strict=True) if a is not None]


class MultiHeadCache(NamedTuple):
    """What `multi_head_attention_backward` needs.

    Attributes
    ----------
    x_query, x_value : ndarray
    weights : HeadWeights
    attention : AttentionCache
        Of all heads: ``cache.attention.weights`` (N, H, T, S) say where each head looks.
    said : ndarray, (N, H, T, V)
        What each head found.
    """

    x_query: np.ndarray
    x_value: np.ndarray
    weights: HeadWeights
    attention: AttentionCache
    said: np.ndarray


def multi_head_attention_forward(x_query, x_value, weights, *, mask=None, causal=False):
    """Let every step of one sequence look at the steps of another, with several heads.

    Parameters
    ----------
    x_query : ndarray, (N, T, D)
        Who asks, floating point; results have its dtype.
    x_value : ndarray, (N, S, C)
        Who is asked. The same array for self-attention.
    weights : list of ndarray
        In the order and layout of ``keras.layers.MultiHeadAttention(...).get_weights()``:
        w_query (D, H, K), b_query (H, K), w_key (C, H, K), b_key (H, K), w_value (C, H, V),
        b_value (H, V), w_out (H, V, O), b_out (O,); without biases the four w.
    mask : ndarray of bool, broadcastable to (N, T, S), optional
        True where step t may look at step s; the same for all heads.
    causal : bool
        Whether step t may look at steps 0 to t only.

    Returns
    -------
    out : ndarray, (N, T, O)
    cache : MultiHeadCache
        ``cache.attention.weights`` (N, H, T, S) are the attention weights.

    Raises
    ------
    TypeError
        If x_query is not floating point, or the mask not bool.
    ValueError
        If shapes do not belong together.

    Notes
    -----
    The paper has no biases and one dimension for all of D, C and O; Keras has both as options. Of
    a step that may look at nothing, see `attention_forward`.

    References
    ----------
    Vaswani et al., 2017, section 3.2.2.

    Examples
    --------
    Keys of zero fit alike, so the one head takes the mean:

    >>> w = [np.zeros((1, 1, 1)), np.zeros((1, 1, 1)), np.ones((1, 1, 1)), np.ones((1, 1, 1))]
    >>> x = np.array([[[2.0], [4], [9]]])
    >>> out, cache = multi_head_attention_forward(x, x, w)
    >>> out.ravel()
    array([5., 5., 5.])
    >>> cache.attention.weights.shape
    (1, 1, 3, 3)
    """
    x_query, x_value, weights, mask = prepare_heads(x_query, x_value, weights, mask, causal)
    q = _heads(x_query, weights.w_query, weights.b_query)
    k = _heads(x_value, weights.w_key, weights.b_key)
    v = _heads(x_value, weights.w_value, weights.b_value)
    said, attention = attention_forward(q, k, v, mask=None if mask is None else mask[:, None])
    out, _ = dense_forward(_rows(said), _flat(weights.w_out, 2), weights.b_out)
    return out, MultiHeadCache(x_query, x_value, weights, attention, said)


def multi_head_attention_backward(dout, cache):
    """Return the gradients of `multi_head_attention_forward`.

    Parameters
    ----------
    dout : ndarray, (N, T, O)
        Gradient of the loss with respect to out.
    cache : MultiHeadCache

    Returns
    -------
    dx_query : ndarray, (N, T, D)
    dx_value : ndarray, (N, S, C)
        In self-attention the gradient of x is the sum of both.
    dweights : list of ndarray
        A gradient for each of weights, in their order.

    Raises
    ------
    TypeError
        If the cache is of another operation.
    ValueError
        If dout has not the shape of out.
    """
    x_query, x_value, weights, attention, said = check_own(
        cache, MultiHeadCache, "multi_head_attention"
    )
    rows, w_out = _rows(said), _flat(weights.w_out, 2)
    drows, dw_out, db_out = dense_backward(dout, (rows, w_out, weights.b_out))
    dsaid = drows.reshape(*x_query.shape[:2], *said.shape[1::2]).swapaxes(1, 2)  # (N, H, T, V)
    dq, dk, dv = attention_backward(dsaid, attention)
    dx_query, *grads = _heads_backward(dq, x_query, weights.w_query)
    dx_value, *grads_key = _heads_backward(dk, x_value, weights.w_key)
    dx, *grads_value = _heads_backward(dv, x_value, weights.w_value)
    grads += [*grads_key, *grads_value, dw_out.reshape(weights.w_out.shape), db_out]
    return dx_query, dx_value + dx, weights.like(grads)


def _heads(x, w, b):
    """Return what all heads make of x: (N, T, D) and (D, H, K) give (N, H, T, K)."""
    z, _ = dense_forward(x, _flat(w, 1), None if b is None else b.ravel())  # (N, T, H * K)
    return z.reshape(*x.shape[:2], *w.shape[1:]).swapaxes(1, 2)


def _heads_backward(dz, x, w):
    """Return dx, dw and db of `_heads`."""
    dz = _rows(dz)  # (N, T, H * K)
    dx, dw, _ = dense_backward(dz, (x, _flat(w, 1), None))
    return dx, dw.reshape(w.shape), dz.sum(axis=(0, 1)).reshape(w.shape[1:])


def _rows(a):
    """Lay the heads of a step side by side again: (N, H, T, K) to (N, T, H * K)."""
    batch, heads, steps, width = a.shape
    return np.ascontiguousarray(a.swapaxes(1, 2)).reshape(batch, steps, heads * width)


def _flat(w, axes):
    """Return a kernel as a matrix: its first axes are the rows."""
    rows = int(np.prod(w.shape[:axes]))
    return w.reshape(rows, w.size // rows)


def prepare_heads(x_query, x_value, weights, mask, causal):
    """Return both x, HeadWeights and where to look, (N, T, S) or None, all in x_query's dtype."""
    x_query, x_value = as_array("x_query", x_query), as_array("x_value", x_value)
    for name, x, axes in (("x_query", x_query, "(N, T, D)"), ("x_value", x_value, "(N, S, C)")):
        check_shape(name, x, 3, axes, f"{name}[None] adds N")
    if len(x_query) != len(x_value):
        raise ValueError(
            "x_query (N, T, D) and x_value (N, S, C) must have as many examples N; "
            f"received {x_query.shape} and {x_value.shape}."
        )
    x_query = check_floating("x_query", x_query)
    weights = check_weights(weights, x_query, x_value)
    allowed = check_allowed(mask, causal, (*x_query.shape[:2], x_value.shape[1]), "(N, T, S)")
    return x_query, check_numbers("x_value", x_value, x_query.dtype), weights, allowed


def check_weights(weights, x_query, x_value):
    """Return weights as HeadWeights in the dtype of x_query, when they belong together."""
    if not isinstance(weights, tuple | list) or len(weights) not in (4, 8):
        received = len(weights) if isinstance(weights, tuple | list) else type(weights).__name__
        raise ValueError(
            f"weights must be a list of the 8 arrays {', '.join(NAMES)}, or of the 4 without "
            f"biases; received {received}. get_weights() of Keras's layer gives it."
        )
    biased = len(weights) == 8
    given = weights if biased else [one for w in weights for one in (w, None)]
    given = [None if a is None else as_array(n, a) for n, a in zip(NAMES, given, strict=True)]
    if given[0].ndim != 3 or given[4].ndim != 3 or given[6].ndim != 3:
        raise ValueError(f"weights must have the shapes {_told(SHAPES)}; received {_shown(given)}.")
    (_, heads, keys), values, outs = given[0].shape, given[4].shape[-1], given[6].shape[-1]
    asking, asked = x_query.shape[-1], x_value.shape[-1]
    expected = [(asking, heads, keys), (heads, keys), (asked, heads, keys), (heads, keys)]
    expected += [(asked, heads, values), (heads, values), (heads, values, outs), (outs,)]
    wrong = any(a is not None and a.shape != e for a, e in zip(given, expected, strict=True))
    if wrong or 0 in (heads, keys, values, outs):
        raise ValueError(
            f"weights must have the shapes {_told(SHAPES)}, with D = {asking} of x_query and "
            f"C = {asked} of x_value, for {heads} heads {_told(expected)}; "
            f"received {_shown(given)}."
        )
    numbers = (
        None if a is None else check_numbers(n, a, x_query.dtype)
        for n, a in zip(NAMES, given, strict=True)
    )
    return HeadWeights(*numbers)


def _told(shapes):
    return ", ".join(f"{n} {s}" for n, s in zip(NAMES, shapes, strict=True))


def _shown(given):
    return ", ".join(f"{n} {a.shape}" for n, a in zip(NAMES, given, strict=True) if a is not None)
