"""What a learning platform hands over: folders and zips, gone through without trusting them."""

import io
import os
import stat
import time
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vidlearn.messages import text

__all__ = ["Entry", "Refused", "entries", "plain"]

LARGEST = 100 * 2**20  # bytes of one file
MANY = 50_000  # files in a zip
DEPTH = 2  # a zip, and zips in it
UNPACKED = 8 * 2**30  # bytes that are read of one zip in the inbox; of one in it a fortieth
NOISE = {"__macosx", "__pycache__", "thumbs.db", "desktop.ini"}
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class Refused(Exception):
    """Raised when a file cannot or may not be read; it says why, in plain words."""


@dataclass(frozen=True)
class Entry:
    """A file of the inbox, or of a zip there.

    Attributes
    ----------
    parts : tuple of str
        Its path from the inbox on; a zip counts as a folder.
    when : float
        Its time, in seconds since 1970.
    opened : callable
        Opens it for reading.
    """

    parts: tuple
    when: float
    opened: object

    @property
    def name(self):
        """Its path, fit to be shown."""
        return plain("/".join(self.parts))

    def read(self, most=None):
        """Return what is in it.

        Parameters
        ----------
        most : int, optional
            Bytes that it may have; 100 MB where nothing is said.

        Returns
        -------
        bytes

        Raises
        ------
        Refused
            If it cannot be read, or is larger.
        """
        words, most = text("classroom_collect"), LARGEST if most is None else most
        try:
            with self.opened() as file:
                data = file.read(most + 1)
        except Exception as error:  # what strangers packed may break in any way
            raise Refused(words["unreadable"].format(error=_why(error))) from None
        if len(data) > most:
            raise Refused(words["large"].format(most=most >> 20))
        return data


def plain(line):
    """Make what came from outside fit for one line of text.

    Parameters
    ----------
    line : str

    Returns
    -------
    str
        Without control characters and marks that turn the direction of writing.
    """
    line = str(line).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(
        " "
        if letter in "\n\r\t\u2028\u2029"
        else letter
        if unicodedata.category(letter) != "Cc" and not _turns(letter)
        else ""
        for letter in line
    )


def _turns(letter):
    return unicodedata.bidirectional(letter) in {
        *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }


def entries(inbox, tell, own=lambda parts: False):
    """Go through an inbox.

    Links are not followed, and nothing is unpacked onto the disk. What is in a zip has to be read
    before the next files are asked for.

    Parameters
    ----------
    inbox : Path
        The folder.
    tell : callable
        Takes a path as it is shown and a sentence: what was passed over, and why.
    own : callable
        Tells of a path whether it belongs to one student. A zip that does has one time for all
        that is in it, the time at which it came; the times inside are the student's own.

    Yields
    ------
    list of Entry
        The files of the inbox, then those of each zip.
    """
    loose = sorted(_walked(Path(inbox), tell), key=lambda entry: entry.parts)
    yield from _with_zips(loose, tell, own, 1)


def _with_zips(found, tell, own, depth):
    words = text("classroom_collect")
    files = [entry for entry in found if not entry.parts[-1].lower().endswith(".zip")]
    for entry in files:
        if entry.parts[-1].lower().endswith(PACKED):
            tell(entry.name, words["packed"])
    yield [entry for entry in files if not entry.parts[-1].lower().endswith(PACKED)]
    for entry in found:
        if not entry.parts[-1].lower().endswith(".zip"):
            continue
        if depth > DEPTH:
            tell(entry.name, words["deep"])
            continue
        try:
            file = entry.opened() if depth == 1 else io.BytesIO(entry.read())
            with file, zipfile.ZipFile(file) as packed:
                inside = _unpacked(packed, entry, tell, own(entry.parts), depth)
                yield from _with_zips(inside, tell, own, depth + 1)
        except Refused as error:
            tell(entry.name, str(error))
        except Exception as error:  # alike
            tell(entry.name, words["no_zip"].format(error=_why(error)))


def _walked(inbox, tell):
    """Yield the files of a folder and of those in it."""
    words = text("classroom_collect")

    def failed(error):
        where = Path(error.filename).relative_to(inbox).as_posix()
        tell(plain(where), words["unreadable"].format(error=_why(error)))

    for folder, folders, names in os.walk(inbox, onerror=failed):
        parts = Path(folder).relative_to(inbox).parts
        for name in [name for name in folders if os.path.islink(os.path.join(folder, name))]:
            tell(plain("/".join((*parts, name))), words["link"])
        folders[:] = sorted(name for name in folders if not _is_noise(name))
        for name in names:
            path, shown = Path(folder, name), plain("/".join((*parts, name)))
            if _is_noise(name):
                continue
            try:
                status = path.lstat()
            except OSError as error:
                tell(shown, words["unreadable"].format(error=_why(error)))
                continue
            if stat.S_ISREG(status.st_mode):
                yield Entry((*parts, name), status.st_mtime, _opener(path))
            else:
                tell(shown, words["link" if stat.S_ISLNK(status.st_mode) else "special"])


def _opener(path):
    """Return what opens a file, and never what was put into its place."""

    def opened():
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags), "rb")

    return opened


def _unpacked(packed, entry, tell, one_time, depth):
    """Return the files of a zip."""
    words, found = text("classroom_collect"), []
    budget = [UNPACKED if depth == 1 else UNPACKED // 40]
    infos = packed.infolist()
    if len(infos) > MANY:
        raise Refused(words["many"].format(count=len(infos), most=MANY))
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        shown = plain("/".join((*entry.parts, info.filename)))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not parts or info.is_dir() or any(map(_is_noise, parts)):
            continue
        if parts[0] == "/" or ".." in parts or ":" in parts[0] or "\0" in info.filename:
            tell(shown, words["outside"])
        elif kind and kind != stat.S_IFREG:
            tell(shown, words["link" if kind == stat.S_IFLNK else "special"])
        elif info.flag_bits & 1:
            tell(shown, words["locked"])
        else:
            when = entry.when if one_time else _time(info, entry.when)
            found.append(Entry((*entry.parts, *parts), when, _unpacker(packed, info, budget)))
    return sorted(found, key=lambda one: one.parts)


def _unpacker(packed, info, budget):
    """Return what opens a file of a zip, and counts what is read of the whole zip."""

    class Counted:
        def __enter__(self):
            self.file = packed.open(info)
            return self

        def __exit__(self, *error):
            self.file.close()

        def read(self, most):
            data = self.file.read(min(most, budget[0]))
            budget[0] -= len(data)
            if budget[0] <= 0:
                raise ValueError(text("classroom_collect")["bomb"])
            return data

    return Counted


def _time(info, otherwise):
    """Return when a file of a zip was last changed, in seconds since 1970."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = (int.from_bytes(extra[at : at + 2], "little") for at in (0, 2))
        if kind == 0x5455 and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return float(int.from_bytes(extra[5:9], "little", signed=True))
        extra = extra[4 + size :]
    if info.date_time[0] <= 1980:  # there is none
        return otherwise
    try:
        return time.mktime((*info.date_time, 0, 0, -1))  # the zip's clock is a local one
    except (ValueError, OverflowError):
        return otherwise


def _is_noise(name):
    return (name.startswith(".") and name not in (".", "..")) or name.casefold() in NOISE


def _why(error):
    return plain(getattr(error, "strerror", None) or error or type(error).__name__)[:200]
