"""Boxes drawn into frames."""

import numpy as np

from ..boxes import Detections, Truth
from .colours import COLOURS, readable_on


def draw_boxes(frame, boxes, labels=None, scores=None, names=None):
    """Draw boxes into a copy of a frame.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    boxes : Detections, Truth or array_like
        What a detector found, with its labels and scores; what there is to find, with its labels;
        or (N, 4) ``x1, y1, x2, y2`` in pixels.
    labels : sequence, optional
        N texts or numbers. Boxes of one label have one colour; a number chooses it.
    scores : sequence of float, optional
        N scores from 0 to 1, written behind the labels.
    names : sequence of str, optional
        The name of every class, written in place of its number.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.

    Raises
    ------
    ValueError
        If the frame is not (H, W, 3) uint8, `boxes` is not (N, 4) or not finite, labels or scores
        are not N, or a label has no name.

    Examples
    --------
    >>> from vidlearn.boxes import Detections
    >>> found = Detections([[8, 8, 40, 30]], [0.9], [1])
    >>> draw_boxes(np.zeros((48, 64, 3), np.uint8), found, names=["cat", "dog"]).shape
    (48, 64, 3)
    """
    from PIL import ImageDraw

    boxes, labels, scores = _taken_apart(boxes, labels, scores)
    picture = pictured(frame)
    if boxes.size == 0:
        return np.array(picture)
    pen = ImageDraw.Draw(picture)
    line, font = line_and_font(frame.shape)
    kinds = [] if labels is None else list(dict.fromkeys(map(str, labels)))
    for k, (x1, y1, x2, y2) in enumerate(boxes):
        words = "" if labels is None else named(labels[k], names)
        numbered = labels is not None and isinstance(labels[k], int | np.integer)
        kind = int(labels[k]) if numbered else kinds.index(words) if kinds else 0
        colour = COLOURS[kind % 7]
        # Edges lie between pixels: the last pixel inside the box is x2 - 1.
        pen.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=colour, width=line)
        if scores is not None:
            words = f"{words} {scores[k]:.2f}".strip()
        if words:
            write(pen, font, words, (x1, y1), frame.shape, colour)
    return np.array(picture)


def pictured(frame):
    """Return a frame (H, W, 3) uint8 as a copy that can be drawn into, or refuse it."""
    from PIL import Image

    if np.ndim(frame) != 3 or np.shape(frame)[2] != 3 or np.asarray(frame).dtype != np.uint8:
        raise ValueError(
            "frame must be (H, W, 3) uint8 RGB. "
            f"Received: shape {np.shape(frame)}, dtype {np.asarray(frame).dtype}"
        )
    return Image.fromarray(np.array(frame))


def line_and_font(shape):
    """Return the width of lines and the font: a film's boxes are thin, and its words small."""
    from PIL import ImageFont

    side = min(shape[:2])
    line = max(1, round(min(side, 440 + side / 12) / 80))
    return line, ImageFont.load_default(size=int(max(9, min(side, 240 + side / 8) // 14)))


def _taken_apart(boxes, labels, scores):
    """Return boxes (N, 4), labels and scores; those given go before those of the detections."""
    if isinstance(boxes, Detections | Truth):
        labels = boxes.labels if labels is None else labels
        scores = boxes.scores if scores is None and isinstance(boxes, Detections) else scores
        boxes = boxes.boxes
    boxes = np.asarray(boxes, dtype=np.float64)
    boxes = boxes.reshape(0, 4) if boxes.size == 0 else boxes
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must be (N, 4) x1, y1, x2, y2. Received shape {boxes.shape}")
    if not np.isfinite(boxes).all():
        raise ValueError("boxes must be finite. Received: NaN or infinity")
    for name, values in (("labels", labels), ("scores", scores)):
        if values is not None and len(values) != len(boxes):
            raise ValueError(
                f"{name} must be {len(boxes)}, one for each box. Received: {len(values)}"
            )
    return boxes, labels, scores


def named(label, names):
    """Return the name of a class, or the label itself where it is no number of one."""
    if names is None or not isinstance(label, int | np.integer):
        return str(label)
    if not 0 <= label < len(names):
        raise ValueError(
            f"names must have one for each class. Received {len(names)} names and label {label}"
        )
    return str(names[label])


def write(pen, font, words, corner, shape, colour):
    """Write words on a plate of the colour, moved where they would leave the frame."""
    x, y = corner
    left, top, right, bottom = pen.textbbox((x, y), words, font=font)
    shift = min(0, shape[1] - right - 2), min(0, shape[0] - bottom - 2)
    corner = max(0, x + shift[0]), max(0, y + shift[1])
    size = right - left + 2, max(bottom - top + 4, bottom - y + 2)  # low letters begin lower
    pen.rectangle((*corner, corner[0] + size[0], corner[1] + size[1]), fill=colour)
    pen.text(corner, words, fill=readable_on(colour), font=font)
