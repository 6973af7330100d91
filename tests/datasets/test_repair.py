"""Repairs: what is asked for, in every form, with a backup, whole or not at all."""

import errno
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tests.datasets.labelled import picture, put, told
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DatasetError, DetectionSet, LabelledPicture

FORMS = ("txt", "voc", "csv", "coco", "yolo")
# The module has the name of its function.
module = sys.modules["vidlearn.datasets.repair"]


def faulty(tmp_path, form):
    """Write a set whose boxes are at fault; writers believe what they are given."""
    boxes = [
        [10, 12, 90, 30],  # outside
        [30, 40, 30, 50],  # without area
        [5, 6, 25, 36],
        [5, 6, 25, 36],  # again
        [50, 20, 41, 27],  # inside out
        [-7, 3, 9.5, 8],  # negative
    ]
    items = [
        LabelledPicture(picture(tmp_path / "s" / "ä 1.png", 0), (60, 80), Truth(boxes)),
        LabelledPicture(picture(tmp_path / "s" / "b.png", 1), (60, 80), Truth([[1, 2, 3, 4.5]])),
        LabelledPicture(picture(tmp_path / "s" / "n.png", 2), (60, 80), Truth([])),
    ]
    datasets.write(DetectionSet(("a & b",), items), tmp_path / "set", form=form)
    return tmp_path / "set"


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and module.BACKUPS not in path.relative_to(folder).parts
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_repair_mends_what_is_named_in_each_form(tmp_path, form):
    folder = faulty(tmp_path, form)
    before = files(folder)
    done = datasets.repair(folder, ["clip", "drop-empty", "drop-duplicates", "fix-inverted"])
    found = sorted(datasets.read(folder), key=lambda item: -len(item.truth))
    np.testing.assert_allclose(
        found[0].truth.boxes,
        [[10, 12, 80, 30], [5, 6, 25, 36], [41, 20, 50, 27], [0, 3, 9.5, 8]]
        if form not in ("voc", "csv")  # their numbers are 51, 21 and 41, 27 before they are swapped
        else [[10, 12, 80, 30], [5, 6, 25, 36], [40, 20, 51, 27], [0, 3, 9.5, 8]],
        atol=1e-9,
    )
    assert found[1].truth.boxes.tolist() == pytest.approx(np.array([[1, 2, 3, 4.5]]))
    assert [len(item.truth) for item in found] == [4, 1, 0]
    assert len(done.changes) == 5
    assert {one.kind for one in done.changes} == {
        "clip",
        "drop-empty",
        "drop-duplicates",
        "fix-inverted",
    }
    changed = {name for name, raw in files(folder).items() if before[name] != raw}
    assert files(done.backup) == {name: before[name] for name in changed}
    assert len(changed) == 1
    assert not datasets.repair(folder, ["clip", "drop-empty", "fix-inverted"]).changes


@pytest.mark.parametrize("form", FORMS)
def test_a_repair_does_only_what_it_is_told(tmp_path, form):
    folder = faulty(tmp_path, form)
    before = {fault[0] for fault in told(datasets.check(folder, pictures=False))}
    datasets.repair(folder, ["clip"])
    after = {fault[0] for fault in told(datasets.check(folder, pictures=False))}
    assert before - after == {"outside", "negative"}
    assert after - before <= {"zero-size"}


def test_all_boxes_of_a_picture_may_go(tmp_path):
    for form in FORMS:
        folder = tmp_path / form
        item = LabelledPicture(
            picture(tmp_path / "s.png", 0), (60, 80), Truth([[3, 4, 3, 9], [5, 6, 7, 6]])
        )
        datasets.write(DetectionSet(("x",), [item]), folder, form=form)
        datasets.repair(folder, ["drop-empty", "fix-inverted"])
        (again,) = datasets.read(folder)
        assert len(again.truth) == 0


