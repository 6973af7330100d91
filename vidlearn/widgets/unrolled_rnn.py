"""An RNN unrolled over time, and what is left of the gradient at every step."""

import numpy as np
from traitlets import Float, Int, List, Unicode, validate

from .base import Grid, Interactive

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
    steps = Int().tag(sync=True)
    radius = Float().tag(sync=True)
    activation = Unicode().tag(sync=True)
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

    @validate("steps")
    def _fits(self, proposal):
        if not 2 <= proposal["value"] <= LONGEST:
            raise ValueError(f"steps must be from 2 to {LONGEST}. Received: {proposal['value']}")
        return proposal["value"]

    @validate("radius")
    def _in_range(self, proposal):
        least, most = RADII
        if not least <= proposal["value"] <= most:
            raise ValueError(
                f"radius must be from {least} to {most}. Received: {proposal['value']}"
            )
        return proposal["value"]

    @validate("activation")
    def _known(self, proposal):
        if proposal["value"] not in ("tanh", "linear"):
            raise ValueError(
                f'activation must be "tanh" or "linear". Received: {proposal["value"]!r}'
            )
        return proposal["value"]

    def describe(self):
        units = f"{self.steps} steps, {len(self.u)} units"
        return f"{units}, {self.activation}, spectral radius {self.radius:g}"
