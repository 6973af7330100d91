"""Read the part of Mermaid's flowcharts that the course uses.

``flowchart LR``, nodes ``A["text<br>more"]`` and ``A(("+"))``, edges ``A --> B``, ``A ==> B``,
``A -- "text" --> B``, ``A -->|text| B``, several at once (``A & B --> C --> D``), ``subgraph`` with
a direction of its own, ``classDef`` for a dashed border, ``class``.
"""

import re
from dataclasses import dataclass, field

EDGE = re.compile(
    r"""\s*(?:--\s*"(?P<label>[^"]*)"\s*-->|(?P<heavy>==>)|-->(?:\|(?P<bar>[^|]*)\|)?)\s*"""
)
NODE = re.compile(
    r'\s*(?P<id>\w+)(?:\[(?P<q>"?)(?P<box>.*?)(?P=q)\]|\(\((?P<r>"?)(?P<round>.*?)(?P=r)\)\))?\s*'
)
HEAD = re.compile(r"(?:flowchart|graph)\s+(TB|TD|LR)$")


@dataclass
class Node:
    """A box or, if round, a circle, with lines of text."""

    id: str
    lines: list = field(default_factory=list)
    round: bool = False
    dashed: bool = False


@dataclass
class Edge:
    """An arrow, with words or none."""

    start: str
    end: str
    label: str = ""
    heavy: bool = False


@dataclass
class Chart:
    """A flowchart: nodes and charts inside it by id, edges, and a direction, LR or TB."""

    id: str = ""
    title: str = ""
    direction: str = "TB"
    nodes: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    edges: list = field(default_factory=list)

    def names(self):
        """Return the ids of all that is inside, at any depth."""
        inside = {name for part in self.parts.values() for name in part.names()}
        return {*self.nodes, *self.parts, *inside}

    def words(self, name):
        """Return what is written on a node or a part."""
        for part in self.parts.values():
            if name in part.names():
                return part.words(name)
        if name in self.parts:
            return plain(self.parts[name].title)
        return plain(" ".join(self.nodes[name].lines))

    def all_edges(self):
        """Return the edges of this chart and of those inside."""
        return [*self.edges, *(e for part in self.parts.values() for e in part.all_edges())]


def plain(text):
    """Return text without its tags."""
    return re.sub(r"<[^>]*>", "", text)


def direction_of(word):
    """Return LR or TB; TD is another word for TB."""
    return "TB" if word == "TD" else word


def parse(source):
    """Return the chart that a Mermaid flowchart describes.

    Parameters
    ----------
    source : str

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If a line is none of those named above.
    """
    lines = [line.strip() for line in source.strip().splitlines() if line.strip()]
    head = HEAD.match(lines[0])
    if not head:
        raise ValueError(
            f"a diagram begins with 'flowchart LR' or 'flowchart TB'; got {lines[0]!r}"
        )
    chart = Chart(direction=direction_of(head[1]))
    dashes, classes, open_charts, drawn = set(), {}, [chart], []
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        if word == "classDef":
            dashes |= {rest.split()[0]} if "dasharray" in rest else set()
        elif word == "class":
            names, kind = rest.split()
            classes |= dict.fromkeys(names.split(","), kind)
        elif word == "subgraph":
            found = NODE.fullmatch(rest)
            part = Chart(found["id"], found["box"] or found["id"])
            open_charts[-1].parts[part.id] = part
            open_charts.append(part)
        elif word == "direction":
            open_charts[-1].direction = direction_of(rest)
        elif word == "end":
            open_charts.pop()
        else:
            drawn += read_edges(line, open_charts[-1], chart)
    for edge in drawn:
        home_of(edge, chart).edges.append(edge)
    for name, kind in classes.items():
        chart.nodes[name].dashed = kind in dashes
    return chart


def read_edges(line, chart, whole):
    """Return the edges of a line; the nodes it is the first to name go to ``chart``."""
    at, before, drawn, joint = 0, [], [], None
    while at < len(line):
        group = []
        while True:
            found = NODE.match(line, at)
            if not found:
                raise ValueError(f"no node of a diagram begins at {line[at:]!r}, in {line!r}")
            group.append(note(found, chart, whole))
            at = found.end()
            if line[at : at + 1] != "&":
                break
            at += 1
        if joint:
            label, heavy = joint["label"] or (joint["bar"] or "").strip('"'), bool(joint["heavy"])
            drawn += [Edge(start, end, label, heavy) for start in before for end in group]
        before, joint = group, EDGE.match(line, at)
        if at < len(line) and not joint:
            raise ValueError(f"no arrow of a diagram begins at {line[at:]!r}, in {line!r}")
        at = joint.end() if joint else at
    return drawn


def note(found, chart, whole):
    """Keep a node where it is named first, and its text where that is said; returns its id."""
    name, text = found["id"], found["box"] or found["round"]
    if name not in whole.names():
        chart.nodes[name] = Node(name, [name], bool(found["round"]))
    if text:
        node = next(c for c in charts_of(whole) if name in c.nodes).nodes[name]
        node.lines, node.round = re.split(r"<br\s*/?>", text), bool(found["round"])
    return name


def charts_of(chart):
    """Yield a chart and all inside it."""
    yield chart
    for part in chart.parts.values():
        yield from charts_of(part)


def home_of(edge, chart):
    """Return the innermost chart that holds both ends of an edge."""
    for part in chart.parts.values():
        if {edge.start, edge.end} <= part.names():
            return home_of(edge, part)
    return chart
