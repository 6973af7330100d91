"""What a student's cells showed, made safe: a sandbox may have sent anything in their stead."""

import base64

from nbformat.v4 import new_output

__all__ = ["safe_outputs"]

MANY = 400  # outputs of a cell
TEXT, PICTURES = 250_000, 4_000_000  # characters of a cell
PNG = b"\x89PNG\r\n\x1a\n"


def safe_outputs(found):
    """Make outputs anew from the texts and pictures in them; nothing else is taken over.

    Whoever opens a marked notebook is a teacher, in a browser in which marks can be changed: so
    no HTML, no script, and no picture that is none.

    Parameters
    ----------
    found : object
        A list of outputs, as a notebook has them, or what somebody made up.

    Returns
    -------
    list of nbformat.NotebookNode
        Streams, errors, and what was displayed as plain text or PNG.
    """
    safe, room = [], {"text": TEXT, "pictures": PICTURES}
    for one in found[:MANY] if isinstance(found, list) else []:
        made = _made(one, room) if isinstance(one, dict) else None
        if made is not None:
            safe.append(made)
    return safe


def _made(one, room):
    kind = one.get("output_type")
    if kind == "stream":
        name = "stderr" if one.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_cut(one.get("text"), room))
    if kind == "error":
        trace = one.get("traceback")
        trace = trace[:12] if isinstance(trace, list) else []
        told = {key: _cut(one.get(key), room)[:1000] for key in ("ename", "evalue")}
        return new_output("error", traceback=[_cut(line, room) for line in trace], **told)
    data = one.get("data")
    if kind != "display_data" or not isinstance(data, dict):
        return None
    shown = {"text/plain": _cut(data.get("text/plain"), room)}
    picture = data.get("image/png")
    if isinstance(picture, str) and len(picture) <= room["pictures"] and _is_png(picture):
        room["pictures"] -= len(picture)
        shown["image/png"] = "".join(picture.split())
    return new_output("display_data", {key: value for key, value in shown.items() if value})


def _cut(words, room):
    """Return a text as far as there is room for it; nothing where it is no text."""
    if not isinstance(words, str):
        return ""
    words = words[: room["text"]]
    room["text"] -= len(words)
    return words


def _is_png(picture):
    try:
        return base64.b64decode("".join(picture.split()), validate=True).startswith(PNG)
    except ValueError:
        return False
