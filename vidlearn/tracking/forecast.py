"""Where things will be: baselines, and how a network's forecast is coded and measured."""

from numbers import Integral, Real

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
    past = _paths("past", past, least=2)
    steps, fit = _whole("steps", steps), _whole("fit", fit, 2, past.shape[-2])
    last = past[..., -fit:, :]
    lever = (np.arange(fit) - (fit - 1) / 2).astype(past.dtype)
    velocity = np.einsum("k,...kc->...c", lever / (lever**2).sum(), last)[..., None, :]
    ahead = np.arange(1, steps + 1, dtype=past.dtype)[:, None]  # (steps, 1)
    return last.mean(axis=-2, keepdims=True) + (ahead + lever[-1]) * velocity


def constant_turn(past, steps, *, fit=3):
    r"""Go on from the last place at the speed and at the rate of turn of the last places.

    With the steps between the last places as complex numbers s, each is turned against the one
    before by the same angle, and so are all that follow:

    .. math:: \omega = \arg \sum_j s_j \bar s_{j-1}
       \qquad s_{t+1} = e^{i\omega} s_t

    Parameters
    ----------
    past : array_like
        (N, P, 2) centres x, y at P frames in a row, P at least 3; one path (P, 2) will do, too.
    steps : int
        Frames to foretell, at least 1.
    fit : int
        How many of the last places are looked at, 3 to P. The step from which the path goes on is
        the mean of theirs, each turned on to the last.

    Returns
    -------
    ndarray
        (N, steps, 2), or (steps, 2) for one path; float32 stays, all else becomes float64.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> constant_turn([[5.0, 5.0], [6.0, 5.0], [6.0, 6.0]], 2).round(3).tolist()
    [[5.0, 6.0], [5.0, 5.0]]

    Lesson 16 teaches it.
    """
    past = _paths("past", past, least=3)
    steps, fit = _whole("steps", steps), _whole("fit", fit, 3, past.shape[-2])
    moves = np.diff(past[..., -fit:, :], axis=-2)
    moves = moves[..., 0] + 1j * moves[..., 1]  # (..., fit - 1)
    angle = np.angle((moves[..., 1:] * moves[..., :-1].conj()).sum(axis=-1))[..., None]
    step = (moves * np.exp(1j * angle * np.arange(fit - 2, -1, -1))).mean(axis=-1)[..., None]
    way = np.cumsum(step * np.exp(1j * angle * np.arange(1, steps + 1)), axis=-1)
    return past[..., -1:, :] + np.stack([way.real, way.imag], axis=-1).astype(past.dtype)


def encode_past(past, *, scale=3.0):
    """Write a path as steps from frame to frame, in a unit of about one step.

    What a network reads that is to know nothing of where in the picture a thing is: moved paths
    give the same.

    Parameters
    ----------
    past : array_like
        (N, P, 2) centres x, y at P frames in a row, in pixels; P at least 2.
    scale : float
        The unit, in pixels per frame, above 0.

    Returns
    -------
    ndarray
        (N, P - 1, 2); float32 stays, all else becomes float64.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> encode_past([[[10.0, 5.0], [13.0, 5.0], [13.0, 11.0]]]).tolist()
    [[[1.0, 0.0], [0.0, 2.0]]]

    Lesson 16 teaches it.
    """
    past = _paths("past", past, least=2, axes=(3,))
    return np.diff(past, axis=1) / _unit(scale, past)


def encode_future(future, past, *, scale=3.0):
    """Write where paths go as offsets from their last place: what a network learns to tell.

    Parameters
    ----------
    future : array_like
        (N, F, 2) centres x, y at the F frames that follow, in pixels.
    past : array_like
        (N, P, 2) centres x, y up to then, in pixels.
    scale : float
        The unit, in pixels, above 0.

    Returns
    -------
    ndarray
        (N, 2 F): x, y of each frame in turn; float32 stays, all else becomes float64.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> encode_future([[[13.0, 5.0], [16.0, 8.0]]], [[[10.0, 5.0]]]).tolist()
    [[1.0, 0.0, 2.0, 1.0]]

    Lesson 16 teaches it.
    """
    future, past = _paths("future", future, axes=(3,)), _paths("past", past, axes=(3,))
    if len(future) != len(past):
        raise ValueError(
            f"future must hold as many paths as past. Received: {len(future)} and {len(past)}"
        )
    offsets = (future - past[:, -1:]) / _unit(scale, future)
    return offsets.reshape(len(future), 2 * future.shape[1])


