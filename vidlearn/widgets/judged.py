"""Detections, truths and weights, checked and packed for the browser."""

import numpy as np

from vidlearn import boxes

MOST_FOUND, MOST_NAMES = 6_000, 200


def check_judged(frames, found, truths, names, *, most, called="found"):
    """Return the names of the classes, or say what does not fit.

    Parameters
    ----------
    frames : sequence
    found : list of Detections
    truths : list of Truth, or None
    names : sequence of str, or None
    most : int
        How many frames may be shown.
    called : str
        What the errors call the detections.
    """
    if not 1 <= len(frames) <= most:
        raise ValueError(f"frames must be 1 to {most}. Received: {len(frames)}")
    _check_list(called, found, boxes.Detections, len(frames))
    if truths is not None:
        _check_list("truths", truths, boxes.Truth, len(frames))
    count = sum(map(len, found))
    if count > MOST_FOUND:
        raise ValueError(
            f"{called} must be at most {MOST_FOUND} in all. Received: {count}. Leave the "
            "doubtful out: [one[one.scores > 0.05] for one in found]."
        )
    last = max(int(one.labels.max(initial=0)) for one in [*found, *(truths or [])])
    names = [""] * (last + 1) if names is None and not last else names
    names = [str(k) for k in range(last + 1)] if names is None else [str(name) for name in names]
    if not last < len(names) <= MOST_NAMES:
        raise ValueError(
            f"names must hold one for each label, from 0 to {last}, at most {MOST_NAMES}. "
            f"Received: {len(names)} names"
        )
    return names


def _check_list(name, values, kind, count):
    if not isinstance(values, list | tuple) or not all(isinstance(v, kind) for v in values):
        raise TypeError(
            f"{name} must be a list of vidlearn.boxes.{kind.__name__}, one for each frame. "
            f"Received: {type(values).__name__}"
        )
    if len(values) != count:
        raise ValueError(f"{name} must be one for each frame, {count}. Received: {len(values)}")


def float32_arrays(name, arrays, count=None):
    """Return arrays of finite numbers that float32 holds, or refuse them; `count` of them.

    >>> [array.shape for array in float32_arrays("gru", [[1, 2], [[3.0]]])]
    [(2,), (1, 1)]
    """
    found = list(arrays) if np.iterable(arrays) and not isinstance(arrays, str) else [None]
    if count is not None and len(found) != count:
        raise ValueError(f"{name} must be {count} arrays. Received: {len(found)}")
    try:
        found = [np.asarray(array) for array in found]
    except ValueError:  # rows of several lengths
        found = [np.array(None)]
    if any(array.dtype.kind not in "buif" or not array.ndim for array in found):
        kinds = ", ".join(f"{array.dtype} {array.shape}" for array in found)
        raise ValueError(f"{name} must hold numbers in arrays. Received: {kinds}")
    with np.errstate(over="ignore"):
        finite = all(np.isfinite(array.astype(np.float32)).all() for array in found)
    if not finite:
        raise ValueError(f"{name} must hold finite numbers. Received NaN, infinity or beyond 1e38.")
    return [array.astype(np.float64) for array in found]


def packed(arrays, kind):
    """Return arrays behind each other as bytes of a kind such as ``"<f8"``."""
    return b"".join(np.ascontiguousarray(array).astype(kind).tobytes() for array in arrays)


def packed_exactly(arrays):
    """Return arrays as bytes of float32 where that loses nothing, else of float64; and which.

    >>> packed_exactly([np.array([0.5, 2.0])])[1], packed_exactly([np.array([0.1])])[1]
    ('float32', 'float64')
    """
    arrays = [np.asarray(one) for one in arrays]
    exact = all((one == one.astype(np.float32)).all() for one in arrays)
    return (packed(arrays, "<f4"), "float32") if exact else (packed(arrays, "<f8"), "float64")


def plain_truth(truth):
    """Return what the browser needs of the truth of a frame."""
    return {
        "boxes": truth.boxes.astype(np.float64).tolist(),
        "labels": truth.labels.tolist(),
        "ignored": (truth.crowd | truth.difficult).tolist(),
        "crowd": truth.crowd.tolist(),
    }
