"""Values flow forward through a small network, gradients flow back."""

import numpy as np
from traitlets import Float, TraitType, validate

from .base import Interactive

MOST = 9


class Numbers(TraitType):
    """A trait for a small array of one shape, kept as nested lists for the browser."""

    def __init__(self, shape, **options):
        super().__init__(**options)
        self.shape = shape

    def validate(self, obj, value):
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        if array.shape != self.shape or not np.all(np.abs(array) <= MOST):
            raise ValueError(
                f"{self.name} must have shape {self.shape} and hold numbers from -{MOST} to "
                f"{MOST}. Received shape {array.shape}: {value!r}"
            )
        return array.tolist()


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

    x = Numbers((3,)).tag(sync=True)
    w = Numbers((3, 2)).tag(sync=True)
    b = Numbers((2,)).tag(sync=True)
    v = Numbers((2,)).tag(sync=True)
    c = Numbers(()).tag(sync=True)
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
