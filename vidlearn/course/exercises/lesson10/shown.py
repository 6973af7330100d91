"""What lesson 10 shows: films, curves, tables, and a clip on its way through the network."""

import numpy as np


def in_all_orders(clip, *, held=10, times=1):
    """Film the same frames in the order of each class: first one that stands still, then all.

    Parameters
    ----------
    clip : vidlearn.synthetic.Laps
        One clip or more; the first is shown.
    held : int
        For how many frames nothing moves and no class is named.
    times : int
        How often the clips are played.

    Returns
    -------
    ndarray
        (held + 2 * times * T, height, width, 3) uint8: still, moving with "?", moving with names.
    """
    from vidlearn.course.exercises._actions import film_of

    four = np.stack([clip.as_if(k)[0] for k in range(len(clip.names))])
    names = [name.replace(", ", ",\n") for name in clip.names]
    rank = np.argsort([0, 2, 1, 3])  # so that place and class do not go together
    four, names = four[rank], [names[k] for k in rank]
    asked = ["which way?\n "] * 4
    still = film_of(four[:, :1], asked, columns=4, times=5)
    return np.concatenate(
        [
            still.repeat(held, axis=0),
            *[film_of(four, asked, columns=4, times=5)] * times,
            *[film_of(four, names, columns=4, times=5)] * times,
        ]
    )


def error_table(wrong, rows, columns):
    """Draw shares of mistakes as a table with its means.

    Parameters
    ----------
    wrong : ndarray
        (rows, columns) 0 to 1.
    rows, columns : sequence of str
        Their names.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib.pyplot as plt

    whole = np.zeros((len(rows) + 1, len(columns) + 1))
    whole[:-1, :-1] = wrong
    whole[-1, :-1], whole[:-1, -1], whole[-1, -1] = wrong.mean(0), wrong.mean(1), wrong.mean()
    figure, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    ax.imshow(whole, cmap="Oranges", vmin=0, vmax=max(0.4, 1.3 * wrong.max()), aspect="auto")
    for (i, j), share in np.ndenumerate(whole):
        mean = i == len(rows) or j == len(columns)
        ax.text(
            j, i, f"{share:.0%}", ha="center", va="center", style="italic" if mean else "normal"
        )
    ax.set_xticks(range(len(columns) + 1), [*columns, "mean"])
    ax.set_yticks(range(len(rows) + 1), [*rows, "mean"])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.axhline(len(rows) - 0.5, color="#404040", lw=1)
    ax.axvline(len(columns) - 0.5, color="#404040", lw=1)
    return figure


def answer_film(clip, chances, names, *, side=256):
    """Put a film beside the classes' probabilities, as they go along with it.

    Parameters
    ----------
    clip : ndarray
        (T, H, W, 3) uint8.
    chances : ndarray
        (T, K) 0 to 1.
    names : sequence of str
        K classes.
    side : int
        Height of the film, about.

    Returns
    -------
    ndarray
        (T, height, width, 3) uint8.
    """
    from PIL import Image, ImageDraw, ImageFont

    from vidlearn.plots import COLOURS, side_by_side

    font, row = ImageFont.load_default(16), side / (len(names) + 0.5)
    pages = []
    for chance in chances:
        page = Image.new("RGB", (side + 40, side), "#ffffff")
        pen = ImageDraw.Draw(page)
        for k, name in enumerate(names):
            top = (k + 0.35) * row
            ink = "#000000" if k == chance.argmax() else "#767676"
            pen.text((14, top), f"{name}  {chance[k]:.0%}", fill=ink, font=font)
            pen.rectangle((14, top + 24, side + 26, top + 38), fill="#eeeeee")
            pen.rectangle((14, top + 24, 14 + (side + 12) * chance[k], top + 38), fill=COLOURS[k])
        pages.append(np.asarray(page))
    return side_by_side(clip, np.array(pages), height=side)


def through_the_network(*, seed=4):
    """Draw what one clip becomes on its way: frames, vectors, states, an answer.

    The network is the one that ships with the lesson.

    Parameters
    ----------
    seed : int
        Of the clip.

    Returns
    -------
    matplotlib.figure.Figure
        Time from left to right.
    """
    import matplotlib.pyplot as plt

    from vidlearn import plots, scratch, synthetic
    from vidlearn.course.exercises.lesson10.fooling import shipped_network
    from vidlearn.models import frame_vectors, predict_clips

    network = shipped_network()
    clip = synthetic.laps(1, frames=10, things=["horse"], photographs=["grass"], labels=[0],
                          seed=seed)  # fmt: skip
    vectors = frame_vectors(network, clip.frames)
    states, _ = scratch.gru_forward(vectors, *network.get_layer("over_time").get_weights())
    chances = predict_clips(network, clip.frames)[0]
    figure = plt.figure(figsize=(9.6, 4.1))
    show = {"cmap": plots.signed_map(), "vmin": -1, "vmax": 1}
    tops = (0.72, 0.38, 0.06)  # of the three rows, in shares of the figure
    for t in range(10):
        for row, (top, values) in enumerate(zip(tops, (clip.frames, vectors, states), strict=True)):
            ax = figure.add_axes((0.085 + 0.073 * t, top, 0.055, 0.13 if row == 0 else 0.19))
            tile = values[0, t] if row == 0 else values[0, t].reshape(8, 4)
            ax.imshow(tile, aspect="auto", **({} if row == 0 else show))
            ax.set(xticks=[], yticks=[])
            if row == 0:
                ax.set_title(f"frame {t}", fontsize=8)
        x = 0.1125 + 0.073 * t
        _arrow(figure, (x, 0.72), (x, 0.57))
        _arrow(figure, (x, 0.38), (x, 0.25))
        if t:
            _arrow(figure, (x - 0.0455, 0.155), (x - 0.0275, 0.155))
    rows = {"frames": 0.785, "one CNN\nfor all": 0.645, "vectors": 0.475, "one GRU\nfor all": 0.315,
            "states": 0.155}  # fmt: skip
    for k, (name, top) in enumerate(rows.items()):
        ink, size = (("#000000", 10), ("#606060", 8.5))[k % 2]
        figure.text(0.075, top, name, ha="right", va="center", fontsize=size, color=ink)
    _arrow(figure, (0.797, 0.155), (0.822, 0.155))
    ax = figure.add_axes((0.828, 0.03, 0.165, 0.25))
    ax.barh(range(4), chances, color=plots.COLOURS[:4], height=0.3)
    for k, name in enumerate(clip.names):
        ax.text(0.03, k - 0.38, name, fontsize=8, va="center")
    ax.set(xlim=(0, 1.03), ylim=(3.4, -0.75), xticks=[], yticks=[])
    figure.text(0.91, 0.3, "dense layer", ha="center", fontsize=9)
    return figure


def _arrow(figure, start, end):
    from matplotlib.patches import FancyArrowPatch

    how = {"arrowstyle": "-|>", "mutation_scale": 9, "lw": 1.1, "color": "#404040"}
    figure.add_artist(FancyArrowPatch(start, end, transform=figure.transFigure, **how))
