"""Data sets written: whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path, PurePosixPath

from .files import SPLITS
from .forms import as_folder, module, read
from .types import DatasetError
from .whole import new_folder, refuse_taken


def write(pictures, folder, *, form, origin=1, link=False):
    """Write a set of labelled pictures, with copies of the pictures, in another form.

    Parameters
    ----------
    pictures : DetectionSet
        What to write.
    folder : str or Path
        A new folder, or an empty one. It appears when all is written, not before.
    form : {"txt", "voc", "csv", "coco", "yolo"}
        The form of the labels.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV, as for `read`.
    link : bool, default False
        Hard links to the pictures rather than copies; on one disk only.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DatasetError
        If the folder holds something, or the form cannot hold the set: two pictures of one name
        without ending, a class whose name ends in a space or holds a line break, a split other
        than train, val, test.

    Notes
    -----
    Every form keeps boxes, classes, splits and pictures without boxes. Numbers with up to 15
    digits come back the same, from YOLO's fractions those with up to 9 decimals. VOC's numbers
    are whole in its own sets; here they have decimals where the boxes have some. Only "voc" keeps
    `truncated`; "voc" and "coco" keep `difficult`; only "coco" keeps `crowd`, `areas` and numbers
    of pictures, boxes and classes.

    Examples
    --------
    >>> from vidlearn.boxes import Truth
    >>> from vidlearn.datasets import DetectionSet, LabelledPicture
    >>> import tempfile; from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (64, 48)).save(folder / "a.png")
    >>> item = LabelledPicture(folder / "a.png", (48, 64), Truth([[16, 12, 48, 36]]))
    >>> written = write(DetectionSet(("cat",), [item]), folder / "new", form="yolo")
    >>> (written / "labels" / "a.txt").read_text()
    '0 0.5 0.5 0.5 0.5\\n'

    Lesson 11 teaches it.
    """
    writer = module(form)
    if origin not in (0, 1):
        raise DatasetError(f"origin must be 0 or 1, the first pixel's number. Received: {origin!r}")
    _fits(pictures, form)
    with new_folder(folder) as fresh:
        writer.write(pictures, fresh, _bringer(link), origin=origin)
    return Path(folder).expanduser().absolute()


def convert(source, target, *, to, form=None, origin=1, link=False, skip=False):
    """Convert a folder of labelled pictures to another form, in a new folder.

    Parameters
    ----------
    source : str or Path
        The folder to read; it stays as it is.
    target : str or Path
        A new folder, or an empty one, outside of `source`.
    to : {"txt", "voc", "csv", "coco", "yolo"}
        The form to write.
    form : str, optional
        The form to read. Default: found out.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV, read and written.
    link : bool, default False
        Hard links to the pictures rather than copies.
    skip : bool, default False
        Leave out what is at fault, with a warning, rather than refuse the set.

    Returns
    -------
    DetectionSet
        What was written.

    Raises
    ------
    DatasetError
        If `read` or `write` refuses.

    Examples
    --------
    >>> import tempfile; from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "old").mkdir()
    >>> Image.new("RGB", (64, 48)).save(folder / "old" / "a.png")
    >>> _ = (folder / "old" / "a.txt").write_text("cat 16 12 48 36\\n")
    >>> convert(folder / "old", folder / "new", to="coco")
    DetectionSet of 1 picture, 1 box: cat 1
    >>> sorted(path.name for path in (folder / "new").iterdir())
    ['annotations', 'images']

    Lesson 11 teaches it.
    """
    module(to)
    root, new = as_folder(source), Path(target).expanduser().absolute()
    if new.resolve().is_relative_to(root.resolve()):
        raise DatasetError(f"{new} lies in {root}. Name a folder beside it.")
    refuse_taken(new)
    pictures = read(root, form=form, origin=origin, skip=skip)
    write(pictures, new, form=to, origin=origin, link=link)
    return pictures


def _bringer(link):
    """Return what brings a picture to its place."""

    def put(item, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # by another's split and name, or where A.jpg and a.jpg are one
            raise DatasetError(
                f"{item.path} would take the place of another picture, {path.name}. Rename one."
            )
        if link:
            try:
                os.link(os.path.realpath(item.path), path)
            except OSError as error:
                raise DatasetError(
                    f"{item.path} cannot be linked ({error.strerror}). Copy instead: link=False."
                ) from error
        else:
            shutil.copyfile(item.path, path)
        return path

    return put


def _fits(pictures, form):
    """Refuse what the form cannot hold."""
    for name in pictures.classes:
        if not name or name != name.strip() or not name.isprintable():
            raise DatasetError(
                "a class must have a name without blanks around it and without line breaks or "
                f"other signs that do not print; rename it in the labels. Received: {name!r}"
            )
    if len(set(pictures.classes)) < len(pictures.classes):
        raise DatasetError(f"classes must differ. Received: {pictures.classes}")
    for item in pictures:
        parts = PurePosixPath(item.name).parts
        if not item.name.isprintable() or {"..", "/", "\\"} & set(parts) or "\\" in item.name:
            raise DatasetError(
                "name must be a path within the set, of signs that print; rename the picture. "
                f"Received: {item.name!r}"
            )
        if item.split and item.split not in SPLITS.values():
            known = ", ".join(sorted(set(SPLITS.values())))
            raise DatasetError(f"split must be one of {known}, or ''. Received: {item.split!r}")
    whole = form in ("csv", "coco")  # the others name labels after pictures, without ending
    keys = [
        (item.split, item.name if whole else str(PurePosixPath(item.name).with_suffix("")))
        for item in pictures
    ]
    if len(set(keys)) < len(keys):
        twice = next(key for key, n in Counter(keys).items() if n > 1)
        paths = [item.path for item, key in zip(pictures, keys, strict=True) if key == twice]
        raise DatasetError(
            f"the form {form} cannot tell {paths[0]} from {paths[1]}: both are called "
            f"{twice[1]}. Rename one."
        )
