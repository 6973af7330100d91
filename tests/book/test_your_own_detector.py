"""The page on a detector of one's own: its commands, options and calls exist as it tells them."""

import ast
import inspect
import re
import shlex
from pathlib import Path

import pytest

from vidlearn import cli, datasets, runs

PAGE = (Path(__file__).parents[2] / "book" / "your_own_detector.md").read_text("utf-8")
COMMANDS = re.findall(r"^vidlearn .+$|`(vidlearn [^`]+)`", PAGE, re.M)
LINES = re.findall(r"^vidlearn .+$", PAGE, re.M) + [line for line in COMMANDS if line]


@pytest.mark.parametrize("line", sorted({line for line in LINES if " -" in line or "my_" in line}))
def test_commands_are_understood(line):
    words = shlex.split(line)[1:]
    if words == ["predict", "--track"]:  # what to add, not a whole command
        words += ["my_run", "film.mp4", "--out", "found.mp4"]
    chosen, rest = cli._parser().parse_known_args(words)
    assert not rest
    assert chosen.command.__name__.startswith("_")


def test_the_page_goes_through_the_whole_afternoon():
    words = [line.split() for line in LINES]
    told = {tuple(line[1:3]) if line[1] == "data" else line[1] for line in words}
    wanted = {("data", name) for name in ("frames", "check", "show", "convert")}
    assert wanted | {"train", "evaluate", "predict", "track", "export"} <= told


def test_options_are_those_of_some_command():
    source = "".join(map(inspect.getsource, (cli, cli.data, cli.training)))
    known = set(re.findall(r'"(--[a-z-]+)"', source))
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= known


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
    assert {call.func.attr for call in named} >= {"train", "evaluate", "track", "export"}
    for call in named:
        takes = inspect.signature(getattr(runs, call.func.attr))
        takes.bind(*call.args, **{word.arg: None for word in call.keywords})


def test_forms_and_functions_are_known():
    from vidlearn.datasets.forms import FORMS

    table = PAGE.split("| Form |")[1].split("\n\n")[0]
    assert set(re.findall(r"\| `([a-z]+)` \|$", table, re.M)) <= set(FORMS)
    for name in re.findall(r"`datasets\.([a-z_]+)`", PAGE):
        assert callable(getattr(datasets, name))
