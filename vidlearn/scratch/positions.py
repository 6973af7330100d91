r"""Where in time a step stands: numbers added to what it says, for attention is blind to order.

Turn the keys and values round, and attention gives the same output; so what tells early from late
must stand in the numbers themselves. Either waves of many lengths, which need no training, or a
row of weights for each place, which training finds. Lesson 20 shows the difference they make.

References
----------
Vaswani et al., "Attention Is All You Need", 2017, section 3.5.
"""

import numpy as np

from ._checks import as_array, check_dout, check_floating, check_numbers, check_shape, unpack
from .layer import check_count


def sinusoidal_positions(length, width):
    r"""Return a row of waves for each place: sines and cosines, from fast to slow.

    .. math::
       p_{t,2i} = \sin\left(t / 10000^{2i / D}\right) \qquad
       p_{t,2i+1} = \cos\left(t / 10000^{2i / D}\right)

    Parameters
    ----------
    length : int
        Places t, counted from 0.
    width : int
        Entries D of a row; even, for each wave has a sine and a cosine.

    Returns
    -------
    ndarray of float64, (length, width)
        From -1 to 1.

    Raises
    ------
    ValueError
        If a number is not whole, or less than 1, or the width odd.

    Notes
    -----
    The product of two rows depends on their distance alone: ``p[t] @ p[t + d]`` is the sum of the
    cosines of d at each wave's speed.

    References
    ----------
    Vaswani et al., 2017, section 3.5.

    Examples
    --------
    >>> sinusoidal_positions(3, 4).round(2)
    array([[ 0.  ,  1.  ,  0.  ,  1.  ],
           [ 0.84,  0.54,  0.01,  1.  ],
           [ 0.91, -0.42,  0.02,  1.  ]])
    """
    length, width = check_count("length", length), check_count("width", width)
    if width % 2:
        raise ValueError(
            f"width must be even, a sine and a cosine for each wave; received width={width}."
        )
    speeds = 10000.0 ** (-np.arange(0, width, 2) / width)  # (D / 2,)
    angles = np.arange(length)[:, None] * speeds
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width)


def positions_forward(x, p):
    """Add to every step the row of its place: ``out = x + p[:T]``.

    Parameters
    ----------
    x : ndarray, (N, T, D)
        Floating point; out has the same dtype.
    p : ndarray, (L, D)
        A row for each place, at least as many as there are steps. Weights, or waves from
        `sinusoidal_positions`.

    Returns
    -------
    out : ndarray, (N, T, D)
    cache : tuple

    Raises
    ------
    TypeError
        If x is not floating point.
    ValueError
        If p has fewer rows than x has steps, or another width.

    References
    ----------
    Vaswani et al., 2017, section 3.5.

    Examples
    --------
    >>> x, p = np.array([[[1.0], [2]], [[3], [4]]]), np.array([[10.0], [20], [30]])
    >>> positions_forward(x, p)[0][..., 0]
    array([[11., 22.],
           [13., 24.]])
    """
    x, p = as_array("x", x), as_array("p", p)
    check_shape("x", x, 3, "(N, T, D)", "x[None] adds N, x[..., None] adds D")
    x = check_floating("x", x)
    check_shape("p", p, 2, "(L, D)", "It has a row for each place", least=1)
    if len(p) < x.shape[1] or p.shape[1] != x.shape[2]:
        raise ValueError(
            f"p (L, D) must have a row for each of the {x.shape[1]} steps of x and its width "
            f"{x.shape[2]}; received p {p.shape} and x {x.shape}. Longer sequences than those "
            "in training have places that no one has learned."
        )
    p = check_numbers("p", p, x.dtype)
    return x + p[: x.shape[1]], (x.shape, p)


def positions_backward(dout, cache):
    """Return ``dx = dout``, and for each place the sum of dout over the examples.

    Parameters
    ----------
    dout : ndarray, (N, T, D)
    cache : tuple

    Returns
    -------
    dx : ndarray, (N, T, D)
    dp : ndarray, (L, D)
        Zero for the places behind the end of x.
    """
    shape, p = unpack(cache, "positions_forward", tuple, np.ndarray)
    dout = check_dout(dout, shape, p.dtype)
    dp = np.zeros_like(p)
    dp[: shape[1]] = dout.sum(axis=0)
    return dout.copy(), dp
