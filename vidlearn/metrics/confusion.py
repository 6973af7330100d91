"""Which class is taken for which: the confusion matrix of a detector."""

import numpy as np

from ._checks import class_count
from .curve import ALMOST_ONE
from .errors import detection_errors, ignored
from .matching import joined
from .overlap import overlap as share


def confusion_matrix(found, truths, classes, *, threshold=0.5, overlap=0.5):
    """Count which class was taken for which, what was missed and what was found in nothing.

    In each picture truths and detections are paired across all classes, the pair with the best
    IoU first, each at most once. Every truth and every detection that counts is counted once.

    Parameters
    ----------
    found : list of Detections
        One for each picture.
    truths : list of Truth
        One for each picture, in the same order.
    classes : int or sequence of str
        Number K of classes, or their names.
    threshold : float
        Detections with this score or more are counted, 0 to 1.
    overlap : float
        IoU from which on a truth and a detection are a pair, above 0 to 1.

    Returns
    -------
    ndarray
        (K + 1, K + 1) int. Rows are the truth, columns what was found. The last column holds
        what was missed, the last row every detection without a partner: on nothing, a second one
        on its thing, or too far off. Their corner is 0.

    Raises
    ------
    TypeError
        If the lists hold other things than `Detections` and `Truth`.
    ValueError
        If a label has no class, the lists differ in length, or an option is out of range.

    Notes
    -----
    - Of equal IoU the higher score comes first, then the order given.
    - Where detections of several classes lie on one thing, the best IoU pairs, and the diagonal
      may differ from the "right" of `detection_errors`, which pairs class by class and by score.
      The sums of a row and of a column are the same.
    - What `detection_errors` ignores is not counted: crowds, difficult truths, and what found
      them.

    Examples
    --------
    >>> from vidlearn.boxes import Detections, Truth
    >>> found = Detections([[0, 0, 4, 4], [6, 0, 9, 4], [20, 20, 22, 22]], [0.9, 0.8, 0.7])
    >>> truth = Truth([[0, 0, 4, 4], [6, 0, 9, 4], [12, 12, 15, 15]], [0, 1, 1])
    >>> confusion_matrix([found], [truth], 2).tolist()
    [[1, 0, 0], [1, 0, 1], [1, 0, 0]]

    Lesson 24 teaches it.
    """
    errors = detection_errors(found, truths, threshold=threshold, overlap=overlap, low=overlap)
    count = _count(classes, np.concatenate([joined(truths, "labels", int), errors.label]))
    matrix = np.zeros((count + 1, count + 1), int)
    for picture, (one, truth) in enumerate(zip(found, truths, strict=True)):
        rows = slice(*np.searchsorted(errors.picture, [picture, picture + 1]))
        counts = errors.kind[rows] != "ignored"
        one, truth = one[errors.index[rows][counts]], truth[~ignored(truth)]
        shared = share(one.boxes[None], truth.boxes[:, None], False)  # (M, N)
        left = {"found": set(range(len(one))), "real": set(range(len(truth)))}
        for m, n in _pairs(shared, one.scores, min(overlap, ALMOST_ONE)):
            if m in left["real"] and n in left["found"]:
                left["real"].remove(m)
                left["found"].remove(n)
                matrix[truth.labels[m], one.labels[n]] += 1
        np.add.at(matrix[:, count], truth.labels[list(left["real"])], 1)
        np.add.at(matrix[count], one.labels[list(left["found"])], 1)
    return matrix


def _pairs(shared, scores, least):
    """Return the pairs that overlap enough, the best IoU first, then the higher score."""
    m, n = np.nonzero(shared >= least)
    order = np.lexsort((-scores[n], -shared[m, n]))
    return zip(m[order].tolist(), n[order].tolist(), strict=True)


def _count(classes, labels):
    """Return the number of classes, or say what does not fit."""
    count = class_count(classes)
    if labels.max(initial=0) >= count:
        raise ValueError(
            f"classes must have one for each label, from 0 to {labels.max()}. Received: {count}"
        )
    return count
