"""What clips and films of people may be asked for; all else is refused before it is drawn."""

from numbers import Integral, Real

import numpy as np


def whole(name, value, least, most=None):
    """Return a whole number, or refuse what is none or out of range."""
    wanted = f"at least {least}" if most is None else f"{least} to {most}"
    if not _is_whole(value):
        raise ValueError(f"{name} must be a whole number, {wanted}. Received: {value!r}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {wanted}. Received: {value}")
    return int(value)


def _is_whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


def sized(size, least=32):
    """Return height and width as a tuple, or refuse what is no size."""
    pair = tuple(size) if isinstance(size, tuple | list | np.ndarray) else (size,)
    if len(pair) != 2 or not all(map(_is_whole, pair)) or min(pair) < least:
        raise ValueError(
            f"size must be at least {least} pixels each way, (height, width), whole numbers. "
            f"Received: {size!r}"
        )
    return int(pair[0]), int(pair[1])


def named(kinds, told, *known):
    """Return kinds as a tuple of str: each once, and all of one of the lists that are known."""
    names = tuple(map(str, kinds)) if isinstance(kinds, tuple | list | np.ndarray) else ()
    if not names or not any(set(names) <= set(one) for one in known):
        raise ValueError(f"kinds must be names of {told}, in a list. Received: {kinds!r}")
    if len(set(names)) < len(names):
        raise ValueError(f"kinds must be names, each once. Received: {kinds!r}")
    return names


def numbered(labels, count, classes):
    """Return labels (N,) int64, or refuse what are none."""
    array = np.asarray(labels)
    known = array.dtype.kind in "iu" and ((array >= 0) & (array < classes)).all()
    if array.shape != (count,) or not known:
        raise ValueError(
            f"labels must be {count} whole numbers from 0 to {classes - 1}. Received: "
            f"{array.dtype} of shape {array.shape}, values {np.unique(array).tolist()[:12]}"
        )
    return array.astype(np.int64)


def noisy(noise):
    """Refuse a noise that is no number from 0 on."""
    if not isinstance(noise, Real) or not np.isfinite(noise):
        raise ValueError(f"noise must be a finite number of levels. Received: {noise!r}")
    if noise < 0:
        raise ValueError(f"noise must not be negative. Received: {noise}")


def drawn(seed):
    """Return the generator that a seed makes, or the one that was given."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"seed must be a whole number from 0 on, or a Generator. Received: {seed!r}"
        ) from error
