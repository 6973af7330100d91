"""What happens between the steps of a training: history, early stopping, callbacks of your own."""

from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import numpy as np

from ._checks import check_flag, check_numbers
from .layer import check_count
from .network import Network
from .optimizers import Optimizer


class History(dict):
    """Lists of numbers by name, one number for each epoch: loss, val_loss, accuracy ...

    Parameters
    ----------
    lists : dict of str to list of float
    """

    def __init__(self, lists=()):
        super().__init__(lists)

    def add(self, metrics):
        """Append the numbers of one epoch.

        Parameters
        ----------
        metrics : dict of str to float
        """
        for name, value in metrics.items():
            self.setdefault(name, []).append(value)

    def __repr__(self):
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.items())
        epochs = max(map(len, self.values()), default=0)
        return f"<History of {epochs} epoch{'s' * (epochs != 1)}: {last or 'empty'}>"


@dataclass
class Run:
    """A training under way, as callbacks see it.

    Attributes
    ----------
    network : Network
    optimizer : Optimizer
    epochs, steps : int
        Epochs asked for; steps of one epoch.
    epoch, step : int
        Epochs that are complete, and steps of the epoch after.
    metrics : dict of str to float
        Means over the epoch so far; validation is added at its end.
    names : tuple of str
        Names of the metrics that there will be at the end of an epoch.
    history : History
        Of the complete epochs.
    stop : bool
        Set it, and no epoch follows.
    error : BaseException or None
        What broke the training off, such as KeyboardInterrupt.
    checkpoint : pathlib.Path or None
        The file from which a training broken off goes on.
    """

    network: Network
    optimizer: Optimizer
    epochs: int
    steps: int
    epoch: int = 0
    step: int = 0
    metrics: dict = field(default_factory=dict)
    history: History = field(default_factory=History)
    stop: bool = False
    error: BaseException | None = None
    checkpoint: Path | None = None
    names: tuple = ()


class Callback:
    """What `fit` calls as it goes; the base of your own, which has the methods that it needs.

    Attributes
    ----------
    adds : tuple of str
        Names of the numbers that it adds to ``run.metrics``, for others that follow them.
    """

    adds = ()

    def check(self, run):
        """Complain, before the first step, about a run that this callback cannot follow."""

    def on_start(self, run):
        """Before the first step, also of a training that goes on from a checkpoint."""

    def on_step(self, run):
        """After each step."""

    def on_epoch(self, run):
        """After each epoch, its validation, and its entry in the history."""

    def on_end(self, run):
        """After the last epoch, or after what broke the training off."""

    def get_state(self):
        """Return what a checkpoint has to keep of this callback: a dict of arrays, or None."""
        return None

    def set_state(self, state):
        """Take over what `get_state` returned."""

    def __repr__(self):
        return type(self).__name__


class EarlyStopping(Callback):
    """Stop when a metric has not improved for some epochs.

    Parameters
    ----------
    monitor : str
        Name in the history. The higher the better for an accuracy, the lower for all others.
    patience : int
        Epochs without improvement before the training stops.
    restore_best : bool
        At the end, give the network the weights of its best epoch.

    Attributes
    ----------
    best : float
    best_epoch : int
        The epoch of it, counting from 1.
    """

    def __init__(self, monitor="val_loss", *, patience, restore_best=True):
        if not isinstance(monitor, str):
            raise TypeError(
                f"monitor must be the name of a metric; received monitor={monitor!r}. "
                'Write "val_loss", or "loss" where there is no validation.'
            )
        self.monitor, self.restore_best = monitor, check_flag("restore_best", restore_best)
        self.patience = check_count("patience", patience)
        self.sign = -1 if monitor.endswith("accuracy") else 1  # sign * value is to be small
        self._forget()

    def _forget(self):
        self.best, self.best_epoch, self.wait, self.weights = self.sign * inf, 0, 0, []

    def on_start(self, run):
        if run.epoch == 0:
            self._forget()

    def check(self, run):
        if self.monitor not in run.names:
            raise ValueError(
                f"monitor must be one of {', '.join(run.names)}; received {self.monitor!r}. "
                "fit measures val_... when it is given validation=(x, y); a callback that adds "
                "numbers of its own says so in adds."
            )
        shapes = [w.shape for w in run.network.get_weights()]
        if run.epoch and self.weights and shapes != [w.shape for w in self.weights]:
            raise ValueError("the weights of its best epoch belong to another network.")

    def on_epoch(self, run):
        value = run.metrics[self.monitor]
        self.wait += 1
        if self.sign * value < self.sign * self.best:
            self.best, self.best_epoch, self.wait = value, run.epoch, 0
            self.weights = run.network.get_weights() if self.restore_best else []
        run.stop = run.stop or self.wait >= self.patience

    def on_end(self, run):
        if self.weights and run.error is None:
            run.network.set_weights(self.weights)

    def get_state(self):
        numbers = np.array([self.best, self.best_epoch, self.wait], float)
        return {"numbers": numbers} | {f"{k}": w for k, w in enumerate(self.weights)}

    def set_state(self, state):
        best, best_epoch, wait = check_numbers("numbers", state["numbers"], float).tolist()
        weights = [check_numbers(f"{k}", state[f"{k}"], float) for k in range(len(state) - 1)]
        self.best_epoch, self.wait = int(best_epoch), int(wait)
        self.best, self.weights = best, weights

    def __repr__(self):
        return (
            f"EarlyStopping(monitor={self.monitor!r}, patience={self.patience}, "
            f"restore_best={self.restore_best})"
        )
