"""What the website adds to a lesson, which stays plain Markdown for JupyterLab.

- After a cell that calls ``check("some-id", ...)`` or ``challenge``: the exercise's hints and
  solution, folded, from their one source in ``vidlearn.course.exercises``; before its text: the
  anchor ``#some-id``.
- A link to an address that stands in ``references.bib`` is followed by its citation.
- The first bold mention of a term of the glossary links there.
- The rest is for other modules: `edition` leaves out what only a notebook needs, `figures` numbers
  figures, `interactives` hosts what moves, `formulas` and `diagrams` draw.
"""

import json
import re
from functools import cache
from pathlib import Path

import nbformat
from pybtex.database import parse_file

from book import edition, figures, interactives
from vidlearn.course import exercises
from vidlearn.messages import text

BOOK = Path(__file__).parent
CHECK = re.compile(r"""^(?:check|challenge)\(\s*["']([\w-]+)["']""", re.MULTILINE)
FENCED = re.compile(
    r"(^(?P<fence>`{3,}|~{3,}|:{3,}).*?^(?P=fence)[ \t]*$)", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((https?://(?:[^()\s]|\([^()\s]*\))+)\)")
BOLD = re.compile(r"\*\*([^*`$\n]+)\*\*")
FOLDED = """\
::::{{dropdown}} {title}
:class-container: vl-fold
{body}
::::
"""


def _plain(address):
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/").lower()


@cache
def citations():
    """Return the keys of ``references.bib`` by address."""
    entries = parse_file(BOOK / "references.bib").entries.items()
    return {_plain(e.fields["url"]): key for key, e in entries if "url" in e.fields}


@cache
def terms():
    """Return the terms of the glossary."""
    page = (BOOK / "glossary.md").read_text("utf-8")
    blocks = re.findall(r"^```\{glossary\}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).splitlines()
    names = [line for line in lines if line and not line.startswith(" ")]
    return {f"{name.lower()}{plural}": name for plural in ("s", "") for name in names}


def cite(markdown):
    """Put a citation behind each link to a work of the bibliography."""

    def behind(link):
        key = citations().get(_plain(link[1]))
        return f"{link[0]} {{cite}}`{key}`" if key else link[0]

    return LINK.sub(behind, markdown)


def link_terms(markdown, seen):
    """Link each term where it is bold for the first time; ``seen`` collects those linked."""

    def linked(bold):
        term = terms().get(bold[1].lower())
        if term is None or term in seen:
            return bold[0]
        seen.add(term)
        return f"**{{term}}`{bold[1]} <{term}>`**"

    return BOLD.sub(linked, markdown)


def enrich(markdown, seen):
    """Cite and link terms in Markdown, leaving fenced blocks as they are."""
    end, parts = 0, []
    for block in FENCED.finditer(markdown):
        parts += [link_terms(cite(markdown[end : block.start()]), seen), block[0]]
        end = block.end()
    return "".join([*parts, link_terms(cite(markdown[end:]), seen)])


def help_for(exercise):
    """Return an exercise's hints and solution as folded Markdown."""
    hint, count = text("hint")["title"], len(exercise.hints)
    folds = [
        FOLDED.format(title=hint.format(number=number, total=count), body=body)
        for number, body in enumerate(exercise.hints, 1)
    ]
    if exercise.solution_source:  # a challenge has none
        code = f"```python\n{exercise.solution_source.rstrip()}\n```"
        folds.append(FOLDED.format(title=text("solution")["title"], body=code))
    return "\n".join([":::::{div} vl-help", *folds, ":::::"])


def anchor(markdown, name):
    """Put the anchor ``name`` before the last heading, or on top where there is none."""
    headings = [found.start() for found in re.finditer(r"^#+ ", markdown, re.MULTILINE)]
    at = headings[-1] if headings else 0
    return f'{markdown[:at]}<a id="{name}"></a>\n\n{markdown[at:]}'


def add_help(cells):
    """Return the cells with anchors, hints and solutions of the exercises they check."""
    out, done, asked = [], set(), None
    for cell in cells:
        out.append(cell)
        if cell.cell_type == "markdown":
            asked = cell
        for name in CHECK.findall(cell.source) if cell.cell_type == "code" else ():
            if name in done:
                continue
            done.add(name)
            if asked is not None:
                asked.source = anchor(asked.source, name)
            out.append(nbformat.v4.new_markdown_cell(help_for(exercises.get(name))))
    return out


def keep_alt(cell):
    """Hand the stored alternative text of a cell's figure to MyST-NB, which looks elsewhere."""
    for output in cell.get("outputs", []):
        for about in output.get("metadata", {}).values():
            if "alt" in about:
                cell.metadata["mystnb"] = {"image": {"alt": about["alt"]}}
                return


def prepare(app, docname, source):
    """Enrich a page before it is parsed (Sphinx's event ``source-read``)."""
    if docname in {"book/glossary", "book/references"}:
        return
    seen = set()
    if not docname.startswith("notebooks/"):
        source[0] = enrich(source[0], seen)
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = enrich(cell.source, seen)
        keep_alt(cell)
    out = Path(app.outdir)
    notebook.cells = edition.for_readers(add_help(notebook.cells))
    interactives.host(notebook, out)
    figures.number(notebook, Path(docname).name.partition("_")[0], out)
    source[0] = json.dumps(notebook)


def setup(app):
    """Register all of it with Sphinx."""
    app.connect("source-read", prepare)
    # It numbers sections after all is read, and only forgets to say that this is safe.
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
    return {"parallel_read_safe": True, "parallel_write_safe": True}
