"""Drawings of three detectors: what flows where, what is trained, where the losses are."""

from vidlearn import messages

from .charts import show
from .colours import PALETTE

DETECTORS = ("faster_rcnn", "yolo", "ssd")
# What a box is: its colour. Black turns over on a dark page.
TRAINED, FIXED, DATA = PALETTE["blue"], PALETTE["green"], "#000000"
LOSS, THING, MARK = PALETTE["vermilion"], PALETTE["purple"], PALETTE["orange"]
PIXELS = 80  # to an inch


def show_detector(name, *, caption=None, by=None):
    """Draw how a detector is built.

    Parameters
    ----------
    name : str
        "faster_rcnn", "yolo" or "ssd".
    caption : str, optional
        What to see; by default what the colours mean, and what the detector is about.
    by : object, optional
        As in :func:`show`.

    Raises
    ------
    ValueError
        If there is no such drawing.

    References
    ----------
    S. Ren, K. He, R. Girshick, J. Sun: Faster R-CNN, 2017, figure 2. J. Redmon, S. Divvala,
    R. Girshick, A. Farhadi: You only look once, 2016, figures 2 and 3; Z. Tian, C. Shen, H. Chen,
    T. He: FCOS, 2019, figure 1, for the distances. W. Liu et al.: SSD, 2016, figures 1 and 2.

    Lessons 13 to 15 use it.
    """
    if name not in DETECTORS:
        raise ValueError(f"name must be one of {', '.join(DETECTORS)}. Received: {name!r}")
    words = messages.text(f"detector_{name}")
    show(_drawn(name, words), caption or words["caption"], alt=words["alt"], by=by)


def _drawn(name, words):
    draw, width, height = {
        "faster_rcnn": (_faster_rcnn, 688, 318),
        "yolo": (_yolo, 688, 330),
        "ssd": (_ssd, 688, 300),
    }[name]
    figure, ax = _sheet(width, height)
    draw(ax, words)
    return figure


def _sheet(width, height):
    """Return a figure to draw on in pixels, y down, and its axes."""
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(width / PIXELS, height / PIXELS))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))  # pixels, y down
    ax.axis("off")
    return figure, ax


def _box(ax, x, y, w, h, words, colour=DATA, *, dashed=False, size=9):
    """Draw a box, words in its middle; return the middles of its left and right side."""
    from matplotlib.patches import FancyBboxPatch

    style = {"ls": (0, (4, 3)), "lw": 1} if dashed else {"lw": 1.6}
    shape = FancyBboxPatch((x, y), w, h, boxstyle="round,pad=0,rounding_size=4")
    shape.set(facecolor="none", edgecolor=colour, **style)
    ax.add_patch(shape)
    ax.text(x + w / 2, y + h / 2, words, ha="center", va="center", size=size, linespacing=1.25)
    return (x, y + h / 2), (x + w, y + h / 2)


def _sheets(ax, x, y, w, h, words="", *, count=3, colour=DATA):
    """Draw a map as sheets one behind the other, words below."""
    from matplotlib.patches import Rectangle

    for k in range(count - 1, -1, -1):
        corner = (x + 4 * k, y - 4 * k)
        ax.add_patch(Rectangle(corner, w, h, facecolor="#ffffff", edgecolor=colour, lw=1.2))
    ax.text(x + w / 2 + 4, y + h + 8, words, ha="center", va="top", size=9, linespacing=1.25)


def _arrow(ax, *points, colour=DATA, dashed=False, both=False):
    """Draw a line through points, with an arrow's head at its end."""
    x, y = zip(*points[:-1], strict=True)
    style = {"color": colour, "lw": 1.2, "ls": (0, (3, 2)) if dashed else "-"}
    ax.plot(x, y, solid_capstyle="butt", **style)
    head = {"arrowstyle": "<|-|>" if both else "-|>", "mutation_scale": 9, "shrinkA": 0}
    ax.annotate("", points[-1], points[-2], arrowprops=head | style | {"shrinkB": 0})


def _words(ax, x, y, words, *, colour=DATA, align="left", size=9, bold=False):
    weight = "bold" if bold else "normal"
    ax.text(x, y, words, ha=align, va="center", size=size, color=colour, weight=weight)


def _faster_rcnn(ax, words):
    _box(ax, 8, 128, 76, 48, words["frame"])
    _arrow(ax, (84, 152), (104, 152))
    _box(ax, 104, 128, 78, 48, words["backbone"], TRAINED)
    _arrow(ax, (182, 152), (204, 152))
    _sheets(ax, 204, 132, 62, 44, words["map"])
    for x, y, stage in ((320, 8, "stage_1"), (426, 172, "stage_2")):
        _box(ax, 310, y, 370, 112, "", MARK, dashed=True)
        _words(ax, x, y + 12, words[stage], bold=True)
    _arrow(ax, (276, 146), (292, 146), (292, 62), (320, 62))
    _box(ax, 320, 32, 156, 60, words["rpn"], TRAINED)
    _arrow(ax, (476, 62), (492, 62))
    _box(ax, 492, 38, 88, 48, words["propose"], FIXED)
    _arrow(ax, (580, 62), (596, 62))
    _box(ax, 596, 38, 76, 48, words["proposals"])
    _words(ax, 320, 106, words["losses_1"], colour=LOSS)
    _arrow(ax, (276, 158), (292, 158), (292, 226), (320, 226))
    _arrow(ax, (634, 86), (634, 146), (366, 146), (366, 204), dashed=True)
    _words(ax, 500, 146, words["stop"], align="center")
    ax.texts[-1].set_bbox({"facecolor": "#ffffff", "edgecolor": "none", "pad": 3})
    _box(ax, 320, 204, 92, 44, words["align"], FIXED)
    _arrow(ax, (412, 226), (426, 226))
    _box(ax, 426, 196, 142, 60, words["head"], TRAINED)
    _arrow(ax, (568, 226), (582, 226))
    _box(ax, 582, 204, 90, 44, words["finish"], FIXED)
    _words(ax, 426, 270, words["losses_2"], colour=LOSS)
    _arrow(ax, (627, 248), (627, 294))
    _words(ax, 627, 302, words["detections"], align="center")
    _words(ax, 8, 302, words["sum"], colour=LOSS)


