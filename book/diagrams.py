"""Diagrams, drawn while the website is built, twice: for a wide column and for a phone.

A lesson writes a Mermaid flowchart, which JupyterLab draws itself. Here dagre, Mermaid's own
layouter, finds the places, run in Node; boxes, arrows and words become SVG in the page's colours.
Words are 13 px high and may shrink to 11; what is wider still scrolls.
"""

import html
import json
import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from book.build import BOOK, find_node, tool
from book.flowchart import parse, plain

SIZE, LEAST, LINE = 13, 11, 17  # px: the words, the words where it is narrow, from line to line
WIDE, NARROW = 688, 340  # px: the column of a laptop and of a phone
WIDTHS = {"ijl|!.,:;'’ftI[]()/ ": 0.31, "mwMW—": 0.86, "ABCDEFGHJKLNOPQRSTUVXYZ×−+=": 0.68}


@dataclass
class Drawing:
    """A piece of SVG with its width and height in pixels."""

    svg: str
    width: float
    height: float


def width_of(text):
    """Return about how wide a line of text is, in pixels, in the usual sans-serif fonts.

    >>> width_of("input") < width_of("<b>input</b>") < 40
    True
    """
    shares = (next((w for k, w in WIDTHS.items() if c in k), 0.57) for c in plain(text))
    return SIZE * sum(shares) * (1.06 if "<b>" in text else 1)


def write(text, x, y):
    """Return a line of text as SVG, centred at x, its middle at y."""
    bold = ' font-weight="600"' if "<b>" in text else ""
    shown = html.escape(html.unescape(plain(text)))
    return f'<text x="{x:.1f}" y="{y + 0.35 * SIZE:.1f}"{bold}>{shown}</text>'


def draw_node(node):
    """Draw a node at the origin."""
    width = max(map(width_of, node.lines)) + 22
    height = LINE * len(node.lines) + 14
    if node.round:
        width = height = max(30, width - 6)
    dashed = ' class="vl-dashed"' if node.dashed else ""
    corner = height / 2 if node.round else 4
    box = f'<rect width="{width:.1f}" height="{height:.1f}" rx="{corner:.1f}"{dashed}/>'
    top = (height - LINE * (len(node.lines) - 1)) / 2
    words = [write(line, width / 2, top + LINE * k) for k, line in enumerate(node.lines)]
    return Drawing(box + "".join(words), width, height)


