"""Files that appear whole or not at all."""

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from vidlearn.video.write import umask


@contextmanager
def replaced(path, failed):
    """Give a file beside to write; it takes the name when it is whole and on the disk.

    What was under the name stays until then, also where the disk is full or the process dies.
    A link stays one: what it leads to is replaced. Where it fails, ``failed(path, error)`` makes
    of an OSError what is raised.
    """
    path, part = Path(path).expanduser(), None
    try:
        path = _followed(path)
        handle, part = tempfile.mkstemp(prefix=".", suffix=f".part{path.suffix}", dir=path.parent)
        os.close(handle)
        yield Path(part)
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.chmod(part, 0o666 & ~umask())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise failed(path, error) from error
    finally:
        if part is not None:
            with suppress(OSError):
                os.unlink(part)


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
