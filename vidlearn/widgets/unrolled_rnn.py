"""An RNN unrolled over time, and what is left of the gradient at every step."""

import numpy as np
from traitlets import Float, List

from .base import Interactive
from .poster import BLUE, GREY, LINE, ORANGE, Sheet
from .traits import Choice, Grid, Number, Whole

LONGEST = 40
RADII = (0.3, 1.6)


class UnrolledRNN(Interactive):
    """Follow the gradient of the last state back through time, step by step.

    The state is ``h[t] = f(x[t] + radius * h[t - 1] @ u)`` with u scaled to spectral radius 1, so
    `radius` is the spectral radius of what is used; f is tanh or nothing. The loss is the sum of
    the last state's U numbers, divided by the root of U: its gradient for that state has length 1.

    Parameters
    ----------
    u : array_like, (U, U)
        Recurrent weights of any scale, U from 2 to 8.
    x : array_like, (40, U)
        What enters at every step (its product with w, and the bias), for the longest sequence.
    steps : int
        Length of the sequence, 2 to 40.
    radius : float
        Spectral radius to start with, 0.3 to 1.6.
    activation : {"tanh", "linear"}
        The function f.

    Attributes
    ----------
    steps, radius, activation
        What the reader chose last.

    Raises
    ------
    ValueError
        If the arrays do not belong together, u has no spectral radius, or an option is out of
        range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> UnrolledRNN(rng.normal(size=(4, 4)), rng.normal(size=(40, 4)), steps=10)
    UnrolledRNN(10 steps, 4 units, tanh, spectral radius 0.9)

    Lesson 08 uses it.
    """

    u = Grid(8).tag(sync=True)
    orthogonal = Grid(8).tag(sync=True)
    x = List().tag(sync=True)
    steps = Whole(2, LONGEST).tag(sync=True)
    radius = Number(*RADII).tag(sync=True)
    activation = Choice("tanh", "linear").tag(sync=True)
    stretch = Float().tag(sync=True)

    def __init__(self, u, x, *, steps=20, radius=0.9, activation="tanh"):
        u, x = np.asarray(u, float), np.asarray(x, float)
        if u.ndim != 2 or u.shape[0] != u.shape[1] or not 2 <= len(u) <= 8:
            raise ValueError(f"u must be (U, U) with U from 2 to 8. Received shape {u.shape}.")
        if x.shape != (LONGEST, len(u)) or not np.isfinite(x).all():
            raise ValueError(
                f"x must hold finite numbers for {LONGEST} steps and the {len(u)} units of u, "
                f"shape {(LONGEST, len(u))}. Received shape {x.shape}."
            )
        own = np.abs(np.linalg.eigvals(u)).max() if np.isfinite(u).all() else 0
        if not own > 1e-6:
            raise ValueError(f"u must be finite with a spectral radius above 0. Received: {own}.")
        super().__init__(
            u=u / own,
            orthogonal=np.linalg.qr(u)[0],
            x=x.tolist(),
            steps=steps,
            radius=radius,
            activation=activation,
            stretch=float(np.linalg.norm(u / own, 2)),
        )

    def describe(self):
        units = f"{self.steps} steps, {len(self.u)} units"
        return f"{units}, {self.activation}, spectral radius {self.radius:g}"

    def poster(self):
        """Return the length of the gradient at every step as bars on a log scale, as SVG."""
        u, steps = self.radius * np.array(self.u), self.steps
        states, before = [], np.zeros(len(u))
        for entering in np.array(self.x)[:steps]:
            before = entering + before @ u
            before = np.tanh(before) if self.activation == "tanh" else before
            states.append(before)
        gradient, lengths = np.full(len(u), len(u) ** -0.5), []
        for state in states[::-1]:
            lengths.append(np.linalg.norm(gradient))
            slope = 1 - state**2 if self.activation == "tanh" else 1
            gradient = u @ (slope * gradient)
        powers = np.log10(np.maximum(lengths[::-1], 1e-300))
        low, high = min(-2, np.floor(powers.min())), max(1, np.ceil(powers.max()))
        sheet, wide = Sheet(), 560 / steps

        def place(power):
            return 30 + 180 * (high - power) / (high - low)

        for power in np.arange(low, high + 1, max(1, (high - low) // 6)):
            sheet.line([(50, place(power)), (610, place(power))], colour=LINE, thick=1)
            sheet.text(44, place(power) + 4, f"1e{power:g}", anchor="end", colour=GREY, size=12)
        for t, power in enumerate(powers):
            top, bottom = sorted((place(power), place(0)))
            fill = ORANGE if power > 0 else BLUE
            left = 50 + (t + 0.12) * wide
            sheet.rect(left, top, 0.76 * wide, max(1.5, bottom - top), fill=fill, line="none")
        sheet.text(50, 18, "|dL/dh|", bold=True)
        sheet.text(50 + wide / 2, 230, 1, anchor="middle", colour=GREY)
        sheet.text(610 - wide / 2, 230, steps, anchor="middle", colour=GREY)
        return "image/svg+xml", sheet.svg(620, 240)
