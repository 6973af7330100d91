"""What the metrics of shots ask of transitions."""

from numbers import Integral

import numpy as np

KINDS = ("cut", "dissolve", "fade", "wipe")


def films(name, values):
    """Return one list of films, and whether it was several: a list of (N, 2) arrays."""
    try:
        dimensions = [np.ndim(one) for one in values]
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be transitions (N, 2), or a list of them, one for each film. "
            f"Received: {values!r}"
        ) from None
    nothing = len(dimensions) > 0 and all(np.size(one) == 0 for one in values)
    several = 2 in dimensions or (nothing and not isinstance(values, np.ndarray))
    return (list(values), True) if several else ([values], False)


def transitions(name, values, frames):
    """Return transitions (N, 2) as int64, or raise a ValueError unless they are in order."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of several lengths
        array = np.asarray(values, object)
    if array.size == 0 and array.ndim <= 2:
        return np.zeros((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be whole numbers of shape (N, 2), start and end of each transition; "
            f"cuts at the frames t are np.stack([t, t], axis=1). "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    array = array.astype(np.int64)
    start, end = array.T
    most = np.inf if frames is None else frames
    outside = (start < 0) | (end < start) | (end > most)
    if outside.any():
        k = int(outside.argmax())
        raise ValueError(
            f"{name} must have 0 <= start <= end"
            + ("" if frames is None else f" <= {frames}, the frames of the film")
            + f". Received: transition {k}, {array[k].tolist()}"
        )
    wrong = (start[1:] < end[:-1]) | (np.diff(array, axis=0) == 0).all(1)
    if wrong.any():
        k = int(wrong.argmax())
        raise ValueError(
            f"{name} must be sorted by time, none overlapping, none twice. "
            f"Received: transition {k}, {array[k].tolist()}, then {array[k + 1].tolist()}"
        )
    return array


def gradual(name, kinds, array):
    """Return (N,) bool, which transitions are gradual; without kinds those that last a while."""
    if kinds is None:
        return array[:, 1] > array[:, 0]
    several = hasattr(kinds, "__iter__") and not isinstance(kinds, str)
    kinds = list(kinds) if several else [kinds]
    known = all(isinstance(kind, str) and kind in KINDS for kind in kinds)
    if len(kinds) != len(array) or not known:
        raise ValueError(
            f"{name} must be one for each of the {len(array)} transitions, each of "
            f"{', '.join(map(repr, KINDS))}. Received: {kinds!r}"
        )
    result = np.array([kind != "cut" for kind in kinds], bool)
    long = ~result & (array[:, 1] > array[:, 0])
    if long.any():
        k = int(long.argmax())
        raise ValueError(
            f"{name} must be 'cut' only where start and end are the same frame. "
            f"Received: 'cut' for transition {k}, {array[k].tolist()}"
        )
    return result


def partners(name, values, several, count):
    """Return one value for each film, or raise a ValueError where there are more or fewer."""
    if values is None or isinstance(values, Integral):
        return [values] * count
    values = list(values) if several else [values]
    if len(values) != count:
        raise ValueError(f"{name} must be one for each of {count} films. Received: {len(values)}")
    return values
