import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from vidlearn.course import build
from vidlearn.course.build import WIDGET_STATE, WIDGET_VIEW, source_hash

code = nbformat.v4.new_code_cell
WIDGET = """\
import anywidget, traitlets

class Clip(anywidget.AnyWidget):
    _esm = "export default {render() {}}"
    frames = traitlets.Bytes(b"abc").tag(sync=True)
    def __repr__(self):
        return "Clip()"

Clip()"""


@pytest.fixture
def lesson(tmp_path):
    """Returns a function that writes a lesson of some cells and gives its path."""

    def write(*cells):
        cells = [c if isinstance(c, dict) else code(c) for c in cells]
        path = tmp_path / "77_test.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


def test_build_stores_outputs_and_widgets_the_same_way_twice(lesson, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    setting = "import os\nprint(os.environ['VIDLEARN_PRESET'], os.listdir())"
    setting += "\nos.environ['MPLBACKEND'] == 'agg'"
    path = lesson(nbformat.v4.new_markdown_cell("# Words"), setting, WIDGET, "1", "1")
    assert "slowest: cell" in build.build(path)
    first = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[1].outputs[0].text == "cpu []\n"
    assert notebook.cells[1].outputs[1].data["text/plain"] == "False"
    model = notebook.cells[2].outputs[0].data[WIDGET_VIEW]["model_id"]
    state = notebook.metadata.widgets[WIDGET_STATE]["state"]
    assert state[model]["state"]["_esm"] == "export default {render() {}}"
    assert state[model]["buffers"][0]["data"] == "YWJj"
    assert state[model]["state"]["layout"].removeprefix("IPY_MODEL_") in state
    assert notebook.metadata.vidlearn.preset == "cpu"
    assert notebook.metadata.vidlearn.source_hash == source_hash(notebook)
    assert "version" not in notebook.metadata.language_info
    assert len({cell.id for cell in notebook.cells}) == 5
    build.build(path)
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("1 / 0", CellExecutionError, "ZeroDivisionError"),
        ("import time; time.sleep(30)", CellTimeoutError, "timed out"),
        ("import warnings; warnings.warn('old')", ValueError, "cell 1 wrote to stderr"),
        ("print(('x' * 99 + '\\n') * 10_000)", ValueError, "keep it below 1,000,000"),
        ("open('b.mp4', 'w').close(); open('a', 'w').close()", ValueError, "behind.*: a, b.mp4"),
    ],
    ids=["error", "timeout", "stderr", "size", "left behind"],
)
def test_build_keeps_the_file_when_a_run_fails(lesson, monkeypatch, source, error, message):
    monkeypatch.setattr(build, "CELL_SECONDS", 2)
    path = lesson(source)
    before = path.read_bytes()
    with pytest.raises(error, match=message):
        build.build(path)
    assert path.read_bytes() == before


def test_build_counts_the_time_of_the_whole_lesson(lesson, monkeypatch):
    monkeypatch.setattr(build, "LESSON_SECONDS", 3)
    with pytest.raises(CellTimeoutError):
        build.build(lesson(*["import time; time.sleep(2)"] * 3))


def test_folded_cells_are_folded_everywhere():
    cells = [code("a"), code("b"), code("c"), code("d"), nbformat.v4.new_markdown_cell("e")]
    cells[0].metadata = {"tags": ["hide-input"], "jupyter": {"outputs_hidden": False}}
    cells[1].metadata = {"tags": ["claims"]}
    cells[2].metadata = {"jupyter": {"source_hidden": True}}
    notebook = nbformat.v4.new_notebook(cells=cells)
    for _ in range(2):
        build.fold(notebook)
        assert [cell.metadata for cell in notebook.cells] == [
            {"tags": ["hide-input"], "jupyter": {"outputs_hidden": False, "source_hidden": True}},
            {"tags": ["claims", "hide-input"], "jupyter": {"source_hidden": True}},
            {},
            {},
            {},
        ]


def test_source_hash_tells_changed_cells_and_ignores_outputs():
    notebook = nbformat.v4.new_notebook(cells=[code("a = 1"), code("b = 2")])
    before = source_hash(notebook)
    notebook.cells[0].execution_count = 4
    assert source_hash(notebook) == before
    notebook.cells.reverse()
    assert source_hash(notebook) != before
    assert source_hash(nbformat.v4.new_notebook(cells=[code("a = 1b = 2")])) != before


def test_colab_comes_and_goes_with_the_address():
    notebook = nbformat.v4.new_notebook(cells=[code("a = 1")])
    address = "https://github.com/org/vidlearn.git"
    for _ in range(2):
        build.set_colab(notebook, "03_convolution.ipynb", address, "main")
        badge, install, ours = (cell.source for cell in notebook.cells)
        assert "/github/org/vidlearn/blob/main/notebooks/03_convolution.ipynb)" in badge
        assert '"vidlearn @ git+https://github.com/org/vidlearn@main"' in install
        assert ours == "a = 1"
    build.set_colab(notebook, "03_convolution.ipynb", "", "main")
    assert [cell.source for cell in notebook.cells] == ["a = 1"]


def test_main_says_how_long_each_lesson_took_and_all(course, tmp_path, capsys):
    settings = '[tool.vidlearn]\nrepository = ""\nbranch = "main"\n'
    (tmp_path / "course" / "pyproject.toml").write_text(settings, "utf-8")
    assert build.main(["00", "03"]) == 0
    first, second, total = capsys.readouterr().out.splitlines()
    assert re.match(r"00_start +\d+\.\d s   slowest: cell 2", first)
    assert second.startswith("03_convolution ")
    assert re.match(r"2 lessons +\d+\.\d s   0 failed", total)


def test_main_rejects_an_unknown_lesson(course, capsys):
    with pytest.raises(SystemExit, match="2"):
        build.main(["99"])
    assert "no lesson 99; there are 00, 03" in capsys.readouterr().err
