"""What the metrics ask of their arguments."""

from numbers import Real

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


def pictures(detections, truths):
    """Raise unless these are lists of `Detections` and of `Truth`, one each for every picture."""
    for name, values, kind in (("detections", detections, Detections), ("truths", truths, Truth)):
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
            upright(f"{name}[{k}]", value.boxes)
    same_length("detections", detections, truths)


def same_length(name, values, truths):
    """Raise a ValueError unless there is one of these for each truth."""
    if len(values) != len(truths):
        raise ValueError(
            f"{name} and truths must be of one length, one for each picture; a picture without "
            f"any gets an empty one. Received: {len(values)} and {len(truths)}"
        )


def upright(name, boxes):
    """Raise a ValueError if a box ends before it begins."""
    wrong = np.flatnonzero((boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1]))
    if len(wrong):
        raise ValueError(
            f"{name} must hold boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2; x, y, width, "
            f"height become so by vidlearn.boxes.convert(boxes, 'xywh', 'xyxy'). "
            f"Received: box {wrong[0]}, {boxes[wrong[0]].tolist()}"
        )
