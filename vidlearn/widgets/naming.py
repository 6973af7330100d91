"""Names of classes and of the things in a picture, as the interactives write them."""

import numpy as np


def few_classes(names):
    """Return the names of 2 to 6 classes in a list, or refuse them.

    >>> few_classes(("left", "right"))
    ['left', 'right']
    """
    listed = isinstance(names, list | tuple | np.ndarray)
    if not listed or not all(isinstance(name, str) for name in names):
        raise ValueError(f"names must be words in a list, one for each class. Received: {names!r}")
    if not 2 <= len(names) <= 6:
        raise ValueError(f"names must be 2 to 6 classes. Received: {len(names)}")
    return [str(name) for name in names]


def each_name(labels, names):
    """Name each thing by its class, numbered where there are more of a class.

    >>> each_name([1, 0, 1], ["cup", "coin"]), each_name([0, 0], None)
    (['coin 1', 'cup', 'coin 2'], ['1', '2'])
    """
    if names is None:
        return [str(k + 1) for k in range(len(labels))]
    if max(labels) >= len(names):
        raise ValueError(
            f"names must hold one for each label, from 0 to {max(labels)}. "
            f"Received: {len(names)} names"
        )
    named = []
    for k, label in enumerate(labels):
        nth = f" {labels[: k + 1].count(label)}" if labels.count(label) > 1 else ""
        named.append(f"{names[label]}{nth}")
    return named
