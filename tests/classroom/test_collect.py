"""Whatever a platform gives is sorted, told or left, and nothing is lost."""

import io
import json
import os
import shutil
import stat
import zipfile

import nbformat
import pytest

from tests.classroom.small import handed_in, small_release
from vidlearn.classroom import collect as module
from vidlearn.classroom import inbox as reading
from vidlearn.classroom.collect import collect
from vidlearn.classroom.whose import Roster, assignment_of

DAY = 86_400
NOON = 1_795_953_600  # 2026-11-29 12:00:00 UTC, and no summer time anywhere near
STUDENTS = [
    {"id": "alice", "first_name": "Alice", "last_name": "Brown", "email": "a.brown@uni.example"},
    {"id": "bob", "first_name": "Bob Karl", "last_name": "de la Cruz", "email": ""},
    {"id": "cm77", "first_name": "Chloé", "last_name": "Müller", "email": "chloe@uni.example"},
    {"id": "2041", "first_name": "Ann", "last_name": "Lee", "email": ""},
    {"id": "7", "first_name": "Leann", "last_name": "Ng-Brown", "email": ""},
]


def small(text="", student=""):
    """Return a notebook of the assignment "small", different for each text."""
    return handed_in(double=f"x = {text!r}", student=f"STUDENT = {student!r}")


def bare(data):
    """Return a notebook without the words that name its assignment."""
    found = json.loads(data)
    found["metadata"].pop("vidlearn")
    return json.dumps(found).encode()


@pytest.fixture
def course(tmp_path):
    """A course folder with two assignments, and what collects in it."""
    other = small_release()
    other.metadata["vidlearn"]["assignment"] = "large"
    for cell in other.cells[4:]:
        cell.metadata["nbgrader"]["grade_id"] += "_large"
    for name, notebook in (("small", small_release()), ("large", other)):
        (tmp_path / "release" / name).mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "release" / name / f"{name}.ipynb")
    return Course(tmp_path)


class Course:
    """A course folder."""

    def __init__(self, folder):
        self.folder, self.submitted = folder, folder / "submitted"
        (folder / "inbox").mkdir()

    def put(self, path, data, when=NOON):
        """Put a file into the inbox."""
        path = self.folder / "inbox" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (when, when))

    def collect(self, students=STUDENTS):
        return collect(self.folder / "inbox", self.folder / "release", self.submitted, students)

    def there(self):
        """Return what lies in submitted, as paths, without the times."""
        found = (path for path in self.submitted.rglob("*") if path.is_file())
        names = (path.relative_to(self.submitted).as_posix() for path in found)
        return sorted(name for name in names if not name.endswith("timestamp.txt"))

    def stamp(self, path):
        return (self.submitted / path / "timestamp.txt").read_text("utf-8").strip()


def packed(files, when=(2026, 11, 29, 12, 0, 0)):
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(zipfile.ZipInfo(name, when), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("alice_small.ipynb", "alice"),
        ("alice/small (2).ipynb", "alice"),
        ("ALICE/homework final.ipynb", "alice"),
        ("small-alice-v2.ipynb", "alice"),
        ("Brown Alice_12345_assignsubmission_file_/small.ipynb", "alice"),
        ("Alice Brown_2041_assignsubmission_file_small.ipynb", "alice"),
        ("brownalice_123_456_small-1.ipynb", "alice"),
        ("brownalice_LATE_123_456_small.ipynb", "alice"),
        ("hw_a.brown@uni.example_attempt_1.ipynb", "alice"),
        ("de la Cruz, Bob Karl/x.ipynb", "bob"),
        ("delacruzbob_11_22_small.ipynb", "bob"),
        ("Bob de la Cruz_9_assignsubmission_file_/x.ipynb", "bob"),
        ("Muller Chloe_1_assignsubmission_file_/x.ipynb", "cm77"),
        ("Mueller Chloe\u0301_1_assignsubmission_file_/x.ipynb", "cm77"),
        ("mullerchloe_1_2_x.ipynb", "cm77"),
        ("Ann Lee_7_assignsubmission_file_/x.ipynb", "2041"),
        ("2041/x.ipynb", "2041"),
        ("7/small.ipynb", "7"),
        ("Ng-Brown Leann_55_assignsubmission_file_/small.ipynb", "7"),
        ("small.ipynb.txt", None),
        ("small-7.ipynb", None),
        ("malice_small.ipynb", None),
        ("Participant_2041_assignsubmission_file_/x.ipynb", None),
        ("alice and bob/x.ipynb", None),
    ],
)
def test_paths_of_platforms(course, path, student):
    course.put(path, small())
    done = course.collect()
    assert course.there() == ([f"{student}/small/small.ipynb"] if student else [])
    assert len(done.lines) == (student is None)
    if student:
        assert course.stamp(f"{student}/small") == "2026-11-29 12:00:00 UTC"


