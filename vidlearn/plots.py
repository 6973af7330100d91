"""Pictures with Matplotlib: each shows itself, with a caption that says what to see.

The caption goes out as text below the picture, so that a screen reader, a search and a translator
find it.
"""

import base64
import html
import inspect
import io
import math
import sys
import textwrap

import numpy as np

PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
}
"""Eight colours that colour-blind readers tell apart (Okabe and Ito, 2008)."""

COLOURS = tuple(PALETTE.values())


def show(figure, caption):
    """Show a figure and its caption below it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; it is closed afterwards.
    caption : str
        One or two sentences: what to see.
    """
    import matplotlib.pyplot as plt

    if _in_notebook():
        from IPython.display import HTML, display

        kind, data = _encode(figure)
        text = {kind: data, "text/plain": caption}
        display(text, raw=True, metadata={kind: {"alt": caption}})
        style = "margin:.2em 0 1em 0;max-width:46em;font-size:.92em;opacity:.85"
        display(HTML(f"<p class='vl-caption' style='{style}'>{html.escape(caption)}</p>"))
    plt.close(figure)


def show_images(images, titles=None, *, caption, columns=4, width=10.0, limits=None, cmap=None):
    """Show pictures in a grid.

    Parameters
    ----------
    images : sequence of ndarray
        (H, W, 3) uint8 or float 0 to 1, or (H, W). A grey uint8 picture is shown from 0 to 255; a
        grey picture of another dtype from its least to its greatest value, and with its zero in
        the middle of a map from orange (below) to blue (above) where it has negative values.
    titles : sequence of str, optional
        One for each picture.
    caption : str
        What to see.
    columns : int, default 4
        Pictures in a row, at most.
    width : float, default 10
        Width of the figure in inches.
    limits : (float, float), optional
        Values shown darkest and lightest, for all grey pictures.
    cmap : str, optional
        Matplotlib's name of the map for grey pictures.
    """
    import matplotlib.pyplot as plt

    images = [np.asarray(image) for image in images]
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    ratio = max(image.shape[0] / image.shape[1] for image in images)
    cell = width / columns
    height = rows * (cell * ratio + (0.35 if titles is not None else 0.1))
    figure, axes = plt.subplots(
        rows, columns, figsize=(width, height), squeeze=False, layout="constrained"
    )
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, **_scale(image, limits, cmap))
        if titles is not None:
            ax.set_title(titles[k], fontsize=10)
    show(figure, caption)


def filmstrip(frames, indices=None, *, caption, count=6, width=10.0):
    """Show frames of a clip side by side, each under its number.

    Parameters
    ----------
    frames : ndarray
        (T, H, W, 3) uint8 or (T, H, W).
    indices : sequence of int, optional
        Which frames, counted from 0; by default `count` of them, evenly spread.
    caption : str
        What to see.
    count : int, default 6
        How many frames where `indices` does not say.
    width : float, default 10
        Width of the figure in inches.
    """
    if indices is None:
        indices = np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(int)
    titles = [f"frame {i}" for i in indices]
    show_images(
        [frames[i] for i in indices],
        titles,
        caption=caption,
        columns=min(len(indices), 6),
        width=width,
    )


