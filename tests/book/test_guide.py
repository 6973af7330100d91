"""The teacher's guide keeps in step with lessons, assignments and exercises."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from book import guide, outline
from book.slides import parts
from vidlearn.course import exercises
from vidlearn.messages import text

BOOK = Path(__file__).parents[2] / "book"
ASSIGNMENTS = {name for name in parts() if name != "foundations"}
WEEK = re.compile(r"^\| (\d+) \| (.*?) \| (\d+) / (\d+) \| (\w*) \|", re.MULTILINE)


def plans():
    """Yield each plan of the page on pacing: its number of weeks, and its rows."""
    page = (BOOK / "pacing.md").read_text("utf-8")
    for part in page.split("\n## ")[1:]:
        if rows := WEEK.findall(part):
            yield int(part.partition(" ")[0]), rows


def lessons_in(cell):
    return re.findall(r"notebooks/(\w\d)_", cell)


def test_there_are_three_plans_of_as_many_weeks_as_they_say():
    made = {weeks: [int(row[0]) for row in rows] for weeks, rows in plans()}
    assert made == {weeks: list(range(1, weeks + 1)) for weeks in (6, 10, 14)}


@pytest.mark.parametrize(("weeks", "rows"), [*plans()], ids=["6", "10", "14"])
def test_a_plan_adds_up_and_teaches_before_it_asks(weeks, rows):
    taught = []
    for _, cell, read, everything, assignment in rows:
        now = lessons_in(cell)
        about = [text(f"lesson{number}") for number in now]
        assert int(read) == sum(each["read_minutes"] for each in about)
        assert int(everything) == sum(each["all_minutes"] for each in about)
        taught += now
        if assignment:
            needed = lessons_needed(assignment)
            assert needed <= set(taught), f"{weeks} weeks, {assignment}: {needed - set(taught)}"
    assert len(taught) == len(set(taught))
    if weeks == 14:
        assert [row[4] for row in rows if row[4]] == [n for n in parts() if n in ASSIGNMENTS]
        assert set(taught) == set(outline.numbers()) - {"24", "A1"}


def head_of(assignment):
    """Return the first cell of an assignment."""
    path = BOOK.parent / "assignments" / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4).cells[0].source


def lessons_needed(assignment):
    """Return the lessons that an assignment names as a condition, without those that help."""
    said = re.search(r"\*\*Before you start\*\* \| (.*?) \|", head_of(assignment))[1]
    said = ";".join(part for part in said.split(";") if "help" not in part)
    return set(re.findall(r"\b(\d\d)\b", said))


@pytest.mark.parametrize("name", sorted(ASSIGNMENTS))
def test_students_are_told_what_an_assignment_takes(name):
    page = (BOOK / "assignments.md").read_text("utf-8")
    row = re.search(rf"^\| {name} \| (.*?) \| (\d+) \|", page, re.MULTILINE)
    head = head_of(name)
    assert set(row[1].split(", ")) <= lessons_needed(name)
    assert f"about {row[2]} minutes" in head


@pytest.mark.parametrize("page", ["assignments.md", "pacing.md"])
def test_a_page_names_the_assignments_that_there_are(page):
    said = (BOOK / page).read_text("utf-8")
    assert all(re.search(rf"\| {name} \|", said) for name in ASSIGNMENTS)
    made = {path.stem for path in (BOOK.parent / "assignments").glob("*.ipynb")}
    assert made <= ASSIGNMENTS


def test_outcomes_are_those_of_the_lessons():
    table = guide.outcomes()
    for number in outline.numbers():
        head = nbformat.read(next(outline.NOTEBOOKS.glob(f"{number}_*")), 4).cells[0].source
        said = re.search(r"\*\*After this \w+ you can\*\* \| (.*?) \|", head)[1]
        assert said in table


@pytest.mark.parametrize("number", [n for n in outline.numbers() if n != "A1"])
def test_errors_name_what_check_recognises(number):
    said = guide.errors(number)
    assert said.startswith(outline.outline(number).note["Pitfalls"])
    named = [e for e in exercises.all_exercises() if e.lesson == number and e.words.get("mistakes")]
    assert named
    for exercise in named:
        assert f"**{exercise.title}**" in said
        told = {" ".join(m.split()).lower() for m in exercise.words["mistakes"].values()}
        for line in guide.misconceptions(exercise):
            assert any(line.lower() in whole for whole in told)
            assert "{" not in re.sub(r"`[^`]*`", "", line)


def test_errors_leave_out_what_is_no_misconception():
    class Exercise:
        words = {  # noqa: RUF012
            "mistakes": {
                "given": "This is still the function as it stood.",
                "both": "two at once: this and that.",
                "sign": "the sign is wrong. Take it away.\n",
                "half": "the pairing is right now. The rest is not.",
            }
        }

    assert guide.misconceptions(Exercise) == ["The sign is wrong. Take it away."]


def test_the_site_shows_both(site):
    page = (site / "book" / "outcomes.html").read_text("utf-8")
    assert page.count('class="sd-sphinx-override sd-dropdown') == len(outline.numbers())
    assert "<strong>One step of the filter</strong>" in page


def test_the_guide_says_what_the_settings_of_the_website_do():
    """Addresses are not known: the page on hubs says where they go."""
    settings = tomllib.loads((BOOK.parent / "pyproject.toml").read_text("utf-8"))["tool"][
        "vidlearn"
    ]
    said = (BOOK / "hubs.md").read_text("utf-8")
    assert all(re.search(rf"^{key} = ", said, re.MULTILINE) for key in settings)


def test_the_rehearsal_can_be_run():
    """Its commands are one block, by name; the classroom's tests run it."""
    page = (BOOK / "classroom.md").read_text("utf-8")
    block = re.search(r"```\{code-block\} bash\n:name: rehearsal\n(.*?)```", page, re.DOTALL)[1]
    assert block.rstrip().endswith("cat marks.csv")
    told = re.findall(r"^vidlearn classroom (\w+)", block, re.MULTILINE)
    assert told == ["init", "release", "collect", "grade", "feedback", "report", "export"]
