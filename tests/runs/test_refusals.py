"""What a training refuses, before anything is written, and what it says."""

import json

import numpy as np
import pytest

from tests.runs.conftest import labelled
from vidlearn import cli, datasets, runs
from vidlearn.runs import files, state


@pytest.fixture
def copy(complete, tmp_path):
    """The folder of the complete training, to be damaged."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in complete.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def said(capsys, *told):
    assert cli.main([str(word) for word in told]) == 1
    return capsys.readouterr().err


def test_train_rejects_a_folder_that_is_taken(complete, toy, tmp_path, capsys):
    before = (complete.folder / "settings.json").stat().st_mtime_ns
    told = said(capsys, "train", "ssd", "--data", toy, "--out", complete.folder)
    assert "is there and not empty" in told
    assert "--resume" in told
    assert (complete.folder / "settings.json").stat().st_mtime_ns == before
    (tmp_path / "file").write_text("")
    assert "is a file" in said(capsys, "train", "ssd", "--data", toy, "--out", tmp_path / "file")


def test_two_trainings_in_one_folder_are_refused(copy, toy, capsys):
    told = ["train", "ssd", "--data", toy, "--out", copy, "--resume", "--epochs", 5]
    with files.locked(copy):
        assert f"A training is running in {copy}" in said(capsys, *told)
    with files.locked(copy):  # free again
        pass


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("yolo", [], "kind was ssd and is yolo"),
        ("ssd", ["--seed", "4"], "seed was 3 and is 4"),
        ("ssd", ["--size", "64x64"], "size was [48, 64] and is [64, 64]"),
        ("ssd", ["--colour", "strong"], "colour was mild and is strong"),
        ("ssd", ["--upside-down"], "upside_down was False and is True"),
        ("ssd", ["--preset", "cpu"], "preset was tiny and is cpu"),
    ],
)
def test_resume_rejects_other_settings(complete, toy, capsys, kind, options, message):
    told = ["train", kind, "--data", toy, "--out", complete.folder, "--resume", *options]
    assert message in said(capsys, *told)


def test_resume_rejects_other_pictures_and_classes(complete, tmp_path, capsys):
    folder = labelled(tmp_path / "other", {"train": 7, "val": 3}, seed=1)
    (folder / "val" / "val0.txt").write_text("green 1 2 20 30\n")
    told = said(capsys, "train", "ssd", "--data", folder, "--out", complete.folder, "--resume")
    assert "classes was ['blue', 'red'] and is ['blue', 'green', 'red']" in told
    assert "what is in the train pictures was 7 (" in told


def test_resume_takes_the_same_pictures_from_another_folder(copy, tmp_path, capsys):
    folder = labelled(tmp_path / "moved", {"train": 7, "val": 3, "test": 4})
    told = ["train", "ssd", "--data", str(folder), "--out", str(copy), "--resume"]
    assert cli.main(told) == 0
    assert runs.Run(copy).settings["data"]["folder"] == str(folder)
    out = capsys.readouterr().out
    assert "is complete: 3 epochs" in out
    assert "--epochs" in out


def test_resume_rejects_what_is_no_training(toy, tmp_path, capsys):
    told = ["train", "ssd", "--data", toy, "--out", tmp_path / "none", "--resume"]
    assert "is no training" in said(capsys, *told)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("preset", None, "'preset' is missing"),
        ("upside_down", None, "'upside_down' is missing"),
        ("data", None, "'data' is missing"),
        ("preset", "huge", "preset must be one of tiny"),
        ("kind", "rcnn", "kind must be one of"),
        ("colour", "loud", "colour must be one of"),
        ("epochs", "x", "epochs: 'x'"),
        ("epochs", -3, "epochs must be a whole number"),
        ("steps", 0, "steps: 0"),
        ("batch_size", 0, "batch_size: 0"),
        ("size", [50, 64], "multiples of 16"),
        ("size", "x", "size: 'x'"),
        ("rate", "x", "rate: 'x'"),
        ("network", [1], r"network: \[1\]"),
        ("data", {}, "'pictures' is missing"),
        ("data", {"pictures": [1]}, "list indices"),
    ],
)
def test_settings_that_were_spoilt_by_hand_are_told(copy, toy, name, value, message):
    path = copy / "settings.json"
    settings = json.loads(path.read_text())
    assert runs.settings.readable(settings, path) is settings
    settings = {key: one for key, one in (settings | {name: value}).items() if one is not None}
    path.write_text(json.dumps(settings))
    with pytest.raises(runs.RunError, match=rf"settings\.json is damaged \(.*{message}"):
        runs.train("ssd", toy, copy, resume=True)
    assert json.loads(path.read_text()) == settings


def test_options_of_the_network_that_were_spoilt_are_told(copy, toy):
    path = copy / "settings.json"
    settings = json.loads(path.read_text())
    path.write_text(json.dumps(settings | {"network": {"wide": 3}}))
    with pytest.raises(runs.RunError, match=r"settings\.json is damaged \(.*wide"):
        runs.train("ssd", toy, copy, resume=True)


def test_a_training_without_its_state_does_not_begin_anew(copy, toy, capsys):
    """The state of a complete training may be deleted: its model must not be trained over."""
    (copy / state.NAME).unlink()
    model = (copy / "model.keras").read_bytes()
    told = said(capsys, "train", "ssd", "--data", toy, "--out", copy, "--resume", "--epochs", 5)
    assert "There is no last.npz in" in told
    assert "another folder" in told
    assert (copy / "model.keras").read_bytes() == model
    assert len(runs.Run(copy).metrics()) == 3


def test_fewer_epochs_than_are_done_change_nothing(copy, toy, capsys):
    (copy / "sample.png").unlink()  # as where the process died before it was drawn
    runs.train("ssd", toy, copy, resume=True, epochs=2)
    assert (copy / "sample.png").exists()
    assert "is complete: 3 epochs" in capsys.readouterr().out
    assert runs.Run(copy).settings["epochs"] == 3
    assert len(runs.Run(copy).metrics()) == 3


def test_a_folder_that_another_took_meanwhile_is_refused(toy, tmp_path, monkeypatch):
    """Both find the folder free; one has done its training when the other has read its pictures."""
    out, decide = tmp_path / "run", runs.training.decided

    def slow(*told):
        out.mkdir()
        (out / "settings.json").write_text("of the other")
        return decide(*told)

    monkeypatch.setattr(runs.training, "decided", slow)
    with pytest.raises(runs.RunError, match="is there and not empty"):
        runs.train("ssd", toy, out, preset="tiny", epochs=1)
    assert (out / "settings.json").read_text() == "of the other"


def test_what_a_training_leaves_that_was_killed_as_it_began_is_no_training(tmp_path):
    for name in ("lock", ".x1.part.json"):
        (tmp_path / name).write_text("")
    runs.training._expect_free(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(runs.RunError, match="not empty"):
        runs.training._expect_free(tmp_path)


def test_more_epochs_go_on(copy, toy, complete):
    runs.train("ssd", toy, copy, resume=True, epochs=4)
    rows = runs.Run(copy).metrics()
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows[:3] == complete.metrics()
    assert runs.Run(copy).settings["epochs"] == 4


@pytest.mark.parametrize("damage", ["cut", "other", "text"])
def test_a_damaged_state_is_told_and_nothing_is_lost(copy, toy, capsys, damage):
    path = copy / state.NAME
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        path.write_text("not an archive")
    else:
        with np.load(path) as arrays:
            values = dict(arrays)
        values["weight/0"] = values["weight/0"][..., :1]
        np.savez(path, **values)
    damaged = path.read_bytes()
    told = said(capsys, "train", "ssd", "--data", toy, "--out", copy, "--resume", "--epochs", 5)
    assert "last.npz is damaged or of another network" in told
    assert "model.keras" in told
    assert path.read_bytes() == damaged
    runs.Run(copy).model()
    assert len(runs.Run(copy).metrics()) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["rcnn"],
            "one of faster_rcnn, yolo, ssd, c3d, r2plus1d, cnn_rnn, tcn, shotnet, segmenter. "
            "Received: 'rcnn'",
        ),
        (["ssd", "--preset", "huge"], "preset must be one of tiny, cpu, gpu"),
        (["ssd", "--epochs", "0"], "epochs must be a whole number from 1 to 1000000"),
        (["ssd", "--seed", "-1"], "seed must be a whole number from 0 to"),
        (["ssd", "--seed", "4294967296"], "Received: 4294967296"),
        (["ssd", "--colour", "loud"], "colour must be one of mild, strong"),
        (["ssd", "--size", "100x64"], "multiples of 16 from 32 to 2048"),
        (["ssd", "--size", "64"], "such as 192x256. Received: 64"),
        (["ssd", "--form", "coco"], "no labels of the form coco"),
    ],
)
def test_train_rejects(toy, tmp_path, capsys, options, message):
    out = tmp_path / "run"
    assert message in said(capsys, "train", *options, "--data", toy, "--out", out)
    assert not out.exists()


def test_train_rejects_a_folder_among_the_pictures(toy, capsys):
    told = said(capsys, "train", "ssd", "--data", toy, "--out", toy / "train" / "run")
    assert f"{toy / 'train' / 'run'} lies in {toy}, among the pictures" in told
    assert not (toy / "train" / "run").exists()


def test_train_rejects_a_folder_beside_the_pictures_in_their_set(tmp_path, capsys):
    """All pictures lie in one folder of the set; those of a run beside it would be read too."""
    whole = labelled(tmp_path / "set", {"pictures": 4})
    told = said(capsys, "train", "ssd", "--data", whole, "--out", whole / "run")
    assert f"{whole / 'run'} lies in {whole}, among the pictures" in told
    with pytest.raises(runs.RunError, match="among the pictures"):
        runs.train("ssd", whole, whole / "run", preset="tiny")
    assert not (whole / "run").exists()


def test_train_rejects_labels_at_fault_unless_they_are_skipped(toy, tmp_path, capsys):
    folder = labelled(tmp_path / "bad", {"train": 2, "val": 1})
    (folder / "train" / "train0.txt").write_text("red 5 5 5 9\n")
    told = said(capsys, "train", "ssd", "--data", folder, "--out", tmp_path / "run")
    assert "train0.txt:1" in told
    assert "--skip" in told
    assert not (tmp_path / "run").exists()


def test_train_rejects_pictures_without_a_box(tmp_path, capsys):
    folder = labelled(tmp_path / "empty", {"train": 2, "val": 1})
    for path in (folder / "train").glob("*.txt"):
        path.write_text("")
    told = said(capsys, "train", "ssd", "--data", folder, "--out", tmp_path / "run")
    assert "not one box in the 2 training pictures" in told
    assert not (tmp_path / "run").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    runs.write_text(path, "first\n")

    def half():
        with files.replaced(path) as part:
            part.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert path.read_text() == "first\n"
    with pytest.raises(runs.RunError, match=r"b\.txt was not written"):
        runs.write_text(tmp_path / "no" / "b.txt", "")
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_disk_quota_and_a_limit_of_size_are_a_full_disk():
    for number in (28, 122, 27):
        assert "the disk is full" in str(files.not_written("x", OSError(number, "why")))
    hidden = OSError("Can't write data (file write failed: errno = 28, 'No space left on device')")
    assert "the disk is full" in str(files.not_written("x", hidden))
    assert "the disk is full" not in str(files.not_written("x", OSError(13, "Permission denied")))


def test_a_loss_that_is_no_number_ends_the_training(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "vidlearn.runs.watch.Watch.fit", lambda self, model, b: ({"loss": np.nan}, len(b), 1.0)
    )
    with pytest.raises(runs.RunError, match="no number any more in epoch 1"):
        runs.train("ssd", toy, tmp_path / "run", preset="tiny")
    assert not (tmp_path / "run" / state.NAME).exists()


def test_a_picture_that_is_gone_meanwhile_is_named(tmp_path):
    pictures = datasets.read(labelled(tmp_path / "set", {"train": 2, "val": 1}))
    (tmp_path / "set" / "train" / "train1.png").unlink()
    with pytest.raises(datasets.DatasetError, match=r"train1\.png cannot be read"):
        runs.train("ssd", pictures, tmp_path / "run", preset="tiny", epochs=1)


@pytest.mark.parametrize("error", [RuntimeError("CUDA out of memory. Tried ..."), MemoryError()])
def test_memory_that_is_full_is_told(toy, tmp_path, monkeypatch, error):
    def full(self, model, batches):
        raise error

    monkeypatch.setattr("vidlearn.runs.watch.Watch.fit", full)
    with pytest.raises(runs.RunError, match="not enough memory for pictures of"):
        runs.train("ssd", toy, tmp_path / "run", preset="tiny")


def test_settings_name_what_was_put_aside(tmp_path):
    flat = datasets.read(labelled(tmp_path, {"": 10}))
    settings, _, val = runs.settings.decided("ssd", flat, {"seed": 1})
    about = settings["data"]
    assert about["held_out"] == [item.name for item in val]
    assert about["divided"] == "each"
    assert settings == json.loads(json.dumps(settings))
    assert settings["size"] == [48, 64]
