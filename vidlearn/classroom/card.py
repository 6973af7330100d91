"""Numbers of their own for each student, so that a neighbour's answer does not fit."""

import hashlib
import html

import numpy as np

from vidlearn.messages import text

__all__ = ["Card", "card"]


class Card:
    """A student's own numbers for one assignment.

    Attributes
    ----------
    assignment : str
        Name of the assignment.
    student : str
        Id of the student, as it counts: without blanks at its ends, in small letters.
    values : dict
        Name and value of each number.
    sentences : list of str
        What each number means.

    Examples
    --------
    >>> mine = card("convolution", "alice", crop=("Cut off {} rows.", [1, 2, 3]))
    >>> mine["crop"] in (1, 2, 3)
    True
    """

    def __init__(self, assignment, student, values, sentences):
        self.assignment, self.student = assignment, student
        self.values, self.sentences = values, sentences

    def __getitem__(self, name):
        return self.values[name]

    def __repr__(self):
        head = text("classroom")["card"].format(student=self.student)
        return "\n".join([head, *(f"- {line}" for line in self.sentences)])

    def _repr_html_(self):
        head = html.escape(text("classroom")["card"].format(student=self.student))
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self.sentences)
        return (
            "<div class='vl-card' style='border:1px solid;border-radius:.5em;padding:.6em 1em;"
            f"max-width:44em'><strong>{head}</strong><ul style='margin:.3em 0'>{lines}</ul></div>"
        )


def card(assignment, student, /, *, course="", **draws):
    """Draw a student's own numbers.

    Each number hangs on the course, the student, the assignment and its own name alone, so the
    one who marks draws the same, and a number added later moves no other.

    Parameters
    ----------
    assignment : str
        Name of the assignment.
    student : str
        Id of the student. Blanks at its ends and capitals make no difference.
    course : str, optional
        Name of the course. Another year's course has other numbers.
    **draws : tuple
        For each number a sentence with ``{}`` where it stands, and the values it may have: a
        sequence, from which one is drawn.

    Returns
    -------
    Card

    Raises
    ------
    ValueError
        If there is no id yet, or a number has nothing to choose from.

    Examples
    --------
    >>> ties = ("Where two are largest, the gradient goes to the {} of them.", ["first", "last"])
    >>> one, two = (card("pooling", name, ties=ties)["ties"] for name in ("bob", " Bob "))
    >>> one == two
    True
    """
    words = text("classroom")
    known = str(student).strip().casefold() if student is not None else ""
    if not known:
        raise ValueError(words["no_student"])
    values, sentences = {}, []
    for name, (sentence, choices) in draws.items():
        choices = list(choices)
        if not choices:
            raise ValueError(words["no_choice"].format(name=name))
        key = "\n".join([str(course).strip(), assignment, known, name]).encode()
        seed = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
        values[name] = choices[int(np.random.default_rng(seed).integers(len(choices)))]
        shown = values[name]
        listed = ", ".join(map(str, shown)) if isinstance(shown, tuple | list) else shown
        sentences.append(sentence.format(listed))
    return Card(assignment, known, values, sentences)
