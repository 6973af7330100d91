r"""The long short-term memory: a cell state c that gates open, keep and show.

.. math::
   i, f, o = \sigma(x_t w + h_{t-1} u + b) \qquad g = \tanh(x_t w + h_{t-1} u + b)

   c_t = f \odot c_{t-1} + i \odot g \qquad h_t = o \odot \tanh(c_t)

Each of i, f, g, o has its own columns of w, u and b, side by side in this order, as in Keras.
`vidlearn.scratch.recurrent_naive` has the layer as a plain loop over the cell. Here one product
serves the four gates, and the products that need no state are taken out of the loop. Lesson 09
builds both.

References
----------
Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural Computation, 1997.
Gers, Schmidhuber and Cummins, "Learning to Forget", Neural Computation, 2000 (the gate f).
"""

from typing import NamedTuple

import numpy as np

from ._checks import check_dout, check_flag, unpack
from ._recurrent import (
    batch_major,
    blocks,
    check_gradient,
    check_own,
    half_tanh,
    prepare,
    prepare_cell,
    product,
    time_major,
    weight_gradient,
)
from .activations import sigmoid_forward


class LSTMCache(NamedTuple):
    """What `lstm_backward` needs. Time first, the steps in the order of running.

    Attributes
    ----------
    x : ndarray, (T, N, D)
    w, u : ndarray
    h, c : ndarray, (T + 1, N, U)
        The states, h0 and c0 first.
    ifgo : ndarray, (T, N, 4U)
        The gates, after sigmoid and tanh.
    tanh_c : ndarray, (T, N, U)
    skip : ndarray of bool, (T, N, 1), or None
        True where the mask is False.
    reverse : bool
    cs : ndarray, (N, T, U)
        The cell states in the order of hs.
    gates : ndarray, (N, T, 4U)
        The gates i, f, g, o in the order of hs; ``np.split(gates, 4, axis=-1)`` parts them.
    """

    x: np.ndarray
    w: np.ndarray
    u: np.ndarray
    h: np.ndarray
    c: np.ndarray
    ifgo: np.ndarray
    tanh_c: np.ndarray
    skip: np.ndarray | None
    reverse: bool

    @property
    def cs(self):
        """The cell states, (N, T, U)."""
        return batch_major(self.c[1:], self.reverse)

    @property
    def gates(self):
        """The gates i, f, g, o after sigmoid and tanh, (N, T, 4U)."""
        return batch_major(self.ifgo, self.reverse)


def lstm_cell_forward(x, h, c, w, u, b):
    """Take one step: ``c_next = f * c + i * g`` and ``h_next = o * tanh(c_next)``.

    Parameters
    ----------
    x : ndarray, (N, D)
        One step of N sequences, floating point; results have its dtype.
    h, c : ndarray, (N, U)
        The state and the cell state before the step.
    w : ndarray, (D, 4U)
    u : ndarray, (U, 4U)
    b : ndarray, (4U,)
        The columns of i, f, g, o side by side.

    Returns
    -------
    (h_next, c_next) : tuple of ndarray, (N, U)
    cache : tuple
        x, h, c, w, u, (i, f, g, o) and c_next.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together.

    Examples
    --------
    With weights of zero and these biases, half of c is kept and nothing is written:

    >>> w, u, b = np.zeros((1, 4)), np.zeros((1, 4)), np.array([-99.0, 0, 0, 99])
    >>> (h_next, c_next), _ = lstm_cell_forward(np.ones((1, 1)), [[0.3]], [[2.0]], w, u, b)
    >>> c_next, h_next.round(3)  # tanh(1)
    (array([[1.]]), array([[0.762]]))
    """
    x, w, u, b, h, c = prepare_cell("LSTM", x, w, u, b, h=h, c=c)
    i, f, g, o = np.split(x @ w + h @ u + b, 4, axis=1)  # (N, U) each
    i, f, o = (sigmoid_forward(z)[0] for z in (i, f, o))
    g = np.tanh(g)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return (h_next, c_next), (x, h, c, w, u, (i, f, g, o), c_next)