def decode_future(offsets, past, *, scale=3.0):
    """Turn offsets from the last place into places: the inverse of `encode_future`.

    Parameters
    ----------
    offsets : array_like
        (N, 2 F): x, y of each frame in turn.
    past : array_like
        (N, P, 2) centres x, y up to then, in pixels.
    scale : float
        The unit, in pixels, above 0.

    Returns
    -------
    ndarray
        (N, F, 2) centres in pixels; float32 stays, all else becomes float64.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> decode_future([[1.0, 0.0, 2.0, 1.0]], [[[10.0, 5.0]]]).tolist()
    [[[13.0, 5.0], [16.0, 8.0]]]

    Lesson 16 teaches it.
    """
    past, offsets = _paths("past", past, axes=(3,)), np.asarray(offsets)
    if offsets.ndim != 2 or len(offsets) != len(past) or offsets.shape[1] % 2:
        raise ValueError(
            f"offsets must be ({len(past)}, 2 F), x and y of F frames of each path. "
            f"Received shape {offsets.shape}"
        )
    offsets = offsets.reshape(len(past), offsets.shape[1] // 2, 2)
    offsets = _paths("offsets", offsets, axes=(3,))
    return past[:, -1:] + offsets * _unit(scale, offsets)


def displacement_errors(found, truth):
    """Measure forecasts: how far off each path is on average, and at its end.

    Parameters
    ----------
    found : array_like
        (N, F, 2) centres foretold, in pixels.
    truth : array_like
        (N, F, 2) where things were.

    Returns
    -------
    average : ndarray
        (N,) mean distance over the F frames, in pixels; its mean over paths is the ADE.
    final : ndarray
        (N,) distance at the last frame, in pixels; its mean is the FDE.

    Raises
    ------
    ValueError
        If the shapes do not agree.

    References
    ----------
    S. Pellegrini et al., "You'll Never Walk Alone: Modeling Social Behavior for Multi-target
    Tracking", ICCV 2009; A. Alahi et al., "Social LSTM: Human Trajectory Prediction in Crowded
    Spaces", CVPR 2016, section 4.

    Examples
    --------
    >>> displacement_errors([[[3.0, 4.0], [0.0, 1.0]]], [[[0.0, 0.0], [0.0, 0.0]]])
    (array([3.]), array([1.]))

    Lesson 16 teaches it.
    """
    found, truth = _paths("found", found, axes=(3,)), _paths("truth", truth, axes=(3,))
    if found.shape != truth.shape:
        raise ValueError(
            f"found must have the shape of truth, {truth.shape}. Received: {found.shape}"
        )
    away = np.linalg.norm(found - truth, axis=-1)
    return away.mean(axis=1), away[:, -1]


def _paths(name, places, *, least=1, axes=(2, 3)):
    """Return places (..., P, 2) as floats, where they are finite and enough."""
    places = np.asarray(places)
    places = places if places.dtype == np.float32 else places.astype(np.float64)
    if places.ndim not in axes or places.shape[-1] != 2 or places.shape[-2] < least:
        single = " or (P, 2)" if 2 in axes else ""
        raise ValueError(
            f"{name} must be (N, P, 2){single}, centres at P frames in a row, at least {least}. "
            f"Received shape {places.shape}"
        )
    if not np.isfinite(places).all():
        raise ValueError(
            f"{name} must be finite; fill gaps first, or leave these paths out. "
            "Received: NaN or infinity"
        )
    return places


def _whole(name, value, least=1, most=np.inf):
    if not isinstance(value, Integral) or isinstance(value, bool) or not least <= value <= most:
        upto = (
            f"from {least} to the {most} places given" if most < np.inf else f"of {least} or more"
        )
        raise ValueError(f"{name} must be a whole number {upto}. Received: {value!r}")
    return int(value)


def _unit(scale, like):
    if not (isinstance(scale, Real) and 0 < like.dtype.type(scale) < np.inf):
        raise ValueError(f"scale must be above 0 pixels. Received: {scale!r}")
    return like.dtype.type(scale)
