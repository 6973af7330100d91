"""Charts: any Matplotlib figure, shown as SVG with a caption."""

import html

from vidlearn import messages

from .colours import COLOURS, brief
from .frame import COLUMN, INCH, in_notebook, put
from .svg import as_address, as_svg

COLUMNS = (
    "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));"
    f"max-width:{COLUMN}px"
)


def show(figure, caption, *, alt=None, by=None):
    """Show a figure and its caption below it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or list of matplotlib.figure.Figure
        The figure; it is closed afterwards. One wider than 8.6 inches, the column of the
        website, is made narrower, so that its letters keep their size. Several are parts of one
        drawing: they stand in two columns, on a telephone in one.
    caption : str
        One or two sentences: what to see.
    alt : str, optional
        What is drawn, for those who cannot see it. By default the axes' titles, labels and
        legends, listed.
    by : object, optional
        Whose function drew what is shown: anything with a sentence `credit`, as
        :func:`vidlearn.course.use` returns. The sentence ends the caption.
    """
    import matplotlib.pyplot as plt

    figures = figure if isinstance(figure, list) else [figure]
    if in_notebook():
        said = html.escape(alt or described(figures[0]))
        if len(figures) == 1:
            put(_image(figure, said), caption, by)
        else:
            images = "".join(_image(each, "") for each in figures)
            put(
                f'<div role="img" aria-label="{said}" style="{COLUMNS}">{images}</div>', caption, by
            )
    for each in figures:
        plt.close(each)


def _image(figure, said):
    drawn = as_svg(figure)
    width, height = (round(side * INCH) for side in figure.get_size_inches())
    return (
        f'<img alt="{said}" src="{as_address(drawn)}" width="{width}" '
        f'height="{height}" style="max-width:100%;height:auto">'
    )


def show_dots(values, *, caption, xlabel, log=True, alt=None, by=None):
    """Show numbers as dots on lines, largest above: honest where an axis has no zero.

    Parameters
    ----------
    values : dict of str to float or sequence of float
        A number for each name, or several, such as one for each seed, whose mean is
        written beside the dots.
    caption : str
        What to see.
    xlabel : str
        What the numbers are, with their unit.
    log : bool, default True
        A logarithmic axis.
    alt, by
        As in :func:`show`; `alt` is by default the names with their numbers.
    """
    import matplotlib.pyplot as plt
    import numpy as np

    means = {name: float(np.mean(numbers)) for name, numbers in values.items()}
    names = sorted(means, key=means.get)
    figure, ax = plt.subplots(figsize=(8, 0.8 + 0.38 * len(names)), layout="constrained")
    for row, name in enumerate(names):
        numbers = np.atleast_1d(values[name])
        ax.plot(numbers, np.full(len(numbers), row), "o", color=COLOURS[0], ms=8)
        ax.annotate(
            brief(means[name]),
            (numbers.max(), row),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
        )
    ax.set(xlabel=xlabel, yticks=range(len(names)), yticklabels=names)
    ax.set(xscale="log" if log else "linear", ylim=(-0.6, len(names) - 0.4))
    ax.margins(x=0.15)
    ax.grid(axis="y", color="#dddddd")
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    told = "; ".join(f"{name}: {brief(means[name])}" for name in reversed(names))
    show(figure, caption, alt=alt or f"{xlabel}. {told}.", by=by)


def described(figure):
    """Return a short description of a figure, made from its titles, labels and legends."""
    words = messages.text("figures")
    panels = []
    for ax in figure.axes:
        x, y, title = ax.get_xlabel(), ax.get_ylabel(), ax.get_title()
        what = words["against"].format(x=x, y=y) if x and y else x or y
        if not what and not (title or ax.lines or ax.images or ax.patches):
            continue
        legend = ax.get_legend()
        lines = ", ".join(text.get_text() for text in legend.get_texts()) if legend else ""
        shape = "picture" if ax.images else "drawing"
        what = ", ".join(filter(None, [what, lines])) or words[shape]
        panels.append(words["panel"].format(title=title, what=what) if title else what)
    return words["chart"].format(what="; ".join(panels).replace("\n", " "))
