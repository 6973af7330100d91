"""Charts: any Matplotlib figure, shown as SVG with a caption."""

import html

from vidlearn import messages

from .arguments import numeric
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
    figure : matplotlib.figure.Figure or sequence of matplotlib.figure.Figure
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

    Raises
    ------
    TypeError
        If `figure` is something else, or holds none.
    """
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    figures = list(figure) if isinstance(figure, list | tuple) else [figure]
    if not figures or not all(isinstance(each, Figure) for each in figures):
        kinds = ", ".join(type(each).__name__ for each in figures) or "none"
        raise TypeError(
            f"figure must be a Matplotlib figure, or several in a list. Received: {kinds}. "
            "figure, ax = plt.subplots() makes one; ax.figure is that of axes."
        )
    if in_notebook():
        said = html.escape(alt or described(*figures))
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

    Raises
    ------
    ValueError
        If there are no values, or one is no finite number, or not above 0 where `log` is True.
    """
    import matplotlib.pyplot as plt
    import numpy as np

    values = _dots(values, log)
    means = {name: float(np.mean(numbers)) for name, numbers in values.items()}
    names = sorted(means, key=means.get)
    figure, ax = plt.subplots(figsize=(8, 0.8 + 0.38 * len(names)), layout="constrained")
    for row, name in enumerate(names):
        numbers = values[name]
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


def _dots(values, log):
    """Return the numbers of each name in an array, or refuse what leaves no dot."""
    import numpy as np

    if not isinstance(values, dict) or not values:
        raise ValueError(f"values must be a dict of numbers by name. Received: {values!r:.80}")
    found = {}
    for name, given in values.items():
        numbers = np.atleast_1d(numeric(f"values[{name!r}]", given, "a number or several"))
        if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
            raise ValueError(
                f"values[{name!r}] must be a finite number, or several. Received: {given!r:.80}"
            )
        if log and not (numbers > 0).all():
            raise ValueError(
                f"values[{name!r}] must be above 0 on a logarithmic axis; log=False takes any. "
                f"Received: {given!r:.80}"
            )
        found[name] = numbers
    return found


def described(*figures):
    """Return a short description of figures, made from their titles, labels and legends."""
    words = messages.text("figures")
    panels = []
    for ax in (ax for figure in figures for ax in figure.axes):
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
