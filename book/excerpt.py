"""What of a lesson is short enough for a slide: sentences, captions, code."""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
MOST_LINES = 12  # of code on a slide, and of what it prints
LONGEST_TITLE = 110  # letters
PLACES = re.compile(r"^(?:From )?(?:Left|Right|Above|Below|Top|Bottom|left to right)\b", re.I)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9*`$(<“])")
STUB = re.compile(r"^def my_\w+\(.*?(?=^\S(?!.*\):$)|\Z)", re.MULTILINE | re.DOTALL)


class Html(str):
    """Words that are HTML already."""


def sentences(words, most, last=False):
    """Return the first (or last) sentences of a paragraph that have at most so many words."""
    parts, kept = SENTENCE.split(" ".join(words.split())), []
    for part in reversed(parts) if last else parts:
        if kept and len(" ".join([*kept, part]).split()) > most:
            break
        kept = [part, *kept] if last else [*kept, part]
    return " ".join(kept)


def closed(words):
    """Return words without a last sentence that leads on to something not on the slide."""
    parts = SENTENCE.split(words)
    return " ".join(parts[:-1] if parts[-1].endswith(":") else parts)


def blocks(markdown):
    """Yield the top-level blocks of Markdown: (kind, source)."""
    lines = markdown.splitlines()
    for token in PARSER.parse(markdown):
        if token.level == 0 and token.map:
            yield token.type.removesuffix("_open"), "\n".join(lines[slice(*token.map)]).strip()


def caption_of(page):
    """Return a figure's HTML without its caption, and the caption."""
    found = re.search(r"<figcaption[^>]*>(.*?)</figcaption>", page, re.DOTALL)
    return (page.replace(found[0], ""), found[1].strip()) if found else (page, "")


def titled(caption, place):
    """Return a title made of a caption's first sentence, or of the section, and what is left."""
    first, *rest = SENTENCE.split(caption, maxsplit=1)
    if not first or len(re.sub("<[^>]*>", "", first)) > LONGEST_TITLE or PLACES.match(first):
        return place, Html(caption)
    return Html(first), Html("".join(rest))


def short(source):
    """Return code if it is short enough for a slide, else nothing."""
    return source if 0 < len(source.splitlines()) <= MOST_LINES else ""


def stub(source):
    """Return the function that an exercise asks for, if it is short enough for a slide."""
    found = STUB.search(source)
    return short(found[0].strip()) if found else ""


def code(source):
    """Return Python as a fenced block."""
    source = re.sub(r"\n{2,}", "\n\n", source)
    return f"```python\n{source}\n```"
