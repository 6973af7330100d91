"""Wrong backward passes of the recurrent layers; see `tests.scratch.mutants` for the form."""

from functools import partial

import numpy as np

from tests.scratch.mutation import Mutant, gradients
from tests.scratch.recurrent import KINDS, MASK, draw, operations, run
from vidlearn import scratch
from vidlearn.scratch import relative_error

CHECKS, MUTANTS = {}, []


def check_last_cell_state(reverse):
    """Return a gradient check of the LSTM where the last cell state has a way to the loss too."""

    def forward(*arrays):
        hs, cache = run("lstm", arrays, mask=MASK, reverse=reverse)
        return np.concatenate([hs, cache.cs[:, :1] if reverse else cache.cs[:, -1:]], 1), cache

    def check(backward):
        def both(dout, cache):
            return backward(dout[:, :-1], cache, dc_last=dout[:, -1])

        return gradients(forward, *draw("lstm"))(both)

    return check


def check_twin(kind, naive):
    """Return a comparison of all results, dhs and dc_last included, with those of the twin."""
    dout = np.random.default_rng(3).normal(size=(4, 5, 3))
    options = {"dc_last": dout[:, 0]} if kind == "lstm" else {}
    results = [run(kind, draw(kind), form, mask=MASK) for form in (False, True)]
    (_, cache), (_, other) = results[::-1] if naive else results

    def check(backward):
        twin = operations(kind, not naive)[1]
        ours, theirs = (
            f(dout, c, return_dhs=True, **options) for f, c in ((backward, cache), (twin, other))
        )
        return [relative_error(a, b) for a, b in zip(ours, theirs, strict=True)]

    return check


def bidirectional(cell, mask):
    """Return a gradient check of two layers with as many units."""
    x, *there = draw(cell)[:4]
    back = [a[..., ::-1] for a in there]

    def forward(x, *weights):
        return scratch.bidirectional_forward(x, weights[:3], weights[3:], cell=cell, mask=mask)

    def check(backward):
        def flat(dout, cache):
            dx, weights, weights_back = backward(dout, cache)
            return dx, *weights, *weights_back

        return gradients(forward, x, *there, *back)(flat)

    return check


def cell_check(kind):
    """Return the gradient check of a cell, both states of the LSTM in one array."""
    x, w, u, b, *states = draw(kind)

    def forward(*arrays):
        out, cache = getattr(scratch, f"{kind}_cell_forward")(*arrays)
        return np.stack(out if kind == "lstm" else [out]), cache

    inputs = x[:, 0], *states, w, u, b
    return lambda backward: gradients(forward, *inputs)(lambda dout, c: backward(*dout, c))


def layer(kind, **options):
    """Return the forward pass of a layer, as a function of all its arrays."""
    return lambda *arrays: run(kind, arrays, **options)


for kind in KINDS:
    CHECKS[f"{kind}_cell_backward"] = [cell_check(kind)]
    for naive in (False, True):
        masked = layer(kind, naive=naive, mask=MASK, reverse=True)
        CHECKS[f"{kind}_backward" + "_naive" * naive] = [
            gradients(layer(kind, naive=naive), *draw(kind)),
            gradients(masked, *draw(kind)),
            check_twin(kind, naive),
        ]
CHECKS["lstm_backward"] += [check_last_cell_state(reverse) for reverse in (False, True)]
CHECKS["bidirectional_backward"] = [bidirectional(c, m) for c in KINDS for m in (None, MASK)]

# What all three fast layers do after and between the steps.
for kind, dz, weight in (("rnn", "dz", "h"), ("lstm", "dz", "cache.h"), ("gru", "dhu", "cache.h")):
    name, of_x = f"{kind}_backward", "dxw" if kind == "gru" else "dz"
    through_u, reverse = f"dh[t] += {dz}[t] @ u.T", "reverse" if kind == "rnn" else "cache.reverse"
    last = f"x[-1].T @ {of_x}[-1]"
    MUTANTS += [
        Mutant(name, through_u, "pass", "not carried back through u"),
        Mutant(name, through_u, through_u.replace("+=", "="), "gradient of the output lost"),
        Mutant(name, f"{dz}[t] @ u.T", f"{dz}[t, :, -3:] @ u[:, -3:]", "u not transposed"),
        Mutant(name, "dh[t] += dh[t + 1] * skip[t]", "pass", "masked steps hand nothing on"),
        Mutant(name, "* skip[t]", "* ~skip[t]", "mask the other way round"),
        Mutant(name, f"weight_gradient(x, {of_x})", last, "dw of the last step only"),
        Mutant(name, f"({weight}[:-1], {dz})", f"({weight}[1:], {dz})", "new state in du"),
        Mutant(name, f"time_major(dout, {reverse})", "time_major(dout, False)", "dout not turned"),
        Mutant(name, f".T), {reverse})", ".T), False)", "dx not turned"),
        Mutant(name, f"[1:], {reverse})", f"[:-1], {reverse})", "dhs of the state before"),
        Mutant(name, "range(steps)", "range(1, steps)", "first step left out"),
    ]

