"""Boxes drawn into frames."""

import numpy as np

from .colours import COLOURS, readable_on


def draw_boxes(frame, boxes, labels=None, scores=None):
    """Draw boxes into a copy of a frame.

    Parameters
    ----------
    frame : ndarray
        (H, W, 3) uint8 RGB.
    boxes : array_like
        (N, 4) ``x1, y1, x2, y2`` in pixels.
    labels : sequence, optional
        N texts or numbers. Boxes of one label have one colour; a number chooses it.
    scores : sequence of float, optional
        N scores from 0 to 1, written behind the labels.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 RGB.

    Raises
    ------
    ValueError
        If `boxes` is not (N, 4).
    """
    from PIL import Image, ImageDraw, ImageFont

    boxes = np.asarray(boxes, dtype=np.float64)
    if boxes.size == 0:
        return np.array(frame)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must be (N, 4) x1, y1, x2, y2; got shape {boxes.shape}.")
    picture = Image.fromarray(np.array(frame))
    pen = ImageDraw.Draw(picture)
    line = max(1, round(min(frame.shape[:2]) / 80))
    font = ImageFont.load_default(size=max(9, min(frame.shape[:2]) // 14))
    kinds = [] if labels is None else list(dict.fromkeys(map(str, labels)))
    for k, (x1, y1, x2, y2) in enumerate(boxes):
        words = "" if labels is None else str(labels[k])
        numbered = labels is not None and isinstance(labels[k], int | np.integer)
        kind = int(labels[k]) if numbered else kinds.index(words) if kinds else 0
        colour = COLOURS[kind % 7]
        # Edges lie between pixels: the last pixel inside the box is x2 - 1.
        pen.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=colour, width=line)
        if scores is not None:
            words = f"{words} {scores[k]:.2f}".strip()
        if words:
            left, top, right, bottom = pen.textbbox((x1, y1), words, font=font)
            shift = min(0, frame.shape[1] - right - 2), min(0, frame.shape[0] - bottom - 2)
            corner = x1 + shift[0], max(0, y1 + shift[1])
            size = right - left + 2, bottom - top + 4
            pen.rectangle((*corner, corner[0] + size[0], corner[1] + size[1]), fill=colour)
            pen.text(corner, words, fill=readable_on(colour), font=font)
    return np.array(picture)
