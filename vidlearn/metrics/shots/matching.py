"""Who found whom: the rules of this library, and those of two programs that publish numbers."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def nearest(found, truth, tolerance, *, kinds=None):
    """Match as many as possible, and of all ways to do so the one that is least apart.

    Two may match if no more than `tolerance` frames lie between them; they are apart by the frames
    between their starts and those between their ends. Of equals, the earlier match.

    Parameters
    ----------
    found, truth : ndarray
        (N, 2) and (M, 2) int, sorted.
    tolerance : int
    kinds : tuple of ndarray, optional
        (N,) and (M,): only equals may match.

    Returns
    -------
    ndarray
        (H, 2) int, index found and index true.
    """
    pairs = [np.zeros((0, 2), np.int64)]
    for f, t in _neighbours(found, truth, tolerance):
        ours, theirs = found[f, None], truth[None, t]  # (F, 1, 2), (1, T, 2)
        may = _gap(ours, theirs) <= tolerance
        if kinds is not None:
            may &= kinds[0][f, None] == kinds[1][t]
        if not may.any():
            continue
        apart = (
            np.abs(ours - theirs).sum(-1)
            + np.add.outer(np.arange(len(f)), np.arange(len(t))) / (len(f) + len(t)) ** 2
        )  # a sum of such fractions stays below one frame
        much = 1 + apart[may].max() * min(may.shape)  # one match more outweighs any distance
        rows, columns = linear_sum_assignment(np.where(may, apart - much, 0))
        kept = may[rows, columns]
        pairs.append(np.stack([f[rows[kept]], t[columns[kept]]], axis=1))
    return np.concatenate(pairs)


def in_order(found, truth, tolerance):
    """Match as TransNet V2's evaluation does: go through both in time, the first that meet match.

    Returns pairs (H, 2) as `nearest` does, and as many.
    """
    pairs, i, j = [], 0, 0
    while i < len(found) and j < len(truth):
        if truth[j, 0] - found[i, 1] > tolerance:
            i += 1
        elif found[i, 0] - truth[j, 1] > tolerance:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return np.array(pairs, np.int64).reshape(-1, 2)


def by_frame(found, truth, tolerance, gradual):
    """Match as PySceneDetect's benchmark does: a found one is one frame, gradual ones come first.

    Parameters
    ----------
    found, truth : ndarray
        (N, 2) and (M, 2) int, sorted.
    tolerance : int
        For cuts.
    gradual : ndarray
        (M,) bool, which true ones are gradual.

    Returns
    -------
    pairs : ndarray
        (H, 2) int.
    inside : ndarray
        (N,) bool, which found ones lie in a gradual one.
    """
    pairs, inside = [np.zeros((0, 2), np.int64)], np.zeros(len(found), bool)
    for f, t in _neighbours(found, truth, max(tolerance, 1)):
        some, inside[f] = _by_frame(found[f], truth[t], tolerance, gradual[t])
        pairs.append(np.stack([f[some[:, 0]], t[some[:, 1]]], axis=1))
    return np.concatenate(pairs), inside


def _by_frame(found, truth, tolerance, gradual):
    """Do `by_frame` within a group."""
    frames = found.sum(1) // 2
    start, end = truth.T
    within = gradual & (start - 1 <= frames[:, None]) & (frames[:, None] <= end)  # (N, M)
    inside = within.any(1)
    pairs = {}  # found by true
    for i in np.flatnonzero(inside):
        pairs.setdefault(int(within[i].argmax()), i)
    apart = np.abs(frames[:, None] - start)
    near = np.argwhere((apart <= tolerance) & ~inside[:, None] & ~gradual)
    used = set()
    for i, j in near[np.argsort(apart[tuple(near.T)], kind="stable")]:
        if i not in used and j not in pairs:
            used.add(i)
            pairs[j] = i
    return np.array([(i, j) for j, i in pairs.items()], np.int64).reshape(-1, 2), inside


def _gap(found, truth):
    """Return the frames between two transitions, 0 or less where they touch or overlap."""
    return np.maximum(found[..., 0] - truth[..., 1], truth[..., 0] - found[..., 1])


def _neighbours(found, truth, tolerance):
    """Yield indices of found and true ones that may have to do with each other, group by group."""
    both = np.concatenate([found, truth])
    order = np.argsort(both[:, 0], kind="stable")
    start, end = both[order].T
    apart = start[1:] - np.maximum.accumulate(end)[:-1] > tolerance
    for group in np.split(order, np.flatnonzero(apart) + 1):
        f, t = group[group < len(found)], group[group >= len(found)] - len(found)
        if len(f) and len(t):
            yield np.sort(f), np.sort(t)
