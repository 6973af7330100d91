"""A course folder: its list of students, its lock, its name, and where nbgrader is put."""

import ast
from pathlib import Path

import nbformat
import pytest

from tests.classroom.handed import NAMES, edition_of, solutions, source_of
from tests.classroom.small import small_source
from vidlearn import cli
from vidlearn.classroom import course, nbgrader
from vidlearn.classroom.course import SETTINGS, Course, enrol
from vidlearn.classroom.edition import for_course
from vidlearn.classroom.examine import _answers


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "course.toml").write_text(SETTINGS.format(name="video"))
    (tmp_path / ".vidlearn").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "listed",
    [
        b"\xef\xbb\xbfid,first_name,last_name,email\r\nann,Ann,Right,a@x.org\r\n",
        b"last_name,group,id,first_name,email\nRight,A,ann,Ann,a@x.org,more,cells\n,,,,\n",
        b'"id","first_name","last_name","email"\n" ann ","Ann","Right","a@x.org"\n\n',
    ],
    ids=["excel", "other columns", "quoted"],
)
def test_lists_as_spreadsheets_write_them_reach_nbgrader_in_one_form(folder, listed, monkeypatch):
    seen = []
    monkeypatch.setattr(
        nbgrader, "run", lambda where, *told: seen.append((told[:3], Path(told[3]).read_bytes()))
    )
    (folder / "students.csv").write_bytes(listed)
    enrol(Course(folder))
    enrol(Course(folder))
    whole = b"id,first_name,last_name,email\r\nann,Ann,Right,a@x.org\r\n"
    assert seen == [(("db", "student", "import"), whole)]
    assert {path.name for path in (folder / ".vidlearn").iterdir()} == {"enrolled"}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (b"ID;Name\nann;Ann\n", "has no column id"),
        (b"ann,Ann,Right,a@x.org\nbob,,,\n", "has no column id"),
        ("id,first_name\nann,Zoë\n".encode("cp1252"), "cannot be read"),
        (b"id,first_name\nann,Ann\nann,Eve\n", "more than once: ann"),
        (b'id,first_name\nann,"' + b"x" * 200_000 + b'"\n', "cannot be read"),
    ],
    ids=range(5),
)
def test_rejects_lists_that_would_be_read_as_empty_or_wrong(folder, listed, said):
    (folder / "students.csv").write_bytes(listed)
    with pytest.raises(ValueError, match=said):
        Course(folder).roster()


@pytest.mark.parametrize("listed", [None, b"", b"id,first_name,last_name,email\n", b"\n\n"])
def test_a_list_may_be_empty(folder, listed):
    if listed is not None:
        (folder / "students.csv").write_bytes(listed)
    assert Course(folder).roster() == []


@pytest.mark.parametrize("command", ["grade small", "feedback small", "export m.csv", "collect"])
def test_two_commands_at_once_in_one_course_are_told(folder, capsys, command):
    (folder / "inbox").mkdir()
    with Course(folder).alone():
        assert cli.main(["classroom", *command.split(), "--folder", str(folder)]) == 1
        assert "Another command is at work" in capsys.readouterr().err
    with Course(folder).alone() as known:
        assert known.name == "video"


@pytest.mark.parametrize("name", ["video", 'a "b"', "\u20bb7 \U00020bb7", "c:\\d"])
def test_the_name_of_a_course_stands_in_its_notebooks_as_it_is(name):
    notebook = nbformat.reads(for_course(small_source(), name).decode(), 4)
    setup = next(c for c in notebook.cells if "COURSE = " in c.source)
    line = next(x for x in setup.source.split("\n") if x.startswith("COURSE = "))
    assert ast.literal_eval(line.removeprefix("COURSE = ")) == name


def test_what_leaks_is_seen_line_by_line():
    source = small_source(3)
    assert course.leaked(source, edition_of(source)) == []
    for name, line in (("double", "return 3 * x"), ("test_double", "exam.hidden()")):
        edition = edition_of(source)
        cell = next(c for c in edition.cells if c.metadata["nbgrader"]["grade_id"] == name)
        cell.source += f"\n   {line}"
        assert course.leaked(source, edition) == [line]
    edition = edition_of(source)
    edition.cells[-1].source = "Because."
    edition.cells[2].outputs = [nbformat.v4.new_output("stream", text="3")]
    assert course.leaked(source, edition) == ["Because.", "setup"]


