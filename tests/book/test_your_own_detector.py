"""The page on a detector of one's own: its commands, options and calls exist as it tells them."""

import re

import pytest

from tests.book import own
from vidlearn import datasets

PAGE, LINES = own.page("your_own_detector.md")


@pytest.mark.parametrize("line", own.whole(LINES))
def test_commands_are_understood(line):
    part = line == "vidlearn predict --track"  # what to add, not a whole command
    own.expect_understood(line, ["my_run", "film.mp4", "--out", "found.mp4"] if part else [])


def test_the_page_goes_through_the_whole_afternoon():
    wanted = {("data", name) for name in ("frames", "check", "show", "convert")}
    assert wanted | {"train", "evaluate", "predict", "track", "export"} <= own.commands(LINES)


def test_options_are_those_of_some_command():
    own.expect_options(PAGE)


def test_python_on_the_page_calls_what_there_is():
    own.expect_calls(PAGE, ("train", "evaluate", "track", "export"))


def test_forms_and_functions_are_known():
    from vidlearn.datasets.forms import FORMS

    table = PAGE.split("| Form |")[1].split("\n\n")[0]
    assert set(re.findall(r"\| `([a-z]+)` \|$", table, re.M)) <= set(FORMS)
    for name in re.findall(r"`datasets\.([a-z_]+)`", PAGE):
        assert callable(getattr(datasets, name))
