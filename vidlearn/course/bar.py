"""Where a training stands: one display in a notebook, a bar in a terminal, lines in a log."""

import html
import sys
from math import ceil
from time import monotonic

from vidlearn.messages import text

DRAW_SECONDS = 0.2  # between two drawings
KNOWN_SECONDS = 1.0  # of training before its length is foretold
LOG_LINES = 10


class Bar:
    """The progress of one training, whoever trains.

    Parameters
    ----------
    epochs : int
        Epochs asked for.
    steps : int or None
        Steps of an epoch, where their number is known.
    done : int
        Epochs that were done before.
    """

    def __init__(self, epochs, steps, done=0):
        self.words, self.epochs, self.steps = text("training"), epochs, steps
        self.first = self.epoch = done
        self.step, self.metrics = 0, {}
        self.clock = None  # when the first step was done, and how far the training was then
        self.drawn = monotonic()
        if done:
            print(self.words["resumed"].format(epoch=done))
        self.face = _face()
        self.face.show(self._share(), self._place(done))

    def on_step(self, step, metrics):
        """Take note of a step; metrics is a function, for they may be costly to look at."""
        self.step, now = step, monotonic()
        if self.clock is None:
            self.clock = now, self._progress()
        if now - self.drawn >= DRAW_SECONDS:
            self.drawn, self.metrics = now, metrics()
            parts = [self._place(self.epoch + 1), *self._numbers(), *self._left()]
            self.face.show(self._share(), " · ".join(parts))
            self.face.foretell(self._left())

    def on_epoch(self, metrics):
        """Take note of a complete epoch."""
        self.epoch, self.step, self.metrics = self.epoch + 1, 0, metrics
        parts = [self._place(self.epoch), *self._numbers()]
        self.face.show(self._share(), " · ".join([*parts, *self._left()]))
        self.face.epoch(self.epoch, self.epochs, " · ".join(parts))

    def close(self, *, early=False, broken=False):
        """Show how it ended: the last numbers, and the time of an epoch."""
        place = self._place(self.epoch + (broken and self.epoch < self.epochs))
        place += f", {self.words['early' if early else 'broken']}" * (early or broken)
        self.face.close(" · ".join([place, *self._numbers(), *self._pace()]), whole=not broken)

    def _progress(self):
        """Epochs done in this training, the one under way in part."""
        return self.epoch - self.first + (self.step / self.steps if self.steps else 0.0)

    def _share(self):
        return min((self.first + self._progress()) / self.epochs, 1.0)

    def _seconds(self):
        """Seconds of an epoch, or None. The first step is left out: it is mostly slower."""
        if self.clock is None:
            return None
        start, before = self.clock
        done = self._progress() - before
        return (monotonic() - start) / done if done > 0 else None

    def _place(self, epoch):
        return self.words["place"].format(epoch=epoch, epochs=self.epochs)

    def _numbers(self):
        order = sorted(self.metrics, key=lambda name: (name.startswith("val_"), "loss" not in name))
        values = [(name, self.metrics[name]) for name in order]
        return [f"{k} {v:.3f}" if k.endswith("accuracy") else f"{k} {v:.3g}" for k, v in values]

    def _left(self):
        """How long the rest will take and how long the whole, once that can be told."""
        seconds = self._seconds()
        if seconds is None or monotonic() - self.clock[0] < KNOWN_SECONDS:
            return []
        total = self.epochs - self.first
        left = max(total - self._progress(), 0.0)
        times = {"left": duration(left * seconds), "total": duration(total * seconds)}
        return [self.words["left"].format(**times)]

    def _pace(self):
        seconds = self._seconds()
        return [self.words["pace"].format(time=duration(seconds))] if seconds else []


def duration(seconds):
    """Say a time in words.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str

    Examples
    --------
    >>> duration(0.0412), duration(7.26), duration(95), duration(7500)
    ('0.041 s', '7.3 s', '1 min 35 s', '2 h 5 min')
    """
    if seconds < 59.5:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


class _Notebook:
    """One display that is drawn again in place; what it shows last is what a saved page shows."""

    def __init__(self):
        self.handle = None

    def show(self, share, line):
        bar = f"<progress value='{share:.4f}' style='width:12em;vertical-align:middle'></progress>"
        self._draw(f"{bar} &nbsp;{html.escape(line)}", line)

    def foretell(self, left):
        pass

    def epoch(self, epoch, epochs, line):
        pass

    def close(self, line, whole):
        self._draw(f"{'✓' if whole else '■'} {html.escape(line)}", line)

    def _draw(self, inner, line):
        style = "margin:.3em 0;font-variant-numeric:tabular-nums"
        page = f"<div class='vl-training' style='{style}'>{inner}</div>"
        data = {"text/html": page, "text/plain": line}
        if self.handle is None:
            from IPython.display import display

            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)


class _Terminal:
    """A bar of tqdm, on the output stream."""

    def __init__(self):
        from tqdm import tqdm

        self.bar = tqdm(total=1.0, file=sys.stdout, bar_format="{bar:20} {desc}", leave=True)

    def show(self, share, line):
        self.bar.n = share
        self.bar.set_description_str(line)

    def foretell(self, left):
        pass

    def epoch(self, epoch, epochs, line):
        pass

    def close(self, line, whole):
        self.bar.set_description_str(line)
        self.bar.close()


class _Log:
    """Lines: how long it will take, some epochs, the end."""

    def __init__(self):
        self.foretold = False

    def show(self, share, line):
        pass

    def foretell(self, left):
        if left and not self.foretold:
            self.foretold = True
            print(*left, flush=True)

    def epoch(self, epoch, epochs, line):
        if epoch % ceil(epochs / LOG_LINES) == 0 and epoch < epochs:  # close tells the last
            print(line, flush=True)

    def close(self, line, whole):
        print(line, flush=True)


def _face():
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        return _Notebook()
    return _Terminal() if sys.stdout.isatty() else _Log()
