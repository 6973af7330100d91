"""Layers that steady training: normalisation and dropout. Most act otherwise while training."""

import numpy as np

from .dropout import check_rate, dropout_backward, dropout_forward
from .layer import Layer
from .norm import (
    batch_norm_backward,
    batch_norm_forward,
    check_eps,
    check_momentum,
    layer_norm_backward,
    layer_norm_forward,
)


class Dropout(Layer):
    """Silence entries at random while training; pass everything on otherwise.

    Parameters
    ----------
    rate : float
        Share of the entries that are silenced, from 0 to below 1; not the share that is kept.
    """

    takes_mask = True

    def __init__(self, rate):
        super().__init__()
        self.rate = check_rate(rate)

    def forward(self, x, *, training=False, rng=None, mask=None):
        return dropout_forward(x, rate=self.rate, training=training, rng=rng)

    def backward(self, dout, cache):
        return dropout_backward(dout, cache), {}


class BatchNorm(Layer):
    """Normalise every channel over the batch while training, by running statistics otherwise.

    Parameters
    ----------
    momentum : float
        Share of the running statistics that a batch leaves as it is.
    eps : float
        Added to the variance.
    """

    def __init__(self, *, momentum=0.99, eps=1e-3):
        super().__init__()
        self.momentum, self.eps = check_momentum(momentum), check_eps(eps)

    def build(self, input_shape, rng, dtype):
        channels = input_shape[-1]
        self.params = {"gamma": np.ones(channels, dtype), "beta": np.zeros(channels, dtype)}
        self.state = {"mean": np.zeros(channels, dtype), "var": np.ones(channels, dtype)}

    def forward(self, x, *, training=False, rng=None, mask=None):
        return batch_norm_forward(
            x,
            *self.params.values(),
            running_mean=self.state["mean"],
            running_var=self.state["var"],
            training=training,
            momentum=self.momentum,
            eps=self.eps,
        )

    def backward(self, dout, cache):
        dx, dgamma, dbeta = batch_norm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


class LayerNorm(Layer):
    """Normalise the last axis, every place by itself; the same in training and in use.

    Parameters
    ----------
    eps : float
        Added to the variance.
    """

    takes_mask = True

    def __init__(self, *, eps=1e-3):
        super().__init__()
        self.eps = check_eps(eps)

    def build(self, input_shape, rng, dtype):
        channels = input_shape[-1]
        self.params = {"gamma": np.ones(channels, dtype), "beta": np.zeros(channels, dtype)}

    def forward(self, x, *, training=False, rng=None, mask=None):
        return layer_norm_forward(x, self.params["gamma"], self.params["beta"], eps=self.eps)

    def backward(self, dout, cache):
        dx, dgamma, dbeta = layer_norm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}
