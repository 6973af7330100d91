"""Progress is kept, survives a broken file, and is not kept where it must not be."""

import json

import pytest

from vidlearn.course import check, progress
from vidlearn.course.progress import load, path, record


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"


def test_tries_are_counted_and_solved_stays_solved(file):
    for status in ("wrong", "right", "wrong"):
        record("correlate2d", status)
    assert load() == {"correlate2d": {"status": "right", "tries": 3}}


def test_check_records(file):
    check("count-weights", lambda kernel, channels, filters: 0)
    assert load()["count-weights"] == {"status": "wrong", "tries": 1}


def test_unreadable_file_is_moved_aside(file, capsys):
    file.parent.mkdir()
    file.write_text("{broken")
    record("correlate2d", "right")
    assert file.with_suffix(".unreadable.json").read_text() == "{broken"
    assert json.loads(file.read_text())["correlate2d"]["status"] == "right"
    assert "moved" in capsys.readouterr().out


def test_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "file" / "progress.json"))
    record("correlate2d", "right")
    assert "could not be written" in capsys.readouterr().out


def test_off_and_ci_keep_nothing(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    assert path() is None
    monkeypatch.delenv("VIDLEARN_PROGRESS")
    monkeypatch.setenv("CI", "true")
    assert path() is None


def test_table_lists_every_lesson(file, capsys):
    record("correlate2d", "right")
    progress()
    printed = capsys.readouterr().out
    assert "Lesson 03: 1 of 6 solved" in printed
    assert "✓ correlate2d" in printed
