"""Whose work a file is, by its path, and which assignment: what platforms call things."""

import functools
import re
import unicodedata

__all__ = ["Roster", "assignment_of"]

# Surname Name_12345_assignsubmission_file_ (Moodle), surnamename_LATE_123_456_name (Canvas)
MOODLE = re.compile(r"^(.+?)_\d+_assignsubmission_(?:file|onlinetext)(?:_(.*))?$", re.I | re.S)
CANVAS = re.compile(r"^([^\W_]+)(?:_late)?_\d+_\d+_(.+)$", re.I | re.S)
ENDING = re.compile(r"(?:\.ipynb)?(?:\.(?:txt|json|zip))?$", re.I)
COPY = re.compile(r"(?: ?\(\d+\)|[-_ ]copy\d*|[-_]\d{1,2})+$", re.I)  # name (2), name-1
FLAT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
RUN = 9  # words of the longest name


class Roster:
    """The list of students, and how to find one of them in a path.

    Parameters
    ----------
    students : list of dict
        With ``id``, and ``first_name``, ``last_name`` and ``email`` where they are known.

    Attributes
    ----------
    ids : list of str
        Those that can be the name of a folder.
    refused : list of str
        Those that cannot, or stand there twice.

    Examples
    --------
    >>> roster = Roster([{"id": "ab12", "first_name": "Zoë", "last_name": "de Vries"}])
    >>> roster.find(("zip", "de Vries Zoe_4711_assignsubmission_file_", "my work.ipynb"))
    {'ab12'}
    """

    def __init__(self, students):
        self.ids, self.refused, self._literal, self._names = [], [], {}, {}
        for one in students:
            name = unicodedata.normalize("NFC", str(one.get("id") or "").strip())
            if not is_safe(name) or name.casefold() in map(str.casefold, self.ids):
                self.refused.append(name)
                continue
            self.ids.append(name)
            email = str(one.get("email") or "").strip().casefold()
            for known in {name.casefold(), email, email.partition("@")[0]} - {""}:
                self._literal.setdefault(known, set()).add(name)
            for known in _forms(one.get("first_name"), one.get("last_name")):
                self._names.setdefault(known, set()).add(name)
        known = sorted(self._literal, key=len, reverse=True)
        bounded = "|".join(map(re.escape, filter(_is_telling, known)))
        self._pattern = re.compile(rf"(?<![^\W_])(?=({bounded})(?![^\W_]))") if bounded else None
        self._find = functools.lru_cache(20_000)(self._find)

    def find(self, parts):
        """Return the students whom a path names.

        Parameters
        ----------
        parts : tuple of str
            Folders, zips and the file.

        Returns
        -------
        set of str
            One id, if all is well.
        """
        named = self._by_part(parts)
        return set.intersection(*named) or set().union(*named) if named else set()

    def clash(self, parts):
        """Tell whether the parts of a path name different students.

        A platform's folder may say one, and the file in it, which a student named, another.

        Parameters
        ----------
        parts : tuple of str
            Folders, zips and the file.

        Returns
        -------
        bool
        """
        named = self._by_part(parts)
        return bool(named) and not set.intersection(*named)

    def _by_part(self, parts):
        return [set(found) for found in map(self._find, parts) if found]

    def _find(self, part):
        """Return the students whom one part of a path names."""
        part = ENDING.sub("", unicodedata.normalize("NFC", part)).strip()
        whole = self._literal.get(part.casefold()) or self._literal.get(
            COPY.sub("", part).casefold()
        )
        if whole:
            return whole
        for shape in (MOODLE, CANVAS):
            found = shape.match(part)
            if found and (known := self._named(found.group(1))):
                return known
        found = MOODLE.match(part)  # its number is the platform's own, and nobody's id
        return self._named((found.group(2) or "") if found else part)

    def _named(self, part):
        """Return the students whose id, address or names stand in a text; the longest find wins."""
        found = []  # (where it begins, where it ends, students)
        folded = part.casefold()
        for match in self._pattern.finditer(folded) if self._pattern else ():
            found.append((match.start(1), match.end(1), self._literal[match.group(1)]))
        words = [(*m.span(), _squeezed(m.group())) for m in re.finditer(r"[^\W\d_]+", folded)]
        for first in range(len(words)):
            run = ""
            for last in range(first, min(first + RUN, len(words))):
                run += words[last][2]
                if run in self._names:
                    found.append((words[first][0], words[last][1], self._names[run]))
        return set().union(
            *(
                who
                for begin, end, who in found
                if not any(
                    (b <= begin and end <= e) and (b, e) != (begin, end) for b, e, _ in found
                )
            )
        )


def is_safe(name):
    """Tell whether an id can be the name of a folder.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
    """
    return bool(re.fullmatch(r"[^\W_][\w.@ -]{0,99}", name)) and name[-1] not in ". "


def assignment_of(parts, names):
    """Tell which assignment a path names; what stands nearest to the file counts.

    Parameters
    ----------
    parts : tuple of str
        Folders, zips and the file.
    names : iterable of str
        The assignments.

    Returns
    -------
    str or None
        None if there is none, or more than one.

    Examples
    --------
    >>> assignment_of(("Assignment 3", "alice_Convolution-1.ipynb"), ["convolution", "action"])
    'convolution'
    """
    for part in reversed(parts):
        folded = ENDING.sub("", part).casefold()
        named = {
            name
            for name in names
            if re.search(rf"(?<![^\W\d_]){re.escape(name.casefold())}(?![^\W\d_])", folded)
        }
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _is_telling(known):
    """Tell whether an id is long enough to be looked for inside of a name."""
    return len(known) > 1 and not (known.isdigit() and len(known) < 4)


def _forms(first, last):
    """Return how a platform may write a name, squeezed into one word."""
    first, last = str(first or "").strip(), str(last or "").strip()
    if not first or not last:
        return set()
    forms = set()
    for given in {first, re.split(r"[\s-]", first)[0]}:
        for spell in (lambda word: word, lambda word: word.casefold().translate(SPELT)):
            one, two = (_squeezed(spell(word)) for word in (given, last))
            forms |= {one + two, two + one}
    return forms


def _squeezed(word):
    """Return a word's letters, small and without accents."""
    word = unicodedata.normalize("NFKD", word.casefold().translate(FLAT))
    return "".join(letter for letter in word if letter.isalpha())
