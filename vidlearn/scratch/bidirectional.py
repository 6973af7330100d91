"""Two recurrent layers over the same sequence, one from each end.

At every step the first knows what came before, the second what comes after.

References
----------
Schuster and Paliwal, "Bidirectional Recurrent Neural Networks", IEEE Transactions on Signal
Processing, 1997.
"""

import numpy as np

from ._checks import check_dout, check_known, unpack
from ._recurrent import check_mask, check_sequence
from .gru import gru_backward, gru_forward
from .lstm import lstm_backward, lstm_forward
from .rnn import rnn_backward, rnn_forward

CELLS = {
    "rnn": (rnn_forward, rnn_backward),
    "lstm": (lstm_forward, lstm_backward),
    "gru": (gru_forward, gru_backward),
}


def bidirectional_forward(x, weights, weights_back, *, cell="lstm", mask=None):
    """Run one layer forwards and one backwards, and put their states side by side.

    Parameters
    ----------
    x : ndarray, (N, T, D)
        N sequences of T steps, floating point; results have its dtype.
    weights, weights_back : (w, u, b)
        Of the layer that runs forwards and of the one that runs backwards, as `rnn_forward`,
        `lstm_forward` or `gru_forward` take them.
    cell : "rnn", "lstm" or "gru"
    mask : ndarray of bool, (N, T), optional
        False where a step does not count. There out is zero, and the states go on beyond it.

    Returns
    -------
    out : ndarray, (N, T, 2U)
        At each step the state of the layer that comes from the start, then of that from the end.
    cache : tuple

    Raises
    ------
    TypeError
        If x is not floating point, or mask not bool.
    ValueError
        If shapes do not belong together, or cell is none of the three.

    Notes
    -----
    Masked steps give zeros as in Keras with return_sequences. Where only the last states are
    wanted, call the layer twice, the second time with reverse=True, and join hs[:, -1] of the
    first with hs[:, 0] of the second.

    Examples
    --------
    >>> x = np.array([1.0, 0, 0]).reshape(1, 3, 1)
    >>> weights = np.array([[1.0]]), np.array([[1.0]]), np.zeros(1)
    >>> out, _ = bidirectional_forward(x, weights, weights, cell="rnn")
    >>> out[0].round(3)  # the layer from the end meets the 1 last
    array([[0.762, 0.762],
           [0.642, 0.   ],
           [0.566, 0.   ]])
    """
    check_known("cell", cell, CELLS)
    for name, triple in (("weights", weights), ("weights_back", weights_back)):
        if not isinstance(triple, tuple | list) or len(triple) != 3:
            raise ValueError(
                f"{name} must be the three arrays (w, u, b) of one layer; "
                f"received {_describe(triple)}."
            )
    if mask is not None:
        mask = check_mask(mask, check_sequence(x).shape[:2]).copy()
    forward, _ = CELLS[cell]
    there, cache = forward(x, *weights, mask=mask)
    back, cache_back = forward(x, *weights_back, mask=mask, reverse=True)
    out = np.concatenate([there, back], axis=-1)  # (N, T, 2U)
    if mask is not None:
        out *= mask[..., None]
    return out, (cell, mask, there.shape[-1], out.shape, cache, cache_back)


def bidirectional_backward(dout, cache):
    """Return the gradients of `bidirectional_forward`; both layers give to dx.

    Parameters
    ----------
    dout : ndarray, (N, T, 2U)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, D)
    (dw, du, db) : tuple of ndarray
        Of the layer that runs forwards.
    (dw, du, db) : tuple of ndarray
        Of the layer that runs backwards.
    """
    kinds = str, object, int, tuple, tuple, tuple
    cell, mask, units, shape, *caches = unpack(cache, "bidirectional_forward", *kinds)
    cache_there, cache_back = caches
    dout = check_dout(dout, shape, cache_there.x.dtype)
    if mask is not None:
        dout = dout * mask[..., None]
    _, backward = CELLS[cell]
    dx, *gradients = backward(dout[..., :units], cache_there)
    dx_back, *gradients_back = backward(dout[..., units:], cache_back)
    return dx + dx_back, tuple(gradients[:3]), tuple(gradients_back[:3])


def _describe(triple):
    if isinstance(triple, tuple | list):
        return f"{len(triple)} of them"
    return f"an array of shape {triple.shape}" if hasattr(triple, "shape") else repr(triple)
