"""What every layer has: weights, forward, backward. The base of your own layers too."""

import inspect

from ._checks import is_int


class Layer:
    """What all layers have; the base of your own.

    A layer of your own has an ``__init__`` that begins with ``super().__init__()`` and keeps its
    options under their names, ``forward`` and ``backward``, and ``build`` when it has weights.

    Attributes
    ----------
    params : dict of str to ndarray
        Weights that training changes, in Keras's order. Empty until the layer is built.
    state : dict of str to ndarray
        What the layer keeps besides, such as running statistics.
    """

    takes_mask = False  # whether masked sequences (N, T, D) may come in

    def __init__(self):
        self.params, self.state = {}, {}

    def build(self, input_shape, rng, dtype):
        """Make the weights.

        Parameters
        ----------
        input_shape : tuple of int
            Shape of x without the batch axis.
        rng : numpy.random.Generator
        dtype : numpy.dtype
        """

    def forward(self, x, *, training=False, rng=None, mask=None):
        """Return the output, and what `backward` needs.

        Parameters
        ----------
        x : ndarray, (N, ...)
        training : bool
            Some layers do something else while training, such as dropout.
        rng : numpy.random.Generator, optional
            For layers that draw random numbers.
        mask : ndarray of bool, (N, T), optional
            False where a step of a sequence does not count.

        Returns
        -------
        out : ndarray
        cache : object
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method forward.")

    def backward(self, dout, cache):
        """Return the gradient of x, and those of the weights.

        Parameters
        ----------
        dout : ndarray, shape of out
        cache : object

        Returns
        -------
        dx : ndarray, shape of x
        grads : dict of str to ndarray
            A gradient for every name in params.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method backward.")

    def next_mask(self, x, mask):
        """Return the mask that the next layer gets; by default the one that came in."""
        return mask

    def __repr__(self):
        options = inspect.signature(type(self)).parameters.values()
        values = [(o, getattr(self, o.name)) for o in options if hasattr(self, o.name)]
        shown = [
            repr(value) if option.default is option.empty else f"{option.name}={value!r}"
            for option, value in values
            if value != option.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def check_count(name, value):
    """Return value, when it is a whole number of at least 1."""
    if not is_int(value) or value < 1:
        raise ValueError(f"{name} must be an int of at least 1; received {name}={value!r}.")
    return int(value)
