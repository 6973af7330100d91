"""A training on disk: what it leaves, and that it goes on as if nothing had been."""

import json
import os
import re
import shutil
import signal

import numpy as np
import pytest
from PIL import Image

from tests.runs import broken_off
from tests.runs.conftest import labelled
from vidlearn import cli, models, runs
from vidlearn.boxes import Truth
from vidlearn.runs import table, watch


def losses(folder):
    """The numbers of each epoch, but for the seconds."""
    rows = runs.Run(folder).metrics()
    return np.array([[v for k, v in row.items() if k != "seconds"] for row in rows], float)


def equal(folder, complete):
    """Assert that two trainings came to the same."""
    np.testing.assert_allclose(losses(folder), losses(complete.folder), rtol=2e-3, atol=1e-4)
    lines = (folder / "metrics.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]


@pytest.mark.filterwarnings("error:.*optimizer:UserWarning")
def test_what_a_training_leaves(complete, toy):
    folder = complete.folder
    names = "README.txt classes.txt curves.png last.npz lock metrics.csv model.keras"
    assert {path.name for path in folder.iterdir()} == {
        *names.split(),
        "sample.png",
        "settings.json",
    }
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["classes"] == ["blue", "red"] == list(complete.classes)
    assert (folder / "classes.txt").read_text() == "blue\nred\n"
    assert settings["kind"], settings["seed"] == ("ssd", 3)
    assert settings["size"] == [48, 64]
    assert settings["data"]["folder"] == str(toy)
    assert settings["data"]["pictures"] == {"train": 7, "val": 3}
    assert settings["made_with"]["keras"]
    rows = complete.metrics()
    assert list(rows[0]) == [
        *("epoch", "loss", "box", "class"),
        *("val_mAP50", "val_mAP", "learning_rate", "seconds"),
    ]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    for row in rows:
        assert row["loss"] == pytest.approx(row["box"] + row["class"], rel=1e-4)
    with np.load(folder / "last.npz") as last:
        for row, kept in zip(rows, json.loads(str(last["state"]))["rows"], strict=True):
            assert row == {name: pytest.approx(value, rel=1e-5) for name, value in kept.items()}
    model = complete.model()
    assert isinstance(model, models.SSD)
    assert model.classes == ("blue", "red")
    assert model.frame_shape == (48, 64, 3)
    assert (folder / "model.keras").stat().st_size < (folder / "last.npz").stat().st_size
    for name in ("curves.png", "sample.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 300
    (folder.parent / "plain").write_text("")
    modes = {path.stat().st_mode for path in [*folder.iterdir(), folder.parent / "plain"]}
    assert len(modes) == 1  # others may read what they may read elsewhere
    readme = (folder / "README.txt").read_text()
    told = {name for name in re.findall(r"^(\S+\.\w+|lock) ", readme, re.MULTILINE)}
    assert told == {path.name for path in folder.iterdir()} - {"README.txt"}


def test_the_learning_rate_rises_and_falls(complete):
    rates = [row["learning_rate"] for row in complete.metrics()]
    assert rates[0] > rates[1] > rates[2] > 0
    assert rates[2] == pytest.approx(0.05 * 2e-3 / 20, rel=0.5) or rates[2] < rates[0] / 5


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_training_goes_on_as_if_it_had_not_been_killed(toy, complete, tmp_path, capsys):
    out = tmp_path / "run"
    broken_off.killed("ssd", toy, out)
    (out / ".x.part.npz").write_bytes(b"what a killed process leaves")
    assert cli.main(["train", "ssd", "--data", str(toy), "--out", str(out), "--resume"]) == 0
    assert "Going on at epoch 2, step 1." in capsys.readouterr().out
    equal(out, complete)
    assert not list(out.glob(".*"))


def test_a_damaged_model_is_made_anew_from_the_last_weights(toy, complete, tmp_path, capsys):
    out = tmp_path / "run"
    shutil.copytree(complete.folder, out)
    model = out / "model.keras"
    model.write_bytes(model.read_bytes()[:500])
    told = ["train", "ssd", "--data", str(toy), "--out", str(out), "--resume"]
    for words in ("made anew from the last weights, those after 3 epochs", "is complete"):
        assert cli.main(told) == 0
        said = capsys.readouterr().out
        assert words in said
    assert "anew" not in said
    with np.load(out / "last.npz") as last:
        for k, weight in enumerate(runs.Run(out).model().variables):
            np.testing.assert_array_equal(weight.numpy(), last[f"weight/{k}"])


def test_ctrl_c_loses_nothing(toy, complete, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    told = ["train", "ssd", "--data", str(toy), "--out", str(out)]
    broken_off.interrupted(monkeypatch, capsys, told)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert cli.main([*told, "--resume"]) == 0
    assert "Going on at epoch 2, step 3." in capsys.readouterr().out
    equal(out, complete)


def test_a_second_ctrl_c_ends_at_once():
    def impatient():
        with watch.interrupts() as asked:
            signal.raise_signal(signal.SIGINT)
            assert asked
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="at once"):
        impatient()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def full_at(monkeypatch, ending, which):
    """Let the disk be full when a file of an ending is brought to it the which-th time."""
    sync, seen = os.fsync, []

    def full(handle):
        seen.append(os.readlink(f"/proc/self/fd/{handle}").endswith(f".part{ending}"))
        if seen[-1] and sum(seen) == which:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_a_full_disk_loses_no_earlier_checkpoint(toy, complete, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    told = ["train", "ssd", "--data", str(toy), "--out", str(out)]
    more = ["--preset", "tiny", "--epochs", "3", "--seed", "3"]
    for ending, which, done in ((".keras", 1, 0), (".npz", 2, 1), (".csv", 3, 2)):
        with monkeypatch.context() as patch:
            full_at(patch, ending, which)
            assert cli.main([*told, *more]) == 1
        said = capsys.readouterr().err.strip().splitlines()[-1]
        assert "the disk is full" in said
        assert "--resume" in said
        assert not list(out.glob(".*"))
        assert len(runs.Run(out).metrics()) == done
        if done:
            runs.Run(out).model()
        more = ["--resume"]
    assert cli.main([*told, *more]) == 0
    equal(out, complete)


@pytest.mark.filterwarnings("error:.*softmax")
@pytest.mark.parametrize("kind", ["faster_rcnn", "yolo"])
def test_the_others_train_too_on_odd_pictures(kind, tmp_path, capsys):
    """Gray pictures of odd sizes, one class, some without a box, not divided."""
    folder = labelled(tmp_path / "odd", {"": 5}, size=(51, 67), kinds=(1,), mode="L")
    (folder / "p2.txt").write_text("")
    small = labelled(tmp_path / "small", {"": 1}, size=(33, 45), seed=4, kinds=(1,))
    for path in small.iterdir():
        path.rename(folder / f"p9{path.suffix}")
    run = runs.train(kind, folder, tmp_path / "run", preset="tiny", epochs=1)
    said = capsys.readouterr().out
    assert "picture by picture: 5 train, 1 validate" in said
    assert run.settings["size"] == [48, 64]
    assert run.classes == ("red",)
    assert len(run.metrics()) == 1
    model = run.model()
    assert type(model).__name__.lower() == kind.replace("_", "")
    options = {name for name in table.options_from(kind, [Truth([[1, 2, 30, 40]])], "tiny")}
    assert options <= set(model.get_config())


def test_a_class_without_a_box_and_validation_without_one(tmp_path, capsys):
    folder = labelled(tmp_path / "set", {"train": 4, "val": 2}, kinds=(0,))
    for path in (folder / "val").glob("*.txt"):
        path.write_text("")
    (folder / "classes.txt").write_text("never\nblue\n")
    run = runs.train("ssd", folder, tmp_path / "run", preset="tiny", epochs=2)
    assert run.classes == ("never", "blue")
    row = run.metrics()[0]
    assert row["val_mAP50"] is None
    assert row["val_mAP"] is None
    model = run.model()
    assert model.classes == ("never", "blue")
    with np.load(run.folder / "last.npz") as last:  # of the last epoch, where none is better
        for k, variable in enumerate(model.variables):
            np.testing.assert_array_equal(variable.numpy(), last[f"weight/{k}"])
    told = capsys.readouterr().out
    assert "mAP50 -, mAP -" in told
    assert "best mAP50 on the validation pictures -." in told
