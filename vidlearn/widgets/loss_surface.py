"""Four optimisers walk over the same loss surface, step by step."""

import math
from numbers import Real

import numpy as np
from traitlets import Dict, List, validate

from vidlearn.scratch import SGD, Adam

from .base import Interactive
from .media import as_bytes
from .traits import Choice, Number

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

    Attributes
    ----------
    surface, learning_rate, momentum, start
        What the reader chose last.

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

    surface = Choice(*SURFACES).tag(sync=True)
    learning_rate = Number(above=0, most=10).tag(sync=True)
    momentum = Number(0, below=1, hint="At 1 the velocity would never fade.").tag(sync=True)
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

    def poster(self):
        """Return the map with the four paths of 40 steps, as PNG."""
        from PIL import Image, ImageDraw

        width, height, terms = 480, 360, SURFACES[self.surface]
        x = np.linspace(-HALF_WIDTH, HALF_WIDTH, width)
        y = np.linspace(HALF_HEIGHT, -HALF_HEIGHT, height)[:, None]
        loss = sum(c * x**i * y**j for c, i, j in terms)
        share = (loss - loss.min()) / (loss.max() - loss.min())
        shades = 1 - 0.62 * np.floor(14 * share**0.4) / 14  # of white: bands as in the browser
        blue = np.array([0, 114, 178])
        picture = Image.fromarray((blue + shades[..., None] * (255 - blue)).astype(np.uint8))
        brush = ImageDraw.Draw(picture)
        for colour, optimiser in {
            "#1f2328": SGD(self.learning_rate),
            "#e69f00": SGD(self.learning_rate, momentum=self.momentum),
            "#cc79a7": SGD(self.learning_rate, momentum=self.momentum, nesterov=True),
            "#009e73": Adam(self.learning_rate),
        }.items():
            w, path = np.array(self.start, float), []
            for _ in range(41):
                if np.abs(w).max() > 100:
                    break
                path.append(((w[0] / 4 + 0.5) * width, (0.5 - w[1] / 3) * height))
                optimiser.step([w], [_slope(terms, *w)])
            brush.line(path, fill=colour, width=3)
        return "image/png", as_bytes(picture.quantize(32), "PNG", optimize=True)


def _slope(terms, x, y):
    """Return the gradient of a polynomial, by the power rule."""
    along = sum(c * i * x ** (i - 1) * y**j for c, i, j in terms if i)
    across = sum(c * j * x**i * y ** (j - 1) for c, i, j in terms if j)
    return np.array([along, across])
