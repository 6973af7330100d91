"""Tracks drawn into frames: a colour and a number for each identity, and where it has been."""

import numpy as np

from ..boxes import Tracks
from .boxes import line_and_font, named, pictured, write
from .colours import COLOURS

FAINTEST = 40  # of 255: how much of a trail's colour is left at its far end
DASH = 4  # lengths of line to a dash, and as many to a gap


def draw_tracks(frame, rows, *, trails=None, names=None, coasting=()):
    """Draw the tracks of a frame into a copy of it.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    rows : Tracks
        The rows of this one frame, as a tracker's ``update`` returns them. An identity has the
        same colour in every frame, of seven that colour-blind readers tell apart; its number is
        written on the box.
    trails : dict of int to array_like, optional
        Identity to its past centres (L, 2), x and y in pixels, the oldest first: drawn as a line
        that fades towards its far end. Also of identities without a row.
    names : sequence of str, optional
        The name of every class, written behind the identity.
    coasting : collection of int
        Identities that were not detected in this frame but only expected: their boxes are dashed.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.

    Raises
    ------
    ValueError
        If the frame is not (H, W, 3) uint8, `rows` are no Tracks or of several frames, a trail is
        not (L, 2) or not finite, or a label has no name.

    Examples
    --------
    >>> rows = Tracks([7, 7], [1, 2], [[8, 8, 40, 30], [42, 9, 60, 30]])
    >>> trails = {1: [[20, 19], [22, 19], [24, 19]]}
    >>> draw_tracks(np.zeros((48, 64, 3), np.uint8), rows, trails=trails, coasting=[2]).shape
    (48, 64, 3)

    Lesson 16 uses it.
    """
    from PIL import ImageDraw

    if not isinstance(rows, Tracks) or len(np.unique(rows.frames)) > 1:
        raise ValueError(f"rows must be the Tracks of one frame. Received: {rows!r}")
    picture = pictured(frame)
    line, font = line_and_font(frame.shape)
    picture = _with_trails(picture, trails or {}, line)
    pen, coasting = ImageDraw.Draw(picture), set(map(int, coasting))
    for identity, box in zip(rows.ids, rows.boxes, strict=True):
        colour = COLOURS[identity % 7]
        x1, y1, x2, y2 = map(float, box)
        # Edges lie between pixels: the last pixel inside the box is x2 - 1.
        corners = x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)
        if int(identity) in coasting:
            _dashed(pen, corners, colour, line)
        else:
            pen.rectangle(corners, outline=colour, width=line)
    for identity, label, box in zip(rows.ids, rows.labels, rows.boxes, strict=True):  # on top
        words = str(identity) if names is None else f"{identity} {named(label, names)}"
        write(pen, font, words, box[:2].astype(float), frame.shape, COLOURS[identity % 7])
    return np.array(picture)


def _with_trails(picture, trails, line):
    """Return the picture with the trails drawn, fainter the older."""
    from PIL import Image, ImageColor, ImageDraw

    trails = {k: _checked_trail(k, trail) for k, trail in trails.items()}
    trails = {k: trail for k, trail in trails.items() if len(trail) > 1}
    if not trails:
        return picture
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for identity, trail in trails.items():
        colour = ImageColor.getrgb(COLOURS[identity % 7])
        shares = np.linspace(FAINTEST, 255, len(trail) - 1).astype(int).tolist()
        for share, a, b in zip(shares, trail[:-1].tolist(), trail[1:].tolist(), strict=True):
            pen.line((*a, *b), fill=(*colour, share), width=line)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _checked_trail(identity, trail):
    trail = np.asarray(trail, np.float64)
    trail = trail.reshape(0, 2) if trail.size == 0 else trail
    if trail.ndim != 2 or trail.shape[1] != 2 or not np.isfinite(trail).all():
        raise ValueError(
            "trails must hold finite centres (L, 2), x and y. "
            f"Received shape {trail.shape} for identity {identity}"
        )
    return trail


def _dashed(pen, corners, colour, width):
    """Draw a rectangle of dashes."""
    x1, y1, x2, y2 = map(int, corners)
    step = DASH * width
    for x in range(x1, x2 + 1, 2 * step):
        for y in (y1, max(y1, y2 - width + 1)):
            pen.rectangle((x, y, min(x + step - 1, x2), y + width - 1), fill=colour)
    for y in range(y1, y2 + 1, 2 * step):
        for x in (x1, max(x1, x2 - width + 1)):
            pen.rectangle((x, y, x + width - 1, min(y + step - 1, y2)), fill=colour)
