r"""Of boxes that are found twice, keep the best: non-maximum suppression, hard and soft.

The loop form is the algorithm as papers write it. The fast form gives the same, box for box, and
looks at few of the pairs: `vidlearn.boxes._suppress` has it.
"""

from numbers import Real

import numpy as np

from ._checks import as_boxes, as_labels, as_scores, check_count, check_share
from ._suppress import keep
from .overlaps import iou


def nms(boxes, scores, *, threshold=0.5, labels=None, most=None):
    """Keep the boxes that overlap no better one too much.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy.
    scores : array_like
        (N,) the higher, the better.
    threshold : float
        0 to 1. A box goes if its IoU with a kept one is above; one at the threshold stays.
    labels : array_like, optional
        (N,) class numbers from 0: boxes of different classes do not compete. Without, all do.
    most : int, optional
        How many to keep at most, the best of all classes together.

    Returns
    -------
    ndarray
        (K,) int64 indices of the boxes kept, by falling score; among equals the lower index first.

    Raises
    ------
    ValueError
        If the shapes do not belong together, a number is not finite, a box is inverted, or an
        option is out of range.

    Notes
    -----
    For float32 boxes the IoU is float32, and so is the threshold it is compared with. Classes are
    told apart by their labels, not by shifting boxes, which costs digits.

    References
    ----------
    Girshick et al.: Rich feature hierarchies for accurate object detection. CVPR 2014, section 2.2.

    Examples
    --------
    >>> nms([[0, 0, 4, 4], [1, 0, 5, 4], [9, 9, 12, 12]], [0.7, 0.9, 0.8]).tolist()
    [1, 2]

    Lesson 11 teaches it.
    """
    boxes, scores, labels, threshold = _prepare(boxes, scores, labels, threshold, most)
    order = _by_score(scores)
    if labels is None:
        kept = order[keep(boxes[order], threshold)]
    else:
        labels, stays = labels[order], np.zeros(len(order), bool)
        for label in np.unique(labels):
            own = np.flatnonzero(labels == label)
            stays[own[keep(boxes[order[own]], threshold)]] = True
        kept = order[stays]
    return kept[:most]


def nms_naive(boxes, scores, *, threshold=0.5, labels=None, most=None):
    """Keep the boxes that overlap no better one too much: take the best, drop its like, repeat.

    Parameters and result are those of `vidlearn.boxes.nms`.

    Examples
    --------
    >>> nms_naive([[0, 0, 4, 4], [1, 0, 5, 4], [9, 9, 12, 12]], [0.7, 0.9, 0.8]).tolist()
    [1, 2]

    Lesson 11 teaches it.
    """
    boxes, scores, labels, threshold = _prepare(boxes, scores, labels, threshold, most)
    kept = []
    left = sorted(range(len(boxes)), key=lambda k: (-scores[k], k))
    while left and len(kept) != most:
        best = left.pop(0)
        kept.append(best)
        overlaps = iou(boxes[[best]], boxes[left])[0]
        left = [
            k
            for k, overlap in zip(left, overlaps, strict=True)
            if overlap <= threshold or (labels is not None and labels[k] != labels[best])
        ]
    return np.array(kept, np.int64)


def soft_nms(
    boxes, scores, *, method="gaussian", sigma=0.5, threshold=0.5, least=0.001, labels=None
):
    r"""Lower the scores of boxes that overlap better ones, instead of dropping them.

    Parameters
    ----------
    boxes : array_like
        (N, 4) xyxy.
    scores : array_like
        (N,), 0 or above.
    method : str
        ``"gaussian"``: a score is multiplied by ``exp(-iou**2 / sigma)``; ``"linear"``: by
        ``1 - iou``, where the IoU is above the threshold.
    sigma : float
        Above 0, for the gaussian: the smaller, the harder.
    threshold : float
        0 to 1, for the linear form.
    least : float
        0 or above. Boxes whose score falls below it go.
    labels : array_like, optional
        (N,) class numbers from 0: boxes of different classes do not compete. Without, all do.

    Returns
    -------
    indices : ndarray
        (K,) int64, by falling new score; among equals the lower index first.
    scores : ndarray
        (K,) float64, the new scores.

    Raises
    ------
    ValueError
        If the shapes do not belong together, a number is not finite, a box is inverted, a score
        is below 0, or an option is unknown or out of range.

    Notes
    -----
    In the paper, the linear form lowers the score of a box at the threshold too; here as in `nms`
    only above it.

    References
    ----------
    Bodla et al.: Soft-NMS. ICCV 2017, figure 2 and equations 2 and 3.

    Examples
    --------
    >>> kept, new = soft_nms([[0, 0, 4, 4], [0, 0, 4, 3]], [0.9, 0.8], method="linear")
    >>> kept.tolist(), new.round(3).tolist()  # 0.8 * (1 - 0.75)
    ([0, 1], [0.9, 0.2])

    Lesson 11 teaches it.
    """
    boxes, scores, labels, threshold = _prepare(boxes, scores, labels, threshold, None)
    _check_soft(scores, method, sigma, least)
    scores, kept = scores.astype(np.float64), []
    left = np.flatnonzero(scores >= least)
    while len(left):
        best = left[scores[left].argmax()]
        kept.append(best)
        left = left[left != best]
        rivals = left if labels is None else left[labels[left] == labels[best]]
        overlaps = iou(boxes[[best]], boxes[rivals])[0]
        if method == "gaussian":
            scores[rivals] *= np.exp(-(overlaps**2) / sigma)  # eq. 3
        else:
            scores[rivals] *= np.where(overlaps > threshold, 1 - overlaps, 1)  # eq. 2
        left = left[scores[left] >= least]
    kept = np.array(kept, np.int64)
    return kept, scores[kept]


def _prepare(boxes, scores, labels, threshold, most):
    boxes = as_boxes("boxes", boxes, ordered=True)
    scores = as_scores(scores, len(boxes))
    labels = None if labels is None else as_labels(labels, len(boxes))
    if most is not None:
        check_count("most", most)
    return boxes, scores, labels, check_share("threshold", threshold)


def _check_soft(scores, method, sigma, least):
    if method not in ("gaussian", "linear"):
        raise ValueError(f'method must be "gaussian" or "linear". Received: {method!r}')
    if not (isinstance(sigma, Real) and 0 < sigma < np.inf):
        raise ValueError(f"sigma must be above 0. Received: {sigma!r}")
    if not (isinstance(least, Real) and 0 <= least < np.inf):
        raise ValueError(f"least must be 0 or above. Received: {least!r}")
    if (scores < 0).any():
        raise ValueError(
            f"scores must be 0 or above, to be lowered by a factor. Received: {scores.min()}"
        )


def _by_score(scores):
    """Sort by falling score, equals by index: as a stable sort would, in less time."""
    order = np.argsort(-scores)
    ranked = scores[order]
    steps = np.concatenate([[False], ranked[1:] != ranked[:-1]])[: len(order)]
    return np.sort(np.cumsum(steps) * len(order) + order) % max(len(order), 1)
