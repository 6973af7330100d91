"""Time rows in turn, round after round, and print them as medians and ratios with their spread."""

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import numpy as np


class Row(NamedTuple):
    """One line of a table."""

    name: str
    run: Callable[[], object] | None  # None: the note says why there is nothing to run
    work: float = 1.0  # what one run does, in the unit of the table's task: operations, frames ...
    note: str = ""


class Target(NamedTuple):
    """What a row has to reach: its rate, work / seconds, over that of another row."""

    row: str
    over: str
    least: float


def measure(rows, rounds):
    """Run each row once a round, after a round to warm up.

    Parameters
    ----------
    rows : list of Row
    rounds : int

    Returns
    -------
    dict of str to ndarray, (rounds,)
        Rates, work / seconds, by the name of the row.
    """
    seconds = np.empty((rounds + 1, len(rows)))
    for turn in seconds:
        for k, row in enumerate(rows):
            start = perf_counter()
            row.run()
            turn[k] = perf_counter() - start
    return {row.name: row.work / seconds[1:, k] for k, row in enumerate(rows)}


def table(title, rows, *, over=None, task=None, targets=(), rounds=15):
    """Measure the rows, print them, and tell which targets they reach.

    Parameters
    ----------
    title : str
    rows : list of Row
    over : str
        The row whose rate the others are compared with, the first by default.
    task : float
        The work that the printed times are for, that of the first row by default.
    targets : list of Target
    rounds : int
    """
    rates = measure([row for row in rows if row.run], rounds)
    over, task = over or rows[0].name, task or rows[0].work
    print(f"\n{title}\n{'':28}{'milliseconds':>30}{'speed / ' + over:>32}")
    for row in rows:
        if row.run:
            milliseconds = _spread(1e3 * task / rates[row.name])
            ratio = _spread(rates[row.name] / rates[over])
            print(f"{row.name:28}{milliseconds:>30}{ratio:>32}  {row.note}".rstrip())
        else:
            print(f"{row.name:28}{row.note:>30}")
    for target in targets:
        ratios = rates[target.row] / rates[target.over]
        verdict = "reached" if np.median(ratios) >= target.least else "NOT REACHED"
        print(f"{verdict} {target.least:.2f}: {target.row} / {target.over} {_spread(ratios)}")


def _spread(values):
    """Write the median and the quartiles."""
    low, median, high = (
        f"{v:,.0f}" if v >= 1000 else f"{v:.3g}" for v in np.percentile(values, [25, 50, 75])
    )
    return f"{median} ({low} to {high})"
