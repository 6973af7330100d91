"""Pictures side by side, each with the pixels it has, in a grid that narrows with the page."""

import html
import math

import numpy as np

from vidlearn import messages

from .colours import brief, signed_map
from .frame import COLUMN, INCH, in_notebook, put
from .pixels import encoded, is_small

GAP, LEAST = 8, 130  # CSS pixels between pictures; below this width fewer stand in a row
NARROW = 600  # the website's column on a small laptop still holds all columns
DENSE = 1.5  # pixels kept of a large picture, for each CSS pixel it is shown at


def show_images(
    images,
    titles=None,
    *,
    caption,
    columns=4,
    width=10.0,
    limits=None,
    cmap=None,
    centre=None,
    pixels=None,
    bar=False,
    alt=None,
    by=None,
):
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
        Pictures in a row, at most; on a narrow screen fewer.
    width : float, default 10
        Width of the figure in inches, of which the website's column holds 8.6.
    limits : (float, float), optional
        Values shown darkest and lightest, for all grey pictures.
    cmap : str or matplotlib.colors.Colormap, optional
        The map for grey pictures.
    centre : float or sequence of float or None, optional
        The value of a grey picture that is shown white, between orange (below) and blue (above):
        128 for a colour plane of a video. A sequence says it picture by picture, None for those
        without.
    pixels : bool, optional
        True where pixels are the subject: stored without loss, enlarged without smoothing. By
        default so are pictures of at most 64 pixels a side.
    bar : bool, default False
        Write the values shown darkest and lightest below the grey pictures, with a bar of the
        colours between them: once where `limits` holds for all, else below each.
    alt, by
        As in :func:`show`; `alt` is by default the titles.
    """
    if not in_notebook():
        return
    images = [np.asarray(image) for image in images]
    centres = centre if np.ndim(centre) else [centre] * len(images)
    scales = [_scale(image, limits, cmap, c) for image, c in zip(images, centres, strict=True)]
    columns = min(columns, len(images))
    wide = min(width * INCH, COLUMN)
    cell = (wide - GAP * (columns - 1)) / columns
    ratio = float(np.median([image.shape[0] / image.shape[1] for image in images]))
    items, widths = [], [image.shape[1] for image in images]
    for k, (image, scale) in enumerate(zip(images, scales, strict=True)):
        room = cell * min(1, ratio * image.shape[1] / image.shape[0])
        item = _head(titles[k] if titles is not None else "")
        item += _picture(_painted(image, scale), room, room / cell, pixels, widths)
        items.append(item + (_bar(scale) if bar and limits is None else ""))
    said = html.escape(alt or _listed(titles, len(images)))
    style = _grid(wide, columns)
    grid = "".join(f"<div>{item}</div>" for item in items)
    body = f'<div role="img" aria-label="{said}" style="{style}">{grid}</div>'
    if bar and limits is not None:
        body += (
            f'<div style="max-width:{wide:.0f}px">{_bar(next(filter(None, scales), None))}</div>'
        )
    put(body, caption, by)


def filmstrip(
    frames, indices=None, *, caption, count=6, width=10.0, pixels=None, alt=None, by=None
):
    """Show frames of a clip in reading order, each under its number.

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
    pixels, alt, by
        As in :func:`show_images`.
    """
    if indices is None:
        indices = np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(int)
    titles = [f"frame {i}" for i in indices]
    columns = 3 if len(titles) % 3 == 0 and len(titles) % 4 else 4
    show_images(
        [frames[i] for i in indices],
        titles,
        caption=caption,
        columns=columns,
        width=width,
        pixels=pixels,
        alt=alt,
        by=by,
    )


def _grid(wide, columns):
    """Return the style of a grid of so many columns, of fewer where they would be too narrow."""
    gaps = GAP * (columns - 1)
    least = math.floor(min(LEAST, (NARROW - gaps) / columns))
    return (
        f"display:grid;gap:{GAP}px;align-items:end;max-width:{wide:.0f}px;grid-template-columns:"
        f"repeat(auto-fill,minmax(max({least}px,calc((100% - {gaps + 1}px)/{columns})),1fr))"
    )


def _head(title):
    if not title:
        return ""
    words = html.escape(title).replace("\n", "<br>")
    return f'<div style="text-align:center;font-size:.85em;line-height:1.25">{words}</div>'


def _picture(image, room, share, pixels, widths):
    """Return an ``<img>`` that has `room` CSS pixels, which is a `share` of its column.

    Pictures whose `widths` are much alike are enlarged alike, so that one cut by a few pixels is
    seen to be smaller.
    """
    from PIL import Image

    picture = Image.fromarray(image)
    sharp = is_small(picture) if pixels is None else pixels
    if picture.width > DENSE * room and not sharp:
        size = round(DENSE * room), max(1, round(DENSE * room * picture.height / picture.width))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    wide = f"{100 * share:.4g}%"
    alike = [width for width in widths if 0.75 < width / picture.width < 1.33]
    times = int(room // max(alike, default=picture.width))
    if sharp and times * picture.width > 0.7 * room:
        wide = f"{times * picture.width}px"  # a whole number of the screen's pixels to each of ours
    style = f"display:block;margin:0 auto;width:{wide};max-width:100%;height:auto"
    style += ";image-rendering:pixelated" if sharp else ""
    return f'<img alt="" src="{encoded(picture, pixels)}" style="{style}">'


def _painted(image, scale):
    """Return a picture as (H, W, 3) or (H, W) uint8."""
    if scale is None:
        if image.dtype != np.uint8:
            image = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
        return image
    colours, low, high = scale
    shares = np.clip((image.astype(float) - low) / (high - low), 0, 1)
    return colours(shares, bytes=True)[..., :3].copy()


def _scale(image, limits, cmap, centre=None):
    """Return the colours of a grey picture and the values at their ends; None where it has none."""
    import matplotlib as mpl

    if image.ndim == 3:
        return None
    low, high = limits or _limits(image, centre)
    signed = low < 0 or centre is not None
    name = cmap or (signed_map() if signed else "gray")
    return (mpl.colormaps[name] if isinstance(name, str) else name), low, high


def _limits(image, centre=None):
    if centre is None and image.dtype == np.uint8:
        return 0, 255
    low, high = float(image.min()), float(image.max())
    if centre is not None or low < 0:
        middle = centre or 0
        limit = max(middle - low, high - middle) or 1.0
        return middle - limit, middle + limit
    return low, high if high > low else low + 1


def _bar(scale):
    """Return a bar of a map's colours between the values at its ends; without a map, its room."""
    from matplotlib.colors import to_hex

    style = "display:flex;gap:.4em;align-items:center;font-size:.8em;margin-top:.25em"
    if scale is None:
        return f'<div style="{style}">&nbsp;</div>'
    colours, low, high = scale
    stops = ",".join(to_hex(colours(share)) for share in np.linspace(0, 1, 9))
    strip = f"flex:1;height:.6em;border:1px solid #888;background:linear-gradient(90deg,{stops})"
    return (
        f'<div style="{style}"><span>{brief(low)}</span><span style="{strip}"></span>'
        f"<span>{brief(high)}</span></div>"
    )


def _listed(titles, count):
    words = messages.text("figures")
    if titles is None:
        return words["untitled" if count > 1 else "picture"].format(count=count)
    listed = "; ".join(title.replace("\n", " ") for title in titles)
    return words["many" if count > 1 else "one"].format(count=count, titles=listed)
