"""Checkpoints: what a training needs to go on as if it had never been broken off."""

import json
import zlib
from pathlib import Path

import numpy as np

from ._files import read_arrays, write_arrays

PROBES = (0, 1, 10, 100, 1000, 10_000)  # steps at which two schedules are compared


class Checkpoint:
    """The file of a training under way.

    Parameters
    ----------
    path : str or Path
    settings : dict of str to object
        What must not change between two parts of one training; compared as text.
    """

    def __init__(self, path, settings):
        self.path = Path(path)
        self.settings = {name: str(value) for name, value in settings.items()}

    def write(self, run, callbacks):
        """Keep the run as it is after an epoch.

        Parameters
        ----------
        run : Run
        callbacks : list of Callback
        """
        arrays = {"settings": np.array(json.dumps(self.settings)), "epoch": np.array(run.epoch)}
        arrays |= {f"weights/{k}": w for k, w in enumerate(run.network.get_weights())}
        arrays["optimizer/steps"] = np.array(run.optimizer.steps)
        for k, memory in enumerate(run.optimizer.memory):
            arrays |= {f"optimizer/{k}/{slot}": a for slot, a in enumerate(memory)}
        arrays |= {f"history/{name}": np.array(values) for name, values in run.history.items()}
        for k, callback in enumerate(_with_state(callbacks)):
            arrays |= {f"callback/{k}/{name}": a for name, a in callback.get_state().items()}
        write_arrays(self.path, arrays)

    def resume(self, run, callbacks):
        """Bring the run to where the file left it, where there is a file.

        Parameters
        ----------
        run : Run
        callbacks : list of Callback

        Raises
        ------
        ValueError
            If the file is damaged or belongs to another training; then nothing is changed.
        """
        if not self.path.exists():
            return
        mend = "Delete the file to start afresh, or give another path."
        try:
            arrays = read_arrays(self.path)
            differences = self._compare(json.loads(str(arrays["settings"])))
            if int(arrays["epoch"]) > run.epochs:
                differences.append(f"epochs is {run.epochs}, and {arrays['epoch']} are done")
            if not differences:
                _restore(arrays, run, callbacks)
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"checkpoint {self.path}: {error} {mend}") from error
        if differences:
            differences = "; ".join(differences)
            raise ValueError(
                f"checkpoint {self.path} belongs to another training: {differences}. {mend}"
            )

    def remove(self):
        """Delete the file, for the training is complete."""
        self.path.unlink(missing_ok=True)

    def _compare(self, settings):
        if not isinstance(settings, dict):
            raise TypeError("its settings cannot be read.")
        return [
            f"{name} was {settings.get(name)} and is {self.settings.get(name)}"
            for name in settings | self.settings
            if settings.get(name) != self.settings.get(name)
        ]


def settings_of(run, x, y, validation, callbacks, **others):
    """Name all that the numbers of a training depend on.

    Parameters
    ----------
    run : Run
    x, y : ndarray
    validation : tuple of ndarray, or None
    callbacks : list of Callback
    **others : object
        Options of `fit`, as they are.

    Returns
    -------
    dict of str to object
    """
    network, rate = run.network, run.optimizer.learning_rate
    return {
        "network": f"{network.layers} for {network.input_shape} in {network.dtype}",
        "optimizer": run.optimizer,
        "learning rate": [rate(step) for step in PROBES] if callable(rate) else rate,
        "data": [_digest(a) for a in (x, y)],
        "validation": [_digest(a) for a in validation or ()],
        "callbacks": _with_state(callbacks),
        **others,
    }


def _with_state(callbacks):
    """Return the callbacks of which something is kept: a progress bar may come and go."""
    return [callback for callback in callbacks if callback.get_state() is not None]


def _digest(a):
    a = np.ascontiguousarray(a)
    return f"{a.dtype}{a.shape} checksum {zlib.crc32(a):08x}"


def _group(arrays, prefix):
    """Return the arrays whose names begin with prefix/, by the rest of their names."""
    prefix += "/"
    return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}


def _restore(arrays, run, callbacks):
    """Take over what the file holds; where something is missing, nothing is changed."""
    slots, count = range(run.optimizer.slots), len(run.network.parameters)
    steps, epoch = int(arrays["optimizer/steps"]), int(arrays["epoch"])
    memory = [[arrays[f"optimizer/{k}/{slot}"] for slot in slots] for k in range(count)]
    run.network.set_weights(list(_group(arrays, "weights").values()))
    run.optimizer.steps, run.optimizer.memory, run.epoch = steps, memory, epoch
    run.optimizer.params = []  # those of the network come with the next step
    run.history.update({k: v.tolist() for k, v in _group(arrays, "history").items()})
    for k, callback in enumerate(_with_state(callbacks)):
        callback.set_state(_group(arrays, f"callback/{k}"))
