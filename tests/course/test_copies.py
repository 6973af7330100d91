"""Copies that were given by version 0.1.0, opened, saved, damaged: none of it loses work."""

import hashlib
import json
import subprocess
import sys

import pytest

from vidlearn import cli
from vidlearn.course import lab

OLD = "02_convolution.ipynb"
NEW = "03_convolution.ipynb"


def source(path):
    return "".join(json.loads(path.read_text("utf-8"))["cells"][1]["source"])


def lab_saves(path, answer=None):
    """Do to a copy what JupyterLab does when it opens, runs and saves it."""
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"]["language_info"] |= {"version": "3.11.9"}
    notebook["metadata"]["widgets"] = {"state": {"a": 1}}
    cell = notebook["cells"][1]
    cell["metadata"] |= {"execution": {"iopub.status.busy": "now"}, "scrolled": True}
    cell["execution_count"] = 7
    cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["é\n"]}]
    if answer:
        cell["source"] = [answer]
    path.write_text(json.dumps(notebook, indent=2), "utf-8")


@pytest.fixture
def work(course, tmp_path):
    """A folder as version 0.1.0 left it, when lesson 03 was lesson 02."""
    folder = tmp_path / "old_work"
    folder.mkdir()
    given = {}
    for name, lesson in (("00_start.ipynb", "00_start.ipynb"), (OLD, NEW)):
        notebook = json.loads((tmp_path / "course" / "notebooks" / lesson).read_text("utf-8"))
        notebook["cells"][1] |= {"outputs": [], "execution_count": None}
        notebook["metadata"] = {"language_info": {"name": "python"}}
        words = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        (folder / name).write_text(words, "utf-8", newline="\n")
        given[name] = hashlib.sha256(words.encode()).hexdigest()
    record = {"version": "0.1.0", "given": given}
    (folder / lab.RECORD).write_text(json.dumps(record), "utf-8")
    return folder


@pytest.mark.parametrize("saved", [False, True], ids=["as-given", "saved"])
def test_an_untouched_old_copy_follows_its_lesson(work, course, saved):
    if saved:
        lab_saves(work / OLD)
    course(NEW, "# Three")
    said = lab.give_copies(work)
    assert said[0] == (
        "Lessons have new numbers: 02 is 03. Copies that you had not changed follow."
    )
    assert not (work / OLD).exists()
    assert (work / NEW).exists()
    assert lab.give_copies(work) == []


def test_a_touched_old_copy_stays_and_is_named_once(work):
    lab_saves(work / OLD, "mine")
    said = lab.give_copies(work)
    assert said[0].endswith("Changed by you, so kept under the old name: 02_convolution.ipynb.")
    assert source(work / OLD) == "mine"
    assert source(work / NEW) == "print('é')"
    assert lab.give_copies(work) == []


def test_an_old_copy_that_cannot_be_read_stays(work):
    (work / OLD).write_bytes(b"\xff\xfe")
    assert "kept under the old name" in lab.give_copies(work)[0]
    assert (work / OLD).read_bytes() == b"\xff\xfe"


def test_an_old_copy_of_which_nothing_is_known_stays(work):
    (work / lab.RECORD).unlink()
    lab.give_copies(work)
    assert (work / OLD).exists()


@pytest.mark.parametrize("version", ["0.1.0", "now"])
def test_a_copy_that_was_only_opened_and_saved_follows_the_course(work, course, version):
    if version == "now":
        lab.give_copies(work)
    lab_saves(work / "00_start.ipynb")
    said = lab.give_copies(work)
    assert not any("newer version" in line for line in said)
    assert json.loads((work / "00_start.ipynb").read_text("utf-8"))["cells"][1]["outputs"]
    course("00_start.ipynb", "# Zero, better")
    assert any("00_start.ipynb" in line for line in lab.give_copies(work))
    assert "Zero, better" in (work / "00_start.ipynb").read_text("utf-8")


@pytest.mark.parametrize("version", ["0.1.0", "now"])
def test_a_copy_with_an_answer_in_it_is_kept(work, course, version):
    if version == "now":
        lab.give_copies(work)
    lab_saves(work / "00_start.ipynb", "mine")
    lab.give_copies(work)
    course("00_start.ipynb", "# Zero, better")
    assert any("vidlearn reset 00" in line for line in lab.give_copies(work))
    assert source(work / "00_start.ipynb") == "mine"


