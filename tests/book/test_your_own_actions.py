"""The page on actions of one's own: its commands, options and calls exist as it tells them."""

import inspect
import json

import pytest

from tests.book import own
from vidlearn.datasets import clip_source
from vidlearn.runs import clip_data, data, table

PAGE, LINES = own.page("your_own_actions.md")


@pytest.mark.parametrize("line", own.whole(LINES))
def test_commands_are_understood(line):
    own.expect_understood(line)


def test_the_page_goes_through_the_whole_evening():
    wanted = {("data", "actions"), ("data", "check"), "train", "evaluate", "predict"}
    assert wanted <= own.commands(LINES)
    kinds = {name for name, row in table.KINDS.items() if row.task == "actions"}
    assert {name for name in kinds if f"`{name}`" in PAGE} == kinds


def test_options_are_those_of_some_command():
    own.expect_options(PAGE)


def test_what_is_told_of_the_presets_is_so():
    assert "preset `cpu`, however many" in PAGE
    assert (table.CLIPS["cpu"].steps, table.CLIPS["cpu"].frames) == (100, 16)
    assert (table.CLIPS["gpu"].side, clip_data.LONGEST) == (112, 4)
    assert data.SHARES["val"] == 0.2


def test_sources_are_read_off_the_names_as_told():
    names = ("anna_kitchen_01.mp4", "anna_kitchen_02.mp4")
    assert {clip_source(f"sit down/{name}", "sit down") for name in names} == {"anna_kitchen"}


def test_lines_of_json_on_the_page_have_the_names_that_are_written():
    from vidlearn.runs import clip_prediction

    source = inspect.getsource(clip_prediction)
    block = PAGE.split("```json\n")[1].split("```")[0]
    for line in block.splitlines():
        assert all(f'"{name}"' in source for name in json.loads(line))


def test_python_on_the_page_calls_what_there_is():
    own.expect_calls(PAGE, ("train", "evaluate", "predict", "Run"))
