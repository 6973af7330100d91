"""Mistakes of a Friday evening, on the command line: one clear line each, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip
from tests.runs.conftest import labelled
from vidlearn import cli, runs, tracking


@pytest.fixture
def desk(complete, toy, tmp_path, monkeypatch):
    """A folder in which a training, pictures and films lie, as a user has them."""
    shutil.copytree(complete.folder, tmp_path / "run")
    shutil.copytree(toy, tmp_path / "pictures")
    make_clip(tmp_path / "film.mp4", 3)
    (tmp_path / "notes.mp4").write_text("this is no video")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder):
    """Path and bytes of every file, so that what was lost or left over shows."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def refused(capsys, *told):
    """Run a command that is to end in one line, and return that."""
    assert cli.main([str(word) for word in told]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("vidlearn: ")
    return lines[0]


MISTAKES = {
    "no such pictures": ("train ssd --data picture --out r2", "picture is not there"),
    "pictures without labels": ("train ssd --data empty --out r2", "no labels of a known form"),
    "a film for pictures": ("train ssd --data film.mp4 --out r2", "film.mp4"),
    "onto a training": ("train ssd --data pictures --out run", "run is there and not empty"),
    "into the pictures": ("train ssd --data pictures --out pictures/run", "among the pictures"),
    "no GPU": ("train ssd --data pictures --out r2 --preset gpu", "there is no GPU"),
    "measure no run": ("evaluate pictures --data pictures", "pictures is no training"),
    "measure nothing": ("evaluate run --data empty", "no labels of a known form"),
    "run and film swapped": ("predict film.mp4 run --out b.mp4", "film.mp4 is no training"),
    "predict no run": ("predict pictures film.mp4 --out b.mp4", "pictures is no training"),
    "track no run": ("track empty film.mp4 --out b.mp4", "empty is no training"),
    "export no run": ("export pictures --out new", "pictures is no training"),
    "no video": ("predict run notes.mp4 --out b.mp4", "notes.mp4"),
    "track no video": ("track run notes.mp4 --out b.mp4 --mot b.txt", "notes.mp4"),
    "track a folder without pictures": ("track run empty --out b.mp4", "folder without pictures"),
    "onto the film": ("track run film.mp4 --out film.mp4", "is the source itself"),
    "tracks onto the film": ("track run film.mp4 --out b.mp4 --mot film.mp4", "the source itself"),
    "two things in a file": ("track run film.mp4 --out b.mp4 --mot b.mp4", "cannot hold two"),
    "onto the model": ("track run film.mp4 --out b.mp4 --mot run/model.keras", "belongs to the tr"),
    "onto the settings": ("predict run film.mp4 --out b.mp4 --json run/settings.json", "belongs"),
    "onto a picture": (
        "track run pictures/val --out b.mp4 --mot pictures/val/val1.png",
        "val1.png is one of the source's pictures",
    ),
    "frames of no video": ("data frames notes.mp4 --out new", "notes.mp4"),
    "frames of nothing": ("data frames film.mp4 --out new --start 60", "no frame is at 60"),
    "frames into a film": ("data frames film.mp4 --out notes.mp4", "No picture was written"),
    "export onto a run": ("export run --out run", "no export or more than that"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_in_one_line_and_changes_nothing(desk, capsys, mistake):
    words, message = MISTAKES[mistake]
    before = everything(desk)
    assert message in refused(capsys, *words.split())
    assert everything(desk) == before


@pytest.mark.parametrize("command", ["evaluate", "predict", "track", "export"])
def test_a_run_without_a_model_yet(desk, capsys, command):
    (desk / "run" / "model.keras").unlink()
    before = everything(desk)
    more = {
        "evaluate": ["--data", "pictures"],
        "export": ["--out", "new"],
    }.get(command, ["film.mp4", "--out", "b.mp4"])
    assert "There is no model in run yet" in refused(capsys, command, "run", *more)
    assert everything(desk) == before


def test_labels_of_yolo_given_as_txt(desk, capsys):
    assert cli.main(["data", "convert", "pictures", "yolo", "--to", "yolo"]) == 0
    flat = desk / "flat"
    flat.mkdir()
    for path in (desk / "pictures" / "train").glob("*.png"):
        shutil.copy(path, flat)
        (flat / path.name).with_suffix(".txt").write_text("0 0.5 0.5 0.25 0.25\n")
    capsys.readouterr()
    for folder, message in (
        ("yolo", "The labels look like yolo, not like txt: leave form out."),
        ("flat", "are fractions; pixels of 64 x 48 are meant. Is the form YOLO?"),
    ):
        before = everything(desk)
        told = ["train", "ssd", "--data", folder, "--out", "r2", "--preset", "tiny"]
        assert message in refused(capsys, *told, "--form", "txt")
        assert everything(desk) == before
    found = {"train": 7, "val": 3, "test": 4}
    from vidlearn import datasets

    assert {name: len(datasets.read("yolo").split(name)) for name in found} == found


@pytest.mark.parametrize("damage", ["cut", "nonsense", "empty"])
def test_one_broken_picture_among_many(desk, capsys, damage):
    path = desk / "pictures" / "train" / "train3.png"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "nonsense": b"x" * 99, "empty": b""}[damage])
    told = ["train", "ssd", "--data", "pictures", "--out", "r2", "--preset", "tiny"]
    before = everything(desk)
    line = refused(capsys, *told)
    assert "train/train3.png: cannot be read" in line
    assert "--skip" in line
    assert everything(desk) == before
    assert cli.main([*told, "--skip", "--epochs", "1"]) == 0
    said = capsys.readouterr()
    assert "Left out: train/train3.png: cannot be read" in said.err
    assert runs.Run("r2").settings["data"]["pictures"]["train"] == 6
    assert path.read_bytes() == before["pictures/train/train3.png"]


def test_a_broken_picture_in_a_folder_that_is_tracked(desk, capsys):
    folder = desk / "shots"
    folder.mkdir()
    for k in range(4):
        Image.fromarray(np.full((60, 80, 3), 40 * k, np.uint8)).save(folder / f"{k}.png")
    (folder / "2.png").write_bytes(b"nonsense")
    assert cli.main(["track", "run", "shots", "--out", "b.mp4", "--mot", "b.txt"]) == 0
    said = capsys.readouterr()
    assert "Wrote 3 frames" in said.out
    assert [line for line in said.err.splitlines() if "2.png cannot be read; left out" in line]


def test_a_gpu_is_asked_for_when_there_is_one(toy, tmp_path, monkeypatch):
    """A training that goes on is not refused: it was begun where there was one."""
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: ["gpu:0"])
    runs.training._expect_gpu("gpu")
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: [])
    for preset in (None, "tiny", "cpu"):
        runs.training._expect_gpu(preset)
    with pytest.raises(runs.RunError, match="would take days"):
        runs.train("ssd", toy, tmp_path / "run", preset="gpu")


