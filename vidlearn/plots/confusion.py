"""A confusion matrix with its counts written in."""

import numpy as np

from vidlearn import messages

from .charts import show
from .colours import PALETTE
from .numbers import TINT

MOST = 24  # classes whose counts can still be read
LARGE = 12  # from here on only what is not 0 is read aloud


def show_confusion(matrix, names, *, caption=None, alt=None, by=None):
    """Show which class was taken for which, as a table of counts.

    A cell is tinted by its share of its row: blue on the diagonal, where the class is right, and
    orange elsewhere.

    Parameters
    ----------
    matrix : ndarray
        (K + 1, K + 1) counts, as :func:`vidlearn.metrics.confusion_matrix` returns them: rows the
        truth, columns what was found, the last ones background and missed. Or (K, K) counts of a
        classifier, which has neither.
    names : sequence of str
        K names of the classes, at most 24.
    caption : str, optional
        What to see; by default how to read the table.
    alt, by
        As in :func:`show`; `alt` is by default the counts, row by row, those of 0 left out where
        there are many classes.

    Raises
    ------
    ValueError
        If the matrix is not square with a row for each name, or holds other things than counts.

    Notes
    -----
    Lesson 24 uses it.
    """
    matrix, names = np.asarray(matrix), list(names)
    _check(matrix, names)
    words = messages.text("confusion")
    beyond = len(matrix) > len(names)
    rows = [*names, words["background"]] if beyond else names
    columns = [*names, words["missed"]] if beyond else names
    told = alt or _read(matrix, rows, columns, words)
    usual = words["caption" if beyond else "caption_whole"]
    show(_drawn(matrix, rows, columns, words), caption or usual, alt=told, by=by)


def _drawn(matrix, rows, columns, words):
    import matplotlib.pyplot as plt

    count = len(matrix)
    longest = max(map(len, [*rows, *columns]))
    cell = min(0.62, 6.2 / count)
    margin = 0.5 + 0.085 * longest
    side = cell * count
    figure = plt.figure(figsize=(margin + side + 0.2, margin + side + 0.1))
    width, height = figure.get_size_inches()
    ax = figure.add_axes((margin / width, 0.1 / height, side / width, side / height))
    ax.set(xlim=(0, count), ylim=(count, 0))
    turned = {"rotation": 90} if longest * 0.085 > cell else {}
    ax.set_xticks(np.arange(count) + 0.5, columns, size=10, **turned)
    ax.set_yticks(np.arange(count) + 0.5, rows, size=10)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(words["columns"], size=10, weight="bold")
    ax.set_ylabel(words["rows"], size=10, weight="bold")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    _fill(ax, matrix, rows != columns, cell)
    return figure


def _fill(ax, matrix, beyond, cell):
    """Write the counts; `beyond`: the last row and column are none of the classes."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    count = len(matrix)
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    size = min(11, 0.92 * 72 * cell / (0.64 * max(2, len(f"{matrix.max()}"))))
    for (i, j), value in np.ndenumerate(matrix):
        corner = beyond and i == j == count - 1
        right = i == j and not corner
        if value:
            tint = to_rgba(PALETTE["blue" if right else "orange"], round(TINT * shares[i, j], 3))
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=tint, lw=0, clip_on=False))
        written = "\N{EN DASH}" if corner else f"{value}"
        ink = {"color": "#000000", "weight": "bold" if right else "normal"}
        ink = ink if value else {"color": "#767676"}
        ax.text(j + 0.5, i + 0.5, written, ha="center", va="center_baseline", size=size, **ink)
    ax.hlines(range(count + 1), 0, count, color="#cccccc", lw=0.8, clip_on=False)
    ax.vlines(range(count + 1), 0, count, color="#cccccc", lw=0.8, clip_on=False)
    if beyond:
        ax.hlines(count - 1, 0, count, color="#333333", lw=2, clip_on=False)
        ax.vlines(count - 1, 0, count, color="#333333", lw=2, clip_on=False)


def _read(matrix, rows, columns, words):
    """Return the counts in words, row by row."""
    told = []
    for name, line in zip(rows, matrix.tolist(), strict=True):
        cells = [
            f"{column} {value}"
            for column, value in zip(columns, line, strict=True)
            if value or len(matrix) <= LARGE
        ]
        told.append(words["row"].format(name=name, cells=", ".join(cells) or words["nothing"]))
    return words["alt"].format(rows=" ".join(told))


def _check(matrix, names):
    """Raise unless there is a row and a column for each name, and perhaps for none of them."""
    sizes = {(len(names),) * 2, (len(names) + 1,) * 2}
    if matrix.shape not in sizes or not 1 <= len(names) <= MOST:
        raise ValueError(
            f"matrix must be (K + 1, K + 1), or (K, K), for 1 to {MOST} names. "
            f"Received shape {matrix.shape} and {len(names)} names"
        )
    if matrix.dtype.kind not in "iu" or matrix.min() < 0:
        raise ValueError(
            f"matrix must hold counts, whole numbers from 0 on. Received: {matrix.dtype}"
            f"{'' if matrix.dtype.kind not in 'iuf' else f' from {matrix.min()}'}"
        )