def _yolo(ax, words):
    _box(ax, 8, 36, 76, 52, words["frame"])
    _arrow(ax, (84, 62), (104, 62))
    _box(ax, 104, 36, 78, 52, words["backbone"], TRAINED)
    _arrow(ax, (182, 62), (202, 62))
    _sheets(ax, 202, 26, 62, 46)
    _sheets(ax, 232, 62, 34, 26)
    _words(ax, 290, 110, words["maps"], align="right")
    _arrow(ax, (276, 62), (306, 62))
    _box(ax, 306, 30, 150, 64, words["head"], TRAINED)
    _words(ax, 306, 110, words["losses"], colour=LOSS)
    _arrow(ax, (456, 62), (476, 62))
    _box(ax, 476, 36, 92, 52, words["finish"], FIXED)
    _arrow(ax, (568, 62), (588, 62))
    _box(ax, 588, 36, 90, 52, words["detections"])
    _grid(ax, (104, 142), 24, (7, 9), words)
    _words(ax, 360, 200, words["decoded"], size=10)
    _words(ax, 360, 268, words["score"], size=10)


def _grid(ax, corner, side, cells, words):
    """Draw cells over a frame, a thing's box, and the distances from the cell that answers."""
    from matplotlib.patches import Rectangle

    (left, top), (rows, columns) = corner, cells
    for k in range(columns + 1):
        ax.plot([left + k * side] * 2, [top, top + rows * side], color="#bbbbbb", lw=0.8)
    for k in range(rows + 1):
        ax.plot([left, left + columns * side], [top + k * side] * 2, color="#bbbbbb", lw=0.8)
    x, y = left + 4.5 * side, top + 3.5 * side
    cell = Rectangle((x - side / 2, y - side / 2), side, side, fc=MARK, ec="none", alpha=0.55)
    ax.add_patch(cell)
    x1, y1, x2, y2 = x - 2.9 * side, y - 2.3 * side, x + 3.1 * side, y + 2.6 * side
    ax.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fc="none", ec=THING, lw=2))
    for end in ((x1, y), (x, y1), (x2, y), (x, y2)):
        _arrow(ax, (x, y), end)
    _words(ax, (x + x1) / 2 - 4, y - 8, words["left"], align="center")
    _words(ax, (x + x2) / 2 + 6, y - 8, words["right"], align="center")
    _words(ax, x + 6, (y + y1) / 2 - 4, words["top"])
    _words(ax, x + 6, (y + y2) / 2 + 6, words["bottom"])
    _words(ax, left + columns * side + 8, top + 10, words["cell"])
    _arrow(ax, (left + columns * side + 4, top + 12), (x + side / 2, y - side / 2), colour=MARK)


def _ssd(ax, words):
    from matplotlib.patches import Rectangle

    _box(ax, 8, 72, 76, 52, words["frame"])
    _arrow(ax, (84, 98), (104, 98))
    _box(ax, 104, 72, 78, 52, words["backbone"], TRAINED)
    _words(ax, 214, 14, words["maps"])
    x, before = 214, 182
    for number, (w, h) in enumerate(((132, 100), (86, 66), (58, 44), (40, 30))):
        y = 98 - h / 2
        _arrow(ax, (before, 98), (x, 98))
        _sheets(ax, x, y, w, h, count=2)
        cx, cy, side = x + w / 2, 98, 18 + 4 * number
        for wide in (0.7, 1.4):
            a, b = side * wide**0.5, side / wide**0.5
            edge = {"fc": "none", "ec": THING, "lw": 1.4}
            ax.add_patch(Rectangle((cx - a / 2, cy - b / 2), a, b, **edge))
        _arrow(ax, (cx, y + h), (cx, 170))
        _box(ax, cx - 25, 170, 50, 34, words["conv"], TRAINED, size=8)
        _arrow(ax, (cx, 204), (cx, 228))
        before, x = x + w + 4, x + w + 30
    _box(ax, 214, 228, 412, 34, words["joined"])
    _words(ax, 214, 274, words["losses"], colour=LOSS)
    _arrow(ax, (214, 245), (190, 245))
    _box(ax, 98, 222, 92, 46, words["finish"], FIXED)
    _arrow(ax, (98, 245), (88, 245))
    _box(ax, 8, 222, 80, 46, words["detections"])
