"""What all interactives share: scripts, strings, a stable repr and a face without a script."""

import base64
import re
from importlib.resources import files

import anywidget
from traitlets import Dict, Unicode

from vidlearn import messages

STATIC = files("vidlearn") / "widgets" / "static"


def section(kind):
    """Name the section of the catalogue, and the files, that belong to an interactive.

    >>> section("FilterGallery"), section("UnrolledRNN"), section("RoIExplorer")
    ('filter_gallery', 'unrolled_rnn', 'roi_explorer')
    """
    kind = kind.replace("RoI", "Roi")  # one word of the field
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()


def parts(kind):
    """Return the names of the common parts that an interactive uses, from its first line.

    >>> parts("UnrolledRNN")
    ['maths', 'core', 'controls', 'transport', 'chart']
    """
    first = (STATIC / f"{section(kind)}.js").read_text("utf-8").partition("\n")[0]
    return first.removeprefix("// uses: ").split()


def scripts(kind):
    """Return the script and the style sheet of an interactive, behind the parts it uses.

    Parameters
    ----------
    kind : str
        Name of the class, such as ``"FilterGallery"``.

    Returns
    -------
    dict
        The traits ``_esm`` and ``_css``. A notebook stores them with its widgets, so a test can
        tell a stored widget that is older than the code.
    """
    common, name = [f"common/{part}" for part in parts(kind)], section(kind)

    def joined(ending):
        found = (STATIC / f"{path}.{ending}" for path in [*common, name])
        return "\n".join(part.read_text("utf-8") for part in found if part.is_file())

    return {"_esm": joined("js"), "_css": joined("css")}


class Interactive(anywidget.AnyWidget):
    """Base of all interactives: one Python class, one script and one style sheet of its name.

    A subclass ``FilterGallery`` takes ``static/filter_gallery.js`` and ``.css``, behind the parts
    of ``static/common`` that its script's first line names, and its strings from the catalogue's
    section ``filter_gallery``.
    """

    text = Dict(help="The strings the browser shows").tag(sync=True)
    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)

    def __init__(self, **traits):
        kind = type(self).__name__
        words = messages.text("widgets") | messages.text(section(kind))
        super().__init__(**traits, text=words, **scripts(kind))

    def describe(self):
        """Return in a few words what is shown."""
        return ""

    def poster(self):
        """Return the face shown where no script runs: its type, and SVG text or bytes.

        GitHub, nbviewer, paper and a page without JavaScript show it.
        """
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        kind, face = self.poster()
        data[kind] = face if isinstance(face, str) else base64.b64encode(face).decode()
        alt = self.text["alt"].format(title=self.text["title"], about=self.describe())
        return data, {**metadata, kind: {"alt": alt}}
