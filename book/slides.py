"""Slides for each part of the course, made from the lessons while the website is built.

A part is one page, ``slides/<part>.html``, and a sheet for the speaker beside it. Both stand by
themselves: they take pictures, films and interactives from the website, and nothing from elsewhere.
Without scripts, and on paper, the slides stand below one another.
"""

import html
import re
import tomllib
from functools import cache
from pathlib import Path

import jinja2
from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.util.docutils import SphinxDirective

from book import deck, formulas, outline
from book.excerpt import PARSER, Html
from vidlearn import messages

BOOK = Path(__file__).parent
FOLDER = "slides"
ADDRESS = re.compile(r"\((\w+)\.ipynb(#[\w-]+)?\)")
HOLE = re.compile("\x02(\\d+)\x02")


@cache
def parts():
    """Return the parts of the course by name: title and lessons of each."""
    return tomllib.loads((BOOK / "parts.toml").read_text("utf-8"))


class Writer:
    """Writes Markdown as HTML; formulas are collected, and drawn when the page is whole."""

    def __init__(self):
        self.formulas = []

    def keep(self, tex, display):
        """Take a formula; returns what stands in its place until it is drawn."""
        self.formulas.append((tex.strip(), display))
        return f"\x02{len(self.formulas) - 1}\x02"

    def write(self, words, inline=False):
        """Return Markdown as HTML; HTML stays as it is."""
        if isinstance(words, Html):
            return words
        words = ADDRESS.sub(r"(../notebooks/\1.html\2)", words)
        tokens = PARSER.parseInline(words) if inline else PARSER.parse(words)
        return "".join(self.token(token) for token in self.flat(tokens))

    def flat(self, tokens):
        """Yield tokens in order: what a line holds in place of the line."""
        for token in tokens:
            yield from self.flat(token.children) if token.type == "inline" else [token]

    def token(self, token):
        """Return one token as HTML."""
        if token.type == "math_inline":
            return self.keep(token.content, display=False)
        if token.type == "math_block":
            return self.keep(token.content, display=True)
        if token.type == "fence" and token.info == "python":
            return highlight(token.content, PythonLexer(), HtmlFormatter())
        return PARSER.renderer.render([token], PARSER.options, {})

    def finish(self, page):
        """Return the page with its formulas drawn."""
        if not self.formulas:
            return page
        ready = [(in_lines(tex), display) for tex, display in self.formulas]
        drawn, glyphs = formulas.draw(ready)

        def put(hole):
            number = int(hole[1])
            return formulas.page(drawn[number], self.formulas[number][1])

        return HOLE.sub(put, page).replace("</main>", f"{formulas.CACHE.format(glyphs)}</main>")


def in_lines(tex):
    """Return TeX whose lines stand below each other, as `formulas.tex_of` has them."""
    return rf"\begin{{split}}{tex}\end{{split}}" if r"\\" in tex and r"\begin" not in tex else tex


@cache
def template(name):
    """Return a page's template."""
    loader = jinja2.FileSystemLoader(BOOK / "_templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def plain(words):
    """Return words without marks, for those who listen."""
    return re.sub("[*`$]", "", html.unescape(re.sub("<[^>]*>", "", words)))


def written(slide, number, writer):
    """Return a slide for the template: its words as HTML."""
    about = outline.outline(slide.lesson)
    place = "" if slide.place in (slide.title, about.title) else slide.place
    return {
        "id": f"{slide.lesson}-{number:02}",
        "kind": slide.kind,
        "label": plain(slide.title),
        "title": writer.write(slide.title, inline=True),
        "place": writer.write(place, inline=True),
        "lesson": f"{slide.lesson} · {about.title}",
        "address": f"../notebooks/{about.stem}.html",
        "before": writer.write(slide.before),
        "shown": writer.write(slide.shown),
        "after": writer.write(slide.after),
        "folds": [(writer.write(ask, True), writer.write(said)) for ask, said in slide.folds],
    }


def lesson_slides(slides, writer):
    """Return the slides of a lesson for the template."""
    return [written(slide, place, writer) for place, slide in enumerate(slides, 1)]


def lesson_sheet(number, name, slides, writer):
    """Return what the speaker's sheet says of a lesson, for the template."""
    about = outline.outline(number)
    asked = [
        (place, slide)
        for place, slide in enumerate(slides, 1)
        if slide.kind == "guess" or (slide.folds and slide.kind in ("show", "hand"))
    ]
    return {
        "title": f"{number} · {about.title}",
        "address": f"{name}.html#{number}-01",
        "note": [(heading, writer.write(words)) for heading, words in about.note.items()],
        "guesses": [written(slide, place, writer) for place, slide in asked],
        "questions": [(writer.write(q, True), writer.write(a)) for q, a in about.questions],
    }


def write_page(name, part, out):
    """Write the slides and the speaker's sheet of a part."""
    known = {
        "name": name,
        "title": part["title"],
        "said": messages.text("slides"),
        "failed": messages.text("website")["failed"],
    }
    folder = Path(out) / FOLDER
    folder.mkdir(exist_ok=True)
    decks = {number: deck.slides_of(number, out) for number in part["lessons"]}
    writer = Writer()
    lessons = [lesson_slides(slides, writer) for slides in decks.values()]
    page = writer.finish(template("slides.html").render(known, lessons=lessons))
    (folder / f"{name}.html").write_text(page, "utf-8")
    writer = Writer()
    lessons = [lesson_sheet(number, name, slides, writer) for number, slides in decks.items()]
    page = writer.finish(template("speaker.html").render(known, lessons=lessons))
    (folder / f"{name}.speaker.html").write_text(page, "utf-8")


def write_all(app, fault):
    """Write the slides of every part (Sphinx's event ``build-finished``)."""
    if fault is None and app.builder.format == "html":
        for name, part in parts().items():
            write_page(name, part, Path(app.outdir))


class Decks(SphinxDirective):
    """A table of the decks with their lessons: ``{decks}``."""

    def run(self):
        """Return the table as raw HTML; the decks are no documents of Sphinx's."""
        said, rows = messages.text("slides"), []
        for name, part in parts().items():
            lessons = ", ".join(
                f'<a href="../notebooks/{outline.outline(n).stem}.html">{n}</a>'
                for n in part["lessons"]
            )
            rows.append(
                f'<tr><td><a href="../{FOLDER}/{name}.html"><strong>{part["title"]}</strong></a>'
                f'</td><td>{lessons}</td><td><a href="../{FOLDER}/{name}.speaker.html">'
                f"{said['speaker']}</a></td></tr>"
            )
        head = "".join(f"<th>{word}</th>" for word in said["columns"])
        page = f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}'
        return [nodes.raw("", f"{page}</tbody></table>", format="html")]


def setup(app):
    """Register directive and pages with Sphinx."""
    app.add_directive("decks", Decks)
    app.connect("build-finished", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
