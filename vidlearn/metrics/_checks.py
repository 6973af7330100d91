"""What the metrics ask of their arguments."""

from numbers import Integral, Real

import numpy as np

from ..boxes import Detections, Truth


def one_of(name, value, allowed):
    """Raise a ValueError unless the value is one of those allowed."""
    if value not in allowed:
        words = ", ".join(map(repr, allowed))
        raise ValueError(f"{name} must be one of {words}. Received: {value!r}")


def fraction(name, value):
    """Raise a ValueError unless this is a number above 0 and at most 1."""
    if not isinstance(value, Real) or not 0 < value <= 1:
        raise ValueError(f"{name} must be a number above 0 and not above 1. Received: {value!r}")


def score(name, value):
    """Raise a ValueError unless this is a number from 0 to 1."""
    if not isinstance(value, Real) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1. Received: {value!r}")


def whole(name, value, least):
    """Raise a ValueError unless the value is None or a whole number of at least so much."""
    if value is not None and (not isinstance(value, Integral) or value < least):
        raise ValueError(
            f"{name} must be None or a whole number from {least} on. Received: {value!r}"
        )


def pictures(detections, truths, *, found="detections"):
    """Raise unless these are lists of `Detections` and of `Truth`, one each for every picture."""
    for name, values, kind in ((found, detections, Detections), ("truths", truths, Truth)):
        if not isinstance(values, list | tuple):
            raise TypeError(
                f"{name} must be a list of {kind.__name__}, one for each picture; for one picture "
                f"write [{name}]. Received: {type(values).__name__}"
            )
        for k, value in enumerate(values):
            if not isinstance(value, kind):
                raise TypeError(
                    f"{name}[{k}] must be a vidlearn.boxes.{kind.__name__}. "
                    f"Received: {type(value).__name__}"
                )
        upright(name, values)
    if len(detections) != len(truths):
        raise ValueError(
            f"{found} and truths must be of one length, one for each picture; a picture without "
            f"any gets an empty one. Received: {len(detections)} and {len(truths)}"
        )


def upright(name, pictures):
    """Raise a ValueError if a box ends before it begins."""
    boxes = np.concatenate([np.zeros((0, 4)), *(one.boxes for one in pictures)])
    if (boxes[:, 2:] >= boxes[:, :2]).all():
        return
    for k, one in enumerate(pictures):
        for n, (x1, y1, x2, y2) in enumerate(one.boxes.tolist()):
            if x2 < x1 or y2 < y1:
                raise ValueError(
                    f"{name}[{k}] must hold boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2; from "
                    "x, y, width, height make them by vidlearn.boxes.convert(boxes, 'xywh', "
                    f"'xyxy'). Received: box {n}, {[x1, y1, x2, y2]}"
                )


def rising(name, values, *, whole=False):
    """Return numbers above 0 as an array, or raise a ValueError unless each is above the last."""
    array = np.atleast_1d(np.asarray(values))
    fine = array.dtype.kind in "iuf" and array.ndim == 1 and array.size and array[0] > 0
    if not fine or not (np.diff(array) > 0).all() or (whole and (np.floor(array) != array).any()):
        kind = "whole numbers" if whole else "numbers"
        raise ValueError(
            f"{name} must be {kind} above 0, each above the one before, at least one. "
            f"Received: {values!r}"
        )
    return array


def ranges(sizes):
    """Return least and largest area by name, "all" first."""
    for name, ends in sizes.items():
        if len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
            raise ValueError(
                f"sizes must give each name (least, largest) area, 0 <= least <= largest. "
                f"Received: {name!r}: {ends!r}"
            )
    return {"all": (0, np.inf), **sizes}


def classes(names, detections, truths):
    """Return the names of the classes and the label of each, or raise on a label without one."""
    labels = [np.zeros(0, int), *(one.labels for one in [*detections, *truths])]
    labels = np.unique(np.concatenate(labels))
    if isinstance(names, str) or (names is not None and len(set(names)) < len(names)):
        raise ValueError(f"classes must be a list of names, each once. Received: {names!r}")
    if names is None:
        return tuple(map(str, labels.tolist())), labels
    if len(labels) and labels[-1] >= len(names):
        raise ValueError(
            f"labels must be 0 to {len(names) - 1}, for {len(names)} classes; background has none. "
            f"Received: {labels[-1]}"
        )
    return tuple(names), np.arange(len(names))


def labels(name, values):
    """Return whole numbers (N,) as int64, N at least 1, or raise a ValueError."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not len(array):
        raise ValueError(
            f"{name} must be whole numbers of shape (N,), N from 1 on; of scores take "
            f"argmax(axis=-1). Received: {array.dtype} of shape {array.shape}"
        )
    return array.astype(np.int64)


def ignored(values):
    """Return labels that do not count as a list, or raise a ValueError where these are none."""
    fine = isinstance(values, tuple | list | set | frozenset | range | np.ndarray)
    if not fine or not all(isinstance(one, Integral) for one in values):
        raise ValueError(
            f"ignore must be a list of whole numbers, such as [0]. Received: {values!r}"
        )
    return list(values)


def has_class(name, values, count):
    """Raise a ValueError unless these labels are 0 to count - 1."""
    if values.min() < 0 or values.max() >= count:
        raise ValueError(
            f"{name} must be 0 to {count - 1}, for {count} classes. "
            f"Received: {values.min()} to {values.max()}"
        )


def class_count(names):
    """Return the number of classes, given as such or as their names."""
    known = isinstance(names, Integral) or hasattr(names, "__len__")
    count = len(names) if hasattr(names, "__len__") else names
    if not known or isinstance(names, str | bool) or count < 1:
        raise ValueError(
            f"classes must be a number from 1 on or a list of names. Received: {names!r}"
        )
    return int(count)
