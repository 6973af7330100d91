"""Small SVG drawings for the faces that interactives show where no script runs."""

from html import escape

PAPER, INK, GREY = "#ffffff", "#1f2328", "#57606a"
BLUE, ORANGE, MARK = "#0072b2", "#e69f00", "#d55e00"
LINE = "#c8ccd1"


class Sheet:
    """An SVG drawing that grows by what is put on it.

    Examples
    --------
    >>> sheet = Sheet()
    >>> sheet.text(10, 20, "x < y")
    >>> sheet.svg(40, 30).count("x &lt; y")
    1
    """

    def __init__(self):
        self.items = []

    def text(self, x, y, words, *, size=13, anchor="start", colour=INK, bold=False):
        """Write words; (x, y) is where their line begins, ends or has its middle."""
        weight = ' font-weight="bold"' if bold else ""
        self.items.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}"{weight}>{escape(str(words))}</text>'
        )

    def rect(self, x, y, width, height, *, fill="none", line=LINE, thick=1, radius=0):
        """Draw a rectangle with its upper left corner at (x, y)."""
        self.items.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}" '
            f'fill="{fill}" stroke="{line}" stroke-width="{thick}"/>'
        )

    def line(self, points, *, colour=INK, thick=1.5, dashes=""):
        """Draw a line through points (x, y)."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.items.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="{thick}"{dashed}/>'
        )

    def table(self, x, y, rows, *, caption="", cell=(34, 26), frame=None):
        """Write a table of numbers tinted by sign; returns where it ends to the right.

        Parameters
        ----------
        x, y : float
            Upper left corner of the caption.
        rows : sequence of sequences of float
        caption : str
        cell : (float, float)
            Width and height of a cell.
        frame : (int, int, int, int), optional
            First row, first column, rows, columns to put a frame around.
        """
        self.text(x, y + 13, caption, bold=True)
        (wide, tall), y = cell, y + 22
        most = max((abs(v) for row in rows for v in row), default=0) or 1
        tinted, written = [], []
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                left, top = x + j * wide, y + i * tall
                if value:
                    tinted.append(
                        f'<rect x="{left}" y="{top}" width="{wide}" height="{tall}" '
                        f'fill="{tint(value, most)}"/>'
                    )
                middle = f'x="{left + wide / 2:g}" y="{top + tall / 2 + 4:g}"'
                written.append(f"<text {middle}>{short(value)}</text>")
        across = "".join(f"M{x} {y + i * tall}h{len(rows[0]) * wide}" for i in range(len(rows) + 1))
        down = "".join(f"M{x + j * wide} {y}v{len(rows) * tall}" for j in range(len(rows[0]) + 1))
        self.items += [
            *tinted,
            f'<path d="{across}{down}" stroke="{LINE}"/>',
            f'<g font-size="13" text-anchor="middle" fill="{INK}">{"".join(written)}</g>',
        ]
        if frame is not None:
            i, j, height, width = frame
            place = x + j * wide, y + i * tall, width * wide, height * tall
            self.rect(*place, line=MARK, thick=3)
        return x + len(rows[0]) * wide

    def svg(self, width, height):
        """Return the drawing as SVG text."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="sans-serif">'
            f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(self.items)}</svg>'
        )


def tint(value, most):
    """Return the colour behind a number: blue for more than zero, orange for less.

    >>> tint(0, 1), tint(2, 2)
    ('#ffffff', '#94c4df')
    """
    hue = BLUE if value > 0 else ORANGE
    share = min(1, abs(value) / most) * 0.42
    mixed = (255 + share * (int(hue[k : k + 2], 16) - 255) for k in (1, 3, 5))
    return "#{:02x}{:02x}{:02x}".format(*map(round, mixed))


def short(value):
    """Write a number in at most five signs.

    >>> short(-0.126), short(12.0), short(1234.5)
    ('−0.13', '12', '1234')
    """
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    written = f"{value:.{places}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written in ("-0", "") else written.replace("-", "−")
