"""What a training leaves to be read without this library: numbers, curves, a sample, a README."""

from __future__ import annotations

import csv
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vidlearn.messages import text
from vidlearn.plots import COLOURS, PALETTE

from .files import replaced, write_text
from .run import METRICS

TILE = (360, 480)  # height and width into which a sample's picture fits
GAP = 8
SURE = 0.5  # the least score of a detection that is drawn


def write_metrics(folder, rows):
    """Write what was measured in each epoch as CSV."""
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _rounded(v) for k, v in row.items()} for row in rows)
    write_text(folder / METRICS, table.getvalue())


def _rounded(value):
    return "" if value is None else float(f"{value:.6g}") if isinstance(value, float) else value


def draw_curves(folder, rows, task):
    """Draw losses, and what a task measures, over the epochs into curves.png."""
    from matplotlib.figure import Figure

    words = text("runs")
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [row["epoch"] for row in rows]
    shown = list(rows[0])
    losses = [n for n in shown[1 : shown.index("learning_rate")] if n not in task.MEASURES]
    for axes, names, title in (
        (left, losses, f"losses_{task.COUNTED}"),
        (right, task.MEASURES, f"measures_{task.COUNTED}"),
    ):
        for name, colour in zip(names, list(PALETTE.values()) * 2, strict=False):
            values = [np.nan if row[name] is None else row[name] for row in rows]
            axes.plot(epochs, values, label=name, color=colour, marker="." * (len(rows) < 40))
        axes.set(xlabel=words["epoch"], title=words[title])
        axes.grid(alpha=0.3)
        axes.legend()
    right.set_ylim(0, 1)
    with replaced(folder / "curves.png") as part:
        figure.savefig(part, dpi=110)


def draw_sample(folder, pictures, model, number=4):
    """Draw some pictures with what is to be found, and beside it what was found, into sample.png.

    Parameters
    ----------
    folder : Path
    pictures : DetectionSet
    model : vidlearn.models.Detector
    number : int
    """
    chosen = np.unique(np.linspace(0, len(pictures) - 1, number).astype(int))
    rows = []
    for item in (pictures[int(k)] for k in chosen):
        frame = item.frame()
        found = model.predict([frame], threshold=SURE)[0]
        rows.append(np.hstack([_tile(frame, item.truth), _tile(frame, found)]))
    sheet = np.vstack([_head(model.classes), *rows])
    with replaced(folder / "sample.png") as part:
        Image.fromarray(sheet).save(part)


def _tile(frame, found):
    """A picture as large as fits, with boxes in the colours of their classes."""
    height, width = frame.shape[:2]
    scale = min(TILE[0] / height, TILE[1] / width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    picture = Image.fromarray(frame).resize(size)
    pen = ImageDraw.Draw(picture)
    for (x1, y1, x2, y2), k in zip(found.boxes * scale, found.labels, strict=True):
        box = x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)
        pen.rectangle(box, outline=COLOURS[k % 7], width=2)
    sheet = Image.new("RGB", (TILE[1] + GAP, TILE[0] + GAP), "white")
    sheet.paste(picture)
    return np.array(sheet)


def _head(classes):
    """The titles of the two columns, and the classes in their colours."""
    head = Image.new("RGB", (2 * (TILE[1] + GAP), 52), "white")
    pen, font = ImageDraw.Draw(head), ImageFont.load_default(size=16)
    for column, words in enumerate((text("runs")["truth"], text("runs")["found"])):
        pen.text((4 + column * (TILE[1] + GAP), 2), words, fill="black", font=font)
    x = 4
    for k, name in enumerate(classes):
        pen.rectangle((x, 30, x + 14, 44), fill=COLOURS[k % 7])
        pen.text((x + 20, 28), name, fill="black", font=font)
        x += 36 + pen.textlength(name, font=font)
    return np.array(head)


def write_readme(folder, settings, counted):
    """Write what each file of the folder is."""
    height, width = settings["size"]
    told = {"kind": settings["kind"], "height": height, "width": width}
    told |= {"classes": ", ".join(settings["classes"]), "version": settings["vidlearn"]}
    words = text("runs")[f"readme_{counted}"]
    write_text(folder / "README.txt", words.format(**told))
