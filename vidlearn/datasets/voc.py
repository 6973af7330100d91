"""The form of PASCAL VOC: one XML file a picture.

``Annotations/1.xml`` tells of ``JPEGImages/1.jpg``; ``ImageSets/Main/train.txt`` lists the pictures
of a split. XML beside the picture, as labelImg leaves it, is read too, with folders as splits.
VOC counts pixels from 1 and names the last one inside: a box of the left upper pixel alone is
1, 1, 1, 1. So ``x1 = xmin - 1`` and ``x2 = xmax`` (`origin` 1). Programs that count from 0 and
name edges write 0, 0, 1, 1 (`origin` 0).

References
----------
Everingham et al., The PASCAL Visual Object Classes Challenge 2007, Development Kit, section 5:
"the top-left pixel in the image has coordinates (1,1)".
"""

from __future__ import annotations

import re
from decimal import Decimal
from xml.parsers import expat
from xml.sax.saxutils import escape

from .files import SPLITS, by_stem, is_picture, natural_key, read_classes, split_and_name, walk
from .labels import Entry, Labels, Row, number_in, plain, redrawn, settle_classes

__all__ = ["load", "numbers", "pixels", "redrawn", "removed", "write"]

SIDES = ("xmin", "ymin", "xmax", "ymax")
TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")  # a sign > may stand in an attribute


class Refused(Exception):
    """An XML file declares an entity."""


class Node:
    """An element: its text, its children, where it stands (bytes and line)."""

    def __init__(self, name, start, line):
        self.name, self.start, self.line = name, start, line
        self.children, self.text, self.inner, self.end = [], "", start, start

    def get(self, name):
        """Return the first child of a name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def words(self, name, default=""):
        """Return the text of the first child of a name."""
        child = self.get(name)
        return default if child is None else child.text.strip()


def parse(raw):
    """Parse XML into Nodes with lines; entities, which can blow a file up, are refused."""
    parser = expat.ParserCreate()
    top = Node("", 0, 1)
    stack = [top]

    def start(name, attributes):
        node = Node(name, parser.CurrentByteIndex, parser.CurrentLineNumber)
        # A child may not follow text that is meant to be a number: its place is where it starts.
        tag = TAG.match(raw, node.start)
        node.inner = tag.end() if tag else node.start
        stack[-1].children.append(node)
        stack.append(node)

    def end(name):
        node = stack.pop()
        node.close = parser.CurrentByteIndex
        node.end = raw.find(b">", node.close) + 1

    def words(text):
        stack[-1].text += text

    def refuse(*_):
        raise Refused(parser.CurrentLineNumber)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = words, refuse
    parser.Parse(raw, True)
    return top


def load(root, *, origin=1):
    """Read every label below a folder; what is wrong with them stands in `faults`."""
    labels = Labels("voc", root, origin)
    read_classes(labels)
    files = walk(root)
    annotations, pictures = _home(root)
    if annotations.is_dir():  # beside them stand masks, which are pictures too
        found = by_stem(f for f in files if is_picture(f) and f.is_relative_to(pictures))
    else:
        found = by_stem(f for f in files if is_picture(f))
    for file in files:
        if file.suffix.lower() == ".xml":
            _entry(labels, file, found)
    for same in found.values():
        _without_xml(labels, same)
    labels.entries.sort(key=lambda entry: natural_key(entry.picture.as_posix()))
    _splits(labels)
    settle_classes(labels)
    return labels


def _home(root):
    return root / "Annotations", root / "JPEGImages"


def _entry(labels, file, found):
    """Read one XML file; its picture is taken out of `found`."""
    source = labels.source(file)
    if source.utf16:  # places in it are counted in bytes of UTF-8
        return None
    try:
        top = parse(source.raw).get("annotation")
    except Refused as error:
        return labels.found("entity", file, error.args[0])
    except expat.ExpatError as error:
        return labels.found("bad-file", file, error.lineno, why=expat.ErrorString(error.code))
    if top is None:
        return labels.found("bad-file", file, 1, why="there is no <annotation>")
    picture = _picture(labels, file, top, found)
    if picture is None:
        return labels.found("label-without-picture", file, of="for this label file")
    passing = ("JPEGImages", "images")
    split, name = split_and_name(picture, labels.root, passing=passing)
    entry = Entry(picture, name, split, file, 1)
    _size(labels, entry, top)
    for node in top.children:
        if node.name == "object":
            entry.rows.append(_row(labels, file, source, node))
    labels.entries.append(entry)


def _picture(labels, file, top, found):
    annotations, pictures = _home(labels.root)
    told = top.words("filename")
    if file.is_relative_to(annotations):
        stem = pictures / file.relative_to(annotations).with_suffix("")
    else:
        stem = file.with_suffix("")
    told_stem = (stem.parent / told.replace("\\", "/").rsplit("/")[-1]).with_suffix("")
    for place in (stem, told_stem):
        if found.get(place):
            same = found.pop(place)
            if len(same) > 1:
                others = ", ".join(path.name for path in same[1:])
                labels.found("two-pictures", same[0], others=others)
            if told and told_stem.name not in (stem.name, told, "") and place == stem:
                node = top.get("filename")
                labels.found("other-name", file, node.line, told=told, picture=same[0].name)
            return same[0]
    return None


def _without_xml(labels, same):
    for path in same:
        split, name = split_and_name(path, labels.root, passing=("JPEGImages", "images"))
        labels.entries.append(Entry(path, name, split, None))
        labels.found("picture-without-label", path)


def _size(labels, entry, top):
    size = top.get("size")
    sides = [size.get(name) for name in ("height", "width")] if size else [None]
    if None in sides:
        return
    values = [number_in(side.text, labels, entry.file, side.line) for side in sides]
    if None not in values:
        entry.size = tuple(int(value) for value in values)
        entry.size_spans = tuple(_inside(labels.sources[entry.file], side) for side in sides)


def _inside(source, node):
    """Return the characters between an element's tags."""
    return _characters(source, node.inner), _characters(source, node.close)


