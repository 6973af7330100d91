"""What a data set is once it has been read, whatever form it was stored in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vidlearn.boxes import Truth
from vidlearn.video.folder import load


class DatasetError(ValueError):
    """Labels or pictures cannot be used. The message says which file, which line, and why."""


class DatasetWarning(UserWarning):
    """Something was left out, and the message says what."""


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """A picture and the boxes in it.

    Attributes
    ----------
    path : Path
        The file of the picture.
    size : tuple of int
        (height, width) in pixels, as `frame` gives it.
    truth : Truth
        Boxes xyxy in pixels, labels as numbers into the set's `classes`.
    split : str
        "train", "val", "test", or "" where the set is not split.
    name : str
        The picture's path within its split, such as ``"night/0001.jpg"``; default: its file name.
    truncated : ndarray or None
        (N,) bool, of VOC: the object goes on outside the box. None: not said.
    id : int or None
        The picture's number in COCO. None: not said.
    box_ids : tuple of int or None
        The boxes' numbers in COCO, N of them. None: not said.

    Examples
    --------
    >>> item = LabelledPicture(Path("train/cat.jpg"), (480, 640), Truth([[10, 20, 30, 60]]))
    >>> item
    LabelledPicture cat.jpg, 640 x 480, 1 box

    Lesson 11 teaches it.
    """

    path: Path
    size: tuple[int, int]
    truth: Truth
    split: str = ""
    name: str = ""
    truncated: np.ndarray | None = None
    id: int | None = None
    box_ids: tuple[int, ...] | None = None

    def __post_init__(self):
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "size", tuple(int(side) for side in self.size))
        object.__setattr__(self, "name", self.name or self.path.name)
        if self.truncated is not None:
            truncated = np.asarray(self.truncated, bool)
            if truncated.shape != (len(self.truth),):
                raise ValueError(
                    f"truncated must have shape ({len(self.truth)},), one for each box. "
                    f"Received shape {truncated.shape}"
                )
            object.__setattr__(self, "truncated", truncated)

    def frame(self):
        """Return the picture, (H, W, 3) uint8 RGB, turned as its EXIF data say.

        Raises
        ------
        DatasetError
            If the file is gone or damaged.
        """
        try:
            return load(self.path, None, "rgb")
        except (OSError, ValueError) as error:
            raise DatasetError(f"{self.path} cannot be read: {error}. Copy it again.") from error

    def __repr__(self):
        height, width = self.size
        name = f"{self.split}/{self.name}".lstrip("/")
        boxes = f"{len(self.truth)} box{'es' * (len(self.truth) != 1)}"
        return f"LabelledPicture {name}, {width} x {height}, {boxes}"


@dataclass(frozen=True, eq=False)
class DetectionSet(Sequence):
    """Pictures with boxes, and the names of their classes.

    ``set[3]`` is an item; a slice, a mask or an array of numbers gives a smaller set.

    Attributes
    ----------
    classes : tuple of str
        Label k is called ``classes[k]``.
    items : tuple of LabelledPicture
        In natural order, 2.jpg before 10.jpg; from CSV and COCO in the order of their files.
    category_ids : tuple of int or None
        The classes' numbers in COCO, which need not be contiguous. None: 1, 2, 3, ...
    form : str
        What the set was read from: "txt", "voc", "csv", "coco", "yolo", or "".

    Examples
    --------
    >>> item = LabelledPicture(Path("a.jpg"), (48, 64), Truth([[1, 2, 3, 6]]), "train")
    >>> pictures = DetectionSet(("cat",), (item,))
    >>> pictures
    DetectionSet of 1 picture (train 1), 1 box: cat 1
    >>> pictures.split("val")
    DetectionSet of 0 pictures, 0 boxes: cat 0

    Lesson 11 teaches it.
    """

    classes: tuple[str, ...]
    items: tuple[LabelledPicture, ...]
    category_ids: tuple[int, ...] | None = None
    form: str = ""

    def __post_init__(self):
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "items", tuple(self.items))
        for item in self.items:
            labels = item.truth.labels
            if len(labels) and not 0 <= labels.min() <= labels.max() < len(self.classes):
                raise ValueError(
                    f"labels must be 0 to {len(self.classes) - 1}, one for each class. "
                    f"Received: {labels.min()} to {labels.max()} in {item.path}"
                )

    def __len__(self):
        return len(self.items)

    def __getitem__(self, chosen):
        if isinstance(chosen, int | np.integer):
            return self.items[chosen]
        numbers = np.atleast_1d(np.arange(len(self))[chosen])
        return replace(self, items=tuple(self.items[k] for k in numbers))

    def split(self, name):
        """Return the pictures of one split, such as "train"."""
        return replace(self, items=tuple(item for item in self.items if item.split == name))

    @property
    def splits(self):
        """The names of the splits, in the order of the pictures."""
        return tuple(dict.fromkeys(item.split for item in self.items))

    def counts(self):
        """Return how many boxes each class has, a dictionary in the order of the classes."""
        numbers = Counter(int(k) for item in self.items for k in item.truth.labels)
        return {name: numbers[k] for k, name in enumerate(self.classes)}

    def __repr__(self):
        parts = Counter(item.split for item in self.items if item.split)
        parts = f" ({', '.join(f'{name} {n}' for name, n in parts.items())})" if parts else ""
        counts = self.counts()
        boxes = sum(counts.values())
        classes = ", ".join(f"{name} {n}" for name, n in counts.items()) or "no class"
        pictures = f"{len(self)} picture{'s' * (len(self) != 1)}"
        return f"DetectionSet of {pictures}{parts}, {boxes} box{'es' * (boxes != 1)}: {classes}"
