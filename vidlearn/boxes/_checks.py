"""What every function here asks of its arguments."""

from numbers import Real

import numpy as np

LARGEST = 1e15  # beyond it, an area in float32 could be infinite


def as_boxes(name, boxes, *, ordered=False, form="x1, y1, x2, y2"):
    """Return boxes (N, 4), float32 or float64; `ordered` turns away x2 < x1 and y2 < y1."""
    boxes = floating(boxes)
    boxes = boxes.reshape(0, 4) if boxes.size == 0 else boxes
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(
            f"{name} must be (N, 4) {form}; put a single one in a list. "
            f"Received shape {boxes.shape}"
        )
    check_finite(name, boxes)
    if ordered and (boxes[:, 2:] < boxes[:, :2]).any():
        k = (boxes[:, 2:] < boxes[:, :2]).any(axis=1).argmax()
        raise ValueError(
            f"{name} must have x1 <= x2 and y1 <= y2; use convert if these are of another form. "
            f"Received box {k}: {boxes[k].tolist()}"
        )
    return boxes


def as_pair(a, b, names=("a", "b")):
    """Return two arrays of ordered boxes in one dtype: float32 only where both are."""
    a, b = (as_boxes(name, x, ordered=True) for name, x in zip(names, (a, b), strict=True))
    dtype = np.result_type(a, b)
    return a.astype(dtype, copy=False), b.astype(dtype, copy=False)


def as_scores(scores, count):
    """Return scores (count,), one for each box, float32 or float64."""
    scores = floating(scores)
    scores = scores.reshape(0) if scores.size == 0 else scores
    if scores.shape != (count,):
        raise ValueError(
            f"scores must have shape ({count},), one for each box. Received shape {scores.shape}"
        )
    check_finite("scores", scores)
    return scores


def as_labels(labels, count, name="labels"):
    """Return labels (count,) int64, from 0."""
    array = np.asarray(labels)
    array = array.reshape(0) if array.size == 0 else array
    if array.shape != (count,):
        raise ValueError(
            f"{name} must have shape ({count},), one for each box. Received shape {array.shape}"
        )
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers of classes. Received: {labels!r}")
    wrong = ~((array >= 0) & (array < 2**53) & (array == np.floor(array)))
    if wrong.any():
        raise ValueError(
            f"{name} must be from 0 on, and whole numbers; background is no class. "
            f"Received: {array[wrong][0]}"
        )
    return array.astype(np.int64)


def floating(values):
    """Return an array of numbers; float32 stays, all else becomes float64."""
    try:
        array = np.asarray(values)
        if array.dtype == np.float32:
            return array
        if array.dtype.kind not in "biufO":
            raise TypeError("no numbers, or complex ones")
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected an array of numbers. Received: {values!r}") from error


def check_finite(name, array):
    """Turn away NaN, infinity, and what is too large to have an area."""
    if array.size and not np.abs(array).max() <= LARGEST:
        worst = array[~(np.abs(array) <= LARGEST)][0]
        raise ValueError(f"{name} must be finite, at most 1e15. Received: {worst}")


def check_share(name, value):
    """Turn away what is not a number from 0 to 1; return it as a float."""
    if not (isinstance(value, Real) and 0 <= value <= 1):
        raise ValueError(f"{name} must lie in 0 to 1. Received: {value!r}")
    return float(value)


def check_count(name, value, least=0):
    """Turn away what is not a whole number from `least` on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number, {least} or more. Received: {value!r}")
