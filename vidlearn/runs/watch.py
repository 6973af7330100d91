"""What one sees of a training, at a terminal and in a log; and Ctrl-C, which waits for a step."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from time import perf_counter

from tqdm import tqdm

from vidlearn.messages import text

MEASURED = range(2, 7)  # steps that foretell the time; before them the network is compiled


@contextmanager
def interrupts():
    """Give a list that is empty until Ctrl-C comes; a second one ends the training at once."""
    asked = []

    def ask(number, frame):
        if asked:
            raise KeyboardInterrupt(text("runs")["stopped_at_once"])
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


class Watch:
    """A bar over all steps, where there is a terminal, and a line for each epoch.

    Parameters
    ----------
    settings : dict
    state : vidlearn.runs.state.State
    asked : list
        Not empty once the training is to stop.
    """

    def __init__(self, settings, state, asked):
        self.epochs, self.steps = settings["epochs"], settings["steps"]
        self.state, self.asked, self.words = state, asked, text("runs")
        self.seen, self.clock, self.speed = 0, 0.0, None

    def __enter__(self):
        total = self.epochs * self.steps
        self.bar = tqdm(
            total=total,
            initial=total - self._left(),
            unit=self.words["step"],
            disable=None,  # no bar where the output goes to a file
            smoothing=0.1,
        )
        return self

    def __exit__(self, *error):
        self.bar.close()

    def fit(self, model, batches):
        """Train on the batches, or on those before Ctrl-C.

        Parameters
        ----------
        model : keras.Model
        batches : keras.utils.PyDataset

        Returns
        -------
        means : dict of str to float
            Losses by name, over the steps that were done.
        steps : int
        seconds : float
        """
        import keras

        done, start = [], perf_counter()

        def count(batch, logs):
            done.append(batch)
            self._on_step()
            model.stop_training = bool(self.asked)

        follow = keras.callbacks.LambdaCallback(on_train_batch_end=count)
        # Keras would shuffle the batches by random numbers that a resumed training has not.
        how = {"epochs": 1, "verbose": 0, "shuffle": False}
        history = model.fit(batches, **how, callbacks=[follow]).history
        means = {name: float(values[-1]) for name, values in history.items()}
        return means, len(done), perf_counter() - start

    def _left(self):
        return (self.epochs - self.state.epoch) * self.steps - self.state.step

    def _on_step(self):
        self.bar.update(1)
        self.seen += 1
        if self.seen == MEASURED.start - 1:
            self.clock = perf_counter()
        elif self.seen == MEASURED.stop - 1:
            self.speed = (perf_counter() - self.clock) / len(MEASURED)
            minutes = (self._left() - self.seen) * self.speed / 60
            told = {"ms": 1000 * self.speed, "minutes": _minutes(minutes)}
            self.say(self.words["foretold"].format(**told))

    def say_epoch(self, row, better):
        """Print what an epoch came to.

        Parameters
        ----------
        row : dict
            What was measured.
        better : bool
            Whether its model is the best so far.
        """
        names = list(row)
        told = {name: "-" if row[name] is None else f"{row[name]:.3f}" for name in names[1:]}
        found = [name for name in names if name.startswith("val_")]
        parts = names[2 : names.index(found[0])]
        line = self.words["epoch_line"].format(
            epoch=row["epoch"],
            epochs=self.epochs,
            loss=told["loss"],
            parts=f" ({', '.join(f'{name} {told[name]}' for name in parts)})" * bool(parts),
            found=", ".join(f"{name.removeprefix('val_')} {told[name]}" for name in found),
            seconds=row["seconds"],
            best=self.words["best"] if better else "",
        )
        self.say(line.rstrip(" ·"))

    def say(self, line):
        """Print a line above the bar."""
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()


def _minutes(minutes):
    words = text("runs")
    return words["under_a_minute"] if minutes < 1 else words["minutes"].format(n=round(minutes))