def test_frames_of_one_film_that_are_dealt_out_are_told(tmp_path, capsys):
    folder = labelled(tmp_path / "one", {"": 5})
    runs.train("ssd", folder, tmp_path / "run", preset="tiny", epochs=1)
    assert "put the film's last part in a folder val" in capsys.readouterr().out


FULL = """
import resource, signal, sys
from vidlearn import cli
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs limits of the system")
@pytest.mark.parametrize(
    ("command", "room"),
    [
        ("track run film.mp4 --out b.mp4 --json b.json --threshold 0", 300),
        ("export run --out new", 20_000),
        ("data frames film.mp4 --out new", 500),
    ],
    ids=["track", "export", "frames"],
)
def test_no_room_is_told_in_a_line(desk, command, room):
    """The system refuses files beyond a size, as a full disk does."""
    before = everything(desk)
    run = [sys.executable, "-c", FULL, str(room), *command.split()]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    lines = [line for line in ended.stderr.splitlines() if line.startswith("vidlearn: ")]
    assert (ended.returncode, len(lines)) == (1, 1), ended.stderr
    assert "written" in lines[0]
    assert "Traceback" not in ended.stderr
    assert everything(desk) == before


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
def test_a_device_is_refused_and_a_link_stays_one(desk, capsys):
    os.mkfifo("pipe")
    told = ["track", "run", "film.mp4", "--out", "b.mp4"]
    for option in ("--mot", "--json"):
        assert "pipe is a device or a pipe" in refused(capsys, *told, option, "pipe")
    measure = ["evaluate", "run", "--data", "pictures", "--json", "pipe"]
    assert cli.main(measure) == 1
    assert Path("pipe").is_fifo()
    assert not Path("b.mp4").exists()
    Path("elsewhere").mkdir()
    Path("elsewhere/t.txt").write_text("of another day")
    Path("t.txt").symlink_to("elsewhere/t.txt")
    assert cli.main([*told, "--mot", "t.txt", "--threshold", "1"]) == 0
    assert Path("t.txt").is_symlink()
    assert Path("elsewhere/t.txt").read_text() == ""
    assert [path.name for path in Path("elsewhere").iterdir()] == ["t.txt"]


def test_the_help_names_what_is_taken_when_nothing_is_said(capsys):
    with pytest.raises(SystemExit):
        cli.main(["track", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"followed, 0 to 1 (default: {runs.tracking.THRESHOLD})" in told
    assert f"before it is told (default: {tracking.Sort().birth})" in told
    assert f"keep its number (default: {tracking.Sort().coast})" in told


def test_everything_of_the_desk_is_read_only(desk, capsys):
    """Measuring, finding and exporting leave the training as it was."""
    before = everything(Path("run"))
    assert cli.main(["evaluate", "run", "--data", "pictures", "--json", "m.json"]) == 0
    assert cli.main(["track", "run", "film.mp4", "--out", "b.mp4"]) == 0
    assert everything(Path("run")) == before
