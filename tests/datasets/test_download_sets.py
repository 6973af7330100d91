"""A set from the server to its folder: asked, fetched, verified, unpacked, whole or not at all."""

import errno
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from vidlearn import cli, datasets
from vidlearn.datasets.downloads import (
    DownloadError,
    catalogue,
    download,
    downloadable,
    sets,
    shown_list,
)
from vidlearn.datasets.downloads import unpack as unpacking

PICTURE = np.random.default_rng(6).bytes(120_000)
ROOT = Path(__file__).parents[2]


def zipped(**members):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in (members or {"Set/JPEGImages/1.jpg": PICTURE}).items():
            archive.writestr(name, data)
    return memory.getvalue()


def tarred(members):
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return memory.getvalue()


@pytest.fixture
def offer(site, tmp_path):
    """Write a list with one set, whose files lie on the server; returns the list's path."""

    def offer(*names, more="", **facts):
        lines = ["[cells]", 'title = "Cells"', 'holds = "cells"', 'licence = "MIT"']
        lines += [
            'terms = "be kind"',
            'home = "https://example.org/cells"',
            'inside = "JPEGImages"',
        ]
        lines += ['form = "voc"', more]
        for name in names or ("set.zip",):
            lines += ["[[cells.files]]", f'url = "{site.url}/{name}"', f'name = "{name}"']
            lines += [f"{key} = {value!r}" for key, value in facts.items()]
        file = tmp_path / "listed.toml"
        file.write_text("\n".join(lines), "utf-8")
        return file

    return offer


@pytest.fixture
def get(offer, tmp_path, monkeypatch):
    monkeypatch.setattr(sets, "fetch", quick(sets.fetch))

    def get(*names, listed=None, yes=True, offline=None, **facts):
        listed = listed or offer(*names, **facts)
        return download("cells", to=tmp_path / "data", yes=yes, offline=offline, listed=listed)

    return get


def quick(fetch):
    return lambda source, file, **more: fetch(source, file, timeout=5, pause=0.01, **more)


