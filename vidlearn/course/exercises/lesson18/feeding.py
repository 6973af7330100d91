"""A drawing of lesson 18: what goes where, and what each part has learned from."""

from vidlearn.messages import text

ROWS = ("clips", "films")
BOXES = ("frames", "eye", "vectors", "memory", "answer")
WIDTH, HEIGHT = 6.9, 2.9  # inches


def show_feeding():
    """Show both networks of lesson 18: frames, an eye, vectors that are kept, a memory, labels."""
    import matplotlib.pyplot as plt

    from vidlearn.plots import show

    words = text("lesson18")["feeding"]
    figure = plt.figure(figsize=(WIDTH, HEIGHT))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 5), ylim=(2, 0))
    ax.axis("off")
    for k, row in enumerate(ROWS):
        _row(ax, k, words[row])
    show(figure, words["caption"], alt=words["alt"])


def _row(ax, k, words):
    """Draw five boxes from left to right; what learns is blue, and what it learns from below."""
    from vidlearn.plots import PALETTE

    ax.text(0.06, k + 0.1, words["title"], fontsize=10, va="center", weight="bold")
    for n, box in enumerate(BOXES):
        learns = box in ("eye", "memory")
        edge = PALETTE["blue"] if learns else "#8a8a8a"
        place = dict(boxstyle="round,pad=0.35", facecolor="white", edgecolor=edge, lw=1.6)
        ax.text(n + 0.5, k + 0.42, words[box], fontsize=9.5, ha="center", va="center", bbox=place)
        if learns:
            source = words[f"{box}_learns"]
            ax.text(n + 0.5, k + 0.78, source, fontsize=9, ha="center", va="center", color=edge)
    arrow = dict(arrowstyle="->", color="#555555", lw=1.3)
    for n in range(1, len(BOXES)):
        ax.annotate("", (n + 0.13, k + 0.42), (n - 0.13, k + 0.42), arrowprops=arrow)
