"""The Kalman filter: where something is believed to be, and how sure one may be of it.

In the letters of the literature, with x the mean and P the covariance of what is believed::

    predict   x = F x              P = F P F' + Q
    update    y = z - H x          S = H P H' + R          K = P H' S^-1
              x = x + K y          P = (I - K H) P (I - K H)' + K R K'

Every function takes one state, or many at once in a first axis.
"""

from dataclasses import dataclass, field

import numpy as np


def kalman_predict(mean, covariance, f, q):
    """Move a belief on by one step: things move on, and one is less sure of them.

    Parameters
    ----------
    mean : array_like
        x, (D,) or (N, D).
    covariance : array_like
        P, (D, D) or (N, D, D).
    f : array_like
        F, the motion: (D, D), or (N, D, D) with one for each.
    q : array_like
        Q, the covariance of what the motion does not know: (D, D) or (N, D, D).

    Returns
    -------
    mean : ndarray
        Of the shape it came in, float64.
    covariance : ndarray
        Of the shape it came in, float64.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    References
    ----------
    Kalman: A New Approach to Linear Filtering and Prediction Problems. 1960.

    Examples
    --------
    >>> f = [[1, 1], [0, 1]]  # a place and its velocity
    >>> kalman_predict([3, 2], [[4, 0], [0, 1]], f, np.diag([0, 1]))[0].tolist()
    [5.0, 2.0]

    Lesson 16 teaches it.
    """
    mean, covariance, f, q = _belief(mean, covariance, f=f, q=q)
    mean = (f @ mean[..., None])[..., 0]  # (..., D)
    return mean, f @ covariance @ _t(f) + q


def kalman_update(mean, covariance, z, h, r):
    """Correct a belief by what was observed, as far as the observation can be trusted.

    Parameters
    ----------
    mean : array_like
        x, (D,) or (N, D).
    covariance : array_like
        P, (D, D) or (N, D, D).
    z : array_like
        What was observed: (K,) or (N, K), finite.
    h : array_like
        H, what of a state is observed: (K, D) or (N, K, D).
    r : array_like
        R, the covariance of the observation's error: (K, K) or (N, K, K).

    Returns
    -------
    mean : ndarray
        Of the shape it came in, float64.
    covariance : ndarray
        Of the shape it came in, float64.

    Raises
    ------
    ValueError
        If the shapes do not belong together, z is not finite, or S has no inverse.

    Notes
    -----
    The covariance is updated in Joseph's form. The short one, (I - K H) P, is the same on paper,
    but it subtracts: once P is large beside R it loses its symmetry, then it is no covariance any
    more. Joseph's adds two that cannot become negative, whatever the rounding of K.

    References
    ----------
    Kalman: A New Approach to Linear Filtering and Prediction Problems. 1960.
    Bucy and Joseph: Filtering for Stochastic Processes. 1968.

    Examples
    --------
    >>> mean, covariance = kalman_update([5, 2], [[3, 0], [0, 1]], [9], [[1, 0]], [[1]])
    >>> mean.tolist(), covariance.round(2).tolist()  # three quarters of the way from 5 to 9
    ([8.0, 2.0], [[0.75, 0.0], [0.0, 1.0]])

    Lesson 16 teaches it.
    """
    mean, covariance, z, h, r = _belief(mean, covariance, z=z, h=h, r=r)
    y = z - (h @ mean[..., None])[..., 0]  # (..., K)
    hp = h @ covariance  # (..., K, D)
    s = hp @ _t(h) + r  # (..., K, K)
    k = _t(_solve(s, hp))  # (..., D, K): P H' S^-1, as P and S are symmetric
    kept = np.eye(mean.shape[-1]) - k @ h
    mean = mean + (k @ y[..., None])[..., 0]
    return mean, kept @ covariance @ _t(kept) + k @ r @ _t(k)


def mahalanobis(mean, covariance, z, h, r):
    """Measure how far each observation lies from each belief, in what is to be expected of it.

    Parameters
    ----------
    mean : array_like
        x, (N, D).
    covariance : array_like
        P, (N, D, D).
    z : array_like
        What was observed: (M, K).
    h : array_like
        H, what of a state is observed: (K, D).
    r : array_like
        R, the covariance of the observation's error: (K, K) or (N, K, K).

    Returns
    -------
    ndarray
        (N, M) float64: the squared distance ``y' S^-1 y`` with ``S = H P H' + R``. S, not P: an
        observation is off by its own error, too. Of observations that belong to the belief, a
        share p lies below the p-quantile of chi-square with K degrees of freedom.

    Raises
    ------
    ValueError
        If the shapes do not belong together, z is not finite, or S has no inverse.

    Examples
    --------
    >>> mahalanobis([[5, 2]], [[[3, 0], [0, 1]]], [[9], [5]], [[1, 0]], [[1]]).tolist()
    [[4.0, 0.0]]

    Lesson 16 teaches it.
    """
    mean, covariance, h, r = _belief(mean, covariance, h=h, r=r)
    z = np.asarray(z, float)
    if mean.ndim != 2 or h.ndim != 2 or z.ndim != 2 or z.shape[1] != len(h):
        raise ValueError(
            "mean must be (N, D), h (K, D) and z (M, K). "
            f"Received shapes {mean.shape}, {h.shape} and {z.shape}"
        )
    _check_finite("z", z)
    y = z - (mean @ h.T)[:, None, :]  # (N, M, K)
    s = h @ covariance @ h.T + r  # (N, K, K)
    return (y * _t(_solve(s, _t(y)))).sum(axis=-1)


