"""How a result differs from the one expected, in words a learner can use."""

import numpy as np

from vidlearn.messages import text


def difference(came, expected, rtol):
    """Say how two results differ.

    Parameters
    ----------
    came, expected : object
        Numbers, arrays, texts, or tuples, lists and dicts of them.
    rtol : float
        Relative tolerance; the absolute one is that part of the largest number expected.

    Returns
    -------
    str
        The first difference; empty when there is none.
    """
    words = text("check")
    if isinstance(expected, dict):
        parts = {key: difference(came.get(key), expected[key], rtol) for key in expected}
        return next((f"{key}: {text_}" for key, text_ in parts.items() if text_), "")
    if isinstance(expected, tuple | list) and not (
        isinstance(came, np.ndarray) and _even(expected)
    ):
        came = list(came) if isinstance(came, np.ndarray) and came.ndim else came
        if not isinstance(came, tuple | list):
            kinds = {"expected": type(expected).__name__, "came": type(came).__name__}
            return words["kind"].format(**kinds)
        if len(came) != len(expected):
            return words["length"].format(expected=len(expected), came=len(came))
        pairs = zip(came, expected, strict=True)
        return next(filter(None, (difference(a, b, rtol) for a, b in pairs)), "")
    if isinstance(expected, str | bool | None):
        same = type(came) is type(expected) or isinstance(came, np.bool_)
        if same and came == expected:
            return ""
        return words["value"].format(came=brief(came), expected=brief(expected))
    return _array_difference(came, np.asarray(expected), rtol)


def _even(parts):
    """Tell whether parts make one array; gradients of several weights do not."""
    try:
        return bool(np.asarray(parts).shape)
    except ValueError:
        return False


def _array_difference(came, expected, rtol):
    words = text("check")
    kind = type(came).__name__
    try:
        came = np.asarray(came)
    except ValueError:  # a ragged list
        came = np.asarray(None)
    if came.dtype.kind not in "biufc":
        return words["kind"].format(expected="number or array", came=kind)
    if came.shape != expected.shape:
        return words["shape"].format(came=came.shape, expected=expected.shape)
    if came.dtype.kind in "fc" and not np.all(np.isfinite(came[np.isfinite(expected)])):
        return words["not_finite"]
    scale = np.max(np.abs(expected), initial=1.0, where=np.isfinite(expected))
    close = np.isclose(came, expected, rtol=rtol, atol=rtol * scale, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    values = {"came": brief(came[index]), "expected": brief(expected[index])}
    return words["value_at" if index else "value"].format(index=index, **values)


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
    if isinstance(value, np.ndarray) and (value.size > 36 or value.dtype.kind == "O"):
        words = f"array of shape {value.shape}, {value.dtype}"
        if value.dtype.kind in "biuf":
            words += f", from {value.min()} to {value.max()}"
        return words
    if isinstance(value, np.ndarray):
        shape = f"  (shape {value.shape})" if value.ndim else ""
        return np.array2string(value, precision=4, suppress_small=True) + shape
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, np.generic):
        return str(value.item())
    if isinstance(value, tuple | list):
        inside = ", ".join([brief(v) for v in value[:12]] + ["…"] * (len(value) > 12))
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {brief(v)}" for key, v in value.items())
    try:
        words = repr(value)
    except Exception:
        words = f"<{type(value).__name__}>"
    return words if len(words) <= 200 else words[:200] + " …"
