"""Layers over time: recurrent ones, and the mask that tells them which steps count."""

from math import isnan

import numpy as np

from ._checks import check_flag, check_number
from ._initial import glorot_uniform, orthogonal
from ._recurrent import blank
from .bidirectional import bidirectional_backward, bidirectional_forward
from .gru import gru_backward, gru_forward
from .layer import Layer, check_count
from .lstm import lstm_backward, lstm_forward
from .rnn import rnn_backward, rnn_forward

RECURRENT = {
    "rnn": (rnn_forward, rnn_backward, 1),  # the number of gates
    "lstm": (lstm_forward, lstm_backward, 4),
    "gru": (gru_forward, gru_backward, 3),
}


class Masking(Layer):
    """Tell the layers after it to leave out the steps where every feature is mask_value.

    Those steps go on as zeros.

    Parameters
    ----------
    mask_value : float
        NaN is possible too, which Keras never finds: so are missing detections often written.
    """

    takes_mask = True

    def __init__(self, mask_value=0.0):
        super().__init__()
        self.mask_value = check_number("mask_value", mask_value, "be a number", lambda v: True)

    def forward(self, x, *, training=False, rng=None, mask=None):
        keep = self.next_mask(x, mask)
        return blank(x, keep), keep[..., None]

    def backward(self, dout, cache):
        keep = cache
        return dout * keep, {}

    def next_mask(self, x, mask):
        differs = x == x if isnan(self.mask_value) else x != self.mask_value
        return np.any(differs, axis=-1)


class _Recurrent(Layer):
    """What `SimpleRNN`, `LSTM` and `GRU` share: all but the cell."""

    takes_mask = True

    def __init__(self, units, *, return_sequences=False):
        super().__init__()
        self.units = check_count("units", units)
        self.return_sequences = check_flag("return_sequences", return_sequences)

    def build(self, input_shape, rng, dtype):
        if len(input_shape) != 2:
            raise ValueError(
                f"x must have axes (N, T, D); received {len(input_shape) + 1} axes. "
                "A recurrent layer before this one needs return_sequences=True."
            )
        _, _, gates = RECURRENT[self.cell]
        columns = gates * self.units
        b = np.zeros((2, columns) if self.cell == "gru" else columns, dtype)
        if self.cell == "lstm":
            b[self.units : 2 * self.units] = 1  # f begins by remembering
        w = glorot_uniform((input_shape[-1], columns), rng, dtype)
        self.params = {"w": w, "u": orthogonal((self.units, columns), rng, dtype), "b": b}

    def forward(self, x, *, training=False, rng=None, mask=None):
        run, _, _ = RECURRENT[self.cell]
        hs, cache = run(x, self.params["w"], self.params["u"], self.params["b"], mask=mask)
        return (hs if self.return_sequences else hs[:, -1]), (hs.shape, cache)

    def backward(self, dout, cache):
        _, run_backward, _ = RECURRENT[self.cell]
        shape, cache = cache
        if not self.return_sequences:
            dlast, dout = dout, np.zeros(shape, dout.dtype)
            dout[:, -1] = dlast
        dx, dw, du, db, *_ = run_backward(dout, cache)
        return dx, {"w": dw, "u": du, "b": db}

    def next_mask(self, x, mask):
        return mask if self.return_sequences else None


class SimpleRNN(_Recurrent):
    """One state, read and written at every step; see `vidlearn.scratch.rnn_forward`.

    Parameters
    ----------
    units : int
        Entries of the state.
    return_sequences : bool
        Give out the state of every step (N, T, U), not only the last one (N, U).
    """

    cell = "rnn"


class LSTM(_Recurrent):
    """A state, and a memory behind gates; see `vidlearn.scratch.lstm_forward`.

    Parameters
    ----------
    units : int
        Entries of the state.
    return_sequences : bool
        Give out the state of every step (N, T, U), not only the last one (N, U).
    """

    cell = "lstm"


class GRU(_Recurrent):
    """A state that gates keep or renew; see `vidlearn.scratch.gru_forward`.

    Parameters
    ----------
    units : int
        Entries of the state.
    return_sequences : bool
        Give out the state of every step (N, T, U), not only the last one (N, U).
    """

    cell = "gru"


class Bidirectional(Layer):
    """A recurrent layer twice, with weights of its own each way: from the start and from the end.

    The outputs stand side by side, (N, T, 2U) or (N, 2U).

    Parameters
    ----------
    layer : SimpleRNN, LSTM or GRU
        Its kind, units and return_sequences are taken.
    """

    takes_mask = True

    def __init__(self, layer):
        super().__init__()
        if not isinstance(layer, _Recurrent):
            raise TypeError(f"layer must be a SimpleRNN, LSTM or GRU; received {layer!r}.")
        self.layer = type(layer)(layer.units, return_sequences=layer.return_sequences)

    def build(self, input_shape, rng, dtype):
        for way in ("forward", "backward"):
            self.layer.build(input_shape, rng, dtype)
            self.params |= {f"{way}_{name}": p for name, p in self.layer.params.items()}
        self.layer.params = {}

    def forward(self, x, *, training=False, rng=None, mask=None):
        weights, weights_back = self._weights()
        if self.layer.return_sequences:
            cell = self.layer.cell
            return bidirectional_forward(x, weights, weights_back, cell=cell, mask=mask)
        run, _, _ = RECURRENT[self.layer.cell]
        hs, cache = run(x, *weights, mask=mask)
        hs_back, cache_back = run(x, *weights_back, mask=mask, reverse=True)
        last = np.concatenate([hs[:, -1], hs_back[:, 0]], axis=-1)  # (N, 2U)
        return last, (hs.shape, cache, cache_back)

    def backward(self, dout, cache):
        if self.layer.return_sequences:
            dx, grads, grads_back = bidirectional_backward(dout, cache)
        else:
            _, run_backward, _ = RECURRENT[self.layer.cell]
            shape, cache, cache_back = cache
            dhs, dhs_back = np.zeros((2, *shape), dout.dtype)
            dhs[:, -1], dhs_back[:, 0] = np.split(dout, 2, axis=-1)
            dx, *grads = run_backward(dhs, cache)
            dx_back, *grads_back = run_backward(dhs_back, cache_back)
            dx += dx_back
        return dx, dict(zip(self.params, (*grads[:3], *grads_back[:3]), strict=True))

    def next_mask(self, x, mask):
        return self.layer.next_mask(x, mask)

    def _weights(self):
        weights = tuple(self.params.values())
        return weights[:3], weights[3:]
