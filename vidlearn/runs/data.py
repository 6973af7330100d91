"""The pictures of a training: who trains, who validates, and how they come to the network."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.messages import text
from vidlearn.models.fitting import fit_into

from .files import RunError

CACHE = 2**30  # bytes of fitted pictures that are kept
SHARES = {"train": 0.8, "val": 0.2}


def as_set(data, *, form=None, skip=False):
    """Return a set of labelled pictures, read where it is a folder."""
    if isinstance(data, datasets.DetectionSet):
        return data
    return datasets.read(data, form=form, skip=skip)


def divided(pictures, seed=0):
    """Return the pictures that train and those that validate, and how they were told apart.

    What the folder says is kept. Else the pictures that are not for the test are dealt out: whole
    films, where the names tell of some, else picture by picture.

    Parameters
    ----------
    pictures : DetectionSet
    seed : int

    Returns
    -------
    train, val : DetectionSet
    how : str
        "found", "name" or "each".
    """
    train, val = pictures.split("train"), pictures.split("val")
    if len(train) and len(val):
        return train, val, "found"
    rest = pictures[[item.split != "test" for item in pictures]] if len(pictures) else pictures
    if len(rest) < 2:
        raise RunError(text("runs")["too_few"].format(n=len(rest)))
    how = "name" if len(datasets.name_groups(item.name for item in rest)) > 1 else "each"
    dealt = datasets.split(rest, SHARES, seed=seed, groups="name" if how == "name" else None)
    return dealt.split("train"), dealt.split("val"), how


def held_out(pictures, names):
    """Put the pictures of these names into "val", as a training had them.

    Parameters
    ----------
    pictures : DetectionSet
    names : sequence of str
        As `keys` gives them; with none, or where one is not there, all stays as it is.

    Returns
    -------
    DetectionSet
    """
    wanted, there = set(names), keys(pictures) if len(pictures) else []
    if not wanted or not wanted <= set(there):
        return pictures
    items = [
        replace(item, split="val" if key in wanted else item.split or "train")
        for item, key in zip(pictures, there, strict=True)
    ]
    return replace(pictures, items=tuple(items))


def as_trained(pictures, about):
    """Put into "val" what a training put aside, where these are its pictures.

    Another folder may well have pictures of the same names: it counts only where it lies in the
    same place, or what was put aside has the same boxes.

    Parameters
    ----------
    pictures : DetectionSet
    about : dict
        What the settings of a training say of its data; nothing, where it is none.

    Returns
    -------
    DetectionSet
    """
    about = about if isinstance(about, dict) else {}
    dealt = held_out(pictures, about.get("held_out", ()))
    if dealt is pictures or about.get("folder") == common_folder(pictures):
        return dealt
    same = fingerprint(dealt.split("val")) == about.get("fingerprint", {}).get("val")
    return dealt if same else pictures


def keys(pictures):
    """Return what tells the pictures of a set apart: their paths within its folder."""
    top = common_folder(pictures)
    names = [Path(os.path.relpath(item.path, top)).as_posix() for item in pictures]
    starts = [getattr(item, "start", 0) for item in pictures]  # a film may hold several clips
    return [f"{n}:{start}" if start else n for n, start in zip(names, starts, strict=True)]


def common_folder(pictures):
    """Return the folder in which all pictures of a set are."""
    return os.path.commonpath([str(item.path.absolute().parent) for item in pictures])


def fingerprint(pictures):
    """Return what changes when a picture's name or size, or a box, changes; not with the folder.

    Of a clip it is its name, class, frames, and the bytes of its file.
    """
    told = hashlib.sha256(repr(tuple(pictures.classes)).encode())
    if isinstance(pictures, datasets.ClipSet):
        for item in pictures:
            told.update(repr((item.path.name, item.label, item.start, item.stop)).encode())
            told.update(str(item.path.stat().st_size if item.path.is_file() else 0).encode())
        return told.hexdigest()[:16]
    for item in pictures:
        told.update(f"{item.name} {item.size}".encode())
        told.update(np.asarray(item.truth.boxes, np.float64).tobytes())
        told.update(np.asarray(item.truth.labels, np.int64).tobytes())
    return told.hexdigest()[:16]


def fitted(frame, size):
    """Return a picture as large as fits into a size, and by which its boxes are multiplied."""
    if frame.shape[0] <= size[0] and frame.shape[1] <= size[1]:
        return frame, 1.0
    return fit_into(frame, size)


class Frames(Sequence):
    """The pictures of a set, made to fit; read when asked for, and kept as long as there is room.

    Parameters
    ----------
    pictures : DetectionSet
    size : (int, int)
        Height and width of the network's pictures; smaller pictures stay as they are.
    room : int
        Bytes of pictures that are kept.
    """

    def __init__(self, pictures, size, room=CACHE):
        self.items, self.size, self.room = pictures.items, size, room
        self.kept, self.used = OrderedDict(), 0
        self.trouble = None  # why a picture could not be read: Keras hides it in errors of its own

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        if not 0 <= k < len(self):
            raise IndexError(k)
        frame = self.kept.get(k)
        if frame is None:
            try:
                frame, _ = fitted(self.items[k].frame(), self.size)
            except datasets.DatasetError as error:
                self.trouble = error
                raise
            if self.used + frame.nbytes <= self.room:
                self.kept[k] = frame
                self.used += frame.nbytes
        return frame


def truths_of(pictures, size):
    """Return the truths of a set, in the pixels of its `Frames`."""
    found = []
    for item in pictures:
        factor = min(size[0] / item.size[0], size[1] / item.size[1], 1)
        truth = item.truth
        areas = None if truth.areas is None else truth.areas * factor**2
        boxes = truth.boxes * factor
        found.append(Truth(boxes, truth.labels, truth.difficult, truth.crowd, areas))
    return found


def augmenter(colour, upside_down, seed, mirrored=True):
    """Return what changes each training picture: mirrored, scaled, moved, coloured.

    Parameters
    ----------
    colour : {"mild", "strong"}
        "strong" also exchanges the colours, for few photographs with many things in them.
    upside_down : bool
        Whether pictures are also mirrored up and down: for things that have no upper side.
    seed : int
    mirrored : bool
        Whether pictures are mirrored left and right.

    Returns
    -------
    vidlearn.datasets.Augment
    """
    mild = partial(datasets.colour, brightness=0.2, contrast=0.3, saturation=0.3, hue=0.02)
    steps = [*[datasets.flip] * mirrored, *[datasets.upend] * upside_down, datasets.zoom]
    return datasets.Augment([*steps, mild if colour == "mild" else datasets.tint], seed=seed)
