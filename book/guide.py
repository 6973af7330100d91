"""What the teacher's guide says lesson by lesson, made from the lessons while the site is built.

- ``{outcomes}``: what a learner can do after each lesson, from its first table.
- ``{errors}``: what to expect, from the lesson's note for teachers, and the misconceptions by name
  that `check` recognises, from the catalogue of messages.
"""

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from book import outline
from book.excerpt import sentences
from vidlearn import messages
from vidlearn.course import exercises

MOST = 4  # misconceptions of an exercise that are told: the first of its list
WORDS = 24
NOT_ONE = re.compile(
    r"^(?:one fault|two|three|all|this is still|still)\b|\bright now\b", re.IGNORECASE
)


def outcomes():
    """Return the outcomes of every lesson as a Markdown table."""
    head = messages.text("guide")
    rows = [f"| {head['lesson']} | {head['outcomes']} |", "|---|---|"]
    for number in outline.numbers():
        about = outline.outline(number)
        link = f"[{number} · {about.title}](../notebooks/{about.stem}.ipynb)"
        rows.append(f"| {link} | {'; '.join(about.outcomes)} |")
    return "\n".join(rows)


def misconceptions(exercise):
    """Return the first misconceptions of an exercise's list, each in a sentence or two."""
    told = [" ".join(said.split()) for said in exercise.words.get("mistakes", {}).values()]
    first = [sentences(said, WORDS) for said in told if not NOT_ONE.search(said)]
    return [f"{said[0].upper()}{said[1:]}" for said in dict.fromkeys(first)][:MOST]


def errors(number):
    """Return what to expect in a lesson, as Markdown: the note's words, then by exercise."""
    parts = [outline.outline(number).note.get("Pitfalls", "")]
    for exercise in exercises.all_exercises():
        if exercise.lesson == number and (known := misconceptions(exercise)):
            lines = "\n".join(f"- {said}" for said in known)
            parts.append(f"**{exercise.title}**\n\n{lines}")
    return "\n\n".join(part for part in parts if part)


class Generated(SphinxDirective):
    """Markdown that is made while the page is read."""

    def parse(self, markdown):
        """Return Markdown as nodes."""
        node = nodes.container()
        self.state.nested_parse(StringList(markdown.splitlines(), "guide"), 0, node)
        return node.children

    def note(self):
        """Make the page anew when a lesson changes."""
        for path in outline.NOTEBOOKS.glob("*.ipynb"):
            self.env.note_dependency(str(path))


class Outcomes(Generated):
    """``{outcomes}``."""

    def run(self):
        """Return the table."""
        self.note()
        return self.parse(outcomes())


class Errors(Generated):
    """``{errors}``."""

    def run(self):
        """Return a fold for each lesson."""
        self.note()
        folds = []
        for number in outline.numbers():
            if said := errors(number):
                title = f"{number} · {outline.outline(number).title}"
                folds.append(f"::::{{dropdown}} {title}\n{said}\n::::")
        return self.parse("\n\n".join(folds))


def setup(app):
    """Register the directives with Sphinx."""
    app.add_directive("outcomes", Outcomes)
    app.add_directive("errors", Errors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
