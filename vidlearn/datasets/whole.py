"""Files and folders that appear whole or not at all."""

import glob
import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

from vidlearn.video.beside import part_beside, umask

from .types import DatasetError, DatasetWarning

LOCK = ".being-written"  # lies in a folder as long as it is filled


@contextmanager
def replaced(path, failed):
    """Give a file beside to write; it takes the name when it is whole and on the disk.

    What was under the name stays until then, also where the disk is full or the process dies.
    A link stays one: what it leads to is replaced. Where it fails, ``failed(path, error)`` makes
    of an OSError what is raised.
    """
    path = Path(path).expanduser()
    try:
        path = _followed(path)
        with part_beside(path) as part:
            yield Path(part)
            with open(part, "rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        raise failed(path, error) from error


def _followed(path):
    """Return where a link leads; refuse what a file must not take the place of."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(f"{path} is a device or a pipe, not a file. Name a file to write")
    return path.resolve() if path.is_symlink() else path


def _sync_folder(folder):
    """Bring the new name itself to the disk, where the system has a way to."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def new_folder(folder):
    """Give a folder to fill; it takes its name when all went well, and is gone when not.

    What a process that was killed left of one of this name is taken away first.
    """
    target = Path(folder).expanduser().absolute()
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with open(fresh / LOCK, "a+b") as file:
            take(file)
            yield fresh
        fresh.chmod(0o777 & ~umask())
        if target.exists():
            target.rmdir()
        fresh.rename(target)
        (target / LOCK).unlink()
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def refuse_taken(target):
    """Refuse a name under which something lies already, but an empty folder."""
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        why = "a file" if target.is_file() else "there and not empty"
        raise DatasetError(f"{target} is {why}. Name a new folder.")


def _sweep(target):
    """Take half-written folders away whose process is no more."""
    for old in target.parent.glob(f".{glob.escape(target.name)}-*"):
        if not (old / LOCK).is_file():
            continue
        with suppress(OSError):  # where it is being filled, or somebody else's
            with open(old / LOCK, "r+b") as file:
                take(file)
            shutil.rmtree(old)
            told = f"Taken away: {old}, half-written by a killed process."
            warnings.warn(told, DatasetWarning, stacklevel=4)


def take(file):
    """Lock an open file; the system lets go of it with the process. OSError: another has it."""
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
