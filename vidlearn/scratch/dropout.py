r"""Dropout: while training, silence entries at random, so that none is relied upon.

It is the inverted form. What stays is divided by the share that stays, so the expected sum is the
same with and without dropout, and in use there is nothing to do. Lesson 07 uses it.

References
----------
Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to Prevent
Neural Networks from Overfitting", 2014, section 4.
"""

import numpy as np

from ._checks import (
    check_dout,
    check_flag,
    check_floating,
    check_number,
    check_rng,
    unpack_array,
)


def dropout_forward(x, *, rate=0.5, training=True, rng=None):
    """Set entries to 0 with probability `rate` and divide the others by ``1 - rate``.

    Parameters
    ----------
    x : ndarray, any shape
        Floating point; out has the same dtype.
    rate : float, 0 <= rate < 1
        Share of the entries that is dropped, as in Keras and PyTorch. The p of the paper is the
        share that is kept, 1 - rate.
    training : bool
        Otherwise out equals x.
    rng : numpy.random.Generator or int
        Draws the mask; needed in training only. A seed gives the same mask at every call: right
        for a gradient check, wrong for training, which wants one generator for all its steps.

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray, shape of x
        The mask: 0 where dropped, ``1 / (1 - rate)`` where kept.

    Raises
    ------
    TypeError
        If x is not floating point, or rng is missing in training.
    ValueError
        If rate is out of range, or rng a number that is no seed.

    Notes
    -----
    The paper scales by ``1 - rate`` in use instead; the expected output is that, scaled.

    Examples
    --------
    >>> out, mask = dropout_forward(np.ones(1000), rate=0.2, rng=0)
    >>> np.unique(out)
    array([0.  , 1.25])
    >>> 0.9 < out.mean() < 1.1
    np.True_
    """
    x = check_floating("x", x)
    rate = check_rate(rate)
    if not check_flag("training", training) or rate == 0:
        return x.copy(), np.ones_like(x)
    if rng is None:
        raise TypeError(
            "rng must be a numpy.random.Generator in training; received None. "
            "Make one for all steps, rng = np.random.default_rng(0), or say training=False."
        )
    keep = check_rng("rng", rng).random(x.shape, dtype=np.float32) >= rate
    mask = keep * x.dtype.type(1 / (1 - rate))
    return x * mask, mask


def dropout_backward(dout, cache):
    """Pass the gradient where the entry was kept, scaled as it was: ``dx = dout * mask``.

    Parameters
    ----------
    dout : ndarray, shape of x
    cache : ndarray

    Returns
    -------
    dx : ndarray, shape of x

    Examples
    --------
    >>> dropout_backward(np.array([1.0, 3.0]), np.array([0.0, 2.0]))
    array([0., 6.])
    """
    mask = unpack_array(cache, "dropout_forward")
    return check_dout(dout, mask.shape, mask.dtype) * mask


def check_rate(rate):
    """Return the share that is dropped, when it is one."""
    return check_number(
        "rate",
        rate,
        "be at least 0 and less than 1",
        lambda r: 0 <= r < 1,
        "It is the share that is dropped: rate=0.2 keeps 80 %.",
    )
