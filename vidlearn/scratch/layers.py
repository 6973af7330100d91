"""Layers: an operation together with the weights it needs.

A layer makes its weights once, in `build`. Then `forward` calls the operation with them, and
`backward` returns the gradients of x and of each weight. It keeps nothing of a pass: what
backward needs travels in the cache, so one layer may stand at two places of a network.
Lesson 06 puts them together. More stand in `layers_pool`, `layers_norm` and `layers_sequence`.
"""

import numpy as np

from ._checks import AXES, check_flag, check_known, per_axis, per_axis_padding, plain
from ._initial import glorot_uniform
from .activations import (
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    tanh_backward,
    tanh_forward,
)
from .conv import (
    conv1d_backward,
    conv1d_forward,
    conv2d_backward,
    conv2d_forward,
    conv3d_backward,
    conv3d_forward,
)
from .dense import dense_backward, dense_forward, flatten_backward, flatten_forward
from .layer import Layer, check_count

ACTIVATIONS = {
    None: (lambda z: (z, None), lambda dout, cache: dout),
    "relu": (relu_forward, relu_backward),
    "leaky_relu": (leaky_relu_forward, leaky_relu_backward),
    "sigmoid": (sigmoid_forward, sigmoid_backward),
    "tanh": (tanh_forward, tanh_backward),
    "softmax": (softmax_forward, softmax_backward),
}
CONVOLUTIONS = {
    1: (conv1d_forward, conv1d_backward),
    2: (conv2d_forward, conv2d_backward),
    3: (conv3d_forward, conv3d_backward),
}


class Dense(Layer):
    """Weighted sums of the last axis, then an activation: ``activation(x @ w + b)``.

    Parameters
    ----------
    units : int
        Outputs U.
    activation : str, optional
        "relu", "leaky_relu", "sigmoid", "tanh" or "softmax"; none by default.
    use_bias : bool
        Whether there is a b; before a normalisation, which takes it off again, it is not needed.

    Examples
    --------
    >>> layer = Dense(2)
    >>> layer.params = {"w": np.array([[1.0, 10], [2, 20]]), "b": np.array([0.5, 0])}
    >>> layer.forward(np.array([[1.0, 1]]))[0]
    array([[ 3.5, 30. ]])
    """

    takes_mask = True

    def __init__(self, units, activation=None, *, use_bias=True):
        super().__init__()
        self.units = check_count("units", units)
        self.activation = check_activation(activation)
        self.use_bias = check_flag("use_bias", use_bias)

    def build(self, input_shape, rng, dtype):
        shape = input_shape[-1], self.units
        self.params = {"w": glorot_uniform(shape, rng, dtype)}
        if self.use_bias:
            self.params["b"] = np.zeros(self.units, dtype)

    def forward(self, x, *, training=False, rng=None, mask=None):
        activate, _ = ACTIVATIONS[self.activation]
        z, cache = dense_forward(x, self.params["w"], self.params.get("b"))
        out, activation_cache = activate(z)
        return out, (cache, activation_cache)

    def backward(self, dout, cache):
        _, activation_backward = ACTIVATIONS[self.activation]
        cache, activation_cache = cache
        dz = activation_backward(dout, activation_cache)
        dx, dw, db = dense_backward(dz, cache)
        return dx, {"w": dw, "b": db} if self.use_bias else {"w": dw}


class _Conv(Layer):
    """What `Conv1D`, `Conv2D` and `Conv3D` share: all but the number of axes."""

    def __init__(
        self,
        filters,
        kernel_size,
        *,
        stride=1,
        padding="valid",
        dilation=1,
        activation=None,
        use_bias=True,
    ):
        super().__init__()
        self.filters = check_count("filters", filters)
        options = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        for name, value in options.items():
            per_axis(name, value, self.axes)
        per_axis_padding(padding, self.axes)
        self.kernel_size, self.stride, self.dilation = map(plain, options.values())
        self.padding = plain(padding)
        self.activation = check_activation(activation)
        self.use_bias = check_flag("use_bias", use_bias)

    def build(self, input_shape, rng, dtype):
        if len(input_shape) != self.axes + 1:
            raise ValueError(
                f"x must have axes (N, {AXES[self.axes]}, C); received {('N', *input_shape)}."
            )
        kernel = per_axis("kernel_size", self.kernel_size, self.axes)
        shape = *kernel, input_shape[-1], self.filters
        self.params = {"w": glorot_uniform(shape, rng, dtype)}
        if self.use_bias:
            self.params["b"] = np.zeros(self.filters, dtype)

    def forward(self, x, *, training=False, rng=None, mask=None):
        convolve, _ = CONVOLUTIONS[self.axes]
        activate, _ = ACTIVATIONS[self.activation]
        options = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        z, cache = convolve(x, self.params["w"], self.params.get("b"), **options)
        out, activation_cache = activate(z)
        return out, (cache, activation_cache)

    def backward(self, dout, cache):
        _, convolve_backward = CONVOLUTIONS[self.axes]
        _, activation_backward = ACTIVATIONS[self.activation]
        cache, activation_cache = cache
        dz = activation_backward(dout, activation_cache)
        dx, dw, db = convolve_backward(dz, cache)
        return dx, {"w": dw, "b": db} if self.use_bias else {"w": dw}


class Conv2D(_Conv):
    """Slide kernels over images, then an activation; see `vidlearn.scratch.conv2d_forward`.

    Parameters
    ----------
    filters : int
        Kernels, and so channels of the output.
    kernel_size : int or (int, int)
        Taps of a kernel.
    stride, dilation : int or (int, int)
        Step between windows; step between the taps of one window.
    padding : "valid", "same", int, or one entry per axis
    activation : str, optional
    use_bias : bool
        As in `Dense`.

    Examples
    --------
    >>> Conv2D(16, 3, padding="same", activation="relu")
    Conv2D(16, 3, padding='same', activation='relu')
    """

    axes = 2


class Conv1D(_Conv):
    """Slide kernels over sequences, then an activation; see `vidlearn.scratch.conv1d_forward`.

    Parameters
    ----------
    filters, kernel_size, stride, dilation : int
    padding : "valid", "same", int, or ((before, after),)
    activation : str, optional
    use_bias : bool
        As in `Dense`.
    """

    axes = 1


class Conv3D(_Conv):
    """Slide kernels over clips, then an activation; see `vidlearn.scratch.conv3d_forward`.

    Parameters
    ----------
    filters : int
    kernel_size, stride, dilation : int or (int, int, int)
    padding : "valid", "same", int, or one entry per axis
    activation : str, optional
    use_bias : bool
        As in `Dense`.
    """

    axes = 3


class Activation(Layer):
    """An activation as a layer of its own.

    Parameters
    ----------
    name : str
        "relu", "leaky_relu", "sigmoid", "tanh" or "softmax".
    """

    takes_mask = True

    def __init__(self, name):
        super().__init__()
        self.name = check_activation(name)

    def forward(self, x, *, training=False, rng=None, mask=None):
        activate, _ = ACTIVATIONS[self.name]
        return activate(x)

    def backward(self, dout, cache):
        _, activation_backward = ACTIVATIONS[self.name]
        return activation_backward(dout, cache), {}


class Flatten(Layer):
    """Lay every example out as one row, (N, ...) to (N, D)."""

    def forward(self, x, *, training=False, rng=None, mask=None):
        return flatten_forward(x)

    def backward(self, dout, cache):
        return flatten_backward(dout, cache), {}


def check_activation(name):
    """Return the name of an activation, when there is one of that name."""
    return check_known("activation", name, ACTIVATIONS)