# RNN.
name, cell = "rnn_backward", "rnn_cell_backward"
MUTANTS += [
    Mutant(cell, "h_next**2", "h_next", "square forgotten"),
    Mutant(cell, "h_next**2", "h**2", "slope at the old state"),
    Mutant(cell, "dz @ u.T", "dz @ u", "u not transposed"),
    Mutant(cell, "dz @ u.T", "dh_next @ u.T", "slope of tanh forgotten in dh"),
    Mutant(cell, "h.T @ dz", "h_next.T @ dz", "new state in du"),
    Mutant(cell, "x.T @ dz", "x.T @ dh_next", "slope of tanh forgotten in dw"),
    Mutant(cell, "dz.sum(axis=0)", "dz.mean(axis=0)", "db averaged"),
    Mutant(name, "h[1:] ** 2", "h[:-1] ** 2", "slope at the old state"),
    Mutant(name, "1 - h[1:] ** 2", "1 - h[1:]", "square forgotten"),
    Mutant(name, "dz[skip[..., 0]] = 0", "pass", "masked steps give to the weights"),
    Mutant(name, "dz.sum(axis=(0, 1)), dh[0]", "dz.sum(axis=(0, 1)), dh[1]", "dh0 of h1"),
    Mutant(name, "dz.sum(axis=(0, 1))", "dz[-1].sum(axis=0)", "db of the last step only"),
]

# LSTM.
name, cell = "lstm_backward", "lstm_cell_backward"
through_h = "dc_next + dh_next * o * (1 - tanh_c**2)"
i_before_f, g_before_o = "di * i * (1 - i), df * f * (1 - f)", "dg * (1 - g**2), do * o * (1 - o)"
step = partial(Mutant, name, of="_step_back")
MUTANTS += [
    Mutant(cell, through_h, "dc_next", "c has no way through h"),
    Mutant(cell, through_h, through_h[10:], "gradient of later cell states lost"),
    Mutant(cell, " * (1 - tanh_c**2)", "", "slope of tanh(c) forgotten"),
    Mutant(cell, "dc_next * c,", "dc_next * c_next,", "new cell state for the old at f"),
    Mutant(cell, "dc_next * g,", "dc_next * i,", "i for g"),
    Mutant(cell, "dh_next * tanh_c", "dh_next * c_next", "tanh of c forgotten at o"),
    Mutant(cell, "dg * (1 - g**2)", "dg * g * (1 - g)", "g taken for a sigmoid"),
    Mutant(cell, "do * o * (1 - o)", "do * (1 - o)", "half of o * (1 - o)"),
    Mutant(cell, i_before_f, "df * f * (1 - f), di * i * (1 - i)", "f before i"),
    Mutant(cell, g_before_o, "do * o * (1 - o), dg * (1 - g**2)", "o before g"),
    Mutant(cell, "dc_next * f, x", "dc_next, x", "forget gate left out of dc"),
    Mutant(cell, "dc_next * f, x", "dc_next * i, x", "input gate in dc"),
    Mutant(cell, "h.T @ dz", "c.T @ dz", "cell state in du"),
    Mutant(cell, "dz.sum(axis=0)", "dz.mean(axis=0)", "db averaged"),
    step("cache.c[t]", "cache.c[t + 1]", "new cell state for the old at f"),
    step("dc_next += through_h", "dc_next[...] = through_h", "gradient of later cells lost"),
    step("dc_next += through_h", "pass", "c has no way through h"),
    step("(1 - tanh_c**2)", "(1 - tanh_c)", "square forgotten"),
    step("1 - g**2", "g * (1 - g)", "g taken for a sigmoid"),
    step("i, f, g, o =", "f, i, g, o =", "f before i"),
    step("di, df, dg, do =", "di, df, do, dg =", "o before g"),
    step("np.multiply(dc_next, f,", "np.multiply(dc_next, i,", "input gate in dc"),
    step("dh_next * tanh_c,", "dc_next * tanh_c,", "dc for dh at o"),
    step("dz[cache.skip[t, :, 0]] = 0", "pass", "masked steps give to the weights"),
    step("through_h[cache.skip[t, :, 0]] = 0", "pass", "masked steps give to c"),
    Mutant(name, "dc[t], dc[t + 1]", "dc[t], 0", "masked steps hand dc not on"),
    Mutant(name, "dh[0], dc[0]", "dh[1], dc[0]", "dh0 of h1"),
    Mutant(name, "dh[0], dc[0]", "dh[0], dc[1]", "dc0 of c1"),
    Mutant(name, "dc[-1] = check", "_ = check", "dc_last ignored"),
    Mutant(name, "dz.sum(axis=(0, 1))", "dz[-1].sum(axis=0)", "db of the last step only"),
]

