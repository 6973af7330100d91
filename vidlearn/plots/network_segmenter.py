"""Drawing of the network that finds where shots meet: neighbours compared, then read both ways."""

from .colours import PALETTE
from .detectors import TRAINED, _arrow, _sheet, _words

FRAMES, KERNEL, CUT = 12, 5, 6  # the first frame of the new shot is CUT
SEEN, REST = PALETTE["orange"], "#8a8a8a"
LEFT, STEP, APART = 150, 44, 7  # pixels
ROWS = {"frames": 308, "vectors": 255, "compared": 196, "forwards": 142, "backwards": 108}
FLOOR = 68  # of the scores


def read(frame=CUT):
    """Say what the score of a frame is made of.

    Parameters
    ----------
    frame : int
        Whose score.

    Returns
    -------
    (list of int, list of int, list of int)
        Frames that the kernel at this place lies on; frames that the LSTM has read when it gets
        there, forwards; and the same backwards.
    """
    half = KERNEL // 2
    kernel = [t for t in range(frame - half, frame + half + 1) if 0 <= t < FRAMES]
    return kernel, list(range(frame + 1)), list(range(FRAMES - 1, frame - 1, -1))


def drawn(words):
    """Draw frames at the bottom, above them what each layer makes of them, scores on top.

    Parameters
    ----------
    words : dict of str to str
        ``network_segmenter`` of the catalogue.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, height = 688, 352
    figure, ax = _sheet(width, height)
    for row, y in ROWS.items():
        _words(ax, 8, y, words[row])
    _words(ax, 8, FLOOR - 16, words["scores"])
    for t in range(FRAMES):
        _picture(ax, t)
        _vector(ax, t)
        _arrow(ax, (_x(t), ROWS["frames"] - 16), (_x(t), ROWS["vectors"] + 14), colour=TRAINED)
    _kernel(ax)
    _memory(ax)
    _scores(ax)
    _arrow(ax, (_x(0), height - 12), (_x(FRAMES - 1) - 40, height - 12))
    _words(ax, _x(FRAMES - 1) - 32, height - 12, words["time"])
    return figure


def _x(frame):
    return LEFT + STEP * frame


def _picture(ax, t):
    """Draw a frame: hills before the cut, houses behind it, a camera that moves."""
    from matplotlib.patches import Circle, Polygon, Rectangle

    x, y = _x(t) - 15, ROWS["frames"] - 13
    frame = Rectangle((x, y), 30, 26, facecolor="#ffffff", edgecolor="#000000", lw=1.3)
    ax.add_patch(frame)
    if t < CUT:
        hill = [(x - 8 + t, y + 26), (x + 6 + t, y + 11), (x + 22 + t, y + 26)]
        shapes = [Polygon(hill), Circle((x + 21 + t, y + 8), 3.2)]
    else:
        step = t - CUT
        sides = ((23 - step, 8, 19), (13 - step, 7, 10), (6 - step, 5, 15))
        shapes = [Rectangle((x + a, y + 26 - tall), wide, tall) for a, wide, tall in sides]
    for shape in shapes:
        shape.set(facecolor=REST, edgecolor="none")
        ax.add_patch(shape)
        shape.set_clip_path(frame)
    ax.add_patch(Rectangle((x, y), 30, 26, facecolor="none", edgecolor="#000000", lw=1.3))


def _vector(ax, t):
    """Draw what the CNN makes of a frame: four numbers stand for many."""
    from matplotlib.patches import Rectangle

    for k in range(4):
        corner = (_x(t) - 4, ROWS["vectors"] - 14 + 7 * k)
        ax.add_patch(Rectangle(corner, 8, 7, facecolor="#ffffff", edgecolor="#000000", lw=1))


def _kernel(ax):
    """Draw one kernel's frames, and a dot for every place that it slides to."""
    top, bottom = ROWS["compared"], ROWS["vectors"] - 15
    for t in read()[0]:
        ax.plot((_x(t), _x(CUT)), (bottom, top), color=TRAINED, lw=1.4, zorder=1)
    for t in range(FRAMES):
        _dot(ax, _x(t), top, TRAINED if t == CUT else REST)


def _memory(ax):
    """Draw the LSTM's two ways; what they have read at the cut is lit."""
    _, forwards, backwards = read()
    ways = (("forwards", -APART, range(FRAMES), forwards),
            ("backwards", APART, range(FRAMES - 1, -1, -1), backwards))  # fmt: skip
    for row, aside, order, lit in ways:
        y, toward = ROWS[row], 1 if aside < 0 else -1
        for t in order:
            colour = SEEN if t in lit else REST
            x = _x(t) + aside
            ax.plot((_x(t), x), (ROWS["compared"], y), color=colour, lw=1, zorder=1)
            ax.plot((x, _x(t)), (y, FLOOR), color=SEEN if t == CUT else REST, lw=1, zorder=1)
            _dot(ax, x, y, colour)
            if t != order[-1]:
                onward = SEEN if t in lit and t != CUT else REST
                _arrow(ax, (x + 5 * toward, y), (x + (STEP - 5) * toward, y), colour=onward)


def _dot(ax, x, y, colour):
    ax.plot([x], [y], "o", markersize=7, color=colour, markerfacecolor="#ffffff",
            markeredgewidth=1.4, zorder=3)  # fmt: skip


def _scores(ax):
    """Draw a bar for each frame's score, 0 to 1."""
    from matplotlib.patches import Rectangle

    for t in range(FRAMES):
        tall = 44 if t == CUT else 3 + (t * 5) % 4
        corner = (_x(t) - 8, FLOOR - tall)
        ax.add_patch(Rectangle(corner, 16, tall, facecolor=SEEN if t == CUT else REST, zorder=2))
    ax.plot((_x(0) - 16, _x(FRAMES - 1) + 16), (FLOOR, FLOOR), color="#000000", lw=1.2, zorder=3)
