"""Drawing of two tasks: what differs between frames, and a mask for each thing in each frame."""

from .colours import PALETTE
from .detectors import TRAINED, _arrow, _sheet, _words

FRAMES = 6  # the last one belongs to another shot
WIDE, HIGH, LEFT, STEP = 76, 48, 120, 98  # pixels
ROWS = {"differences": 58, "frames": 142, "disc": 226, "square": 290}  # middles
MOVING, STILL = PALETTE["purple"], PALETTE["green"]
SEEN, REST = PALETTE["orange"], "#8a8a8a"
RADIUS, SIDE, MIDDLE = 9, 22, 6  # of disc and square; how far right of the middle it stands


def disc(frame):
    """Say where the middle of the disc is, in pixels right of the middle of its frame.

    Parameters
    ----------
    frame : int
        0 to 4.

    Returns
    -------
    int
        The square stands still at `MIDDLE`; in frames 2 and 3 the disc is behind it.
    """
    return -26 + 13 * frame


def drawn(words):
    """Draw frames; above them how neighbours differ, below them a mask for each thing.

    Parameters
    ----------
    words : dict of str to str
        ``network_vos`` of the catalogue.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, height = 688, 352
    figure, ax = _sheet(width, height)
    for row, y in ROWS.items():
        _words(ax, 8, y, words[row])
    for t in range(FRAMES):
        _frame(ax, t)
    for t in range(1, FRAMES):
        _difference(ax, t)
    _words(ax, _x(FRAMES - 1) - STEP / 2, 22, words["cut"], align="center", colour=SEEN)
    for row in ("disc", "square"):
        for t in range(FRAMES - 1):
            _mask(ax, row, t)
    _words(ax, _x(FRAMES - 1) - 30, (ROWS["disc"] + ROWS["square"]) / 2, words["over"])
    _words(ax, _x(0), ROWS["square"] + 36, words["given"], align="center", colour=SEEN)
    _words(ax, _x(1) - 38, ROWS["square"] + 36, words["carried"], colour=TRAINED)
    _arrow(ax, (_x(0) - 38, height - 10), (_x(FRAMES - 1) - 10, height - 10))
    _words(ax, _x(FRAMES - 1) - 2, height - 10, words["time"])
    return figure


def _x(frame):
    return LEFT + WIDE / 2 + STEP * frame


def _empty(ax, x, y, edge="#000000", lw=1.3):
    from matplotlib.patches import Rectangle

    sheet = Rectangle((x - WIDE / 2, y - HIGH / 2), WIDE, HIGH, facecolor="#ffffff",
                      edgecolor=edge, lw=lw)  # fmt: skip
    ax.add_patch(sheet)
    return sheet


def _disc(ax, x, y, t, colour):
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x + disc(t), y), RADIUS, facecolor=colour, edgecolor="none"))


def _square(ax, x, y, colour):
    from matplotlib.patches import Rectangle

    corner = (x + MIDDLE - SIDE / 2, y - SIDE / 2)
    ax.add_patch(Rectangle(corner, SIDE, SIDE, facecolor=colour, edgecolor="none"))


def _frame(ax, t):
    """Draw a frame: a disc that moves and a square that stands, or, at last, houses."""
    from matplotlib.patches import Rectangle

    x, y = _x(t), ROWS["frames"]
    _empty(ax, x, y)
    if t < FRAMES - 1:
        _disc(ax, x, y, t, MOVING)
        _square(ax, x, y, STILL)
        return
    for left, wide, tall in ((-30, 14, 30), (-12, 12, 18), (4, 10, 25), (18, 13, 37)):
        corner = (x + left, y + HIGH / 2 - tall)
        ax.add_patch(Rectangle(corner, wide, tall, facecolor=REST, edgecolor="none"))


def _difference(ax, t):
    """Draw where two neighbouring frames differ, and lines from both."""
    x, y = _x(t) - STEP / 2, ROWS["differences"]
    for at in (t - 1, t):
        start = _x(at) + (-10 if at == t else 10), ROWS["frames"] - HIGH / 2
        _arrow(ax, start, (x + (10 if at == t else -10), y + HIGH / 2))
    sheet = _empty(ax, x, y)
    if t == FRAMES - 1:
        sheet.set_facecolor(SEEN)
        return
    _disc(ax, x, y, t - 1, SEEN)
    _disc(ax, x, y, t, SEEN)
    _shared(ax, x, y, t)
    _square(ax, x, y, "#ffffff")


def _shared(ax, x, y, t):
    """Leave out what the disc covers in both frames: there nothing differs."""
    from math import acos, cos, pi, sin

    from matplotlib.patches import Polygon

    half = (disc(t) - disc(t - 1)) / 2
    reach, middle = acos(half / RADIUS), x + (disc(t - 1) + disc(t)) / 2
    turns = [reach * (k / 8 - 1) for k in range(17)]
    right = [(middle - half + RADIUS * cos(a), y + RADIUS * sin(a)) for a in turns]
    left = [(middle + half + RADIUS * cos(a + pi), y + RADIUS * sin(a + pi)) for a in turns]
    ax.add_patch(Polygon(right + left, facecolor="#ffffff", edgecolor="none"))


def _mask(ax, row, t):
    """Draw the mask of one thing in one frame, and what leads to the next."""
    x, y = _x(t), ROWS[row]
    _empty(ax, x, y, *((SEEN, 2.2) if t == 0 else ()))
    if row == "disc":
        _disc(ax, x, y, t, MOVING)
        _square(ax, x, y, "#ffffff" if t else "none")
    else:
        _square(ax, x, y, STILL)
    if t:
        _arrow(ax, (x - STEP + WIDE / 2, y), (x - WIDE / 2, y), colour=TRAINED)
    if row == "disc" and t:
        _arrow(ax, (x, ROWS["frames"] + HIGH / 2), (x, y - HIGH / 2), colour=TRAINED)
