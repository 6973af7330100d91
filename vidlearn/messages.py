"""The one catalogue of what the library says to learners.

Each file ``vidlearn/course/messages/<language>/*.toml`` holds tables; a table is a section. A
second language is a second folder with the same tables: what it lacks is said in English.
"""

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["text"]


@cache
def _catalogue(language: str) -> dict[str, dict]:
    """Read every table of a language, from all of its files together."""
    # The package vidlearn, not vidlearn.course: reading a string must not import the course.
    folder = files("vidlearn") / "course" / "messages" / language
    if not folder.is_dir():
        known = sorted(entry.name for entry in folder.parent.iterdir() if entry.is_dir())
        raise ValueError(f"language must be one of {known}. Received: {language!r}")
    sections: dict[str, dict] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        tables = tomllib.loads(file.read_text("utf-8"))
        if twice := sections.keys() & tables.keys():
            raise ValueError(f"{file.name}: sections {sorted(twice)} stand in another file too")
        sections |= tables
    return sections


def text(section: str, language: str = "en") -> dict:
    """Return the strings of one section of the catalogue.

    Parameters
    ----------
    section : str
        Name of a table in one of the language's files, such as ``"convolution_stepper"``.
    language : str, default "en"
        Folder of the language. A string it lacks is taken from the English section.

    Returns
    -------
    dict
        Names and their strings, a fresh copy. Placeholders such as ``{rows}`` are for
        `str.format` in Python and for ``fill`` in the widgets' JavaScript.

    Raises
    ------
    ValueError
        If there is no such section or language.

    Examples
    --------
    >>> text("widgets")["play"]
    'Play'
    """
    english = _catalogue("en")
    if section not in english:
        raise ValueError(f"section must be one of {sorted(english)}. Received: {section!r}")
    return english[section] | _catalogue(language).get(section, {})
