"""A Matplotlib figure as one small SVG that is read alike everywhere, in light and in dark.

Letters are drawn as shapes, so no font is asked for. Greys are variables, which the SVG's own
style sheet sets by the colour scheme of the page. Pictures inside keep their own pixels.
"""

import base64
import io
import re

from .colours import in_the_dark
from .pixels import encoded, is_small

DPI = 160  # of what cannot be drawn as lines
HEAVY = 60_000  # bytes of SVG beyond which curves go in as pixels
WIDEST = 8.6  # inches that the column of text can hold at full size


def as_svg(figure):
    """Return the SVG of a figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure. One wider than the column is laid out anew, so that its letters keep their
        size.

    Returns
    -------
    str
        One element ``<svg>``.
    """
    width, height = figure.get_size_inches()
    if width > WIDEST:
        figure.set_size_inches(WIDEST, height * WIDEST / width)
    _keep_pixels(figure)
    drawn = _drawn(figure)
    if len(drawn) > HEAVY:
        for ax in figure.axes:
            for artist in (*ax.lines, *ax.collections):
                artist.set_rasterized(True)
        drawn = min(drawn, _drawn(figure), key=len)
    return drawn


def as_address(svg):
    """Return an SVG as a picture's address, ready to stand between double quotes in HTML."""
    escapes = {'"': "'", "%": "%25", "#": "%23", "&": "&amp;"}
    return "data:image/svg+xml," + svg.translate(str.maketrans(escapes))


def _drawn(figure):
    import matplotlib as mpl

    stream = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "vidlearn"}):
        figure.savefig(stream, format="svg", dpi=DPI, metadata=nothing)
    return _coloured(_shortened(stream.getvalue()))


def _keep_pixels(figure):
    """Store pictures pixel by pixel, and what is drawn over them in the colours it was given."""
    number = 0
    for ax in figure.axes:
        for image in ax.images:
            box = image.get_window_extent()
            room = max(box.width, box.height) * DPI / figure.dpi
            if max(image.get_array().shape[:2]) <= room and image.get_interpolation() in (
                "antialiased",
                "auto",
                "nearest",
            ):
                image.set_interpolation("none")
        if any(image.get_alpha() in (None, 1) for image in ax.images):
            for artist in (*ax.texts, *ax.lines, *ax.patches, *ax.collections):
                number += 1
                artist.set_gid(f"as-drawn-{number}")


def _shortened(svg):
    """Drop what no browser needs, and digits beyond a hundredth of a point."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'href="data:image/png;base64,([^"]*)"([^>]*)>', _picture, svg)
    svg = re.sub(r'(?<= )(?:d|x|y)="[^"]*"|translate\([^)]*\)', _rounded, svg)
    svg = re.sub(r' id="(?!as-drawn)(\w+)"', lambda f: f[0] if f"#{f[1]}" in svg else "", svg)
    names = dict.fromkeys(re.findall(r' id="(?!as-drawn)([^"]+)"', svg))
    short = {name: f"i{number}" for number, name in enumerate(names)}
    svg = re.sub(r'(?<= id=")[^"]+|(?<=#)[^")]+(?=[")])', lambda f: short.get(f[0], f[0]), svg)
    svg = re.sub(r"\s+", " ", svg).replace("xlink:href", "href").replace(" />", "/>")
    svg = re.sub(r"(?<=>) (?=<)|(?<=[;:]) |(?<=[MLCQz]) | (?=[MLCQz][ \"])", "", svg)
    for _ in range(2):  # a group of one thing and no attribute
        svg = re.sub(r"<g>(<(?:path|use|image)[^>]*/>)</g>", r"\1", svg)
    return svg.strip()


def _rounded(found):
    return re.sub(
        r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), found[0]
    )


def _picture(found):
    from PIL import Image

    stored = Image.open(io.BytesIO(base64.b64decode(re.sub(r"\s", "", found[1]))))
    rest = found[2]
    if not is_small(stored):
        rest = re.sub(r' style="image-rendering[^"]*"', "", rest)
    return f'href="{encoded(stored)}"{rest}>'


def _coloured(svg):
    """Turn each colour that the dark changes into a variable."""
    found = sorted(set(re.findall(r"(?<=:)#[0-9a-f]{6}\b", svg)) | {"#000000", "#ffffff"})
    changed = {c: d for c in found if (d := in_the_dark(c)) != c}
    for colour in changed:
        svg = re.sub(rf"(?<=:){colour}\b", f"var(--c{colour[1:]})", svg)
    light = ";".join(f"--c{colour[1:]}:{colour}" for colour in changed)
    dark = ";".join(f"--c{colour[1:]}:{other}" for colour, other in changed.items())
    rules = [f":root{{{light}}}", f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"]
    rules.append("svg{fill:var(--c000000)}")
    if 'id="as-drawn' in svg:
        rules.append(f"[id^=as-drawn]{{{light};fill:#000}}")
    return svg.replace("</style>", "".join(rules) + "</style>", 1)
