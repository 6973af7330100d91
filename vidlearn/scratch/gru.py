r"""The gated recurrent unit, in the reset_after form of Keras.

.. math::
   z, r = \sigma(x_t w + b_0 + h_{t-1} u + b_1) \qquad
   \hat h = \tanh(x_t w + b_0 + r \odot (h_{t-1} u + b_1))

   h_t = z \odot h_{t-1} + (1 - z) \odot \hat h

The update gate z keeps, the reset gate r forgets on the way to the candidate. Each of z, r and
h_hat has its own columns of w, u and b, side by side in this order. `vidlearn.scratch.
recurrent_naive` has the layer as a plain loop over the cell. Lesson 09 builds both.

Notes
-----
In the paper r meets h before the product with u, ``(r * h) @ u``; there too z keeps the old state.
(Chung et al., 2014, turn it round: their z takes the new one.) The form here has one product with
h for all three, and a bias of its own for it.

References
----------
Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
Translation", EMNLP 2014.
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


class GRUCache(NamedTuple):
    """What `gru_backward` needs. Time first, the steps in the order of running.

    Attributes
    ----------
    x : ndarray, (T, N, D)
    w, u : ndarray
    h : ndarray, (T + 1, N, U)
        The states, h0 first.
    zrh : ndarray, (T, N, 3U)
        The gates z and r and the candidate h_hat, after sigmoid and tanh.
    hu : ndarray, (T, N, U)
        ``h @ u + b[1]`` of the candidate, that r multiplies.
    skip : ndarray of bool, (T, N, 1), or None
        True where the mask is False.
    reverse : bool
    gates : ndarray, (N, T, 3U)
        z, r and h_hat in the order of hs; ``np.split(gates, 3, axis=-1)`` parts them.
    """

    x: np.ndarray
    w: np.ndarray
    u: np.ndarray
    h: np.ndarray
    zrh: np.ndarray
    hu: np.ndarray
    skip: np.ndarray | None
    reverse: bool

    @property
    def gates(self):
        """The gates z and r and the candidate h_hat after sigmoid and tanh, (N, T, 3U)."""
        return batch_major(self.zrh, self.reverse)


def gru_cell_forward(x, h, w, u, b):
    """Take one step: ``h_next = z * h + (1 - z) * h_hat``.

    Parameters
    ----------
    x : ndarray, (N, D)
        One step of N sequences, floating point; results have its dtype.
    h : ndarray, (N, U)
        The state before the step.
    w : ndarray, (D, 3U)
    u : ndarray, (U, 3U)
        The columns of z, r, h_hat side by side.
    b : ndarray, (2, 3U)
        b[0] goes with ``x @ w``, b[1] with ``h @ u``.

    Returns
    -------
    h_next : ndarray, (N, U)
    cache : tuple
        x, h, w, u, (z, r, h_hat) and hu, what r multiplies.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together.

    Examples
    --------
    With z = 0.5 the new state is half way between the old one, 0.3, and the candidate, tanh(1):

    >>> w, u, b = np.array([[0.0, 0, 1]]), np.zeros((1, 3)), np.zeros((2, 3))
    >>> h_next, _ = gru_cell_forward(np.ones((1, 1)), np.array([[0.3]]), w, u, b)
    >>> h_next.round(3)  # 0.15 + 0.762 / 2
    array([[0.531]])
    """
    x, w, u, b, h = prepare_cell("GRU", x, w, u, b, h=h)
    xz, xr, xh = np.split(x @ w + b[0], 3, axis=1)  # (N, U) each
    hz, hr, hu = np.split(h @ u + b[1], 3, axis=1)
    z, r = sigmoid_forward(xz + hz)[0], sigmoid_forward(xr + hr)[0]
    h_hat = np.tanh(xh + r * hu)
    return z * h + (1 - z) * h_hat, (x, h, w, u, (z, r, h_hat), hu)


def gru_cell_backward(dh_next, cache):
    """Return the gradients of one step.

    Parameters
    ----------
    dh_next : ndarray, (N, U)
        Gradient of the loss with respect to h_next: from the output and from all later steps.
    cache : tuple

    Returns
    -------
    dx, dh, dw, du, db : ndarray
    """
    kinds = [np.ndarray] * 4 + [tuple, np.ndarray]
    x, h, w, u, (z, r, h_hat), hu = unpack(cache, "gru_cell_forward", *kinds)
    dh_next = check_gradient("dh_next", dh_next, h.shape, x.dtype)
    dz = dh_next * (h - h_hat) * z * (1 - z)
    dh_hat = dh_next * (1 - z) * (1 - h_hat**2)
    dr = dh_hat * hu * r * (1 - r)
    dxw = np.concatenate([dz, dr, dh_hat], axis=1)  # (N, 3U), on the side of x
    dhu = np.concatenate([dz, dr, dh_hat * r], axis=1)  # (N, 3U), on the side of h
    db = np.stack([dxw.sum(axis=0), dhu.sum(axis=0)])  # (2, 3U)
    return dxw @ w.T, dhu @ u.T + dh_next * z, x.T @ dxw, h.T @ dhu, db


def gru_forward(x, w, u, b, *, h0=None, mask=None, reverse=False):
    """Run the cell over sequences, every step with the state of the step before.

    Parameters
    ----------
    x : ndarray, (N, T, D)
        N sequences of T steps, floating point; results have its dtype.
    w : ndarray, (D, 3U)
    u : ndarray, (U, 3U)
        The columns of z, r, h_hat side by side.
    b : ndarray, (2, 3U)
        b[0] goes with ``x @ w``, b[1] with ``h @ u``.
    h0 : ndarray, (N, U), optional
        State before the first step; zeros by default.
    mask : ndarray of bool, (N, T), optional
        False where a step does not count: there the state of the step before is repeated.
    reverse : bool
        Run from the last step to the first. hs stays in the order of x.

    Returns
    -------
    hs : ndarray, (N, T, U)
        The states. The last one is hs[:, -1], or with reverse hs[:, 0].
    cache : GRUCache
        With ``cache.gates`` for plots.

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
    >>> w, u, b = np.array([[0.0, 0, 1]]), np.zeros((1, 3)), np.zeros((2, 3))
    >>> hs, _ = gru_forward(np.array([1.0, 0, 0]).reshape(1, 3, 1), w, u, b)
    >>> hs.round(3).ravel()  # tanh(1) / 2, and a half of it, and of that
    array([0.381, 0.19 , 0.095])
    """
    x, w, u, b, h0, skip = prepare("GRU", x, w, u, b, mask, reverse, h0=h0)
    scale, shift = half_tanh("GRU", len(u), x.dtype)
    zrh = product(x, w * scale)  # (T, N, 3U), not yet through tanh
    zrh += b[0] * scale
    h, hu = np.empty((len(x) + 1, *h0.shape), x.dtype), np.empty((len(x), *h0.shape), x.dtype)
    h[0], u_scaled, b_scaled, zr = h0, u * scale, b[1] * scale, slice(2 * len(u))
    of_h = np.empty_like(zrh[0])  # (N, 3U)
    for t, gates in enumerate(zrh):
        np.matmul(h[t], u_scaled, out=of_h)
        of_h += b_scaled
        hu[t] = blocks(of_h, 3)[2]
        z, r, h_hat = blocks(gates, 3)
        gates[:, zr] += of_h[:, zr]
        np.tanh(gates[:, zr], out=gates[:, zr])
        gates[:, zr] *= scale[zr]
        gates[:, zr] += shift[zr]
        h_hat += r * hu[t]
        np.tanh(h_hat, out=h_hat)
        np.subtract(h[t], h_hat, out=h[t + 1])
        h[t + 1] *= z
        h[t + 1] += h_hat  # z * h + (1 - z) * h_hat with one product less
        if skip is not None:
            np.copyto(h[t + 1], h[t], where=skip[t])
    cache = GRUCache(x, w, u, h, zrh, hu, skip, bool(reverse))
    return batch_major(h[1:], reverse).copy(), cache


def gru_backward(dout, cache, *, return_dhs=False):
    """Return the gradients of `gru_forward`: backpropagation through time.

    Parameters
    ----------
    dout : ndarray, (N, T, U)
        Gradient of the loss with respect to hs.
    cache : GRUCache
    return_dhs : bool
        Return dhs too: the whole gradient of every state, from its output and all later steps.

    Returns
    -------
    dx : ndarray, (N, T, D)
    dw, du, db : ndarray
        Summed over the steps, which share the weights.
    dh0 : ndarray, (N, U)
    dhs : ndarray, (N, T, U)
        With return_dhs only.
    """
    check_own(cache, GRUCache)
    x, u, skip = cache.x, cache.u, cache.skip
    steps, batch, units = cache.hu.shape
    dout = check_dout(dout, (batch, steps, units), x.dtype)
    dh = np.zeros((steps + 1, batch, units), x.dtype)  # dh[t] belongs to h[t]
    dh[1:] = time_major(dout, cache.reverse)
    dhu, dh_hat = np.empty_like(cache.zrh), np.empty_like(cache.hu)
    for t in reversed(range(steps)):
        _step_back(cache, t, dh[t + 1], dh[t], dhu[t], dh_hat[t])
        dh[t] += dhu[t] @ u.T
        if skip is not None:
            dh[t] += dh[t + 1] * skip[t]
    du, db_h = weight_gradient(cache.h[:-1], dhu), dhu.sum(axis=(0, 1))
    dxw = dhu
    blocks(dxw, 3)[2][...] = dh_hat  # on the side of x the candidate has no r
    dx = batch_major(product(dxw, cache.w.T), cache.reverse)
    gradients = dx, weight_gradient(x, dxw), du, np.stack([dxw.sum(axis=(0, 1)), db_h]), dh[0]
    return (
        (*gradients, batch_major(dh[1:], cache.reverse))
        if check_flag("return_dhs", return_dhs)
        else gradients
    )


def _step_back(cache, t, dh_next, dh, dhu, dh_hat):
    """Add to dh what z keeps; write the gradients of h @ u (N, 3U) and of the candidate."""
    z, r, h_hat = blocks(cache.zrh[t], 3)
    dz, dr, dhu_hat = blocks(dhu, 3)
    if cache.skip is not None:
        dh_next = dh_next * ~cache.skip[t]
    dh += dh_next * z
    np.multiply(dh_next * (cache.h[t] - h_hat), z * (1 - z), out=dz)
    np.multiply(dh_next * (1 - z), 1 - h_hat**2, out=dh_hat)
    np.multiply(dh_hat, r, out=dhu_hat)
    np.multiply(dhu_hat * cache.hu[t], 1 - r, out=dr)
