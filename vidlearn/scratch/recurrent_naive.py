"""Recurrent layers as they are told: one step after another, each a call of the cell.

These loops are for reading, and they are the measure of the fast forms in `vidlearn.scratch.rnn`,
`vidlearn.scratch.lstm` and `vidlearn.scratch.gru`, with which they share signature and results.
Backpropagation through time is the same loop from the end: every step gets the gradient of its
output and the one that the step after it hands back, and all steps add to dw, du and db.
Lessons 08 and 09 write them step by step.
"""

import numpy as np

from ._checks import check_dout, check_flag, unpack
from ._recurrent import (
    blank,
    check_gradient,
    check_mask,
    check_sequence,
    check_state,
    check_weights,
)
from .gru import gru_cell_backward, gru_cell_forward
from .lstm import lstm_cell_backward, lstm_cell_forward
from .rnn import rnn_cell_backward, rnn_cell_forward


def rnn_forward_naive(x, w, u, b, *, h0=None, mask=None, reverse=False):
    """Run the cell over sequences: ``h = tanh(x[:, t] @ w + h @ u + b)``, step after step.

    Parameters and results are those of `vidlearn.scratch.rnn_forward`; the cache is another.

    Examples
    --------
    >>> x = np.array([0.5, 0, 0]).reshape(1, 3, 1)
    >>> hs, _ = rnn_forward_naive(x, np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    >>> hs[0, :, 0].round(3)  # tanh(0.5), tanh(2 * 0.462), tanh(2 * 0.728)
    array([0.462, 0.728, 0.897])
    """
    x, w, u, b, h, mask = _prepare("RNN", x, w, u, b, h0, mask)
    hs = np.zeros((*x.shape[:2], len(u)), x.dtype)  # (N, T, U)
    cells = {}
    for t in _order(x, reverse):
        h_next, cells[t] = rnn_cell_forward(x[:, t], h, w, u, b)
        h = hs[:, t] = np.where(mask[:, t, None], h_next, h)
    return hs, (x, w, u, b, mask, bool(reverse), cells)


def rnn_backward_naive(dout, cache, *, return_dhs=False):
    """Go back through the steps, and add up what each gives to dw, du and db.

    Parameters and results are those of `vidlearn.scratch.rnn_backward`.
    """
    x, w, u, b, mask, reverse, cells = _unpack(cache)
    dout = check_dout(dout, (*x.shape[:2], len(u)), x.dtype)
    dx, dw, du, db, dhs = (np.zeros_like(a) for a in (x, w, u, b, dout))
    dh = np.zeros((len(x), len(u)), x.dtype)
    for t in reversed(_order(x, reverse)):
        counts = mask[:, t, None]  # (N, 1)
        dh = dhs[:, t] = dh + dout[:, t]
        dx[:, t], dh_cell, *dweights = rnn_cell_backward(dh * counts, cells[t])
        dh = dh_cell + dh * ~counts  # a masked step hands on what it got
        for total, part in zip((dw, du, db), dweights, strict=True):
            total += part
    return (dx, dw, du, db, dh, dhs) if return_dhs else (dx, dw, du, db, dh)


def lstm_forward_naive(x, w, u, b, *, h0=None, c0=None, mask=None, reverse=False):
    """Run the cell over sequences: ``c = f * c + i * g`` and ``h = o * tanh(c)``, step after step.

    Parameters and results are those of `vidlearn.scratch.lstm_forward`; the cache is another.
    """
    x, w, u, b, h, mask = _prepare("LSTM", x, w, u, b, h0, mask)
    c = check_state("c0", c0, *h.shape, x.dtype)
    hs = np.zeros((*x.shape[:2], len(u)), x.dtype)  # (N, T, U)
    cells = {}
    for t in _order(x, reverse):
        (h_next, c_next), cells[t] = lstm_cell_forward(x[:, t], h, c, w, u, b)
        h = hs[:, t] = np.where(mask[:, t, None], h_next, h)
        c = np.where(mask[:, t, None], c_next, c)
    return hs, (x, w, u, b, mask, bool(reverse), cells)


