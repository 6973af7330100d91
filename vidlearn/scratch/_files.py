"""Arrays in files: written as a whole or not at all, and read with one clear error."""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

DAMAGE = (
    *(ValueError, TypeError, OSError, EOFError, KeyError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)


def write_arrays(path, arrays):
    """Write named arrays to an .npz file; a file that is there stays until this one is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_arrays(path):
    """Return the named arrays of an .npz file."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {path}.") from None
    except DAMAGE as error:
        raise ValueError(
            f"{path} cannot be read: it is damaged, or no .npz file of arrays ({error})."
        ) from error
