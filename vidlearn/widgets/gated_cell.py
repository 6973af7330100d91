"""One unit of an LSTM or a GRU, with every gate at every step in sight."""

import numpy as np
from traitlets import Dict, List

from vidlearn.scratch.gru import gru_cell_forward
from vidlearn.scratch.lstm import lstm_cell_forward

from .base import Interactive
from .poster import Sheet
from .traits import Choice, Grid

MOST_STEPS = 16
MOST_INPUTS = 4


class GatedCell(Interactive):
    """Follow one unit of an LSTM or a GRU through a sequence that can be changed.

    For the chosen step the cell is drawn with all its numbers and each gate's sum is written out;
    below stand inputs, gates and states of all steps. Sliders change the inputs of the step and
    the gates' biases. The numbers are those of `vidlearn.scratch.lstm_forward` and
    `vidlearn.scratch.gru_forward`.

    Parameters
    ----------
    x : array_like, (T, D)
        The sequence, at most 16 steps of at most 4 inputs.
    inputs : dict of str to (float, float)
        The name of each of the D inputs and the ends of its slider.
    lstm : (array_like, array_like, array_like)
        w (D, 4), u (1, 4) and b (4,), the columns of i, f, g, o.
    gru : (array_like, array_like, array_like)
        w (D, 3), u (1, 3) and b (2, 3), the columns of z, r, h_hat.
    presets : dict of str to array_like, optional
        Other sequences to choose from, (T, D) as x.
    kind : {"lstm", "gru"}
        Which of the two is shown first.

    Attributes
    ----------
    x : list of lists
        The sequence as the reader has changed it.
    kind : str
        Which of the two is shown now.

    Raises
    ------
    ValueError
        If shapes do not belong together, an input lies outside its slider, or a sequence is too
        long to be shown.

    Examples
    --------
    >>> lstm = np.ones((1, 4)), np.zeros((1, 4)), np.zeros(4)
    >>> gru = np.ones((1, 3)), np.zeros((1, 3)), np.zeros((2, 3))
    >>> GatedCell([[1], [0]], {"value": (-1, 1)}, lstm=lstm, gru=gru)
    GatedCell(lstm, 2 steps of 1 input)

    Lesson 09 uses it.
    """

    x = Grid(MOST_STEPS).tag(sync=True)
    inputs = List(help="For each input its name and the ends of its slider").tag(sync=True)
    weights = Dict(help="For each kind w, u and b as nested lists").tag(sync=True)
    presets = List(help="Pairs of a name and a sequence").tag(sync=True)
    kind = Choice("lstm", "gru").tag(sync=True)

    def __init__(self, x, inputs, *, lstm, gru, presets=None, kind="lstm"):
        ranges = [[str(name), float(low), float(high)] for name, (low, high) in inputs.items()]
        if not 1 <= len(ranges) <= MOST_INPUTS or any(low >= high for _, low, high in ranges):
            raise ValueError(
                f"inputs must name 1 to {MOST_INPUTS} inputs, each with a low and a higher end. "
                f'Received: {inputs!r}. Write for example {{"value": (-1, 1)}}.'
            )
        weights = {"lstm": _weights("lstm", lstm, ranges), "gru": _weights("gru", gru, ranges)}
        sequences = [
            [str(name), _sequence(name, one, ranges)] for name, one in (presets or {}).items()
        ]
        x = _sequence("x", x, ranges)
        for name, sequence in sequences:
            if len(sequence) != len(x):
                raise ValueError(
                    f"presets must have as many steps as x, {len(x)}. Received for {name!r}: "
                    f"{len(sequence)}. Lengthen one with steps of zeros."
                )
        super().__init__(x=x, inputs=ranges, weights=weights, presets=sequences, kind=kind)

    def describe(self):
        steps, inputs = len(self.x), len(self.inputs)
        words = f"{steps} step{'s' * (steps != 1)} of {inputs} input{'s' * (inputs != 1)}"
        return f"{self.kind}, {words}"

    def poster(self):
        """Return inputs, gates and states at every step as one table, as SVG."""
        w, u, b = (np.array(self.weights[self.kind][name]) for name in "wub")
        h = c = np.zeros((1, 1))
        rows = []
        for x in np.array(self.x)[:, None]:
            if self.kind == "lstm":
                (h, c), cache = lstm_cell_forward(x, h, c, w, u, b)
                rows.append([*x[0], *(gate.item() for gate in cache[5]), c.item(), h.item()])
            else:
                h, cache = gru_cell_forward(x, h, w, u, b)
                rows.append([*x[0], *(gate.item() for gate in cache[4]), h.item()])
        sheet = Sheet()
        letters = "i f g o c h" if self.kind == "lstm" else "z r ĥ h"
        for k, name in enumerate([*(name for name, _, _ in self.inputs), *letters.split()]):
            sheet.text(82, 48 + 26 * k, name, anchor="end", bold=True)
        end = sheet.table(90, 8, np.transpose(rows), caption=self.kind.upper(), cell=(44, 26))
        return "image/svg+xml", sheet.svg(end + 10, 26 * len(rows[0]) + 42)


def _sequence(name, x, ranges):
    """Return a sequence (T, D) as nested lists, when it fits the inputs and their sliders."""
    x = np.asarray(x, float)
    if x.ndim != 2 or not 1 <= len(x) <= MOST_STEPS or x.shape[1] != len(ranges):
        raise ValueError(
            f"{name} must be a sequence (T, D) of 1 to {MOST_STEPS} steps of the {len(ranges)} "
            f"inputs. Received shape {x.shape}."
        )
    for (label, low, high), column in zip(ranges, x.T, strict=True):
        if not ((low <= column) & (column <= high)).all():
            raise ValueError(
                f"{name} must keep the input {label!r} between {low:g} and {high:g}, the ends of "
                f"its slider. Received values from {column.min():g} to {column.max():g}."
            )
    return x.tolist()


def _weights(kind, weights, ranges):
    """Return w, u, b of a unit as nested lists, when the library's cell takes them."""
    w, u, b = (np.asarray(a, float) for a in weights)
    x, state = np.zeros((1, len(ranges))), np.zeros((1, 1))
    try:
        if kind == "lstm":
            lstm_cell_forward(x, state, state, w, u, b)
        else:
            gru_cell_forward(x, state, w, u, b)
    except ValueError as error:
        raise ValueError(f"{kind} must be the weights w, u, b of one unit: {error}") from None
    return {"w": w.tolist(), "u": u.tolist(), "b": b.tolist()}