def lstm_backward_naive(dout, cache, *, dc_last=None, return_dhs=False):
    """Go back through the steps, and add up what each gives to dw, du and db.

    Parameters and results are those of `vidlearn.scratch.lstm_backward`.
    """
    x, w, u, b, mask, reverse, cells = _unpack(cache)
    dout = check_dout(dout, (*x.shape[:2], len(u)), x.dtype)
    dx, dw, du, db, dhs, dcs = (np.zeros_like(a) for a in (x, w, u, b, dout, dout))
    dh = np.zeros((len(x), len(u)), x.dtype)
    dc = dh if dc_last is None else check_gradient("dc_last", dc_last, dh.shape, x.dtype)
    for t in reversed(_order(x, reverse)):
        counts = mask[:, t, None]  # (N, 1)
        dh = dhs[:, t] = dh + dout[:, t]
        (_, _, _, o), c = cells[t][-2:]
        dcs[:, t] = dc + counts * dh * o * (1 - np.tanh(c) ** 2)  # c feeds the next c, and h
        dx[:, t], dh_cell, dc_cell, *dweights = lstm_cell_backward(
            dh * counts, dc * counts, cells[t]
        )
        dh = dh_cell + dh * ~counts  # a masked step hands on what it got
        dc = dc_cell + dc * ~counts
        for total, part in zip((dw, du, db), dweights, strict=True):
            total += part
    gradients = dx, dw, du, db, dh, dc
    return (*gradients, dhs, dcs) if return_dhs else gradients


def gru_forward_naive(x, w, u, b, *, h0=None, mask=None, reverse=False):
    """Run the cell over sequences: ``h = z * h + (1 - z) * h_hat``, step after step.

    Parameters and results are those of `vidlearn.scratch.gru_forward`; the cache is another.
    """
    x, w, u, b, h, mask = _prepare("GRU", x, w, u, b, h0, mask)
    hs = np.zeros((*x.shape[:2], len(u)), x.dtype)  # (N, T, U)
    cells = {}
    for t in _order(x, reverse):
        h_next, cells[t] = gru_cell_forward(x[:, t], h, w, u, b)
        h = hs[:, t] = np.where(mask[:, t, None], h_next, h)
    return hs, (x, w, u, b, mask, bool(reverse), cells)


def gru_backward_naive(dout, cache, *, return_dhs=False):
    """Go back through the steps, and add up what each gives to dw, du and db.

    Parameters and results are those of `vidlearn.scratch.gru_backward`.
    """
    x, w, u, b, mask, reverse, cells = _unpack(cache)
    dout = check_dout(dout, (*x.shape[:2], len(u)), x.dtype)
    dx, dw, du, db, dhs = (np.zeros_like(a) for a in (x, w, u, b, dout))
    dh = np.zeros((len(x), len(u)), x.dtype)
    for t in reversed(_order(x, reverse)):
        counts = mask[:, t, None]  # (N, 1)
        dh = dhs[:, t] = dh + dout[:, t]
        dx[:, t], dh_cell, *dweights = gru_cell_backward(dh * counts, cells[t])
        dh = dh_cell + dh * ~counts  # a masked step hands on what it got
        for total, part in zip((dw, du, db), dweights, strict=True):
            total += part
    return (dx, dw, du, db, dh, dhs) if return_dhs else (dx, dw, du, db, dh)


def _prepare(kind, x, w, u, b, h0, mask):
    """Check the arguments; return the first state for h0, and a mask of True for None."""
    x = check_sequence(x)
    w, u, b = check_weights(kind, x, w, u, b)
    h = check_state("h0", h0, len(x), len(u), x.dtype)
    mask = np.ones(x.shape[:2], bool) if mask is None else check_mask(mask, x.shape[:2])
    return blank(x, mask), w, u, b, h, mask


def _unpack(cache):
    return unpack(cache, "the naive forward pass", *[np.ndarray] * 5, bool, dict)


def _order(x, reverse):
    """Return the steps in the order of running."""
    return range(x.shape[1])[:: -1 if check_flag("reverse", reverse) else 1]
