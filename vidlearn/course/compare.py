"""How a result differs from the one expected, in words a learner can use."""

import numpy as np

from vidlearn.course.describe import brief, kind_of, unlike
from vidlearn.messages import text

NUMBERS = "biufc"


def difference(came, expected, rtol, names=()):
    """Say how two results differ.

    Parameters
    ----------
    came, expected : object
        Numbers, arrays, texts, or tuples, lists and dicts of them.
    rtol : float
        Relative tolerance; the absolute one is that part of the largest number expected.
    names : sequence of str, optional
        Names of the values, where several are returned together.

    Returns
    -------
    str
        The first difference and where it is; empty when there is none.
    """
    for where, said in differences(came, expected, rtol, names):
        line = text("check")["differs"].format(where=where, said=said) if where else said
        return line if where else line[:1].upper() + line[1:]
    return ""


def differences(came, expected, rtol, names=()):
    """Yield where two results differ, and how, part by part.

    Parameters
    ----------
    came, expected : object
        Numbers, arrays, texts, or tuples, lists and dicts of them.
    rtol : float
        Relative tolerance.
    names : sequence of str, optional
        Names of the values, where several are returned together.

    Yields
    ------
    tuple of str
        Where ("" for the whole) and what is said.
    """
    words = text("check")
    if isinstance(expected, dict):
        yield from _in_dict(came, expected, rtol)
    elif isinstance(expected, tuple | list):
        if (
            isinstance(came, np.ndarray)
            and not names
            and _even(expected)
            and not _several(expected)
        ):
            yield from _in_array(came, np.asarray(expected), rtol)
        else:
            yield from _in_parts(came, expected, rtol, names)
    elif isinstance(expected, str | bool | None):
        if not _same(came, expected):
            yield "", words["value"].format(came=brief(came), expected=brief(expected))
    else:
        yield from _in_array(came, np.asarray(expected), rtol)


def _in_dict(came, expected, rtol):
    words = text("check")
    if not isinstance(came, dict):
        yield "", words["kind"].format(expected=kind_of(expected), came=kind_of(came))
        return
    for key in expected:
        if key not in came:
            yield str(key), words["no_entry"]
        else:
            yield from _inside(str(key), differences(came[key], expected[key], rtol))


def _in_parts(came, expected, rtol, names):
    words = text("check")
    several = bool(names) or _several(expected)
    if isinstance(came, range) or (
        isinstance(came, np.ndarray) and came.ndim and _fits(came, expected)
    ):
        came = list(came)
    if not isinstance(came, tuple | list):
        if several and isinstance(came, np.ndarray | np.generic | int | float):
            yield "", _count(1, expected, names)
        else:
            yield "", words["kind"].format(expected=kind_of(expected), came=kind_of(came))
        return
    if len(came) != len(expected):
        if several or isinstance(expected, tuple):
            yield "", _count(len(came), expected, names)
        else:
            counts = [_numbered("item", len(parts)) for parts in (came, expected)]
            yield "", words["length"].format(came=counts[0], expected=counts[1])
        return
    for k, (a, b) in enumerate(zip(came, expected, strict=True)):
        if k < len(names):
            where = names[k]
        elif isinstance(expected, tuple):
            where = words["part"].format(number=k + 1, total=len(expected))
        else:
            where = words["item"].format(index=k)
        yield from _inside(where if len(expected) > 1 else "", differences(a, b, rtol))


def _inside(where, parts):
    for inner, said in parts:
        yield ", ".join(filter(None, (where, inner))), said


def _several(parts):
    """Tell whether these are several results rather than the numbers of one."""
    return isinstance(parts, tuple) and any(np.ndim(part) for part in parts if _numeric(part))


def _numeric(part):
    return isinstance(part, np.ndarray | np.generic | int | float)


def _fits(came, expected):
    return len(came) == len(expected) and _even(expected) and came.dtype.kind in NUMBERS


def _even(parts):
    """Tell whether parts make one array; gradients of several weights do not."""
    try:
        return np.asarray(parts).dtype.kind in NUMBERS
    except ValueError:
        return False


def _count(count, expected, names):
    words = text("check")
    came, total = _numbered("value", count), len(expected)
    if names:
        return words["count"].format(came=came, expected=total, names=", ".join(names))
    return words["count_unnamed"].format(came=came, expected=total)


def _numbered(name, count):
    words = text("check")
    return words[f"one_{name}"] if count == 1 else words[f"{name}s"].format(count=count)