def test_nbgrader_is_not_put_over_what_is_not_ours(tmp_path, monkeypatch):
    monkeypatch.setenv(nbgrader.VARIABLE, str(tmp_path))
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(nbgrader.NbgraderError, match="holds something else"):
        nbgrader.install(print)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    monkeypatch.setenv(nbgrader.VARIABLE, str(tmp_path / "thesis.tex"))
    with pytest.raises(nbgrader.NbgraderError, match="holds something else"):
        nbgrader.install(print)


def test_an_installation_that_was_stopped_is_begun_anew(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(nbgrader.venv, "create", lambda where, **options: made.append(where))
    monkeypatch.setattr(
        nbgrader.subprocess, "run", lambda *a, **k: type("Done", (), {"returncode": 0})
    )
    target = tmp_path / "new" / "env"
    monkeypatch.setenv(nbgrader.VARIABLE, str(target))
    for _ in range(3):
        nbgrader.install(lambda line: None)
    assert made == [target]
    (target / "complete").unlink()
    (target / "half").touch()
    nbgrader.install(lambda line: None)
    assert made == [target] * 2
    assert not (target / "half").exists()


@pytest.mark.parametrize("name", ["small", *NAMES])
def test_of_an_answer_only_what_stands_at_its_margin_is_fetched(name):
    source = source_of(name)
    names = _answers(source)
    assert names
    assert all(one.startswith("my_") for one in names)
    whole = "\n".join(solutions(source).values())
    assert all(one in whole for one in names)


@pytest.mark.parametrize(
    "settings",
    [
        'name = " "',
        'name = "a"\n[limits]\ndisk = 0',
        'name = "a"\n[limits]\ndisk = -1',
        'name = "a"\n[limits]\ndisk = "much"',
        'name = "a"\n[limits]\nwishes = 3',
        "name = a",
        "[limits]\ndisk = 7",
    ],
    ids=range(7),
)
def test_rejects_settings_that_would_not_hold(folder, settings):
    (folder / "course.toml").write_text(settings)
    with pytest.raises(ValueError, match="cannot be used"):
        Course(folder)


@pytest.mark.parametrize("name", ["../small", "small/../small", ".", "", "-rf", "small*", "other"])
def test_rejects_what_is_no_assignment(folder, name):
    for made in ("small", "-rf", "small*"):
        course.write_whole(folder / "source" / made / f"{made}.ipynb", b"{}")
    assert Course(folder).expect("small") == "small"
    with pytest.raises(ValueError, match="There is no assignment"):
        Course(folder).expect(name)


def test_a_line_that_is_shown_anyway_does_not_leak_and_a_marker_does():
    source = small_source(3)
    solution = next(c for c in source.cells if "### BEGIN SOLUTION" in c.source)
    shown = next(c for c in source.cells if c.source.startswith("# Small"))
    shown.source += "\nreturn 3 * x"
    edition = edition_of(source)
    assert course.leaked(source, edition) == []
    for line in ("# BEGIN SOLUTION", "# END HIDDEN TESTS"):
        edition.cells[0].source = line
        assert course.leaked(source, edition) == [line]
    assert "return 3 * x" in solution.source


def test_a_file_is_written_whole_or_not_at_all(folder, monkeypatch):
    path = folder / "a" / "b"
    course.write_whole(path, b"old")
    course.write_whole(path, b"new")

    def full(part, data):
        part.touch()
        raise OSError("No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        course.write_whole(path, b"newer")
    assert [one.name for one in path.parent.iterdir()] == ["b"]
    assert path.read_bytes() == b"new"


def test_a_name_that_settings_cannot_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(nbgrader, "install", lambda say: None)
    for name in ('a"b', "a\nb", "a\\b", "{a}", " "):
        with pytest.raises(ValueError, match="letters, digits"):
            course.init(tmp_path / "c", name=name)
    made = course.init(tmp_path / "c", name="Vidéo 2026-a.b", say=lambda line: None)
    assert made.name == "Vidéo 2026-a.b"
    assert (tmp_path / "c" / ".vidlearn" / "key").stat().st_mode & 0o077 == 0
    key = made.key()
    assert course.init(tmp_path / "c", say=lambda line: None).key() == key
