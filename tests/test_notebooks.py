"""What holds for every lesson, read from its file; nbval runs them (see tests/__main__.py)."""

import ast
import html
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
SECOND_FORM = {
    "01",
    "A0",
    "00",
    "02",
    "03",
    "07",
    "09",
    "05",
    "04",
    "10",
    "06",
    "08",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
}  # see "How a lesson is built" in CONTRIBUTING.md; the others follow
WIDE = {"A1"}  # lessons whose code is still wider than 79 columns
CALLS = {"predict": "predict", "challenge": "challenge"}  # others ask with `check`


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
        alt = output.metadata.get(mime, {}).get("alt") or "aria-label=" in shown or "alt=" in shown
        assert alt, f"cell {place} shows a picture without alt text: plots.show gives it one"


def test_no_caption_is_read_twice(notebook):
    """What is read aloud in place of a figure describes it; the caption below says what to see."""
    for place, _, output in outputs(notebook, "text/html"):
        page = output.data["text/html"]
        spoken = html.unescape(" ".join(re.findall(r' (?:alt|aria-label)="([^"]*)"', page)))
        for caption in re.findall(r"class=.vl-caption.[^>]*>(.+?)</figcaption", page):
            words = html.unescape(re.sub(r"<[^>]+>", "", caption))
            assert words not in spoken, f"cell {place}: {words}"


def test_folded_cells_are_folded_on_the_website_and_in_jupyterlab(cells):
    for cell in cells:
        tags, how = set(cell.metadata.get("tags", [])), cell.metadata.get("jupyter", {})
        assert ("hide-input" in tags) == how.get("source_hidden", False), cell.source
        assert "hide-input" in tags or "claims" not in tags, cell.source


def test_first_cell_says_what_the_lesson_is(cells, number):
    head = cells[0]
    assert head.cell_type == "markdown"
    if not number.startswith("A"):
        assert re.match(rf"# {number} · \w", head.source)
        for label in HEAD:
            assert f"**{label}**" in head.source
    assert f'lesson("{number}")' in "".join(cell.source for cell in cells[1:3])


def test_no_cell_is_long(code):
    for cell in code:
        folded = "hide-input" in cell.metadata.get("tags", [])
        assert len(cell.source.splitlines()) <= (40 if folded else 25), cell.source


def test_code_fits_into_the_website(code):
    for cell in code:
        wide = [line for line in cell.source.splitlines() if len(line) > 79]
        assert not wide, "\n".join(wide)


def calls(source, *names):
    """The ids of the exercises that these functions are called with, in order."""
    return re.findall(rf"\b(?:{'|'.join(names)})\(\s*[\"']([\w-]+)[\"']", source)


def test_every_exercise_stands_in_its_lesson_once(code, number):
    """Each is asked by the function of its kind; a guess is compared, later, with what came."""
    ours = [exercise for exercise in exercises.all_exercises() if exercise.lesson == number]
    source = "\n".join(cell.source for cell in code)
    for name in ("check", "predict", "challenge"):
        asked = [e.id for e in ours if CALLS.get(e.kind, "check") == name]
        assert sorted(calls(source, name)) == sorted(asked), name
    guesses = [e.id for e in ours if e.kind == "predict"]
    assert sorted(calls(source, "reveal")) == sorted(guesses)
    for name in guesses:
        asked, shown = (
            next(k for k, cell in enumerate(code) if name in calls(cell.source, way))
            for way in ("predict", "reveal")
        )
        assert asked < shown, f"{name} is revealed before it is asked"
    assert set(calls(source, "use")) <= {exercise.id for exercise in ours}
    assert 3 <= len(ours) <= 6 or number.startswith("A")


def test_later_cells_reach_an_answer_only_through_use(code):
    """A stub is empty until it is answered: `use` hands out a function that works."""
    for place, cell in enumerate(code):
        for stub in re.findall(r"^def (my_\w+)", cell.source, re.M):
            handed = rf"\b(?:use|check|challenge)\(\s*[\"'][\w-]+[\"'],\s*{stub}\s*\)"
            for other in code[:place] + code[place + 1 :]:
                rest = re.sub(handed, "", other.source)
                assert not re.search(rf"\b{stub}\b", rest), f"{stub} in {other.source}"


@pytest.fixture(scope="module", params=sorted(SECOND_FORM))
def second(request):
    """The cells of a lesson in the second form."""
    notebook = nbformat.read(LESSONS[request.param], as_version=4)
    return [cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])]


def test_something_moves_on_the_first_screen(second):
    shown = [output.get("data", {}) for c in second[:3] for output in c.get("outputs", [])]
    assert any(WIDGET_VIEW in data or "<video " in data.get("text/html", "") for data in shown)


def test_exercises_are_mixed(second):
    source = "\n".join(cell.source for cell in second if cell.cell_type == "code")
    asked = calls(source, "check", "predict", "challenge")
    assert len({exercises.get(name).kind for name in asked}) >= 3
    assert 3 <= len(asked) <= 5
    assert calls(source, "use")


def test_a_lesson_is_no_longer_than_an_hour_bears(second):
    """What is folded away is not counted."""
    words = lines = 0
    for cell in second:
        if cell.cell_type == "markdown":
            words += len(re.sub(r"<details>.*?</details>", "", cell.source, flags=re.S).split())
        elif "hide-input" not in cell.metadata.get("tags", []):
            lines += len(cell.source.splitlines())
    assert len(second) <= 40
    assert words <= 2000
    assert lines <= 220


def test_no_public_name_is_defined_again(code):
    packages = ("scratch", "video", "synthetic", "plots", "widgets", "course", "motion", "boxes")
    public = set()
    for package in packages:
        module = importlib.import_module(f"vidlearn.{package}")
        public |= {name for name in vars(module) if callable(getattr(module, name))}
    for cell in code:
        source = re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.M)
        nodes = list(ast.walk(ast.parse(source)))
        methods = [m for node in nodes if isinstance(node, ast.ClassDef) for m in node.body]
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node not in methods:
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
