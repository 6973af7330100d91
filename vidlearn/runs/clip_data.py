"""The clips of a training: who trains, who validates, and how they come to the network."""

from __future__ import annotations

import os
import re
import shutil
import sys
import warnings
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np

from vidlearn import datasets
from vidlearn.datasets.clips.looks import contents, digest
from vidlearn.messages import text

from . import data, table
from .files import RunError, locked
from .run import SETTINGS

ASKED = 200  # clips whose length and size are looked at
FILMS = "vidlearn-films-"  # how folders of decoded films begin
ROOM = 2**30  # bytes of decoded clips that a training keeps on the disk
LONGEST = 4  # the largest step that is taken unasked
ACROSS = ("source-across", "same-clip-across", "near-clip-across")  # kinds of faults


def as_clips(clips, *, skip=False):
    """Return clips, read where it is a folder; refuse those that are broken, or leave them out.

    Parameters
    ----------
    clips : str, Path or ClipSet
    skip : bool

    Returns
    -------
    ClipSet
    """
    if not isinstance(clips, datasets.ClipSet):
        clips = datasets.read_clips(clips, skip=skip)
    report = datasets.check_clips(clips, frames=2, progress=sys.stderr.isatty())
    words = text("runs")
    if across := [one for one in report.faults if one.kind in ACROSS]:
        told = {"n": len(across), "first": str(across[0]).rstrip(".")}
        warnings.warn(words["leak"].format(**told), datasets.DatasetWarning, stacklevel=2)
    broken = {report.folder / one.file: one for one in report.faults if one.kind == "broken-clip"}
    if not broken:
        return clips
    first = str(next(iter(broken.values()))).rstrip(".")
    told = {"n": len(broken), "of": len(clips), "first": first}
    whole = clips[[item.path.absolute() not in broken for item in clips]]
    if not skip or not len(whole):
        raise RunError(words["broken_clips"].format(folder=report.folder, **told))
    left_out = words["clips_left_out"].format(**told)
    warnings.warn(left_out, datasets.DatasetWarning, stacklevel=2)
    return whole


