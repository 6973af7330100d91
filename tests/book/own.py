"""What is tested of every page on things of one's own: its lines, options and calls exist."""

import ast
import inspect
import re
import shlex
from pathlib import Path

from vidlearn import cli, runs

BOOK = Path(__file__).parents[2] / "book"


def page(name):
    """Return a page and the command lines on it."""
    words = (BOOK / name).read_text("utf-8")
    inside = re.findall(r"^vidlearn .+$|`(vidlearn [^`]+)`", words, re.M)
    return words, re.findall(r"^vidlearn .+$", words, re.M) + [line for line in inside if line]


def whole(lines):
    """Return those lines that are more than the name of a command."""
    return sorted({line for line in lines if " -" in line or "my_" in line})


def expect_understood(line, more=()):
    """Assert that the command line is one; `more` is added to it."""
    chosen, rest = cli._parser().parse_known_args([*shlex.split(line)[1:], *more])
    assert not rest
    assert chosen.command.__name__.startswith("_")


def commands(lines):
    """Return the names of the commands, such as "train" and ("data", "check")."""
    words = [line.split() for line in lines]
    return {tuple(line[1:3]) if line[1] == "data" else line[1] for line in words}


def expect_options(words):
    """Assert that every option on a page is one of some command."""
    source = "".join(map(inspect.getsource, (cli, cli.data, cli.training)))
    known = set(re.findall(r'"(--[a-z-]+)"', source))
    assert set(re.findall(r"`(--[a-z-]+)", words)) <= known


def expect_calls(words, names):
    """Assert that the Python on a page calls these functions of `runs`, as they can be called."""
    tree = ast.parse(words.split("```python\n")[1].split("```")[0])
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "runs"
    ]
    assert {call.func.attr for call in named} >= set(names)
    for call in named:
        takes = inspect.signature(getattr(runs, call.func.attr))
        takes.bind(*call.args, **{word.arg: None for word in call.keywords})
