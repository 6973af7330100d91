r"""Batch and layer normalisation: take off the mean, divide by the spread, then scale and shift.

.. math:: \hat x = \frac{x - mean}{\sqrt{var + eps}}, \qquad out = gamma \; \hat x + beta

Batch normalisation takes mean and variance of every channel over the batch (and its places),
layer normalisation of every place over its channels. Both come from the data, so the gradient
flows through them too: that is what makes the backward pass worth deriving.

References
----------
Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
Covariate Shift", 2015, section 3.
Ba, Kiros and Hinton, "Layer Normalization", 2016, section 3.
"""

from math import inf

import numpy as np

from ._checks import (
    FLOATS,
    as_array,
    check_dout,
    check_flag,
    check_floating,
    check_number,
    check_numbers,
    unpack,
)


def batch_norm_forward(
    x, gamma, beta, *, running_mean=None, running_var=None, training=True, momentum=0.99, eps=1e-3
):
    """Normalise every channel over all axes but the last, then scale and shift it.

    Parameters
    ----------
    x : ndarray, (..., C)
        Floating point, at least two axes; out has the same dtype.
    gamma, beta : ndarray, (C,)
        Scale and shift of every channel.
    running_mean, running_var : ndarray, (C,), optional
        Statistics for use after training. Training updates them **in place**:
        ``running = momentum * running + (1 - momentum) * statistic of the batch``.
        Start with zeros and ones.
    training : bool
        Normalise with the statistics of the batch; otherwise with the running ones.
    momentum : float, 0 to 1
        How much of the running statistics stays.
    eps : float > 0
        Keeps the division from zero.

    Returns
    -------
    out : ndarray, (..., C)
    cache : tuple
        What `batch_norm_backward` needs.

    Raises
    ------
    TypeError
        If x is not floating point, or running statistics cannot be updated in place.
    ValueError
        If shapes do not belong together, or running statistics are needed and missing.

    Notes
    -----
    As Keras does it: momentum 0.99, eps 0.001, and the running variance is that of the batch,
    divided by the count. The paper (algorithm 2) averages the variances divided by count - 1.

    Examples
    --------
    >>> x = np.array([[1.0, 10], [3, 30]])
    >>> mean, var = np.zeros(2), np.ones(2)
    >>> out, _ = batch_norm_forward(
    ...     x, np.ones(2), np.zeros(2), running_mean=mean, running_var=var, momentum=0.9, eps=1e-9
    ... )
    >>> out.round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> mean, var  # means 2 and 20, variances 1 and 100
    (array([0.2, 2. ]), array([ 1. , 10.9]))
    """
    x, gamma, beta = _prepare(x, gamma, beta, eps, axes=2)
    running = _check_running(x, running_mean, running_var, training, momentum)
    if training:
        count = x.size // x.shape[-1]
        mean = _channel_sums(x) / count
        var = _channel_sums((x - mean) ** 2) / count
        for old, new in zip(running, (mean, var), strict=False):
            old *= momentum
            old += (1 - momentum) * new
    else:
        mean, var = (statistic.astype(x.dtype) for statistic in running)
    std = np.sqrt(var + x.dtype.type(eps))
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, std, gamma, bool(training))


def batch_norm_backward(dout, cache):
    """Return the gradients of `batch_norm_forward`, of training or of use, as it was called.

    Parameters
    ----------
    dout : ndarray, (..., C)
        Gradient of the loss with respect to out.
    cache : tuple
        From `batch_norm_forward` or its naive form.

    Returns
    -------
    dx : ndarray, (..., C)
    dgamma, dbeta : ndarray, (C,)

    Raises
    ------
    ValueError
        If dout has not the shape of out.

    Notes
    -----
    With ``g = dout * gamma`` and means over the batch,
    ``dx = (g - mean(g) - x_hat * mean(g * x_hat)) / std``. The second term comes through the mean,
    the third through the variance. With running statistics, which are constants, only the first
    is left.
    """
    x_hat, std, gamma, training = _unpack(cache)
    dout = check_dout(dout, x_hat.shape, x_hat.dtype)
    dgamma, dbeta = _channel_sums(dout * x_hat), _channel_sums(dout)
    dx_hat = dout * gamma
    if not training:
        return dx_hat / std, dgamma, dbeta
    count = x_hat.size // x_hat.shape[-1]
    dx = (dx_hat - gamma * dbeta / count - x_hat * (gamma * dgamma / count)) / std
    return dx, dgamma, dbeta


