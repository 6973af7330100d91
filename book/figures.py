"""Figures on the website: numbered, with an anchor each, their pictures in files of their own."""

import base64
import html
import io
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from urllib.parse import unquote_to_bytes

import nbformat
from PIL import Image

from book.interactives import PICTURES, hashed, write_once

ENDINGS = PICTURES | {"video/mp4": "mp4", "image/gif": "gif"}
INSIDE = re.compile(
    r"""(\b(?:src|poster)=)(["'])data:([\w/.+-]+)([;\w=-]*),((?:(?!\2).){2000,})\2"""
)  # a smaller picture stays in the page
CAPTION = re.compile(r"<(figcaption|p)\b[^>]*>(.*?)</\1>", re.DOTALL)


def keep(data, ending, out):
    """Put a picture or film into the site; returns its address as seen from a page."""
    name = f"{hashed(data)}.{ending}"
    write_once(out / "_images" / name, data)
    return f"../_images/{name}"


def unpack(page, out):
    """Return HTML with the pictures and films that stand in it as text moved to files."""

    def moved(found):
        attribute, quote, kind, coded, data = found.groups()
        if kind not in ENDINGS:
            return found[0]
        data = (
            base64.b64decode(data) if "base64" in coded else unquote_to_bytes(html.unescape(data))
        )
        return f"{attribute}{quote}{keep(data, ENDINGS[kind], out)}{quote}"

    return INSIDE.sub(moved, page)


def size_of(data, ending):
    """Return an <img>'s width and height in pixels as attributes, or nothing for an odd SVG."""
    if ending != "svg":
        return 'width="{}" height="{}"'.format(*Image.open(io.BytesIO(data)).size)
    box = ET.fromstring(data).get("viewBox", "").split()
    return 'width="{}" height="{}"'.format(*box[2:]) if len(box) == 4 else ""


def image(output, out):
    """Return the HTML of a picture that an output stores, or None where it stores none."""
    data = output.get("data", {})
    kind = next((kind for kind in PICTURES if kind in data), None)
    if kind is None or "text/html" in data:
        return None
    stored, ending = "".join(data[kind]), PICTURES[kind]
    picture = stored.encode() if ending == "svg" else base64.b64decode(stored)
    about = output.get("metadata", {}).get(kind, {})
    alt = html.escape(about.get("alt", ""))
    dark = ' class="vl-dark"' if about.get("dark") else ""
    address = keep(picture, ending, out)
    return f'<img{dark} src="{address}" alt="{alt}" {size_of(picture, ending)} loading="lazy">'


def merge(outputs, out):
    """Join each picture with the caption that follows it to one figure."""
    merged, outputs = [], [*outputs, nbformat.from_dict({})]
    pairs = pairwise(outputs)
    for output, then in pairs:
        picture = image(output, out)
        said = "".join(then.get("data", {}).get("text/html", ""))
        if picture and "vl-caption" in said:
            words = CAPTION.search(said)[2]
            page = f'<figure class="vl-figure">{picture}<figcaption>{words}</figcaption></figure>'
            data = {"text/html": page, "text/plain": then.data.get("text/plain", "")}
            output = nbformat.v4.new_output("display_data", data)
            next(pairs, None)
        merged.append(output)
    return merged


def slug(caption, taken):
    """Return an anchor made of a caption's first words, other than those taken."""
    words = re.findall(r"[a-z0-9]+", html.unescape(re.sub("<[^>]*>", "", caption)).lower())
    name = "-".join(["figure", *words[:6]])
    count = sum(other.rstrip("0123456789").rstrip("-") == name for other in taken)
    name = f"{name}-{count + 1}" if name in taken else name
    taken.add(name)
    return name


def number(notebook, lesson, out):
    """Number the figures of a lesson, and give each an anchor from its caption.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        It is changed.
    lesson : str
        The lesson's number, such as ``"03"``; its second figure is Figure 3.2.
    out : pathlib.Path
        The folder of the site, which gets the pictures.
    """
    taken = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = merge(cell.outputs, out)
        for output in cell.outputs:
            page = unpack("".join(output.get("data", {}).get("text/html", "")), out)
            if not page:
                continue
            if "<figcaption" in page:
                name = slug(CAPTION.search(page[page.index("<figcaption") :])[2], taken)
                called = f"Figure {lesson.lstrip('0') or '0'}.{len(taken)}"
                sign = f'<a class="vl-number" href="#{name}">{called}</a> '
                page = page.replace("<figure", f'<figure id="{name}"', 1)
                page = re.sub(
                    r"(<figcaption[^>]*>)", lambda tag, sign=sign: tag[1] + sign, page, count=1
                )
            output["data"]["text/html"] = page
