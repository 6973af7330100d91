"""Clips as a sheet: what each shows, and what it was taken for."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vidlearn.messages import text
from vidlearn.plots import PALETTE

from .files import replaced

SHOWN, ROWS = 6, 8  # frames of a clip, and clips, on the sheet
SIDE, GAP, LINE = 112, 4, 24  # pixels: height of a frame, between frames, of a line of words


def draw_sample(folder, clips, labels, scores, classes):
    """Draw clips, what is done in them and what was found, into sample.png.

    Half of them are those of which the network was most wrongly sure, half lie evenly.

    Parameters
    ----------
    folder : Path
    clips : ndarray
        (N, T, H, W, 3) uint8.
    labels : ndarray
        (N,) int.
    scores : ndarray
        (N, K), 0 to 1.
    classes : sequence of str
    """
    wrong = np.flatnonzero(scores.argmax(axis=1) != labels)
    wrong = wrong[np.argsort(-scores[wrong].max(axis=1), kind="stable")][: ROWS // 2]
    even = np.linspace(0, len(clips) - 1, ROWS).astype(int)
    chosen = list(dict.fromkeys([*wrong.tolist(), *even.tolist()]))[:ROWS]
    words = text("runs")
    rows = []
    for k in chosen:
        found = int(scores[k].argmax())
        told = {"truth": classes[labels[k]], "found": classes[found], "score": scores[k, found]}
        line = words["right" if found == labels[k] else "wrong"].format(**told)
        colour = PALETTE["blue" if found == labels[k] else "vermilion"]
        rows.append(_row(clips[k], line, colour))
    with replaced(folder / "sample.png") as part:
        Image.fromarray(np.vstack(rows)).save(part)


def _row(clip, line, colour):
    """Some frames of a clip side by side, and a line above them."""
    height, width = clip.shape[1:3]
    width = max(round(width * SIDE / height), 1)
    chosen = np.linspace(0, len(clip) - 1, SHOWN).astype(int)
    sheet = Image.new("RGB", (SHOWN * (width + GAP), LINE + SIDE + 2 * GAP), "white")
    for k, frame in enumerate(clip[chosen]):
        picture = Image.fromarray(frame).resize((width, SIDE), Image.Resampling.BILINEAR)
        sheet.paste(picture, (k * (width + GAP), LINE))
    pen = ImageDraw.Draw(sheet)
    pen.text((2, 2), line, fill=colour, font=ImageFont.load_default(size=15))
    return np.array(sheet)
