"""Where things will be if they go on as they did: the baselines of every learned forecast."""

import numpy as np


def constant_velocity(past, steps, *, fit=2):
    r"""Go on from the last place at the velocity of the last places.

    The velocity is the slope of the line fitted to the last k places by least squares; with two
    it is their difference, and the forecast sets out from the last place:

    .. math:: v = \frac{\sum_j (j - \bar j) \, p_j}{\sum_j (j - \bar j)^2}
       \qquad p_{t+n} = \bar p + \left(n + \frac{k - 1}{2}\right) v

    With noise, more places make v steadier; in a bend, they make it older.

    Parameters
    ----------
    past : array_like
        (N, P, 2) centres x, y at P frames in a row, P at least 2; one path (P, 2) will do, too.
    steps : int
        Frames to foretell, at least 1.
    fit : int
        How many of the last places the line is fitted to, k: 2 to P. From 3 on the forecast sets
        out from the end of the line: the last place has noise of its own.

    Returns
    -------
    ndarray
        (N, steps, 2), or (steps, 2) for one path; float32 stays, all else becomes float64.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    C. Schöller et al., "What the Constant Velocity Model Can Teach Us About Pedestrian Motion
    Prediction", IEEE Robotics and Automation Letters, 2020.

    Examples
    --------
    >>> constant_velocity([[0.0, 0.0], [1.0, 0.0], [3.0, 1.0]], 2).tolist()
    [[5.0, 2.0], [7.0, 3.0]]
    >>> constant_velocity([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]], 1, fit=3).tolist()
    [[7.0, 0.0]]

    Lesson 16 teaches it.
    """
    past = np.asarray(past)
    past = past if past.dtype == np.float32 else past.astype(np.float64)
    if past.ndim not in (2, 3) or past.shape[-1] != 2 or past.shape[-2] < 2:
        raise ValueError(
            "past must be (N, P, 2) or (P, 2), centres at P of at least 2 frames. "
            f"Received shape {past.shape}"
        )
    if not np.isfinite(past).all():
        raise ValueError("past must be finite; leave out paths with gaps. Received: NaN or inf")
    if steps < 1 or steps != int(steps):
        raise ValueError(f"steps must be a whole number of at least 1. Received: {steps}")
    if not 2 <= fit <= past.shape[-2] or fit != int(fit):
        raise ValueError(
            f"fit must be a whole number from 2 to the {past.shape[-2]} places given. "
            f"Received: {fit}"
        )
    last = past[..., -int(fit) :, :]
    lever = np.arange(fit, dtype=past.dtype) - past.dtype.type((fit - 1) / 2)
    velocity = np.einsum("k,...kc->...c", lever / (lever**2).sum(), last)[..., None, :]
    ahead = np.arange(1, int(steps) + 1, dtype=past.dtype)[:, None]  # (steps, 1)
    return last.mean(axis=-2, keepdims=True) + (ahead + lever[-1]) * velocity
