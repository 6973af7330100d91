"""What a training needs around it in a lesson: a bar that tells how long, a file to go on from."""

import functools
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from vidlearn.course.bar import Bar
from vidlearn.course.describe import brief
from vidlearn.course.progress import path as kept_path
from vidlearn.messages import text
from vidlearn.scratch import Callback


class ProgressBar(Callback):
    """Show how far `vidlearn.scratch.fit` is, its numbers, and how long the rest will take.

    Examples
    --------
    >>> import numpy as np
    >>> from vidlearn import scratch
    >>> x, y = np.eye(4), np.array([0, 1, 0, 1])
    >>> network = scratch.Network([scratch.Dense(2)], input_shape=(4,))
    >>> history = scratch.fit(
    ...     network, x, y, optimizer=scratch.SGD(0.1), epochs=2, callbacks=[ProgressBar()]
    ... )
    epoch 1 of 2 · ...
    """

    def on_start(self, run):
        self.bar = Bar(run.epochs, run.steps, run.epoch)

    def on_step(self, run):
        self.bar.on_step(run.step, lambda: run.metrics)

    def on_epoch(self, run):
        self.bar.on_epoch(run.metrics)

    def on_end(self, run):
        self.bar.close(early=run.stop and run.epoch < run.epochs, broken=run.error is not None)
        if isinstance(run.error, KeyboardInterrupt):
            how = ("begins_again" if run.epoch == 0 else "goes_on") if run.checkpoint else "stays"
            print(text("training")[how].format(epoch=run.epoch))


def keras_progress():
    """Return a callback for Keras's `fit` that shows what `ProgressBar` shows; give verbose=0.

    Returns
    -------
    keras.callbacks.Callback

    Notes
    -----
    ``model.fit(x, y, epochs=5, verbose=0, callbacks=[keras_progress()])``
    """
    import keras

    class KerasProgress(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.bar, self.stops = None, _at_the_end_of_the_cell(self._on_cell_end)

        def on_epoch_begin(self, epoch, logs=None):
            if self.bar is None:  # not before: BackupAndRestore says only now where it goes on
                self.bar = Bar(self.params["epochs"], self.params.get("steps"), epoch)

        def on_train_batch_end(self, batch, logs=None):
            self.bar.on_step(batch + 1, lambda: _plain(logs))

        def on_epoch_end(self, epoch, logs=None):
            self.bar.on_epoch(_plain(logs))

        def on_train_end(self, logs=None):
            self.stops()
            if self.bar:
                self.bar.close(early=self.bar.epoch < self.bar.epochs)

        def _on_cell_end(self, result):
            """An interrupted fit says nothing to its callbacks, but the cell ends all the same."""
            self.stops()
            if self.bar:
                self.bar.close(broken=True)
            if isinstance(result.error_in_exec, KeyboardInterrupt):
                print(text("training")["keras_goes_on"])

    return KerasProgress()


def keras_checkpoint(name):
    """Return a callback for Keras's `fit` that keeps the training, to go on after an interruption.

    It is Keras's `BackupAndRestore`. Where what was kept is damaged (the process ended while it was
    written) or belongs to another network, it says so and the training begins anew; where nothing
    can be written, it says so and the training goes on.

    Parameters
    ----------
    name : str
        Of the training, as for `checkpoint`.

    Returns
    -------
    keras.callbacks.BackupAndRestore

    Notes
    -----
    ``model.fit(x, y, callbacks=[keras_progress(), keras_checkpoint("10-cnn-rnn")])``
    """
    import keras

    folder, words = checkpoint(name), text("training")

    class Kept(keras.callbacks.BackupAndRestore):
        def on_train_begin(self, logs=None):
            self.writes, before = True, self.model.get_weights()
            try:
                super().on_train_begin(logs)
            except Exception:
                if not self.model.built:
                    raise
                self.model.set_weights(before)
                self.model._initial_epoch = 0
                for moment in self.model.optimizer.variables:  # none was taken yet
                    if "learning_rate" not in moment.path:
                        moment.assign(keras.ops.zeros_like(moment))
                shutil.rmtree(folder, ignore_errors=True)
                print(words["afresh"].format(folder=folder))

        def on_epoch_end(self, epoch, logs=None):
            if not self.writes:
                return
            try:
                super().on_epoch_end(epoch, logs)
            except (OSError, RuntimeError) as error:  # h5py raises the second on a full disk
                self.writes = False
                shutil.rmtree(folder, ignore_errors=True)  # half a file is none
                number = getattr(error, "errno", None)
                reason = os.strerror(number) if number else str(error).partition("(")[0].strip()
                print(words["not_kept_now"].format(folder=folder, reason=reason))

    return Kept(folder)


def checkpoint(name):
    """Return the path of a file that keeps a training under way, for a lesson to go on from.

    Parameters
    ----------
    name : str
        Of the training, such as "10-cnn-rnn"; letters, digits, dots and dashes.

    Returns
    -------
    pathlib.Path
        In the platform's data folder, beside the learner's progress. Where progress is not kept
        (continuous integration, ``VIDLEARN_PROGRESS=off``), in a folder that goes with the process.

    Raises
    ------
    ValueError
        If the name would leave the folder, or is none.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]{,99}", name):
        raise ValueError(
            "name must be made of letters, digits, dots and dashes, 100 at most; received "
            f'{brief(name)}. Write for example "10-cnn-rnn".'
        )
    kept = kept_path()
    folder = kept.parent / "checkpoints" if kept else Path(_temporary().name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:  # it may be there, and closed or full
            probe.write(b"0")
            probe.flush()
    except OSError as error:
        reason = error.strerror or error
        print(text("training")["not_kept"].format(folder=folder, reason=reason))
        folder = Path(_temporary().name)
    return folder / name


@functools.cache
def _temporary():
    """A folder for this process; it is deleted when the cache lets go of it."""
    return tempfile.TemporaryDirectory(prefix="vidlearn-")


def _plain(logs):
    return {name: float(value) for name, value in (logs or {}).items()}


def _at_the_end_of_the_cell(function):
    """Call function when the notebook's cell ends; return what takes that back."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell is None:
        return lambda: None
    shell.events.register("post_run_cell", function)

    def take_back():
        if function in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", function)

    return take_back
