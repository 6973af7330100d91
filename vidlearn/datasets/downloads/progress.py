"""How far a download is: a bar in a terminal, a few lines in a log."""

import sys
from time import monotonic

from vidlearn.messages import text

from .errors import size_in_words

LINES = 10  # of a log, for a file of known size
BETWEEN = 20.0  # seconds between lines for a file of unknown size


class Progress:
    """A context in which ``at`` tells how many bytes are there.

    Parameters
    ----------
    name : str
    begins : int
        Bytes that were there before.
    total : int or None
    """

    def __init__(self, name, begins, total):
        self.name, self.begins, self.total = name, begins, total
        self.bar, self.start = None, monotonic()
        self.told_at, self.told = self.start, begins

    def __enter__(self):
        if sys.stderr.isatty():
            from tqdm import tqdm

            shape = {"unit": "B", "unit_scale": True, "dynamic_ncols": True}
            self.bar = tqdm(total=self.total, initial=self.begins, desc=self.name, **shape)
        return self

    def at(self, done):
        """Show that so many bytes are there."""
        if self.bar is not None:
            self.bar.update(done - self.bar.n)
        elif self._due(done):
            self.told, self.told_at = done, monotonic()
            speed = (done - self.begins) / max(self.told_at - self.start, 1e-3)
            line = text("download")["progress_open" if self.total is None else "progress"]
            sizes = {"done": done, "total": self.total or 0, "speed": speed}
            words = {key: size_in_words(value) for key, value in sizes.items()}
            print(line.format(name=self.name, **words), file=sys.stderr, flush=True)

    def _due(self, done):
        if self.total is None:
            return monotonic() - self.told_at >= BETWEEN
        return done - self.told >= self.total / LINES or done == self.total

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()
