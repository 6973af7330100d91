"""What only networks for shot boundaries need in a training: edited films that are made, F1."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from vidlearn import datasets
from vidlearn.messages import text

from . import table
from .files import RunError

SIZE = (27, 48)  # height and width of the frames
EACH, KEPT = 24, 4  # films that are made for an epoch, and epochs for which they are used
LENGTH = 1000  # frames of a film that validates
THRESHOLDS = np.arange(1, 20) / 20
HELD_OUT = 2**31  # no epoch has this number: its films validate


@dataclass(frozen=True)
class Uncut:
    """The films of one's own that edited ones are made of, or none.

    Attributes
    ----------
    folder : str
        Where they were; empty, where all are made.
    clips : dict of str to ndarray
        (T, 27, 48, 3) uint8 by name.
    """

    folder: str = ""
    clips: dict = field(default_factory=dict)
    classes: ClassVar = ("boundary", "transition")  # what the two scores of a frame are of


class Boundaries:
    """The task of a training that says where shots meet.

    For `NEW`, `HELD` and `FIXED` see `Detection`.

    Parameters
    ----------
    settings : dict
    train, val : Uncut
    """

    NEW: ClassVar = {}
    HELD: ClassVar = {"frames": int}
    FIXED = ("frames",)
    COUNTED = "films"
    MEASURES = ("val_F1", "val_cuts", "val_gradual")
    trouble = None  # films are read before the training

    @staticmethod
    def read(folder, *, skip=False):
        """Return films of one's own, or none where no folder is given."""
        if folder is None or isinstance(folder, Uncut):
            return folder or Uncut()
        return Uncut(str(Path(folder).expanduser().absolute()), datasets.read_uncut(folder))

    @staticmethod
    def divided(films, seed=0):
        """Put a fifth of the films aside for validation, where there are enough of them."""
        names = sorted({name.rpartition(":")[0] for name in films.clips})
        if len(names) < 5:
            return films, Uncut(films.folder), "made"
        aside = set(np.random.default_rng(seed).permutation(names)[: max(len(names) // 5, 2)])
        parts = ({}, {})
        for name, clip in films.clips.items():
            parts[name.rpartition(":")[0] in aside][name] = clip
        return *(Uncut(films.folder, part) for part in parts), "found"

    @staticmethod
    def about(whole, train, val, how):
        """Return what the settings say of the films."""
        parts = {"train": train, "val": val}
        return {
            "folder": whole.folder,
            "divided": how,
            "films": {"train": EACH, "val": len(val.clips)},
            "fingerprint": {name: fingerprint(part) for name, part in parts.items()},
            "held_out": sorted(val.clips),
        }

    @staticmethod
    def checked_size(size):
        """Refuse another size than that which the networks are made for."""
        if tuple(size) != SIZE:
            told = {"name": "size", "known": "{}x{}".format(*SIZE), "value": size}
            raise RunError(text("runs")["one_of"].format(**told))
        return SIZE

    @staticmethod
    def network_for(kind, train, chosen, size):
        """Return size, frames of a stretch, and options of the network."""
        preset = table.preset_of(kind, chosen["preset"])
        return {"size": SIZE, "frames": preset.frames, "network": preset.network[kind]}

    @staticmethod
    def load(path):
        """Return the model in a file, and what its scores are of."""
        from vidlearn.models import load_boundaries

        return load_boundaries(path), Uncut.classes

    def __init__(self, settings, train, val):
        self.settings, self.train, self.val = settings, train, val
        self.made = {}  # films, by the epoch for which they were made

    def build(self):
        """Return the network, new."""
        from vidlearn import models

        s = self.settings
        return getattr(models, table.KINDS[s["kind"]].builder)((None, *SIZE, 3), **s["network"])

    def compile(self, model, optimizer):
        """Make the network ready to be trained; of XLA see `Actions.compile`."""
        import keras

        from vidlearn.models import boundary_loss

        plain = keras.backend.backend() == "tensorflow"
        model.compile(optimizer, loss=boundary_loss, jit_compile=False if plain else "auto")

    def told(self):
        """Return the lines that are said before a training, and what they tell of."""
        words, about = text("runs"), self.settings["data"]
        own = words["own_films"].format(n=len(self.train.clips)) if about["folder"] else ""
        return [words["begins_films"] + own], {"frames": self.settings["frames"]}

    def batches(self, epoch, first):
        """Return the batches of an epoch, from a step on."""
        from .batches import Streamed

        films = [film for e in range(max(epoch - KEPT + 1, 0), epoch + 1) for film in self._of(e)]
        self.made = {e: made for e, made in self.made.items() if e > epoch - KEPT}
        steps = range(first, self.settings["steps"])
        return Streamed((self._batch(films, epoch, k) for k in steps), len(steps))

    def _of(self, epoch):
        """Make the films of an epoch, or take them as they were made for it."""
        if epoch not in self.made:
            seed, clips = [self.settings["seed"], epoch], list(self.train.clips.values())
            count = min(EACH, self.settings["steps"] * self.settings["batch_size"])
            self.made[epoch] = datasets.made_films(count, size=SIZE, seed=seed, clips=clips)
        return self.made[epoch]

    def _batch(self, films, epoch, step):
        s = self.settings
        rng = np.random.default_rng([s["seed"], epoch, step])
        drawn = [
            datasets.draw_stretch(films, rng, frames=s["frames"]) for _ in range(s["batch_size"])
        ]
        return tuple(
            np.stack(part) for part in zip(*((d.frames, d.targets()) for d in drawn), strict=True)
        )

    def choose_validation(self, most):
        """Make so many films to look at after each epoch, others than those that train."""
        how = {"seed": [self.settings["seed"], HELD_OUT], "clips": list(self.val.clips.values())}
        self.looked_at = datasets.made_films(most, frames=LENGTH, size=SIZE, **how)

    def measured(self, model):
        """Return what a model is worth on the validation films, at the best threshold."""
        from vidlearn.metrics import evaluate_shots
        from vidlearn.models import frame_scores, transitions_of

        self.scores = [frame_scores(model, film.frames) for film in self.looked_at]
        truth, rows = [film.transitions for film in self.looked_at], []
        for threshold in THRESHOLDS:
            found = [transitions_of(s, threshold=float(threshold))[0] for s in self.scores]
            m = evaluate_shots(found, truth)
            # of neighbours that are as good, the one nearest the middle
            rows.append((np.nan_to_num(m.f1), -abs(threshold - 0.5), threshold, m))
        _, _, self.threshold, best = max(rows, key=lambda row: row[:2])
        found = {"val_F1": best.f1, "val_cuts": best.cuts.f1, "val_gradual": best.gradual.f1}
        found = {name: None if np.isnan(value) else value for name, value in found.items()}
        return found | {"val_threshold": float(self.threshold)}

    def draw_sample(self, folder, model):
        """Draw the scores of the first validation films, and where their transitions are."""
        from .boundary_report import draw_sample

        if not hasattr(self, "looked_at"):
            self.choose_validation(table.preset_of(*self._which()).looked_at)
            self.measured(model)
        draw_sample(folder, self.looked_at, self.scores, self.threshold)

    def _which(self):
        return self.settings["kind"], self.settings["preset"]


def fingerprint(films):
    """Return what changes when a film does; not with the folder."""
    told = hashlib.sha256()
    for name, clip in sorted(films.clips.items()):
        told.update(f"{name} {clip.shape}".encode())
        told.update(np.ascontiguousarray(clip[::10]).tobytes())
    return told.hexdigest()[:16]
