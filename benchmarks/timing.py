"""Time rows in turn, round after round, and print them as medians and ratios with their spread."""

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import numpy as np


class Row(NamedTuple):
    """One line of a table."""

    name: str
    run: Callable[[], object] | None  # None: the row only says why it is empty
    work: float = 1.0  # what one run does: operations, frames ...; rates are work / seconds
    note: str = ""


class Target(NamedTuple):
    """A ratio of rates that a row has to reach."""

    row: str
    over: str
    least: float


def measure(rows, rounds=15):
    """Run each row once a round, after one round to warm up.

    Returns
    -------
    dict of str to ndarray, (rounds,)
        Rates, work / seconds, by the name of the row.
    """
    rows = [row for row in rows if row.run]
    seconds = np.empty((rounds + 1, len(rows)))
    for turn in seconds:
        for k, row in enumerate(rows):
            start = perf_counter()
            row.run()
            turn[k] = perf_counter() - start
    return {row.name: row.work / seconds[1:, k] for k, row in enumerate(rows)}


def table(title, rows, over, targets=(), rounds=15):
    """Measure the rows and print them, their rates as ratios to the row named `over`.

    Parameters
    ----------
    title : str
    rows : list of Row
    over : str
        The row that every other one is compared with.
    targets : iterable of Target
    rounds : int
    """
    rates = measure(rows, rounds)
    width = max(len(row.name) for row in rows)
    print(f"\n{title}\n{'':{width}}  {'median':>10}  {'speed / ' + over + ', quartiles':>30}")
    for row in rows:
        if row.run is None:
            print(f"{row.name:{width}}  {row.note}")
            continue
        median = 1e3 * row.work / np.median(rates[row.name])
        print(
            f"{row.name:{width}}  {median:7.2f} ms  {_ratio(rates, row.name, over):>30}  {row.note}"
        )
    for target in targets:
        if target.row in rates and target.over in rates:
            reached = np.median(rates[target.row] / rates[target.over]) >= target.least
            print(
                f"{'reached' if reached else 'MISSED'}: {target.row} / {target.over} "
                f"{_ratio(rates, target.row, target.over)}, to be at least {target.least:.2f}"
            )


def _ratio(rates, row, over):
    low, median, high = np.percentile(rates[row] / rates[over], [25, 50, 75])
    return f"{median:.3g}  ({low:.3g} to {high:.3g})"
