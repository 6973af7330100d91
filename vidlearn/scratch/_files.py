"""Arrays in files: written as a whole or not at all, and read with one clear error."""

import os
import re
import secrets
from contextlib import suppress
from errno import EINVAL, EIO
from pathlib import Path

import numpy as np

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows, where an open file cannot be deleted: that serves as well
    LOCK_EX = LOCK_NB = 0

    def flock(file, operation):
        """Lock nothing."""


WRITING = set()  # names of the files that threads of this process are writing


def check_file(name, path):
    """Return path as a Path, when it can be that of a file."""
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise TypeError(
            f"{name} must be the path of a file; received {path!r}. "
            f'Write for example "training.npz".'
        )
    if not os.fspath(path) or Path(path).is_dir():
        received = f"the folder {path}" if os.fspath(path) else "an empty path"
        raise ValueError(
            f"{name} must be the path of a file; received {received}. "
            f'Name a file in it, such as Path(folder) / "training.npz".'
        )
    return Path(path)


def write_arrays(path, arrays):
    """Write named arrays to an .npz file; a file that is there stays until this one is complete."""
    path = check_file("path", path)
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name} must be an array of numbers or of text; received {array!r}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path)
        for last in (False, False, True):
            try:
                return _write_beside(path, arrays)
            except FileNotFoundError:  # swept by another process between two of its lines
                if last:
                    raise
    except OSError as error:
        reason = f"{path.name} cannot be written: {error.strerror or error}"
        raise OSError(error.errno or EIO, reason, str(path)) from error


def _write_beside(path, arrays):
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    WRITING.add(part.name)
    try:
        with part.open("xb") as file:
            flock(file, LOCK_EX)
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
        WRITING.discard(part.name)


def read_arrays(path):
    """Return the named arrays of an .npz file."""
    path = check_file("path", path)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {path}.") from None
    with file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return dict(arrays)
        except Exception as error:  # whatever bytes may bring about
            if isinstance(error, OSError) and error.errno not in (None, EINVAL):
                raise OSError(error.errno, error.strerror, str(path)) from error
            raise ValueError(
                f"{path} cannot be read: it is damaged, or no .npz file of arrays ({error})."
            ) from error


def sweep(path):
    """Delete what writes that were killed have left beside path.

    A write that is under way holds a lock, which ends with its process, however that ends. On
    Windows the open file itself is one.
    """
    name = re.compile(re.escape(path.name) + r"\.\d+(-[0-9a-f]{8})?\.part")
    with suppress(OSError):
        for part in [one for one in path.parent.iterdir() if name.fullmatch(one.name)]:
            if part.name in WRITING:
                continue
            with suppress(OSError):
                with part.open("rb") as file:
                    flock(file, LOCK_EX | LOCK_NB)
                part.unlink()
