"""What a folder of clips is once it has been read: clips, classes, and what they were cut from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..types import DatasetError


@dataclass(frozen=True)
class ClipItem:
    """A clip: a film, or a stretch of one, in which one thing happens.

    Attributes
    ----------
    path : Path
        A video file, or a folder of pictures.
    label : int
        The number of its class, from 0.
    source : str
        What it was cut from. Clips of one film, one person or one place share it: a network that
        was trained on some of them knows the others half, so all of them stand in one split.
        Default: the file's name without its ending.
    split : str
        "train", "val", "test", or "" where the set is not split.
    start : int
        The first frame.
    stop : int or None
        The frame behind the last one. None: to the end of the file.

    Raises
    ------
    ValueError
        If the label is negative, or stop does not lie behind start.

    Examples
    --------
    >>> ClipItem("jogging/person01_jogging_d1.avi", 2, "person01", "val", start=10, stop=55)
    ClipItem person01_jogging_d1.avi, frames 10 to 54, class 2, source person01, val

    Lesson 17 teaches it.
    """

    path: Path
    label: int
    source: str = ""
    split: str = ""
    start: int = 0
    stop: int | None = None

    def __post_init__(self):
        object.__setattr__(self, "path", Path(self.path))
        object.__setattr__(self, "label", int(self.label))
        object.__setattr__(self, "source", self.source or self.path.stem)
        if self.label < 0:
            raise ValueError(f"label must be 0 or more. Received: {self.label} for {self.path}")
        if self.start < 0 or (self.stop is not None and self.stop <= self.start):
            raise ValueError(
                "start must be 0 or more, and stop behind it. "
                f"Received: start={self.start}, stop={self.stop} for {self.path}"
            )

    def __repr__(self):
        last = "the end" if self.stop is None else self.stop - 1
        whole = self.start == 0 and self.stop is None
        stretch = "" if whole else f", frames {self.start} to {last}"
        told = f"{self.path.name}{stretch}, class {self.label}, source {self.source}"
        return f"ClipItem {told}{', ' if self.split else ''}{self.split}"


@dataclass(frozen=True, eq=False)
class ClipSet(Sequence):
    """Clips, and the names of their classes.

    ``set[3]`` is an item; a slice, a mask or an array of numbers gives a smaller set.

    Attributes
    ----------
    items : tuple of ClipItem
        In natural order, 2.mp4 before 10.mp4.
    classes : tuple of str
        Label k is called ``classes[k]``.

    Raises
    ------
    ValueError
        If a label has no class.

    Examples
    --------
    >>> clips = ClipSet([ClipItem("sit/a_1.mp4", 0, "a", "train"),
    ...                  ClipItem("stand/b_1.mp4", 1, "b", "val")], ("sit", "stand"))
    >>> clips
    ClipSet of 2 clips (train 1, val 1) from 2 sources: sit 1, stand 1
    >>> clips.split("val").labels
    array([1])

    Lesson 17 teaches it.
    """

    items: tuple[ClipItem, ...]
    classes: tuple[str, ...]

    def __post_init__(self):
        object.__setattr__(self, "items", tuple(self.items))
        object.__setattr__(self, "classes", tuple(self.classes))
        for item in self.items:
            if item.label >= len(self.classes):
                raise ValueError(
                    f"labels must be 0 to {len(self.classes) - 1}, one for each class. "
                    f"Received: {item.label} for {item.path}"
                )

    def __len__(self):
        return len(self.items)

    def __getitem__(self, chosen):
        if isinstance(chosen, int | np.integer):
            return self.items[chosen]
        numbers = np.atleast_1d(np.arange(len(self))[chosen])
        return replace(self, items=tuple(self.items[k] for k in numbers))

    def split(self, name):
        """Return the clips of one split, such as "train"."""
        return replace(self, items=tuple(item for item in self.items if item.split == name))

    @property
    def splits(self):
        """The names of the splits, in the order of the clips."""
        return tuple(dict.fromkeys(item.split for item in self.items))

    @property
    def labels(self):
        """(N,) int64, the number of each clip's class."""
        return np.array([item.label for item in self.items], np.int64)

    @property
    def sources(self):
        """Each clip's source, a tuple of N str."""
        return tuple(item.source for item in self.items)

    def counts(self):
        """Return how many clips each class has, a dictionary in the order of the classes."""
        numbers = Counter(item.label for item in self.items)
        return {name: numbers[k] for k, name in enumerate(self.classes)}

    def as_classes(self, classes):
        """Return the same clips with labels as numbers into other classes, by name.

        Raises
        ------
        DatasetError
            If a clip's class is not among them.
        """
        classes = tuple(classes)
        for k in np.unique(self.labels):
            if self.classes[k] not in classes:
                raise DatasetError(
                    f"classes must hold {self.classes[k]!r}, which clips are of. "
                    f"Received: {', '.join(classes)}"
                )
        items = (replace(i, label=classes.index(self.classes[i.label])) for i in self.items)
        return replace(self, items=tuple(items), classes=classes)

    def __repr__(self):
        parts = Counter(item.split for item in self.items if item.split)
        parts = f" ({', '.join(f'{name} {n}' for name, n in parts.items())})" if parts else ""
        classes = ", ".join(f"{name} {n}" for name, n in self.counts().items()) or "no class"
        clips = f"{len(self)} clip{'s' * (len(self) != 1)}"
        n = len(set(self.sources))
        return f"ClipSet of {clips}{parts} from {n} source{'s' * (n != 1)}: {classes}"
