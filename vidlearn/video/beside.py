"""The file beside, which is written first and takes the name when it is whole."""

import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress


@contextmanager
def part_beside(path):
    """Make an empty file to write in the folder of another, whose name it takes when it is whole.

    Where writing fails, it is gone, and the other stays as it was. What a killed process left of a
    file of this name is taken away first. A file that is being written is locked, and the lock
    ends with its process; on Windows an open file cannot be taken away. The name is short, so that
    it fits where the other does.

    Parameters
    ----------
    path : Path
        What the file is to become.

    Yields
    ------
    str
        Where to write.
    """
    head = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]}-"
    _sweep(path.parent, head)
    handle, part = _locked(path, head)
    try:
        yield part
        os.chmod(part, 0o666 & ~umask())
        os.replace(part, path)
    finally:
        if handle is not None:
            os.close(handle)
        with suppress(OSError):
            os.unlink(part)


def umask():
    """Return which rights this process takes from a file it makes."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _locked(path, head):
    while True:
        suffix = f".part{path.suffix}"
        handle, part = tempfile.mkstemp(prefix=head, suffix=suffix, dir=path.parent)
        if os.name == "nt":
            os.close(handle)
            return None, part
        import fcntl

        with suppress(OSError):  # a disk without locks: nothing is swept there either
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.path.exists(part):
            return handle, part
        os.close(handle)  # another process swept it before it was locked


def _sweep(folder, head):
    for old in folder.glob(f"{head}*.part*"):
        with suppress(OSError):  # it is being written, or somebody else's
            if os.name == "nt":
                old.unlink()
                continue
            import fcntl

            with open(old, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                old.unlink()