def test_a_student_is_found_by_what_was_typed(course):
    course.put("homework final.ipynb", small(student=" CM77 "))
    course.put("hers.ipynb", small(student="Ann Lee"))
    course.put("both/alice_bob.ipynb", small(student="bob"))
    course.put("neither/alice_bob.ipynb", small(student="cm77"))
    course.put("alice/small.ipynb", small("own", student="bob"))
    done = course.collect()
    assert course.there() == [
        f"{one}/small/small.ipynb" for one in ("2041", "alice", "bob", "cm77")
    ]
    assert (course.submitted / "alice/small/small.ipynb").read_bytes() == small("own", "bob")
    told = "\n".join(done.lines)
    assert "homework final.ipynb: Its path names nobody on the list. It went to cm77" in told
    assert "both/alice_bob.ipynb: Its path fits several. It went to bob" in told
    assert "neither/alice_bob.ipynb: It may be alice, bob's." in told
    assert len(done.lines) == 4


def test_nobody_can_hand_in_for_another(course):
    course.put("bob_small.ipynb", small("true"))
    course.collect()
    folder = "Alice Brown_5_assignsubmission_file_"
    files = {
        f"{folder}/bob_small.ipynb": small("1", student="bob"),
        f"{folder}/bob/small.ipynb": small("2", student="bob"),
        f"{folder}/work.zip": packed({"bob/small.ipynb": small("3", student="bob")}),
        f"{folder}/mine.ipynb": small("4", student="bob"),
        "brownalice_1_2_bob_small.ipynb": small("5", student="bob"),
    }
    course.put("class.zip", packed(files, (2027, 1, 1, 0, 0, 0)))
    done = course.collect()
    assert (course.submitted / "bob/small/small.ipynb").read_bytes() == small("true")
    assert not (course.submitted / "bob/small/previous").exists()
    assert sum("It may be alice, bob's." in line for line in done.lines) == 3
    assert {student for student, *_ in done.taken} == {"alice", "bob"}


def test_without_a_list_of_students_the_typed_id_counts(course):
    course.put("one.ipynb", small(student="zoe"))
    course.put("two.ipynb", small("new", student="Zoe"), NOON + DAY)
    course.put("evil.ipynb", small(student="../../evil"))
    done = course.collect([])
    assert "zoe/small/small.ipynb" in course.there()
    assert {one[0] for one in done.taken} == {"zoe"}
    assert [
        line for line in done.lines if line.startswith("evil.ipynb: Whose it is cannot be told")
    ]


def test_an_assignment_is_known_by_its_words_its_cells_or_its_name(course):
    renamed = json.loads(bare(small("cells")))
    course.put("alice/large.ipynb", small())  # what the notebook says counts
    course.put("bob/large.ipynb", json.dumps(renamed).encode())  # its cells say small
    for cell in renamed["cells"]:
        cell["metadata"] = {}
    course.put("cm77/My_Large-2.ipynb", json.dumps(renamed).encode())
    course.put("2041/work.ipynb", json.dumps(renamed).encode())
    done = course.collect()
    assert course.there() == [
        "alice/small/small.ipynb",
        "bob/small/small.ipynb",
        "cm77/large/large.ipynb",
    ]
    assert done.lines[0].startswith(
        "2041/work.ipynb: Which assignment it is cannot be told. Rename"
    )
    assert "2041_ASSIGNMENT.ipynb, with one of these: large, small." in done.lines[0]
    assert "cm77/My_Large-2.ipynb: Collected as large of cm77 for its name alone" in done.lines[1]


