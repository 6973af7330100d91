"""The library's code as a lesson shows it: without documentation, else as it was written."""

import pytest

from vidlearn import plots, scratch
from vidlearn.plots.source import _without_docstrings

WRITTEN = '''\
@decorated
def area(box):
    """Return the area.

    >>> area((0, 0, 1, 1))
    """

    x1, y1, x2, y2 = box  # edges
    """A string that is no docstring."""
    return (x2 - x1) * (y2   -   y1)'''
SHOWN = '''\
@decorated
def area(box):
    x1, y1, x2, y2 = box  # edges
    """A string that is no docstring."""
    return (x2 - x1) * (y2   -   y1)'''
CLASS = '''\
class Pool:
    """Two lines
    of it."""

    size = 2

    def only(self):
        """Nothing else."""

    async def later(self):
        r"""Raw."""
        return 1

    def one_line(self): """Said."""; return 2'''
CLASS_SHOWN = '''\
class Pool:
    size = 2

    def only(self):
        ...

    async def later(self):
        return 1

    def one_line(self): """Said."""; return 2'''


@pytest.mark.parametrize(("written", "shown"), [(WRITTEN, SHOWN), (CLASS, CLASS_SHOWN)])
def test_docstrings_are_cut_and_nothing_else(written, shown):
    assert _without_docstrings(written) == shown


def test_source_is_shown_without_its_docstring(capsys):
    plots.show_source(scratch.relu_forward)
    short = capsys.readouterr().out
    plots.show_source(scratch.relu_forward, docstring=True)
    long = capsys.readouterr().out
    assert short.startswith("def relu_forward(")
    assert '"""' not in short
    assert "Parameters\n" in long
    assert long.strip().endswith(short.strip().splitlines()[-1])


def test_source_goes_to_a_notebook_as_code(monkeypatch):
    said = []
    monkeypatch.setattr(plots.source, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda shown: said.append(shown.data))
    plots.show_source(scratch.relu_forward)
    assert said[0].startswith("```python\ndef relu_forward(")
    assert said[0].endswith("\n```")
