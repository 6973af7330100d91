"""Four optimisers walk over the same loss surface, step by step."""

import math
from numbers import Real

from traitlets import Dict, Float, List, Unicode, validate

from .base import Interactive

SURFACES = {
    "bowl": [[0.5, 2, 0], [0.5, 0, 2]],
    # 0.1 u² + 2 v² with u = 0.8 x + 0.6 y along the ravine and v = 0.8 y - 0.6 x across it
    "ravine": [[0.784, 2, 0], [-1.824, 1, 1], [1.316, 0, 2]],
    # one saddle at (0, 0), one minimum on each side of it at (0, ±1)
    "saddle": [[0.5, 2, 0], [-0.5, 0, 2], [0.25, 0, 4]],
    # 0.5 (x² - 1)² + 0.15 x + 0.5 y²: the left valley is the deeper one
    "two_valleys": [[0.5, 4, 0], [-1.0, 2, 0], [0.15, 1, 0], [0.5, 0, 0], [0.5, 0, 2]],
}
"""Each surface as terms [c, i, j] of a polynomial: the sum of c xⁱ yʲ."""

STARTS = {
    "bowl": (-1.7, 1.2),
    "ravine": (-1.8, -0.4),
    "saddle": (1.7, 0.02),
    "two_valleys": (1.9, 0.9),
}
HALF_WIDTH, HALF_HEIGHT = 2.0, 1.5


class LossSurface(Interactive):
    """Let SGD, momentum, Nesterov and Adam step over a loss of two weights.

    Height is drawn as shades and contour lines. The surface, the learning rate, the momentum and
    the starting point can be changed; the steps are those of `vidlearn.scratch.SGD` and
    `vidlearn.scratch.Adam`.

    Parameters
    ----------
    surface : {"ravine", "bowl", "saddle", "two_valleys"}
        The loss.
    learning_rate : float, default 0.1
        Of all four optimisers, above 0 and at most 10.
    momentum : float, default 0.9
        Of momentum and Nesterov, from 0 to below 1.
    start : (float, float), optional
        The two weights at step 0, x from -2 to 2 and y from -1.5 to 1.5; by default a place that
        suits the surface.

    Raises
    ------
    ValueError
        If there is no such surface, or a number is out of its range.

    Examples
    --------
    >>> LossSurface("bowl", learning_rate=0.3)
    LossSurface(bowl, learning rate 0.3, momentum 0.9, start (-1.7, 1.2))

    Lesson 06 uses it.
    """

    surface = Unicode("ravine").tag(sync=True)
    learning_rate = Float(0.1).tag(sync=True)
    momentum = Float(0.9).tag(sync=True)
    start = List([]).tag(sync=True)
    _surfaces = Dict().tag(sync=True)
    _starts = Dict().tag(sync=True)

    def __init__(self, surface="ravine", *, learning_rate=0.1, momentum=0.9, start=None):
        super().__init__(
            surface=surface,
            learning_rate=learning_rate,
            momentum=momentum,
            start=list(STARTS.get(surface, (0, 0)) if start is None else start),
            _surfaces=SURFACES,
            _starts={name: list(place) for name, place in STARTS.items()},
        )

    @validate("surface")
    def _known(self, proposal):
        if proposal["value"] not in SURFACES:
            names = ", ".join(f'"{name}"' for name in SURFACES)
            raise ValueError(f"surface must be one of {names}. Received: {proposal['value']!r}")
        return proposal["value"]

    @validate("learning_rate")
    def _positive(self, proposal):
        if not 0 < proposal["value"] <= 10:
            raise ValueError(
                f"learning_rate must be above 0 and at most 10. Received: {proposal['value']}"
            )
        return proposal["value"]

    @validate("momentum")
    def _below_one(self, proposal):
        if not 0 <= proposal["value"] < 1:
            raise ValueError(
                "momentum must be from 0 to below 1: at 1 the velocity would never fade. "
                f"Received: {proposal['value']}"
            )
        return proposal["value"]

    @validate("start")
    def _on_the_map(self, proposal):
        place = proposal["value"]
        good = len(place) == 2 and all(isinstance(v, Real) and math.isfinite(v) for v in place)
        if not good or abs(place[0]) > HALF_WIDTH or abs(place[1]) > HALF_HEIGHT:
            raise ValueError(
                f"start must be two numbers on the map: x from -{HALF_WIDTH:g} to {HALF_WIDTH:g}, "
                f"y from -{HALF_HEIGHT:g} to {HALF_HEIGHT:g}. Received: {tuple(place)}"
            )
        return [float(v) for v in place]

    def describe(self):
        x, y = self.start
        return (
            f"{self.surface.replace('_', ' ')}, learning rate {self.learning_rate:g}, "
            f"momentum {self.momentum:g}, start ({x:g}, {y:g})"
        )
