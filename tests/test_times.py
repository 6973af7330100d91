"""How long a lesson takes is told alike wherever it is told; its catalogue is the source."""

import re
from pathlib import Path

import nbformat
import pytest

from vidlearn.course.lab import find_lessons
from vidlearn.course.presets import time_of
from vidlearn.messages import text

ROOT = Path(__file__).parents[1]
LESSONS = find_lessons()
TWO = r"(\d+)(?: minutes)?\s*(?:\||/)\s*(\d+)(?: minutes)?\s*\|"
TABLES = {  # pages that list the lessons, with those they need not list
    "README.md": set(),
    "book/index.md": {"A1"},
    "book/teaching.md": {"A1"},
}


def minutes(number):
    about = text(f"lesson{number}")
    return about["read_minutes"], about["all_minutes"]


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_says_both_times_in_its_head(number):
    head = nbformat.read(LESSONS[number], as_version=4).cells[0].source
    assert f"| **Time** | {time_of(number)} |" in head


@pytest.mark.parametrize("number", LESSONS)
def test_exercises_add_to_the_time(number):
    read, everything = minutes(number)
    assert 10 <= read <= everything
    if not number.startswith("A"):
        assert everything >= read + 10


@pytest.mark.parametrize("page", TABLES)
def test_a_page_tells_the_times_of_every_lesson(page):
    told = {}
    for line in (ROOT / page).read_text("utf-8").splitlines():
        row = re.match(r"\|.*notebooks/(\w+?)_\w+\.ipynb", line)
        times = row and re.search(TWO, line)
        if times:
            told[row[1]] = (int(times[1]), int(times[2]))
    wanted = LESSONS.keys() - TABLES[page]
    assert {n: told.get(n) for n in wanted} == {n: minutes(n) for n in wanted}


@pytest.mark.parametrize("page", [*TABLES, *(p.name for p in LESSONS.values())])
def test_links_between_lessons_tell_the_same_times(page):
    """A time in brackets behind a link to a lesson is one of that lesson's own."""
    path = ROOT / page if page in TABLES else ROOT / "notebooks" / page
    for number, told in re.findall(
        r"(\w\d)_\w+\.ipynb\)? \((\d+) minutes", path.read_text("utf-8")
    ):
        assert int(told) in minutes(number), f"{page}: {number} in {told} minutes"
