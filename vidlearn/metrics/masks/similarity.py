"""How alike two masks are: their regions (J) and their contours (F), as DAVIS measures them."""

from numbers import Real

import numpy as np
from scipy.spatial import cKDTree

TOLERANCE = 0.008  # of the diagonal


def region_similarity(found, truth, *, ignore=None):
    """Return J, the intersection over the union of two masks: also called Jaccard index and IoU.

    Parameters
    ----------
    found, truth : array_like of bool
        (..., H, W), such as (T, H, W).
    ignore : array_like of bool, optional
        (..., H, W) pixels that do not count.

    Returns
    -------
    float or ndarray
        (...) 0 to 1 for each mask; 1 where both are empty.

    Raises
    ------
    ValueError
        If these are not masks of one shape.

    References
    ----------
    Perazzi et al., A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation,
    CVPR 2016, section 4.1.

    Examples
    --------
    Two pixels of both, three of one alone.

    >>> region_similarity([[1, 1, 1], [0, 0, 0]], [[0, 1, 1], [0, 1, 1]])
    0.4

    Lesson 23 teaches it.
    """
    found, truth = _masks(found, truth, ignore)
    both, either = (found & truth).sum((-2, -1)), (found | truth).sum((-2, -1))
    scores = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    return scores if scores.ndim else float(scores)


def mask_boundary(mask):
    """Return which pixels are the contour of a mask.

    A pixel is if it differs from its neighbour to the right, below, or right below.

    Parameters
    ----------
    mask : array_like of bool
        (..., H, W).

    Returns
    -------
    ndarray
        (..., H, W) bool.

    Raises
    ------
    ValueError
        If this is no mask.

    Notes
    -----
    This is the seg2bmap of Martin et al. that DAVIS uses. The contour is one pixel wide, and half
    a pixel to the left and above of the true one: to the left and above of the object it lies
    outside, to the right and below inside. Where the object leaves the picture, there is none.

    References
    ----------
    Martin, Fowlkes and Malik, Learning to Detect Natural Image Boundaries Using Local Brightness,
    Color, and Texture Cues, TPAMI 2004.

    Examples
    --------
    >>> mask = np.zeros((5, 5), bool)
    >>> mask[2:4, 2:4] = True
    >>> mask_boundary(mask).astype(int)
    array([[0, 0, 0, 0, 0],
           [0, 1, 1, 1, 0],
           [0, 1, 0, 1, 0],
           [0, 1, 1, 1, 0],
           [0, 0, 0, 0, 0]])

    Lesson 23 teaches it.
    """
    mask = _mask("mask", mask)
    wider = np.pad(mask, [(0, 0)] * (mask.ndim - 2) + [(0, 1), (0, 1)], mode="edge")
    right, below = wider[..., :-1, 1:], wider[..., 1:, :-1]
    return (mask != right) | (mask != below) | (mask != wider[..., 1:, 1:])


def contour_accuracy(found, truth, *, tolerance=TOLERANCE, ignore=None):
    """Return F, how well the contours of two masks lie upon each other.

    The precision is the share of the found contour's pixels that have one of the true contour
    within `tolerance`, the recall the same the other way round, and F is their harmonic mean.

    Parameters
    ----------
    found, truth : array_like of bool
        (..., H, W), such as (T, H, W).
    tolerance : float
        Below 1 a share of the picture's diagonal, rounded up to whole pixels; from 1 on, pixels.
    ignore : array_like of bool, optional
        (..., H, W) pixels that belong to neither mask; their own border may become a contour.

    Returns
    -------
    float or ndarray
        (...) 0 to 1 for each mask; 1 where neither has a contour, 0 where only one has.

    Raises
    ------
    ValueError
        If these are not masks of one shape, or the tolerance is below 0.

    Notes
    -----
    Perazzi et al. define a match of contour pixels one to one, and approximate it, as their tool
    does and as is done here: it is enough that some pixel of the other contour is near, whoever
    else uses that one. To look within a distance is to dilate with a disk.

    References
    ----------
    Perazzi et al., A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation,
    CVPR 2016, section 4.1; `mask_boundary` says which pixels are the contour.

    Examples
    --------
    A square, found one pixel to the right: of 8 pixels of either contour 4 lie upon each other,
    and with a tolerance of one pixel all do.

    >>> truth = np.zeros((6, 7), bool)
    >>> truth[2:4, 2:4] = True
    >>> found = np.roll(truth, 1, axis=1)
    >>> contour_accuracy(found, truth, tolerance=0), contour_accuracy(found, truth, tolerance=1)
    (0.5, 1.0)

    Lesson 23 teaches it.
    """
    found, truth = _masks(found, truth, ignore)
    if not isinstance(tolerance, Real) or not 0 <= tolerance < np.inf:
        raise ValueError(f"tolerance must be a number from 0 on. Received: {tolerance!r}")
    size = found.shape[-2:]
    radius = tolerance if tolerance >= 1 else np.ceil(tolerance * np.hypot(*size))
    pairs = zip(*(mask_boundary(one).reshape(-1, *size) for one in (found, truth)), strict=True)
    scores = np.array([_agreement(*pair, radius) for pair in pairs])
    return scores.reshape(found.shape[:-2]) if found.ndim > 2 else float(scores[0])


def _agreement(found, truth, radius):
    """Return F of two contours (H, W)."""
    found, truth = np.argwhere(found), np.argwhere(truth)
    if not len(found) or not len(truth):
        return float(len(found) == len(truth))
    precision = (cKDTree(truth).query(found)[0] <= radius).mean()
    recall = (cKDTree(found).query(truth)[0] <= radius).mean()
    total = precision + recall
    return float(2 * precision * recall / total) if total else 0.0


def _mask(name, values):
    array = np.asarray(values)
    fine = array.ndim >= 2 and 0 not in array.shape[-2:] and array.dtype.kind in "biu"
    if not fine or (array.size and (array.min() < 0 or array.max() > 1)):
        raise ValueError(
            f"{name} must be a mask (..., H, W) of bool, or of 0 and 1, of a pixel at least; of "
            "scores take scores > 0.5, of 0 and 255 mask > 0, of several objects labels == object. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    return array.astype(bool, copy=False)


def _masks(found, truth, ignore):
    """Return both masks, empty where pixels do not count."""
    found, truth = _mask("found", found), _mask("truth", truth)
    out = np.False_ if ignore is None else _mask("ignore", ignore)
    if found.shape != truth.shape or out.shape not in ((), truth.shape):
        raise ValueError(
            "found, truth and ignore must be of one shape. "
            f"Received: {found.shape}, {truth.shape}" + f" and {out.shape}" * bool(out.ndim)
        )
    return found & ~out, truth & ~out