def batch_norm_forward_naive(
    x, gamma, beta, *, running_mean=None, running_var=None, training=True, momentum=0.99, eps=1e-3
):
    """Normalise one channel after another, as the formula says it.

    Parameters and results are those of `vidlearn.scratch.batch_norm_forward`.

    Examples
    --------
    >>> x = np.array([[1.0], [3.0]])
    >>> batch_norm_forward_naive(x, np.ones(1), np.zeros(1), eps=1e-9)[0].round(3).ravel()
    array([-1.,  1.])
    """
    x, gamma, beta = _prepare(x, gamma, beta, eps, axes=2)
    running = _check_running(x, running_mean, running_var, training, momentum)
    out, x_hat, std = np.empty_like(x), np.empty_like(x), np.empty_like(gamma)
    for c in range(x.shape[-1]):
        channel = x[..., c]
        if training:
            mean = np.sum(channel) / channel.size
            var = np.sum((channel - mean) ** 2) / channel.size
            for old, new in zip(running, (mean, var), strict=False):
                old[c] = momentum * old[c] + (1 - momentum) * new
        else:
            mean, var = (statistic[c] for statistic in running)
        std[c] = np.sqrt(var + eps)
        x_hat[..., c] = (channel - mean) / std[c]
        out[..., c] = gamma[c] * x_hat[..., c] + beta[c]
    return out, (x_hat, std, gamma, bool(training))


def batch_norm_backward_naive(dout, cache):
    """Return dx, dgamma, dbeta: back through the formula, one step and channel after another.

    Parameters and results are those of `vidlearn.scratch.batch_norm_backward`.
    """
    x_hat, std, gamma, training = _unpack(cache)
    dout = check_dout(dout, x_hat.shape, x_hat.dtype)
    dx, dgamma, dbeta = np.empty_like(x_hat), np.empty_like(gamma), np.empty_like(gamma)
    for c in range(len(gamma)):
        centred = x_hat[..., c] * std[c]  # x - mean
        dgamma[c] = np.sum(dout[..., c] * x_hat[..., c])
        dbeta[c] = np.sum(dout[..., c])
        dx_hat = dout[..., c] * gamma[c]
        dcentred = dx_hat / std[c]  # x_hat = centred / std: the numerator
        if training:
            dstd = -np.sum(dx_hat * centred) / std[c] ** 2  # and the denominator
            dvar = dstd / (2 * std[c])  # std = sqrt(var + eps)
            dcentred += dvar * 2 * centred / centred.size  # var = mean(centred**2)
            dmean = -np.sum(dcentred)  # centred = x - mean
            dcentred += dmean / centred.size  # mean = sum(x) / size
        dx[..., c] = dcentred
    return dx, dgamma, dbeta


def layer_norm_forward(x, gamma, beta, *, eps=1e-3):
    """Normalise over the last axis, every place by itself, then scale and shift every channel.

    Parameters
    ----------
    x : ndarray, (..., C)
        Floating point; out has the same dtype.
    gamma, beta : ndarray, (C,)
        Scale and shift of every channel.
    eps : float > 0
        Keeps the division from zero; 0.001 as in Keras.

    Returns
    -------
    out : ndarray, (..., C)
    cache : tuple
        What `layer_norm_backward` needs.

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If shapes do not belong together.

    Examples
    --------
    >>> x = np.array([[1.0, 3], [10, 30]])
    >>> layer_norm_forward(x, np.array([1.0, 2]), np.zeros(2), eps=1e-9)[0].round(3)
    array([[-1.,  2.],
           [-1.,  2.]])
    """
    x, gamma, beta = _prepare(x, gamma, beta, eps, axes=1)
    mean = x.mean(axis=-1, keepdims=True)
    std = np.sqrt(x.var(axis=-1, mean=mean, keepdims=True) + x.dtype.type(eps))
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)


