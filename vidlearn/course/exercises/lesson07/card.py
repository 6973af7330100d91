"""A model card: what a model is, how it was chosen, and one number, on one picture."""

import numpy as np

from vidlearn.messages import text

WIDTH, HEIGHT = 8.6, 4.6


def model_card(name, log, answers, truth, *, chosen, of, counts, keep=None):
    """Show a model card: curves, what was chosen, what was measured, what is mistaken for what.

    Parameters
    ----------
    name : str
        Of the model, or of who made it.
    log : dict of str to list of float
        The history of one of its trainings.
    answers : list of ndarray
        For each seed (N,) what it said of the test.
    truth : ndarray
        (N,) labels of the test, from 0 to 9.
    chosen : str
        The candidate that was chosen.
    of : int
        How many candidates there were.
    counts : (int, int)
        Examples to learn from and to choose by.
    keep : str, optional
        A file to write the card to, such as "card.png".

    Returns
    -------
    ndarray
        Accuracy on the test, for each seed.
    """
    from matplotlib.figure import Figure

    from vidlearn import plots

    words, shares = text("lesson07")["card"], np.mean(np.stack(answers) == truth, axis=1)
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (truth, answers[0]), 1)
    said = words["lines"].format(
        learned=counts[0],
        by=counts[1],
        chosen=chosen,
        of=of,
        seeds=len(shares),
        mean=shares.mean(),
        low=shares.min(),
        high=shares.max(),
        test=len(truth),
    )
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
    figure.suptitle(name, fontsize=15, fontweight="bold", x=0.02, ha="left")
    above, below = left.subplots(2, 1, height_ratios=(1.15, 1))
    above.axis("off")
    above.text(0, 1, said, va="top", fontsize=10, linespacing=1.5, transform=above.transAxes)
    _curves(below, {words["training"]: log["loss"], words["validation"]: log["val_loss"]}, words)
    _matrix(right.subplots(), matrix, words)
    if keep:
        figure.savefig(keep, dpi=200)
    alt = words["alt"].format(
        name=name, said=" ".join(said.split()), right=np.trace(matrix), test=len(truth)
    )
    plots.show(figure, words["caption"], alt=alt)
    return shares


def _curves(ax, curves, words):
    from vidlearn.plots import PALETTE

    ways = ("blue", "-"), ("orange", "--")
    for (label, curve), (colour, style) in zip(curves.items(), ways, strict=True):
        ax.plot(np.arange(1, len(curve) + 1), curve, style, color=PALETTE[colour], label=label)
    ax.set(xlabel=words["epoch"], ylabel=words["loss"], ylim=(0, None))
    ax.legend(fontsize=8)


def _matrix(ax, matrix, words):
    from vidlearn.plots import PALETTE

    ax.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), aspect="equal")
    ax.set(xlabel=words["read_as"], ylabel=words["is"], xticks=range(10), yticks=range(10))
    ax.plot([-0.5, 9.5], [-0.5, 9.5], color="lightgray", lw=8, zorder=0, solid_capstyle="butt")
    for (i, j), count in np.ndenumerate(matrix):
        if count:
            colour = "black" if i == j else PALETTE["vermilion"]
            ax.text(j, i, count, ha="center", va="center", fontsize=9, color=colour)