def tree(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


KEPT = ["archives/cells/lock", "archives/cells/record.json"]


def test_a_set_is_shown_fetched_verified_and_unpacked(site, get, tmp_path, capsys):
    data = zipped()
    site.put("set.zip", data)
    root = get(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    assert root == tmp_path / "data/cells/Set"
    assert (root / "JPEGImages/1.jpg").read_bytes() == PICTURE
    assert tree(tmp_path / "data") == [*KEPT, "cells/Set/JPEGImages/1.jpg"]
    out = capsys.readouterr().out
    for words in ("be kind", "120 kB", f"{site.url}/set.zip", "as published", repr(str(root))):
        assert words in out
    asked = len(site.asked)
    assert get() == root  # here already: nothing is asked of anybody
    assert len(site.asked) == asked


def test_several_archives_make_one_folder_and_films_stay_films(site, get, tmp_path):
    site.put("one.tar.gz", tarred({"Set/JPEGImages/1.jpg": b"1", "Set/same.txt": b"one"}))
    site.put("two.tar.gz", tarred({"Set/JPEGImages/2.jpg": b"2", "Set/same.txt": b"two"}))
    site.put("film.mp4", b"film")
    get("one.tar.gz", "two.tar.gz", "film.mp4")
    found = tree(tmp_path / "data/cells")
    assert found == [*(f"Set/JPEGImages/{k}.jpg" for k in (1, 2)), "Set/same.txt", "film.mp4"]


def answer(monkeypatch, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: words)


@pytest.mark.parametrize("words", ["y", "Y", " yes "])
def test_a_yes_downloads(site, get, monkeypatch, words):
    site.put("set.zip", zipped())
    answer(monkeypatch, words)
    assert get(yes=False).exists()


@pytest.mark.parametrize("words", ["", "n", "no", "maybe", "yep"])
def test_all_else_downloads_nothing(site, get, monkeypatch, tmp_path, words):
    answer(monkeypatch, words)
    with pytest.raises(DownloadError, match="Nothing was downloaded"):
        get(yes=False)
    assert site.asked == []
    assert not (tmp_path / "data").exists()


def test_an_answer_that_ends_before_it_begins_is_no_yes(site, get, monkeypatch):
    def end(question):
        raise EOFError

    answer(monkeypatch, "")
    monkeypatch.setattr("builtins.input", end)
    with pytest.raises(DownloadError, match="Nothing was downloaded"):
        get(yes=False)
    assert site.asked == []


def test_where_nobody_can_be_asked_nothing_is_downloaded(site, get, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(DownloadError, match="--yes"):
        get(yes=False)
    assert site.asked == []
    assert not (tmp_path / "data").exists()
    assert "be kind" in capsys.readouterr().out  # the terms are shown all the same


def test_the_sum_is_pinned_at_the_first_download(site, get, tmp_path, capsys):
    page = site.put("set.zip", zipped())
    get()
    record = json.loads((tmp_path / "data/archives/cells/record.json").read_text("utf-8"))
    got = hashlib.sha256(page.data).hexdigest()
    assert record["files"]["set.zip"]["sha256"] == got
    assert got in capsys.readouterr().out  # said, not only noted
    shutil.rmtree(tmp_path / "data/cells")
    get()
    assert "as at the first download" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "data/cells")
    page.data, page.state = zipped(**{"other.txt": b"other"}), {}
    with pytest.raises(DownloadError, match="not what came at the first download"):
        get()
    assert not (tmp_path / "data/cells").exists()
    assert (tmp_path / "data/archives/cells/set.zip.wrong").exists()


def test_another_sum_or_size_than_published(site, get, tmp_path):
    site.put("set.zip", zipped())
    with pytest.raises(DownloadError, match=r"its SHA-256 is (?s:.*)By hand"):
        get(sha256="0" * 64)
    assert (tmp_path / "data/archives/cells/set.zip.wrong").exists()
    assert not (tmp_path / "data/cells").exists()
    (tmp_path / "data/archives/cells/set.zip").write_bytes(b"short")
    with pytest.raises(DownloadError, match="has 5 bytes; 77 were expected"):
        get(bytes=77)


def test_every_failure_tells_the_way_by_hand(site, get, tmp_path):
    site.put("set.zip", codes=[404])
    place = tmp_path / "data/archives/cells/set.zip"
    with pytest.raises(DownloadError) as told:
        get()
    for words in ("404", f"{site.url}/set.zip", str(place), "https://example.org/cells"):
        assert words in str(told.value)
    place.write_bytes(zipped())  # so it is done, and then offline will do
    root = get(offline=True)
    assert (root / "JPEGImages/1.jpg").exists()
    assert place.exists()  # what a person put there is not taken away


def test_no_network_tells_the_way_by_hand(site, get):
    site.close()
    with pytest.raises(DownloadError, match=r"cannot be reached(?s:.*)By hand(?s:.*)set\.zip"):
        get()


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_offline_asks_nobody(site, get, monkeypatch, how):
    site.put("set.zip", zipped())
    if how == "environment":
        monkeypatch.setenv("VIDLEARN_OFFLINE", "1")
    with pytest.raises(DownloadError, match=r"offline nothing is fetched(?s:.*)By hand"):
        get(offline=True if how == "argument" else None)
    assert site.asked == []
    get(offline=False)  # the argument is stronger
    monkeypatch.setenv("VIDLEARN_OFFLINE", "1")
    assert get().exists()


def test_a_web_page_in_place_of_the_archive(site, get, tmp_path):
    site.put("set.zip", b"<html><title>Moved</title></html>", kind="text/html")
    with pytest.raises(DownloadError, match=r"a web page \(Moved\)(?s:.*)By hand"):
        get()
    (tmp_path / "data/archives/cells/set.zip").write_bytes(b"<html>saved by a browser</html>")
    with pytest.raises(DownloadError, match="no archive that can be unpacked"):
        get()
    assert not (tmp_path / "data/cells").exists()


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt"])
def test_a_hostile_archive_leaves_nothing(site, get, tmp_path, name):
    site.put("set.zip", zipped(**{"fine.txt": b"fine", name: b"bad"}))
    with pytest.raises(DownloadError, match="does not stay safely inside"):
        get()
    assert tree(tmp_path / "data") == [*KEPT, "archives/cells/set.zip"]
    assert not list((tmp_path / "data").glob(".*"))


def test_a_folder_of_somebody_else_is_left_alone(site, get, tmp_path):
    site.put("set.zip", zipped())
    mine = tmp_path / "data/cells/mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    with pytest.raises(DownloadError, match="left alone"):
        get()
    mine.unlink()
    assert get().exists()  # an empty folder is nobody's


def test_too_little_room_is_told_before_anything_comes(site, get, monkeypatch, tmp_path):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(sets.shutil, "disk_usage", lambda _: usage._replace(free=224_999))
    with pytest.raises(DownloadError, match="has 225 kB free, and cells needs 225 kB"):
        get(bytes=100_000)
    assert site.asked == []
    monkeypatch.setattr(sets.shutil, "disk_usage", lambda _: usage._replace(free=225_000))
    site.put("set.zip", zipped())
    with pytest.raises(DownloadError, match="published with 100000"):
        get(bytes=100_000)


def test_a_disk_that_fills_while_unpacking(site, get, monkeypatch, tmp_path):
    site.put("set.zip", zipped())

    def full(self, name, stream):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(unpacking._Writer, "write", full)
        with pytest.raises(DownloadError, match="became full while cells was unpacked"):
            get()
    assert tree(tmp_path / "data") == [*KEPT, "archives/cells/set.zip"]
    assert get().exists()
    assert len(site.asked) == 1  # from the archive that was kept


def test_a_damaged_record_is_told(site, get, tmp_path):
    record = tmp_path / "data/archives/cells/record.json"
    record.parent.mkdir(parents=True)
    record.write_text("[1", "utf-8")
    with pytest.raises(DownloadError, match=r"record\.json cannot be read"):
        get()


SCRIPT = """
import sys
from vidlearn.datasets.downloads import download
try:
    print(download("cells", to=sys.argv[1], yes=True, listed=sys.argv[2]))
except OSError as error:
    sys.exit(str(error))
"""


def start(tmp_path, listed):
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "data"), str(listed)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_two_processes_do_not_meet(site, offer, get, tmp_path):
    listed = offer()
    page = site.put("set.zip", zipped(), piece=1000, wait=0.05)
    first = start(tmp_path, listed)
    part = tmp_path / "data/archives/cells/set.zip.part"
    wait_for(lambda: part.exists() and part.stat().st_size)
    with pytest.raises(DownloadError, match=f"by another process \\(process {first.pid}\\)"):
        get(listed=listed)
    page.wait = 0
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert len(site.asked) == 1
    assert get(listed=listed) == Path(out.splitlines()[-1])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_what_is_killed_goes_on_and_leaves_nothing_half(site, offer, get, tmp_path):
    listed = offer()
    page = site.put("set.zip", zipped(), piece=5000, wait=0.05)
    first = start(tmp_path, listed)
    part = tmp_path / "data/archives/cells/set.zip.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 20_000)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not (tmp_path / "data/cells").exists()
    have = part.stat().st_size
    half = tmp_path / "data/.cells.unpacking/Set"  # of one that was killed later still
    half.mkdir(parents=True)
    (half / "half.jpg").write_bytes(b"half")
    page.wait = 0
    root = get(listed=listed)
    assert site.asked[-1][1]["Range"] == f"bytes={have}-"
    assert tree(root) == ["JPEGImages/1.jpg"]
    assert (root / "JPEGImages/1.jpg").read_bytes() == PICTURE
    assert not half.exists()


def test_ctrl_c_says_that_the_part_is_kept(site, get, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sets, "fetch", stop)
    with pytest.raises(KeyboardInterrupt):
        get()
    assert "the same command goes on from there" in capsys.readouterr().out


def test_folders_by_argument_environment_and_platform(site, offer, monkeypatch, tmp_path):
    site.put("set.zip", zipped())
    monkeypatch.setenv("VIDLEARN_DATA", str(tmp_path / "mine"))
    root = download("cells", yes=True, listed=offer())
    assert root == tmp_path / "mine/cells/Set"
    monkeypatch.delenv("VIDLEARN_DATA")
    assert sets.data_folder().name == "data"


def test_the_list_shows_size_terms_and_place(site, get, offer, tmp_path):
    site.put("set.zip", zipped())
    table = shown_list(to=tmp_path / "data", listed=offer(bytes=2_000_000)).splitlines()
    assert table[1].split() == ["cells", "2.0", "MB", "MIT", "not", "here"]
    get()
    assert str(tmp_path / "data/cells") in shown_list(to=tmp_path / "data", listed=offer())


def png(array):
    memory = io.BytesIO()
    Image.fromarray(array).save(memory, "png")
    return memory.getvalue()


def test_people_in_masks_become_boxes(site, offer, get):
    mask = np.zeros((20, 33), np.uint8)
    mask[3:9, 5:7], mask[10:20, 30:33] = 1, 2
    members = {
        "Ped/PNGImages/a.png": png(np.zeros((20, 33, 3), np.uint8)),
        "Ped/PedMasks/a_mask.png": png(mask),
        "Ped/Annotation/a.txt": b"# of another form",
    }
    site.put("set.zip", zipped(**members))
    listed = offer(more='layout = "masks"')
    listed.write_text(listed.read_text("utf-8").replace("JPEGImages", "PNGImages"), "utf-8")
    root = get(listed=listed)
    pictures = datasets.read(root)
    assert root.name == "voc"
    assert pictures.classes == ("person",)
    assert pictures[0].truth.boxes.tolist() == [[5, 3, 7, 9], [30, 10, 33, 20]]
    assert get(listed=listed) == root


def pets(site, offer):
    box = "<xmin>4</xmin><ymin>5</ymin><xmax>20</xmax><ymax>18</ymax>"
    thing = f"<object><name>cat</name><bndbox>{box}</bndbox></object>"
    size = "<size><width>33</width><height>20</height><depth>3</depth></size>"
    members = {
        "annotations/xmls/a.xml": f"<annotation>{size}{thing}</annotation>".encode(),
        "annotations/trimaps/a.png": png(np.ones((20, 33), np.uint8)),
        "annotations/list.txt": b"a 1 1 1",
    }
    picture = png(np.zeros((20, 33, 3), np.uint8))
    site.put("one.tar.gz", tarred({"images/a.jpg": picture, "images/b.jpg": picture}))
    site.put("two.tar.gz", tarred(members))
    listed = offer("one.tar.gz", "two.tar.gz", more='layout = "xmls"')
    listed.write_text(listed.read_text("utf-8").replace("JPEGImages", "images"), "utf-8")
    return listed


@pytest.mark.parametrize("links", [True, False])
def test_heads_of_pets_can_be_read(site, offer, get, monkeypatch, links):
    def no_link(*_):
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", no_link)
    pictures = datasets.read(get(listed=pets(site, offer)))
    assert [item.path.name for item in pictures] == ["a.jpg"]  # of b no head is known
    assert pictures[0].truth.boxes.tolist() == [[3, 4, 20, 18]]


def test_a_set_that_is_packed_otherwise_is_kept_and_told(site, offer, get, capsys):
    listed = pets(site, offer)
    site.put("two.tar.gz", tarred({"labels/a.xml": b"<annotation/>"}))
    root = get(listed=listed)
    assert tree(root) == ["images/a.jpg", "images/b.jpg", "labels/a.xml"]
    out = capsys.readouterr().out
    assert "does not stand as it is known to" in out
    assert "datasets.read" not in out


def test_rejects_unknown_names():
    with pytest.raises(ValueError, match=r"must be one of bccd, .* Received: 'imagenet'"):
        download("imagenet", offline=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[cells]", "[Cells]"), "a-z, 0-9 and hyphens"),
        (('title = "Cells"', 'titel = "Cells"'), "titel"),
        (("http://", "ftp://"), "must begin with http"),
        (('name = "set.zip"', 'name = "../set.zip"'), "no plain file name"),
        (('name = "set.zip"', 'name = "set.zip"\nsha256 = "abc"'), "no SHA-256"),
        (("[[cells.files]]", "[[cells.other]]"), "files"),
    ],
)
def test_rejects_lists(offer, change, message):
    listed = offer()
    listed.write_text(listed.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ValueError, match=f"does not describe(?s:.*){message}"):
        downloadable(listed)


