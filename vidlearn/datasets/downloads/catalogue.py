"""The sets that can be downloaded, as ``datasets/downloads.toml`` describes them."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from .errors import error

PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One file of a set, where it lies on the web.

    Attributes
    ----------
    url, name : str
        The address, and what the file is called here.
    bytes : int or None
        Its size, where it is published.
    sha256 : str or None
        Its sum, where it is published; else it is pinned at the first download.
    """

    url: str
    name: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Downloadable:
    """A set of pictures or films that `download` fetches when it is asked to.

    Attributes
    ----------
    name : str
        What it is called here.
    title, holds : str
        What it is, and what is in it.
    licence, terms, home : str
        The licence in short, the terms in a sentence, and the page that tells more.
    files : tuple of Source
        What is fetched.
    form : str
        The form of its labels for ``datasets.read``, or "" where that does not read it. "clips",
        "ucf101", "hmdb51", "kth": ``datasets.read_clips`` and its like read it.
    skip : bool
        Whether it holds faulty boxes, so that ``datasets.read`` needs ``skip=True``.
    inside : str
        A folder that tells the set's own root, or "".
    layout : str
        How its labels are put into a folder ``voc`` below that root, or "".
    about : int or None
        Its size where it is known only roughly.
    note : str
        A warning of its own in the section ``download_manual``, or "".
    """

    name: str
    title: str
    holds: str
    licence: str
    terms: str
    home: str
    files: tuple[Source, ...]
    form: str = ""
    skip: bool = False
    inside: str = ""
    layout: str = ""
    about: int | None = None
    note: str = ""

    @property
    def bytes(self):
        """The published size of all files together, or None."""
        sizes = [file.bytes for file in self.files]
        return None if None in sizes else sum(sizes)


def downloadable(file=None) -> dict[str, Downloadable]:
    """Say which sets can be downloaded.

    Parameters
    ----------
    file : path, optional
        A list of your own in the form of ``datasets/downloads.toml``, which is the default.

    Returns
    -------
    dict of str to Downloadable
        By name.

    Raises
    ------
    ValueError
        If the file does not describe a set rightly.

    Examples
    --------
    >>> downloadable()["bccd"].licence
    'MIT'

    Lesson 11 teaches it.
    """
    file = Path(file) if file is not None else _listed()
    tables = tomllib.loads(file.read_text("utf-8"))
    return {name: _described(name, table, file) for name, table in tables.items()}


def _listed():
    for folder in (PACKAGE.parent, PACKAGE / "_share"):
        if (folder / "datasets" / "downloads.toml").is_file():
            return folder / "datasets" / "downloads.toml"
    raise error("no_catalogue", package=PACKAGE)


def _described(name, table, file):
    def wrong(why):
        return ValueError(str(error("catalogue", file=file, name=name, why=why)))

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise wrong("a name is made of a-z, 0-9 and hyphens")
    try:
        files = tuple(Source(**entry) for entry in table["files"])
        made = Downloadable(**{**table, "name": name, "files": files})
    except (KeyError, TypeError) as mistake:
        known = [field.name for field in fields(Downloadable)]
        raise wrong(f"{mistake}; a set has {known}") from None
    for source in files:
        if not re.fullmatch(r"[\w][\w.-]*", source.name):
            raise wrong(f"{source.name!r} is no plain file name")
        if not source.url.startswith(("https://", "http://")):
            raise wrong(str(error("refused_url", url=source.url)))
        if source.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", source.sha256):
            raise wrong(f"{source.sha256!r} is no SHA-256 in lower-case hexadecimal")
    if not files or len({source.name for source in files}) < len(files):
        raise wrong("it needs at least one file, and each under a name of its own")
    return made
