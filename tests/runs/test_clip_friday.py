"""Mistakes of a Friday evening with clips: one clear line each, and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip
from tests.runs.clip_sets import NAMES, filmed
from tests.runs.test_friday import FULL, everything, refused
from vidlearn import cli, runs


@pytest.fixture
def desk(acted, films, tmp_path, monkeypatch):
    """A folder in which a training, clips and films lie, as a user has them."""
    shutil.copytree(acted.folder, tmp_path / "run")
    shutil.copytree(films, tmp_path / "clips")
    make_clip(tmp_path / "film.mp4", 12)
    (tmp_path / "notes.mp4").write_text("this is no video")
    (tmp_path / "empty").mkdir()
    first = sorted((tmp_path / "clips" / "train" / NAMES[0]).iterdir())
    second = sorted((tmp_path / "clips" / "train" / NAMES[1]).iterdir())
    for name, chosen in {
        "single": [first[0], first[1]],
        "lonely": [first[0], second[0]],
        "onefilm": [first[0], first[0], second[0]],
    }.items():
        for k, path in enumerate(chosen):
            place = tmp_path / name / path.parent.name
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place / (f"day_{k}.mp4" if name == "onefilm" else path.name))
    shutil.copytree(tmp_path / "clips", tmp_path / "later")
    shutil.rmtree(tmp_path / "later" / "train" / NAMES[1])
    for kind in NAMES:
        (tmp_path / "stills" / kind).mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(tmp_path / "stills" / f"{kind}.png")
    shutil.copytree(tmp_path / "clips" / "train" / NAMES[0], tmp_path / "flat")
    monkeypatch.chdir(tmp_path)
    return tmp_path


MISTAKES = {
    "no such clips": ("train c3d --data clip --out r2", "clip is not there"),
    "an empty folder": ("train c3d --data empty --out r2", "holds no clips"),
    "a film for clips": ("train c3d --data film.mp4 --out r2", "film.mp4"),
    "clips without classes": ("train c3d --data flat --out r2", "class"),
    "pictures for clips": ("train c3d --data stills --out r2", "class"),
    "a single class": ("train c3d --data single --out r2", "two classes at least"),
    "one clip of each class": ("train c3d --data lonely --out r2", "so it cannot be learned"),
    "all of one source": ("train c3d --data onefilm --out r2", "clips 3, sources 1. Add"),
    "a class only to validate": ("train c3d --data later --out r2", "No training clip shows nach"),
    "onto a training": ("train c3d --data clips --out run", "run is there and not empty"),
    "onto a file": ("train c3d --data clips --out notes.mp4", "notes.mp4 is a file. Name a new"),
    "into the clips": ("train c3d --data clips --out clips/run", "its own would be taken"),
    "no GPU": ("train c3d --data clips --out r2 --preset gpu", "there is no GPU"),
    "a form": ("train c3d --data clips --out r2 --form txt", "--form is for labelled pictures"),
    "upside down": ("train c3d --data clips --out r2 --upside-down", "has no option upside_down"),
    "frames of a detector": ("train ssd --data clips --out r2", "no labels of a known form"),
    "one frame": ("train c3d --data clips --out r2 --frames 1", "frames must be a whole number"),
    "a step of nothing": ("train c3d --data clips --out r2 --step 0", "step must be a whole"),
    "an odd size": ("train c3d --data clips --out r2 --size 30x30", "multiples of 16"),
    "too few frames": ("train c3d --data clips --out r2 --frames 3 --preset cpu", "T of at least"),
    "mirrored sides": ("train c3d --data clips --out r2 --mirror", "Mirrored, one of these"),
    "measure no run": ("evaluate clips --data clips", "clips is no training"),
    "measure nothing": ("evaluate run --data empty", "holds no clips"),
    "measures onto the model": (
        "evaluate run --data clips --json run/model.keras",
        "belongs to the training in that folder",
    ),
    "measures into nowhere": ("evaluate run --data clips --json no/e.json", "there is no folder"),
    "no video": ("predict run notes.mp4 --out b.mp4", "notes.mp4"),
    "onto the film": ("predict run film.mp4 --out film.mp4", "is the source itself"),
    "onto the model": ("predict run film.mp4 --out b.mp4 --json run/model.keras", "belongs to th"),
    "a folder without pictures": ("predict run empty --out b.mp4", "folder without pictures"),
    "clips over clips": ("data actions clips --count 20", "is there and not empty"),
    "clips onto a file": ("data actions notes.mp4 --count 20", "notes.mp4 is a file. Name a new"),
    "too few clips": ("data actions new --count 3", "count must be"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_in_one_line_and_changes_nothing(desk, capsys, mistake):
    words, message = MISTAKES[mistake]
    before = everything(desk)
    assert message in refused(capsys, *words.split())
    assert everything(desk) == before


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_a_run_without_a_model_yet(desk, capsys, command):
    (desk / "run" / "model.keras").unlink()
    before = everything(desk)
    more = ["--data", "clips"] if command == "evaluate" else ["film.mp4", "--out", "b.mp4"]
    assert "There is no model in run yet" in refused(capsys, command, "run", *more)
    assert everything(desk) == before


@pytest.mark.parametrize("damage", ["nonsense", "empty", "cut"])
def test_one_broken_clip_among_many_is_named_before_anything_starts(desk, capsys, damage):
    path = sorted((desk / "clips" / "train" / NAMES[1]).iterdir())[2]
    whole = path.read_bytes()
    damaged = {"cut": whole[: len(whole) // 5], "nonsense": b"x" * 99, "empty": b""}[damage]
    path.write_bytes(damaged)
    told = ["train", "c3d", "--data", "clips", "--out", "r2", "--preset", "tiny"]
    before = everything(desk)
    line = refused(capsys, *told)
    assert path.name in line
    assert "--skip" in line
    assert everything(desk) == before
    assert path.name in refused(capsys, "evaluate", "run", "--data", "clips")
    assert cli.main([*told, "--skip", "--epochs", "1"]) == 0
    said = capsys.readouterr()
    assert "Left out: 1 of 20 clips. The first: " in said.err
    assert path.name in said.err
    assert runs.Run("r2").settings["data"]["clips"]["train"] == 9
    assert path.read_bytes() == damaged


def test_every_clip_broken_is_refused_with_skip_too(desk, capsys):
    for path in (desk / "lonely").rglob("*.mp4"):
        path.write_bytes(b"x")
    told = ["train", "c3d", "--data", "lonely", "--out", "r2", "--preset", "tiny", "--skip"]
    assert "2 of 2 clips cannot be used" in refused(capsys, *told)


@pytest.mark.parametrize("leak", ["source", "content"])
def test_clips_of_one_source_in_train_and_val_are_told_loudly(desk, capsys, leak):
    train, val = (desk / "clips" / part / NAMES[0] for part in ("train", "val"))
    old = min(train.iterdir())
    if leak == "content":
        shutil.copy(old, val / "other-name.mp4")
    else:
        old.rename(train / "v_Push_g01_c01.mp4")
        min(val.iterdir()).rename(val / "v_Push_g01_c02.mp4")
    told = ["train", "c3d", "--data", "clips", "--out", "r2", "--preset", "tiny"]
    assert cli.main([*told, "--epochs", "1"]) == 0
    said = capsys.readouterr().err
    assert "are not apart" in said
    assert ". `vidlearn data check` lists" in said
    assert ".. " not in said
    assert "too good" in said
    assert ("v_Push_g01" if leak == "source" else "other-name") in said


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mirror", None, "'mirror' is missing"),
        ("frames", "x", "frames: 'x'"),
        ("frames", 1, "frames must be a whole number"),
        ("step", 0, "step must be a whole number"),
        ("step", 2, "step was 1 and is 2"),
        ("frames", 6, "frames was 8 and is 6"),
        ("steps", 10**12, "steps: 10"),
        ("step", True, "step: True"),
        ("classes", [1, 2], "classes: 1"),
        ("kind", "r3d", "kind must be one of"),
        ("data", {}, "'clips' is missing"),
        ("network", {"wide": 3}, "wide"),
    ],
)
def test_settings_that_were_spoilt_by_hand_are_told(desk, name, value, message):
    path = desk / "run" / "settings.json"
    settings = json.loads(path.read_text("utf-8")) | {name: value}
    path.write_text(json.dumps({k: v for k, v in settings.items() if v is not None}))
    before = path.read_bytes()
    with pytest.raises(runs.RunError, match=rf"settings\.json is damaged \(.*{message}"):
        runs.train("tcn", desk / "clips", desk / "run", resume=True, epochs=9)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["frames", "step", "size"])
def test_spoilt_settings_are_told_by_those_who_only_use_them(desk, capsys, name):
    path = desk / "run" / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {name: "x"}))
    for told in ("evaluate run --data clips", "predict run film.mp4 --out b.mp4"):
        assert f"settings.json is damaged ({name}: 'x')" in refused(capsys, *told.split())


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"frames": 4}, "the model takes (8, 32, 32, 3)"),
        ({"size": [48, 32]}, "the model takes (8, 32, 32, 3)"),
        ({"kind": "c3d"}, "kind is c3d, and the model is a tcn"),
    ],
)
def test_settings_of_other_clips_than_the_model_takes_are_told(desk, capsys, other, message):
    path = desk / "run" / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | other))
    before = everything(desk)
    for told in ("evaluate run --data clips", "predict run film.mp4 --out b.mp4 --json b.json"):
        assert message in refused(capsys, *told.split())
    assert everything(desk) == before


def test_a_model_of_another_task_is_told_in_whole_sentences(desk, capsys):
    path = desk / "run" / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"kind": "ssd"}))
    said = refused(capsys, *["predict", "run", "film.mp4", "--out", "b.mp4"])
    assert "holds no detector but a Functional. It is damaged" in said


@pytest.mark.skipif(os.name == "nt", reason="needs limits of the system")
@pytest.mark.parametrize(
    "command",
    [
        "predict run film.mp4 --out b.mp4 --json b.json",
        "train tcn --data clips --out r2 --preset tiny --epochs 1",
    ],
)
def test_no_room_is_told_in_a_line(desk, command):
    before = everything(desk)
    run = [sys.executable, "-c", FULL, "300", *command.split()]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    lines = [line for line in ended.stderr.splitlines() if line.startswith("vidlearn: ")]
    assert (ended.returncode, len(lines)) == (1, 1), ended.stderr
    assert "written" in lines[0]
    assert "Traceback" not in ended.stderr
    left = {name: one for name, one in everything(desk).items() if not name.startswith("r2")}
    assert left == before


def test_names_with_spaces_and_umlauts_go_all_the_way(desk, capsys):
    """The classes have them; here folder, run and film do too."""
    home = Path("Müllers Übung")
    home.mkdir()
    shutil.copytree("clips", home / "meine clips")
    shutil.copy("film.mp4", home / "film ä.mp4")
    told = ["--data", str(home / "meine clips")]
    run = str(home / "mein lauf")
    assert cli.main(["train", "c3d", *told, "--out", run, "--preset", "tiny", "--epochs", "1"]) == 0
    assert cli.main(["evaluate", run, *told]) == 0
    files = ["--out", str(home / "ö.mp4"), "--json", str(home / "ö.json")]
    assert cli.main(["predict", run, str(home / "film ä.mp4"), *files]) == 0
    found = json.loads((home / "ö.json").read_text("utf-8"))
    assert found["video"] == "film ä.mp4"
    assert {row["label"] for row in found["windows"]} <= set(NAMES)
    assert "drücken left" in capsys.readouterr().out


def test_everything_of_the_desk_is_read_only(desk):
    before = everything(desk)
    assert cli.main(["evaluate", "run", "--data", "clips", "--json", "m.json"]) == 0
    assert cli.main(["predict", "run", "film.mp4", "--out", "b.mp4"]) == 0
    after = everything(desk)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"m.json", "b.mp4"}


def test_the_generated_folder_is_checked_and_clean(tmp_path, capsys):
    out = str(tmp_path / "made")
    told = ["data", "actions", out, "--count", "20", "--size", "32x32", "--frames", "8"]
    assert cli.main(told) == 0
    assert "Wrote 20 clips of 10 classes" in capsys.readouterr().out
    assert cli.main(["data", "check", out]) == 0
    said = capsys.readouterr().out
    assert "20 clips" in said


def test_a_device_is_refused(desk, capsys):
    if os.name == "nt":
        pytest.skip("there are no pipes")
    os.mkfifo("pipe")
    told = ["predict", "run", "film.mp4", "--out", "b.mp4", "--json", "pipe"]
    assert "pipe is a device or a pipe" in refused(capsys, *told)


def test_a_short_log_reads_well(films, tmp_path, capsys):
    filmed(tmp_path / "films", {"train": 2, "val": 1})
    runs.train("c3d", tmp_path / "films", tmp_path / "run", preset="tiny", epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4 clips train, 2 validate, as the folder says."
    assert lines[1].startswith("c3d, preset tiny: clips of 8 frames of 32 x 32 (height x width), ")
    assert "Measured: top-1" in lines[1]
    assert [line[:12] for line in lines if line.startswith("epoch")] == [
        "epoch   1 of",
        "epoch   2 of",
    ]
    assert lines[-1].startswith("Done: ")
    assert np.isfinite(float(lines[-1].split()[-1].rstrip(".")))