def test_everything_else_stays_byte_for_byte(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    words = (
        '\ufeff{"info": {"x": [1,   2]}, "images": [{"file_name": "a.jpg", "id": 1}],\r\n "x": 0,'
    )
    words += ' "annotations": [{"segmentation": [[1, 2, 3]], "area": 7, "id": 1, "image_id": 1,'
    words += ' "bbox": [70.0, 2, 30, 4], "category_id": 1},  {"id": 2, "image_id": 1, "area": 120,'
    words += ' "bbox": [70, 2, 30, 4], "category_id": 1}],\t"categories": [{"id":1,"name":"ä"}]}'
    put(tmp_path / "x.json", words)
    datasets.repair(tmp_path, ["clip"])
    new = words.replace("[70.0, 2, 30, 4]", "[70, 2, 10, 4]")
    new = new.replace("120", "40").replace("[70, 2, 30, 4]", "[70, 2, 10, 4]")
    assert (tmp_path / "x.json").read_bytes() == new.encode()


def test_everything_else_stays_in_xml(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    box = "<bndbox><xmin>70</xmin><ymin>2</ymin><xmax> {} </xmax><ymax>4</ymax></bndbox>"
    one = "\t<object><!-- é --><name>ü</name>" + box + "<pose>Left</pose></object>\r\n"
    words = "<annotation><x>ß</x>\r\n" + one.format(90) + one.format(70) + "</annotation>"
    words = words.replace(
        "<ymin>2</ymin><xmax> 70 </xmax><ymax>4", "<ymin>4</ymin><xmax> 70 </xmax><ymax>4"
    )
    put(tmp_path / "a.xml", words)
    datasets.repair(tmp_path, ["clip", "drop-empty"])
    new = "<annotation><x>ß</x>\r\n" + one.format(90).replace(" 90 ", "80") + "</annotation>"
    assert (tmp_path / "a.xml").read_bytes() == new.encode()


def test_text_is_mended_when_told(tmp_path):
    picture(tmp_path / "a.png", 0)
    words = b"\xef\xbb\xbfk\xe4t 1 2 3 4\r\nkat 5 6 \x80 8\r\rcat 1 2\n"
    put(tmp_path / "a.txt", words)
    datasets.repair(tmp_path, ["fix-bom"])
    assert (tmp_path / "a.txt").read_bytes() == words[3:]
    datasets.repair(tmp_path, ["fix-newlines", "fix-encoding", "drop-malformed"])
    assert (tmp_path / "a.txt").read_bytes() == "kät 1 2 3 4\n\n".encode()
    assert len(list((tmp_path / module.BACKUPS).iterdir())) == 2


@pytest.mark.parametrize("form", ["voc", "csv", "coco"])
def test_a_wrong_size_is_mended_when_told(tmp_path, form):
    folder = faulty(tmp_path, form)
    picture(folder / next(name for name in files(folder) if name.endswith("b.png")), 5, (70, 90))
    kinds = {kind for kind, *_ in told(datasets.check(folder, pictures=False))}
    assert "wrong-size" in kinds
    done = datasets.repair(folder, ["fix-size"])
    assert [one.text for one in done.changes] == ["fix-size: 80 x 60 becomes 90 x 70"]
    after = {kind for kind, *_ in told(datasets.check(folder, pictures=False))}
    assert kinds - after == {"wrong-size"}


@pytest.mark.parametrize("which", ["clipp", ["clip", "tidy", "mend"], ""])
def test_repair_rejects_unknown_names_and_lists_the_known(tmp_path, which):
    folder = faulty(tmp_path, "txt")
    before = files(folder)
    with pytest.raises(DatasetError, match=r"repairs must be of clip, drop-duplicates, .*Received"):
        datasets.repair(folder, which)
    assert files(folder) == before


def test_repair_rejects_a_link(tmp_path):
    picture(tmp_path / "set" / "a.png", 0)
    (tmp_path / "set" / "a.txt").symlink_to(put(tmp_path / "a.txt", "x 1 2 99 4\n"))
    with pytest.raises(DatasetError, match="is a link"):
        datasets.repair(tmp_path / "set", ["clip"])
    assert (tmp_path / "a.txt").read_text() == "x 1 2 99 4\n"


def test_numbers_that_mean_something_else_are_left_alone(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "x 0.1 0.2 0.3 0.4\n")
    assert str(datasets.repair(tmp_path, module.REPAIRS)) == "Nothing to repair."
    assert not (tmp_path / module.BACKUPS).exists()


def test_a_backup_is_never_overwritten(tmp_path, monkeypatch):
    """Two repairs within a second have one time of day."""

    class Clock(module.datetime):
        @classmethod
        def now(cls):
            return cls(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(module, "datetime", Clock)
    picture(tmp_path / "a.png", 0)
    for k in range(3):
        put(tmp_path / "a.txt", f"x {k} 2 99 4\n")
        backup = datasets.repair(tmp_path, ["clip"]).backup
        assert (backup / "a.txt").read_text() == f"x {k} 2 99 4\n"
    names = sorted(path.name for path in (tmp_path / module.BACKUPS).iterdir())
    assert names == ["20260102-030405", "20260102-030405-2", "20260102-030405-3"]


def many(folder, count):
    picture(folder / "one.png", 0)
    for k in range(count):
        put(folder / f"{k}.png", (folder / "one.png").read_bytes())
        put(folder / f"{k}.txt", f"x 1 {k % 50} 99 59\n")
    return files(folder)


@pytest.mark.parametrize("writes", [0, 3, 6, 11])
def test_a_full_disk_loses_nothing(tmp_path, monkeypatch, writes):
    before, left = many(tmp_path, 6), [writes]
    fsync = os.fsync

    def full(handle):
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        datasets.repair(tmp_path, ["clip"])
    assert files(tmp_path) == before
    assert not list((tmp_path / module.BACKUPS).iterdir())


def test_a_file_that_cannot_be_replaced_leaves_the_backup(tmp_path, monkeypatch):
    before, replace, done = many(tmp_path, 5), os.replace, []

    def stop(source, target):
        if len(done) == 2:
            raise OSError(errno.EIO, "Input/output error", str(target))
        done.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(OSError, match="Input/output error"):
        datasets.repair(tmp_path, ["clip"])
    (backup,) = (tmp_path / module.BACKUPS).iterdir()
    after = files(tmp_path)
    assert len({name for name in before if after[name] != before[name]}) == 2
    for name, raw in files(tmp_path).items():
        assert raw == before[name] or (backup / name).read_bytes() == before[name]


KILLED = """
    import os, shutil, signal, sys
    from vidlearn import datasets

    def killing(call):
        def counted(*arguments):
            global left
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return call(*arguments)
        return counted

    for folder, left in zip(sys.argv[1::2], map(int, sys.argv[2::2])):
        if not os.fork():
            os.fsync, os.replace, shutil.rmtree = map(
                killing, (os.fsync, os.replace, shutil.rmtree)
            )
            datasets.repair(folder, ["clip"])
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL to a forked process")
def test_killed_at_any_moment_nothing_is_lost(tmp_path):
    """At every fourth call that writes: each file is as it was, or new with the old one kept."""
    moments = range(0, 41, 4)  # 13 files: 26 times written, 13 times replaced, cleaned up
    before = {k: many(tmp_path / str(k), 13) for k in moments}
    given = [str(word) for k in moments for word in (tmp_path / str(k), k)]
    command = [sys.executable, "-c", textwrap.dedent(KILLED), *given]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["-9"] * 10 + ["0"]
    counts = []
    for k in moments:
        folder, home = tmp_path / str(k), tmp_path / str(k) / module.BACKUPS
        after = files(folder)
        assert after.keys() == before[k].keys()
        changed = [name for name, raw in after.items() if raw != before[k][name]]
        for name in changed:
            assert after[name] == before[k][name].replace(b"99", b"80")
            (backup,) = home.iterdir()
            assert (backup / name).read_bytes() == before[k][name]
        counts.append(len(changed))
        datasets.repair(folder, ["clip"])
        assert datasets.check(folder, pictures=False).ok
    assert counts == [0] * 7 + [2, 6, 10, 13]