@pytest.mark.parametrize("name", ["small", "Small-1", "03 small (2)", "my_small_final", "small2"])
def test_names_of_assignments(name):
    assert assignment_of(("large", f"{name}.ipynb"), ["small", "large"]) == "small"
    assert assignment_of(("large", "smaller.ipynb"), ["small", "large"]) == "large"
    assert assignment_of(("large", "small or large.ipynb"), ["small", "large"]) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (small()[:900], "breaks off"),
        ("Grüße".encode("latin-1"), "not a notebook"),
        (b"%PDF-1.7", "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"cells": [], "nbformat": 9}', "newer than this program"),
    ],
)
def test_broken_notebooks_are_collected_and_told(course, data, word):
    course.put("alice/small.ipynb", data)
    course.put("lost.ipynb", data)
    done = course.collect()
    assert course.there() == ["alice/small/small.ipynb"]
    assert (course.submitted / "alice/small/small.ipynb").read_bytes() == data
    assert [word in line for line in done.lines if line.startswith("alice")] == [True]
    assert sum(line.startswith("lost.ipynb") for line in done.lines) == 2


def test_the_latest_counts_and_none_is_lost(course):
    course.put("alice_small.ipynb", small("second"), NOON + 60)
    course.put("again/alice_small.ipynb", small("second"), NOON + 90)  # the same bytes
    assert [kind for *_, kind, _ in course.collect().taken] == ["new", "same"]
    course.put("alice/small.ipynb", small("first"), NOON)
    course.put("alice/small (2).ipynb", small("third"), NOON + DAY)
    course.put("alice/small (3).ipynb", small("twin"), NOON + DAY)
    done = course.collect()
    kinds = {path: kind for *_, kind, path in done.taken}
    assert kinds == {
        "alice_small.ipynb": "same",
        "again/alice_small.ipynb": "same",
        "alice/small.ipynb": "older",
        "alice/small (2).ipynb": "newer",
        "alice/small (3).ipynb": "older",
    }
    assert "As old as" in next(line for line in done.lines if "small (3)" in line)
    assert (course.submitted / "alice/small/small.ipynb").read_bytes() == small("third")
    assert course.stamp("alice/small") == "2026-11-30 12:00:00 UTC"
    assert course.there() == [
        "alice/small/previous/2026-11-29_12-00-00/small.ipynb",
        "alice/small/previous/2026-11-29_12-01-00/small.ipynb",
        "alice/small/previous/2026-11-30_12-00-00/small.ipynb",
        "alice/small/small.ipynb",
    ]
    before = {path: path.stat().st_mtime_ns for path in course.submitted.rglob("*")}
    again = course.collect()
    assert {kind for *_, kind, _ in again.taken} == {"same"}
    assert not again.lines
    assert {path: path.stat().st_mtime_ns for path in course.submitted.rglob("*")} == before