# GRU.
name, cell = "gru_backward", "gru_cell_backward"
step = partial(Mutant, name, of="_step_back")
MUTANTS += [
    Mutant(cell, "(h - h_hat)", "(h_hat - h)", "update gate the other way round"),
    Mutant(cell, "dh_next * z,", "dh_next * (1 - z),", "z for 1 - z in dh"),
    Mutant(cell, "dh_next * (1 - z)", "dh_next * z", "z for 1 - z at the candidate"),
    Mutant(cell, "+ dh_next * z", "", "what z keeps forgotten"),
    Mutant(cell, "dh_hat * hu *", "dh_hat * h *", "reset gate before the product with u"),
    Mutant(cell, "dh_hat * r]", "dh_hat]", "reset gate left out on the side of h"),
    Mutant(cell, "[dz, dr, dh_hat]", "[dz, dr, dh_hat * r]", "reset gate on the side of x"),
    Mutant(cell, "[dz, dr, dh_hat]", "[dr, dz, dh_hat]", "r before z"),
    Mutant(cell, "(1 - h_hat**2)", "h_hat * (1 - h_hat)", "candidate taken for a sigmoid"),
    Mutant(cell, "dxw.sum(axis=0), dhu.sum(axis=0)", "dxw.sum(axis=0)," * 2, "one bias for both"),
    Mutant(cell, "h.T @ dhu", "h.T @ dxw", "side of x in du"),
    step("(cache.h[t] - h_hat)", "(h_hat - cache.h[t])", "update gate the other way round"),
    step("cache.h[t]", "cache.h[t + 1]", "new state for the old at z"),
    step("dh += dh_next * z", "dh += dh_next * (1 - z)", "z for 1 - z in dh"),
    step("dh += dh_next * z", "pass", "what z keeps forgotten"),
    step("z, r, h_hat =", "r, z, h_hat =", "r before z"),
    step("cache.hu[t]", "cache.h[t]", "reset gate before the product with u"),
    step("np.multiply(dh_hat, r,", "np.multiply(dh_hat, z,", "z for r on the side of h"),
    step("1 - h_hat**2", "h_hat * (1 - h_hat)", "candidate taken for a sigmoid"),
    step("dh_next * ~cache.skip[t]", "dh_next", "mask forgotten"),
    Mutant(name, "blocks(dxw, 3)[2][...] = dh_hat", "pass", "reset gate on the side of x"),
    Mutant(name, "dxw.sum(axis=(0, 1)), db_h]", "db_h, db_h]", "one bias for both"),
    Mutant(name, "db_h]), dh[0]", "db_h]), dh[1]", "dh0 of h1"),
]

# Loops over the cells.
for kind in KINDS:
    name, carried = f"{kind}_backward_naive", "dh = dh_cell + dh * ~counts"
    MUTANTS += [
        Mutant(name, "total += part", "total[...] = part", "weights of one step only"),
        Mutant(name, "dh * counts", "dh", "mask forgotten"),
        Mutant(name, carried, "dh = dh_cell", "masked steps hand nothing on"),
        Mutant(name, carried, "dh = dh * ~counts", "not carried back through the cell"),
        Mutant(name, "dh + dout[:, t]", "dout[:, t]", "gradient of later steps lost"),
        Mutant(name, "reversed(_order(x, reverse))", "reversed(range(x.shape[1]))", "not turned"),
        Mutant(name, "reversed(_order(x, reverse))", "_order(x, reverse)", "from the start"),
    ]
name = "lstm_backward_naive"
MUTANTS += [
    Mutant(name, "dc = dc_cell + dc * ~counts", "dc = dc_cell", "masked steps hand dc not on"),
    Mutant(name, "dc * counts", "dc", "mask forgotten for c"),
    Mutant(name, "if dc_last is None", "if True", "dc_last ignored"),
    Mutant(name, "dc + counts * dh", "dc + dh", "mask forgotten in dcs"),
]

# Two layers.
name = "bidirectional_backward"
both = "tuple(gradients[:3]), tuple(gradients_back[:3])"
MUTANTS += [
    Mutant(name, "dx + dx_back", "dx", "dx of one layer only"),
    Mutant(name, "dout[..., units:]", "dout[..., :units]", "both get the first half"),
    Mutant(name, "dout[..., units:]", "dout[:, ::-1, units:]", "dout turned twice"),
    Mutant(name, both, "tuple(gradients_back[:3]), tuple(gradients[:3])", "layers exchanged"),
    Mutant(name, "dout * mask[..., None]", "dout", "mask forgotten"),
]
