"""The readers' edition of a lesson: what only makes sense where cells can be run is left out.

- Cells tagged ``lab-only`` go, and with them lines about running cells and "Stuck?".
- Outputs that answer an empty stub go, the banner of ``lesson(...)``, whose facts the page's first
  table tells, and what ``use`` says of the library's function, below a cell and in captions.
- Cells tagged ``hide-input`` are folded, as "the code of this figure" or, where they are tagged
  ``claims`` too, as "the claims of this section, tested". So is what ``doctor()`` found.
- A guess (``predict``) and its answer (``reveal``) become a question with its answer folded.
- "**Next:** lesson 03" leads there.
"""

import ast
import html
import re
from functools import cache
from pathlib import Path

import nbformat

from vidlearn import messages
from vidlearn.course import exercises

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LAB_ONLY = "lab-only"
LAB_TALK = re.compile(r"""data-vl-status=["']not_yet["']|\bvl-(?:use|predict|lesson)\b""")
ANSWER = re.compile(r"""data-vl-check=["']([\w-]+)["'].*?(<p\b.*</p>)""", re.DOTALL)
BANNER = re.compile(r"""^\s*lesson\(["']\w+["']\)""", re.MULTILINE)
DOCTOR = re.compile(r"^\s*doctor\(\)", re.MULTILINE)
RUNNING = re.compile(r"^(?:Stuck\?.*\bhint\(|.*\bShift ?\+ ?Enter\b).*$\n*", re.MULTILINE)
NEXT = re.compile(r"^(\*\*Next:?\*\*.*)$", re.MULTILINE)
LESSON = re.compile(r"(?<!\[)\b([Ll]esson (\d\d|A\d))\b(?!\]|[^\[]*\]\()")


def tags(cell):
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", ()))


def said_in(output):
    """Return an output's HTML, or else nothing."""
    return "".join(output.get("data", {}).get("text/html", ""))


def fold(cell, kind, words):
    """Fold a cell's ``input`` or ``output``; ``words`` stand on the fold."""
    cell.metadata["tags"] = sorted(tags(cell) - {"claims"} | {f"hide-{kind}"})
    shown = cell.metadata.setdefault("mystnb", {})
    shown |= {"code_prompt_show": words, "code_prompt_hide": words}


def lead_on(markdown):
    """Make the lessons named in a "Next:" line links, where they are written already."""

    def linked(found):
        there = next(NOTEBOOKS.glob(f"{found[2]}_*.ipynb"), None)
        return f"[{found[1]}]({there.name})" if there else found[1]

    return NEXT.sub(lambda line: LESSON.sub(linked, line[1]), markdown)


def calls_of(name, source):
    """Return the top-level calls of a function in a cell, each a statement of its own."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # a magic of IPython
        return []
    calls = [line.value for line in lines if isinstance(line, ast.Expr)]
    calls = [call for call in calls if isinstance(call, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def without(name, source):
    """Return a cell's source without its top-level calls of a function."""
    lines = source.splitlines()
    for call in reversed(calls_of(name, source)):
        del lines[call.lineno - 1 : call.end_lineno]
    return "\n".join(lines).strip("\n")


def answers(cells):
    """Return what ``reveal`` said of each prediction, as HTML."""
    no_guess = messages.text("predict")["no_guess"].split("{value}")[1]
    said = {}
    for cell in cells:
        if cell.cell_type == "code" and calls_of("reveal", cell.source):
            for output in cell.outputs:
                if found := ANSWER.search(said_in(output)):
                    said[found[1]] = found[2].replace(html.escape(no_guess, quote=False), ".")
    return said


def folded(exercise, answer):
    """Return the cell that asks for a guess and holds the answer folded."""
    words, about = messages.text("website"), exercise.words
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in about.get("choices", []))
    page = (
        f'<div class="vl-guess" id="{exercise.id}">'
        + (f'<ol type="a">{choices}</ol>' if choices else "")
        + f"<details><summary>{html.escape(words['guess'])}</summary>{answer}</details></div>"
    )
    return nbformat.v4.new_markdown_cell(page)


@cache
def library_credits():
    """Return the sentences by which a caption says that the library's function drew a figure."""
    usual = messages.text("use")["credit_ours"]
    own = (entry.words.get("use", {}).get("credit_ours") for entry in exercises.all_exercises())
    return {usual, *filter(None, own)}


def without_credit(page):
    """Return a caption's HTML without the sentence about the library's function."""
    for sentence in library_credits():
        pattern = re.escape(sentence).replace("'", "(?:'|&#x27;)").replace("`", "(?:`|</?code>)")
        page = re.sub(r"\s*" + re.sub(r"\\\{\w+\\\}", "[^<]*?", pattern), "", page)
    return page


def trim(cell):
    """Fold a code cell and drop those of its outputs that are not for readers."""
    words = messages.text("website")
    if "hide-input" in tags(cell):
        fold(cell, "input", words["claims" if "claims" in tags(cell) else "code"])
    if DOCTOR.search(cell.source) and cell.outputs:
        fold(cell, "output", words["doctor"])
    revealed, scored = (
        {call.args[0].value for call in calls_of(name, cell.source)}
        for name in ("reveal", "challenge")
    )
    banner, kept = BANNER.search(cell.source), []
    for output in cell.outputs:
        page = said_in(output)
        found = ANSWER.search(page)
        if (banner and output.output_type == "stream") or LAB_TALK.search(page):
            continue
        if found and (found[1] in revealed or found[1] in scored):
            continue  # the question has its answer folded; a stub's score tells readers nothing
        if "vl-caption" in page:
            output["data"]["text/html"] = without_credit(page)
        kept.append(output)
    cell.outputs = kept


def for_readers(cells):
    """Return the cells of a lesson as its readers on the website see them."""
    kept, said = [], answers(cells)
    for cell in cells:
        if LAB_ONLY in tags(cell):
            continue
        if cell.cell_type == "markdown":
            cell.source = lead_on(RUNNING.sub("", cell.source))
            kept += [cell] if cell.source.strip() else []
            continue
        asked = [call.args[0].value for call in calls_of("predict", cell.source)]
        trim(cell)
        cell.source = without("reveal", without("predict", cell.source))
        kept += [cell] if cell.source or cell.outputs else []
        kept += [folded(exercises.get(name), said.get(name, "")) for name in asked]
    return kept
