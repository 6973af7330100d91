"""An LSTM and a GRU, drawn as the interactive GatedCell draws them: one part lit at a time."""

from .detectors import DATA, TRAINED, _sheet, _words

REST, QUIET = "#bdbdbd", "#767676"  # lines and words of what is not lit
SCALE, WIDE, HIGH, LEFT = 0.66, 344, 272, 10  # of the cell's own 480 pixels; of a panel
LSTM = {
    "places": {"f": 104, "i": 196, "g": 276, "o": 352},
    "panels": ("f", "i", "c", "o"),
    "lights": {"f": "f", "i": "ig", "c": "", "o": "o"},
    "wires": (  # points, and the panels in which they are lit
        (((8, 44), (91, 44)), "fc"),
        (((117, 44), (223, 44)), "fc"),
        (((249, 44), (472, 44)), "c"),
        (((104, 160), (104, 57)), "f"),
        (((196, 160), (196, 110), (223, 110)), "i"),
        (((276, 160), (276, 110), (249, 110)), "i"),
        (((236, 97), (236, 57)), "ic"),
        (((420, 44), (420, 79)), "o"),
        (((420, 103), (420, 127)), "o"),
        (((352, 160), (352, 140), (407, 140)), "o"),
        (((433, 140), (472, 140)), "o"),
    ),
    "nodes": (((104, 44), "×", "fc"), ((236, 44), "+", "c"), ((236, 110), "×", "i"),
              ((420, 140), "×", "o")),
    "ends": (((474, 44), "c"), ((474, 140), "o")),
    "words": (((8, 24), "before", "left", "fc"), ((340, 24), "now", "left", "c"),
              ((474, 166), "shown", "right", "o")),
}  # fmt: skip
GRU = {
    "places": {"z": 104, "r": 200, "h": 356},
    "panels": ("z", "r"),
    "lights": {"z": "z", "r": "rh"},
    "wires": (
        (((8, 44), (91, 44)), "z"),
        (((117, 44), (343, 44)), "z"),
        (((369, 44), (472, 44)), "z"),
        (((104, 160), (104, 57)), "z"),
        (((104, 110), (343, 110)), "z"),
        (((356, 160), (356, 123)), "r"),
        (((356, 97), (356, 57)), "z"),
        (((233, 186), (323, 186)), "r"),
    ),
    "nodes": (((104, 44), "×", "z"), ((356, 44), "+", "z"), ((356, 110), "×", "z")),
    "ends": (((474, 44), "z"),),
    "words": (((8, 24), "before", "left", "z"), ((474, 24), "now", "right", "z"),
              ((150, 96), "rest", "left", "z")),
}  # fmt: skip


def drawn(cell, words):
    """Draw a cell once for each of its parts, with the part's formula and meaning below.

    Parameters
    ----------
    cell : dict
        LSTM or GRU of this module.
    words : dict of str to str
        ``network_lstm`` or ``network_gru`` of the catalogue.

    Returns
    -------
    list of matplotlib.figure.Figure
        One for each part.
    """
    figures = []
    for part in cell["panels"]:
        figure, ax = _sheet(WIDE, HIGH)
        _words(ax, LEFT, 14, words[f"title_{part}"], bold=True, size=10)
        _panel(ax, LEFT, 26, cell, part, words)
        _words(ax, LEFT, 224, words[f"formula_{part}"], size=10.5, colour=TRAINED)
        _words(ax, LEFT, 245, words[f"meaning_{part}"], size=9)
        figures.append(figure)
    return figures


def _panel(ax, left, top, cell, part, words):
    """Draw wires, nodes, gates and words, what belongs to the part in colour."""

    def at(point):
        return left + SCALE * point[0], top + SCALE * point[1]

    def line(points, lit):
        ax.plot(*zip(*map(at, points), strict=True), color=TRAINED if lit else REST,
                lw=2.4 if lit else 1.3, zorder=2 if lit else 1, solid_capstyle="butt")  # fmt: skip

    lights, places = cell["lights"][part], cell["places"]
    line(((8, 246), (max(places.values()), 246)), False)
    for name, x in places.items():
        line(((x, 246), (x, 212)), name in lights)
        if name in lights:
            line(((8, 246), (x, 246)), True)
    for points, panels in cell["wires"]:
        line(points, part in panels)
    for point, panels in cell["ends"]:
        ax.plot(*at(point), ">", ms=6, color=TRAINED if part in panels else REST)
    for point, sign, panels in cell["nodes"]:
        _node(ax, at(point), sign, part in panels)
    if "o" in places:
        _box(ax, at((420, 91)), (50, 24), part == "o")
        _write(ax, at((420, 91)), "tanh", part == "o", size=8)
    for name, x in places.items():
        lit = name in lights
        _box(ax, at((x, 186)), (62, 52), lit)
        _write(ax, at((x, 178)), words[f"gate_{name}"], lit, size=10, weight="bold")
        _write(ax, at((x, 200)), "tanh" if name in "gh" else "σ", lit, size=8)
    for point, key, align, panels in cell["words"]:
        _write(ax, at(point), words[key], part in panels, ha=align, size=9)
    _write(ax, at((8, 264)), words["inputs"], bool(lights), ha="left", size=9)


def _write(ax, point, words, lit, *, ha="center", size=9, weight="normal"):
    ax.text(*point, words, ha=ha, va="center", size=size, weight=weight,
            color=DATA if lit else QUIET, zorder=4)  # fmt: skip


def _node(ax, point, sign, lit):
    ax.plot(*point, "o", ms=12.5, color=TRAINED if lit else REST, markerfacecolor="#ffffff",
            markeredgewidth=1.8 if lit else 1.2, zorder=3)  # fmt: skip
    _write(ax, point, sign, lit, size=11)


def _box(ax, middle, size, lit):
    """Draw a gate, or the tanh on the way out."""
    from matplotlib.patches import FancyBboxPatch

    wide, high = SCALE * size[0], SCALE * size[1]
    corner = (middle[0] - wide / 2, middle[1] - high / 2)
    shape = FancyBboxPatch(corner, wide, high, boxstyle="round,pad=0,rounding_size=4", zorder=3)
    shape.set(facecolor="#cfe5f3" if lit else "#ffffff", edgecolor=TRAINED if lit else REST)
    shape.set_linewidth(1.8 if lit else 1.2)
    ax.add_patch(shape)
