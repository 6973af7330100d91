"""Unpack archives of strangers: nothing leaves the folder, nothing but plain files, within bounds.

Names, kinds and sizes are those that the archive claims; what is written is counted as it comes,
for claims can be false.
"""

import gzip
import re
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from .errors import DownloadError, error, size_in_words

PIECE = 1 << 20
HEADER = 1 << 20  # bytes that a name or an extended header of a tar may have
LOOSE = 10_000_000  # bytes up to which no ratio is too high: small texts pack well
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile),
    *(NotImplementedError, RuntimeError, UnicodeError),
)


@dataclass(frozen=True)
class Limits:
    """What an archive may grow to.

    Attributes
    ----------
    bytes, files : int
        Of all that is unpacked.
    ratio : int
        Bytes that are unpacked for each byte of the archive.
    """

    bytes: int = 10_000_000_000
    files: int = 200_000
    ratio: int = 100


def unpack(archive, folder, limits=None):
    """Unpack a .zip, .tar or .tar.gz into a folder that is thrown away if this raises.

    Parameters
    ----------
    archive, folder : Path
        The folder is there already.
    limits : Limits, optional

    Raises
    ------
    DownloadError
        If a path would leave the folder or is not safe on every system, an entry is a link or a
        device, a name comes twice, a limit is passed, or the archive is broken.
    """
    writer = _Writer(archive, folder, limits or Limits())
    with open(archive, "rb") as file:
        start = file.read(262)
    try:
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            _unpack_zip(archive, writer)
        elif start.startswith(b"\x1f\x8b"):
            with gzip.open(archive) as stream:
                _unpack_tar(stream, writer)
        elif start[257:] == b"ustar":
            with open(archive, "rb") as stream:
                _unpack_tar(stream, writer)
        else:
            raise error("archive_kind", archive=archive.name)
    except DAMAGED as mistake:
        why = f"{mistake}" or type(mistake).__name__
        raise error("archive_broken", archive=archive.name, why=why) from None


class _Writer:
    """Writes entries below a folder and keeps the account of them."""

    def __init__(self, archive, folder, limits):
        self.archive, self.folder, self.limits = archive, folder, limits
        self.packed = archive.stat().st_size
        self.bytes = self.files = 0
        self.written = set()  # of this archive; another of the same set may replace a file

    def unsafe(self, key, **facts):
        return error(f"unsafe_{key}", archive=self.archive.name, **facts)

    def place(self, name):
        """Where an entry goes; the same on Windows, macOS and Linux, or nowhere."""
        parts = name.rstrip("/").split("/")
        parts = parts[1:] if parts[0] == "." and len(parts) > 1 else parts
        safe = all(
            part and part.strip(" ") == part and part[-1] != "." and not RESERVED.fullmatch(part)
            for part in parts
        )
        if parts == ["."]:
            return self.folder
        if not safe or re.search(r'[\x00-\x1f\x7f<>:"|?*\\]', name):
            raise self.unsafe("path", member=name)
        return self.folder.joinpath(*parts)

    def count(self):
        self.files += 1
        if self.files > self.limits.files:
            raise self.unsafe("count", most=self.limits.files)

    def grow(self, amount):
        self.bytes += amount
        self.check(self.bytes)

    def check(self, amount):
        if amount > self.limits.bytes:
            raise self.unsafe("bytes", most=size_in_words(self.limits.bytes))
        if amount > max(self.limits.ratio * self.packed, LOOSE):
            raise self.unsafe("ratio", most=self.limits.ratio)

    def make_folder(self, name):
        self.count()
        try:
            self.place(name).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self.unsafe("twice", member=name) from None

    def write(self, name, stream):
        self.count()
        place = self.place(name)
        key = str(place).casefold()  # Windows and macOS take A.txt and a.txt for one
        if key in self.written or place.is_dir():
            raise self.unsafe("twice", member=name)
        self.written.add(key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self.unsafe("twice", member=name) from None
        with open(place, "wb") as file:
            while piece := stream.read(PIECE):
                self.grow(len(piece))
                file.write(piece)


def _unpack_zip(path, writer):
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        writer.check(sum(entry.file_size for entry in entries))
        for entry in entries:
            name, mode = entry.orig_filename, entry.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise writer.unsafe("kind", member=name, kind=stat.filemode(mode)[0])
            if name.endswith("/"):
                writer.make_folder(name)
                continue
            with archive.open(entry) as stream:
                writer.write(name, stream)


class _Entry(tarfile.TarInfo):
    """An entry of a tar, whose extended headers may not fill the memory."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):
        entry = super().frombuf(buf, encoding, errors)
        if entry.type in b"xgLKX" and entry.size > HEADER:
            raise tarfile.ReadError(f"a header of {entry.size} bytes")
        return entry


def _unpack_tar(stream, writer):
    # As a stream ("r|"): read once from front to back, never sought in.
    with tarfile.open(fileobj=_Counted(stream, writer), mode="r|", tarinfo=_Entry) as archive:
        for entry in archive:
            if entry.isdir():
                writer.make_folder(entry.name)
            elif entry.isreg() and not entry.issparse():
                writer.write(entry.name, archive.extractfile(entry))
            else:
                kind = "link" if entry.issym() or entry.islnk() else f"type {entry.type!r}"
                raise writer.unsafe("kind", member=entry.name, kind=kind)


class _Counted:
    """A stream that stops at the limits, also between the files."""

    def __init__(self, stream, writer):
        self.stream, self.writer, self.bytes = stream, writer, 0

    def read(self, amount):
        piece = self.stream.read(amount)
        self.bytes += len(piece)
        # Headers and padding come to 1 kB a file, and more where names are long.
        self.writer.check(self.bytes - 2048 * (self.writer.files + 1))
        return piece


def is_archive(path):
    """Whether a file is one that `unpack` unpacks, by its name."""
    return Path(path).name.endswith((".zip", ".tar", ".tar.gz", ".tgz"))


__all__ = ["DownloadError", "Limits", "is_archive", "unpack"]
