r"""The simple recurrent network: one state that is read and written at every step.

.. math:: h_t = \tanh(x_t w + h_{t-1} u + b)

`vidlearn.scratch.recurrent_naive` has the layer as a plain loop over the cell. Here the products
that need no state are taken out of the loop. Lesson 08 builds both.

References
----------
Elman, "Finding Structure in Time", Cognitive Science, 1990.
"""

from typing import NamedTuple

import numpy as np

from ._checks import check_dout, check_flag, unpack
from ._recurrent import (
    batch_major,
    check_gradient,
    check_own,
    prepare,
    prepare_cell,
    product,
    time_major,
    weight_gradient,
)


class RNNCache(NamedTuple):
    """What `rnn_backward` needs. Time first, the steps in the order of running.

    Attributes
    ----------
    x : ndarray, (T, N, D)
    w, u : ndarray
    h : ndarray, (T + 1, N, U)
        The states, h0 first.
    skip : ndarray of bool, (T, N, 1), or None
        True where the mask is False.
    reverse : bool
    """

    x: np.ndarray
    w: np.ndarray
    u: np.ndarray
    h: np.ndarray
    skip: np.ndarray | None
    reverse: bool


def rnn_cell_forward(x, h, w, u, b):
    """Take one step: ``h_next = tanh(x @ w + h @ u + b)``.

    Parameters
    ----------
    x : ndarray, (N, D)
        One step of N sequences, floating point; results have its dtype.
    h : ndarray, (N, U)
        The state before the step.
    w : ndarray, (D, U)
    u : ndarray, (U, U)
    b : ndarray, (U,)

    Returns
    -------
    h_next : ndarray, (N, U)
    cache : tuple
        x, h, w, u and h_next.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together.

    Examples
    --------
    >>> x, h = np.array([[1.0]]), np.array([[0.5]])
    >>> h_next, _ = rnn_cell_forward(x, h, np.array([[2.0]]), np.array([[-4.0]]), np.array([0.5]))
    >>> h_next.round(3)  # tanh(2 - 2 + 0.5)
    array([[0.462]])
    """
    x, w, u, b, h = prepare_cell("RNN", x, w, u, b, h=h)
    h_next = np.tanh(x @ w + h @ u + b)
    return h_next, (x, h, w, u, h_next)


def rnn_cell_backward(dh_next, cache):
    """Return the gradients of one step, with ``dz = dh_next * (1 - h_next**2)``.

    Parameters
    ----------
    dh_next : ndarray, (N, U)
        Gradient of the loss with respect to h_next: from the output and from all later steps.
    cache : tuple

    Returns
    -------
    dx, dh, dw, du, db : ndarray
    """
    x, h, w, u, h_next = unpack(cache, "rnn_cell_forward", *[np.ndarray] * 5)
    dh_next = check_gradient("dh_next", dh_next, h.shape, x.dtype)
    dz = dh_next * (1 - h_next**2)  # (N, U), z is what tanh took
    return dz @ w.T, dz @ u.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


def rnn_forward(x, w, u, b, *, h0=None, mask=None, reverse=False):
    """Run the cell over sequences, every step with the state of the step before.

    Parameters
    ----------
    x : ndarray, (N, T, D)
        N sequences of T steps, floating point; results have its dtype.
    w : ndarray, (D, U)
    u : ndarray, (U, U)
    b : ndarray, (U,)
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
    cache : RNNCache

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
    >>> x = np.array([0.5, 0, 0]).reshape(1, 3, 1)
    >>> hs, _ = rnn_forward(x, np.array([[1.0]]), np.array([[2.0]]), np.zeros(1))
    >>> hs[0, :, 0].round(3)  # tanh(0.5), tanh(2 * 0.462), tanh(2 * 0.728)
    array([0.462, 0.728, 0.897])
    """
    x, w, u, b, h0, skip = prepare("RNN", x, w, u, b, mask, reverse, h0=h0)
    h = np.empty((len(x) + 1, *h0.shape), x.dtype)  # (T + 1, N, U)
    h[0] = h0
    product(x, w, out=h[1:])
    h[1:] += b
    hu = np.empty_like(h0)
    for t, state in enumerate(h[1:]):
        state += np.matmul(h[t], u, out=hu)
        np.tanh(state, out=state)
        if skip is not None:
            np.copyto(state, h[t], where=skip[t])
    return batch_major(h[1:], reverse).copy(), RNNCache(x, w, u, h, skip, bool(reverse))


def rnn_backward(dout, cache, *, return_dhs=False):
    """Return the gradients of `rnn_forward`: backpropagation through time.

    Parameters
    ----------
    dout : ndarray, (N, T, U)
        Gradient of the loss with respect to hs.
    cache : RNNCache
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
    x, w, u, h, skip, reverse = check_own(cache, RNNCache)
    steps, batch, units = h[1:].shape
    dout = check_dout(dout, (batch, steps, units), x.dtype)
    dh = np.zeros((steps + 1, batch, units), x.dtype)  # dh[t] belongs to h[t]
    dh[1:] = time_major(dout, reverse)
    dz = 1 - h[1:] ** 2
    if skip is not None:
        dz[skip[..., 0]] = 0
    for t in reversed(range(steps)):
        dz[t] *= dh[t + 1]
        dh[t] += dz[t] @ u.T
        if skip is not None:
            dh[t] += dh[t + 1] * skip[t]
    dx = batch_major(product(dz, w.T), reverse)
    dw, du = weight_gradient(x, dz), weight_gradient(h[:-1], dz)
    gradients = dx, dw, du, dz.sum(axis=(0, 1)), dh[0]
    return (
        (*gradients, batch_major(dh[1:], reverse))
        if check_flag("return_dhs", return_dhs)
        else gradients
    )
