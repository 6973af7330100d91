"""Bring a set: ask, fetch, verify, unpack, and say how to read it."""

import contextlib
import os
import shlex
import shutil
import sys
from pathlib import Path

import platformdirs

from vidlearn.messages import text

from .catalogue import downloadable
from .errors import DownloadError, error, size_in_words
from .fetch import FULL, fetch
from .layouts import lay_out
from .lock import locked
from .records import Record
from .unpack import is_archive, unpack

CLIPS = ("clips", "ucf101", "hmdb51", "kth")  # forms that are read by a function of that name
UNPACKED = 1.25  # bytes for each byte of an archive of pictures, which are packed already


def download(name, *, to=None, yes=False, offline=None, listed=None) -> Path:
    """Fetch a set of pictures or films from its publisher, if you say yes to its terms.

    Size, terms, where from and where to are shown first, and nothing comes without a yes. What
    was broken off goes on where it stopped. Every file is held against its published size and
    SHA-256, or, where none is published, against what came the first time. Nothing that an archive
    holds can leave the folder, and the folder appears only when it is whole.

    Parameters
    ----------
    name : str
        One of those that `downloadable` tells.
    to : path, optional
        The folder in which the set gets a folder of its own. Default: the environment's
        ``VIDLEARN_DATA``, else a folder of vidlearn's own among the user's data.
    yes : bool
        True says yes to size and terms; otherwise you are asked, where there is a terminal.
    offline : bool, optional
        True fetches nothing: what is there is used. Default: whether ``VIDLEARN_OFFLINE`` is 1.
    listed : path, optional
        A list of your own in the form of ``datasets/downloads.toml``.

    Returns
    -------
    Path
        The set's own root, which ``datasets.read`` takes where the set has a form it knows.

    Raises
    ------
    ValueError
        If there is no such set.
    DownloadError
        An `OSError`: if the answer was not yes, or the set did not come. The message tells the
        way by hand.

    Examples
    --------
    >>> download("bccd", to="/nowhere", offline=True)
    Traceback (most recent call last):
    vidlearn.datasets.downloads.errors.DownloadError: bccd is not in ...

    Lesson 11 teaches it.
    """
    sets = downloadable(listed)
    if name not in sets:
        raise ValueError(
            text("download_errors")["unknown"].format(names=", ".join(sets), name=name)
        )
    job = _Job(sets[name], Path(to).expanduser() if to is not None else data_folder())
    if offline is None:
        offline = os.environ.get("VIDLEARN_OFFLINE", "") not in ("", "0")
    if not job.is_here():
        job.agree(yes, offline)
        job.archives.mkdir(parents=True, exist_ok=True)
        with locked(job.archives / "lock", name):
            if not job.is_here():  # another process may just have brought it
                job.bring()
    job.tell()
    return job.root()


def data_folder() -> Path:
    """The folder in which sets lie when no other is named."""
    chosen = os.environ.get("VIDLEARN_DATA")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("vidlearn", False)) / "data"


