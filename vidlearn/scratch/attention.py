r"""Attention: every query mixes the values, and its weights say how well it fits each key.

.. math:: out = \mathrm{softmax}\left(\frac{q \, k^T}{\sqrt{D}}\right) v

q (..., T, D) asks T questions of k (..., S, D), and v (..., S, E) holds the answers. The softmax
goes over the S keys, so that the weights of one query have the sum 1. All axes before the last
two are examples, or examples and heads; `vidlearn.scratch.multi_head` makes use of that.
`vidlearn.scratch.attention_naive` has the same as plain loops. Lesson 20 builds this
module's, forwards and backwards.

References
----------
Vaswani et al., "Attention Is All You Need", 2017, section 3.2.1 and equation 1.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from ._checks import as_array, check_dout, check_flag, check_floating, check_numbers, check_shape
from .layer import check_count


class AttentionCache(NamedTuple):
    """What `attention_backward` needs.

    Attributes
    ----------
    q, k, v : ndarray
    weights : ndarray, (..., T, S)
        How much query t takes of value s: the rows have the sum 1. Keras calls them attention
        scores.
    """

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    weights: np.ndarray


def attention_forward(q, k, v, *, mask=None, causal=False):
    r"""Let every query mix the values: ``out = softmax(q @ k.T / sqrt(D)) @ v``.

    .. math::
       w_{t,s} = \frac{\exp(q_t \cdot k_s / \sqrt{D})}{\sum_j \exp(q_t \cdot k_j / \sqrt{D})}
       \qquad out_t = \sum_s w_{t,s} \, v_s

    Parameters
    ----------
    q : ndarray, (..., T, D)
        Queries, floating point; results have their dtype.
    k : ndarray, (..., S, D)
        Keys.
    v : ndarray, (..., S, E)
        Values, one for each key.
    mask : ndarray of bool, broadcastable to (..., T, S), optional
        True where query t may look at key s, False where it may not.
    causal : bool
        Whether query t may look at keys 0 to t only. Goes together with a mask: a key is looked
        at where both allow it.

    Returns
    -------
    out : ndarray, (..., T, E)
    cache : AttentionCache
        ``cache.weights`` are the attention weights (..., T, S).

    Raises
    ------
    TypeError
        If q is not floating point, or the mask not bool.
    ValueError
        If shapes do not belong together.

    Notes
    -----
    The scores are divided by the root of D: the product of two random vectors of variance 1 has
    the variance D, and a softmax of large numbers has hardly a gradient. The mask is applied to
    the scores, before the softmax, so that what may be seen shares the whole.

    A query that may look at no key gets weights of zero and an output of zero, as Keras's layers
    give it where they are asked for their attention scores; Keras's fused kernel, which they use
    otherwise, gives the mean of all values there.

    References
    ----------
    Vaswani et al., 2017, equation 1; the mask: section 3.2.3.

    Examples
    --------
    Two equal keys share the weight; a key that fits better by log(3) gets three times as much:

    >>> k = np.log([[1.0], [1], [3]])
    >>> out, cache = attention_forward(np.ones((1, 1)), k, np.array([[5.0], [15], [20]]))
    >>> cache.weights
    array([[0.2, 0.2, 0.6]])
    >>> out
    array([[16.]])
    """
    q, k, v, allowed = prepare(q, k, v, mask, causal)
    scores = (q * q.dtype.type(1 / sqrt(q.shape[-1]))) @ k.swapaxes(-1, -2)  # (..., T, S)
    if allowed is not None:
        np.copyto(scores, -np.inf, where=~allowed)
    top = scores.max(axis=-1, keepdims=True)
    top[np.isneginf(top)] = 0  # nothing to look at: exp(-inf) is 0
    scores -= top
    weights = np.exp(scores, out=scores)
    total = weights.sum(axis=-1, keepdims=True)
    weights /= np.where(total == 0, 1, total)
    return weights @ v, AttentionCache(q, k, v, weights)


def attention_backward(dout, cache):
    r"""Return the gradients of `attention_forward`.

    ``dv = w.T @ dout`` and ``dw = dout @ v.T``; through the softmax
    ``ds = w * (dw - sum(w * dw))``, the sum over the keys; then ``dq = ds @ k / sqrt(D)`` and
    ``dk = ds.T @ q / sqrt(D)``. The mask needs no word here: where it was False, w is 0.

    Parameters
    ----------
    dout : ndarray, (..., T, E)
        Gradient of the loss with respect to out.
    cache : AttentionCache

    Returns
    -------
    dq : ndarray, (..., T, D)
    dk : ndarray, (..., S, D)
    dv : ndarray, (..., S, E)

    Raises
    ------
    TypeError
        If the cache is of another operation.
    ValueError
        If dout has not the shape of out.

    Examples
    --------
    Where all values are equal, it does not matter which one is looked at:

    >>> q, k = np.ones((1, 1)), np.array([[0.0], [1]])
    >>> _, cache = attention_forward(q, k, np.array([[4.0], [4]]))
    >>> dq, dk, dv = attention_backward(np.ones((1, 1)), cache)
    >>> dq.item(), dk.ravel(), dv.sum().round(9).item()
    (0.0, array([0., 0.]), 1.0)
    """
    q, k, v, weights = check_own(cache, AttentionCache, "attention")
    dout = check_dout(dout, (*q.shape[:-1], v.shape[-1]), q.dtype)
    dv = weights.swapaxes(-1, -2) @ dout
    dscores = dout @ v.swapaxes(-1, -2)  # dweights so far, (..., T, S)
    dscores -= np.einsum("...ts,...ts->...t", weights, dscores)[..., None]
    dscores *= weights
    scale = q.dtype.type(1 / sqrt(q.shape[-1]))
    return dscores @ (k * scale), dscores.swapaxes(-1, -2) @ (q * scale), dv


def causal_mask(queries, keys=None):
    """Return the mask that lets query t look at keys 0 to t, itself and what came before.

    Parameters
    ----------
    queries : int
        Number T of queries.
    keys : int, optional
        Number S of keys; T by default. As in Keras, both are counted from the start.

    Returns
    -------
    ndarray of bool, (T, S)
        True where the query may look.

    Raises
    ------
    ValueError
        If a number is not whole, or less than 1.

    References
    ----------
    Vaswani et al., 2017, section 3.2.3.

    Examples
    --------
    >>> causal_mask(3).astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [1, 1, 1]])
    """
    queries = check_count("queries", queries)
    return np.tri(queries, queries if keys is None else check_count("keys", keys), dtype=bool)


def padding_mask(lengths, steps):
    """Return the mask that lets no query look at what only fills a sequence up.

    Parameters
    ----------
    lengths : ndarray of int, (N,)
        How many steps of each sequence count, from its first on, from 0 to steps.
    steps : int
        Number S of keys, the filled ones included.

    Returns
    -------
    ndarray of bool, (N, 1, S)
        True for the keys that count, the same for all queries.

    Raises
    ------
    TypeError
        If lengths are not whole numbers.
    ValueError
        If a length is less than 0 or more than steps.

    Examples
    --------
    >>> padding_mask([1, 3], 4).astype(int)
    array([[[1, 0, 0, 0]],
    <BLANKLINE>
           [[1, 1, 1, 0]]])
    """
    lengths, steps = as_array("lengths", lengths), check_count("steps", steps)
    if lengths.dtype.kind not in "iu":
        raise TypeError(
            f"lengths must be whole numbers; received {lengths.dtype}. Of a mask (N, T) they are "
            "mask.sum(axis=1), where it is True from the start."
        )
    if lengths.ndim != 1 or np.any(lengths < 0) or np.any(lengths > steps):
        raise ValueError(
            f"lengths must be (N,), each from 0 to steps={steps}; received shape "
            f"{lengths.shape}, {lengths.tolist()}."
        )
    return np.arange(steps) < lengths[:, None, None]  # (N, 1, S)


def prepare(q, k, v, mask, causal):
    """Return q, k, v as arrays of one dtype, and where they may look, (..., T, S) or None."""
    q, k, v = as_array("q", q), as_array("k", k), as_array("v", v)
    for name, array, axes in (("q", q, "T, D"), ("k", k, "S, D"), ("v", v, "S, E")):
        shown = f"(..., {axes})"
        check_shape(name, array, max(q.ndim, 2), shown, f"One {name} is a row: {name}[None]")
        if array.ndim == 2 and len(array) == 0:
            raise ValueError(f"{name} must hold at least one row; received shape {array.shape}.")
    if k.shape[:-1] != v.shape[:-1] or q.shape[:-2] != k.shape[:-2] or q.shape[-1] != k.shape[-1]:
        raise ValueError(
            "q (..., T, D), k (..., S, D) and v (..., S, E) must agree: q and k in D, k and v in "
            f"S, all in the axes before; received q {q.shape}, k {k.shape} and v {v.shape}."
        )
    q = check_floating("q", q)
    allowed = check_allowed(mask, causal, (*q.shape[:-1], k.shape[-2]))
    return q, check_numbers("k", k, q.dtype), check_numbers("v", v, q.dtype), allowed


def check_allowed(mask, causal, shape, axes="(..., T, S)"):
    """Return where the queries may look, as bool of this shape; None for everywhere."""
    allowed = causal_mask(*shape[-2:]) if check_flag("causal", causal) else None
    if mask is not None:
        mask = as_array("mask", mask)
        if mask.dtype != bool:
            raise TypeError(
                f"mask must be bool, True where a query may look; received {mask.dtype}. "
                "Write mask.astype(bool); one of 0 and -inf to be added is np.isfinite(mask)."
            )
        try:
            mask = np.broadcast_to(mask, shape)
        except ValueError as error:
            raise ValueError(
                f"mask must fit {axes} = {shape}, queries before keys; received {mask.shape}. "
                "A mask (N, S) of keys that count is mask[:, None]."
            ) from error
        allowed = mask if allowed is None else mask & allowed
    return None if allowed is None else np.broadcast_to(allowed, shape)


def check_own(cache, kind, source):
    """Return cache, when it is of the kind that `source`_forward gives out."""
    if type(cache).__name__ != kind.__name__:
        raise TypeError(
            f"cache must be the {kind.__name__} that {source}_forward returned with out; received "
            f"{type(cache).__name__}. Write out, cache = {source}_forward(...), and then "
            f"{source}_backward(dout, cache)."
        )
    return cache
