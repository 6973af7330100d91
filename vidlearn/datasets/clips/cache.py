"""Decoded clips kept on disk, within a bound, for one process or several."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import numpy as np

from vidlearn.video.arguments import whole
from vidlearn.video.door import as_path

from ..types import DatasetError

HEADER = 256  # bytes that .npy puts before the numbers, at most
FORMAT = 1  # another number, and no clip that was kept before is found


class ClipCache:
    """Decoded and resized clips in a folder, never more than so many bytes of them.

    A clip is one .npy file, whole or not there at all. What was used longest ago goes first.
    Several processes may share a folder. It may be deleted at any time: clips are then decoded
    again. Where the disk is full, or may not be written to, nothing more is kept, which `trouble`
    tells, and what reads clips goes on without.

    Parameters
    ----------
    folder : str or Path
        Where the files go, made where it is missing. Other files in it are left alone.
    max_bytes : int
        The bound. A clip of 16 frames of 112 x 112 takes 602 kB.

    Attributes
    ----------
    trouble : str or None
        Why nothing more is kept.

    Raises
    ------
    DatasetError
        If the folder's name is a file's.

    Examples
    --------
    >>> import tempfile; folder = Path(tempfile.mkdtemp())
    >>> cache = ClipCache(folder / "decoded", 10_000_000)
    >>> cache.put("jump", np.zeros((16, 48, 48, 3), np.uint8))
    >>> cache.get("jump").shape, cache.get("run"), cache.bytes <= cache.max_bytes
    ((16, 48, 48, 3), None, True)

    Lesson 17 teaches it.
    """

    def __init__(self, folder, max_bytes):
        self.folder, self.max_bytes = as_path("folder", folder), whole("max_bytes", max_bytes, 1)
        self.trouble = None
        if self.folder.exists() and not self.folder.is_dir():
            raise DatasetError(f"folder must be a folder, for decoded clips. Received: {folder}")

    def get(self, key):
        """Return the clip that was kept under a key, read from disk as it is used, or None."""
        file = self._file(key)
        try:
            clip = np.load(file, mmap_mode="r")
            os.utime(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):  # damaged, or of somebody else
            with contextlib.suppress(OSError):
                file.unlink()
            return None
        return clip

    def put(self, key, clip):
        """Keep a clip under a key; older ones make room for it.

        A clip larger than the bound is not kept.
        """
        need = clip.nbytes + HEADER
        if self.trouble or need > self.max_bytes:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _held(self.folder / "clips.lock") as ledger:
                used = _read(ledger)
                if used is None or used + need > self.max_bytes:
                    used = self._make_room(need)
                if used + need <= self.max_bytes:
                    _write(ledger, used + need)  # before the file: too much is better than too few
                    self._save(self._file(key), clip)
        except OSError as error:
            self.trouble = (
                f"Decoded clips are no longer kept in {self.folder} ({error.strerror or error}); "
                "clips are decoded each time, which is slower."
            )

    @property
    def bytes(self):
        """How many bytes the clips in the folder take."""
        return sum(size for _, size, _ in self._kept())

    def __len__(self):
        return len(self._kept())

    def clear(self):
        """Delete all clips that are kept."""
        if self.folder.is_dir():
            with _held(self.folder / "clips.lock") as ledger:
                self._make_room(self.max_bytes + 1)
                _write(ledger, 0)

    def __repr__(self):
        return f"ClipCache of {len(self)} clips, {self.bytes:,} of {self.max_bytes:,} bytes"

    def _file(self, key):
        digest = hashlib.blake2b(repr((FORMAT, key)).encode(), digest_size=16).hexdigest()
        return self.folder / f"{digest}.npy"

    def _kept(self):
        """Return (time of the last use, bytes, path) of every clip."""
        found = []
        for path in self.folder.glob("*.npy"):
            if len(path.stem) == 32:
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    found.append((stat.st_mtime_ns, stat.st_size, path))
        return found

    def _make_room(self, need):
        """Delete what was used longest ago; return how many bytes are still taken."""
        for part in self.folder.glob("*.npy.part"):  # of a process that was killed
            part.unlink()
        kept = sorted(self._kept())
        used = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if used + need <= self.max_bytes:
                break
            with contextlib.suppress(OSError):  # on Windows a file that is read stays
                path.unlink()
                used -= size
        return used

    def _save(self, file, clip):
        part = Path(f"{file}.part")
        try:
            with open(part, "wb") as handle:
                np.save(handle, clip)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def _held(file):
    """Wait for a lock of the operating system, which lets go when a process dies."""
    with open(file, "a+b") as handle:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def _read(ledger):
    """Return how many bytes were taken, or None where that is not known."""
    ledger.seek(0)
    words = ledger.read(32)
    return int(words) if words.isdigit() else None


def _write(ledger, used):
    ledger.seek(0)
    ledger.truncate()
    ledger.write(b"%d" % used)
    ledger.flush()
