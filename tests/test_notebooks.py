"""What holds for every lesson, read from its file; nbval runs them (see tests/__main__.py)."""

import ast
import importlib
import re

import nbformat
import pytest

from vidlearn.course import exercises
from vidlearn.course.build import MAX_BYTES, WIDGET_STATE, WIDGET_VIEW, source_hash
from vidlearn.course.lab import find_lessons
from vidlearn.widgets.base import scripts

LESSONS = find_lessons()
HEAD = ("After this lesson you can", "Before you start", "Time", "Data")


@pytest.fixture(scope="module", params=list(LESSONS))
def number(request):
    return request.param


@pytest.fixture(scope="module")
def notebook(number):
    return nbformat.read(LESSONS[number], as_version=4)


@pytest.fixture(scope="module")
def cells(notebook):
    return [cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])]


@pytest.fixture(scope="module")
def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def outputs(notebook, kind):
    """Every stored output that has a form of this kind, with the number of its cell."""
    for place, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            for mime in output.get("data", {}):
                if mime.startswith(kind):
                    yield place, mime, output


def test_stored_outputs_are_of_this_source(notebook, number):
    stored = notebook.metadata.get("vidlearn", {})
    assert stored.get("source_hash") == source_hash(notebook), f"make notebooks ONLY={number}"
    assert stored["preset"] == "cpu"


def test_file_stays_small(number):
    assert LESSONS[number].stat().st_size < MAX_BYTES


def test_stored_outputs_hold_no_error_no_warning_and_no_address(code):
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.text
            shown = output.get("text", "") + "".join(
                value for mime, value in output.get("data", {}).items() if mime == "text/plain"
            )
            assert not re.search(r"\bat 0x[0-9a-f]{6,}", shown), shown


def test_every_interactive_has_its_state_and_todays_script(notebook, number):
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for place, mime, output in outputs(notebook, WIDGET_VIEW):
        assert output.data[mime]["model_id"] in state, f"cell {place}: make notebooks ONLY={number}"
    for model in state.values():
        kind = model["state"].get("_anywidget_id", "").rpartition(".")[2]
        if kind:
            stored = {trait: model["state"][trait] for trait in ("_esm", "_css")}
            message = f"the script of {kind} has changed: make notebooks ONLY={number}"
            assert stored == scripts(kind), message


def test_every_picture_says_what_to_see(notebook):
    for place, mime, output in outputs(notebook, "image/"):
        shown = output.data.get("text/html", "")
        alt = output.metadata.get(mime, {}).get("alt") or "<figcaption" in shown or "alt=" in shown
        assert alt, f"cell {place} shows a picture without alt text: plots.show gives it one"


def test_first_cell_says_what_the_lesson_is(cells, number):
    head = cells[0]
    assert head.cell_type == "markdown"
    if not number.startswith("A"):
        assert re.match(rf"# {number} · \w", head.source)
        for label in HEAD:
            assert f"**{label}**" in head.source
    assert re.search(r"\d+ minutes", head.source)
    assert f'lesson("{number}")' in cells[1].source


def test_no_cell_is_long(code):
    for cell in code:
        assert len(cell.source.splitlines()) <= 25, cell.source


def test_every_exercise_stands_in_its_lesson_once(code, number):
    source = "\n".join(cell.source for cell in code)
    asked = re.findall(r"^check\(\"([\w-]+)\"", source, re.M)
    ours = [exercise.id for exercise in exercises.all_exercises() if exercise.lesson == number]
    assert sorted(asked) == sorted(ours)
    assert 3 <= len(ours) <= 6 or number.startswith("A")


def test_no_later_cell_needs_an_answer(code):
    for place, cell in enumerate(code):
        for stub in re.findall(r"^def (my_\w+)", cell.source, re.M):
            for other in code[:place] + code[place + 1 :]:
                used = re.search(rf"\b{stub}\b", other.source)
                assert not used or "check(" in other.source, f"{stub} in {other.source}"


def test_no_public_name_is_defined_again(code):
    packages = ("scratch", "video", "synthetic", "plots", "widgets", "course", "motion", "boxes")
    public = set()
    for package in packages:
        module = importlib.import_module(f"vidlearn.{package}")
        public |= {name for name in vars(module) if callable(getattr(module, name))}
    for cell in code:
        source = re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.M)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in public, f"{node.name} stands in vidlearn already"


def test_markdown_is_plain(cells):
    """Nothing that only the website understands: a lesson reads alike in JupyterLab."""
    for cell in cells:
        if cell.cell_type == "markdown":
            fences = re.findall(r"^ {0,3}(?:```|~~~|:::)\{?(\w+)\}?", cell.source, re.M)
            assert set(fences) <= {"mermaid", "python", "text", "bash"}, cell.source
            assert not re.search(r"\{(?:ref|cite|doc|eq|numref)\w*\}`|^:::", cell.source, re.M)


def test_some_cells_are_held_to_their_output(code):
    """nbval compares these; without them it sees only that nothing raises."""
    strict = [cell for cell in code if "nbval-check-output" in cell.metadata.get("tags", [])]
    assert len(strict) >= 3
    assert all(cell.outputs for cell in strict)
