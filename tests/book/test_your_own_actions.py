"""The page on actions of one's own: its commands, options and calls exist as it tells them."""

import ast
import inspect
import json
import re
import shlex
from pathlib import Path

import pytest

from vidlearn import cli, runs
from vidlearn.datasets import clip_source
from vidlearn.runs import clip_data, data, table

PAGE = (Path(__file__).parents[2] / "book" / "your_own_actions.md").read_text("utf-8")
COMMANDS = re.findall(r"^vidlearn .+$|`(vidlearn [^`]+)`", PAGE, re.M)
LINES = re.findall(r"^vidlearn .+$", PAGE, re.M) + [line for line in COMMANDS if line]


@pytest.mark.parametrize("line", sorted({line for line in LINES if " -" in line or "my_" in line}))
def test_commands_are_understood(line):
    chosen, rest = cli._parser().parse_known_args(shlex.split(line)[1:])
    assert not rest
    assert chosen.command.__name__.startswith("_")


def test_the_page_goes_through_the_whole_evening():
    words = [line.split() for line in LINES]
    told = {tuple(line[1:3]) if line[1] == "data" else line[1] for line in words}
    assert {("data", "actions"), ("data", "check"), "train", "evaluate", "predict"} <= told
    kinds = {name for name, row in table.KINDS.items() if row.task == "actions"}
    assert {name for name in kinds if f"`{name}`" in PAGE} == kinds


def test_options_are_those_of_some_command():
    source = "".join(map(inspect.getsource, (cli, cli.data, cli.training)))
    known = set(re.findall(r'"(--[a-z-]+)"', source))
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= known


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
    tree = ast.parse(PAGE.split("```python\n")[1].split("```")[0])
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "runs"
    ]
    assert {call.func.attr for call in named} >= {"train", "evaluate", "predict", "Run"}
    for call in named:
        takes = inspect.signature(getattr(runs, call.func.attr))
        takes.bind(*call.args, **{word.arg: None for word in call.keywords})
