"""Small matrices with their numbers written in."""

import math
import textwrap

import numpy as np

from vidlearn import messages

from .charts import show
from .colours import COLOURS, PALETTE

TINT = 0.4  # how strongly the largest number of a figure is tinted: black is read on it


def number_grid(
    arrays,
    titles=None,
    *,
    caption,
    cell=0.42,
    highlight=None,
    blocks=None,
    colour=True,
    alt=None,
    by=None,
):
    """Show small matrices with their numbers written in.

    Numbers below zero are tinted orange, those above blue, by one scale for the whole figure: the
    same tint is the same number.

    Parameters
    ----------
    arrays : ndarray or sequence of ndarray
        One (H, W) matrix or several side by side; a str between two of them is set as a sign.
    titles : sequence of str, optional
        One for each entry.
    caption : str
        What to see.
    cell : float, default 0.42
        Size of a number's cell in inches.
    highlight : dict of int to list of (int, int), optional
        Cells, by entry, that get a thick frame.
    blocks : int, (int, int) or dict of int to either, optional
        Rows and columns of the blocks between which a line is drawn; a dict says it by entry.
    colour : bool or "blocks", default True
        False: no tint, where the entries' numbers are of different kinds. "blocks": each block
        has a tint of its own, whatever its numbers, and the n-th block of each entry the same.
    alt, by
        As in :func:`show`; `alt` is by default the numbers, row by row.
    """
    import matplotlib.pyplot as plt

    entries = [arrays] if isinstance(arrays, np.ndarray) else list(arrays)
    matrices = [e for e in entries if not isinstance(e, str)]
    widths = [1 if isinstance(e, str) else max(e.shape[1], 2) for e in entries]
    tallest = max(m.shape[0] for m in matrices)
    heads = titles or [""] * len(entries)
    heads = [textwrap.fill(head, 6 * w) for head, w in zip(heads, widths, strict=True)]
    largest = max(float(np.abs(m).max()) for m in matrices) or 1.0
    # Laid out by hand: cells are squares of one size, and the grids stand on one middle line.
    gap, top = 0.5, 0.25 + 0.2 / cell * max(h.count("\n") + 1 if h else 0 for h in heads)
    across, down = sum(widths) + gap * (len(widths) + 1), tallest + top + 0.3
    figure = plt.figure(figsize=(cell * across, cell * down))
    left = gap
    for k, (entry, width, head) in enumerate(zip(entries, widths, heads, strict=True)):
        text = isinstance(entry, str)
        rows, columns = (tallest, 1) if text else entry.shape
        corner = left + (width - columns) / 2, 0.3 + (tallest - rows) / 2
        ax = figure.add_axes((corner[0] / across, corner[1] / down, columns / across, rows / down))
        ax.axis("off")
        ax.set(xlim=(0, columns), ylim=(rows, 0))
        if head:
            ax.set_title(head, fontsize=10, pad=5)
        if text:
            ax.text(0.5, rows / 2, entry, ha="center", va="center", fontsize=18)
        else:
            by_entry = blocks.get(k) if isinstance(blocks, dict) else blocks
            if colour == "blocks":
                _tint_blocks(ax, entry.shape, by_entry)
            _draw(ax, entry, largest if colour is True else math.inf, cell)
            _draw_borders(ax, entry.shape, by_entry, (highlight or {}).get(k, []))
        left += width + gap
    show(figure, caption, alt=alt or _read(entries, titles), by=by)


def _draw(ax, matrix, largest, cell):
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    longest = max((len(_written(value)) for value in matrix.flat), default=1)
    size = min(10, 0.92 * 72 * cell / (0.64 * longest))  # of letters; a digit is 0.64 as wide
    for (i, j), value in np.ndenumerate(matrix):
        share = abs(float(value)) / largest
        if share > 0:
            tint = to_rgba(PALETTE["blue" if value > 0 else "orange"], round(TINT * share, 3))
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=tint, lw=0, clip_on=False))
        ax.text(j + 0.5, i + 0.5, _written(value), ha="center", va="center_baseline", fontsize=size)


def _tint_blocks(ax, shape, blocks):
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    if blocks is None:
        return
    high, wide = _sides(blocks)
    corners = [(i, j) for i in range(0, shape[0], high) for j in range(0, shape[1], wide)]
    for k, (i, j) in enumerate(corners):
        tint = to_rgba(COLOURS[k % len(COLOURS)], 0.8 * TINT)
        size = min(wide, shape[1] - j), min(high, shape[0] - i)
        ax.add_patch(Rectangle((j, i), *size, facecolor=tint, lw=0, clip_on=False))


def _sides(blocks):
    return (blocks, blocks) if isinstance(blocks, int) else blocks


def _draw_borders(ax, shape, blocks, highlighted):
    from matplotlib.patches import Rectangle

    rows, columns = shape
    ax.hlines(range(rows + 1), 0, columns, color="#cccccc", lw=0.8, clip_on=False)
    ax.vlines(range(columns + 1), 0, rows, color="#cccccc", lw=0.8, clip_on=False)
    if blocks is not None:
        high, wide = _sides(blocks)
        strong = {"color": "#333333", "lw": 2, "clip_on": False}
        ax.hlines([*range(0, rows, high), rows], 0, columns, **strong)
        ax.vlines([*range(0, columns, wide), columns], 0, rows, **strong)
    for i, j in highlighted:
        frame = {"fill": False, "ec": PALETTE["vermilion"], "lw": 2.5, "zorder": 3}
        ax.add_patch(Rectangle((j, i), 1, 1, clip_on=False, **frame))


def _written(value):
    return f"{value + 0.0:.4g}".replace("-", "\N{MINUS SIGN}")


def _read(entries, titles):
    """Return the numbers as words, or the sizes of what is too large to be read out."""
    words = messages.text("figures")
    total = sum(np.size(entry) for entry in entries if not isinstance(entry, str))
    told = []
    for k, entry in enumerate(entries):
        if isinstance(entry, str):
            told.append(f"{entry} ")
            continue
        rows = "; ".join(" ".join(map(_written, row)) for row in entry)
        if total > 100:
            rows = words["large"].format(rows=entry.shape[0], columns=entry.shape[1])
        title = titles[k] if titles is not None and titles[k] else ""
        told.append(words["grid"].format(title=title, rows=rows).removeprefix(": ") + " ")
    return words["numbers"].format(grids="".join(told).replace("\n", " ")).strip()
