"""The files of a data set: found, paired, named."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vidlearn.video.folder import STILLS, natural_key

SPLITS = {"train": "train", "training": "train", "val": "val", "valid": "val"}
SPLITS |= {"validation": "val", "test": "test", "testing": "test", "trainval": "trainval"}
PROSE = re.compile(r"(readme|licen[cs]e|source|notice|changelog|requirements|copying)", re.I)
CLASS_FILES = ("classes.txt", "predefined_classes.txt", "obj.names", "labels.names")


def walk(root):
    """Return every file below a folder in natural order; hidden ones are passed over.

    Linked folders are followed, each folder once.
    """
    found, seen = [], set()
    for folder, folders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders[:] = []
            continue
        seen.add(real)
        folders[:] = sorted((name for name in folders if name[0] != "."), key=natural_key)
        names = sorted((name for name in files if name[0] != "."), key=natural_key)
        found += [Path(folder) / name for name in names if _can_be_read(f"{folder}/{name}")]
    return found


def _can_be_read(path):
    """Whether it is a file, or a link to nothing, which is told; a pipe would never end."""
    return os.path.isfile(path) or not os.path.exists(path)


def is_picture(path):
    """Whether a file is a picture by its ending, in capitals too."""
    return path.suffix.lower() in STILLS


def lists_classes(path):
    """Whether a file lists classes by its name."""
    return path.name.lower() in CLASS_FILES


def is_prose(path):
    """Whether a .txt file is not a label file by its name, if no picture has that name."""
    return lists_classes(path) or PROSE.match(path.name) is not None


def by_stem(pictures):
    """Return the pictures by their path without ending."""
    found = {}
    for path in pictures:
        found.setdefault(path.with_suffix(""), []).append(path)
    return found


def split_and_name(path, root, *, passing=()):
    """Return a picture's split, told by a folder, and its name within the split.

    >>> split_and_name(Path("data/images/train/night/1.jpg"), Path("data"), passing=("images",))
    ('train', 'night/1.jpg')
    """
    parts = list(Path(path).relative_to(root).parts)
    split = ""
    while len(parts) > 1:
        if parts[0] in passing:
            passing = tuple(name for name in passing if name != parts[0])
        elif not split and parts[0].lower() in SPLITS:
            split = SPLITS[parts[0].lower()]
        else:
            break
        parts.pop(0)
    return split, "/".join(parts)


def split_in_name(stem):
    """Return the split that a file's name tells, or "".

    >>> split_in_name("instances_train2017"), split_in_name("labels"), split_in_name("valid")
    ('train', '', 'val')
    """
    for word in re.findall("[a-z]+", stem.lower()):
        if word in SPLITS:
            return SPLITS[word]
    return ""


def read_classes(labels):
    """Take the classes from the file that lists them, one on a line, where there is one."""
    for name in CLASS_FILES:
        path = labels.root / name
        if path.is_file():
            lines = [line.strip() for *_, line in labels.source(path).lines()]
            while lines and not lines[-1]:
                lines.pop()
            labels.classes, labels.classes_file = tuple(lines), name
            for number, line in enumerate(lines, 1):
                if not line or line in lines[: number - 1]:
                    labels.found("bad-file", path, number, why=f"class {line!r} a second time")
            return
