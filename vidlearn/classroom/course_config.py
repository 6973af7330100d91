"""The settings of nbgrader for this course, and what keeps marking safe. Written by vidlearn.

Submissions are marked by `vidlearn classroom grade`, in a sandbox. What nbgrader knows as the
submitted notebooks are the ones that it has examined and signed, in examined/: nothing is run
again, and nothing else is taken into the gradebook.
"""

import hashlib
import hmac
import json
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat.v4 import new_output
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    NbGraderPreprocessor,
    OverwriteCells,
    SaveAutoGrades,
)

HERE = Path(__file__).resolve().parent


class OnlyExamined(NbGraderPreprocessor):
    """Let a notebook through only if `vidlearn classroom grade` has examined and signed it."""

    def preprocess(self, nb, resources):
        told = nb.metadata.get("vidlearn", {}).pop("signature", "")
        if not hmac.compare_digest(told, signature(nb, resources)):
            name = resources["nbgrader"]["assignment"]
            raise RuntimeError(f"Mark it with: vidlearn classroom grade {name}")
        return nb, resources


class WithoutHidden(NbGraderPreprocessor):
    """Take hidden tests, and whatever could tell of them, out of what goes back to students."""

    def preprocess(self, nb, resources):
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            results = cell.metadata.pop("vidlearn", {}).get("results")
            cell.outputs = [] if results is None else [told(results)]
            cell.source = without_hidden(cell.source)
        return nb, resources


def without_hidden(source):
    """Return a cell's source without its hidden tests."""
    lines, hidden = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hidden = True
        elif "END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


def told(results):
    """Return what a student may know. What an answer returned or said when it was called may
    carry the inputs of hidden tests away, so little of it goes back: of a visible test one line,
    of a hidden one its name and the misconception, if it has one.
    """
    lines = []
    for one in results:
        passed = one["share"] == 1
        hidden = " (hidden)" if one["hidden"] else ""
        lines.append(("✓ " if passed else "✗ ") + one["title"] + hidden)
        if not passed and one["cause"]:
            lines.append("    " + one["cause"])
        if not passed and not one["hidden"]:
            said = "It raised " + one["error"] + "." if one["error"] else one["said"]
            lines.append("    " + said.split("\n")[0][:160])
    return new_output("stream", name="stdout", text="\n".join(lines) + "\n")


def signature(nb, resources):
    """Return the signature that an examined notebook must bear."""
    told = resources["nbgrader"]
    whole = json.dumps([told["student"], told["assignment"], nb.cells], sort_keys=True)
    return hmac.new(
        (HERE / ".vidlearn" / "key").read_bytes(), whole.encode(), hashlib.sha256
    ).hexdigest()


c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "COURSE"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.submitted_directory = "examined"
c.ClearSolutions.code_stub = {"python": "# your answer here"}
c.ClearSolutions.text_stub = "*Your answer here.*"
c.Autograde.sanitize_preprocessors = [OnlyExamined, OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
c.GenerateFeedback.preprocessors = [GetGrades, WithoutHidden, CSSHTMLHeaderPreprocessor]
c.HTMLExporter.sanitize_html = True
