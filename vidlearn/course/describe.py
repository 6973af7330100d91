"""Values in a few words: what was given, what came, what was expected."""

import types

import numpy as np

from vidlearn.messages import text

LONGEST = 600  # characters of a description
MANY = 36  # numbers of an array that are still printed one by one


def brief(value):
    """Describe a value in a few lines.

    Parameters
    ----------
    value : object
        Anything, also what cannot be printed.

    Returns
    -------
    str
    """
    try:
        words = _brief(value)
    except Exception:
        words = f"<{type(value).__name__}>"
    return words if len(words) <= LONGEST else words[:LONGEST] + " …"


def _brief(value, depth=0):
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.6g}"
    if isinstance(value, np.generic):
        return str(value.item())
    if depth > 3:
        return "…"
    if type(value) in (tuple, list):
        inside = [_brief(v, depth + 1) for v in value[:12]] + ["…"] * (len(value) > 12)
        if any("\n" in part for part in inside):  # matrices stand below each other
            return "\n".join(inside)
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        pair = "()" if isinstance(value, tuple) else "[]"
        return f"{pair[0]}{', '.join(inside)}{comma}{pair[1]}"
    if type(value) is dict:
        return _dict(value, depth)
    try:
        words = repr(value)
    except Exception:
        words = f"<{type(value).__name__}>"
    return words if len(words) <= 200 else words[:200] + " …"


def _dict(value, depth):
    """A short dict in one line, a long one with a line for each entry."""
    rows = [(str(key), _brief(entry, depth + 1)) for key, entry in list(value.items())[:12]]
    more = ["…"] if len(value) > 12 else []
    line = ", ".join([f"{key}: {words}" for key, words in rows] + more)
    if "\n" not in line and len(line) <= 72:
        return line
    width = max(len(key) for key, _ in rows) + 2
    rows = [f"{key + ':':{width}}" + words.replace("\n", "\n" + " " * width) for key, words in rows]
    return "\n".join(rows + more)


def _array(value):
    kind = value.dtype.kind
    if value.size > MANY or kind == "O":
        words = f"array of shape {value.shape}, {value.dtype}"
        if kind in "iuf" and value.size:
            words += f", from {_brief(value.min())} to {_brief(value.max())}"
        if kind == "b":
            words += f", {int(value.sum())} of {value.size} True"
        return words
    shape = f"  (shape {value.shape})" if value.ndim else ""
    if kind == "b":
        return np.array2string(value.astype(int)) + f"{shape[:-1] or '  ('}, True as 1)".replace(
            "(, ", "("
        )
    if kind == "f":
        value = _tidy(value)
    small = kind == "f" and not np.any((np.abs(value) < 5e-4) & (value != 0))
    return np.array2string(value, precision=4, suppress_small=small) + shape


def _tidy(value):
    """Print rounding errors, and minus nothing, as 0."""
    largest = np.max(np.abs(value), initial=0.0, where=np.isfinite(value))
    return np.where(np.abs(value) < 1e-13 * largest, 0.0, value) + 0.0


def unlike(came, expected):
    """Describe two numbers with as many digits as it takes to tell them apart.

    Parameters
    ----------
    came, expected : number

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> unlike(0.12345678, 0.12345698)
    ('0.1234568', '0.123457')
    """
    floats = [isinstance(value, float | np.floating) for value in (came, expected)]
    pair = brief(came), brief(expected)
    for digits in range(7, 18):
        if pair[0] != pair[1] or not any(floats):
            break
        pair = tuple(f"{float(value):.{digits}g}" for value in (came, expected))
    return pair


def kind_of(value):
    """Say what sort of thing a value is, with its article.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Examples
    --------
    >>> kind_of([1, 2]), kind_of(range(3))
    ('a list', 'an object of type range')
    """
    words, name = text("kinds"), type(value).__name__
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c":
            return words["complexes"]
        if value.dtype.kind in "biuf":
            return words["ndarray"]
        inside = {"O": "objects", "U": "texts", "S": "bytes"}.get(value.dtype.kind, "records")
        return words["objects"].format(inside=inside)
    if isinstance(value, list | tuple) and any(isinstance(part, np.ndarray) for part in value):
        return words["arrays"].format(kind=words.get(name, name))
    if isinstance(value, list | tuple) and _ragged(value):
        return words["ragged"]
    if isinstance(value, bool | np.bool_):
        return words["bool"]
    if isinstance(value, complex | np.complexfloating):
        return words["complex"]
    if isinstance(value, int | float | np.number):
        return words["number"]
    if isinstance(value, str):
        return words["str"]
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
        return words["function"]
    return words.get(name, words["other"].format(name=name))


def _ragged(parts):
    """Tell whether parts of a list are lists of different lengths."""
    if not all(isinstance(part, list | tuple | np.ndarray) for part in parts):
        return False
    return (
        len({np.shape(part) if isinstance(part, np.ndarray) else len(part) for part in parts}) > 1
    )
