"""Progress is kept, survives a broken file, and is not kept where it must not be."""

import json
import subprocess
import sys

import pytest

from vidlearn.course import check, lesson, predict, progress, reveal
from vidlearn.course.progress import begun, load, path, record


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"


def test_tries_are_counted_and_solved_stays_solved(file):
    for status in ("wrong", "right", "wrong"):
        record("correlate2d", status)
    assert load() == {"correlate2d": {"status": "right", "tries": 3}}


def test_check_records(file, toys):
    check("box", lambda mask: 0)
    check("box", None)
    assert load()["box"] == {"status": "wrong", "tries": 1}


def test_guesses_and_bests_are_kept_beside(file):
    record("size", "guessed", guess=[5, 7])
    record("size", "seen")
    record("climb", "wrong", best=3.0)
    record("size", "guessed", guess=[6, 7])
    assert load() == {
        "size": {"status": "seen", "tries": 3, "guess": [6, 7]},
        "climb": {"status": "wrong", "tries": 1, "best": 3.0},
    }


def test_a_file_of_version_0_1_0_is_read(file):
    file.parent.mkdir()
    file.write_text('{"box": {"status": "right", "tries": 2}}')
    record("size", "seen")
    assert load()["box"] == {"status": "right", "tries": 2}


def test_begun_lessons_are_counted(file, toys, capsys):
    assert begun() == []
    record("box", "right")
    record("climb", "wrong", best=1.0)
    assert begun() == ["Lesson 03: 1 of 8 solved"]
    lesson("03")
    assert "Solved here: 1 of 8." in capsys.readouterr().out


@pytest.mark.parametrize("guess", [3, 28])
def test_a_prediction_is_made_and_not_solved(file, toys, capsys, guess):
    predict("size", guess)
    reveal("size", 28)
    assert begun() == []
    lesson("03")
    progress()
    printed = capsys.readouterr().out.split("It always does.")[1]
    assert "Solved here: 0 of 8." in printed
    assert "Lesson 03: 0 of 8 solved" in printed
    assert "size" not in printed


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


def test_table_lists_every_lesson(file, toys, capsys):
    record("box", "right")
    progress()
    printed = capsys.readouterr().out
    assert "Lesson 03: 1 of 8 solved" in printed
    assert "✓ box" in printed
    assert "· climb" in printed


@pytest.mark.parametrize(
    "row",
    [
        {"status": "right", "tries": "2"},
        {"status": "right", "tries": None},
        {"status": "right", "tries": True},
        {"status": "splendid", "tries": 2},
    ],
)
def test_a_row_of_another_kind_is_moved_aside(file, row, capsys):
    file.parent.mkdir()
    file.write_text(json.dumps({"max-pool": row}))
    record("max-pool", "right")
    assert json.loads(file.read_text())["max-pool"] == {"status": "right", "tries": 1}
    assert "could not be read" in capsys.readouterr().out


def test_no_older_file_that_was_moved_aside_is_lost(file):
    file.parent.mkdir()
    for n in range(3):
        file.write_text(f"{{ {n}")
        load()
    aside = sorted(path.read_text() for path in file.parent.glob("*.unreadable*.json"))
    assert aside == ["{ 0", "{ 1", "{ 2"]


def test_brackets_without_end_and_a_folder_stop_nothing(file, capsys):
    file.parent.mkdir()
    file.write_text("[" * 100_000)
    assert load() == {}
    file.unlink(missing_ok=True)
    file.mkdir()
    record("max-pool", "right")
    assert "could not be written" in capsys.readouterr().out


def test_two_kernels_lose_no_row_of_each_other(file):
    script = (
        "import sys; from vidlearn.course.progress import record\n"
        "for n in range(30): record(f'{sys.argv[1]}-{n}', 'right')"
    )
    runs = [subprocess.Popen([sys.executable, "-c", script, name]) for name in "ab"]
    assert [run.wait() for run in runs] == [0, 0]
    assert len(json.loads(file.read_text())) == 60
    assert not file.with_suffix(".lock").exists()


def test_a_lock_that_was_left_behind_holds_nobody_up_for_long(file, monkeypatch):
    monkeypatch.setattr(sys.modules["vidlearn.course.progress"], "WAIT", 0.05)
    file.parent.mkdir()
    file.with_suffix(".lock").touch()
    record("max-pool", "right")
    assert json.loads(file.read_text())["max-pool"]["tries"] == 1
