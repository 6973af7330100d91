"""What stands round every figure: its frame, its caption and the words read aloud."""

import html
import re
import sys

INCH, COLUMN = 80, 688  # CSS pixels: of an inch of a figure; of the website's column of text
# Pages tell their theme by an attribute; a picture's own style sheet can only ask its scheme.
STYLE = (
    "<style>.vl-figure img{color-scheme:light}"
    "[data-jp-theme-light=false] .vl-figure img,[data-theme=dark] .vl-figure img"
    "{color-scheme:dark}</style>"
)


def in_notebook():
    """Tell whether somebody is there to show a figure to."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def captioned(caption, by):
    """Return a caption with the sentence that says whose function drew what it stands under."""
    return " ".join(filter(None, [caption, getattr(by, "credit", None)]))


def framed(body, caption):
    """Return a figure's HTML with its caption, in which `names` are set as code."""
    words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(caption))
    style = "margin:.4em 0 0;max-width:46em;font-size:.92em;text-align:left;opacity:.85"
    return (
        f'<figure class="vl-figure" style="margin:.4em 0 1.2em">{STYLE}{body}'
        f'<figcaption class="vl-caption" style="{style}">{words}</figcaption>'
        "</figure>"
    )


def put(body, caption, by):
    """Display a figure; where there are no pictures, its caption is what is left."""
    from IPython.display import display

    caption = captioned(caption, by)
    display({"text/html": framed(body, caption), "text/plain": caption}, raw=True)
