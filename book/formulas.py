"""Formulas, drawn while the website is built: SVG for the eye, MathML for those who listen.

MathJax draws them in Node; no page carries it. The glyphs that a page's formulas are made of
stand in it once.
"""

import json
import re
import subprocess
from functools import cache

from docutils import nodes
from sphinx.util import logging

from book.build import BOOK, find_node, tool

LOGGER = logging.getLogger(__name__)
CACHE = '<svg class="vl-glyphs" aria-hidden="true" focusable="false">{}</svg>'
IDLE = re.compile(r' (?:data-[\w-]+|xmlns(?::xlink)?|role|focusable)="[^"]*"')
LEAST = 0.8  # a wide formula shrinks to this share of its size before it scrolls


def draw(formulas, glyphs="global"):
    """Draw formulas.

    Parameters
    ----------
    formulas : list of (str, bool)
        TeX, and whether it stands in a line of its own.
    glyphs : "global" or "none"
        Whether the formulas share their glyphs.

    Returns
    -------
    list of dict
        ``svg`` and ``mathml`` of each.
    str
        The shared glyphs, an SVG ``<defs>``.
    """
    asked = {
        "mathjax": str(tool("mathjax") / "es5"),
        "cache": glyphs,
        "formulas": [{"tex": tex, "display": display} for tex, display in formulas],
    }
    run = subprocess.run(
        [find_node(), BOOK / "tools" / "formulas.cjs"],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    drawn = json.loads(run.stdout)
    return drawn["formulas"], drawn["glyphs"]


@cache
def draw_alone(tex):
    """Draw one formula in the text with glyphs of its own, as a heading's, which goes about."""
    return draw([(tex, False)], glyphs="none")[0][0]


def page(drawn, display, anchor=""):
    """Return the HTML of a drawn formula."""
    svg = IDLE.sub("", drawn["svg"]).replace("xlink:href", "href")
    svg = svg.replace("<svg", '<svg aria-hidden="true"', 1)
    mathml = re.sub(r"\s*\n\s*", "", drawn["mathml"])
    if not display:
        return f'<span class="vl-math">{svg}{mathml}</span>'
    width = float(re.search(r' width="([\d.]+)ex"', svg)[1])
    svg = svg.replace('style="', f'style="min-width:{LEAST * width:.2f}ex;', 1)
    return f'<div class="vl-math vl-display"{anchor}>{svg}{mathml}</div>'


def tex_of(node):
    """Return a node's TeX; several lines outside of an environment stand below each other."""
    tex = node.astext().strip()
    if isinstance(node, nodes.math) or node.get("no-wrap", node.get("nowrap")):
        return tex
    return rf"\begin{{split}}{tex}\end{{split}}" if r"\\" in tex else tex


def draw_all(app, doctree):
    """Draw the formulas of a page (Sphinx's event ``doctree-read``)."""
    found = [*doctree.findall(nodes.math), *doctree.findall(nodes.math_block)]
    found = [node for node in found if not isinstance(node.parent, nodes.title)]
    if app.builder.format != "html" or not found:
        return
    drawn, glyphs = draw([(tex_of(node), isinstance(node, nodes.math_block)) for node in found])
    for node, formula in zip(found, drawn, strict=True):
        if 'data-mml-node="merror"' in formula["svg"]:
            LOGGER.warning("MathJax cannot draw %r", tex_of(node), location=node)
        node["drawn"] = formula
    doctree.append(nodes.raw("", CACHE.format(glyphs), format="html"))


def visit_inline(translator, node):
    """Write a formula in the text."""
    translator.body.append(page(node.get("drawn") or draw_alone(tex_of(node)), display=False))
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write a formula in a line of its own."""
    anchor = f' id="{node["ids"][0]}"' if node["ids"] else ""
    translator.body.append(page(node["drawn"], display=True, anchor=anchor))
    raise nodes.SkipNode


def setup(app):
    """Register the renderer ``drawn`` with Sphinx."""
    app.add_html_math_renderer("drawn", (visit_inline, None), (visit_block, None))
    app.connect("doctree-read", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
