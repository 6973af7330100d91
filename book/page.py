"""What stands round the words of a page: its head, and the cards its links show.

- A description and a picture for those who share the page; one viewport.
- Scripts run after the page is there; the theme's 1.5 MB of icons give way to ``icons.css``.
- A link to the glossary or the references carries what it leads to, which ``cards.js`` shows.
"""

import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from docutils import nodes

BOOK = Path(__file__).parent
VIEWPORT = re.compile(r'\s*<meta (?:content="[^"]*" )?name="viewport"[^>]*>')
ICONS = re.compile(r"\s*(?:<!-- So that users can add custom icons -->\s*)?"
                   r'<script defer src="[^"]*fontawesome\.js[^"]*"></script>')  # fmt: skip
SCRIPT = re.compile(
    r'<script (?=[^>]*\bsrc="(?![^"]*documentation_options))(?![^>]*\b(?:defer|async)\b)'
)
PICTURE = re.compile(r'<img\b[^>]*\bsrc="([^":]+\.(?:png|jpe?g|webp))"')
TO_TERM = re.compile(
    r'(<a class="reference internal"[^>]*href="[^"#]*glossary\.html#(term-[^"]+)")'
)
TO_WORK = re.compile(
    r'(<a class="reference internal"[^>]*href="[^"#]*references\.html#[^"]+") title='
)
GLOSSARY = re.compile(r"^```\{glossary\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
LONGEST = 200  # letters of a description


def lighten(head, pagename):
    """Return a part of a page's head without the icons' script, its other scripts deferred."""
    light = VIEWPORT.sub("", ICONS.sub("", head))
    # The page of the search has a script of its own that does not wait for the others.
    return light if pagename == "search" else SCRIPT.sub("<script defer ", light)


@cache
def definitions():
    """Return what the glossary says of each term, by any of the term's names."""
    said = {}
    for block in GLOSSARY.findall((BOOK / "glossary.md").read_text("utf-8")):
        for entry in block.strip().split("\n\n"):
            lines = entry.splitlines()
            names = [line for line in lines if not line.startswith(" ")]
            words = " ".join(line.strip() for line in lines if line.startswith(" "))
            words = re.sub(r"\{\w+\}`([^`<]*?)\s*(?:<[^>]*>)?`|[`*$]", r"\1", words)
            said |= dict.fromkeys(names, f"{' · '.join(names)}: {words}")
    return said


def put_cards(body, env):
    """Write into each link to a term or a work what it leads to."""
    places = {
        anchor: name for (kind, name), (_, anchor) in env.domaindata["std"]["objects"].items()
        if kind == "term"
    }  # fmt: skip

    def carry(link):
        said = definitions().get(places.get(html.unescape(link[2])), "")
        return f'{link[1]} data-vl-card="{html.escape(said)}"' if said else link[1]

    return TO_WORK.sub(r"\1 data-vl-card=", TO_TERM.sub(carry, body))


def describe(doctree):
    """Return the first words of a page that make a sentence."""
    for paragraph in doctree.findall(nodes.paragraph):
        words = " ".join(paragraph.astext().split())
        if len(words) >= 60:
            return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def head(app, pagename, templatename, context, doctree):
    """Complete a page's head and its links (``html-page-context``)."""
    tags = VIEWPORT.sub("", context.get("metatags") or "")
    if doctree is not None:
        body = context["body"].replace('<div role="list" class="citation-list">', "<div>")
        context["body"] = put_cards(body, app.env)
        found = PICTURE.search(context["body"])
        picture = found[1] if found else f"{context['content_root']}_static/taste.png"
        if context.get("pageurl"):
            picture = urljoin(context["pageurl"], picture)
        about = {
            "description": describe(doctree),
            "og:title": re.sub("<[^>]*>", "", context["title"]),
            "og:description": describe(doctree),
            "og:type": "article",
            "og:site_name": app.config.html_title,
            "og:url": context.get("pageurl") or "",
            "og:image": picture,
        }
        for name, said in about.items():
            key = "property" if name.startswith("og:") else "name"
            shown = html.escape(html.unescape(said))
            tags += f'\n    <meta {key}="{name}" content="{shown}">' if said else ""
        if "data-vl-card" in context["body"]:
            app.add_js_file("cards.js", defer="defer")
    context["metatags"] = tags


def start(app):
    """Teach the templates to lighten heads (``builder-inited``)."""
    if app.builder.format == "html":
        app.builder.templates.environment.filters["lighten"] = lighten


def tidy(app, fault):
    """Leave out of the site what no page asks for (``build-finished``)."""
    if fault is None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        for path in [*static.rglob("*.map"), *(static / "scripts").glob("fontawesome.js*")]:
            path.unlink(missing_ok=True)


def setup(app):
    """Register all of it with Sphinx."""
    app.connect("builder-inited", start)
    app.connect("html-page-context", head)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
