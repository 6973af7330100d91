import re

import pytest
from docutils import nodes

from book import formulas


def test_formulas_share_their_glyphs_and_can_be_heard(tools):
    (first, second), glyphs = formulas.draw([("h_t", False), (r"\frac{h}{2}", True)])
    wanted = set(re.findall(r'href="#([^"]+)"', first["svg"] + second["svg"]))
    assert wanted
    assert wanted <= set(re.findall(r'id="([^"]+)"', glyphs))
    page = formulas.page(second, display=True)
    assert "<mfrac>" in page
    assert 'aria-hidden="true"' in page
    assert not re.search(r"tabindex|data-mml|xlink", page)


def test_a_heading_s_formula_needs_nothing_of_its_page(tools):
    assert "<use" not in formulas.draw_alone("x^2")["svg"]


@pytest.mark.parametrize(
    ("node", "tex"),
    [
        (nodes.math_block("", r"a \\ b"), r"\begin{split}a \\ b\end{split}"),
        (
            nodes.math_block("", r"\begin{align}a\\b\end{align}", nowrap=True),
            r"\begin{align}a\\b\end{align}",
        ),
        (nodes.math_block("", "a"), "a"),
        (nodes.math("", "a"), "a"),
    ],
)
def test_lines_stand_below_each_other(node, tex):
    assert formulas.tex_of(node) == tex
