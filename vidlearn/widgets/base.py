"""What all interactives share: scripts, strings, a stable repr, and traits that check arrays."""

import re
from importlib.resources import files

import anywidget
import numpy as np
from traitlets import Dict, TraitType, Unicode

from vidlearn import messages


def section(kind):
    """Name the section of the catalogue, and the files, that belong to an interactive.

    >>> section("FilterGallery"), section("UnrolledRNN")
    ('filter_gallery', 'unrolled_rnn')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()


def scripts(kind):
    """Return the script and the style sheet of an interactive, each behind the common one.

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
    folder = files("vidlearn") / "widgets" / "static"

    def joined(ending):
        parts = (folder / f"{name}.{ending}" for name in ("common", section(kind)))
        return "\n".join(part.read_text("utf-8") for part in parts)

    return {"_esm": joined("js"), "_css": joined("css")}


class Interactive(anywidget.AnyWidget):
    """Base of all interactives: one Python class, one script and one style sheet of its name.

    A subclass ``FilterGallery`` takes ``static/filter_gallery.js`` and ``.css``, each behind its
    ``common`` one, and its strings from the catalogue's section ``filter_gallery``.
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


def shrink(frame, max_width, name="frame"):
    """Return a frame as a Pillow picture, no wider than `max_width`.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
    max_width : int
    name : str
        What the error calls the frame.

    Raises
    ------
    ValueError
        If the frame is not such an array, or max_width is below 1.
    """
    from PIL import Image

    if max_width < 1:
        raise ValueError(f"max_width must be at least 1. Received: {max_width}")
    frame = np.asarray(frame)
    good = frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)
    if frame.dtype != np.uint8 or not good or not frame.size:
        raise ValueError(
            f"{name} must be a uint8 picture (H, W, 3) or (H, W). Received dtype {frame.dtype} and "
            f"shape {frame.shape}. Where values go from 0 to 1: (255 * frame).astype(np.uint8)."
        )
    height, width = frame.shape[:2]
    scale = min(1, max_width / width)
    stored = (round(width * scale), max(1, round(height * scale)))
    return Image.fromarray(frame).resize(stored, Image.Resampling.BOX)
