"""A small block of numbers, and what is left of it when some of its axes go away."""

from itertools import product

import numpy as np
from traitlets import Bool

from .base import Interactive
from .poster import Sheet
from .traits import Checked, Choice

NAMES = "time", "row", "column", "channel"
MOST = 3, 4, 5, 3
"""The longest block: more numbers would not be readable."""


class Block(Checked):
    """A trait for a small array (T, H, W, C), kept as nested lists for the browser."""

    def validate(self, obj, value):
        try:
            array = np.asarray(value)
        except ValueError:
            array = np.array(None)
        good = array.ndim == 4 and array.size and array.dtype.kind in "buif"
        if not good or not np.isfinite(array).all():
            self.refuse(
                "an array (T, H, W, C) of finite numbers",
                f"{array.dtype} of shape {array.shape}",
            )
        if any(length > most for length, most in zip(array.shape, MOST, strict=True)):
            self.refuse(
                f"of shape {MOST} at most, so that its numbers stay readable",
                f"shape {array.shape}",
            )
        return array.astype(float).tolist()


class Axes(Checked):
    """A trait for some of four axes, kept sorted and counted from 0; None is all of them."""

    def validate(self, obj, value):
        given = range(4) if value is None else np.atleast_1d(value).tolist()
        if any(isinstance(axis, bool) or axis not in range(-4, 4) for axis in given):
            self.refuse("an axis from -4 to 3, several, or None", repr(value))
        chosen = sorted({int(axis) % 4 for axis in given})
        if len(chosen) < len(given):
            self.refuse("axes that are named once each", repr(value))
        return chosen


class AxisExplorer(Interactive):
    """Choose which axes of a block go away, and see what is added up and what remains.

    The block (T, H, W, C) is drawn as a table of rows and columns for each frame and channel.
    Buttons, a slider and the arrow keys walk through the numbers of the result; those of the block
    that it is made of are marked, and the call of NumPy and both shapes stand below.

    Parameters
    ----------
    x : array_like, (T, H, W, C)
        At most (3, 4, 5, 3).
    axis : int, tuple of int or None, default 0
        The axes that go away at first; None: all of them.
    operation : {"sum", "mean", "max"}
        What is made of the numbers.
    keepdims : bool, default False
        Whether axes that go away stay with length 1.

    Attributes
    ----------
    axes : list of int
        The axes that go away now.
    operation, keepdims : str, bool
        What is chosen now.

    Raises
    ------
    ValueError
        If `x` is no such array, an axis is none of the four or named twice, or the operation is
        unknown.

    Examples
    --------
    >>> AxisExplorer(np.arange(24).reshape(2, 3, 2, 2), axis=(1, 2))
    AxisExplorer(2×3×2×2, sum over axes 1 and 2)

    Lesson A0 uses it.
    """

    x = Block().tag(sync=True)
    axes = Axes().tag(sync=True)
    operation = Choice("sum", "mean", "max").tag(sync=True)
    keepdims = Bool().tag(sync=True)

    def __init__(self, x, *, axis=0, operation="sum", keepdims=False):
        super().__init__(x=x, axes=axis, operation=operation, keepdims=keepdims)

    def describe(self):
        size = "×".join(map(str, np.shape(self.x)))
        listed = " and ".join(map(str, self.axes)) or "none"
        return f"{size}, {self.operation} over ax{'e' if len(self.axes) > 1 else 'i'}s {listed}"

    def poster(self):
        """Return block and result as tables, as SVG."""
        x = np.array(self.x)
        made, axes = getattr(np, self.operation), tuple(self.axes)
        left, shape = made(x, axis=axes, keepdims=True), made(x, axis=axes).shape
        sheet, words, high = Sheet(), self.text, 0
        start = 8
        for array, title in ((x, f"{words['block']} {x.shape}"), (left, words["result"])):
            sheet.text(start, 20, title if array is x else f"{title} {shape}", bold=True)
            wide, tall = 30 * array.shape[2] + 14, 22 * array.shape[1] + 34
            for t, c in product(range(array.shape[0]), range(array.shape[3])):
                place = start + c * max(wide, 160), 30 + t * tall
                caption = f"{words['frame']} {t}, {words['channel']} {c}"
                sheet.table(*place, array[t, :, :, c], caption=caption, cell=(30, 22))
            high = max(high, 34 + array.shape[0] * tall)
            start += array.shape[3] * max(wide, 160) + 30
        return "image/svg+xml", sheet.svg(start, high)
