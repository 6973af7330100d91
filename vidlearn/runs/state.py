"""What a training needs to go on: weights, the optimiser's memory, where it is, what it measured.

It is one file, so that its parts belong together whenever the process dies.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import asdict, dataclass, field

import numpy as np

from vidlearn.messages import text

from .files import RunError, replaced

NAME = "last.npz"
DAMAGE = (ValueError, KeyError, TypeError, EOFError, OSError, zlib.error)  # says NumPy


@dataclass
class State:
    """Where a training is.

    Attributes
    ----------
    epoch : int
        Epochs that are done.
    step : int
        Steps of the next one that are done too, where Ctrl-C came in the middle.
    sums : dict of str to float
        What these steps measured, summed over them, and the seconds they took.
    best : float
        The highest measure of the task so far; -1 before the first.
    rows : list of dict
        What was measured in each epoch.
    fixed : dict
        The settings that must not change when the training goes on.
    """

    epoch: int = 0
    step: int = 0
    sums: dict = field(default_factory=dict)
    best: float = -1.0
    rows: list = field(default_factory=list)
    fixed: dict = field(default_factory=dict)


def save(folder, model, state):
    """Write the state of a training, whole or not at all.

    Parameters
    ----------
    folder : Path
    model : keras.Model
        Compiled, its optimiser built.
    state : State
    """
    arrays = {f"weight/{k}": value.numpy() for k, value in enumerate(model.variables)}
    arrays |= {f"memory/{k}": value.numpy() for k, value in enumerate(model.optimizer.variables)}
    arrays["state"] = np.array(json.dumps(asdict(state)))
    with replaced(folder / NAME) as part, open(part, "wb") as file:
        np.savez(file, **arrays)


def load(folder, model):
    """Bring a model and its optimiser to where a training was.

    Parameters
    ----------
    folder : Path
    model : keras.Model
        As at the start of the training.

    Returns
    -------
    State

    Raises
    ------
    RunError
        If the file is damaged or of another network; the model may be changed in part.
    """
    path = folder / NAME
    try:
        with np.load(path, allow_pickle=False) as arrays:
            state = State(**json.loads(str(arrays["state"])))
            _assign(arrays, "weight", model.variables)
            _assign(arrays, "memory", model.optimizer.variables)
    except (*DAMAGE, zipfile.BadZipFile) as error:
        raise RunError(text("runs")["damaged"].format(file=path, why=error)) from error
    return state


def _assign(arrays, what, variables):
    count = sum(name.startswith(f"{what}/") for name in arrays.files)
    if count != len(variables):
        raise ValueError(f"{count} arrays for {len(variables)} of the network")
    for k, variable in enumerate(variables):
        value = arrays[f"{what}/{k}"]
        if value.shape != tuple(variable.shape):
            raise ValueError(f"shape {value.shape} for {tuple(variable.shape)}")
        variable.assign(value)