def test_the_inbox_stays_as_it_is(course):
    course.put("alice/small.ipynb", small())
    course.put("who.ipynb", small())
    course.put("class.zip", packed({"bob/small.ipynb": small("b")}))
    inbox = course.folder / "inbox"
    before = {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()}
    course.collect()
    assert {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("at", ["staged", "between"])
def test_a_run_that_was_stopped_loses_nothing(course, monkeypatch, at):
    course.put("alice/small.ipynb", small("first"))
    course.collect()
    course.put("alice/small.ipynb", small("second"), NOON + DAY)
    real, calls = os.rename, []

    def stopped(*paths):
        calls.append(paths)
        if len(calls) == {"staged": 1, "between": 2}[at]:
            raise KeyboardInterrupt
        real(*paths)

    monkeypatch.setattr(module.os, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        course.collect()
    monkeypatch.undo()
    done = course.collect()
    assert [kind for *_, kind, _ in done.taken] == ["newer"]
    assert course.there() == [
        "alice/small/previous/2026-11-29_12-00-00/small.ipynb",
        "alice/small/small.ipynb",
    ]
    assert not list(course.submitted.glob("*/.*"))


def test_zips_and_zips_in_them(course):
    inner = packed({"work/small.ipynb": small("c"), "work/data.csv": b"1,2"}, (2031, 1, 1, 0, 0, 0))
    files = {
        "Brown Alice_1_assignsubmission_file_/small.ipynb": small("a"),
        "Brown Alice_1_assignsubmission_file_/notes/table.csv": b"3,4",
        "delacruzbobkarl_2_3_small.ipynb": small("b"),
        "Müller Chloé_4_assignsubmission_file_/work.zip": inner,
        "__MACOSX/._small.ipynb": b"\0",
        "2041/deep.zip": packed({"deeper.zip": packed({"small.ipynb": small("d")})}),
    }
    course.put("class.zip", packed(files))
    done = course.collect()
    assert course.there() == [
        "alice/small/notes/table.csv",
        "alice/small/small.ipynb",
        "bob/small/small.ipynb",
        "cm77/small/data.csv",
        "cm77/small/small.ipynb",
    ]
    assert [line.split(":")[0] for line in done.lines] == ["class.zip/2041/deep.zip/deeper.zip"]
    assert "zip in a zip in a zip" in done.lines[0]
    # the student's own zip says 2031: what counts is when the zip came
    assert course.stamp("cm77/small").startswith("2026-11-")


def test_the_time_of_an_entry_in_utc_is_taken_where_it_stands(course):
    info = zipfile.ZipInfo("alice/small.ipynb", (2020, 5, 5, 5, 5, 4))
    info.extra = b"UT\x05\x00\x01" + NOON.to_bytes(4, "little")
    none = zipfile.ZipInfo("bob/small.ipynb", (1980, 1, 1, 0, 0, 0))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(info, small())
        file.writestr(none, small())
    course.put("class.zip", buffer.getvalue(), NOON + DAY)
    course.collect()
    assert course.stamp("alice/small") == "2026-11-29 12:00:00 UTC"
    assert course.stamp("bob/small") == "2026-11-30 12:00:00 UTC"


def test_zips_that_mean_harm_are_told_and_harmless(course, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 2**20)
    link = zipfile.ZipInfo("bob/small.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(link, "/etc/passwd")
        for name in ("../../alice/small.ipynb", "/alice/small.ipynb", "C:\\alice\\small.ipynb"):
            file.writestr(name, small())
        file.writestr("alice/small.ipynb", b"\0" * 2**24)  # 16 MB from 16 kB
        file.writestr("cm77/small.ipynb", small("fine"))
        file.writestr("cm77/timestamp.txt", b"1999")
        file.writestr("cm77/previous/x", b"1")
        file.writestr("cm77/a\x1b[2Jb.csv", b"1")
        file.writestr("cm77/small.ipynb/x.txt", b"1")
    course.put("class.zip", buffer.getvalue())
    course.put("cut.zip", packed({"2041/small.ipynb": small()})[:-30])
    course.put("not.zip", b"nothing")
    course.put("7.rar", b"Rar!")
    done = course.collect()
    assert course.there() == ["cm77/small/small.ipynb"]
    assert course.stamp("cm77/small") != "1999"
    told = "\n".join(done.lines)
    assert "\x1b" not in told
    for part in (
        "class.zip/bob/small.ipynb: It is a link",
        "class.zip/../../alice/small.ipynb: Its path in the zip leads out",
        "class.zip//alice/small.ipynb: Its path",
        "alice/small.ipynb: Its path in the zip leads out",
        "class.zip/alice/small.ipynb: It is larger than 1 MB",
        "class.zip/cm77/a[2Jb.csv: It was left behind",
        "cut.zip: The zip cannot be read",
        "not.zip: The zip cannot be read",
        "7.rar: Only folders and zips are opened",
    ):
        assert part in told
    assert {path.name for path in course.folder.iterdir()} == {"inbox", "release", "submitted"}


def test_a_zip_that_never_ends_is_stopped(course, monkeypatch):
    monkeypatch.setattr(reading, "UNPACKED", 3 * 2**20)
    files = {f"alice/{n}/small.ipynb": b"\0" * 2**20 for n in range(40)}
    course.put("class.zip", packed(files | {"bob/small.ipynb": small()}))
    done = course.collect()
    assert len([line for line in done.lines if "larger than any class" in line]) >= 37
    monkeypatch.setattr(reading, "MANY", 10)
    assert "more than 10" in course.collect().lines[0]


def test_a_locked_zip_is_told(course):
    data = bytearray(packed({"alice/small.ipynb": small()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    course.put("class.zip", bytes(data))
    assert "locked with a password" in course.collect().lines[0]


def test_links_and_special_files_are_not_followed(course):
    secret = course.folder / "secret"
    secret.mkdir()
    (secret / "small.ipynb").write_bytes(small())
    inbox = course.folder / "inbox"
    os.symlink(secret, inbox / "alice")
    os.symlink(secret / "small.ipynb", inbox / "bob_small.ipynb")
    os.mkfifo(inbox / "cm77_small.ipynb")
    done = course.collect()
    assert course.there() == []
    assert sum("It is a link" in line for line in done.lines) == 2
    assert sum("not an ordinary file" in line for line in done.lines) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_told(course):
    course.put("alice_small.ipynb", small())
    (course.folder / "inbox/alice_small.ipynb").chmod(0)
    assert "cannot be read" in course.collect().lines[0]


def test_what_lies_beside_comes_along_within_limits(course, monkeypatch):
    monkeypatch.setattr(module, "BESIDE", 1000)
    course.put("alice/small.ipynb", small())
    course.put("alice/a.csv", b"x" * 900)
    course.put("alice/b.csv", b"x" * 200)
    course.put("alice/sub/c.csv", b"x" * 50)
    course.put("alice/.ipynb_checkpoints/small-checkpoint.ipynb", small("old"))
    course.put("readme.txt", b"for all")
    course.put("bob_small.ipynb", small())
    course.put("cm77/small.pdf", b"%PDF")
    done = course.collect()
    assert course.there() == [
        "alice/small/a.csv",
        "alice/small/small.ipynb",
        "alice/small/sub/c.csv",
        "bob/small/small.ipynb",
    ]
    assert [line.split(":")[0] for line in done.lines] == ["alice/b.csv", "cm77", "."]
    assert "1 (small.pdf)" in done.lines[1]


def test_another_file_beside_makes_it_another_submission(course):
    course.put("alice/small.ipynb", small())
    course.put("alice/a.csv", b"1")
    course.collect()
    course.put("alice/small.ipynb", small(), NOON + 5)
    course.put("alice/a.csv", b"2")
    assert [kind for *_, kind, _ in course.collect().taken] == ["newer"]
    assert (
        course.submitted / "alice/small/previous/2026-11-29_12-00-00/a.csv"
    ).read_bytes() == b"1"


def test_nothing_there(course):
    assert str(course.collect()).startswith("Collected from 0 students: 0 new")
    (course.folder / "inbox").rmdir()
    assert "There is no such folder" in course.collect().lines[0]
    shutil.rmtree(course.folder / "release")
    (course.folder / "inbox").mkdir()
    assert "Nothing was released yet" in course.collect().lines[0]


def test_ids_that_cannot_be_folders_are_told(course):
    bad = [{"id": name} for name in ("../up", "", "ok", "OK", "a/b", ".hidden", "end.")]
    course.put("ok/small.ipynb", small())
    done = course.collect(bad)
    assert course.there() == ["ok/small/small.ipynb"]
    assert sum("This id of the list" in line for line in done.lines) == 6


def test_the_longest_find_wins_by_hand():
    roster = Roster(
        [
            {"id": "maria", "first_name": "Maria", "last_name": "Cruz"},
            {"id": "maria.c", "first_name": "Anna Maria", "last_name": "Cruz"},
        ]
    )
    assert roster.find(("Maria Cruz_1_assignsubmission_file_",)) == {"maria"}
    assert roster.find(("Anna Maria Cruz_2_assignsubmission_file_",)) == {"maria.c"}
    assert roster.find(("maria.c_small.ipynb",)) == {"maria.c"}
    assert roster.find(("maria_c.ipynb",)) == {"maria"}
    assert roster.find(("maria", "maria.c.ipynb")) == {"maria", "maria.c"}
    assert roster.clash(("maria", "maria.c.ipynb"))
    assert roster.find(("maria", "x", "maria and maria.c.ipynb")) == {"maria"}
    assert not roster.clash(("maria", "x", "maria and maria.c.ipynb"))
