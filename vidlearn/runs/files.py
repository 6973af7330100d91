"""Files of a training: whole or not at all, and one training in a folder at a time."""

from __future__ import annotations

import errno
from contextlib import contextmanager, suppress
from pathlib import Path

from vidlearn.datasets import whole
from vidlearn.messages import text

# Half a character, as in a file name that is no UTF-8, is written as JSON takes it: \udcff.
AS_TEXT = {"encoding": "utf-8", "errors": "backslashreplace", "newline": "\n"}
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class RunError(ValueError):
    """A training, or its folder, cannot be used so. The message says why and how to mend it."""


def replaced(path):
    """Give a file beside to write; it takes the name when it is whole and on the disk."""
    return whole.replaced(path, not_written)


def write_text(path, words):
    """Write a text whole or not at all.

    Parameters
    ----------
    path : str or Path
    words : str

    Raises
    ------
    RunError
        If it cannot be written; a file that was there stays as it was.
    """
    with replaced(path) as part:
        part.write_text(words, **AS_TEXT)


def not_written(path, error):
    """Say that a file was not written, as the error to raise."""
    why = error.strerror or str(error)
    full = error.errno in FULL or "No space left" in why
    return RunError(text("runs")["full" if full else "not_written"].format(file=path, why=why))


def sweep(folder):
    """Take away what a killed process left half-written."""
    for part in Path(folder).glob(".*.part.*"):
        with suppress(OSError):
            part.unlink()


@contextmanager
def locked(folder):
    """Keep a second training out of a folder; the system lets go of the lock with the process."""
    path = Path(folder) / "lock"
    try:
        file = open(path, "a+b")  # noqa: SIM115 - held open as long as the training runs
    except OSError as error:
        raise not_written(path, error) from error
    with file:
        try:
            whole.take(file)
        except OSError as error:
            raise RunError(text("runs")["taken"].format(folder=folder)) from error
        yield
