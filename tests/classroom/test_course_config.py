"""What stands in a course's nbgrader_config.py: nothing unsigned in, nothing hidden out."""

import json
import sys
import types

import nbformat
import pytest
from traitlets.config import Config

from vidlearn.classroom import course

HIDDEN = "exam.hidden()\nsecret = 2**41\n"
TEST = f"a = 1\n### BEGIN HIDDEN TESTS\n{HIDDEN}### END HIDDEN TESTS\nexam.points(4)"


@pytest.fixture
def config(tmp_path, monkeypatch):
    """The names in a course's settings, as nbgrader runs them."""
    parts = types.ModuleType("nbgrader.preprocessors")
    for name in (
        "AssignLatePenalties",
        "CheckCellMetadata",
        "GetGrades",
        "NbGraderPreprocessor",
        "OverwriteCells",
        "SaveAutoGrades",
    ):
        setattr(parts, name, type(name, (), {}))
    monkeypatch.setitem(sys.modules, "nbgrader", types.ModuleType("nbgrader"))
    monkeypatch.setitem(sys.modules, "nbgrader.preprocessors", parts)
    (tmp_path / ".vidlearn").mkdir()
    (tmp_path / ".vidlearn" / "key").write_bytes(b"key")
    path = course.files("vidlearn") / "classroom" / "course_config.py"
    names = {"__file__": str(tmp_path / "nbgrader_config.py"), "get_config": Config}
    exec(path.read_text("utf-8"), names)
    return types.SimpleNamespace(**names)


def result(title="one", share=0.0, **more):
    one = {
        "title": title,
        "hidden": False,
        "share": share,
        "weight": 1.0,
        "said": "Wrong.\ncame: 3",
    }
    return one | {"cause": None, "error": None} | more


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (result(share=1.0, said="", cause="no"), ["✓ one"]),
        (result(share=0.5), ["✗ one", "    Wrong."]),
        (result(said="x" * 500), ["✗ one", "    " + "x" * 160]),
        (result(cause="It adds."), ["✗ one", "    It adds.", "    Wrong."]),
        (
            result(error="KeyError", said="It raised KeyError: 2**41"),
            ["✗ one", "    It raised KeyError."],
        ),
        (result(hidden=True, cause="It adds."), ["✗ one (hidden)", "    It adds."]),
        (result(hidden=True, error="KeyError"), ["✗ one (hidden)"]),
        (result(hidden=True, share=1.0), ["✓ one (hidden)"]),
    ],
    ids=range(8),
)
def test_of_each_test_goes_back_what_a_student_may_know(config, one, lines):
    assert config.told([one]).text.splitlines() == lines
    assert config.told([one, one]).text.splitlines() == 2 * lines


def cell(kind, source, **metadata):
    made = getattr(nbformat.v4, f"new_{kind}_cell")(source)
    made.metadata.update(metadata)
    if kind == "code":
        made.outputs = [nbformat.v4.new_output("stream", text="secret")]
    return made


def test_feedback_holds_no_hidden_test_and_no_output_but_ours(config):
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell("markdown", "text"),
            cell("code", "own"),
            cell("code", TEST, vidlearn={"results": [result(hidden=True)]}),
            cell("code", TEST.replace("### ", "###").replace("###", "  ### "), vidlearn={}),
        ]
    )
    made, _ = config.WithoutHidden().preprocess(notebook, {})
    assert [c.source for c in made.cells] == ["text", "own", *["a = 1\nexam.points(4)"] * 2]
    assert [len(c.get("outputs", [])) for c in made.cells] == [0, 0, 1, 0]
    whole = nbformat.writes(made)
    assert "secret" not in whole
    assert "Wrong" not in whole
    assert "results" not in whole


@pytest.mark.parametrize(
    "change", ["", "cell", "output", "points", "student", "assignment", "none"]
)
def test_only_what_was_signed_is_let_through(config, change):
    notebook = nbformat.v4.new_notebook(cells=[cell("code", "x", nbgrader={"points": 2})])
    resources = {"nbgrader": {"student": "ann", "assignment": "small"}}
    notebook.metadata["vidlearn"] = {"signature": config.signature(notebook, resources)}
    if change == "cell":
        notebook.cells[0].source = "y"
    elif change == "output":
        notebook.cells[0].outputs[0].text = "4"
    elif change == "points":
        notebook.cells[0].metadata.nbgrader.points = 3
    elif change == "none":
        del notebook.metadata["vidlearn"]
    elif change:
        resources["nbgrader"][change] = "other"
    if change:
        with pytest.raises(RuntimeError, match="vidlearn classroom grade"):
            config.OnlyExamined().preprocess(notebook, resources)
    else:
        made, _ = config.OnlyExamined().preprocess(notebook, resources)
        assert "signature" not in json.dumps(made)


def test_what_grading_signs_is_what_the_settings_expect(config, tmp_path):
    from vidlearn.classroom.grade import _keep

    (tmp_path / "course.toml").write_text(course.SETTINGS.format(name="video"))
    known = course.Course(tmp_path)
    notebook = nbformat.v4.new_notebook(cells=[cell("code", "x"), cell("markdown", "é")])
    found = {"notebook": nbformat.writes(notebook), "tasks": {}, "lines": [], "seconds": 1.0}
    stale = tmp_path / ".vidlearn" / "entered" / "small" / "ann"
    course.write_whole(stale, b"old")
    course.write_whole(tmp_path / "autograded" / "ann" / "small" / "small.ipynb", b"old")
    _keep(known, "small", "ann", found, "mark")
    kept = tmp_path / "examined" / "ann" / "small" / "small.ipynb"
    resources = {"nbgrader": {"student": "ann", "assignment": "small"}}
    config.OnlyExamined().preprocess(nbformat.read(kept, as_version=4), resources)
    told = json.loads((known.results("small") / "ann.json").read_text("utf-8"))
    assert (told["fingerprint"], told["submitted"]) == ("mark", None)
    assert not stale.exists()
    assert not (tmp_path / "autograded" / "ann" / "small").exists()


def test_nothing_is_run_again_and_pages_are_cleaned(config):
    names = [one.__name__ for one in config.c.Autograde.autograde_preprocessors]
    assert "Execute" not in names
    first = config.c.Autograde.sanitize_preprocessors[0]
    assert first is config.OnlyExamined
    order = config.c.GenerateFeedback.preprocessors
    assert order.index(config.GetGrades) < order.index(config.WithoutHidden)
    assert config.c.HTMLExporter.sanitize_html is True
    assert config.c.CourseDirectory.submitted_directory == "examined"