def lstm_cell_backward(dh_next, dc_next, cache):
    """Return the gradients of one step.

    Parameters
    ----------
    dh_next, dc_next : ndarray, (N, U)
        Gradients of the loss with respect to h_next and c_next, from all that comes later.
    cache : tuple

    Returns
    -------
    dx, dh, dc, dw, du, db : ndarray
    """
    kinds = [np.ndarray] * 5 + [tuple, np.ndarray]
    x, h, c, w, u, (i, f, g, o), c_next = unpack(cache, "lstm_cell_forward", *kinds)
    dh_next = check_gradient("dh_next", dh_next, h.shape, x.dtype)
    dc_next = check_gradient("dc_next", dc_next, h.shape, x.dtype)
    tanh_c = np.tanh(c_next)
    dc_next = dc_next + dh_next * o * (1 - tanh_c**2)  # c_next has two ways to the loss
    di, df, dg, do = dc_next * g, dc_next * c, dc_next * i, dh_next * tanh_c
    dz = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)]
    dz = np.concatenate(dz, axis=1)  # (N, 4U)
    return dz @ w.T, dz @ u.T, dc_next * f, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def lstm_forward(x, w, u, b, *, h0=None, c0=None, mask=None, reverse=False):
    """Run the cell over sequences, every step with the states of the step before.

    Parameters
    ----------
    x : ndarray, (N, T, D)
        N sequences of T steps, floating point; results have its dtype.
    w : ndarray, (D, 4U)
    u : ndarray, (U, 4U)
    b : ndarray, (4U,)
        The columns of i, f, g, o side by side.
    h0, c0 : ndarray, (N, U), optional
        States before the first step; zeros by default.
    mask : ndarray of bool, (N, T), optional
        False where a step does not count: there the states of the step before are repeated.
    reverse : bool
        Run from the last step to the first. hs stays in the order of x.

    Returns
    -------
    hs : ndarray, (N, T, U)
        The states h. The last one is hs[:, -1], or with reverse hs[:, 0].
    cache : LSTMCache
        With ``cache.cs``, the cell states, and ``cache.gates``, for plots.

    Raises
    ------
    TypeError
        If x is not floating point, or mask not bool.
    ValueError
        If shapes do not belong together.

    Notes
    -----
    Keras's layer gives out zeros, not h0, for masked steps before the first that counts.

    Examples
    --------
    A cell that writes what it reads (i = 1), keeps it (f = 1) and shows it (o = 1) counts:

    >>> w, u, b = np.array([[0.0, 0, 9, 0]]), np.zeros((1, 4)), np.array([99.0, 99, 0, 99])
    >>> hs, cache = lstm_forward(np.array([1.0, 0, 1]).reshape(1, 3, 1), w, u, b)
    >>> cache.cs.round(3).ravel(), hs.round(3).ravel()  # tanh(1), tanh(1), tanh(2)
    (array([1., 1., 2.]), array([0.762, 0.762, 0.964]))
    """
    x, w, u, b, h0, c0, skip = prepare("LSTM", x, w, u, b, mask, reverse, h0=h0, c0=c0)
    scale, shift = half_tanh("LSTM", len(u), x.dtype)
    ifgo = product(x, w * scale)  # (T, N, 4U), not yet through tanh
    ifgo += b * scale
    h, c = (np.empty((len(x) + 1, *h0.shape), x.dtype) for _ in range(2))
    h[0], c[0], tanh_c = h0, c0, np.empty_like(h[1:])
    u_scaled, hu, written = u * scale, np.empty_like(ifgo[0]), np.empty_like(c0)
    for t, gates in enumerate(ifgo):
        gates += np.matmul(h[t], u_scaled, out=hu)
        np.tanh(gates, out=gates)
        gates *= scale
        gates += shift
        i, f, g, o = blocks(gates, 4)
        np.multiply(f, c[t], out=c[t + 1])
        c[t + 1] += np.multiply(i, g, out=written)
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=h[t + 1])
        if skip is not None:
            np.copyto(c[t + 1], c[t], where=skip[t])
            np.copyto(h[t + 1], h[t], where=skip[t])
    cache = LSTMCache(x, w, u, h, c, ifgo, tanh_c, skip, bool(reverse))
    return batch_major(h[1:], reverse).copy(), cache


def lstm_backward(dout, cache, *, dc_last=None, return_dhs=False):
    """Return the gradients of `lstm_forward`: backpropagation through time.

    Parameters
    ----------
    dout : ndarray, (N, T, U)
        Gradient of the loss with respect to hs.
    cache : LSTMCache
    dc_last : ndarray, (N, U), optional
        Gradient with respect to the last cell state, where something reads it; zeros by default.
    return_dhs : bool
        Return dhs and dcs too: the whole gradients of every h and c, from all that comes later.

    Returns
    -------
    dx : ndarray, (N, T, D)
    dw, du, db : ndarray
        Summed over the steps, which share the weights.
    dh0, dc0 : ndarray, (N, U)
    dhs, dcs : ndarray, (N, T, U)
        With return_dhs only.
    """
    check_own(cache, LSTMCache)
    x, u, skip = cache.x, cache.u, cache.skip
    steps, batch, units = cache.tanh_c.shape
    dout = check_dout(dout, (batch, steps, units), x.dtype)
    dh, dc = (np.zeros((steps + 1, batch, units), x.dtype) for _ in range(2))
    dh[1:] = time_major(dout, cache.reverse)  # dh[t] belongs to h[t], dc[t] to c[t]
    if dc_last is not None:
        dc[-1] = check_gradient("dc_last", dc_last, (batch, units), x.dtype)
    dz = np.empty_like(cache.ifgo)
    for t in reversed(range(steps)):
        _step_back(cache, t, dh[t + 1], dc[t + 1], dc[t], dz[t])
        dh[t] += dz[t] @ u.T
        if skip is not None:
            np.copyto(dc[t], dc[t + 1], where=skip[t])
            dh[t] += dh[t + 1] * skip[t]
    dx = batch_major(product(dz, cache.w.T), cache.reverse)
    dw, du = weight_gradient(x, dz), weight_gradient(cache.h[:-1], dz)
    gradients = dx, dw, du, dz.sum(axis=(0, 1)), dh[0], dc[0]
    states = (batch_major(d[1:], cache.reverse) for d in (dh, dc))
    return (*gradients, *states) if check_flag("return_dhs", return_dhs) else gradients


def _step_back(cache, t, dh_next, dc_next, dc, dz):
    """Add to dc_next what comes through h_next; write dc, and dz (N, 4U) of i, f, g, o."""
    i, f, g, o = blocks(cache.ifgo[t], 4)
    di, df, dg, do = blocks(dz, 4)
    tanh_c = cache.tanh_c[t]
    through_h = dh_next * o * (1 - tanh_c**2)
    if cache.skip is not None:
        through_h[cache.skip[t, :, 0]] = 0
    dc_next += through_h
    np.multiply(dc_next * g, i * (1 - i), out=di)
    np.multiply(dc_next * cache.c[t], f * (1 - f), out=df)
    np.multiply(dc_next * i, 1 - g**2, out=dg)
    np.multiply(dh_next * tanh_c, o * (1 - o), out=do)
    np.multiply(dc_next, f, out=dc)
    if cache.skip is not None:
        dz[cache.skip[t, :, 0]] = 0
