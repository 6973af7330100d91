"""Labels of frames and their names, checked for the browser."""

import numpy as np

MOST_NAMES = 24


def checked_labels(name, labels, total):
    """Return a label for each frame, -1 for none, as a list of int.

    Raises
    ------
    ValueError
        If there is not one whole number from -1 on for each of the `total` frames.
    """
    labels = np.asarray(labels)
    good = labels.shape == (total,) and labels.dtype.kind in "iu"
    if not good or labels.min() < -1:
        raise ValueError(
            f"{name} must be a whole number for each of the {total} frames, -1 for none. Received "
            f"dtype {labels.dtype} and shape {labels.shape}"
            + (f", from {labels.min()}." if good else ".")
        )
    return labels.tolist()


def checked_names(names, *labels):
    """Return the names as a list of str.

    Raises
    ------
    ValueError
        If a label has no name, or there are more names than can be told apart.
    """
    names = [str(name) for name in names]
    last = max(max(one) for one in labels)
    if not last < len(names) <= MOST_NAMES and not (last < 0 and not names):
        raise ValueError(
            f"names must hold one for each label, from 0 to {last}, at most {MOST_NAMES}. "
            f"Received: {len(names)} names"
        )
    return names