def draw_edge(edge, points):
    """Draw an arrow along points (x, y), its corners rounded, its head on the last."""
    (x0, y0), (x1, y1) = points[-2:]
    length = max(1e-6, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    points = [*points[:-1], (x1 - 5 * dx, y1 - 5 * dy)]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (then_x, then_y) in pairwise(points[1:]):
        path += f"Q{x:.1f} {y:.1f} {(x + then_x) / 2:.1f} {(y + then_y) / 2:.1f}"
    path += f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"
    head = f"M{x1:.1f} {y1:.1f}L{x1 - 8 * dx - 4 * dy:.1f} {y1 - 8 * dy + 4 * dx:.1f}"
    head += f"L{x1 - 8 * dx + 4 * dy:.1f} {y1 - 8 * dy - 4 * dx:.1f}Z"
    heavy = ' class="vl-heavy"' if edge.heavy else ""
    return f'<g{heavy}><path class="vl-line" d="{path}"/><path class="vl-head" d="{head}"/></g>'


def place(chart, drawings, direction):
    """Ask dagre where the drawings of a chart and its edges go."""
    inside = {name: part.names() | {part.id} for part in chart.parts.values() for name in [part.id]}

    def at_hand(name):
        return next((part for part, names in inside.items() if name in names), name)

    edges = [
        {"from": at_hand(e.start), "to": at_hand(e.end), "labelpos": "c"}
        | ({"width": width_of(e.label) + 8, "height": LINE + 2} if e.label else {})
        for e in chart.edges
    ]
    asked = {
        "dagre": str(tool("dagre") / "dist" / "dagre.js"),
        "direction": direction,
        "nodes": [{"id": k, "width": d.width, "height": d.height} for k, d in drawings.items()],
        "edges": edges,
    }
    run = subprocess.run(
        [find_node(), BOOK / "tools" / "layout.cjs"],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return first_on_top(json.loads(run.stdout))


def first_on_top(placed):
    """Mirror a layout in which the nodes named first came out last across its direction."""
    axis, extent = ("y", "height") if placed["direction"] == "LR" else ("x", "width")
    middle = (len(placed["nodes"]) - 1) / 2
    if sum((k - middle) * node[axis] for k, node in enumerate(placed["nodes"])) < 0:
        points = [point for edge in placed["edges"] for point in edge["points"]]
        for thing in (*placed["nodes"], *placed["edges"], *points):
            if axis in thing:
                thing[axis] = placed["size"][extent] - thing[axis]
    return placed


def draw(chart, turn=str):
    """Draw a chart, its parts first; ``turn`` maps each one's direction to the one to take."""
    direction = turn(chart.direction)
    drawings = {name: draw_node(node) for name, node in chart.nodes.items()}
    for name, part in chart.parts.items():
        inside = draw(part, turn)
        width = max(inside.width, width_of(f"<b>{part.title}</b>")) + 20
        height = inside.height + LINE + 22
        svg = (
            f'<rect class="vl-part" width="{width:.1f}" height="{height:.1f}" rx="6"/>'
            f"{write(part.title, width / 2, 14)}"
            f'<g transform="translate({(width - inside.width) / 2:.1f},{LINE + 8})">'
            f"{inside.svg}</g>"
        )
        drawings[name] = Drawing(svg, width, height)
    placed = place(chart, drawings, direction)
    svg = []
    for edge, found in zip(chart.edges, placed["edges"], strict=True):
        svg.append(draw_edge(edge, [(p["x"], p["y"]) for p in found["points"]]))
        if edge.label:
            svg.append(f'<g class="vl-said">{write(edge.label, found["x"], found["y"])}</g>')
    for found in placed["nodes"]:
        drawing = drawings[found["id"]]
        x, y = found["x"] - drawing.width / 2, found["y"] - drawing.height / 2
        svg.append(f'<g transform="translate({x:.1f},{y:.1f})">{drawing.svg}</g>')
    size = placed["size"]
    return Drawing("".join(svg), size["width"], size["height"])


def fitting(chart, column):
    """Draw a chart as written where that fits a column, or else turned: by parts, then all."""
    turns = (str, {"LR": "TB", "TB": "LR"}.get, {"LR": "TB", "TB": "TB"}.get)
    drawings = []
    for turn in turns:
        drawings.append(draw(chart, turn))
        if drawings[-1].width <= column * SIZE / LEAST:
            return drawings[-1]
    return min(drawings, key=lambda drawing: drawing.width)


def picture(drawing, label, kind):
    """Return a drawing as an SVG of its natural size that may shrink a little."""
    width, height = drawing.width + 4, drawing.height + 4
    return (
        f'<svg class="{kind}" role="img" aria-label="{html.escape(label)}" '
        f'viewBox="-2 -2 {width:.1f} {height:.1f}" width="{width:.1f}" '
        f'style="min-width:{width * LEAST / SIZE:.0f}px">{drawing.svg}</svg>'
    )


def page(source):
    """Return the HTML of a Mermaid flowchart: a drawing for each width of column."""
    chart = parse(source)
    steps = [
        f"{chart.words(e.start)} → {chart.words(e.end)}" + (f" ({e.label})" if e.label else "")
        for e in chart.all_edges()
    ]
    label = re.sub(r"\s+", " ", "; ".join(steps))
    wide, narrow = fitting(chart, WIDE), fitting(chart, NARROW)
    return (
        f'<div class="vl-diagram">{picture(wide, label, "vl-wide")}'
        f"{picture(narrow, label, 'vl-narrow')}</div>"
    )


class Mermaid(SphinxDirective):
    """A diagram in the language of Mermaid."""

    has_content = True

    def run(self):
        """Return the diagram as raw HTML."""
        try:
            return [nodes.raw("", page("\n".join(self.content)), format="html")]
        except ValueError as fault:
            raise self.error(str(fault)) from fault


def setup(app):
    """Register the directive with Sphinx."""
    app.add_directive("mermaid", Mermaid)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
