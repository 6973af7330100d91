"""A page of text that is written twice: as Markdown, and plainly for a terminal."""

import csv
import io
import re
import unicodedata

from vidlearn.classroom.inbox import plain

__all__ = ["Page", "escaped", "sheet"]

WIDEST = 72  # columns of one cell of a table
SPECIAL = re.compile(r"[\\`*_{}\[\]#|~$@!^=+]|:(?=[/:])|(?<=\bwww)\.", re.I)
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
BAR = 40  # columns of the longest bar


def escaped(line):
    """Write what came from outside so that Markdown shows it as it is.

    Parameters
    ----------
    line : str

    Returns
    -------
    str

    Examples
    --------
    >>> print(escaped("<b>*a|b*"))
    &lt;b&gt;\\*a\\|b\\*
    """
    line = SPECIAL.sub(r"\\\g<0>", plain(line).strip())
    line = re.sub(r"[&<>]", lambda match: ENTITIES[match.group()], line)
    return re.sub(r"^([-%:])|^(\d+)(?=[.)])", lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\", line)


class Page:
    """A page, written from top to bottom.

    Everything may come from outside: control characters go, and Markdown is escaped.

    Parameters
    ----------
    title : str
        What stands above it.

    Examples
    --------
    >>> page = Page("Marks")
    >>> page.table(["who", "points"], [["ann", 3], ["bob_2", 10]])
    >>> print(page.text())
    Marks
    =====
    <BLANKLINE>
    who    points
    -----  ------
    ann         3
    bob_2      10
    """

    def __init__(self, title):
        self._blocks = [("head", title, 1)]

    def head(self, line):
        """Begin a section.

        Parameters
        ----------
        line : str
        """
        self._blocks.append(("head", line, 2))

    def say(self, line):
        """Add a paragraph.

        Parameters
        ----------
        line : str
        """
        self._blocks.append(("say", line))

    def items(self, lines):
        """Add a list.

        Parameters
        ----------
        lines : list of str
        """
        if lines:
            self._blocks.append(("items", lines))

    def table(self, header, rows):
        """Add a table.

        Parameters
        ----------
        header : list of str
            Names of the columns.
        rows : list of list
            Texts and numbers; columns of numbers stand to the right.
        """
        self._blocks.append(("table", header, rows))

    def bars(self, counts):
        """Add bars, drawn with letters.

        Parameters
        ----------
        counts : list of tuple
            Label and count of each.
        """
        self._blocks.append(("bars", counts))

    def markdown(self):
        """Return the page as Markdown.

        Returns
        -------
        str
        """
        parts = []
        for kind, *what in self._blocks:
            if kind == "head":
                parts.append(f"{'#' * what[1]} {escaped(what[0])}")
            elif kind == "say":
                parts.append(escaped(what[0]))
            elif kind == "items":
                parts.append("\n".join(f"- {escaped(line)}" for line in what[0]))
            elif kind == "bars":
                parts.append("\n".join(["```text", *_bars(what[0]), "```"]))
            else:
                header, rows = what
                rule = ["---:" if _is_right(rows, n) else "---" for n in range(len(header))]
                body = [[escaped(_cut(cell)) for cell in row] for row in [header, *rows]]
                lines = [f"| {' | '.join(row)} |" for row in [body[0], rule, *body[1:]]]
                parts.append("\n".join(lines))
        return "\n\n".join(parts) + "\n"

    def text(self):
        """Return the page for a terminal.

        Returns
        -------
        str
        """
        parts = []
        for kind, *what in self._blocks:
            if kind == "head":
                line = plain(what[0])
                parts.append(f"{line}\n{('=' if what[1] == 1 else '-') * _width(line)}")
            elif kind == "say":
                parts.append(plain(what[0]))
            elif kind == "items":
                parts.append("\n".join(f"  {plain(line)}" for line in what[0]))
            elif kind == "bars":
                parts.append("\n".join(_bars(what[0])))
            else:
                parts.append(_aligned(*what))
        return "\n\n".join(parts)


def _cut(cell):
    line = plain(cell)
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _width(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def _is_right(rows, column):
    return bool(rows) and all(isinstance(row[column], int | float) for row in rows)


def _aligned(header, rows):
    """Return a table whose columns stand under each other."""
    body = [[_cut(cell) for cell in row] for row in [header, *rows]]
    wide = [max(_width(row[n]) for row in body) for n in range(len(header))]
    lines = []
    for row in [body[0], ["-" * width for width in wide], *body[1:]]:
        cells = []
        for n, cell in enumerate(row):
            gap = " " * (wide[n] - _width(cell))
            cells.append(gap + cell if _is_right(rows, n) else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _bars(counts):
    """Return bars, as long as their counts."""
    most = max([count for _, count in counts], default=0)
    scale = min(1.0, BAR / most) if most else 0.0
    wide = max([len(label) for label, _ in counts], default=0)
    return [
        f"{label:>{wide}}  {'█' * max(round(count * scale), bool(count))} {count or ''}".rstrip()
        for label, count in counts
    ]


def sheet(rows):
    """Write a table as CSV that no spreadsheet takes for formulas.

    Parameters
    ----------
    rows : list of list
        The first names the columns.

    Returns
    -------
    str

    Examples
    --------
    >>> print(sheet([["id", "points"], ["=1+1", 2.5]]), end="")
    id,points
    '=1+1,2.5
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        cells = [plain(cell) if isinstance(cell, str) else cell for cell in row]
        writer.writerow(
            [
                f"'{cell}" if isinstance(cell, str) and cell.lstrip()[:1] in tuple("=+-@") else cell
                for cell in cells
            ]
        )
    return buffer.getvalue()
