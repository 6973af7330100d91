"""What the operations say when an argument does not fit: name, expected, received, mend."""

from numbers import Integral, Real

import numpy as np

AXES = {1: "T", 2: "H, W", 3: "T, H, W"}  # the spatial axes, by their number


def check_maps(axes, x):
    """Return x as an array, when it is floating point (N, *spatial axes, C)."""
    x = np.asarray(x)
    check_shape("x", x, axes + 2, f"(N, {AXES[axes]}, C)", "x[None, ..., None] adds N and C")
    return check_floating("x", x)


def check_floating(name, array):
    """Return array as an ndarray, when it is floating point."""
    array = np.asarray(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"{name} must be floating point; received {array.dtype}. "
            f"Write {name}.astype(np.float32)."
        )
    return array


def check_shape(name, array, ndim, axes, mend):
    """Complain about another number of axes than ndim, and about empty ones after the first."""
    if array.ndim != ndim or 0 in array.shape[1:]:
        raise ValueError(
            f"{name} must have {ndim} axes {axes}, none of them empty; "
            f"received shape {array.shape}. {mend}."
        )


def check_dout(dout, expected, dtype):
    """Return dout, the gradient from above, when it has the expected shape; in a float dtype."""
    if np.shape(dout) != tuple(expected):
        raise ValueError(
            f"dout must have the shape of out, {tuple(expected)}; received {np.shape(dout)}. "
            "It is the gradient of the loss with respect to out."
        )
    return np.asarray(dout, dtype if np.issubdtype(dtype, np.floating) else None)


def per_axis(name, value, axes):
    """Return option `name` as a tuple, one int >= 1 for each of the axes."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(values) != axes or not all(is_int(v) and v >= 1 for v in values):
        several = f", or one for each of the {axes} axes" if axes > 1 else ""
        raise ValueError(
            f"{name} must be an int of at least 1{several}; received {name}={value!r}. "
            f"Write for example {name}={(2, *[1] * (axes - 1)) if axes > 1 else 2}."
        )
    return tuple(int(v) for v in values)


def bad_padding(padding, expected):
    """Return the complaint about an argument `padding`."""
    return ValueError(
        f"padding must be {expected}; received padding={padding!r}. "
        'Write padding=1, padding="same", or for two axes padding=((1, 1), (0, 2)).'
    )


def is_int(value):
    """Tell whether value is a whole number; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value):
    """Tell whether value is a real number; True and False are not."""
    return isinstance(value, Real) and not isinstance(value, bool)
