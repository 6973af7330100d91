"""Interactives on the website: shown from the state a notebook stores, by ``_static/mount.js``.

A page holds of each its state and its static face. Script and style sheet, which many share, lie
once in ``_static/interactives`` under a name with their hash.
"""

import base64
import hashlib
import html
import json
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from vidlearn import messages

BOOK = Path(__file__).parent
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/webp": "webp", "image/jpeg": "jpg"}
OF_THE_MANAGER = ("_model_", "_view_", "_dom_classes", "layout", "tabbable", "tooltip")


def hashed(data):
    """Return what tells bytes from others, for the name of a file."""
    return hashlib.sha256(data).hexdigest()[:16]


def write_once(path, data):
    """Write a file whose name holds its hash, unless another page has done so."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f"{path.name}.{id(data)}.part")
        whole.write_bytes(data)
        whole.replace(path)


def as_script(data):
    """Return JSON that may stand inside a <script>."""
    return json.dumps(data, separators=(",", ":")).replace("</", "<\\/").replace("<!--", "<\\!--")


def keep_script(state, out):
    """Put script and style sheet of a stored interactive into the site; returns their key."""
    code = {"esm": state["_esm"], "css": state.get("_css", "")}
    text = json.dumps(code, separators=(",", ":"))
    name = state["_anywidget_id"].rpartition(".")[2]
    key = f"{name}.{hashed(text.encode())}"
    script = f"vlStored[{json.dumps(key)}]={text};\n"
    write_once(Path(out) / "_static" / "interactives" / f"{key}.js", script.encode())
    return key


def face(output, out):
    """Return an output's static face as HTML: the picture stored beside the view, or nothing."""
    data = output.get("data", {})
    for kind, ending in PICTURES.items():
        if kind not in data:
            continue
        stored = "".join(data[kind])
        picture = stored.encode() if ending == "svg" else base64.b64decode(stored)
        name = f"{hashed(picture)}.{ending}"
        write_once(Path(out) / "_images" / name, picture)
        about = output.get("metadata", {}).get(kind, {})
        alt = html.escape(about.get("alt") or "".join(data.get("text/plain", "")))
        return f'<img src="../_images/{name}" alt="{alt}" loading="lazy">'
    return ""


def stored_view(output, models, out, plays=False):
    """Return the HTML of an interactive that an output of a notebook shows.

    Parameters
    ----------
    output : dict
        The output with the view, and with a picture of it where the notebook stores one.
    models : dict
        The states the notebook stores, by the model's id.
    out : path
        The folder of the site, which gets script, style sheet and picture.
    plays : bool
        Whether it plays by itself, unless the reader's system asks for less motion.
    """
    model = models[output["data"][VIEW]["model_id"]]
    state = model["state"]
    key = keep_script(state, out)
    said = messages.text("website")
    kept = {
        name: value
        for name, value in state.items()
        if name not in {"_esm", "_css"} and not name.startswith(OF_THE_MANAGER)
    }
    data = as_script({"state": kept, "buffers": model.get("buffers", [])})
    return (
        f'<div class="vl-stored" data-vl-key="{key}"{" data-vl-plays" if plays else ""}>'
        f'<div class="vl-face">{face(output, out)}<p>{html.escape(said["still"])}</p></div>'
        f'<script type="application/json">{data}</script></div>'
    )


def models_of(notebook):
    """Return the states of the widgets that a notebook stores, by the model's id."""
    return notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


def host(notebook, out):
    """Make each output that shows a widget plain HTML for our host; the states leave the rest."""
    models = models_of(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if VIEW in output.get("data", {}):
                page = stored_view(output, models, out)
                output["data"] = nbformat.from_dict({"text/html": page})
                output["metadata"] = nbformat.from_dict({})
    notebook.metadata.pop("widgets", None)


class Interactive(SphinxDirective):
    """An interactive of a lesson on another page: ``{interactive} 03_convolution FilterGallery``.

    It is shown from the state that the lesson's notebook stores. With ``:plays:`` it plays by
    itself.
    """

    required_arguments = 2
    option_spec = {"plays": directives.flag}  # noqa: RUF012 (docutils wants it so)

    def run(self):
        """Return the interactive as raw HTML."""
        lesson, name = self.arguments
        path = BOOK.parent / "notebooks" / f"{lesson}.ipynb"
        self.env.note_dependency(str(path))
        notebook = nbformat.read(path, as_version=4)
        models = models_of(notebook)
        for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
            shown = output.get("data", {}).get(VIEW, {}).get("model_id")
            if shown in models and models[shown]["state"]["_anywidget_id"].endswith(f".{name}"):
                plays = "plays" in self.options
                page = stored_view(output, models, self.env.app.outdir, plays)
                return [nodes.raw("", page, format="html")]
        raise self.error(f"{path.name} stores no {name}; run `make notebooks` first.")


def load_host(app, pagename, templatename, context, doctree):
    """Load the host on pages that hold an interactive (``html-page-context``)."""
    if 'class="vl-stored"' in context.get("body", ""):
        failed = messages.text("website")["failed"]
        app.add_js_file("mount.js", **{"data-vl-failed": failed})


def setup(app):
    """Register the directive and the host with Sphinx."""
    app.connect("html-page-context", load_host)
    app.add_directive("interactive", Interactive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