def test_the_sets_on_offer_are_described_and_have_a_card():
    known = downloadable()
    assert {"bccd", "penn-fudan", "voc2007", "voc2012", "pets", "films"} <= set(known)
    assert {"ucf101", "ucf101-splits", "ucf101-tiny", "ucf101-ten", "hmdb51", "kth"} <= set(known)
    cards = [(ROOT / f"datasets/{name}.md").read_text("utf-8") for name in ("detection", "actions")]
    for name, wanted in known.items():
        card = cards[f"`{name}`" in cards[1]]
        assert f"`{name}`" in card
        assert wanted.home in card
        assert wanted.licence in card
        for source in wanted.files:
            assert urlsplit(source.url).netloc
            assert source.sha256 is None or source.bytes is not None


@pytest.mark.parametrize(("form", "reader"), [("clips", "read_clips"), ("kth", "read_kth")])
def test_sets_of_clips_say_which_function_reads_them(site, offer, tmp_path, capsys, form, reader):
    site.put("set.zip", zipped(**{"Set/sit/a_1.avi": b"film"}))
    listed = offer()
    listed.write_text(listed.read_text("utf-8").replace('"voc"', f'"{form}"'), "utf-8")
    download("cells", to=tmp_path / "d", yes=True, listed=listed)
    out = capsys.readouterr().out
    assert f"datasets.{reader}(" in out
    assert "datasets.read(" not in out
    assert hasattr(datasets, reader)


