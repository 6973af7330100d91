"""Clips in train, val and test: all clips of one source on one side."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace

from ..splits import split
from ..types import DatasetWarning
from .types import ClipItem


def split_clips(clips, shares=(0.8, 0.2), *, seed=0):
    """Divide clips at random, the same way each time; a source never crosses a split.

    Parameters
    ----------
    clips : ClipSet
        Splits that its clips have are forgotten.
    shares : tuple or dict
        (train, val) or (train, val, test), or names and shares; together 1. As sources stay whole,
        they are met as nearly as these allow.
    seed : int
        Another number deals another way.

    Returns
    -------
    ClipSet
        The same clips in the same order, with every item's ``split`` filled.

    Raises
    ------
    ValueError
        If the shares are not shares, or there are fewer sources than parts.

    Warns
    -----
    DatasetWarning
        If a class has too few sources to stand in every part.

    Examples
    --------
    >>> from vidlearn.datasets import ClipSet
    >>> clips = ClipSet([ClipItem(f"sit/{s}_{t}.mp4", 0, s) for s in "abcd" for t in (1, 2)],
    ...                 ("sit",))
    >>> split_clips(clips, (0.75, 0.25))
    ClipSet of 8 clips (train 6, val 2) from 4 sources: sit 8

    Lesson 17 teaches it.
    """
    units = [_Unit(item, k) for k, item in enumerate(clips)]
    parts = split(units, shares, seed=seed, groups=lambda unit: unit.item.source)
    name_of = {unit.number: name for name, part in parts.items() for unit in part}
    items = tuple(replace(item, split=name_of[k]) for k, item in enumerate(clips))
    divided = replace(clips, items=items)
    for name in parts:
        absent = [label for label, n in divided.split(name).counts().items() if not n]
        if absent:
            told = f"No clip of {', '.join(absent)} is in {name}: too few sources have one."
            warnings.warn(told, DatasetWarning, stacklevel=2)
    return divided


@dataclass(frozen=True)
class _Unit:
    """A clip as `split` takes pictures: a path, and the classes in it."""

    item: ClipItem
    number: int

    @property
    def path(self):
        return self.item.path

    @cached_property
    def truth(self):
        return SimpleNamespace(labels=[self.item.label])


def leaks(clips):
    """Return (clip, an earlier one) of every source that stands in another split, too."""
    first, found = {}, []
    for item in clips:
        others = first.setdefault(item.source, {})
        if item.split not in others:
            if others:
                found.append((item, next(iter(others.values()))))
            others[item.split] = item
    return found
