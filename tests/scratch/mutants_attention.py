"""Wrong backward passes of attention; see `tests.scratch.mutants` for the form."""

from functools import partial

import numpy as np

from tests.scratch.attention import MASK, flat, head_weights, qkv, random, sequences
from tests.scratch.mutation import Mutant, gradients
from vidlearn import scratch
from vidlearn.scratch import relative_error

CHECKS, MUTANTS = {}, []
SQUARE = [random(2, 3, 3, seed=i) for i in range(3)]  # where mixed-up axes still fit


def several_heads(biased, **options):
    """Return a gradient check of all arrays; the bias of the keys, which has no effect, is zero."""
    forward, _ = flat(**options)

    def check(backward):
        def shown(dout, cache):
            dx_query, dx_value, dweights = backward(dout, cache)
            return dx_query, dx_value, *dweights

        out, cache = forward(*sequences(), *head_weights(biased))
        grads = shown(random(*out.shape), cache)
        errors = gradients(forward, *sequences(), *head_weights(biased))(shown)
        if biased:
            errors[5] = relative_error(1 + grads[5], np.ones_like(grads[5]))
        return errors

    return check


for form in ("", "_naive"):
    CHECKS[f"attention_backward{form}"] = [
        gradients(scratch.attention_forward, *qkv()),
        gradients(scratch.attention_forward, *SQUARE),
        gradients(partial(scratch.attention_forward, mask=MASK, causal=True), *qkv()),
    ]
    CHECKS[f"multi_head_attention_backward{form}"] = [
        several_heads(True),
        several_heads(False, mask=MASK),
    ]
CHECKS["positions_backward"] = [
    gradients(scratch.positions_forward, random(2, 3, 4), random(5, 4)),
    gradients(scratch.positions_forward, random(3, 3, 3), random(3, 3)),
]

name = "attention_backward"
SUM = 'dscores -= np.einsum("...ts,...ts->...t", weights, dscores)[..., None]'
MUTANTS += [
    Mutant(name, "weights.swapaxes(-1, -2) @ dout", "weights @ dout", "w not transposed in dv"),
    Mutant(name, "v.swapaxes(-1, -2)", "v", "v not transposed"),
    Mutant(name, SUM, "pass", "softmax left out"),
    Mutant(name, SUM, "dscores *= 1 - weights", "diagonal of the softmax only"),
    Mutant(
        name,
        '->...t", weights, dscores)[..., None]',
        '->...s", weights, dscores)[..., None, :]',
        "softmax over the queries",
    ),
    Mutant(name, '->...t", weights,', '->...t", 1 + 0 * weights,', "sum not weighted"),
    Mutant(name, "dscores *= weights", "pass", "not weighted"),
    Mutant(name, "(k * scale)", "k", "root of d forgotten in dq"),
    Mutant(name, "(q * scale)", "q", "root of d forgotten in dk"),
    Mutant(name, "sqrt(q.shape[-1])", "q.shape[-1]", "divided by d"),
    Mutant(name, "sqrt(q.shape[-1])", "sqrt(v.shape[-1])", "root of the values' width"),
    Mutant(name, "dscores.swapaxes(-1, -2) @ (q", "dscores @ (q", "scores not transposed in dk"),
    Mutant(name, "dscores @ (k", "dscores @ (v", "values for keys"),
]
name = "attention_backward_naive"
MUTANTS += [
    Mutant(name, "dv[n][s] +=", "dv[n][s] =", "last query only in dv"),
    Mutant(name, "dk[n][s] +=", "dk[n][s] =", "last query only in dk"),
    Mutant(name, "dq[n][t] +=", "dq[n][t] =", "last key only in dq"),
    Mutant(name, "(dw - np.sum(w * dw))", "dw", "softmax left out"),
    Mutant(name, "np.sum(w * dw)", "np.mean(dw)", "sum not weighted"),
    Mutant(name, "k[n][s] / sqrt(d)", "k[n][s]", "root of d forgotten in dq"),
    Mutant(name, "q[n][t] / sqrt(d)", "q[n][t]", "root of d forgotten in dk"),
    Mutant(name, "w[s] * dout", "dout", "values not weighted"),
]
name = "multi_head_attention_backward"
MUTANTS += [
    Mutant(name, "dx_value + dx", "dx_value", "values hand nothing on"),
    Mutant(name, "dx_value + dx", "dx", "keys hand nothing on"),
    Mutant(
        name,
        ".reshape(*x_query.shape[:2], *said.shape[1::2]).swapaxes(1, 2)",
        ".reshape(said.shape)",
        "heads mixed by a reshape",
    ),
    Mutant(
        name, "_heads_backward(dk, x_value", "_heads_backward(dv[..., :4], x_value", "dv for dk"
    ),
    Mutant(name, "[*grads_key, *grads_value", "[*grads_value, *grads_key", "order of the weights"),
    Mutant(
        name,
        "dz = _rows(dz)",
        "dz = dz.reshape(*x.shape[:2], -1)",
        "heads mixed",
        "_heads_backward",
    ),
    Mutant(name, "axis=(0, 1)", "axis=0", "bias of every step", "_heads_backward"),
    Mutant(name, "a.swapaxes(1, 2)", "a", "heads not laid side by side", "_rows"),
    Mutant(name, "w_out.shape), db_out", "w_out.shape), dout[0, 0]", "bias of one step"),
]
name = "multi_head_attention_backward_naive"
MUTANTS += [
    Mutant(name, "dx_value += dk @", "dx_value = dk @", "last head only in dx_value"),
    Mutant(name, "dx_query += dq @", "dx_query = dq @", "last head only in dx_query"),
    Mutant(name, " + dv @ w_value[:, h].T", "", "values hand nothing on"),
    Mutant(name, "dout.sum(axis=(0, 1))", "dout[0].sum(axis=0)", "bias of one example"),
    Mutant(name, "said[:, h], dout", "said[:, 0], dout", "what the first head said"),
    Mutant(name, "(2, x_value, dk)", "(2, x_value, dk[:, ::-1])", "steps turned round"),
    Mutant(name, "d.sum(axis=(0, 1))", "d.mean(axis=(0, 1))", "bias averaged"),
    Mutant(name, "dout @ w_out[h].T", "dout @ w_out[0].T", "kernel of the first head"),
]
name = "positions_backward"
MUTANTS += [
    Mutant(name, "dout.sum(axis=0)", "dout.sum(axis=1)[0]", "sum over time"),
    Mutant(name, "dout.sum(axis=0)", "dout.mean(axis=0)", "averaged over the examples"),
    Mutant(name, "dout.sum(axis=0)", "dout[0]", "the first example only"),
    Mutant(name, "dp[: shape[1]]", "dp[-shape[1] :]", "rows from the end"),
    Mutant(name, "dout.copy()", "0 * dout", "nothing handed on"),
]