def test_the_wheel_carries_the_list():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    carried = wheel["targets"]["wheel"]["force-include"]
    assert carried["datasets"] == "vidlearn/_share/datasets"
    assert (ROOT / "datasets/downloads.toml").exists()


def test_the_command_line(site, offer, tmp_path, monkeypatch, capsys):
    listed = offer()
    monkeypatch.setattr(catalogue, "_listed", lambda: listed)
    site.put("set.zip", zipped())
    command = ["data", "download", "cells", "--to", str(tmp_path / "data")]
    assert cli.main([*command, "--offline"]) == 1
    assert "offline nothing is fetched" in capsys.readouterr().err
    assert cli.main(command) == 1
    assert "--yes" in capsys.readouterr().err
    assert cli.main([*command, "--yes"]) == 0
    assert "datasets.read(" in capsys.readouterr().out
    assert cli.main(["data", "list", "--to", str(tmp_path / "data")]) == 0
    assert str(tmp_path / "data/cells") in capsys.readouterr().out
    assert cli.main(["data", "download", "nothing"]) == 1
    assert "must be one of cells. Received: 'nothing'" in capsys.readouterr().err


def test_ctrl_c_ends_the_command_without_a_traceback(offer, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    listed = offer()
    monkeypatch.setattr(catalogue, "_listed", lambda: listed)
    monkeypatch.setattr(sets, "fetch", stop)
    assert cli.main(["data", "download", "cells", "--to", str(tmp_path), "--yes"]) == 130


@pytest.mark.filterwarnings("ignore::vidlearn.datasets.DatasetWarning")
def test_a_downloaded_voc_set_can_be_read(site, get):
    real = os.environ.get("VIDLEARN_BCCD")
    if not real:
        pytest.skip("needs VIDLEARN_BCCD")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for path in sorted(Path(real).rglob("*")):
            if path.is_file():
                archive.write(path, f"BCCD_Dataset-d272fb14cd/BCCD/{path.relative_to(real)}")
    site.put("set.zip", memory.getvalue(), breaks=[3_000_000])
    pictures = datasets.read(get(), skip=True)
    assert len(pictures) == 364
    assert set(pictures.classes) == {"RBC", "WBC", "Platelets"}
