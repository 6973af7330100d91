"""The form of YOLO: ``class cx cy w h`` a line, fractions of the picture's width and height.

``data.yaml`` names the classes (``names``: a list, or numbers with names) and the pictures of each
split (``train``, ``val``, ``test``: a folder, several, or a .txt that lists files). Without it,
``classes.txt`` names them. The labels of ``images/train/1.jpg`` stand in ``labels/train/1.txt``,
or beside the picture. Polygons and rotated boxes are refused.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from .files import SPLITS, is_picture, read_classes, walk
from .labels import (
    Labels,
    Row,
    number_in,
    number_of_class,
    plain,
    redrawn,
    removed,
    settle_classes,
)
from .txt import FIELDS, pair

__all__ = ["load", "numbers", "pixels", "redrawn", "removed", "write"]


def load(root, *, origin=1):
    """Read every label below a folder; what is wrong with them stands in `faults`."""
    labels = Labels("yolo", root, origin)
    read_classes(labels)
    files = walk(root)
    lists = set()
    splits = _yaml(labels, files, lists)
    lists |= {f for f in files if f.stem.lower() in SPLITS and f.parent == root}  # of Darknet
    texts = [f for f in files if f.suffix.lower() == ".txt" and f not in lists]
    pictures = [f for f in files if is_picture(f)]
    pair(labels, pictures, texts, partner=partner, passing=("images",))
    for entry in labels.entries:
        told = next((s for where, s in splits if entry.picture.is_relative_to(where)), None)
        entry.split = told or entry.split
        entry.name = entry.name.removeprefix("images/")
        if entry.file is not None:
            entry.rows = _rows(labels, entry.file)
    if labels.classes is None:
        names = {row.name for entry in labels.entries for row in entry.rows}
        numbers = [k for k in map(number_of_class, names) if k is not None]
        labels.classes = tuple(str(k) for k in range(min(max(numbers, default=-1), 9999) + 1))
    settle_classes(labels)
    return labels


def partner(picture):
    """Return the picture's path with the last folder "images" turned into "labels".

    >>> partner(Path("a/images/train/1.jpg")).as_posix()
    'a/labels/train/1.jpg'
    """
    parts = list(picture.parts)
    for k in range(len(parts) - 2, -1, -1):
        if parts[k] == "images":
            parts[k] = "labels"
            break
    return Path(*parts)


def _yaml(labels, files, lists):
    """Take classes and splits from data.yaml; return (folder or file, split) pairs."""
    import yaml

    found = []
    for file in files:
        if file.suffix.lower() not in (".yaml", ".yml"):
            continue
        source = labels.source(file)
        if not re.search(r"^\ufeff?names\s*:", source.text, re.M):
            continue
        try:  # every scalar stays text: a class may be called no
            top = yaml.compose(source.text, Loader=yaml.BaseLoader)
            content = {key.value: node for key, node in top.value}
        except (yaml.YAMLError, ValueError, AttributeError, TypeError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            why = getattr(error, "problem", None) or getattr(error, "reason", None)
            why = "nested too deep" if isinstance(error, RecursionError) else why
            why = why or "it must hold names: and train:"
            labels.found("bad-file", file, mark.line + 1 if mark else 1, why=why)
            continue
        if "names" not in content:  # the word stood in a text
            continue
        _names(labels, file, content)
        base = file.parent
        if "path" in content and isinstance(content["path"].value, str):
            told = Path(content["path"].value)
            base = next((p for p in (base / told, base / told.name) if os.path.isdir(p)), base)
        for key, node in content.items():
            if key in SPLITS:
                found += _places(labels, file, base, SPLITS[key], node, lists)
    return found


def _names(labels, file, content):
    """Take the names of the classes, a list or numbers with names."""
    node = content["names"]
    if isinstance(node.value, list) and node.value and isinstance(node.value[0], tuple):
        pairs = [(key.value, value) for key, value in node.value]
    else:
        pairs = [(str(k), v) for k, v in enumerate(node.value if _is_list(node) else ())]
    names = [value.value for _, value in pairs]
    line = node.start_mark.line + 1
    if not all(isinstance(name, str) for name in names) or not names:
        return labels.found("bad-file", file, line, why="names must be a list of texts")
    if [key for key, _ in pairs] != [str(k) for k in range(len(pairs))]:
        why = "the numbers of the names must be 0, 1, 2, ... in order"
        return labels.found("bad-file", file, line, why=why)
    if len(set(names)) < len(names):
        return labels.found("bad-file", file, line, why="two classes have one name")
    if "nc" in content and content["nc"].value != str(len(names)):
        line = content["nc"].start_mark.line + 1
        said = content["nc"].value if isinstance(content["nc"].value, str) else "no number"
        why = f"nc says {said:.20}, and there are {len(names)} names"
        labels.found("bad-file", file, line, why=why)
    if labels.classes not in (None, tuple(names)):
        why = f"it names other classes than {labels.classes_file}"
        labels.found("bad-file", file, line, why=why)
    labels.classes, labels.classes_file = tuple(names), labels.relative(file)
    return None


def _is_list(node):
    return isinstance(node.value, list)


def _places(labels, file, base, split, node, lists):
    """Return (place, split) of every folder or picture that a split names."""
    import yaml

    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found = []
    for one in nodes:
        told = one.value if isinstance(one.value, str) else ""
        if not told:
            continue
        # Roboflow writes ../train/images and means train/images.
        places = [base / told, file.parent / told, file.parent / told.removeprefix("../")]
        place = next((Path(os.path.normpath(p)) for p in places if os.path.exists(p)), None)
        if place is None:
            line = one.start_mark.line + 1
            if split != "test":
                labels.found("missing-picture", file, line, picture=told)
        elif place.suffix == ".txt":
            lists.add(place)
            found += _listed(labels, place, split)
        elif place != base / "images":  # all pictures: no split
            found.append((place, split))
    return found


def _listed(labels, file, split):
    found = []
    for number, _, _, line in labels.source(file).lines():
        if not line.strip():
            continue
        places = [file.parent / line.strip(), labels.root / line.strip()]
        place = next((Path(os.path.normpath(p)) for p in places if os.path.isfile(p)), None)
        if place is None:
            labels.found("missing-picture", file, number, picture=line.strip())
        else:
            found.append((place, split))
    return found


def _rows(labels, path):
    rows = []
    source = labels.source(path)
    for number, start, end, line in source.lines():
        fields = list(FIELDS.finditer(line))
        if not fields:
            continue
        shift = start + source.text[start:end].index(line)
        spans = tuple((shift + f.start(), shift + f.end()) for f in fields[1:])
        row = Row(fields[0].group(), (), number, (start, end), spans)
        rows.append(row)
        if len(fields) > 6 and len(fields) % 2:
            row.fault = "polygon"
            labels.found("polygon", path, number, n=len(fields) - 1)
        elif len(fields) != 5:
            row.fault = "field-count"
            labels.found("field-count", path, number, wanted="class cx cy w h", n=len(fields))
        else:
            values = [number_in(f.group(), labels, path, number) for f in fields[1:]]
            if None in values:
                row.fault = "not-a-number"
            else:
                row.values = tuple(values)
    return rows


def pixels(values, size, origin):
    """Return the four numbers as a box xyxy in pixels, rounded to 1e-9: 177, not 176.99999."""
    (cx, cy, w, h), (height, width) = values, size
    sides = (cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height
    return tuple(round(side, 9) for side in sides)


def numbers(box, size, origin):
    """Return a box xyxy as the four numbers of this form."""
    (x1, y1, x2, y2), (height, width) = map(float, box), size
    return (
        (x1 + x2) / 2 / width,
        (y1 + y2) / 2 / height,
        (x2 - x1) / width,
        (y2 - y1) / height,
    )


def write(pictures, root, put, *, origin=1):
    """Write a set below an empty folder; `put(item, path)` brings each picture."""
    import yaml

    for item in pictures:
        path = put(item, root / "images" / item.split / item.name)
        file = (root / "labels" / path.relative_to(root / "images")).with_suffix(".txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = zip(item.truth.boxes, item.truth.labels, strict=True)
        lines = [f"{k} {' '.join(map(plain, numbers(box, item.size, 1)))}\n" for box, k in rows]
        file.write_text("".join(lines), "utf-8", newline="\n")
    content = {split or "train": f"images/{split}" for split in pictures.splits}
    content["names"] = dict(enumerate(pictures.classes))
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    (root / "data.yaml").write_text(text, "utf-8", newline="\n")
