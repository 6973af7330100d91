"""Values flow forward through a small network, gradients flow back."""

import numpy as np
from traitlets import Float, validate

from vidlearn.scratch import sigmoid_cross_entropy_forward

from .base import Interactive
from .poster import GREY, Sheet, short
from .traits import Numbers

MOST = 9


class BackpropGraph(Interactive):
    """Step through the computational graph of a 3-2-1 network, forward and backward.

    Three inputs, two hidden units with ReLU, one output with sigmoid, the cross-entropy as loss::

        s = x @ w + b      h = relu(s)      z = h @ v + c      a = sigmoid(z)
        loss = -y * log(a) - (1 - y) * log(1 - a)

    Forward, each step fills in a value; backward, each fills in gradients. Every number can be
    changed, and a button takes a step of gradient descent.

    Parameters
    ----------
    x : array_like, (3,)
        The inputs.
    w : array_like, (3, 2)
        Weights of the hidden units, one column for each.
    b : array_like, (2,)
        Their biases.
    v : array_like, (2,)
        Weights of the output.
    c : float
        Its bias.
    y : float
        The target, 0 or 1.

    Attributes
    ----------
    x, w, b, v, c, y
        The numbers as the reader has changed them.

    Raises
    ------
    ValueError
        If an array has another shape, a number is not from -9 to 9, or y is neither 0 nor 1.

    Examples
    --------
    >>> BackpropGraph([1, 2, 3], np.ones((3, 2)), [0, 1], [1, -1], 0, y=1)
    BackpropGraph(3-2-1, target 1)

    Lesson 05 uses it.
    """

    x = Numbers((3,), least=-MOST, most=MOST).tag(sync=True)
    w = Numbers((3, 2), least=-MOST, most=MOST).tag(sync=True)
    b = Numbers((2,), least=-MOST, most=MOST).tag(sync=True)
    v = Numbers((2,), least=-MOST, most=MOST).tag(sync=True)
    c = Numbers((), least=-MOST, most=MOST).tag(sync=True)
    y = Float().tag(sync=True)

    def __init__(self, x, w, b, v, c, *, y):
        super().__init__(x=x, w=w, b=b, v=v, c=c, y=y)

    @validate("y")
    def _answer(self, proposal):
        if proposal["value"] not in (0, 1):
            raise ValueError(f"y must be 0 or 1. Received: {proposal['value']!r}")
        return proposal["value"]

    def describe(self):
        return f"3-2-1, target {self.y:g}"

    def poster(self):
        """Return the graph with the values of the forward pass, as SVG."""
        x, w, b, v = (np.array(value) for value in (self.x, self.w, self.b, self.v))
        s = x @ w + b
        h = np.maximum(s, 0)
        z = h @ v + self.c
        loss, _ = sigmoid_cross_entropy_forward(np.array([[z]]), np.array([[self.y]]))
        columns = {
            "x": x, "s": s, "h": h, "z": [z], "a": [0.5 * (1 + np.tanh(z / 2))], "L": [loss],
        }  # fmt: skip
        sheet, places = Sheet(), {}
        for column, (name, values) in enumerate(columns.items()):
            for row, value in enumerate(values):
                places[name, row] = 60 + 110 * column, 130 + 70 * (row - (len(values) - 1) / 2)
                places[name, row] += (f"{name}{'₁₂₃'[row] if len(values) > 1 else ''}", value)
        links = [(("x", i), ("s", j)) for i in range(3) for j in range(2)]
        links += [(("s", j), ("h", j)) for j in range(2)] + [(("h", j), ("z", 0)) for j in range(2)]
        links += [(("z", 0), ("a", 0)), (("a", 0), ("L", 0))]
        for start, end in links:
            sheet.line([places[start][:2], places[end][:2]], colour="#c8ccd1")
        for left, top, name, value in places.values():
            sheet.rect(left - 36, top - 24, 72, 48, fill="#f4f5f6", line=GREY, radius=6)
            sheet.text(left, top - 5, name, anchor="middle", colour=GREY)
            sheet.text(left, top + 14, short(float(value)), anchor="middle", bold=True)
        return "image/svg+xml", sheet.svg(680, 260)
