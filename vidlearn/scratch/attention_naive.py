"""Attention as it is told: one query after another, one key after another, one head after another.

These loops are for reading, and they are the measure of the fast forms in
`vidlearn.scratch.attention` and `vidlearn.scratch.multi_head`, with which they share signature,
results and cache.
"""

from math import sqrt

import numpy as np

from ._checks import check_dout
from .activations import softmax
from .attention import AttentionCache, check_own, prepare
from .multi_head import MultiHeadCache, prepare_heads


def attention_forward_naive(q, k, v, *, mask=None, causal=False):
    """Let one query after another mix the values, ``out[t] = sum(w[t, s] * v[s])``.

    Parameters and results are those of `vidlearn.scratch.attention_forward`.

    Examples
    --------
    >>> k, v = np.log([[1.0], [1], [3]]), np.array([[5.0], [15], [20]])
    >>> out, cache = attention_forward_naive(np.ones((1, 1)), k, v, mask=[[True, False, True]])
    >>> cache.weights, out  # 1/4 of 5 and 3/4 of 20
    (array([[0.25, 0.  , 0.75]]), array([[16.25]]))
    """
    q, k, v, allowed = prepare(q, k, v, mask, causal)
    *before, queries, d = q.shape
    keys = k.shape[-2]
    if allowed is None:
        allowed = np.ones((*before, queries, keys), bool)
    weights = np.zeros((*before, queries, keys), q.dtype)
    out = np.zeros((*before, queries, v.shape[-1]), q.dtype)
    for n in np.ndindex(*before):
        for t in range(queries):
            seen = [s for s in range(keys) if allowed[n][t, s]]
            scores = [np.sum(q[n][t] * k[n][s]) / sqrt(d) for s in seen]
            if seen:
                weights[n][t, seen] = softmax(np.array(scores, q.dtype))
            for s in seen:
                out[n][t] += weights[n][t, s] * v[n][s]
    return out, AttentionCache(q, k, v, weights)


def attention_backward_naive(dout, cache):
    """Return dq, dk, dv: every query hands its gradient to all that it looked at.

    Parameters and results are those of `vidlearn.scratch.attention_backward`.
    """
    q, k, v, weights = check_own(cache, AttentionCache, "attention")
    dout = check_dout(dout, (*q.shape[:-1], v.shape[-1]), q.dtype)
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    *before, queries, d = q.shape
    for n in np.ndindex(*before):
        for t in range(queries):
            w = weights[n][t]  # (S,)
            dw = np.array([np.sum(dout[n][t] * value) for value in v[n]])
            dscores = w * (dw - np.sum(w * dw))
            for s in range(len(w)):
                dv[n][s] += w[s] * dout[n][t]
                dq[n][t] += dscores[s] * k[n][s] / sqrt(d)
                dk[n][s] += dscores[s] * q[n][t] / sqrt(d)
    return dq, dk, dv


def multi_head_attention_forward_naive(x_query, x_value, weights, *, mask=None, causal=False):
    """Run one head after another, and add up what each says.

    Parameters and results are those of `vidlearn.scratch.multi_head_attention_forward`.
    """
    x_query, x_value, weights, mask = prepare_heads(x_query, x_value, weights, mask, causal)
    w_query, b_query, w_key, b_key, w_value, b_value, w_out, b_out = weights.all()
    out = np.zeros((*x_query.shape[:2], w_out.shape[2]), x_query.dtype) + b_out
    caches = []
    for h in range(w_query.shape[1]):
        q = x_query @ w_query[:, h] + b_query[h]  # (N, T, K)
        k = x_value @ w_key[:, h] + b_key[h]  # (N, S, K)
        v = x_value @ w_value[:, h] + b_value[h]  # (N, S, V)
        said, cache = attention_forward_naive(q, k, v, mask=mask)
        out += said @ w_out[h]
        caches.append((*cache, said))
    *attention, said = (np.stack(arrays, axis=1) for arrays in zip(*caches, strict=True))
    return out, MultiHeadCache(x_query, x_value, weights, AttentionCache(*attention), said)


def multi_head_attention_backward_naive(dout, cache):
    """Return the gradients: each head gets the gradient of what it said.

    Parameters and results are those of `vidlearn.scratch.multi_head_attention_backward`.
    """
    x_query, x_value, weights, attention, said = check_own(
        cache, MultiHeadCache, "multi_head_attention"
    )
    w_query, _, w_key, _, w_value, _, w_out, _ = weights.all()
    dout = check_dout(dout, (*x_query.shape[:2], w_out.shape[2]), x_query.dtype)
    dx_query, dx_value = np.zeros_like(x_query), np.zeros_like(x_value)
    grads = [np.zeros_like(a) for a in weights.all()]
    grads[7] += dout.sum(axis=(0, 1))
    for h in range(w_query.shape[1]):
        one = AttentionCache(*(a[:, h] for a in attention))
        dq, dk, dv = attention_backward_naive(dout @ w_out[h].T, one)
        grads[6][h] = np.einsum("ntv,nto->vo", said[:, h], dout)
        dx_query += dq @ w_query[:, h].T
        dx_value += dk @ w_key[:, h].T + dv @ w_value[:, h].T
        for i, x, d in ((0, x_query, dq), (2, x_value, dk), (4, x_value, dv)):
            grads[i][:, h] = np.einsum("ntd,ntk->dk", x, d)
            grads[i + 1][h] = d.sum(axis=(0, 1))
    return dx_query, dx_value, weights.like(grads)
