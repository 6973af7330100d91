"""What lesson 07 shows moving: two networks that learn in step, curves that grow, forty films."""

import numpy as np

from vidlearn.course.exercises.lesson07.networks import right

DIGITS = 4, 9
LIMIT = 3.2
SIDE = 56


def centres_of_ink(pictures):
    """Say where the ink of each digit has its centre.

    Parameters
    ----------
    pictures : ndarray
        (N, 8, 8), 0 where there is no ink.

    Returns
    -------
    ndarray
        (N, 2) float32: how far right and how far up of the middle, in pixels.

    Examples
    --------
    >>> picture = np.zeros((1, 8, 8))
    >>> picture[0, 0, 4] = 1
    >>> centres_of_ink(picture)
    array([[0.5, 3.5]], dtype=float32)
    """
    share = pictures / pictures.sum(axis=(1, 2), keepdims=True)
    from_the_middle = np.arange(8) - 3.5
    right = (share.sum(axis=1) * from_the_middle).sum(axis=1)
    up = -(share.sum(axis=2) * from_the_middle).sum(axis=1)
    return np.stack([right, up], axis=1).astype(np.float32)


def fours_and_nines(count, seed=0):
    """Give the centres of ink of some fours and nines to learn from, and of all others.

    Parameters
    ----------
    count : int
        To learn from.
    seed : int
        Which ones.

    Returns
    -------
    x, y, x_new, y_new : ndarray
        (N, 2) float32, standardised by the mean and the spread of `x`; 0 for a four, 1 for a
        nine.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    pick = np.isin(digits.target, DIGITS)
    x, y = centres_of_ink(digits.images[pick]), (digits.target[pick] == DIGITS[1]).astype(int)
    order = np.random.default_rng(seed).permutation(len(x))
    here, new = order[:count], order[count:]
    x = (x - x[here].mean(axis=0)) / x[here].std(axis=0)
    return x[here], y[here], x[new], y[new]


def moments(steps, frames):
    """Choose the steps of a training that are shown: close together at first, then further apart.

    Examples
    --------
    >>> moments(100, 5)
    [1, 3, 10, 32, 100]
    """
    return sorted({round(step) for step in np.geomspace(1, steps, frames)})


def grid(side=SIDE):
    """Give the places at which a network is asked, row by row from the top: (side², 2)."""
    line = np.linspace(-LIMIT, LIMIT, side, dtype=np.float32)
    right, up = np.meshgrid(line, line[::-1])
    return np.stack([right.ravel(), up.ravel()], axis=1)


def race(learners, digits, steps, *, show_new=False):
    """Draw networks that learn in step: what each says everywhere, and a curve that grows.

    Parameters
    ----------
    learners : dict of str to list of callable
        What `learn` returns, by name.
    digits : tuple of ndarray
        What `fours_and_nines` returns.
    steps : list of int
        The step of each moment.
    show_new : bool
        Draw the new digits as well, small, and their curve.

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    from matplotlib.figure import Figure

    x, y, *new = digits
    figure = Figure(figsize=(6.88, 4.7), dpi=100, layout="constrained")
    axes = figure.subplots(2, len(learners), height_ratios=(3, 1.15), squeeze=False)
    drawn = []
    for k, chances in enumerate(learners.values()):
        curves = {"the ones it learns from": [right(chance, x, y) for chance in chances]}
        if show_new:
            curves["new digits"] = [right(chance, *new) for chance in chances]
        seen = [chance(grid()).reshape(SIDE, SIDE) for chance in chances]
        axes[1, k].set(xlim=(1, steps[-1]))
        drawn.append((seen, curves, *_panel(*axes[:, k], curves, x, y, new if show_new else None)))
    frames = []
    for t, step in enumerate(steps):
        for ax, name, (seen, curves, image, lines) in zip(axes[0], learners, drawn, strict=True):
            image.set_data(seen[t])
            for key, line in lines.items():
                line.set_data(steps[: t + 1], curves[key][: t + 1])
            ax.set_title(f"{name}, step {step}")
        frames.append(_pixels(figure))
        figure.set_layout_engine("none")  # nothing moves but what learns
    return np.stack(frames)


