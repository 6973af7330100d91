"""What is read of a submission, when it is marked anew, and what enters the gradebook."""

import dataclasses
import os

import nbformat
import pytest

from tests.classroom.handed import edition_of
from tests.classroom.small import small_source
from vidlearn.classroom import grade as grading
from vidlearn.classroom import nbgrader
from vidlearn.classroom.course import SETTINGS, Course, write_whole
from vidlearn.classroom.grade import grade


@pytest.fixture
def course(tmp_path):
    """A course with one assignment, made without nbgrader, and a submission by ann."""
    (tmp_path / "course.toml").write_text(SETTINGS.format(name="video"))
    source = small_source(3)
    for part, notebook in (("source", source), ("release", edition_of(source))):
        path = tmp_path / part / "small" / "small.ipynb"
        write_whole(path, nbformat.writes(notebook).encode())
    (tmp_path / ".vidlearn").mkdir()
    (tmp_path / ".vidlearn" / "key").write_bytes(b"key")
    hand_in(tmp_path, "ann")
    return Course(tmp_path)


def hand_in(folder, student, data=b"notebook"):
    path = folder / "submitted" / student / "small"
    write_whole(path / "small.ipynb", data)
    write_whole(path / "timestamp.txt", b"2026-12-09 12:00:00 UTC")
    return path


def job(course, student="ann"):
    return grading._job(course, "small", student, course.handed_in("small")[student], 1, False)


def test_links_and_what_is_not_theirs_are_not_read(course, tmp_path):
    folder, outside = tmp_path / "submitted" / "ann" / "small", tmp_path / "gradebook.db"
    outside.write_text("secret")
    (folder / "data.csv").write_text("1,2")
    (folder / "link.csv").symlink_to(outside)
    (folder / "other.ipynb").write_text("{}")
    (folder / "previous").mkdir()
    (folder / "previous" / "old.txt").write_text("old")
    os.mkfifo(folder / "pipe")
    found, _ = job(course)
    assert found["files"] == {"data.csv": b"1,2"}
    assert found["data"] == b"notebook"
    (folder / "small.ipynb").unlink()
    (folder / "small.ipynb").symlink_to(outside)
    assert job(course)[0]["data"] == b""


def test_files_beside_a_notebook_are_read_up_to_a_limit(course, tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "BESIDE", 10)
    for name in ("a", "b", "c"):
        (tmp_path / "submitted" / "ann" / "small" / name).write_bytes(b"12345")
    assert list(job(course)[0]["files"]) == ["a", "b"]


def test_names_that_are_no_text_are_read(course, tmp_path):
    folder = os.fsencode(tmp_path / "submitted" / "ann" / "small")
    with open(folder + b"/\xff", "wb") as file:
        file.write(b"x")
    assert list(job(course)[0]["files"].values()) == [b"x"]


def _renotebook(course, part):
    path = course.folder / part / "small" / "small.ipynb"
    write_whole(path, path.read_bytes().replace(b"Double things", b"Halve things"))


@pytest.mark.parametrize(
    "change",
    [
        lambda course: hand_in(course.folder, "ann", b"other"),
        lambda course: (course.handed_in("small")["ann"] / "a").write_text("x"),
        lambda course: _renotebook(course, "source"),
        lambda course: _renotebook(course, "release"),
        lambda course: setattr(course, "limits", dataclasses.replace(course.limits, disk=7)),
    ],
    ids=["notebook", "file", "source", "release", "limits"],
)
def test_whatever_changes_a_mark_leads_to_a_new_one(course, change):
    before = job(course)[1]
    assert job(course)[1] == before
    change(course)
    assert job(course)[1] != before


def test_two_students_with_the_same_work_have_two_marks(course, tmp_path):
    hand_in(tmp_path, "bob")
    assert job(course, "ann")[1] != job(course, "bob")[1]


class Graded:
    """A run of `grade` in which nobody is marked and nbgrader enters whom it is told to."""

    def __init__(self, course, monkeypatch):
        self.course, self.asked, self.entered = course, [], []
        self.refuses, self.killed, self.lines = (), False, []
        monkeypatch.setattr(grading, "expect_bubblewrap", lambda: None)
        monkeypatch.setattr(grading, "mark_all", self.mark_all)
        monkeypatch.setattr(nbgrader, "run", self.run)

    def mark_all(self, waiting, keep, **options):
        failed = {}
        self.asked = list(waiting)
        for student, load in waiting.items():
            try:
                notebook = nbformat.v4.new_notebook()
                found = {"notebook": nbformat.writes(notebook), "tasks": {}, "lines": []}
                keep(student, found, load()[1])
            except OSError as error:
                failed[student] = str(error)
        return failed

    def run(self, folder, *told, on_line):
        assert told == ("autograde", "small")
        self.entered = []
        for path in sorted(folder.glob("examined/*/small/small.ipynb")):
            target = folder / "autograded" / path.parts[-3] / "small" / "small.ipynb"
            if not target.exists() and path.parts[-3] not in self.refuses:
                write_whole(target, b"graded")
                self.entered.append(path.parts[-3])
        if self.refuses or self.killed:
            error = nbgrader.NbgraderError("nbgrader autograde failed")
            error.killed = self.killed
            raise error

    def again(self, **options):
        return grade(self.course, "small", jobs=1, say=self.lines.append, **options)


@pytest.fixture
def graded(course, monkeypatch):
    for student in ("bob", "eve"):
        hand_in(course.folder, student)
    return Graded(course, monkeypatch)


def test_nothing_is_marked_or_entered_twice(graded):
    assert graded.again() == (3, {})
    assert graded.entered == ["ann", "bob", "eve"]
    assert graded.again() == (0, {})
    hand_in(graded.course.folder, "bob", b"better")
    assert graded.again() == (1, {})
    assert (graded.asked, graded.entered) == (["bob"], ["bob"])
    assert graded.again(again=True) == (3, {})
    assert graded.entered == ["ann", "bob", "eve"]


def test_one_that_nbgrader_refuses_keeps_nobody_out(graded):
    graded.refuses = ("bob",)
    for entered in (["ann", "eve"], []):
        with pytest.raises(nbgrader.NbgraderError, match="autograde failed"):
            graded.again()
        assert graded.entered == entered
    graded.refuses = ()
    graded.again()
    assert graded.entered == ["bob"]


def test_after_nbgrader_was_killed_all_are_entered_anew(graded):
    graded.killed = True
    with pytest.raises(nbgrader.NbgraderError):
        graded.again()
    graded.killed = False
    graded.again()
    assert graded.entered == ["ann", "bob", "eve"]


def test_a_submission_that_cannot_be_read_is_told_and_stops_nobody(graded, monkeypatch):
    honest = grading._job

    def broken(course, name, student, *more):
        if student == "bob":
            raise PermissionError("not for you")
        return honest(course, name, student, *more)

    monkeypatch.setattr(grading, "_job", broken)
    assert graded.again() == (2, {"bob": "not for you"})
    assert graded.entered == ["ann", "eve"]
    assert any("bob could not be marked: not for you" in line for line in graded.lines)