def _characters(source, at):
    """Return the character at which a byte stands."""
    if len(source.text) == len(source.raw):
        return at
    return len(source.raw[:at].decode("utf-8", "surrogateescape"))


def _row(labels, file, source, node):
    span = _characters(source, node.start), _characters(source, node.end)
    row = Row(node.words("name"), (), node.line, span)
    row.difficult = node.words("difficult", "0") not in ("0", "")
    row.truncated = node.words("truncated", "0") not in ("0", "")
    box = node.get("bndbox")
    sides = [box.get(side) for side in SIDES] if box else [None]
    if None in sides or not row.name:
        row.fault = "field-count"
        wanted = "<name> and <bndbox> with " + ", ".join(SIDES)
        n = sum(side is not None for side in sides)
        labels.found("field-count", file, node.line, wanted=wanted, n=n)
        return row
    values = [number_in(side.text, labels, file, side.line) for side in sides]
    if None in values:
        row.fault = "not-a-number"
    else:
        row.values, row.line = tuple(values), box.line
        row.spans = tuple(_inside(source, side) for side in sides)
    return row


def _splits(labels):
    """Take the splits from ImageSets/Main."""
    folder = labels.root / "ImageSets" / "Main"
    pictures = _home(labels.root)[1]
    by_id = {}
    for entry in labels.entries:
        if entry.picture.is_relative_to(pictures):
            key = entry.picture.relative_to(pictures).with_suffix("").as_posix()
            by_id[key] = entry
    listed = {}
    lists = [p for p in sorted(folder.glob("*.txt")) if p.stem in SPLITS]
    names = {path.stem for path in lists}
    if "train" in names and "val" in names:
        lists = [path for path in lists if path.stem != "trainval"]
    for path in sorted(lists, key=lambda path: list(SPLITS).index(path.stem)):
        for number, _, _, line in labels.source(path).lines():
            key = line.strip()
            if not key:
                continue
            if key not in by_id:
                if not any(one.file == f"Annotations/{key}.xml" for one in labels.faults):
                    labels.found("missing-picture", path, number, picture=key)
            elif key in listed:
                labels.found("listed-twice", path, number, picture=key, where=listed[key])
            else:
                entry, listed[key] = by_id[key], f"{path.name}:{number}"
                entry.split = SPLITS[path.stem]
                entry.name = entry.name.removeprefix(f"{path.stem}/")


def pixels(values, size, origin):
    """Return the four numbers as a box xyxy: the first pixel's edge is one below its number."""
    return (*(shifted(value, -origin) for value in values[:2]), *values[2:])


def numbers(box, size, origin):
    """Return a box xyxy as the four numbers of this form."""
    return (*(shifted(value, origin) for value in box[:2]), *box[2:])


def shifted(value, by):
    """Add a whole number in decimals, so that what was short stays short, there and back.

    >>> shifted(shifted(0.1, 1), -1), 0.1 + 1 - 1
    (0.1, 0.10000000000000009)
    """
    value = float(value)
    return value + by if value.is_integer() else float(Decimal(repr(value)) + by)


def removed(source, rows):
    """Return the edits that take rows out, with the white space before each."""
    edits = []
    for row in rows:
        start, end = row.span
        edits.append((len(source.text[:start].rstrip()), end, ""))
    return edits


def write(pictures, root, put, *, origin=1):
    """Write a set below an empty folder; `put(item, path)` brings each picture."""
    annotations, home = _home(root)
    names = [item.name for item in pictures]
    apart = len({name.rsplit(".", 1)[0] for name in names}) < len(names)  # 1.jpg in two splits
    lists = {}
    for item in pictures:
        name = f"{item.split}/{item.name}" if apart and item.split else item.name
        path = put(item, home / name)
        stem = path.relative_to(home).with_suffix("")
        file = annotations / f"{stem}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_xml(item, path, pictures.classes, origin), "utf-8", newline="\n")
        lists.setdefault(item.split, []).append(f"{stem.as_posix()}\n")
    (root / "classes.txt").write_text("".join(f"{name}\n" for name in pictures.classes), "utf-8")
    for split, lines in lists.items():
        if split:
            file = root / "ImageSets" / "Main" / f"{split}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(lines), "utf-8", newline="\n")


def _xml(item, path, classes, origin):
    height, width = item.size
    lines = [
        "<annotation>",
        "\t<folder>JPEGImages</folder>",
        f"\t<filename>{escape(path.name)}</filename>",
        f"\t<size><width>{width}</width><height>{height}</height><depth>3</depth></size>",
        "\t<segmented>0</segmented>",
    ]
    truth = item.truth
    for k, box in enumerate(truth.boxes):
        sides = zip(SIDES, numbers(box, item.size, origin), strict=True)
        cut = int(item.truncated[k]) if item.truncated is not None else 0
        lines += [
            "\t<object>",
            f"\t\t<name>{escape(classes[truth.labels[k]])}</name>",
            "\t\t<pose>Unspecified</pose>",
            f"\t\t<truncated>{cut}</truncated>",
            f"\t\t<difficult>{int(truth.difficult[k])}</difficult>",
            "\t\t<bndbox>",
            *(f"\t\t\t<{side}>{plain(value)}</{side}>" for side, value in sides),
            "\t\t</bndbox>",
            "\t</object>",
        ]
    return "\n".join([*lines, "</annotation>", ""])
