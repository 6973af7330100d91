"""Who belongs to whom: rows and columns of a matrix of costs, each at most once.

A cost above `most`, or of infinity, forbids its pair.
"""

from numbers import Real

import numpy as np
from scipy.optimize import linear_sum_assignment


def assign(costs, *, most=np.inf):
    """Pair rows with columns at the least total cost.

    Of all ways to pair, those with the most pairs count, and of these the cheapest.

    Parameters
    ----------
    costs : array_like
        (N, M), of any sign; infinity forbids a pair.
    most : float
        The gate: a pair that costs more is forbidden.

    Returns
    -------
    rows : ndarray
        (P,) int64, rising.
    columns : ndarray
        (P,) int64, the partner of each row.

    Raises
    ------
    ValueError
        If costs is not (N, M), or a number is NaN or minus infinity.

    Notes
    -----
    A forbidden pair is given a cost above the sum of all that may be chosen together, and taken
    out of the result. To forbid only after pairing is another thing: a pair that is thrown away
    then has kept others from each other.

    References
    ----------
    Kuhn: The Hungarian Method for the Assignment Problem. 1955. SciPy's `linear_sum_assignment`
    finds the same least cost by shortest augmenting paths (Crouse 2016).

    Examples
    --------
    >>> costs = [[1, 2], [2, 9]]
    >>> assign(costs)[1].tolist(), assign_greedy(costs)[1].tolist()  # in all 4, or 10
    ([1, 0], [0, 1])
    >>> [a.tolist() for a in assign(costs, most=1)]
    [[0], [0]]

    Lesson 16 teaches it.
    """
    return _cheapest(*_allowed(costs, most))


def assign_greedy(costs, *, most=np.inf):
    """Pair rows with columns, the cheapest pair of all first, then the cheapest of the rest.

    Parameters
    ----------
    costs : array_like
        (N, M), of any sign; infinity forbids a pair. Of equal ones the first row is taken, then
        the first column.
    most : float
        The gate: a pair that costs more is forbidden.

    Returns
    -------
    rows : ndarray
        (P,) int64, rising.
    columns : ndarray
        (P,) int64, the partner of each row.

    Raises
    ------
    ValueError
        If costs is not (N, M), or a number is NaN or minus infinity.

    Notes
    -----
    It is not optimal: one cheap pair may force a dear one, see `assign`.

    Examples
    --------
    >>> [a.tolist() for a in assign_greedy([[5, 1], [7, 2], [3, 4]])]
    [[0, 2], [1, 0]]

    Lesson 16 teaches it.
    """
    costs, allowed = _allowed(costs, most)
    partner = np.full(len(costs), -1)
    taken = np.zeros(costs.shape[1], bool)
    order = np.argsort(costs, axis=None, kind="stable")
    for row, column in zip(
        *np.unravel_index(order[allowed.ravel()[order]], costs.shape), strict=True
    ):
        if partner[row] < 0 and not taken[column]:
            partner[row], taken[column] = column, True
    rows = np.flatnonzero(partner >= 0)
    return rows, partner[rows]


def _allowed(costs, most):
    """Return the costs as float64, and which of them are allowed."""
    try:
        costs = np.asarray(costs, float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"costs must be numbers, (N, M). Received: {costs!r}") from error
    costs = costs.reshape(0, 0) if costs.shape == (0,) else costs
    if costs.ndim != 2:
        raise ValueError(f"costs must be a matrix, (N, M). Received shape {costs.shape}")
    if not isinstance(most, Real) or np.isnan(most):
        raise ValueError(f"most must be a number, infinity included. Received: {most!r}")
    wrong = ~(costs > -np.inf)
    if wrong.any():
        raise ValueError(
            "costs must be numbers; infinity forbids a pair. "
            f"Received: {costs[wrong][0]} at {np.argwhere(wrong)[0].tolist()}"
        )
    return costs, (costs <= most) & (costs < np.inf)


def _cheapest(costs, allowed):
    """Return the cheapest of the largest pairings among allowed ones; it checks nothing."""
    if not allowed.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if allowed.all():
        return linear_sum_assignment(costs)
    allowed_only = np.where(allowed, costs, 0)
    scaled = allowed_only / (np.abs(allowed_only).max() or 1)  # -1 to 1
    rows, columns = linear_sum_assignment(np.where(allowed, scaled, 2 * min(costs.shape) + 1))
    good = allowed[rows, columns]
    return rows[good], columns[good]