def _same(came, expected):
    if isinstance(expected, str):
        return isinstance(came, str) and str(came) == expected
    if isinstance(expected, bool):
        truth = isinstance(came, bool | np.bool_) or (
            isinstance(came, np.ndarray) and came.shape == () and came.dtype == bool
        )
        return truth and bool(came) == expected
    return came is expected


def _in_array(came, expected, rtol):
    words, given = text("check"), came
    if isinstance(came, str | bytes | dict | set | frozenset | bool | None) and not (
        isinstance(came, bool) and expected.ndim == 0
    ):
        came = None
    try:
        came = np.asarray(came)
    except Exception:  # a ragged list, or an object that refuses
        came = np.asarray(None)
    complexes = came.dtype.kind == "c" and expected.dtype.kind != "c"
    if came.dtype.kind not in NUMBERS or complexes:
        wanted = text("kinds")["ndarray" if expected.ndim else "number"]
        yield "", words["kind"].format(expected=wanted, came=kind_of(given))
        return
    if came.shape != expected.shape:
        shapes = {"came": came.shape, "expected": expected.shape}
        if expected.ndim == 0:
            number = text("kinds")["number"]
            yield (
                "",
                words["kind"].format(expected=number, came=f"{kind_of(given)}, {brief(given)},"),
            )
        elif came.ndim == 0:
            yield (
                "",
                words["kind"].format(
                    expected=f"{text('kinds')['ndarray']} of shape {expected.shape}",
                    came=kind_of(given),
                ),
            )
        else:
            yield "", words["shape"].format(**shapes)
        return
    wild = np.isfinite(expected) & ~np.isfinite(came)
    if wild.any():
        index = tuple(int(i) for i in np.argwhere(wild)[0])
        line = words["not_finite" if index else "not_finite_one"]
        yield "", line.format(came=brief(came[index]), index=index)
        return
    if said := _numbers(came, expected, rtol):
        yield "", said


def _numbers(came, expected, rtol):
    """Compare finite arrays of one shape; empty where they agree."""
    words = text("check")
    scale = np.max(np.abs(expected), initial=1.0, where=np.isfinite(expected))
    close = np.isclose(came, expected, rtol=rtol, atol=rtol * scale, equal_nan=True)
    if close.all():
        return ""
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    pair = unlike(came[index], expected[index])
    values = dict(zip(("came", "expected"), pair, strict=True))
    if came.dtype.kind in "iu" and _rounded(came, expected):
        return words["whole_numbers"].format(dtype=came.dtype, **values)
    if came.dtype == np.float16 and np.allclose(came, expected, rtol=4e-3, atol=4e-3 * scale):
        return words["few_digits"].format(dtype=came.dtype)
    return words["value_at" if index else "value"].format(index=index, **values)


def _rounded(came, expected):
    """Tell whether whole numbers came that are the right ones without their fractions."""
    fractions = expected.dtype.kind == "f" and (expected != np.trunc(expected)).any()
    return bool(fractions) and any(
        np.array_equal(came, cut(expected)) for cut in (np.trunc, np.floor, np.round)
    )


def rounding(before, after):
    """Return by how much floats differ, where that is no more than rounding.

    Parameters
    ----------
    before, after : object
        What was given, and what an answer left of it.

    Returns
    -------
    float
        0 where nothing differs, or more than that.
    """
    if not isinstance(before, np.ndarray) or before.dtype.kind != "f":
        return 0.0
    if before.shape != np.shape(after) or not np.isfinite(after).all():
        return 0.0
    size = np.max(np.abs(after - before), initial=0.0)
    largest = np.max(np.abs(before), initial=1.0)
    return float(size) if size <= 64 * np.finfo(before.dtype).eps * largest else 0.0


def changed(before, after):
    """Tell whether a value differs, also inside lists and dicts.

    Parameters
    ----------
    before, after : object
        What was given, and what an answer left of it.

    Returns
    -------
    bool
    """
    if isinstance(before, tuple | list):
        inside = zip(before, after, strict=False)
        return len(before) != len(after) or any(changed(a, b) for a, b in inside)
    if isinstance(before, dict):
        return list(before) != list(after) or any(changed(before[k], after[k]) for k in before)
    if isinstance(before, np.ndarray):
        same = before.shape == after.shape and before.dtype == after.dtype
        return not (same and np.array_equal(before, after, equal_nan=before.dtype.kind == "f"))
    if isinstance(before, int | float | str | bool):
        return type(before) is not type(after) or (before != after and before == before)
    return False
