"""Every fault of a folder of labelled pictures, with file and line."""

from __future__ import annotations

from collections import Counter

from .clips.check import check_clips
from .clips.folders import holds_clips
from .duplicates import find_duplicates
from .faults import SEVERITY, Report, fault
from .files import natural_key
from .forms import as_folder, load, module
from .judge import judge
from .looks import header
from .scan import scan
from .types import DatasetError

RARE = 10  # how many times as many boxes the commonest class has


def check(folder, *, form=None, origin=1, pictures=True, progress=False):
    """Look for every fault of a folder of labelled pictures, or of clips; change nothing.

    Parameters
    ----------
    folder : str or Path
        The top folder, in which the splits stand.
    form : {"txt", "voc", "csv", "coco", "yolo", "clips"}, optional
        The form of the labels. Default: found out. "clips": a folder of clips, as `check_clips`
        has it; one of video files is recognised without.
    origin : {1, 0}, default 1
        The number of the first pixel in VOC and its CSV, as for `read`.
    pictures : bool, default True
        Decode every picture, to find those that are cut off, and duplicates. Without, only
        headers are read, which is about ten times as fast.
    progress : bool, default False
        Show a progress bar on the error stream.

    Returns
    -------
    Report
        Of clips a `ClipReport`. ``print(report)`` shows it; ``report.ok`` is False where there is
        an error.

    Raises
    ------
    DatasetError
        If `form` is not known. A folder that is not there is a fault.

    Notes
    -----
    An error is what `read` refuses, and the same picture in two splits. A warning is worth a look,
    a note is a fact. See `vidlearn.datasets.duplicates` for what counts as nearly the same.

    Examples
    --------
    >>> import tempfile; from pathlib import Path; from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (64, 48)).save(folder / "a.png")
    >>> _ = (folder / "a.txt").write_text("cat 3 4 10 20\\ncat 30 4 20 20\\n")
    >>> for fault in check(folder).faults:
    ...     print(fault)
    a.txt:2: cat 30 4 20 20 ends before it begins

    Lesson 11 teaches it.
    """
    if form == "clips" or (form is None and holds_clips(folder)):
        return check_clips(folder, decode=pictures, progress=progress)
    if form is not None:
        module(form)
    try:
        labels = load(folder, form, origin)
    except DatasetError as error:
        return Report(folder, faults=[fault("folder", ".", why=str(error))])
    headers = {entry.picture: header(entry.picture) for entry in labels.entries}
    judge(labels, headers)
    if pictures:
        _look(labels, headers, progress)
    counts = _imbalance(labels)
    return Report(
        as_folder(folder),
        labels.form,
        len(headers),
        sum(counts.values()),
        counts,
        sorted(set(labels.faults), key=_order),
    )


def _order(one):
    return list(SEVERITY).index(one.kind), natural_key(one.file), one.line or 0, one.text


def _look(labels, headers, progress):
    looks = scan([p for p, told in headers.items() if not told.trouble], progress=progress)
    for path, seen in looks.items():
        if seen.trouble:
            labels.found("truncated-picture", path, why=seen.trouble)
    find_duplicates(labels, headers, looks)


def _imbalance(labels):
    """Return the boxes of each class; note the classes that have few."""
    found = Counter(r.name for e in labels.entries for r in e.rows if r.fault is None)
    counts = {name: found[name] for name in labels.classes}
    most = max(counts, key=counts.get, default=None)
    for name, n in counts.items():
        if not n:
            labels.found("unused-class", labels.root, name=name)
        elif counts[most] >= RARE * n:
            details = {"boxes": sum(counts.values()), "most": most, "times": counts[most] / n}
            labels.found("class-imbalance", labels.root, name=name, n=n, **details)
    return counts
