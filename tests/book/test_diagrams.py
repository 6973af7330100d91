import re

import pytest

from book import diagrams, flowchart

CHART = """flowchart LR
  A["<b>in</b><br>8 × 8"] & B --> C(("+"))
  C -- "twice" --> D
  C ==> E
  subgraph S["stage"]
    direction TB
    F --> G
  end
  D -->|"then"| S
  classDef coming stroke-dasharray: 6 4
  class E coming
"""


def test_a_chart_is_read_by_hand():
    chart = flowchart.parse(CHART)
    assert chart.direction == "LR"
    assert chart.nodes["A"].lines == ["<b>in</b>", "8 × 8"]
    assert chart.nodes["C"].round
    assert not chart.nodes["D"].round
    assert [n for n in chart.nodes if chart.nodes[n].dashed] == ["E"]
    assert [(e.start, e.end, e.label, e.heavy) for e in chart.edges] == [
        ("A", "C", "", False),
        ("B", "C", "", False),
        ("C", "D", "twice", False),
        ("C", "E", "", True),
        ("D", "S", "then", False),
    ]
    part = chart.parts["S"]
    assert (part.title, part.direction, list(part.nodes)) == ("stage", "TB", ["F", "G"])
    assert chart.words("A") == "in 8 × 8"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("pie\n  A --> B", "begins with 'flowchart LR'"),
        ("flowchart LR\n  A ~~> B", "no arrow .* begins at '~~> B'"),
        ("flowchart LR\n  A --> --> B", "no node .* begins at '--> B'"),
    ],
)
def test_what_is_not_understood_is_named(source, words):
    with pytest.raises(ValueError, match=words):
        flowchart.parse(source)


def test_both_drawings_hold_every_word_and_say_every_step(tools):
    page = diagrams.page(CHART)
    wide, narrow = page.split("</svg>")[:2]
    for drawing in (wide, narrow):
        words = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
        assert sorted(words) == sorted(["in", "8 × 8", *"B+DEFG", "stage", "twice", "then"])
    assert "in 8 × 8 → +; B → +; + → D (twice)" in wide


def test_a_chart_too_wide_for_the_column_is_turned(tools):
    chain = "flowchart LR\n  " + " --> ".join(f'A{k}["number {k} of ten"]' for k in range(10))
    chart = flowchart.parse(chain)
    assert diagrams.draw(chart).width > 1000
    drawing = diagrams.fitting(chart, diagrams.NARROW)
    assert drawing.width < diagrams.NARROW < drawing.height


def test_what_is_named_first_stands_on_top(tools):
    drawing = diagrams.draw(flowchart.parse("flowchart LR\n  A --> C\n  B --> C\n  Z --> C"))
    places = re.findall(r'translate\([\d.]+,([\d.]+)\)"><rect[^>]*/><text[^>]*>(\w)<', drawing.svg)
    heights = {name: float(y) for y, name in places}
    assert heights["A"] < heights["B"] < heights["Z"]
