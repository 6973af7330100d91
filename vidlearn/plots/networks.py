"""Drawings of networks that look at clips: time from left to right, layer under layer."""

from functools import partial

from vidlearn import messages

from . import network_gated, network_segmenter, network_tcn, network_vos
from .charts import show
from .colours import PALETTE
from .detectors import TRAINED, _arrow, _box, _sheet, _words

NETWORKS = ("c3d", "tcn", "vos", "segmenter", "lstm", "gru")
SEEN = PALETTE["orange"]
POOLS = (1, 2, 2, 2)  # frames that each pooling makes one of
SIDES = (26, 20, 15, 11, 8)  # pixels of a drawn map, layer by layer


def show_network(name, *, caption=None, by=None):
    """Draw how a network for clips is built, time from left to right.

    Parameters
    ----------
    name : str
        "c3d", "tcn", "vos", video object segmentation beside the differences of frames,
        "segmenter", which finds where shots meet, or "lstm" and "gru", one step of a gated cell,
        part by part.
    caption : str, optional
        What to see; by default how to read the drawing.
    by : object, optional
        As in :func:`show`.

    Raises
    ------
    ValueError
        If there is no such drawing.

    References
    ----------
    D. Tran, L. Bourdev, R. Fergus, L. Torresani, M. Paluri: Learning spatiotemporal features with
    3D convolutional networks, 2015, figures 1 and 3.
    S. Bai, J. Z. Kolter, V. Koltun: An empirical evaluation of generic convolutional and recurrent
    networks for sequence modeling, 2018, figure 1.

    Lessons 09, 17, 19, 22 and 23 use it.
    """
    if name not in NETWORKS:
        raise ValueError(f"name must be one of {', '.join(NETWORKS)}. Received: {name!r}")
    words = messages.text(f"network_{name}")
    draw = {
        "c3d": _drawn,
        "tcn": network_tcn.drawn,
        "vos": network_vos.drawn,
        "segmenter": network_segmenter.drawn,
        "lstm": partial(network_gated.drawn, network_gated.LSTM),
        "gru": partial(network_gated.drawn, network_gated.GRU),
    }[name]
    show(draw(words), caption or words["caption"], alt=words["alt"], by=by)


def reaches(frames=16):
    """Say which frames the first number of the last layer depends on, layer by layer downwards.

    Parameters
    ----------
    frames : int
        Of the clip.

    Returns
    -------
    list of (int, int)
        First and last frame that counts, then first and last map of each layer.
    """
    counts = [frames]
    for pool in POOLS:
        counts.append(counts[-1] // pool)
    low = high = 0
    found = [(low, high)]
    for pool, count in zip(POOLS[::-1], counts[-2::-1], strict=True):
        low, high = max(0, low * pool - 1), min(count - 1, high * pool + pool)
        found.append((low, high))
    return found[::-1]


def _drawn(words):
    width, height = 688, 306
    figure, ax = _sheet(width, height)
    middles = [[150 + 29 * t for t in range(16)]]
    for pool in POOLS:
        above = middles[-1]
        middles.append([sum(above[k : k + pool]) / pool for k in range(0, len(above), pool)])
    rows = [40 + 58 * k for k in range(5)]
    _fans(ax, middles, rows)
    for k, (row, y) in enumerate(zip(middles, rows, strict=True)):
        _maps(ax, row, y, SIDES[k], reaches()[k])
        _words(ax, 8, y, words[f"row_{k}"])
    _arrow(ax, (150, 14), (585, 14))
    _words(ax, 592, 14, words["time"])
    _arrow(ax, (middles[4][1] + 10, rows[4]), (512, rows[4]))
    _box(ax, 512, rows[4] - 20, 76, 40, words["dense"], TRAINED)
    _arrow(ax, (588, rows[4]), (604, rows[4]))
    _box(ax, 604, rows[4] - 20, 78, 40, words["classes"])
    return figure


def _fans(ax, middles, rows):
    """Draw what the first number of the last layer depends on, and one kernel's three frames."""
    from matplotlib.patches import Polygon

    ends = []
    for row, y, side, (first, last) in zip(middles, rows, SIDES, reaches(), strict=True):
        ends.append(((row[first] - side / 2, y), (row[last] + side / 2, y)))
    edge = [left for left, _ in ends] + [right for _, right in ends[::-1]]
    ax.add_patch(Polygon(edge, facecolor=SEEN, edgecolor="none", alpha=0.16))
    for t in (6, 7, 8):
        start, end = (middles[0][t], rows[0] + 13), (middles[1][7], rows[1] - 10)
        ax.plot(*zip(start, end, strict=True), color=TRAINED, lw=1.4)


def _maps(ax, row, y, side, seen):
    """Draw the frames or maps of a layer."""
    from matplotlib.patches import Rectangle

    for t, x in enumerate(row):
        colour = SEEN if seen[0] <= t <= seen[1] else "#000000"
        corner = (x - side / 2, y - side / 2)
        ax.add_patch(Rectangle(corner, side, side, facecolor="#ffffff", edgecolor=colour, lw=1.3))
