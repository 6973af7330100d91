"""What a whole frame shows, written on it."""

import numpy as np

from .boxes import line_and_font, named, pictured, write
from .colours import COLOURS


def draw_label(frame, label, *, score=None, names=None):
    """Write what is done in a frame into its upper left corner.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    label : int or str
        The class, whose number chooses the colour, or a word.
    score : float, optional
        How sure it is, written behind the label with two digits.
    names : sequence of str, optional
        The name of each class.

    Returns
    -------
    ndarray
        (H, W, 3) uint8, a copy.

    Raises
    ------
    ValueError
        If `frame` is no picture or `label` has no name.

    Examples
    --------
    >>> frame = np.zeros((60, 80, 3), np.uint8)
    >>> drawn = draw_label(frame, 1, score=0.93, names=("sit", "stand"))
    >>> bool(drawn[:20].any()), bool(drawn[40:].any())
    (True, False)

    Lesson 17 uses it.
    """
    from PIL import ImageDraw

    picture = pictured(frame)
    words = named(label, names)
    words = words if score is None else f"{words} {score:.2f}"
    number = int(label) if isinstance(label, int | np.integer) else 0
    _, font = line_and_font(np.shape(frame))
    write(ImageDraw.Draw(picture), font, words, (2, 2), np.shape(frame), COLOURS[number % 7])
    return np.array(picture)