def _panel(above, below, curves, x, y, new):
    from vidlearn.plots import PALETTE, signed_map

    box = (-LIMIT, LIMIT, -LIMIT, LIMIT)
    image = above.imshow(
        np.zeros((SIDE, SIDE)),
        cmap=signed_map(),
        vmin=-0.3,
        vmax=1.3,
        extent=box,
        interpolation="bilinear",
    )
    if new is not None:
        for label, mark in enumerate("os"):
            colour = PALETTE[("orange", "blue")[label]]
            above.plot(*new[0][new[1] == label].T, mark, ms=3, color=colour, mec="white", mew=0.5)
    for label, (mark, colour) in enumerate((("o", "orange"), ("s", "blue"))):
        above.plot(*x[y == label].T, mark, ms=5.5, color=PALETTE[colour], mec="black", mew=0.9)
    above.set(xlim=box[:2], ylim=box[2:], xticks=[], yticks=[])
    ways = zip(curves, (("black", "-"), (PALETTE["vermilion"], "--")), strict=False)
    lines = {
        name: below.plot([], [], style, color=colour, label=name)[0]
        for name, (colour, style) in ways
    }
    below.set(ylim=(0.45, 1.03), xscale="log", xlabel="step", ylabel="right")
    below.legend(loc="lower right", fontsize=8)
    return image, lines


def growing(curves, *, limits=(0, 2.6), ylabel="loss"):
    """Draw curves as they grow, epoch by epoch, as somebody sees them who watches a training.

    Parameters
    ----------
    curves : dict of str to list of float
        T numbers each.
    limits : (float, float)
        Of the upright axis.
    ylabel : str

    Returns
    -------
    ndarray
        (T, H, W, 3) uint8.
    """
    from matplotlib.figure import Figure

    from vidlearn.plots import PALETTE

    figure = Figure(figsize=(4.8, 2.7), dpi=100, layout="constrained")
    ax, total = figure.subplots(), len(next(iter(curves.values())))
    ways = zip(curves, (("blue", "-"), ("orange", "--")), strict=False)
    lines = {n: ax.plot([], [], s, color=PALETTE[c], label=n)[0] for n, (c, s) in ways}
    ax.set(xlim=(1, total), ylim=limits, xlabel="epoch", ylabel=ylabel)
    ax.legend(loc="upper right")
    frames = []
    for t in range(1, total + 1):
        for name, line in lines.items():
            line.set_data(np.arange(1, t + 1), curves[name][:t])
        frames.append(_pixels(figure))
        figure.set_layout_engine("none")
    return np.stack(frames)


def _pixels(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def sheet(rows, times=10):
    """Lay rows of small grey pictures under one another, for a film.

    Parameters
    ----------
    rows : list of ndarray
        Each (T, N, 8, 8, 1), from 0 to 1.
    times : int
        How often each pixel is repeated.

    Returns
    -------
    ndarray
        (T, H, W) uint8.
    """
    edged = np.stack(rows)[..., 0]
    edged = np.pad(edged, ((0, 0), (0, 0), (0, 0), (1, 1), (1, 1)))
    count, total, many, high, wide = edged.shape
    laid = edged.transpose(1, 0, 3, 2, 4).reshape(total, count * high, many * wide)
    return (255 * laid).astype(np.uint8).repeat(times, axis=1).repeat(times, axis=2)


def wall(films, marked, columns=4):
    """Hang films on a wall, with a blue border where marked and an orange one elsewhere.

    Parameters
    ----------
    films : ndarray
        (N, T, H, W, 3) uint8; N is a multiple of `columns`.
    marked : ndarray
        (N,) truth values.
    columns : int

    Returns
    -------
    ndarray
        (T, rows, columns of pixels, 3) uint8.
    """
    framed = []
    for film, yes in zip(films, marked, strict=True):
        colour = np.array([0, 114, 178] if yes else [230, 159, 0], np.uint8)
        edged = np.pad(film, ((0, 0), (4, 4), (4, 4), (0, 0)))
        inside = np.zeros(edged.shape[1:3], bool)
        inside[4:-4, 4:-4] = True
        edged[:, ~inside] = colour
        framed.append(np.pad(edged, ((0, 0), (3, 3), (3, 3), (0, 0)), constant_values=255))
    lines = [
        np.concatenate(framed[k : k + columns], axis=2) for k in range(0, len(framed), columns)
    ]
    return np.concatenate(lines, axis=1).repeat(2, axis=1).repeat(2, axis=2)


def films_that_went_round(count=40, length=12):
    """Give short films, and for each whether it went round the world.

    Parameters
    ----------
    count : int
        Of films; even.
    length : int
        Frames of each.

    Returns
    -------
    films : ndarray
        (count, length, 48, 64, 3) uint8.
    went_round : ndarray
        (count,) 0 or 1.
    """
    from vidlearn.synthetic import crossing

    films = np.stack(
        [crossing(length, (48, 64), (1, 1), seed=900 + k, speed=1.0).frames for k in range(count)]
    )
    return films, np.random.default_rng(2).permutation(np.arange(count) % 2)


def small_and_grey(films):
    """Give films (..., 48, 64, 3) as networks take them here: (..., 24, 32) float32 to 1."""
    return films[..., 1::2, 1::2, :].mean(axis=-1, dtype=np.float32) / 255
