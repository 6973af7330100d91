"""Masks drawn over frames: a tint inside, a line round it."""

import numpy as np

from .boxes import line_and_font, pictured
from .colours import COLOURS


def draw_masks(frame, masks, *, tint=0.45):
    """Draw masks over a copy of a frame.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    masks : ndarray
        (H, W) bool, the mask of one thing; or whole numbers, k + 1 where thing k is, 0 where none
        is, as a Scene has them. A thing has the same colour in every frame, of seven that
        colour-blind readers tell apart.
    tint : float
        How much of the colour lies on the thing, 0 to 1; with 0 only the line is drawn.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB. The line runs inside the mask, along its edge.

    Raises
    ------
    ValueError
        If the frame is not (H, W, 3) uint8, the masks are not (H, W) of its size, bool or whole
        numbers from 0, or the tint is not 0 to 1.

    Examples
    --------
    >>> frame, mask = np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), bool)
    >>> mask[10:20, 10:20] = True
    >>> drawn = draw_masks(frame, mask, tint=0.5)
    >>> drawn[10, 10].tolist(), drawn[15, 15].tolist(), drawn[5, 5].tolist()
    ([0, 114, 178], [0, 57, 89], [0, 0, 0])

    Lesson 23 uses it.
    """
    from PIL import ImageColor

    drawn, masks = np.array(pictured(frame)), np.asarray(masks)
    whole = masks.dtype.kind in "bui" and (masks.dtype.kind != "i" or masks.min(initial=0) >= 0)
    if masks.shape != drawn.shape[:2] or not whole:
        raise ValueError(
            f"masks must be {drawn.shape[:2]}, as high and wide as the frame, of bool or of whole "
            f"numbers from 0. Received: {masks.dtype} of shape {masks.shape}"
        )
    if not 0 <= tint <= 1:
        raise ValueError(f"tint must be 0 to 1. Received: {tint!r}")
    line, _ = line_and_font(frame.shape)
    for number in np.unique(masks[masks > 0]).tolist():
        inside = masks == number
        colour = np.array(ImageColor.getrgb(COLOURS[(int(number) - 1) % 7]))
        drawn[inside] = np.rint(drawn[inside] + tint * (colour - drawn[inside]))
        drawn[inside & ~_shrunk(inside, line)] = colour
    return drawn


def _shrunk(mask, steps):
    """Take from a mask, so many times, what touches its outside above, below, left or right."""
    for _ in range(steps):
        wide = np.pad(mask, 1)
        mask = mask & wide[2:, 1:-1] & wide[:-2, 1:-1] & wide[1:-1, 2:] & wide[1:-1, :-2]
    return mask
