"""Traits of the interactives: each says in a sentence what it takes and what it got."""

import math
from numbers import Integral, Real

import numpy as np
from traitlets import TraitType


class Checked(TraitType):
    """A trait that refuses with a ValueError in the project's words.

    Parameters
    ----------
    hint : str
        What to do about a refused value, put behind the message.
    """

    def __init__(self, *, hint="", **options):
        super().__init__(**options)
        self.hint = hint

    def refuse(self, wanted, received):
        """Raise the ValueError: `wanted` completes "NAME must be"."""
        hint = f" {self.hint}" if self.hint else ""
        raise ValueError(f"{self.name} must be {wanted}. Received: {received}.{hint}")


class Choice(Checked):
    """A trait for one of some words.

    Parameters
    ----------
    *words : str
    """

    def __init__(self, *words, **options):
        super().__init__(default_value=words[0], **options)
        self.words = words

    def validate(self, obj, value):
        if not isinstance(value, str) or value not in self.words:
            quoted = [f'"{word}"' for word in self.words]
            listed = " or ".join(quoted) if len(quoted) == 2 else f"one of {', '.join(quoted)}"
            self.refuse(listed, repr(value))
        return value


class Whole(Checked):
    """A trait for a whole number from `least` to `most`.

    Parameters
    ----------
    least, most : int
    """

    def __init__(self, least, most, **options):
        super().__init__(default_value=least, **options)
        self.least, self.most = least, most

    def validate(self, obj, value):
        good = isinstance(value, Integral) and not isinstance(value, bool)
        if not good or not self.least <= value <= self.most:
            self.refuse(f"a whole number from {self.least} to {self.most}", repr(value))
        return int(value)


class Number(Checked):
    """A trait for a number in a range.

    Parameters
    ----------
    least, most : float
        The ends of the range, which belong to it.
    above, below : float
        The ends of the range where they do not belong to it.
    """

    def __init__(self, least=None, most=None, *, above=None, below=None, **options):
        super().__init__(default_value=0.0, **options)
        self.ends = least, most, above, below

    def validate(self, obj, value):
        least, most, above, below = self.ends
        good = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
        good = good and (least is None or value >= least) and (above is None or value > above)
        if (
            not good
            or (most is not None and value > most)
            or (below is not None and value >= below)
        ):
            self.refuse(self._range(), repr(value))
        return float(value)

    def _range(self):
        least, most, above, below = self.ends
        low = f"from {least:g}" if above is None else f"above {above:g}"
        joint = " " if above is None else " and "
        high = "" if most is None else f"{joint}{'to' if above is None else 'at most'} {most:g}"
        if below is not None:
            high = f"{joint}{'to ' if above is None else ''}below {below:g}"
        return f"a number {low}{high}"


class Numbers(Checked):
    """A trait for a small array of one shape, kept as nested lists for the browser.

    Parameters
    ----------
    shape : tuple of int
    least, most : float
        The smallest and the largest number.
    """

    def __init__(self, shape, *, least=-math.inf, most=math.inf, **options):
        super().__init__(default_value=np.zeros(shape).tolist(), **options)
        self.shape, self.least, self.most = shape, least, most

    def validate(self, obj, value):
        try:
            array = np.asarray(value)
            good = array.dtype.kind in "buif" and array.shape == self.shape
        except ValueError:
            array, good = np.array(None), False
        if not good or not np.isfinite(array).all() or not self._within(array):
            ends = f"numbers from {self.least:g} to {self.most:g}"
            kind = ends if math.isfinite(self.least) else "finite numbers"
            raise ValueError(
                f"{self.name} must have shape {self.shape} and hold {kind}. Received shape "
                f"{array.shape}: {value!r}"
            )
        return array.astype(float).tolist()

    def _within(self, array):
        return ((self.least <= array) & (array <= self.most)).all()


class Wholes(Checked):
    """A trait for whole numbers in a sequence, kept sorted and without repeats; None is none."""

    def __init__(self, **options):
        super().__init__(default_value=[], **options)

    def validate(self, obj, value):
        numbers = np.asarray([] if value is None else value)
        good = numbers.ndim == 1 and (numbers.dtype.kind in "iuf" or not numbers.size)
        if not good or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
            self.refuse("a sequence of whole numbers", repr(value))
        return sorted({int(number) for number in numbers})


class Grid(Checked):
    """A trait for a small matrix of numbers, kept as nested lists for the browser.

    Parameters
    ----------
    most : int
        The largest number of rows and of columns: more would not be readable.
    """

    def __init__(self, most, **options):
        super().__init__(**options)
        self.most = most

    def validate(self, obj, value):
        name = self.name
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} must be a matrix: its rows differ in length.") from None
        if array.ndim != 2 or not array.size:
            raise ValueError(
                f"{name} must be a matrix (rows, columns) with at least one entry. Received shape "
                f"{array.shape}. Take one channel of one picture, such as frame[:8, :8, 0]."
            )
        if array.dtype.kind not in "buif" or not np.isfinite(array).all():
            raise ValueError(
                f"{name} must hold finite numbers. Received dtype {array.dtype}"
                f"{' with NaN or infinity' if array.dtype.kind == 'f' else ''}."
            )
        if max(array.shape) > self.most:
            raise ValueError(
                f"{name} must have at most {self.most} rows and columns, so that its numbers stay "
                f"readable. Received shape {array.shape}. Cut a part out: "
                f"{name}[:{self.most}, :{self.most}]."
            )
        return array.astype(float).tolist()


def shape(grid):
    """Write the size of a matrix, as in ``6×6``.

    >>> shape([[1, 2, 3], [4, 5, 6]])
    '2×3'
    """
    return f"{len(grid)}×{len(grid[0])}"
