"""What the operations say when an argument does not fit: name, expected, received, mend.

Arrays are judged by one rule. Data, x and its like, are float32 or float64, and results have their
dtype: whole numbers would wrap around, float16 loses the end of long sums. What meets them,
weights, targets and gradients, are real numbers, taken in the dtype of the data.
"""

from numbers import Integral, Real

import numpy as np

AXES = {1: "T", 2: "H, W", 3: "T, H, W"}  # the spatial axes, by their number
FLOATS = "fd"  # the characters of float32 and float64


def check_maps(axes, x):
    """Return x as an array, when it is floating point (N, *spatial axes, C)."""
    x = as_array("x", x)
    check_shape("x", x, axes + 2, f"(N, {AXES[axes]}, C)", "x[None, ..., None] adds N and C")
    return check_floating("x", x)


def check_floating(name, value):
    """Return value as an ndarray, when it is float32 or float64."""
    if type(value) is np.ndarray and value.dtype.char in FLOATS and value.dtype.isnative:
        return value
    array = as_array(name, value)
    if array.dtype.char not in FLOATS:
        raise TypeError(
            f"{name} must be floating point; received {_describe(array)}. "
            f"{_mend_floating(name, array.dtype)}"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def check_numbers(name, value, dtype):
    """Return value as an array of this dtype, when it holds real numbers."""
    if type(value) is np.ndarray and value.dtype == dtype:
        return value
    array = as_array(name, value)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold real numbers; received {_describe(array)}. "
            f"{_mend_floating(name, array.dtype)}"
        )
    return array.astype(dtype, copy=False)


def as_array(name, value):
    """Return value as an ndarray; lists that are no array are told by name."""
    if type(value) is np.ndarray:
        return value
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array; received lists of different lengths ({error}). "
            "Bring all of them to one length."
        ) from error


def _describe(array):
    """Say what came: the dtype of an array, or the thing itself where it is none."""
    if array.dtype.kind in "OUS" and array.ndim == 0:
        shown = repr(array.item())
        return shown if len(shown) < 60 else type(array.item()).__name__
    return {"O": "an array of objects", "U": "text", "S": "text"}.get(array.dtype.kind, array.dtype)


def _mend_floating(name, dtype):
    if dtype.kind in "iubf":
        reason = "float16 loses the end of long sums. " if dtype.char == "e" else ""
        return f"{reason}Write {name}.astype(np.float32)."
    if dtype.kind == "c":
        return f"Write {name}.real, or take np.abs({name})."
    return f"Write np.array(..., np.float32) of the numbers that {name} is to hold."


def check_shape(name, array, ndim, axes, mend, *, least=0):
    """Complain about another number of axes than ndim, and about empty ones.

    The first axis, the batch, may be empty, but where `least` is 1.
    """
    if array.ndim != ndim or 0 in array.shape[1 - least :]:
        raise ValueError(
            f"{name} must have {ndim} axes {axes}, none of them empty; "
            f"received shape {array.shape}. {mend}."
        )


def check_dout(dout, expected, dtype):
    """Return dout, the gradient from above, when it has the expected shape; in this dtype."""
    if type(dout) is not np.ndarray:
        dout = as_array("dout", dout)
    if dout.shape != tuple(expected):
        raise ValueError(
            f"dout must have the shape of out, {tuple(expected)}; received {dout.shape}. "
            "It is the gradient of the loss with respect to out."
        )
    return check_numbers("dout", dout, dtype)


def unpack(cache, source, *kinds):
    """Return cache, when it holds what `source` gives out with its result."""
    if (
        not isinstance(cache, tuple | list)
        or len(cache) != len(kinds)
        or not all(map(isinstance, cache, kinds))
    ):
        _bad_cache(cache, source)
    return cache


def unpack_array(cache, source):
    """Return cache, when it is an array, as `source` gives it out with its result."""
    if not isinstance(cache, np.ndarray):
        _bad_cache(cache, source)
    return cache