@dataclass(frozen=True, eq=False)
class KalmanFilter:
    """A Kalman filter of one motion and one way to observe it.

    It holds the four matrices and no belief: a belief goes in and a newer one comes out, so one
    filter serves many things.

    Parameters
    ----------
    motion : array_like
        F, (D, D).
    observation : array_like
        H, (K, D).
    motion_noise : array_like
        Q, (D, D).
    observation_noise : array_like
        R, (K, K).

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a number is not finite.

    Notes
    -----
    On 50 random filters of 1 to 7 numbers, with gaps, means, covariances and distances are those
    of filterpy 2.0 to 1e-12. The last mean is the solution of weighted least squares over all
    observations at once, as tests show.

    Examples
    --------
    >>> still = KalmanFilter([[1]], [[1]], motion_noise=[[0]], observation_noise=[[1]])
    >>> means, covariances = still.run([[4], [np.nan], [8]], [0], [[1e6]])
    >>> means.round(2).tolist(), covariances.round(2).ravel().tolist()
    ([[4.0], [4.0], [6.0]], [1.0, 1.0, 0.5])

    Lesson 16 teaches it.
    """

    motion: np.ndarray
    observation: np.ndarray
    motion_noise: np.ndarray = field(kw_only=True)
    observation_noise: np.ndarray = field(kw_only=True)

    def __post_init__(self):
        names = "motion", "observation", "motion_noise", "observation_noise"
        matrices = {name: np.array(getattr(self, name), float) for name in names}
        width, seen = (matrices[name].shape[-1:] for name in ("motion", "observation_noise"))
        wanted = width * 2, seen + width, width * 2, seen * 2
        for (name, matrix), shape in zip(matrices.items(), wanted, strict=True):
            if matrix.shape != shape or matrix.ndim != 2:
                raise ValueError(
                    f"{name} must be {shape}, beside a motion (D, D) and observation_noise (K, K). "
                    f"Received shape {matrix.shape}"
                )
            _check_finite(name, matrix)
            object.__setattr__(self, name, matrix)

    def predict(self, mean, covariance):
        """Return the belief one step on: see `kalman_predict`."""
        return kalman_predict(mean, covariance, self.motion, self.motion_noise)

    def update(self, mean, covariance, z):
        """Return the belief corrected by an observation: see `kalman_update`."""
        return kalman_update(mean, covariance, z, self.observation, self.observation_noise)

    def distance(self, mean, covariance, z):
        """Return how far observations lie from beliefs, squared: see `mahalanobis`."""
        return mahalanobis(mean, covariance, z, self.observation, self.observation_noise)

    def run(self, observations, mean, covariance):
        """Filter a whole series: correct by each observation, predict between two.

        Parameters
        ----------
        observations : array_like
            (T, K); a row of NaN where nothing was observed.
        mean : array_like
            (D,), what is believed before the first observation, at its time.
        covariance : array_like
            (D, D)

        Returns
        -------
        means : ndarray
            (T, D), after each observation.
        covariances : ndarray
            (T, D, D)

        Raises
        ------
        ValueError
            If the shapes do not belong together, or a row is only partly finite.
        """
        width, seen = len(self.motion), len(self.observation)
        observations = np.asarray(observations, float)
        observations = observations.reshape(-1, seen) if not observations.size else observations
        mean, covariance = _belief(mean, covariance)
        shapes = observations.shape[1:], mean.shape
        if shapes != ((seen,), (width,)):
            raise ValueError(
                f"observations must be (T, {seen}) and mean ({width},). "
                f"Received shapes {observations.shape} and {mean.shape}"
            )
        told = []
        for step, z in enumerate(observations):
            if step:
                mean, covariance = self.predict(mean, covariance)
            if not np.isnan(z).all():
                mean, covariance = self.update(mean, covariance, z)
            told.append((mean, covariance))
        means, covariances = zip(*told, strict=True) if told else ((), ())
        return np.reshape(means, (-1, width)), np.reshape(covariances, (-1, width, width))


def _t(matrices):
    """Return each matrix transposed."""
    return matrices.swapaxes(-1, -2)


def _solve(s, right):
    """Return S^-1 times something."""
    try:
        return np.linalg.solve(s, right)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "r must leave H P H' + R a covariance with an inverse; give it more noise. "
            f"Received: {s.tolist()} in all"
        ) from error


def _check_finite(name, array):
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite. Received: {array[~np.isfinite(array)][0]}")


def _belief(mean, covariance, **others):
    """Return all as arrays of float64 whose shapes belong together."""
    mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
    many, width = mean.shape[:-1], mean.shape[-1:]
    if len(many) > 1 or not width or covariance.shape != many + width * 2:
        raise ValueError(
            "mean and covariance must be (D,) and (D, D), or (N, D) and (N, D, D). "
            f"Received shapes {mean.shape} and {covariance.shape}"
        )
    others = {name: np.asarray(array, float) for name, array in others.items()}
    seen = others["r"].shape[-1:] if "r" in others else ()
    wanted = {"f": width * 2, "q": width * 2, "z": seen, "h": seen + width, "r": seen * 2}
    for name, array in others.items():
        lead = many if name == "z" else ()
        if array.shape not in (lead + wanted[name], many + wanted[name]):
            raise ValueError(
                f"{name} must be {lead + wanted[name]}, beside a mean {mean.shape}. "
                f"Received shape {array.shape}"
            )
    if "z" in others:
        _check_finite("z", others["z"])
    return mean, covariance, *others.values()
