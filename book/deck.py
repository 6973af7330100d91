"""The slides of a lesson, taken from its notebook: one idea a slide, and little code.

What is shown: the lesson's title and what it teaches; each figure, film and interactive under its
caption, and before it the guess that the lesson asks for; formulas and tables with the sentences
around them; what is worked out by hand in a few lines; the exercises; what to remember; questions.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from book import edition, figures, interactives, outline
from book.excerpt import (
    MOST_LINES,
    SENTENCE,
    Html,
    blocks,
    caption_of,
    closed,
    code,
    sentences,
    short,
    stub,
    titled,
)
from vidlearn import messages
from vidlearn.course import exercises

MOST_WORDS = {"before": 60, "after": 45, "task": 110}
MOST_QUESTIONS = 3
LONGEST_TITLE = 110
GUESS = re.compile(r"\b[Gg]uess\b|\*\*Predict\b")
ASKED = re.compile(r'<div class="vl-guess" id="([\w-]+)">')
EXERCISE = re.compile(r"^Exercise|[Cc]hallenge")
JUDGED = re.compile(r"""^(?:check|challenge|lesson|hint|solution|use)\(""", re.MULTILINE)
LAB_TALK = re.compile(r"`(?:check|hint|solution|use)\b|\bpress\b|\bnext cell\b|^Until then")
TRAINS = re.compile(r"^(?:def|class) |over_seeds|\.fit\(|\btrain|choose\(", re.MULTILINE)
BAR = re.compile(r"\d%\|")  # how far a long computation has come
WIDEST = 88  # letters of a printed line
NUMBER = re.compile(r"^\d+\. ")


@dataclass
class Slide:
    """One slide: Markdown, but for ``shown``, which is HTML, and what is marked as `Html`.

    Attributes
    ----------
    kind : str
        "title", "guess", "show", "formula", "table", "hand", "task", "remember" or "questions".
    title, place : str
        Its heading, and the section of the lesson it comes from.
    before, shown, after : str
        What stands on it, from top to bottom.
    folds : list of (str, str)
        What opens when asked for: summary and body.
    lesson : str
        The number of its lesson.
    """

    kind: str
    title: str
    place: str = ""
    before: str = ""
    shown: str = ""
    after: str = ""
    folds: list = field(default_factory=list)
    lesson: str = ""


class Deck:
    """Collects the slides of one lesson while its cells are walked through."""

    def __init__(self, about, out):
        self.about, self.out = about, out
        self.slides, self.place, self.section = [], about.title, about.title
        self.paragraphs, self.guess, self.task = [], "", None

    @property
    def last(self):
        """The last slide, or None."""
        return self.slides[-1] if self.slides else None

    def add(self, kind, title, **content):
        """Add a slide."""
        slide = Slide(kind, title, self.place, lesson=self.about.number, **content)
        self.slides.append(slide)
        return slide

    def heading(self, words):
        """Begin a section, or an exercise."""
        self.place, self.paragraphs, self.guess = NUMBER.sub("", words), [], ""
        self.task = None
        if not EXERCISE.match(words):
            self.section = self.place
        if EXERCISE.match(words) or "Challenge" in words:
            self.task = self.add("task", words)

    def exhibit(self, kind, source):
        """Add a formula or a table, after the sentences that lead to it."""
        last = self.last
        goes_on = last and last.kind == kind and last.place == self.place and not last.after
        if goes_on and not self.paragraphs:
            last.shown += f"\n\n{source}"
            return
        lead = sentences(self.paragraphs[-1], MOST_WORDS["before"], True) if self.paragraphs else ""
        self.add(kind, self.place, before=lead, shown=source)
        self.paragraphs = []

    def paragraph(self, words):
        """Take a paragraph: for the task, behind a formula, as a guess, or for what follows."""
        if self.task:
            words = " ".join(part for part in SENTENCE.split(words) if not LAB_TALK.search(part))
            room = MOST_WORDS["task"] - len(self.task.before.split())
            if room > 12:
                self.task.before = f"{self.task.before}\n\n{sentences(words, room)}".strip()
            return
        last = self.last
        asked = GUESS.search(words)
        if asked:
            self.guess = words
        open_end = last and last.kind in ("formula", "table") and not last.after
        if open_end and not self.paragraphs and not asked:
            last.after = closed(sentences(words, MOST_WORDS["after"]))
        else:
            self.paragraphs.append(words)

    def words(self, cell):
        """Walk through a Markdown cell."""
        if asked := ASKED.search(cell.source):
            exercise = exercises.get(asked[1])
            question = exercise.words.get("question") or self.guess
            page = Html(cell.source.replace(f' id="{asked[1]}"', ""))
            self.guess, self.paragraphs = "", []
            self.add("guess", exercise.title, before=question, shown=page)
            return
        end = 0
        for fold in outline.FOLDED.finditer(cell.source):
            self.text(cell.source[end : fold.start()])
            self.fold(fold[1].strip(), fold[2].strip())
            end = fold.end()
        self.text(cell.source[end:])

    def text(self, markdown):
        """Walk through Markdown between two folds."""
        for kind, source in blocks(markdown):
            if kind == "heading":
                self.heading(source.lstrip("# "))
            elif kind == "paragraph":
                self.paragraph(source)
            elif kind in ("bullet_list", "ordered_list") and self.task:
                self.task.before += f"\n\n{source}"
            elif kind in ("bullet_list", "ordered_list") and self.guess:
                self.guess += f"\n\n{source}"
            elif kind in ("math_block", "table"):
                self.exhibit("formula" if kind == "math_block" else "table", source)

    def fold(self, summary, body):
        """Put what a lesson folds under what was seen last; an answer, under its question."""
        if summary.startswith("Answer") and self.paragraphs:
            last = self.last
            if not last or last.kind != "questions" or len(last.folds) == MOST_QUESTIONS:
                last = self.add("questions", self.place)
            last.folds.append((self.paragraphs.pop(), body))
            return
        seen = [slide for slide in self.slides if slide.kind in ("show", "task", "hand")]
        if seen:
            seen[-1].folds.append((summary, body))

    def ask(self):
        """Add the guess that was asked for, before what answers it."""
        if self.guess:
            self.add("guess", messages.text("slides")["guess"], before=self.guess)
            self.paragraphs, self.guess = [], ""

    def show(self, output):
        """Add a figure, film or interactive, and before it the guess, if one was asked for."""
        page, caption = caption_of("".join(output.data["text/html"]))
        name, _, rest = output.metadata.get("alt", "").partition(":")
        place = name if rest and not name.startswith("Clip player") else self.place
        title, after = titled(caption, place)
        self.ask()
        page = page.replace(" autoplay ", " ").replace(
            ' loading="lazy"', ""
        )  # paper waits for none
        self.add("show", title, shown=Html(page), after=after)

    def hand(self, cell):
        """Add what is worked out in a few lines, and what they print; of longer ones, only that."""
        printed = "".join(o.text for o in cell.outputs if o.output_type == "stream").strip("\n")
        lines = printed.splitlines()
        source = "" if TRAINS.search(cell.source) else short(cell.source)
        answered = self.last and self.last.kind == "questions"
        if answered or not 0 < len(lines) <= MOST_LINES or BAR.search(printed):
            return
        if not source and (len(lines) < 3 or max(map(len, lines)) > WIDEST):
            return
        self.ask()
        lead = sentences(self.paragraphs[-1], MOST_WORDS["after"], True) if self.paragraphs else ""
        shown = f"```text\n{printed}\n```"
        if source:
            shown = f"{code(source)}\n\n{shown}"
        self.place, place = self.section, self.place
        self.add("hand", self.section, before=closed(lead) if not source else lead, shown=shown)
        self.place = place

    def code(self, cell):
        """Walk through a code cell."""
        task, self.task = self.task, None
        if task and not task.shown and stub(cell.source):
            task.shown = code(stub(cell.source))
        seen = [output for output in cell.outputs if is_seen(output)]
        for output in seen:
            self.show(output)
        if not (seen or task or JUDGED.search(cell.source) or "hide-input" in edition.tags(cell)):
            self.hand(cell)
        self.paragraphs = []


def is_seen(output):
    """Whether an output is a figure, a film or an interactive."""
    page = "".join(output.get("data", {}).get("text/html", ""))
    return any(sign in page for sign in ("<figure", "<video", "vl-stored"))


def prepared(path, out):
    """Return a lesson's cells as readers see them, pictures and interactives as HTML."""
    notebook = nbformat.read(path, as_version=4)
    models = interactives.models_of(notebook)
    cells = edition.for_readers(notebook.cells)
    for cell in cells:
        for output in cell.get("outputs", []):
            if interactives.VIEW in output.get("data", {}):
                about = [each.get("alt", "") for each in output.metadata.values() if each]
                page = interactives.stored_view(output, models, out)
                output["data"] = nbformat.from_dict({"text/html": page})
                output["metadata"] = nbformat.from_dict({"alt": "".join(about)})
        if cell.cell_type == "code":
            cell.outputs = figures.merge(cell.outputs, out)
            for output in cell.outputs:
                if is_seen(output):
                    page = "".join(output.data["text/html"])
                    output["data"]["text/html"] = figures.unpack(page, out)
    return cells


def slides_of(number, out):
    """Return the slides of a lesson; its pictures and films go into the site.

    Parameters
    ----------
    number : str
        Such as ``"03"``.
    out : pathlib.Path
        The folder of the site.
    """
    about, said = outline.outline(number), messages.text("slides")
    deck = Deck(about, Path(out))
    goals = "\n".join(f"- {goal[0].upper()}{goal[1:]}" for goal in about.outcomes)
    deck.add("title", f"{number} · {about.title}", before=f"*{about.lead}*", after=goals)
    cells = prepared(outline.NOTEBOOKS / f"{about.stem}.ipynb", Path(out))
    for cell in cells[1:-1]:
        deck.words(cell) if cell.cell_type == "markdown" else deck.code(cell)
    last, _ = outline.split(cells[-1].source)
    points = [source for kind, source in blocks(last) if kind == "bullet_list"]
    deck.place = about.title
    deck.add("remember", said["remember"], before=points[0])
    for start in range(0, len(about.questions), MOST_QUESTIONS):
        some = about.questions[start : start + MOST_QUESTIONS]
        deck.add("questions", said["questions"], folds=some)
    return [slide for slide in deck.slides if slide.kind != "task" or slide.before]
