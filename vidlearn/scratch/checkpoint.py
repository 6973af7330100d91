"""Checkpoints: what a training needs to go on as if it had never been broken off."""

import json
import zlib

import numpy as np

from ._checks import check_numbers
from ._files import check_file, read_arrays, sweep, write_arrays

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
        self.path = check_file("checkpoint", path)
        self.settings = {name: str(value) for name, value in settings.items()}

    def write(self, run, callbacks):
        """Keep the run as it is before the first epoch, or after one.

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
        OSError
            If it may not be read.
        """
        if not self.path.exists():
            return
        mend = "Delete the file to start afresh, or give another path."
        try:
            arrays = read_arrays(self.path)
            differences = self._compare(json.loads(str(arrays["settings"])))
            epoch = _whole(arrays, "epoch")
            if epoch > run.epochs:
                differences.append(f"epochs is {run.epochs}, and {epoch} are done")
            if not differences:
                _restore(arrays, run, callbacks)
        except OSError:  # it may be whole
            raise
        except Exception as error:  # whatever a file that someone else has written may bring about
            raise ValueError(f"checkpoint {self.path}: {error} {mend}") from error
        if differences and epoch:  # where no epoch is done, nothing is lost by starting afresh
            differences = "; ".join(differences)
            raise ValueError(
                f"checkpoint {self.path} belongs to another training: {differences}. {mend}"
            )

    def remove(self):
        """Delete the file, for the training is complete."""
        self.path.unlink(missing_ok=True)
        sweep(self.path)

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
    """Take over what the file holds; where something in it does not fit, nothing is changed."""
    steps, epoch = _whole(arrays, "optimizer/steps"), _whole(arrays, "epoch")
    memory, history = _memory(arrays, run, steps), _history(arrays, epoch)
    before = run.network.get_weights()
    states = [(c, c.get_state()) for c in _with_state(callbacks)]
    try:
        run.epoch = epoch
        run.network.set_weights(_weights(arrays))
        for k, (callback, _) in enumerate(states):
            callback.set_state(_group(arrays, f"callback/{k}"))
            callback.check(run)
    except Exception:
        run.epoch = 0
        run.network.set_weights(before)
        for callback, state in states:
            callback.set_state(state)
        raise
    run.optimizer.steps, run.optimizer.memory = steps, memory
    run.optimizer.params = []  # those of the network come with the next step
    run.history.update(history)


def _whole(arrays, name):
    """Return a count."""
    value = arrays[name]
    if value.shape != () or value.dtype.kind not in "iu" or value < 0:
        raise ValueError(f"its {name} must be a whole number of at least 0; it is {value}.")
    return int(value)


def _weights(arrays):
    """Return the weights in their order."""
    weights = _group(arrays, "weights")
    return [weights[f"{k}"] for k in range(len(weights))]


def _memory(arrays, run, steps):
    """Return what the optimiser remembers for each parameter; nothing before its first step."""
    slots, memory = range(run.optimizer.slots), []
    if steps == 0 and not any(name.startswith("optimizer/0/") for name in arrays):
        return memory
    for k, p in enumerate(run.network.parameters):
        memory.append([])
        for name in (f"optimizer/{k}/{slot}" for slot in slots):
            if arrays[name].shape != p.shape:
                raise ValueError(f"its {name} has shape {arrays[name].shape}, not {p.shape}.")
            if arrays[name].dtype.kind != "f":
                raise ValueError(f"its {name} must be floating point; it is {arrays[name].dtype}.")
            memory[-1].append(arrays[name])
    return memory


def _history(arrays, epoch):
    """Return the lists of numbers, each as long as there are epochs; one may begin later."""
    history = _group(arrays, "history")
    for name, values in history.items():
        if values.ndim != 1 or not 0 < len(values) <= epoch:
            raise ValueError(
                f"its history of {name} must hold {epoch} numbers; it has shape {values.shape}."
            )
        check_numbers(f"its history of {name}", values, float)
    if epoch and len(history["loss"]) != epoch:
        raise ValueError(f"its history must hold {epoch} losses; it holds {len(history['loss'])}.")
    return {name: values.tolist() for name, values in history.items()}
