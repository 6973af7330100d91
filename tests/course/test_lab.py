import json
from pathlib import Path

import pytest

from vidlearn.course import lab


def title(path):
    return json.loads(path.read_text("utf-8"))["cells"][0]["source"][0]


def test_copies_come_without_outputs_and_keep_the_text(course, tmp_path):
    said = lab.give_copies(tmp_path / "work")
    copy = json.loads((tmp_path / "work" / "00_start.ipynb").read_text("utf-8"))
    assert copy["cells"][1]["outputs"] == []
    assert copy["cells"][1]["execution_count"] is None
    assert copy["cells"][1]["source"] == ["print('é')"]
    assert copy["metadata"] == {"language_info": {"name": "python"}}
    assert said == [f"Copied 00_start.ipynb, 03_convolution.ipynb to {tmp_path / 'work'}."]
    assert lab.give_copies(tmp_path / "work") == []


def test_copies_that_were_not_touched_follow_the_course(course, tmp_path):
    lab.give_copies(tmp_path)
    course("00_start.ipynb", "# Zero, better")
    (said,) = lab.give_copies(tmp_path)
    assert "00_start.ipynb" in said
    assert title(tmp_path / "00_start.ipynb") == "# Zero, better"
    assert lab.give_copies(tmp_path) == []


def test_copies_that_were_touched_are_kept_and_reset_keeps_them_beside(course, tmp_path):
    lab.give_copies(tmp_path)
    mine = tmp_path / "03_convolution.ipynb"
    mine.write_text(mine.read_text("utf-8").replace("# Two", "# Mine"), "utf-8")
    assert lab.give_copies(tmp_path) == []
    course("03_convolution.ipynb", "# Two, better")
    (said,) = lab.give_copies(tmp_path)
    assert "vidlearn reset 03" in said
    assert title(mine) == "# Mine"

    assert "03_convolution.mine-1.ipynb" in lab.reset("3", tmp_path)
    assert title(mine) == "# Two, better"
    assert title(tmp_path / "03_convolution.mine-1.ipynb") == "# Mine"
    assert "nothing to do" in lab.reset("03", tmp_path)
    mine.write_text("not even a notebook", "utf-8")
    assert "03_convolution.mine-2.ipynb" in lab.reset("03", tmp_path)
    assert title(tmp_path / "03_convolution.mine-1.ipynb") == "# Mine"
    course("03_convolution.ipynb", "# Two, best")
    lab.give_copies(tmp_path)
    assert title(mine) == "# Two, best"


def test_copies_that_were_deleted_come_back(course, tmp_path):
    lab.give_copies(tmp_path)
    (tmp_path / "00_start.ipynb").unlink()
    (said,) = lab.give_copies(tmp_path)
    assert said.startswith("Copied 00_start.ipynb to")
    assert "Copied" in lab.reset("00", tmp_path / "elsewhere")


@pytest.mark.parametrize("record", ["", "{}", "[1]", '{"given": 3}'])
def test_copies_are_all_kept_when_the_record_is_damaged(course, tmp_path, record):
    lab.give_copies(tmp_path)
    (tmp_path / lab.RECORD).write_text(record, "utf-8")
    course("00_start.ipynb", "# Zero, better")
    said = lab.give_copies(tmp_path)
    assert "could not be read" in said[0]
    assert title(tmp_path / "00_start.ipynb") == "# Zero"


def test_copies_survive_a_write_that_is_cut_short(course, tmp_path, monkeypatch):
    lab.give_copies(tmp_path)
    course("00_start.ipynb", "# Zero, better")

    def cut(self, words, **options):
        with open(self, "w") as file:
            file.write(words[:20])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", cut)
        with pytest.raises(OSError, match="No space left"):
            lab.give_copies(tmp_path)
    assert title(tmp_path / "00_start.ipynb") == "# Zero"
    assert not list(tmp_path.glob("*.new"))
    lab.give_copies(tmp_path)
    assert title(tmp_path / "00_start.ipynb") == "# Zero, better"


def test_lessons_are_found_in_an_installed_package_too(course, tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "vidlearn"
    (package / "_share").mkdir(parents=True)
    (tmp_path / "course" / "notebooks").rename(package / "_share" / "notebooks")
    monkeypatch.setattr(lab, "PACKAGE", package)
    assert list(lab.find_lessons()) == ["00", "03"]


def test_work_folder_is_the_current_one_when_it_holds_copies(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lab.work_folder() == tmp_path / "my_work"
    lab.give_copies(lab.work_folder())
    monkeypatch.chdir(tmp_path / "my_work")
    assert lab.work_folder() == tmp_path / "my_work"
    assert lab.work_folder("x") == tmp_path / "my_work" / "x"