def _bad_cache(cache, source):
    if isinstance(cache, tuple | list):
        received = f"{type(cache).__name__} of {', '.join(type(a).__name__ for a in cache)}"
    else:
        received = f"array {cache.shape}" if isinstance(cache, np.ndarray) else repr(cache)
    raise TypeError(
        f"cache must be what {source} returned with its result; received {received}. "
        f"Write out, cache = {source}(...), and then give the backward pass dout and cache."
    )


def plain(value):
    """Return an option given as an array as tuples of Python's numbers, all others as they are."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
        return _tuples(value) if isinstance(value, list) else value
    return value


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def per_axis(name, value, axes):
    """Return option `name` as a tuple, one int >= 1 for each of the axes."""
    value = plain(value)
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(values) != axes or not all(is_int(v) and v >= 1 for v in values):
        several = f", or one for each of the {axes} axes" if axes > 1 else ""
        raise ValueError(
            f"{name} must be an int of at least 1{several}; received {name}={value!r}. "
            f"Write for example {name}={(2, *[1] * (axes - 1)) if axes > 1 else 2}."
        )
    return tuple(int(v) for v in values)


def per_axis_padding(padding, axes):
    """Return padding as a tuple, "same" or a pair (before, after) for each of the axes."""
    padding = plain(padding)
    if not isinstance(padding, tuple | list):
        padding = (padding,) * axes
    elif len(padding) != axes:
        entries = f"each of the {axes} axes" if axes > 1 else 'the one axis, an int, "same" or pair'
        raise bad_padding(padding, f"one entry for {entries}", axes)
    return tuple(_pair(entry, axes) for entry in padding)


def _pair(entry, axes):
    if isinstance(entry, str):
        if entry not in ("valid", "same"):
            raise bad_padding(entry, 'an int, a pair, "valid" or "same"', axes)
        return "same" if entry == "same" else (0, 0)
    pair = (entry, entry) if is_int(entry) else entry
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        expected = 'an int, a pair (before, after), "valid" or "same" for an axis'
        raise bad_padding(entry, expected, axes)
    if not all(is_int(p) and p >= 0 for p in pair):
        raise bad_padding(entry, "whole numbers of at least 0", axes)
    return int(pair[0]), int(pair[1])


def bad_padding(padding, expected, axes=2):
    """Return the complaint about an argument `padding`."""
    each = ", ".join(["(1, 1)", "(0, 2)", "(0, 0)"][:axes])
    return ValueError(
        f"padding must be {expected}; received padding={padding!r}. Write padding=1, "
        f'padding="same", or a pair (before, after) for each axis, padding=({each}'
        f"{',' * (axes == 1)})."
    )


def check_number(name, value, expected, fits, mend=""):
    """Return value, when it is a real number that fits; as one of Python's, without a dtype."""
    if not (is_number(value) and fits(value)):
        mend = f" {mend}" if mend else ""
        raise ValueError(f"{name} must {expected}; received {name}={value!r}.{mend}")
    return value if type(value) in (int, float) else float(value)


def check_flag(name, value):
    """Return value as a bool, when it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False; received {name}={value!r}.")
    return bool(value)


def check_seed(name, value):
    """Return value, when it is a seed."""
    if not (is_int(value) and value >= 0):
        raise ValueError(
            f"{name} must be an int of at least 0; received {name}={value!r}. "
            f"Any will do, {name}=0 for example: the same one gives the same numbers."
        )
    return int(value)


def check_rng(name, value):
    """Return a generator of random numbers: the one that is given, or one made of a seed."""
    return (
        value
        if isinstance(value, np.random.Generator)
        else np.random.default_rng(check_seed(name, value))
    )


def check_known(name, value, known):
    """Return value, when it is one of the known names."""
    if not (isinstance(value, str) or value is None) or value not in known:
        names = ", ".join(repr(key) for key in known if key)
        more = ", or None" if None in known else ""
        raise ValueError(f"{name} must be one of {names}{more}; received {value!r}.")
    return value


def is_int(value):
    """Tell whether value is a whole number; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value):
    """Tell whether value is a real number; True and False are not."""
    return isinstance(value, Real) and not isinstance(value, bool)
