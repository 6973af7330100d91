"""Drawing of a temporal convolutional network: every path goes up, and to the right."""

from .colours import PALETTE
from .detectors import TRAINED, _arrow, _box, _sheet, _words

FRAMES, KERNEL, DILATIONS = 16, 2, (1, 2, 4)
SEEN, REST = PALETTE["orange"], "#8a8a8a"
LEFT, STEP, BOTTOM, ROW = 132, 25, 292, 41  # pixels


def paths(frame=FRAMES - 1):
    """Say what an output depends on, convolution by convolution downwards.

    Parameters
    ----------
    frame : int
        Whose output.

    Returns
    -------
    list of list of (int, int)
        From the last convolution to the first: pairs of the place that is read and the place that
        reads it, no place before frame 0 among them.
    """
    reading, found = [frame], []
    for dilation in [d for d in DILATIONS[::-1] for _ in range(2)]:
        pairs = [(t - k * dilation, t) for t in reading for k in range(KERNEL)]
        found.append([pair for pair in pairs if pair[0] >= 0])
        reading = sorted({read for read, _ in found[-1]})
    return found


def drawn(words):
    """Draw frames at the bottom, a row of dots for each convolution, blocks of two.

    Parameters
    ----------
    words : dict of str to str
        ``network_tcn`` of the catalogue.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, height = 688, 330
    figure, ax = _sheet(width, height)
    _rows(ax)
    _paths(ax)
    last = _place(FRAMES - 1, 0)[0]
    _words(ax, 8, BOTTOM, words["frames"])
    for k in range(len(DILATIONS)):
        low, high = _place(0, 2 * k + 1)[1], _place(0, 2 * k + 2)[1]
        _words(ax, 8, (low + high) / 2, words[f"block_{k + 1}"])
        _around(ax, last, _place(0, 2 * k)[1], high)
    _words(ax, last + 36, BOTTOM - ROW, words["around"])
    top = _place(0, 2 * len(DILATIONS))[1]
    _arrow(ax, (last + 8, top), (last + 30, top))
    _box(ax, last + 30, top - 18, 52, 36, words["dense"], TRAINED)
    _arrow(ax, (last + 82, top), (last + 98, top))
    _box(ax, last + 98, top - 18, 62, 36, words["classes"])
    _arrow(ax, (LEFT, height - 12), (last, height - 12))
    _words(ax, last + 8, height - 12, words["time"])
    return figure


def _place(frame, row):
    return LEFT + STEP * frame, BOTTOM - ROW * row


def _rows(ax):
    """Draw frames as squares and what convolutions made as dots, lit where they are needed."""
    lit = [{FRAMES - 1}] + [{read for read, _ in pairs} for pairs in paths()]
    for row, seen in enumerate(lit[::-1]):
        dot, size = ("o", 7) if row else ("s", 13)
        for colour, some in ((SEEN, seen), (REST, set(range(FRAMES)) - seen)):
            places = [_place(t, row) for t in sorted(some)]
            if places:
                ax.plot(*zip(*places, strict=True), dot, markersize=size, color=colour,
                        markerfacecolor="#ffffff", markeredgewidth=1.4, zorder=3)  # fmt: skip


def _paths(ax):
    """Draw what the last output depends on."""
    for row, pairs in enumerate(paths()[::-1]):
        for read, reads in pairs:
            ax.plot(*zip(_place(read, row), _place(reads, row + 1), strict=True),
                    color=SEEN, lw=1.3, zorder=2)  # fmt: skip


def _around(ax, x, low, high):
    """Draw a block's way around, and the sum at its end."""
    from matplotlib.patches import FancyArrowPatch

    arrow = FancyArrowPatch((x + 9, low), (x + 6, high + 3), connectionstyle="arc3,rad=0.35",
                            arrowstyle="-|>", mutation_scale=9, color=TRAINED, lw=1.4)  # fmt: skip
    ax.add_patch(arrow)