def draw_boxes(frame, boxes, labels=None, scores=None):
    """Draw boxes into a copy of a frame.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    boxes : array_like
        (N, 4) ``x1, y1, x2, y2`` in pixels.
    labels : sequence, optional
        N texts or numbers; a number also chooses the colour.
    scores : sequence of float, optional
        N scores from 0 to 1, written behind the labels.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.

    Raises
    ------
    ValueError
        If `boxes` is not (N, 4).
    """
    from PIL import Image, ImageDraw, ImageFont

    boxes = np.asarray(boxes, dtype=np.float64)
    if boxes.size == 0:
        return np.array(frame)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must be (N, 4) x1, y1, x2, y2; got shape {boxes.shape}.")
    picture = Image.fromarray(np.array(frame))
    pen = ImageDraw.Draw(picture)
    line = max(1, round(min(frame.shape[:2]) / 120))
    font = ImageFont.load_default(size=max(9, min(frame.shape[:2]) // 14))
    for k, (x1, y1, x2, y2) in enumerate(boxes):
        numbered = labels is not None and isinstance(labels[k], int | np.integer)
        colour = COLOURS[(int(labels[k]) if numbered else k) % 7]
        # Edges lie between pixels: the last pixel inside the box is x2 - 1.
        pen.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=colour, width=line)
        words = "" if labels is None else str(labels[k])
        if scores is not None:
            words = f"{words} {scores[k]:.2f}".strip()
        if words:
            left, top, right, bottom = pen.textbbox((x1, y1), words, font=font)
            shift = min(0, frame.shape[1] - right - 2), min(0, frame.shape[0] - bottom - 2)
            corner = x1 + shift[0], max(0, y1 + shift[1])
            size = right - left + 2, bottom - top + 4
            pen.rectangle((*corner, corner[0] + size[0], corner[1] + size[1]), fill=colour)
            pen.text(corner, words, fill=_readable_on(colour), font=font)
    return np.array(picture)


def number_grid(arrays, titles=None, *, caption, cell=0.42, highlight=None):
    """Show small matrices with their numbers written in.

    Parameters
    ----------
    arrays : ndarray or sequence of ndarray
        One (H, W) matrix or several side by side; a str between two of them is set as a sign.
    titles : sequence of str, optional
        One for each entry.
    caption : str
        What to see.
    cell : float, default 0.42
        Size of a number's cell in inches.
    highlight : dict of int to list of (int, int), optional
        Cells, by entry, that get a thick frame.
    """
    import matplotlib.pyplot as plt

    entries = [arrays] if isinstance(arrays, np.ndarray) else list(arrays)
    widths = [1 if isinstance(e, str) else max(e.shape[1], 2) for e in entries]
    tallest = max(e.shape[0] for e in entries if not isinstance(e, str))
    figure, axes = plt.subplots(
        1,
        len(entries),
        figsize=(cell * (sum(widths) + 0.5 * len(widths)), cell * (tallest + 1.5)),
        width_ratios=widths,
        squeeze=False,
        layout="constrained",
    )
    for k, (ax, entry) in enumerate(zip(axes.flat, entries, strict=True)):
        ax.axis("off")
        if titles is not None:
            ax.set_title(textwrap.fill(titles[k], 6 * widths[k]), fontsize=10)
        if isinstance(entry, str):
            ax.text(0.5, 0.5, entry, ha="center", va="center", fontsize=18)
        else:
            _draw_numbers(ax, entry, (highlight or {}).get(k, []))
    show(figure, caption)


def show_source(function):
    """Show a library function's source, as it stands in the installed package.

    Parameters
    ----------
    function : callable
        The function.
    """
    source = inspect.getsource(function)
    if _in_notebook():
        from IPython.display import Markdown, display

        display(Markdown(f"```python\n{source.rstrip()}\n```"))
    else:
        print(source)


def _encode(figure):
    """Return MIME type and base64 text: JPEG where it is far smaller (photographs), else PNG."""
    pictures = {}
    for kind, options in {"png": {}, "jpeg": {"pil_kwargs": {"quality": 80}}}.items():
        stream = io.BytesIO()
        figure.savefig(stream, format=kind, dpi=80, **options)
        pictures[f"image/{kind}"] = stream.getvalue()
    kind = min(pictures, key=lambda k: len(pictures[k]) * (2 if k == "image/jpeg" else 1))
    return kind, base64.b64encode(pictures[kind]).decode()


def _draw_numbers(ax, matrix, highlighted):
    limit = float(np.abs(matrix).max()) or 1.0
    ax.imshow(matrix, cmap=_signed(), vmin=-3 * limit, vmax=3 * limit)
    for (i, j), value in np.ndenumerate(matrix):
        ax.text(j, i, f"{value + 0.0:.4g}", ha="center", va="center", fontsize=10, color="black")
    for i in range(matrix.shape[0] + 1):
        ax.axhline(i - 0.5, color="#DDDDDD", lw=1)
    for j in range(matrix.shape[1] + 1):
        ax.axvline(j - 0.5, color="#DDDDDD", lw=1)
    for i, j in highlighted:
        square = {"fill": False, "ec": PALETTE["vermilion"], "lw": 2.5, "zorder": 3}
        import matplotlib.patches as patches

        ax.add_patch(patches.Rectangle((j - 0.5, i - 0.5), 1, 1, **square))


def _scale(image, limits, cmap):
    if image.ndim == 3:
        return {}
    low, high = limits or _limits(image)
    return {"cmap": cmap or (_signed() if low < 0 else "gray"), "vmin": low, "vmax": high}


def _signed():
    """Orange below zero, white at zero, blue above: the interactives' colours."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = ["#7A3E00", PALETTE["orange"], "#FFFFFF", PALETTE["blue"], "#00263F"]
    return LinearSegmentedColormap.from_list("orange_white_blue", stops)


def _limits(image):
    if image.dtype == np.uint8:
        return 0, 255
    low, high = float(image.min()), float(image.max())
    if low < 0:
        limit = max(-low, high)
        return -limit, limit
    return low, high if high > low else low + 1


def _readable_on(colour):
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"


def _in_notebook():
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