def layer_norm_backward(dout, cache):
    """Return the gradients of `layer_norm_forward`.

    ``dx = (g - mean(g) - x_hat * mean(g * x_hat)) / std``, as in `batch_norm_backward`, with
    ``g = dout * gamma`` and means over the last axis.

    Parameters
    ----------
    dout : ndarray, (..., C)
    cache : tuple

    Returns
    -------
    dx : ndarray, (..., C)
    dgamma, dbeta : ndarray, (C,)
    """
    x_hat, std, gamma = unpack(cache, "layer_norm_forward", *[np.ndarray] * 3)
    dout = check_dout(dout, x_hat.shape, x_hat.dtype)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = x_hat * np.mean(dx_hat * x_hat, axis=-1, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, _channel_sums(dout * x_hat), _channel_sums(dout)


def _channel_sums(x):
    """Return the sum over every axis but the last, as a product: far faster than np.sum."""
    rows = x.reshape(-1, x.shape[-1])
    return np.ones(len(rows), x.dtype) @ rows


def _prepare(x, gamma, beta, eps, axes):
    """Check what both norms take; return x, gamma and beta as arrays in the dtype of x."""
    x = check_floating("x", x)
    if x.ndim < axes or x.shape[-1] == 0:
        raise ValueError(
            f"x must have the shape {'(N, ..., C)' if axes == 2 else '(..., C)'} with at least one "
            f"channel C; received shape {x.shape}. x[None] adds the batch, x[:, None] a channel."
        )
    gamma, beta = as_array("gamma", gamma), as_array("beta", beta)
    for name, value in (("gamma", gamma), ("beta", beta)):
        _check_channels(name, value, x, f"np.{'ones' if name == 'gamma' else 'zeros'}")
    check_eps(eps)
    return x, check_numbers("gamma", gamma, x.dtype), check_numbers("beta", beta, x.dtype)


def _unpack(cache):
    return unpack(cache, "batch_norm_forward", *[np.ndarray] * 3, bool)


def check_eps(eps):
    """Return what keeps a division from zero, when it can."""
    return check_number("eps", eps, "be more than 0", lambda e: 0 < e < inf, "Write eps=1e-3.")


def check_momentum(momentum):
    """Return the share of the running statistics that stays, when it is one."""
    return check_number(
        "momentum", momentum, "lie between 0 and 1", lambda m: 0 <= m <= 1, "Write 0.99."
    )


def _check_channels(name, value, x, maker):
    if np.shape(value) != x.shape[-1:]:
        raise ValueError(
            f"{name} must have one entry for each of the {x.shape[-1]} channels of x {x.shape}; "
            f"received shape {np.shape(value)}. Write {maker}({x.shape[-1]})."
        )


def _check_running(x, mean, var, training, momentum):
    """Return the running statistics, (mean, var) or (), when they can serve."""
    check_momentum(momentum)
    if check_flag("training", training) and x.size == 0:
        raise ValueError(
            f"x must hold at least one example in training; received shape {x.shape}. "
            "The mean over nothing is no number."
        )
    if mean is None and var is None and training:
        return ()
    for name, value, maker in (("mean", mean, "np.zeros"), ("var", var, "np.ones")):
        floating = isinstance(value, np.ndarray) and value.dtype.char in FLOATS
        if not floating or (training and not value.flags.writeable):
            received = getattr(value, "dtype", type(value).__name__)
            raise TypeError(
                f"running_{name} must be a floating point ndarray, which training updates in "
                f"place; received {'a read-only one' if floating else received}. "
                f"Keep both running_mean and running_var, made by {maker}({x.shape[-1]}) here."
            )
        _check_channels(f"running_{name}", value, x, maker)
    return mean, var
