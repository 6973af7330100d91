"""The door: a path is judged once, and is a film or pictures from then on."""

from __future__ import annotations

import difflib
import os
import re
from functools import lru_cache
from pathlib import Path

from .errors import VideoError
from .film import Film
from .folder import Pictures, is_still, stamp

REMEMBERED = 16384  # films; what is known about one is some kilobytes


def opened(path, name="path") -> Film | Pictures:
    """Return what a path names: a `Film`, or `Pictures` for a folder or a single picture.

    Both have `count`, `bound`, `pixels`, `tick`, `times()`, `pick(wanted, size=, colour=)` and
    `facts(decode)`, and keep what they have learned about themselves for as long as the file
    does not change.

    Raises
    ------
    VideoError
        If there is no such file, or it is empty, a device, an address on a network ...
    """
    path = located(path, name)
    return _known(*stamp(path))


@lru_cache(maxsize=REMEMBERED)
def _known(path, mtime, size):
    path = Path(path)
    return Pictures(path) if path.is_dir() or is_still(path) else Film(path)


def as_path(name, value):
    """Return a path as an absolute Path, or raise a VideoError that names the argument."""
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        kind = type(value).__name__
        raise VideoError(f"{name} must be a str or a Path. Received: {value!r:.60} ({kind})")
    text = os.fspath(value)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise VideoError(f"{name} must be a file on this machine; download it first: {text}")
    if not text.strip() or "\0" in text:
        raise VideoError(f"{name} must name a file. Received: {text!r}")
    try:
        return Path(value).expanduser().absolute()
    except (OSError, RuntimeError) as error:
        raise VideoError(f"{name} {text!r} makes no sense: {error}.") from error


def located(path, name="path"):
    """Return the absolute path of an existing file or folder; `name` is that of the argument."""
    path = as_path(name, path)
    try:
        if path.is_dir() or (path.is_file() and path.stat().st_size):
            return path
        if path.is_file():
            raise VideoError(f"{path} is empty (0 bytes). Copy or download it again.")
        if path.exists():
            raise VideoError(f"{path} is a device or a pipe, not a file. Name a video file.")
        if path.is_symlink():
            raise VideoError(f"{path} is a link to {os.readlink(path)}, which is not there.")
        names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except VideoError:
        raise
    except OSError as error:
        raise VideoError(f"{path} cannot be opened ({error.strerror or error}).") from error
    close = difflib.get_close_matches(path.name, names, n=1)
    hint = f" Did you mean {close[0]}?" if close else " Check the folder and the spelling."
    raise VideoError(f"There is no file {path}.{hint}")
