"""A training on disk, opened."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from vidlearn.messages import text

from .files import RunError

SETTINGS, CLASSES, MODEL, METRICS = "settings.json", "classes.txt", "model.keras", "metrics.csv"


class Run:
    """The folder that `train` made.

    Parameters
    ----------
    folder : str or Path

    Attributes
    ----------
    folder : Path
    settings : dict
        All that the training depends on.
    classes : tuple of str
        Their names, in the order of the labels.

    Raises
    ------
    RunError
        If it is no such folder, or its settings are damaged.

    Examples
    --------
    >>> Run("no_such_folder")
    Traceback (most recent call last):
    vidlearn.runs.files.RunError: no_such_folder is no training: there is no settings.json in it...

    Lesson 15 uses it.
    """

    def __init__(self, folder):
        self.folder = Path(folder).expanduser()
        path = self.folder / SETTINGS
        if not path.is_file():
            raise RunError(text("runs")["no_run"].format(folder=folder))
        try:
            self.settings = json.loads(path.read_text("utf-8"))
            self.classes = tuple(self.settings["classes"])
            if odd := [name for name in self.classes if not isinstance(name, str)]:
                raise ValueError(f"classes: {odd[0]!r}")
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(text("runs")["damaged_settings"].format(file=path, why=error)) from error

    def model(self):
        """Load the model that was best on the validation pictures or clips.

        Returns
        -------
        keras.Model
            Of a detector a `vidlearn.models.Detector`.

        Raises
        ------
        RunError
            If there is none yet, its file is damaged, or the settings name other classes.
        """
        path = self.folder / MODEL
        if not path.is_file():
            raise RunError(text("runs")["no_model"].format(folder=self.folder))
        try:
            model, classes = self.task.load(path)
        except Exception as error:  # whatever a damaged file brings about in Keras
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            why = why.rstrip(".")
            raise RunError(text("runs")["damaged_model"].format(file=path, why=why)) from error
        if tuple(classes) != self.classes:  # exchanged, they would give things wrong names
            told = {"names": ", ".join(classes), "file": self.folder / SETTINGS}
            raise RunError(text("runs")["classes_differ"].format(**told))
        return model

    @property
    def task(self):
        """What only its task needs; of spoilt settings that of the first trainings."""
        from . import table

        kind = self.settings.get("kind")
        return table.task_of(kind if kind in table.KINDS else "ssd")

    def expect_no_films(self, command):
        """Refuse a network that finds where shots meet, for what it is not made for.

        Parameters
        ----------
        command : str

        Raises
        ------
        RunError
        """
        if self.task.COUNTED == "films":
            raise RunError(text("runs")["not_for_films"].format(command=command))

    def metrics(self):
        """Return what was measured.

        Returns
        -------
        list of dict
            One for each epoch: numbers by name; the epochs count from 1. None where a number
            cannot be had, such as mAP without a box to find.
        """
        path = self.folder / METRICS
        if not path.is_file():
            return []
        try:
            with open(path, encoding="utf-8", newline="") as file:
                return [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(file)]
        except (ValueError, TypeError, csv.Error) as error:
            raise RunError(text("runs")["damaged_metrics"].format(file=path, why=error)) from error

    def __repr__(self):
        told = {"kind": self.settings.get("kind"), "epochs": len(self.metrics())}
        return f"Run {self.folder}: {told['kind']}, {told['epochs']} epochs, {self.classes}"


def _number(word):
    if word == "":
        return None
    value = float(word)
    return int(value) if value.is_integer() and "." not in word and "e" not in word else value
