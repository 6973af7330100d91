"""Boxes held against their pictures: what cannot be, and what is odd."""

from __future__ import annotations

SLIGHTLY = 1.0  # pixels by which a rounded box may leave its picture
CORNERS = ("txt", "voc", "csv")  # forms whose numbers are x1, y1, x2, y2
UNSEEN = 0.01  # pixels: what six decimals of a fraction cost


def judge(labels, headers):
    """Note the faults of every box; a row that cannot be used gets its `fault`.

    Parameters
    ----------
    labels : Labels
        Their `faults` grow.
    headers : dict
        The `Header` of every picture.
    """
    places = {}
    for entry in labels.entries:
        if entry.picture in places:  # by two files of labels, such as those of train and val
            told = {"picture": labels.relative(entry.picture), "where": places[entry.picture]}
            labels.found("listed-twice", entry.file, entry.line, **told)
        places[entry.picture] = f"{labels.relative(entry.file or entry.picture)}:{entry.line}"
        header = headers[entry.picture]
        if header.trouble:
            labels.found("unreadable-picture", entry.picture, why=header.trouble)
            continue
        _judge_size(labels, entry, header)
        seen = {}
        for row in entry.rows:
            if row.size not in (None, header.size, entry.size):
                sizes = {"told": by(row.size), "shown": by(header.size)}
                labels.found("wrong-size", entry.file, row.line, **sizes)
            if row.fault in (None, "unknown-class") and row.values:
                kind, details = fault_of(row, header.size, labels)
                if kind is not None:
                    labels.found(kind, entry.file, row.line, **details)
                    if kind != "slightly-outside":
                        row.fault = kind
                key = row.name, row.values
                if key in seen:
                    labels.found("duplicate-box", entry.file, row.line, first=seen[key])
                seen.setdefault(key, row.line)


def by(size):
    """Write (height, width) as people do.

    >>> by((480, 640))
    '640 x 480'
    """
    return f"{size[1]} x {size[0]}"


def _judge_size(labels, entry, header):
    shown, stored = by(header.size), by(header.stored)
    if header.orientation != 1:
        before = entry.size and entry.size == header.stored != header.size
        kind = "turned" if before else "exif"
        details = {"orientation": header.orientation, "shown": shown, "stored": stored}
        labels.found(kind, entry.picture, **details)
        if before:
            return
    if entry.size and entry.size != header.size:
        line = entry.line
        if entry.size_spans:
            line = labels.sources[entry.file].line(entry.size_spans[0][0])
        labels.found("wrong-size", entry.file, line, told=by(entry.size), shown=shown)


def fault_of(row, size, labels):
    """Return the kind of a box's fault (None: there is none) and the details to tell."""
    from . import forms

    box = forms.pixels(labels, row.values, size)
    values = " ".join(f"{value:g}" for value in row.values)
    height, width = size
    told = {"values": values, "picture": by(size), "name": row.name}
    if kind := _of_form(row.values, labels, width, height):
        return kind, told
    x1, y1, x2, y2 = box
    if x2 < x1 or y2 < y1:
        return "inverted", told
    if x2 == x1 or y2 == y1:
        return "zero-size", told
    beyond = max(-x1, -y1, x2 - width, y2 - height)
    if beyond > SLIGHTLY:
        return ("negative" if beyond == max(-x1, -y1) else "outside"), told
    if beyond > UNSEEN:
        return "slightly-outside", told | {"beyond": f"{beyond:.3g}"}
    return None, told


def _of_form(values, labels, width, height):
    """Return faults that show in the numbers as they stand."""
    if labels.form == "yolo":
        return "pixels" if max(values) > 2 else None
    if min(values) >= 0 and max(values) <= 1 and any(v % 1 for v in values) and width > 2 < height:
        return "fractions"
    if labels.form in ("voc", "csv") and labels.origin == 1:
        x1, y1, x2, y2 = values
        if (x1, y1) == (x2, y2):  # one pixel by the letter, one click by all experience
            return "zero-size"
        if min(x1, y1) == 0:
            return "counted-from-0"
    return None
