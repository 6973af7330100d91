"""What comes out of holding found transitions against true ones."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ShotCount:
    """How many transitions were found, how many in vain, and how many were missed.

    Attributes
    ----------
    hits, false_alarms, misses : int
        True ones that were found; found ones that are none; true ones that were not found.

    Examples
    --------
    >>> count = ShotCount(hits=3, false_alarms=1, misses=2)
    >>> count.precision, count.recall, round(count.f1, 3)
    (0.75, 0.6, 0.667)

    Lesson 21 teaches it.
    """

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self):
        """Share of the found ones that are right; NaN where nothing was found."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self):
        """Share of the true ones that were found; NaN where there is nothing to find."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self):
        """Harmonic mean of both; NaN where nothing was found and there is nothing to find."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    def __add__(self, other):
        return ShotCount(
            self.hits + other.hits,
            self.false_alarms + other.false_alarms,
            self.misses + other.misses,
        )

    def __str__(self):
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f} "
            f"({self.hits} hits, {self.false_alarms} false alarms, {self.misses} misses)"
        )


@dataclass(frozen=True, eq=False)
class ShotMetrics:
    """How good the found transitions of one film are, or of several.

    Attributes
    ----------
    all, cuts, gradual : ShotCount
        Over all transitions, and apart: `all` is the sum of the other two.
    hits : ndarray
        (H, 3) int: film, index of the found one, index of the true one.
    false_alarms : ndarray
        (A, 2) int: film, index of the found one.
    misses : ndarray
        (M, 2) int: film, index of the true one.
    films : int
        How many.

    Examples
    --------
    See `evaluate_shots`. Lesson 21 teaches it.
    """

    all: ShotCount
    cuts: ShotCount
    gradual: ShotCount
    hits: np.ndarray
    false_alarms: np.ndarray
    misses: np.ndarray
    films: int

    @property
    def precision(self):
        """That of all transitions."""
        return self.all.precision

    @property
    def recall(self):
        """That of all transitions."""
        return self.all.recall

    @property
    def f1(self):
        """That of all transitions."""
        return self.all.f1

    def __str__(self):
        return f"all:     {self.all}\ncuts:    {self.cuts}\ngradual: {self.gradual}"


def _share(part, whole):
    return float(part / whole) if whole else float("nan")
