"""What is remembered of a set's files: the sums they had when they first came."""

import hashlib
import json
import os
import time

from vidlearn.messages import text

from .errors import error


class Record:
    """A small JSON file beside the archives of one set.

    Parameters
    ----------
    file : Path
    """

    def __init__(self, file):
        self.file = file
        try:
            self.notes = json.loads(file.read_text("utf-8"))
            self.files = self.notes.setdefault("files", {})
            whole = self.whole
        except FileNotFoundError:
            self.notes = {"files": {}, "whole": False}
            self.files, whole = self.notes["files"], False
        except (OSError, ValueError, AttributeError, KeyError) as mistake:
            raise error("record", file=file, why=mistake) from None
        self.notes["whole"] = whole

    @property
    def whole(self):
        """Whether the set was unpacked to its end."""
        return bool(self.notes["whole"])

    def save(self, **notes):
        """Write it in one go: a process that dies leaves the old one."""
        self.notes.update(notes)
        fresh = self.file.with_name(self.file.name + ".new")
        fresh.write_text(json.dumps(self.notes, indent=1), "utf-8")
        os.replace(fresh, self.file)

    def verify(self, source, file, say):
        """Hold a file against its size and sum; without a published sum, against the first one.

        Raises
        ------
        DownloadError
            If it is another file. It is set aside as NAME.wrong.
        """
        words, size = text("download"), file.stat().st_size
        if source.bytes is not None and size != source.bytes:
            raise _aside(file, "size", got=size, expected=source.bytes)
        got, first = _sum(file), self.files.get(source.name)
        if source.sha256 is not None and got != source.sha256:
            raise _aside(file, "sum", got=got, expected=source.sha256)
        if source.sha256 is None and first and got != first["sha256"]:
            facts = {"expected": first["sha256"], "date": first["date"], "pins": self.file}
            raise _aside(file, "pin", got=got, **facts)
        if first is None:
            date = time.strftime("%Y-%m-%d")
            first = {"url": source.url, "bytes": size, "sha256": got, "date": date}
            self.files[source.name] = first
            self.save()
            key = "verified" if source.sha256 else "pinned"
        else:
            key = "verified" if source.sha256 else "as_pinned"
        say(words[key].format(name=source.name, file=self.file, sha256=got, date=first["date"]))


def _sum(file):
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _aside(file, key, **facts):
    aside = file.with_name(file.name + ".wrong")
    os.replace(file, aside)
    return error(key, file=file.name, aside=aside, **facts)
