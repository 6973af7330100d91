"""The form of COCO: JSON with ``images``, ``annotations`` and ``categories``.

A box is ``[x, y, width, height]`` in pixels, edges counted from 0. Categories have numbers with
gaps; classes are taken in the order of these numbers. ``instances_train2017.json`` tells the split
train; pictures are looked for in ``images/train``, ``train``, ``train2017``, ``images/train2017``,
``images`` and beside the JSON. Polygons and masks are not read, but their ``area`` is; they survive
a repair. What VOC calls difficult is ``ignore``.

References
----------
cocodataset.org, "Data format", section 1, object detection.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from .files import split_and_name, split_in_name, walk
from .labels import BOM, Entry, Labels, Row, Source, plain, settle_classes
from .labels import redrawn as by_spans
from .table import find_picture, note_unlisted

__all__ = ["load", "numbers", "pixels", "redrawn", "removed", "write"]

BLANK = re.compile(r"[ \t\r\n]*")
PARTS = ("images", "annotations", "categories")


def load(root, *, origin=1):
    """Read every label below a folder; what is wrong with them stands in `faults`."""
    labels = Labels("coco", root, origin)
    files = walk(root)
    categories, jsons = {}, [file for file in files if file.suffix.lower() == ".json"]
    if any(file.name.startswith("instances_") for file in jsons):  # of the same pictures
        jsons = [file for file in jsons if not file.name.startswith(("captions_", "person_key"))]
    for file in jsons:
        source = Source(file)
        if source.trouble:
            labels.source(file)
        elif b'"images"' in source.raw and b'"annotations"' in source.raw:
            _read(labels, file, categories)
    labels.category_ids = tuple(sorted(categories))
    labels.classes = tuple(categories[number] for number in labels.category_ids)
    labels.classes_file = "categories"
    note_unlisted(labels, files)
    settle_classes(labels)
    return labels


def elements(text):
    """Return what a JSON object holds, and for each list where its elements stand.

    >>> elements('{"images": [{"id": 7}], "year": 2017}')
    {'images': [({'id': 7}, 12, 21)], 'year': 2017}
    """
    decode, found = json.JSONDecoder().raw_decode, {}
    at = _expect(text, int(text.startswith(BOM)), "{")
    while text[at] != "}":
        key, at = decode(text, at)
        at = _expect(text, at, ":")
        if text[at] == "[":
            found[key], at = _list(text, at, decode)
        else:
            found[key], at = decode(text, at)
        at = BLANK.match(text, at).end()
        if text[at : at + 1] != "}":
            at = _expect(text, at, ",")
    return found


def _list(text, at, decode):
    items, at = [], _expect(text, at, "[")
    while text[at] != "]":
        value, end = decode(text, at)
        items.append((value, at, end))
        at = BLANK.match(text, end).end()
        if text[at : at + 1] != "]":
            at = _expect(text, at, ",")
    return items, at + 1


def _expect(text, at, mark):
    """Return the place of what follows a mark."""
    at = BLANK.match(text, at).end()
    end = BLANK.match(text, at + 1).end()
    if text[at : at + 1] != mark or end >= len(text):
        at = end if text[at : at + 1] == mark else at
        raise json.JSONDecodeError(f"{mark!r} and more were expected", text, at)
    return end


def _read(labels, file, categories):
    source = labels.source(file)
    try:
        content = elements(source.text)
    except (ValueError, RecursionError, IndexError) as error:
        line = getattr(error, "lineno", None)
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        return labels.found("bad-file", file, line, why=getattr(error, "msg", why))
    parts = {}
    for part in PARTS:
        parts[part] = content.get(part)
        if not isinstance(parts[part], list):
            return labels.found("bad-file", file, 1, why=f'"{part}" must be a list')
        for item, start, _ in parts[part]:
            if not isinstance(item, dict) or not _whole(item.get("id", 0)):
                line = source.line(start)
                why = f'an element of "{part}" must be an object with a whole number as "id"'
                return labels.found("bad-file", file, line, why=why)
    names = {}
    for item, start, _ in parts["categories"]:
        number, name = item.get("id"), item.get("name")
        if not isinstance(name, str) or number is None or categories.get(number, name) != name:
            why = f"category {number!r} needs a name, and one only"
            labels.found("bad-file", file, source.line(start), why=why)
        else:
            categories[number] = names[number] = name
    entries = _images(labels, file, parts["images"])
    _annotations(labels, file, parts["annotations"], entries, names)
    labels.entries += [entry for entry in entries.values() if entry is not None]


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _images(labels, file, items):
    """Return the entries by image id; None where the picture is not there."""
    source, entries = labels.sources[file], {}
    split = split_in_name(file.stem) or split_and_name(file, labels.root)[0]
    part = file.stem.rpartition("_")[2]  # train2017, default
    more = [labels.root / part, labels.root / "images" / part]
    for item, start, end in items:
        line, told, number = source.line(start), item.get("file_name"), item.get("id")
        if not isinstance(told, str) or number is None:
            why = 'an image needs "id" and "file_name"'
            labels.found("bad-file", file, line, why=why)
            continue
        if number in entries:
            labels.found("listed-twice", file, line, picture=f"image {number}", where=file.name)
            continue
        told = told.replace("\\", "/")
        picture = find_picture(labels.root, file.parent, split, told, more=more)
        entries[number] = None
        if picture is None:
            labels.found("missing-picture", file, line, picture=told)
            continue
        passing = ("images", "JPEGImages", more[0].name)
        by_folder, name = split_and_name(picture, labels.root, passing=passing)
        entry = Entry(picture, name, split or by_folder, file, line, id=number)
        sides = [item.get(side) for side in ("height", "width")]
        if all(_whole(side) for side in sides):
            entry.size = tuple(sides)
            entry.size_spans = tuple(_span(source.text, start, end, s) for s in ("height", "width"))
        entries[number] = entry
    return entries


def _span(text, start, end, key, inside=r"-?[0-9.eE+-]+"):
    """Return where the value of a key stands in the element from `start` to `end`."""
    pattern = re.compile(rf'"{key}"\s*:\s*({inside})')
    found = [match.span(1) for match in pattern.finditer(text, start, end)]
    if len(found) > 1:  # the word stands in what is nested, too
        found = [places for name, *places in _members(text, start) if name == key]
    return tuple(found[-1]) if found else (start, start)


def _members(text, at):
    """Yield (key, start, end) of every value of the object that begins at a place."""
    decode = json.JSONDecoder().raw_decode
    at = _expect(text, at, "{")
    while text[at] != "}":
        key, at = decode(text, at)
        start = _expect(text, at, ":")
        at = decode(text, start)[1]
        yield key, start, at
        at = BLANK.match(text, at).end()
        if text[at] != "}":
            at = _expect(text, at, ",")


def _annotations(labels, file, items, entries, names):
    source, seen = labels.sources[file], {}
    for place, (item, start, end) in enumerate(items):
        line, image = source.line(start), item.get("image_id")
        number = item.get("id")
        if number in seen and number is not None:
            told = f"annotation {number}"
            labels.found("listed-twice", file, line, picture=told, where=f"line {seen[number]}")
        seen.setdefault(number, line)
        if not isinstance(image, int) or image not in entries:
            of = f"whose id is {image!r:.40}, as image_id says"
            labels.found("label-without-picture", file, line, of=of)
            continue
        if entries[image] is None:
            continue
        category = item.get("category_id")
        name = names.get(category) if isinstance(category, int) else None
        row = Row(name or f"category {category!r:.20}", (), line, (start, end), id=number)
        row.raw = place, items
        row.crowd, row.difficult = item.get("iscrowd") == 1, item.get("ignore") == 1
        _box(labels, file, row, item.get("bbox"))
        row.area = _area(labels, file, row, item.get("area"))
        entries[image].rows.append(row)


def _area(labels, file, row, area):
    """Return an area, which of a box turned inside out may be negative, and is told by the box."""
    if area is None:
        return None
    if _number(area) and (area >= 0 or min(row.values[2:], default=0) < 0):
        return float(area)
    why = f'"area" must be a number from 0 on. Received: {area!r:.40}'
    labels.found("bad-file", file, row.line, why=why)
    return None


def _number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _box(labels, file, row, box):
    if not isinstance(box, list) or len(box) != 4:
        row.fault, n = "field-count", len(box) if isinstance(box, list) else 0
        labels.found("field-count", file, row.line, wanted='"bbox": [x, y, width, height]', n=n)
        return
    for value in box:
        if not _number(value):
            finite = not isinstance(value, float | int) or isinstance(value, bool)
            row.fault = "not-a-number" if finite else "not-finite"
            labels.found(row.fault, file, row.line, value=f"{value!s:.40}")
            return
    row.values = tuple(map(float, box))
    text = labels.sources[file].text
    start, end = _span(text, *row.span, "bbox", r"\[[^\]]*\]")
    marks = [m.span() for m in re.compile(r"[^\s,\[\]]+").finditer(text, start, end)]
    row.spans = tuple(marks)


def pixels(values, size, origin):
    """Return the four numbers as a box xyxy."""
    x, y, width, height = values
    return x, y, _sum(x, width), _sum(y, height)


def numbers(box, size, origin):
    """Return a box xyxy as the four numbers of this form."""
    x1, y1, x2, y2 = map(float, box)
    return x1, y1, _sum(x2, -x1), _sum(y2, -y1)


def _sum(a, b):
    """Add in decimals, so that 0.1 + 0.2 is 0.3, and x + (x2 - x) is x2 again."""
    total = a + b
    if total.is_integer():
        return total
    return float(Decimal(repr(a)) + Decimal(repr(b)))


def redrawn(source, row, values):
    """Return the edits, (start, end, text), that give a row other numbers, and its area."""
    edits = by_spans(source, row, values)
    if row.area is not None and abs(row.area - row.values[2] * row.values[3]) < 0.5:
        span = _span(source.text, *row.span, "area")
        edits.append((*span, plain(values[2] * values[3])))
    return edits


def removed(source, rows):
    """Return the edits that take elements out of their list, each with one comma."""
    edits, gone = [], {row.raw[0] for row in rows}
    for row in rows:
        place, items = row.raw
        (_, start, end), last = items[place], len(items) - 1
        if any(k not in gone for k in range(place)):
            edits.append((items[place - 1][2], end, ""))
        else:
            edits.append((start, end if place == last else items[place + 1][1], ""))
    return edits


def ids(pictures):
    """Return the numbers of pictures and of classes in COCO: their own, or 1, 2, 3, ..."""
    own = [item.id for item in pictures]
    if None in own or len({(i.split, i.id) for i in pictures}) < len(own):
        own = list(range(1, len(own) + 1))
    return own, pictures.category_ids or tuple(range(1, len(pictures.classes) + 1))


def write(pictures, root, put, *, origin=1):
    """Write a set below an empty folder; `put(item, path)` brings each picture."""
    numbers_of, categories = ids(pictures)
    parts = {split: {part: [] for part in PARTS} for split in pictures.splits or ("",)}
    count = 0
    own = all(item.box_ids is not None for item in pictures)
    for item, number in zip(pictures, numbers_of, strict=True):
        put(item, root / "images" / item.split / item.name)
        height, width = item.size
        image = {"id": number, "file_name": item.name, "width": width, "height": height}
        parts[item.split]["images"].append(image)
        for k in range(len(item.truth)):
            count += 1
            told = _annotation(item, k, item.box_ids[k] if own else count, number, categories)
            parts[item.split]["annotations"].append(told)
    for split, content in parts.items():
        told = zip(categories, pictures.classes, strict=True)
        content["categories"] = [{"id": number, "name": name} for number, name in told]
        file = root / "annotations" / f"instances{'_' * bool(split)}{split}.json"
        file.parent.mkdir(exist_ok=True)
        lines = (_array(part, content[part]) for part in PARTS)
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8", newline="\n")


def _array(part, items):
    """Write a list with one element on a line, so that a line number says which."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    return f'"{part}": [\n{lines}\n]'


def _annotation(item, k, number, image, categories):
    truth = item.truth
    box = [int(v) if v.is_integer() else v for v in numbers(truth.boxes[k], item.size, 1)]
    told = {"id": number, "image_id": image, "category_id": categories[truth.labels[k]]}
    told |= {"bbox": box, "area": box[2] * box[3], "iscrowd": int(truth.crowd[k])}
    if truth.areas is not None:
        told["area"] = float(truth.areas[k])
    if truth.difficult[k]:
        told["ignore"] = 1
    return told | {"segmentation": []}
