"""What all interactives share: scripts, strings, a stable repr, and traits that check arrays."""

import re
from importlib.resources import files

import anywidget
import numpy as np
from traitlets import Dict, TraitType, Unicode

from vidlearn import messages


def _static(name, common):
    folder = files("vidlearn") / "widgets" / "static"
    return "\n".join((folder / file).read_text("utf-8") for file in (common, name))


class Interactive(anywidget.AnyWidget):
    """Base of all interactives: one Python class, one script and one style sheet of its name.

    A subclass ``FilterGallery`` takes ``static/filter_gallery.js`` and ``.css``, each behind its
    ``common`` one, and its strings from the catalogue's section ``filter_gallery``.
    """

    text = Dict(help="The strings the browser shows").tag(sync=True)
    _esm = Unicode().tag(sync=True)
    _css = Unicode().tag(sync=True)

    def __init__(self, **traits):
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()
        super().__init__(
            **traits,
            text=messages.text("widgets") | messages.text(name),
            _esm=_static(f"{name}.js", "common.js"),
            _css=_static(f"{name}.css", "common.css"),
        )

    def describe(self):
        """Return in a few words what is shown."""
        return ""

    def __repr__(self):
        return f"{type(self).__name__}({self.describe()})"


class Grid(TraitType):
    """A trait for a small matrix of numbers, kept as nested lists for the browser.

    Parameters
    ----------
    most : int
        The largest number of rows and of columns: more would not be readable.
    """

    def __init__(self, most, **options):
        super().__init__(**options)
        self.most = most

    def validate(self, obj, value):
        name = self.name
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} must be a matrix: its rows differ in length.") from None
        if array.ndim != 2 or not array.size:
            raise ValueError(
                f"{name} must be a matrix (rows, columns) with at least one entry. Received shape "
                f"{array.shape}. Take one channel of one picture, such as frame[:8, :8, 0]."
            )
        if array.dtype.kind not in "buif" or not np.isfinite(array).all():
            raise ValueError(
                f"{name} must hold finite numbers. Received dtype {array.dtype}"
                f"{' with NaN or infinity' if array.dtype.kind == 'f' else ''}."
            )
        if max(array.shape) > self.most:
            raise ValueError(
                f"{name} must have at most {self.most} rows and columns, so that its numbers stay "
                f"readable. Received shape {array.shape}. Cut a part out: "
                f"{name}[:{self.most}, :{self.most}]."
            )
        return array.astype(float).tolist()


def shape(grid):
    """Write the size of a matrix, as in ``6×6``.

    >>> shape([[1, 2, 3], [4, 5, 6]])
    '2×3'
    """
    return f"{len(grid)}×{len(grid[0])}"
