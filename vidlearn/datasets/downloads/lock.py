"""One process at a time: a lock of the operating system, which lets go when a process dies."""

import contextlib
import os
from pathlib import Path

from ..whole import take
from .errors import error


@contextlib.contextmanager
def locked(file, name):
    """Hold a lock file while the block runs.

    Raises
    ------
    DownloadError
        If another process holds it.
    """
    owner = Path(f"{file}.owner")  # beside it: on Windows a locked file cannot be read
    with open(file, "a+b") as handle:
        try:
            take(handle)
        except OSError:
            raise error("busy", name=name, owner=_said(owner)) from None
        owner.write_text(f"process {os.getpid()}", "utf-8")
        try:
            yield
        finally:
            owner.unlink(missing_ok=True)


def _said(owner):
    try:
        return owner.read_text("utf-8")
    except OSError:
        return "it has just begun"
