"""What `check` and its kin have to say, as a box in a notebook and as lines elsewhere."""

import html
import re
import sys
from dataclasses import dataclass, field

from vidlearn.messages import text

_SIGNS = {"right": ("✓", "#009E73"), "wrong": ("✗", "#D55E00"), "not_yet": ("…", "#0072B2")}


@dataclass(repr=False)
class CheckResult:
    """What `check` found.

    Attributes
    ----------
    id : str
        The exercise.
    status : {"right", "wrong", "not_yet"}
        The verdict.
    misconception : str or None
        Name of the mistake the answer looks like; two names joined by "+" where it is two.
    lines : list of str
        What is said about it, each a line of Markdown-like text.
    details : dict
        Label and value of what was given, came, and was expected.
    title : str or None
        The verdict in words, where it is not the usual one.
    hints : list of str
        What the box holds folded, each inside the one before.
    more : str
        Which call helps on, where nothing can be folded.
    """

    id: str
    status: str
    misconception: str | None = None
    lines: list = field(default_factory=list)
    details: dict = field(default_factory=dict)
    title: str | None = None
    hints: list = field(default_factory=list)
    more: str = ""
    _shown_in: int | None = None

    def __bool__(self):
        return self.status == "right"

    def __repr__(self):
        head = f"{_SIGNS[self.status][0]} {self.id}: {self._verdict()}"
        details = [
            f"{label}:\n{value}" if "\n" in value else f"{label}: {value}"
            for label, value in self.details.items()
        ]
        lines = [*self.lines, *([self.more] if self.more else []), *details]
        return "\n  ".join([head, *(line.replace("\n", "\n    ") for line in lines)])

    def _verdict(self):
        return self.title or text("check")[self.status]

    def _repr_html_(self):
        sign, colour = _SIGNS[self.status]
        body = "".join(f"<p style='margin:.3em 0'>{inline(line)}</p>" for line in self.lines)
        rows = "".join(
            f"<dt style='font-weight:600'>{html.escape(label)}</dt>"
            f"<dd style='margin:0 0 .3em 0'><pre style='margin:0;overflow-x:auto;"
            f"background:none;border:0;padding:0;color:inherit'>{html.escape(value)}</pre></dd>"
            for label, value in self.details.items()
        )
        rows = f"<dl style='margin:.3em 0 0 0'>{rows}</dl>" if rows else ""
        if self.more and not self.hints:
            body += f"<p style='margin:.3em 0'>{inline(self.more)}</p>"
        return (
            f"<div class='vl-check vl-{self.status}' role='status' "
            f"data-vl-check='{html.escape(self.id)}' data-vl-status='{self.status}' "
            f"data-vl-misconception='{self.misconception or ''}' "
            f"style='border-left:.35em solid {colour};padding:.4em 0 .4em .9em'>"
            f"<strong>{sign} {html.escape(self._verdict())}</strong> "
            f"<code>{html.escape(self.id)}</code>{body}{rows}{self._folded()}</div>"
        )

    def _folded(self):
        """Set each hint inside the one before, so that one click shows one."""
        words, inner = text("hint")["title"], ""
        if self.hints and self.more:  # a challenge has no solution to show
            last = text("check")["more_last"].format(id=self.id)
            inner = f"<p style='margin:.3em 0'>{inline(last)}</p>"
        for number, line in reversed(list(enumerate(self.hints, 1))):
            head = words.format(number=number, total=len(self.hints))
            inner = (
                f"<details class='vl-hint' style='margin:.3em 0'><summary>{head}</summary>"
                f"<div style='margin:.2em 0 .2em 1em'>{inline(line)}{inner}</div></details>"
            )
        return inner

    def _ipython_display_(self):
        """Show once in a cell, also where it is both shown by `check` and the cell's value."""
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        cell = shell.execution_count if shell else None
        if cell is None or self._shown_in != cell:
            self._shown_in = cell
            data = {"text/html": self._repr_html_(), "text/plain": repr(self)}
            display(data, raw=True)


def inline(line):
    """Turn a line's `code`, **bold** and *emphasis* into HTML; the rest is escaped.

    Parameters
    ----------
    line : str

    Returns
    -------
    str

    Examples
    --------
    >>> inline("`a < b` **is** *so*")
    '<code>a &lt; b</code> <strong>is</strong> <em>so</em>'
    """
    parts = re.split(r"(`[^`]+`)", html.escape(line, quote=False))
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f"<code>{part[1:-1]}</code>"
        else:
            part = re.sub(r"\*\*(\S(?:[^*]*\S)?)\*\*", r"<strong>\1</strong>", part)
            parts[i] = re.sub(r"\*(\w(?:[^*]*\w)?)\*", r"<em>\1</em>", part)
    return "".join(parts)


def in_notebook():
    """Say whether what is shown goes to a notebook.

    Returns
    -------
    bool
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None


def show(result):
    """Show a result where it can be seen, and hand it on.

    Parameters
    ----------
    result : CheckResult

    Returns
    -------
    CheckResult
    """
    if in_notebook():
        from IPython.display import display

        display(result)
    else:
        print(result)
    return result


def show_markdown(source):
    """Show Markdown.

    Parameters
    ----------
    source : str
    """
    if in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(source))
    else:
        print(source)


def show_line(name, line, **data):
    """Show one line, marked so that the website can tell what it is.

    Parameters
    ----------
    name : str
        Its kind: the class is ``vl-`` and the name.
    line : str
        With `code` in backticks.
    **data : str
        Attributes: ``id="x"`` becomes ``data-vl-id="x"``.
    """
    if not in_notebook():
        print(line)
        return
    from IPython.display import display

    marks = "".join(f' data-vl-{key}="{html.escape(str(value))}"' for key, value in data.items())
    page = f'<div class="vl-line vl-{name}"{marks} style="margin:.3em 0">{inline(line)}</div>'
    display({"text/html": page, "text/plain": line}, raw=True)
