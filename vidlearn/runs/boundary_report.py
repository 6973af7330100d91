"""Films as strips, with what a network says of each frame and where the transitions are."""

from __future__ import annotations

from vidlearn.messages import text
from vidlearn.plots import PALETTE

from .files import replaced

ROWS, SHOWN = 3, 300  # films, and frames of each


def draw_sample(folder, films, scores, threshold):
    """Draw scores over time, and the true transitions behind them, into sample.png.

    Parameters
    ----------
    folder : Path
    films : sequence of vidlearn.datasets.Edited
    scores : sequence of ndarray
        (T, 2) of each.
    threshold : float
        Of the first score.
    """
    from matplotlib.figure import Figure

    words, count = text("runs"), min(ROWS, len(films))
    figure = Figure(figsize=(11, 1.9 * count), layout="constrained")
    for axes, film, score in zip(
        figure.subplots(count, 1, squeeze=False)[:, 0], films, scores, strict=False
    ):
        for start, end in film.transitions[film.transitions[:, 0] < SHOWN].tolist():
            axes.axvspan(start - 0.5, max(end, start + 1) - 0.5, color=PALETTE["yellow"], lw=0)
        for column, name in enumerate(("boundary", "transition")):
            colour = PALETTE[("blue", "vermilion")[column]]
            axes.plot(score[:SHOWN, column], color=colour, label=words[name], lw=1.2)
        axes.axhline(threshold, color="grey", lw=0.8, ls=":")
        axes.set(ylim=(-0.03, 1.03), xlim=(-1, min(SHOWN, len(score))))
    axes.set_xlabel(words["frame_number"])
    figure.axes[0].legend(loc="upper right", fontsize=8)
    figure.axes[0].set_title(words["sample_films"], fontsize=10)
    with replaced(folder / "sample.png") as part:
        figure.savefig(part, dpi=110)
