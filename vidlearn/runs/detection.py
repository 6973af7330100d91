"""What only detectors need in a training: pictures, boxes, average precision."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vidlearn.messages import text

from . import data, report, table
from .evaluation import precision
from .files import RunError

SMALL = 8  # pixels: what is smaller than the finest stride is hard to find


class Detection:
    """The task of a training that finds things in pictures.

    `NEW` are the settings that only this task has, and what they are when nothing is said; `HELD`
    their types in a settings file; `FIXED` what must not change when a training goes on.

    Parameters
    ----------
    settings : dict
    train, val : DetectionSet
    """

    NEW: ClassVar = {"colour": "mild", "upside_down": False}
    HELD: ClassVar = {"colour": str, "upside_down": bool}
    FIXED = ("colour", "upside_down")
    COUNTED = "pictures"
    MEASURES = ("val_mAP50", "val_mAP")  # the best model has most of the first

    read = staticmethod(data.as_set)
    divided = staticmethod(data.divided)

    @staticmethod
    def network_for(kind, train, chosen, size):
        """Return what settings depend on the pictures: size of the network, and its options."""
        sizes = [item.size for item in train]
        size = tuple(size or table.fitting_size(sizes, chosen["preset"], kind))
        truths = data.truths_of(train, size)
        if not any(map(len, truths)):
            raise RunError(text("runs")["no_boxes"].format(n=len(train)))
        return {"size": size, "network": table.options_from(kind, truths, chosen["preset"])}

    @staticmethod
    def about(whole, train, val, how):
        """Return what the settings say of the pictures."""
        names = dict(zip((item.path for item in whole), data.keys(whole), strict=True))
        return {
            "folder": data.common_folder(whole),
            "form": whole.form,
            "divided": how,
            "pictures": {"train": len(train), "val": len(val)},
            "boxes": {"train": sum(train.counts().values()), "val": sum(val.counts().values())},
            "fingerprint": {"train": data.fingerprint(train), "val": data.fingerprint(val)},
            "held_out": [] if how == "found" else [names[item.path] for item in val],
        }

    @staticmethod
    def load(path):
        """Return the model in a file, and the names of its classes."""
        from vidlearn.models import load_detector

        model = load_detector(path)
        return model, model.classes

    def __init__(self, settings, train, val):
        self.settings, self.val, self.size = settings, val, tuple(settings["size"])
        self.frames = data.Frames(train, self.size)
        self.truths = data.truths_of(train, self.size)
        how = settings["colour"], settings["upside_down"], settings["seed"]
        self.augment = data.augmenter(*how)

    def build(self):
        """Return the network, new."""
        s = self.settings
        return table.build(s["kind"], (*self.size, 3), s["classes"], s["network"])

    def compile(self, model, optimizer):
        """Make the network ready to be trained; it knows its loss."""
        model.compile(optimizer)

    def told(self):
        """Return the lines that are said before a training, and what they tell of."""
        words, about = text("runs"), self.settings["data"]
        sides = np.concatenate([t.boxes[:, 2:] - t.boxes[:, :2] for t in self.truths])
        small = float(np.quantile(np.sqrt(sides.prod(axis=1)), 0.1))
        lines = [words[f"divided_{about['divided']}"], words["begins"]]
        lines += [words["small"]] * (small < SMALL)
        return lines, {"boxes": about["boxes"]["train"], "small": small}

    def batches(self, epoch, first):
        """Return the batches of an epoch, from a step on."""
        from .batches import Batches

        s = self.settings
        return Batches(
            self.frames,
            self.truths,
            size=self.size,
            batch_size=s["batch_size"],
            steps=s["steps"],
            augment=self.augment,
            seed=s["seed"],
            epoch=epoch,
            first=first,
        )

    @property
    def trouble(self):
        """Why a picture could not be read, or None."""
        return self.frames.trouble

    def choose_validation(self, most):
        """Keep so many of the validation pictures, evenly, for a look after each epoch."""
        if len(self.val) > most:
            self.val = self.val[np.linspace(0, len(self.val) - 1, most).astype(int)]
        self.looked_at = list(data.Frames(self.val, self.size))
        self.wanted = data.truths_of(self.val, self.size)

    def measured(self, model):
        """Return what a model is worth on the validation pictures, by name."""
        found = precision(model, self.looked_at, self.wanted, self.settings["classes"])
        return dict(zip(self.MEASURES, found, strict=True))

    def draw_sample(self, folder, model):
        """Draw some validation pictures with what was found."""
        report.draw_sample(folder, self.val, model)
