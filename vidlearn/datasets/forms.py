"""The five forms of labels: which one a folder holds, and reading it."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import numpy as np

from vidlearn.boxes import Truth

from .detect import detect, seen_forms
from .judge import judge
from .looks import header
from .types import DatasetError, DatasetWarning, DetectionSet, LabelledPicture

FORMS = {"txt": "txt", "voc": "voc", "csv": "table", "coco": "coco", "yolo": "yolo"}


def module(form):
    """Return the module that reads and writes a form."""
    if form not in FORMS:
        raise DatasetError(f"form must be one of {', '.join(FORMS)}. Received: {form!r}")
    return importlib.import_module(f".{FORMS[form]}", __package__)


def pixels(labels, values, size):
    """Return the four numbers of a row as a box xyxy in pixels of a picture of that size."""
    return module(labels.form).pixels(values, size, labels.origin)


def numbers(labels, box, size):
    """Return a box xyxy in pixels as the four numbers of the labels' form."""
    return module(labels.form).numbers(box, size, labels.origin)


def load(folder, form=None, origin=1):
    """Return the labels of a folder as they stand in its files, with their faults."""
    root = as_folder(folder)
    if origin not in (0, 1):
        raise DatasetError(f"origin must be 0 or 1, the first pixel's number. Received: {origin!r}")
    root, form = detect(root, form, tuple(FORMS))
    labels = module(form).load(root, origin=origin)
    told = any(one.severity == "error" for one in labels.faults)
    if not (labels.entries or told):
        why = f"it holds no labels of the form {form}. Is it the right folder, and the form?"
        labels.found("folder", root, why=why)
    return labels


def as_folder(folder):
    """Return a folder that is there as an absolute Path."""
    root = Path(folder).expanduser().absolute()
    root = root.resolve() if ".." in root.parts else root  # labels are told from the root
    if not root.is_dir():
        what = "is a file" if root.exists() else "is not there"
        raise DatasetError(f"{root} {what}. Name the folder of a data set.")
    return root


def read(folder, *, form=None, origin=1, skip=False):
    """Read a folder of labelled pictures.

    Parameters
    ----------
    folder : str or Path
        The top folder, in which the splits stand.
    form : {"txt", "voc", "csv", "coco", "yolo"}, optional
        The form of the labels. Default: found out; refused where the folder holds several.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV: 1 by the rules of VOC, where
        ``x1 = xmin - 1`` and ``x2 = xmax``; 0 for programs that write edges as they are.
    skip : bool, default False
        Leave out boxes and pictures at fault, and warn once, rather than refuse the set.

    Returns
    -------
    DetectionSet
        Pictures without boxes are among its items. CSV and COCO must list them; in the other
        forms a picture without labels is one.

    Raises
    ------
    DatasetError
        If the folder is not there, its form cannot be told, or something in it is an error in the
        sense of `check`; the message names the first file and line, and how many follow.

    Examples
    --------
    >>> import tempfile; from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (64, 48)).save(folder / "a.png")
    >>> _ = (folder / "a.txt").write_text("red cell 3 4 10 20\\n")
    >>> pictures = read(folder)
    >>> pictures.classes, pictures[0].size, pictures[0].truth.boxes.tolist()
    (('red cell',), (48, 64), [[3.0, 4.0, 10.0, 20.0]])

    Lesson 11 teaches it.
    """
    labels = load(folder, form, origin)
    headers = {entry.picture: header(entry.picture) for entry in labels.entries}
    judge(labels, headers)
    errors = [fault for fault in labels.faults if fault.severity == "error"]
    if errors and not skip:
        raise DatasetError(_refusal(labels, errors, form))
    if errors:
        more = f" and {len(errors) - 1} more" if errors[1:] else ""
        warnings.warn(f"Left out: {errors[0]}{more}", DatasetWarning, stacklevel=2)
    numbers = {name: k for k, name in enumerate(labels.classes)}
    items = [
        _item(labels, entry, headers[entry.picture].size, numbers)
        for entry in labels.entries
        if not headers[entry.picture].trouble
    ]
    return DetectionSet(labels.classes, items, labels.category_ids, labels.form)


def _refusal(labels, errors, form):
    more = f" ({len(errors) - 1} more of such)" if errors[1:] else ""
    told = f"{labels.root}: {errors[0]}{more}"
    told += "" if told[-1] in ".?!" else "."
    seen = seen_forms(labels.root) if form else {}
    if seen and form not in seen:
        return f"{told} The labels look like {' or '.join(seen)}, not like {form}: leave form out."
    return (
        f"{told} `vidlearn data check` lists all and can repair them; skip=True (--skip) leaves "
        "them out."
    )


def _item(labels, entry, size, numbers):
    rows = [row for row in entry.rows if row.fault is None]
    truth = Truth(
        np.array([pixels(labels, row.values, size) for row in rows], np.float64).reshape(-1, 4),
        [numbers[row.name] for row in rows],
        [row.difficult for row in rows],
        [row.crowd for row in rows],
        None if any(row.area is None for row in rows) else [row.area for row in rows],
    )
    return LabelledPicture(
        entry.picture,
        size,
        truth,
        entry.split,
        entry.name,
        [row.truncated for row in rows] if labels.form == "voc" else None,
        entry.id,
        None if any(row.id is None for row in rows) else tuple(row.id for row in rows),
    )
