"""The colours of every figure."""

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

PAPER, INK = "#14181e", "#e3e5e8"
BRIGHTER = {
    "#0072b2": "#1a7fc6",  # a little: sky must stay another blue
    "#cfe5f3": "#14405c",  # a pale ground under words in ink
}


def signed_map():
    """Return the one map for numbers with a sign: orange below zero, white at it, blue above.

    Returns
    -------
    matplotlib.colors.Colormap
        For `cmap`; give it limits that lie alike on both sides of zero. The interactives have
        the same colours.

    Examples
    --------
    >>> from matplotlib.colors import to_hex
    >>> [to_hex(signed_map()(share)) for share in (0.25, 0.5, 0.75)]
    ['#e69f00', '#ffffff', '#0072b2']
    """
    from matplotlib.colors import LinearSegmentedColormap

    stops = ["#7A3E00", PALETTE["orange"], "#FFFFFF", PALETTE["blue"], "#00263F"]
    # 513 steps: with an even number of them none would be white.
    return LinearSegmentedColormap.from_list("orange_white_blue", stops, N=513)


def readable_on(colour):
    """Return black or white, whichever is read better on a colour ``#rrggbb``."""
    red, green, blue = _rgb(colour)
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"


def in_the_dark(colour):
    """Return what a colour ``#rrggbb`` becomes on a dark page: greys turn over, hues stay."""
    if colour in BRIGHTER:
        return BRIGHTER[colour]
    red, green, blue = _rgb(colour)
    if not red == green == blue:
        return colour
    share = red / 255
    mixed = (p * share + i * (1 - share) for p, i in zip(_rgb(PAPER), _rgb(INK), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*map(round, mixed))


def brief(value):
    """Return a number in about three digits, for an axis, a bar or a dot."""
    written = f"{value:,.0f}" if abs(value) >= 100 else f"{value + 0.0:.3g}"
    return written.replace("-", "\N{MINUS SIGN}")


def _rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