def test_a_cell_moved_or_turned_into_text_counts_as_touched(work, course):
    lab.give_copies(work)
    path = work / "00_start.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"].reverse()
    path.write_text(json.dumps(notebook), "utf-8")
    course("00_start.ipynb", "# Zero, better")
    assert any("newer version" in line for line in lab.give_copies(work))


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe", b"", b"{", b"[1]", b'{"cells": 3}', b'{"cells": [{}]}']
)
def test_a_damaged_copy_is_named_and_reset_keeps_it_beside(work, tmp_path, damage, capsys):
    lab.give_copies(work)
    (work / NEW).write_bytes(damage)
    (said,) = lab.give_copies(work)
    assert said.startswith("03_convolution.ipynb cannot be read")
    assert (work / NEW).read_bytes() == damage
    assert cli.main(["reset", "3", str(work)]) == 0
    assert "Yours is 03_convolution.mine-1.ipynb" in capsys.readouterr().out
    assert (work / "03_convolution.mine-1.ipynb").read_bytes() == damage
    assert source(work / NEW) == "print('é')"
    assert lab.give_copies(work) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("02", "There is no lesson 02. There are 00, 03. What was lesson 02 is 03 now"),
        ("7", "What was lesson 07 is 09 now: vidlearn reset 09"),
        (OLD, "02_convolution.ipynb has another number now: vidlearn reset 03"),
        ("77", "There is no lesson 77. There are 00, 03."),
    ],
)
def test_reset_says_where_a_lesson_went(work, asked, words):
    with pytest.raises(ValueError, match=words):
        lab.reset(asked, work)


def test_a_new_lesson_under_an_old_number_is_the_one_that_is_reset(work, course):
    course("02_pixels.ipynb", "# Two")
    lab.reset("02", work)
    assert "# Two" in (work / "02_pixels.ipynb").read_text("utf-8")
    with pytest.raises(ValueError, match="another number now: vidlearn reset 03"):
        lab.reset(OLD, work)


def test_reset_of_nothing_is_no_lesson(work):
    with pytest.raises(ValueError, match="There is no lesson"):
        lab.reset("", work)


def test_a_folder_in_a_lessons_place_is_kept_beside(work):
    (work / NEW).mkdir()
    (work / NEW / "mine.txt").write_text("mine")
    assert any("vidlearn reset 03" in line for line in lab.give_copies(work))
    assert "03_convolution.mine-1.ipynb" in lab.reset("03", work)
    assert (work / "03_convolution.mine-1.ipynb" / "mine.txt").read_text() == "mine"
    assert source(work / NEW) == "print('é')"


def test_half_a_letter_in_an_old_copy_stops_nothing(work):
    lab_saves(work / OLD, "mine \ud800")
    assert "kept under the old name" in lab.give_copies(work)[0]
    assert source(work / OLD) == "mine \ud800"


def test_brackets_without_end_are_damage(work):
    (work / NEW).write_text("[" * 100_000)
    assert any(f"{NEW} cannot be read" in line for line in lab.give_copies(work))
    (work / lab.RECORD).write_text("[" * 100_000)
    assert "could not be read" in lab.give_copies(work)[0]


def test_two_that_start_at_once_do_not_stop_each_other(work, monkeypatch):
    def other_was_faster(*_):
        (work / OLD).unlink(missing_ok=True)
        return True

    monkeypatch.setattr(lab, "_untouched", other_was_faster)
    lab.give_copies(work)
    assert not (work / OLD).exists()
    assert (work / NEW).exists()


def test_reset_takes_a_number_or_a_file(work):
    for asked in ("3", "03", NEW, f"some/{NEW}"):
        assert NEW in lab.reset(asked, work)


def test_copies_we_give_are_trusted(work, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    lab.give_copies(work)
    script = (
        "import sys, nbformat; from nbformat.sign import NotebookNotary\n"
        "notary = NotebookNotary(data_dir=sys.argv[1])\n"
        "print(notary.check_signature(nbformat.read(sys.argv[2], as_version=4)))"
    )
    for name, trusted in ((NEW, "True"), ("00_start.ipynb", "True")):
        command = [sys.executable, "-c", script, str(tmp_path / "data"), str(work / name)]
        assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == trusted


def test_a_data_folder_that_cannot_be_written_stops_nothing(work, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file" / "data"))
    assert lab.give_copies(work)


def test_lab_says_what_was_begun(work, kept, monkeypatch, capsys):
    kept.parent.mkdir()
    kept.write_text('{"correlate2d": {"status": "right", "tries": 2}}')
    monkeypatch.setattr("vidlearn.course.server.serve", lambda *a, **k: None)
    assert cli.main(["lab", str(work)]) == 0
    line = next(row for row in capsys.readouterr().out.splitlines() if row.startswith("Lesson 03"))
    assert line.startswith("Lesson 03: 1 of ")
