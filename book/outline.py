"""What stands where in a lesson: read from its notebook, for the teacher's guide and the slides."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FOLDED = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
OUTCOMES = re.compile(r"\*\*After this (?:lesson|page) you can\*\* \| (.*?) \|$", re.MULTILINE)
HEADING = re.compile(r"^#{1,3} (.*)$", re.MULTILINE)
NOTE = re.compile(r"^\*\*([^*]+?)\.?\*\*[ \t]*(.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)
TEACHERS = "<b>For teachers</b>"
ELSEWHERE = re.compile(r"PyTorch|\bGPU\b|in Keras\b|^Keras\b")  # of tools, not of the subject


@dataclass(frozen=True)
class Outline:
    """A lesson in outline; all words are Markdown.

    Attributes
    ----------
    number, stem, title : str
        Such as ``"03"``, ``"03_convolution"`` and ``"Convolution"``.
    lead : str
        What its first paragraph says.
    outcomes : list of str
        What a learner can do after it.
    questions : list of (str, str)
        Its questions for everyone, with their answers.
    note : dict
        Its note for teachers: "Timing", "Pitfalls", "To ask in class".
    """

    number: str
    stem: str
    title: str
    lead: str
    outcomes: list
    questions: list
    note: dict


def split(markdown):
    """Return Markdown without what it folds, and what it folds: a list of (summary, body)."""
    folds = [(found[1].strip(), found[2].strip()) for found in FOLDED.finditer(markdown)]
    return FOLDED.sub("", markdown), folds


def notes_in(folds):
    """Return the note for teachers among what a lesson folds, by its parts."""
    said = next((body for summary, body in folds if summary == TEACHERS), "")
    return {name: " ".join(words.split()) for name, words in NOTE.findall(said)}


def read(path):
    """Read a lesson's notebook; what `outline` returns, from any file."""
    cells = nbformat.read(path, as_version=4).cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    first, (_, folds) = words[0], split("\n\n".join(words[1:]))
    number, _, title = HEADING.search(first)[1].partition(" · ")
    lead = next(block for block in first.split("\n\n")[1:] if block.strip())
    last = len(folds) - 1
    start = next((k for k in range(last, -1, -1) if folds[k][0] == TEACHERS), last + 1)
    final = [fold for fold in split(words[-1])[1] if fold[0] != TEACHERS]
    return Outline(
        number=number,
        stem=Path(path).stem,
        title=title,
        lead=lead.strip().strip("*"),
        outcomes=[part.strip() for part in OUTCOMES.search(first)[1].split(";")],
        questions=[fold for fold in final if not ELSEWHERE.search(fold[0])],
        note=notes_in(folds[start : start + 1]),
    )


@cache
def outline(number):
    """Return the `Outline` of a lesson, by its number."""
    return read(next(NOTEBOOKS.glob(f"{number}_*.ipynb")))


def numbers():
    """Return the numbers of the lessons in the order in which they are taught, A0 first."""
    found = sorted(path.name.partition("_")[0] for path in NOTEBOOKS.glob("*.ipynb"))
    return ["A0", *(number for number in found if number != "A0")]
