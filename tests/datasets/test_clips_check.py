"""`check_clips` on real films: broken ones, short ones, the same one twice; and what is written."""

import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from vidlearn import cli, datasets, synthetic
from vidlearn.datasets import (
    ClipItem,
    ClipReader,
    ClipSet,
    DatasetError,
    check_clips,
    read_clips,
    whole,
    write_actions,
    write_clips,
)
from vidlearn.datasets.clips import looks
from vidlearn.video import VideoError, read_video, write_video
from vidlearn.video.avi import write_avi


def moving(seed, frames=20, size=(48, 64)):
    """A smooth film: a pattern of its own that drifts."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]]
    waves = rng.uniform(0.05, 0.25, (3, 2)), rng.uniform(0.1, 0.5, 3), rng.uniform(0, 6, 3)
    film = np.empty((frames, *size, 3), np.uint8)
    for c in range(3):
        (fy, fx), speed, phase = waves[0][c], waves[1][c], waves[2][c]
        for t in range(frames):
            film[t, :, :, c] = 128 + 100 * np.sin(fy * y + fx * x + speed * t + phase)
    return film


def kinds(report):
    return [(one.kind, one.file) for one in report.faults]


def film(path, seed, frames=20, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    (write_avi if path.suffix == ".avi" else write_video)(path, moving(seed, frames), **how)
    return path


@pytest.fixture
def folder(tmp_path):
    """Two classes in two splits, all in order."""
    for k, name in enumerate(("train/a/p_1.mp4", "train/a/q_2.avi", "train/b/p_3.mp4")):
        film(tmp_path / name, k)
    for k, name in enumerate(("train/b/q_4.avi", "val/a/r_1.mp4", "val/a/s_1.avi")):
        film(tmp_path / name, 3 + k)
    film(tmp_path / "val/b/r_2.mp4", 6)
    film(tmp_path / "val/b/s_2.avi", 7)
    return tmp_path


def test_a_folder_in_order(folder):
    report = check_clips(folder)
    assert report.faults == []
    assert (report.clips, report.sources, report.splits) == (8, 4, {"train": 4, "val": 4})
    assert str(report).startswith(
        f"{folder}: 8 clips (train 4, val 4) from 4 sources\nclasses: a 4"
    )
    assert str(report).endswith("No fault found.")
    facts = json.loads(report.as_json())
    assert facts["clips"] == 8
    assert facts["ok"] is True
    assert "boxes" not in facts


def test_a_source_over_a_split(folder):
    film(folder / "val/b/q_9.mp4", 9)
    report = check_clips(folder)
    assert kinds(report) == [("source-across", "val/b/q_9.mp4")]
    assert "source 'q'" in report.faults[0].text
    assert "train/a/q_2.avi: train and val are not apart" in report.faults[0].text
    assert not report.ok


def test_the_same_bytes_under_two_names(folder):
    shutil.copy(folder / "train/a/p_1.mp4", folder / "val/a/other_7.mp4")
    shutil.copy(folder / "val/b/s_2.avi", folder / "val/b/s_3.avi")
    assert kinds(check_clips(folder)) == [
        ("same-clip-across", "val/a/other_7.mp4"),
        ("same-clip", "val/b/s_3.avi"),
    ]
    assert check_clips(folder, decode=False).ok


@pytest.mark.parametrize("name", ["val/a/other_7.mp4", "val/a/other_7.avi"])
def test_the_same_pictures_compressed_again(folder, name):
    """Smaller, in another codec, or with more loss."""
    frames = read_video(folder / "train/a/p_1.mp4", size=(40, 48))
    write = write_avi if name.endswith("avi") else write_video
    write(folder / name, frames, **({"quality": 6} if name.endswith("avi") else {"crf": 30}))
    report = check_clips(folder)
    assert kinds(report) == [("near-clip-across", name)]
    assert "train/a/p_1.mp4" in report.faults[0].text


def test_pairs_are_seen_in_blocks(folder, monkeypatch):
    from vidlearn.datasets.clips import check

    frames = read_video(folder / "train/b/q_4.avi")
    write_video(folder / "val/a/other_7.mp4", frames)
    monkeypatch.setattr(check, "AT_ONCE", 10)
    assert kinds(check_clips(folder)) == [("near-clip-across", "val/a/other_7.mp4")]


def test_a_copy_beside_its_original_is_no_leak_and_hides_none(folder):
    frames = read_video(folder / "train/a/p_1.mp4")
    write_video(folder / "train/a/p_5.mp4", frames, crf=30)
    assert check_clips(folder).faults == []
    write_video(folder / "val/a/s_6.mp4", frames, crf=28)
    assert kinds(check_clips(folder)) == [("near-clip-across", "val/a/s_6.mp4")]


def test_one_thing_that_differs_makes_another_clip(folder):
    """The same place, and somebody small in it: on average the frames hardly differ."""
    frames = moving(0)
    frames[:, 9:12, 20:24] //= 2
    write_video(folder / "val/a/other_7.mp4", frames)
    assert check_clips(folder).faults == []


def test_flat_clips_are_not_alike(folder):
    for name in ("train/a/x_1.mp4", "val/a/y_1.mp4"):
        write_video(folder / name, np.full((20, 48, 64, 3), 90 + len(name), np.uint8))
    write_video(folder / "val/a/z_1.mp4", np.full((20, 48, 64, 3), 91 + len(name), np.uint8))
    assert "near-clip-across" not in dict(kinds(check_clips(folder)))


def test_broken_and_damaged_clips_are_named_with_the_reason(folder):
    part = folder / "train/a"
    for kind in ("mp4", "avi"):
        whole = film(part / f"p_5.{kind}", 20, frames=60).read_bytes()
        (part / f"p_6.{kind}").write_bytes(whole[: len(whole) // 20])
        (part / f"p_7.{kind}").write_bytes(whole[: len(whole) * 8 // 10])
        hurt = bytearray(whole)
        hurt[len(hurt) // 2 : len(hurt) // 2 + 400] = bytes(400)
        (part / f"p_8.{kind}").write_bytes(hurt)
        (part / f"p_5.{kind}").unlink()
    (part / "p_9.mp4").write_bytes(b"")
    (part / "p_10.mkv").write_bytes(b"no film at all")
    report = check_clips(folder)
    broken = {one.file: one.text for one in report.faults if one.kind == "broken-clip"}
    assert set(broken) == {f"train/a/p_{k}" for k in ("6.mp4", "6.avi", "9.mp4", "10.mkv")}
    assert broken["train/a/p_9.mp4"].startswith("cannot be decoded: it is empty (0 bytes)")
    assert "the moov atom" in broken["train/a/p_6.mp4"]
    assert not any(str(folder) in text for text in broken.values())
    hurt = {one.file: one.text for one in report.faults if one.kind == "damaged-clip"}
    assert set(hurt) == {f"train/a/p_{k}" for k in ("7.mp4", "7.avi", "8.mp4", "8.avi")}
    assert "the header promises 60 frames" in hurt["train/a/p_7.avi"]
    assert len(report.faults) == len(broken) + len(hurt)


def test_short_clips_and_stretches(folder):
    film(folder / "train/a/p_5.mp4", 30, frames=7)
    clips = read_clips(folder)
    assert kinds(check_clips(folder)) == [("short-clip", "train/a/p_5.mp4")]
    assert kinds(check_clips(folder, frames=7)) == []
    path = folder / "train/b/p_3.mp4"
    items = [
        ClipItem(path, 1, "p", "train", start, stop)
        for start, stop in ((0, 16), (4, 20), (4, 21), (6, 21), (20, 30))
    ]
    items += [item for item in clips if item.path != path]
    report = check_clips(ClipSet(items, clips.classes), frames=16)
    told = [one.text for one in report.faults if one.file.endswith("p_3.mp4")]
    assert [text.split(",")[0] for text in told] == [
        "cannot be decoded: it has 20 frames",
        "is to be read up to frame 21",
        "has 14 frames; 16 are wanted",
    ]


def test_one_file_in_two_splits(folder):
    clips = read_clips(folder)
    other = ClipItem(clips[0].path, 0, "somebody", "val")
    report = check_clips(ClipSet([*clips, other], clips.classes), decode=False)
    assert [one.kind for one in report.faults] == ["same-clip-across"]
    assert "(the same file)" in report.faults[0].text


def test_many_clips_are_looked_at_by_other_processes(folder, monkeypatch):
    (folder / "val/b/s_9.avi").write_bytes(b"no film")
    alone = kinds(check_clips(folder))
    monkeypatch.setattr(looks, "FEW", 3)
    assert kinds(check_clips(folder)) == alone == [("broken-clip", "val/b/s_9.avi")]


def test_the_command_line_checks_clips(folder, capsys):
    assert cli.main(["data", "check", str(folder)]) == 0
    assert "8 clips (train 4, val 4) from 4 sources" in capsys.readouterr().out
    film(folder / "val/b/q_9.mp4", 9)
    assert cli.main(["data", "check", str(folder), "--json", "--fast"]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["kind"] == "source-across"
    assert datasets.check(folder, form="clips").form == "clips"


def test_a_picture_among_the_films_does_not_hide_them(folder):
    """A thumbnail is told as what it is; with labels beside it, the pictures are the data."""
    (folder / "train/a/cover.jpg").write_bytes(b"x")
    report = datasets.check(folder, pictures=False)
    assert (report.clips, kinds(report)) == (8, [("odd-file", "train/a/cover.jpg")])
    (folder / "train/a/cover.txt").write_text("cat 1 2 3 4")
    assert datasets.check(folder, pictures=False).form == "txt"


def test_clips_of_pictures_are_checked_where_the_form_is_named(tmp_path):
    from PIL import Image

    for k, name in enumerate(("a/one", "a/two", "b/three", "b/four")):
        (tmp_path / name).mkdir(parents=True)
        for t, frame in enumerate(moving(k, 16)):
            Image.fromarray(frame).save(tmp_path / name / f"{t}.png")
    report = datasets.check(tmp_path, form="clips")
    assert (report.clips, report.faults) == (4, [])
    clips = read_clips(tmp_path)
    seed = {"one": 0, "two": 1, "three": 2, "four": 3}
    for k, frames in ClipReader(clips, frames=16, size=(48, 64), mode="uniform"):
        np.testing.assert_array_equal(frames, moving(seed[clips[k].path.name], 16))
    (tmp_path / "a/one/5.png").write_bytes(b"no picture")
    assert ("damaged-clip", "a/one") in kinds(datasets.check(tmp_path, form="clips"))


@pytest.fixture(scope="module")
def made():
    return synthetic.actions(6, frames=8, size=(32, 48), labels=[0, 1, 0, 9, 1, 0], seed=4)


@pytest.mark.parametrize(("form", "loss"), [("mp4", 7), ("avi", 8)])
def test_written_clips_come_back(made, tmp_path, form, loss):
    clips = write_clips(made, tmp_path / "films", form=form)
    assert clips.classes == ("sit down", "stand up", "turn right")
    assert sorted(clips.sources) == sorted(f"person{k:04d}" for k in made.people)
    reader = ClipReader(clips, frames=8, size=(32, 48), mode="uniform")
    for k, frames in reader:
        number = int(clips[k].path.stem[-5:])
        assert clips.classes[clips[k].label] == made.names[made.labels[number]]
        apart = np.abs(frames.astype(int) - made.frames[number]).mean()
        other = np.abs(frames.astype(int) - made.frames[number - 1]).mean()
        assert apart < loss < other


def test_splits_are_written(made, tmp_path):
    place = tmp_path / "films"
    place.mkdir()
    clips = write_clips({"train": made, "test": made}, place)
    assert {name: len(clips.split(name)) for name in clips.splits} == {"train": 6, "test": 6}
    errors = {one.kind for one in check_clips(place, frames=8).of("error")}
    assert errors == {"source-across", "same-clip-across"}


@pytest.mark.skipif(os.name == "nt", reason="needs rights of files")
def test_others_may_read_what_is_written(made, tmp_path):
    write_clips(made, tmp_path / "films")
    (tmp_path / "usual").mkdir()
    rights = [(tmp_path / name).stat().st_mode & 0o777 for name in ("films", "usual")]
    assert rights[0] == rights[1]


def test_all_clips_or_none(made, tmp_path, monkeypatch):
    from vidlearn.datasets.clips import write

    count = []

    def stopped(*arguments, **how):
        count.append(1)
        if len(count) == 4:
            raise KeyboardInterrupt
        return write_video(*arguments, **how)

    monkeypatch.setattr(write, "write_video", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_clips(made, tmp_path / "films")
    assert list(tmp_path.iterdir()) == []

    def full(path, *arguments, **how):
        raise VideoError(f"{path} was not written: No space left on device.")

    monkeypatch.setattr(write, "write_video", full)
    with pytest.raises(DatasetError, match=r"films was not written: No space left on device\."):
        write_clips(made, tmp_path / "films")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "films").mkdir()
    (tmp_path / "films/mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="is there and not empty"):
        write_clips(made, tmp_path / "films")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="was not written"):
        write_clips(made, tmp_path / "file/films")


def test_what_a_killed_process_left_is_no_set_and_is_taken_away(tmp_path):
    """It is killed when some films are written; another process is still at work on the same."""
    films = [sys.executable, "-m", "vidlearn.cli", "data", "actions", tmp_path / "films"]
    films += ["--frames", "4", "--size", "32x32", "--count"]
    with subprocess.Popen([*films, "2000"]) as run:
        while not (found := list(tmp_path.glob(".films-*/*/*/*.mp4"))):
            assert run.poll() is None
            time.sleep(0.02)
        run.kill()
    half, other = found[0].parents[2], tmp_path / ".films-other"
    assert [half] == list(tmp_path.iterdir())
    with pytest.raises(DatasetError, match="no clips"):
        read_clips(tmp_path)
    other.mkdir()
    with open(other / whole.LOCK, "a+b") as file:
        whole.take(file)
        told = subprocess.run([*films, "20"], capture_output=True, text=True, check=True)
    assert {*tmp_path.iterdir()} == {other, tmp_path / "films"}
    assert told.stderr == f"vidlearn: Taken away: {half}, half-written by a killed process.\n"
    assert len(read_clips(tmp_path / "films")) == 20
    assert not list((tmp_path / "films").glob(".*"))


@pytest.mark.parametrize("name", ["train", "a/b", ".a", " ", "a:b"])
def test_rejects_classes_that_name_no_folder(made, tmp_path, name):
    from dataclasses import replace

    with pytest.raises(DatasetError, match="a class must be able to name a folder"):
        write_clips(replace(made, names=(name, *made.names[1:])), tmp_path / "films")


def test_rejects_other_forms_and_splits(made, tmp_path):
    with pytest.raises(ValueError, match='form must be "mp4" or "avi"'):
        write_clips(made, tmp_path / "films", form="mov")
    with pytest.raises(DatasetError, match="splits must be train, val or test"):
        write_clips({"dev": made}, tmp_path / "films")


def test_made_clips_for_a_training(tmp_path):
    clips = write_actions(tmp_path / "films", count=40, frames=4, size=(32, 32), seed=3)
    counts = {name: len(clips.split(name)) for name in ("train", "val", "test")}
    assert counts == {"train": 28, "val": 6, "test": 6}
    assert check_clips(tmp_path / "films", frames=4).ok
    assert set(clips.split("train").counts().values()) <= {2, 3}
    assert max(clips.split("val").counts().values()) == 1
    again = write_actions(tmp_path / "again", count=40, frames=4, size=(32, 32), seed=3)
    for one, other in zip(clips, again, strict=True):
        assert one.path.name == other.path.name
        assert one.path.read_bytes() == other.path.read_bytes()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 19}, "count"),
        ({"size": (33, 32)}, "even"),
        ({"size": 48}, "size"),
        ({"seed": -1}, "seed"),
        ({"frames": 3}, "frames"),
        ({"count": 19419}, "count must be at most 19418 for 16 frames of 48 x 48"),
        ({"count": 10**12, "size": (32, 32), "frames": 4}, "count must be at most 174762"),
    ],
)
def test_rejects_made_clips_out_of_range(tmp_path, wrong, message):
    with pytest.raises(ValueError, match=message):
        write_actions(tmp_path / "films", **wrong)


def test_avi_rejects_odd_sides(tmp_path):
    with pytest.raises(VideoError, match="even sides"):
        write_avi(tmp_path / "a.avi", moving(0, 2, (31, 32)))


def test_the_command_line_makes_clips(tmp_path, capsys):
    place = str(tmp_path / "films")
    command = ["data", "actions", place, "--count", "20", "--size", "32x48", "--frames", "4"]
    assert cli.main([*command, "--seed", "3"]) == 0
    said = capsys.readouterr()
    assert said == (f"Wrote 20 clips of 10 classes to {place}.\n", "")  # no bar in a log
    clips = read_clips(place)
    assert read_video(clips[0].path).shape == (4, 32, 48, 3)
    assert cli.main(command) == 1
    assert "is there and not empty" in capsys.readouterr().err
    assert cli.main(["data", "actions", place + "2", "--size", "33x48"]) == 1
    assert "size must be even pixels" in capsys.readouterr().err
    assert cli.main(["data", "actions", place + "2", "--size", "wide"]) == 1
    assert "size must be" in capsys.readouterr().err