class _Job:
    """One set and the folders that it takes."""

    def __init__(self, wanted, root):
        self.set, self.words = wanted, text("download")
        root = Path(os.path.abspath(root))
        self.folder = root / wanted.name
        self.archives = root / "archives" / wanted.name
        self.half = root / f".{wanted.name}.unpacking"

    def say(self, key, **facts):
        print(self.words[key].format(name=self.set.name, title=self.set.title, **facts), flush=True)

    def record(self):
        return Record(self.archives / "record.json")

    def missing(self):
        return [source for source in self.set.files if not (self.archives / source.name).exists()]

    def is_here(self):
        """Whether the set is whole already. A folder of somebody else's is never touched."""
        if not self.folder.exists():
            return False
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()
            return False
        if not self.record().whole:
            raise error("occupied", folder=self.folder)
        self.say("here", folder=self.folder)
        return True

    def agree(self, yes, offline):
        """Show size and terms, and ask; raise if the answer is not yes."""
        if not (missing := self.missing()):
            return
        if offline:
            raise self.by_hand(error("offline", name=self.set.name, folder=self.folder.parent))
        size, need, free = self.sizes(missing)
        urls = "\n         ".join(source.url for source in missing)
        facts = {"holds": self.set.holds, "terms": self.set.terms, "home": self.set.home}
        room = {"room": size_in_words(need) if need else "?", "free": size_in_words(free)}
        self.say("offer", **facts, **room, size=size, urls=urls, folder=self.folder)
        if need and need > free:
            place = {"folder": self.folder.parent, "free": size_in_words(free)}
            raise error("no_room", name=self.set.name, need=size_in_words(need), **place)
        if yes:
            return
        if not sys.stdin or not sys.stdin.isatty():
            raise DownloadError(self.words["must_say_yes"], kind="must_say_yes")
        try:
            answer = input(self.words["ask"])
        except EOFError:  # Ctrl-D
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise DownloadError(self.words["refused"], kind="refused")

    def sizes(self, missing):
        """The size in words, the bytes of room that are needed or None, and those that are free."""
        there = self.folder.parent
        while not there.exists():
            there = there.parent
        free = shutil.disk_usage(there).free
        total = self.set.bytes or self.set.about
        if total is None:
            return self.words["unknown_size"], None, free
        size = size_in_words(total)
        if self.set.bytes is None:
            size = self.words["about_size"].format(size=size)
        have = sum(
            path.stat().st_size for path in self.archives.glob("*") if path.suffix != ".wrong"
        )
        return size, max(total - have, 0) + int(UNPACKED * total), free

    def bring(self):
        """Fetch what is missing, verify all, unpack all."""
        record, fetched = self.record(), []
        try:
            for source in self.missing():
                fetch(source, self.archives / source.name, say=_say)
                fetched.append(source)
            for source in self.set.files:
                record.verify(source, self.archives / source.name, _say)
        except DownloadError as mistake:
            raise self.by_hand(mistake) from None
        except KeyboardInterrupt:
            self.say("interrupted")
            raise
        self.install(record)
        for source in fetched:
            (self.archives / source.name).unlink()
        if len(fetched) < len(self.set.files):
            self.say("kept", archives=self.archives)

    def install(self, record):
        """Unpack beside the set's folder, then give it its name in one go."""
        shutil.rmtree(self.half, ignore_errors=True)  # of a process that was killed
        self.half.mkdir()
        try:
            for source in self.set.files:
                archive = self.archives / source.name
                if is_archive(archive):
                    self.say("unpacking", file=source.name)
                    unpack(archive, self.half)
                else:
                    shutil.copyfile(archive, self.half / source.name)
            self.lay_out()
            record.save(whole=True)
            os.replace(self.half, self.folder)
        except OSError as mistake:
            if mistake.errno in FULL and not isinstance(mistake, DownloadError):
                facts = {"name": self.set.name, "folder": self.folder.parent}
                raise error("full_unpacking", **facts) from None
            raise
        finally:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.half)

    def by_hand(self, mistake):
        """The same error with the way by hand below it."""
        words = text("download_manual")
        note = ""
        if mistake.kind == "certificate" and self.set.note:
            note = "\n" + words[self.set.note]
        files = "\n".join(
            words["one"].format(url=source.url, file=self.archives / source.name)
            for source in self.missing()
        )
        way = words["by_hand"].format(files=files, home=self.set.home) if files else ""
        return DownloadError(f"{mistake}{note}{way}", mistake.lasting, mistake.kind)

    def lay_out(self):
        """Add what makes the set readable; what cannot be added is said, and the set is kept."""
        if not self.set.layout:
            return
        try:
            lay_out(self.set.layout, self.own(self.half))
        except DownloadError as mistake:
            self.say("unlike", why=mistake)

    def own(self, folder):
        """The folder inside that is the set's own root."""
        found = folder.rglob(self.set.inside) if self.set.inside else ()
        found = sorted((len(path.parts), path) for path in found if path.is_dir())
        return found[0][1].parent if found else folder

    def root(self):
        """The folder that is read: what was laid out, or the set's own root."""
        own = self.own(self.folder)
        return own / "voc" if self.set.layout and (own / "voc").is_dir() else own

    def tell(self):
        root = str(self.root())
        self.say("done", folder=root)
        if self.set.form in CLIPS:
            self.say("read_clips", folder=root, form=self.set.form, quoted=shlex.quote(root))
        elif self.set.form and (not self.set.layout or self.root() != self.own(self.folder)):
            skip = ", skip=True" if self.set.skip else ""
            self.say("read_it", folder=root, quoted=shlex.quote(root), skip=skip)


def _say(line):
    print(line, flush=True)


def shown_list(to=None, listed=None) -> str:
    """The sets as a table: name, size, terms, and where each is.

    Parameters
    ----------
    to : path, optional
        The folder that they are looked for in, as `download` has it.
    listed : path, optional
        A list of your own.

    Returns
    -------
    str
    """
    words = text("download")
    rows = [words["columns"]]
    for wanted in downloadable(listed).values():
        job = _Job(wanted, Path(to).expanduser() if to is not None else data_folder())
        size = words["unknown_size"]
        if wanted.bytes or wanted.about:
            size = size_in_words(wanted.bytes or wanted.about)
        where = str(job.folder) if job.folder.exists() else words["absent"]
        rows.append([wanted.name, size, wanted.licence, where])
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    )