def divided(clips, seed=0):
    """Return the clips that train and those that validate, and how they were told apart.

    What the folder says is kept. Else the clips that are not for the test are dealt out, whole
    sources.

    Parameters
    ----------
    clips : ClipSet
    seed : int

    Returns
    -------
    train, val : ClipSet
    how : str
        "found" or "source".
    """
    words = text("runs")
    train, val, how = clips.split("train"), clips.split("val"), "found"
    if not len(train) or not len(val):
        how, rest = "source", clips
        rest = clips[[item.split != "test" for item in clips]] if len(clips) else clips
        rest = copies_together(rest)
        sources = len(set(rest.sources))
        if sources < 2:
            raise RunError(words["too_few_sources"].format(n=sources, clips=len(rest)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", datasets.DatasetWarning)  # the training tells more
            dealt = datasets.split_clips(rest, data.SHARES, seed=seed)
        train, val = dealt.split("train"), dealt.split("val")
    if len(clips.classes) < 2:
        raise RunError(words["one_class"].format(name=", ".join(clips.classes)))
    if absent := [name for name, n in train.counts().items() if not n]:
        raise RunError(words[f"untrained_{how}"].format(names=", ".join(absent)))
    return train, val, how


def copies_together(clips):
    """Return the clips, those of the same bytes with one source: one would validate the other.

    Parameters
    ----------
    clips : ClipSet

    Returns
    -------
    ClipSet
    """
    sizes = [sum(file.stat().st_size for file in contents(item.path)) for item in clips]
    number, first = Counter(sizes), {}
    top = {source: source for source in clips.sources}

    def top_of(source):
        while top[source] != source:
            source = top[source]
        return source

    for item, size in zip(clips, sizes, strict=True):
        if number[size] > 1:
            key = (digest(item.path), item.start, item.stop)
            top[top_of(item.source)] = top_of(first.setdefault(key, item.source))
    items = (replace(item, source=top_of(item.source)) for item in clips)
    return replace(clips, items=tuple(items))


@contextmanager
def room():
    """Give a folder for decoded films; those of trainings that were killed are taken away."""
    for old in Path(gettempdir()).glob(f"{FILMS}*"):
        with suppress(OSError, RunError):  # of a training that goes on, or of somebody else
            if (old / "lock").is_file():
                with locked(old):
                    shutil.rmtree(old, ignore_errors=True)
    with TemporaryDirectory(prefix=FILMS, ignore_cleanup_errors=True) as folder, locked(folder):
        yield folder


def about(whole, train, val, how):
    """Return what the settings say of the clips."""
    names = dict(zip(whole.items, data.keys(whole), strict=True))
    placed = {(item.path, item.start): name for item, name in names.items()}
    parts = {"train": train, "val": val}
    return {
        "folder": data.common_folder(whole),
        "form": "clips",
        "divided": how,
        "clips": {name: len(part) for name, part in parts.items()},
        "sources": {name: len(set(part.sources)) for name, part in parts.items()},
        "fingerprint": {name: data.fingerprint(part) for name, part in parts.items()},
        "held_out": [] if how == "found" else [placed[item.path, item.start] for item in val],
    }


def lengths_and_sizes(clips):
    """Return how many frames clips have, and their (height, width), of some of them."""
    from vidlearn import video

    lengths, sizes = [], []
    for k in np.unique(np.linspace(0, len(clips) - 1, ASKED).astype(int)):
        item = clips[int(k)]
        info = video.probe(item.path, decode=False)
        stop = info.frames if item.stop is None else min(item.stop, info.frames)
        lengths.append(max(stop - item.start, 1))
        sizes.append((info.height, info.width))
    return lengths, sizes


def fitting_step(lengths, frames):
    """Choose which frames are a clip: so far apart that most of a usual film is seen.

    Parameters
    ----------
    lengths : sequence of int
        Frames of the films.
    frames : int
        Of a clip.

    Returns
    -------
    int
        1 to 4: every frame to every fourth.

    Examples
    --------
    >>> fitting_step([20, 24, 90], 16), fitting_step([48, 50], 16), fitting_step([250], 16)
    (1, 3, 4)
    """
    return int(np.clip(np.median(lengths) // frames, 1, LONGEST))


def fitting_model(run):
    """Return the model of a training, whose settings must tell of the clips that it takes.

    Parameters
    ----------
    run : Run

    Returns
    -------
    keras.Model
    """
    model, words = run.model(), text("runs")
    kind, told = run.settings["kind"], (run.settings["frames"], *run.settings["size"], 3)
    name = "tcn" if model.name == "cnn_tcn" else model.name
    for why, one, known in (
        ("other_clips", told, model.input_shape[1:]),
        ("other_kind", kind, name if name in table.KINDS else kind),
    ):
        if one != known:
            why = words[why].format(told=one, known=known)
            told = {"file": run.folder / SETTINGS, "why": why}
            raise RunError(words["damaged_settings"].format(**told))
    return model


def expect_sides(classes, mirror):
    """Refuse to mirror clips of classes that are told apart by left and right."""
    told = [name for name in classes if {"left", "right"} & words_of(name)]
    if mirror and told:
        raise RunError(text("runs")["sides"].format(names=", ".join(told)))


def words_of(name):
    """Return the words in the name of a class, in small letters.

    Parameters
    ----------
    name : str

    Returns
    -------
    set of str

    Examples
    --------
    >>> sorted(words_of("turn_left")), sorted(words_of("TurnRight2")), words_of("leftover")
    (['left', 'turn'], ['right', 'turn'], {'leftover'})
    """
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return set(re.findall(r"[^\W\d_]+", parted.lower()))


def reader(clips, settings, workers, *, mode="dense", views=1, cache=None):
    """Return what decodes clips as a training's network takes them.

    Parameters
    ----------
    clips : ClipSet
    settings : dict
        Of a training.
    workers : int
        Most processes that decode; never more than there are cores.
    mode : {"dense", "random"}
    views : int
        Clips of each film.
    cache : vidlearn.datasets.ClipCache, optional

    Returns
    -------
    vidlearn.datasets.ClipReader
    """
    how = {name: settings[name] for name in ("frames", "step", "seed")}
    workers = min(workers, os.cpu_count() or 1)
    size = tuple(settings["size"])
    how |= {"mode": mode, "views": views, "workers": workers, "cache": cache}
    return datasets.ClipReader(clips, size=size, **how)
