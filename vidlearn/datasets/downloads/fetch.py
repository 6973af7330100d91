"""Bring one file from the web: resumed where it stopped, tried again a few times, never half.

While a file comes it is called NAME.part, and NAME.part.json tells which state of the server's
file it is a part of (RFC 9110: an ETag or a date, sent back as If-Range). The name itself appears
when all bytes are there.
"""

import errno
import http.client
import json
import os
import re
import time
from urllib.parse import urlsplit

from vidlearn.messages import text

from .errors import DownloadError, error, size_in_words
from .progress import Progress
from .web import ask, title_of_page, told

PIECE = 1 << 18
TRIES = 4
WORTH = 1 << 20  # bytes: a try that brought so many does not count as one
LEAST = 1024  # bytes that must come within one time-out
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", None))  # the second is not on Windows


def fetch(source, file, *, timeout=30.0, pause=1.0, say=print):
    """Bring a file, or the rest of it.

    Parameters
    ----------
    source : Source
    file : Path
        Where it will be when it is whole.
    timeout : float
        Seconds without (almost) any bytes after which a try is given up.
    pause : float
        Seconds before the second try; each further pause is twice as long.
    say : callable
        Takes a line.

    Raises
    ------
    DownloadError
        When it does not come. The part that came is kept.
    """
    part, failures = _Part(file), 0
    while True:
        before = part.size
        try:
            return _once(source, part, timeout, say)
        except DownloadError as mistake:
            failures = 1 if part.size - before >= WORTH else failures + 1
            if mistake.lasting or failures >= TRIES:
                raise
            seconds = pause * 2 ** (failures - 1)
            line = text("download")["retry"]
            say(line.format(name=source.name, why=mistake, seconds=seconds))
            time.sleep(seconds)


class _Part:
    """What has come of a file so far."""

    def __init__(self, file):
        self.file = file
        self.path = file.with_name(file.name + ".part")
        self.note = file.with_name(file.name + ".part.json")

    @property
    def size(self):
        return self.path.stat().st_size if self.path.exists() else 0

    def state(self, url):
        """The ETag or date that the part was sent under, or None."""
        try:
            note = json.loads(self.note.read_text("utf-8"))
            return note["state"] if note["url"] == url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, url, headers):
        """Start over, for the state of the file that these headers tell of."""
        etag, date = headers.get("ETag", ""), headers.get("Last-Modified")
        state = etag if etag and not etag.startswith("W/") else date  # a weak tag is not enough
        self.path.unlink(missing_ok=True)
        self.note.write_text(json.dumps({"url": url, "state": state}), "utf-8")

    def end(self):
        os.replace(self.path, self.file)
        self.note.unlink(missing_ok=True)


def _once(source, part, timeout, say):
    """Ask once, for the rest if there is a part, and write what comes."""
    words, have = text("download"), part.size
    state = part.state(source.url) if have else None
    # Without a state the rest may be of another file: only a published sum would find that out.
    resumes = bool(have and (state or source.sha256)) and have <= (source.bytes or have)
    headers = {"Range": f"bytes={have}-"} if resumes else {}
    if resumes and state:
        headers["If-Range"] = state
    with ask(source.url, headers, timeout) as reply:
        begins, total = _range(reply, have if resumes else 0)
        if resumes and reply.status == 416 and total == have and total == (source.bytes or total):
            part.end()  # it was whole, and only its name was missing
            return
        if resumes and begins != have:
            say(words["restarted"].format(name=source.name))
            if reply.status != 200:
                part.path.unlink()
                raise error("broken", False, host=_host(source), done=have, total=total)
        if resumes and begins == have:
            say(words["resume"].format(name=source.name, done=size_in_words(have)))
        else:
            begins = 0
            part.begin(source.url, reply.headers)
        expected = source.bytes
        if expected is not None and total not in (None, expected) and not _is_page(reply):
            raise error("said_size", url=source.url, got=total, name=source.name, expected=expected)
        _receive(reply, source, part, begins, expected or total, timeout)
    part.end()


def _range(reply, have):
    """Where the bytes of a reply begin, or None, and how many the whole file has, or None."""
    told_range = reply.headers.get("Content-Range", "")
    if reply.status == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", told_range.strip())
        if not found:
            return None, None
        return int(found[1]), None if found[2] == "*" else int(found[2])
    if reply.status == 416:
        found = re.fullmatch(r"bytes \*/(\d+)", told_range.strip())
        return None, int(found[1]) if found else None
    length = reply.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _is_page(reply):
    return reply.headers.get_content_type() in ("text/html", "application/xhtml+xml")


def _host(source):
    return urlsplit(source.url).netloc


def _receive(reply, source, part, begins, total, timeout):
    """Write the bytes of a reply behind those that are there."""
    done = begins
    with (
        open(part.path, "ab", buffering=0) as file,  # unbuffered: what is killed has its bytes
        Progress(source.name, begins, total) as progress,
    ):
        for piece in _pieces(reply, source, timeout):
            if done == 0 and (title := title_of_page(piece)):
                raise error("html", url=source.url, name=source.name, title=title)
            done += len(piece)
            if total is not None and done > total:
                file.close()
                part.path.unlink()
                raise error("too_long", url=source.url, name=source.name, expected=total)
            _write(file, piece, part)
            progress.at(done)
        os.fsync(file.fileno())
    if total is not None and done < total:
        facts = {"done": size_in_words(done), "total": size_in_words(total)}
        raise error("broken", False, host=_host(source), **facts)


def _write(file, piece, part):
    try:
        rest = memoryview(piece)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as mistake:
        if mistake.errno in FULL:
            done = size_in_words(part.size)
            raise error("disk_full", part=part.path, done=done) from None
        raise error("unwritable", file=part.path, why=mistake.strerror) from None


def _pieces(reply, source, timeout):
    """Yield what comes; a server that only drips is given up like a silent one."""
    since, came = time.monotonic(), 0
    while True:
        try:
            piece = reply.read1(PIECE)
        except (OSError, http.client.HTTPException) as mistake:
            raise told(mistake, _host(source), timeout) from None
        if not piece:
            return
        yield piece
        came += len(piece)
        if time.monotonic() - since > timeout:
            if came < LEAST:
                raise error("timeout", False, host=_host(source), seconds=timeout)
            since, came = time.monotonic(), 0
