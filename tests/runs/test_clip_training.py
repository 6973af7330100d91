"""A training on clips: what it leaves, that it learns, that it goes on as if nothing had been."""

import gc
import json
import os
import re
import tempfile
import types
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from tests.runs import broken_off
from tests.runs.clip_sets import NAMES, filmed
from tests.runs.test_training import losses
from vidlearn import cli, datasets, models, runs
from vidlearn.runs import actions, clip_data, table


def equal(folder, complete):
    np.testing.assert_allclose(losses(folder), losses(complete.folder), rtol=2e-3, atol=1e-4)
    old, new = (np.load(one / "last.npz") for one in (complete.folder, folder))
    assert set(old.files) == set(new.files)
    for name in old.files:
        if name.startswith("weight/"):
            np.testing.assert_allclose(new[name], old[name], rtol=5e-2, atol=5e-4)


def test_what_a_training_leaves(acted, films):
    folder = acted.folder
    names = "README.txt classes.txt curves.png last.npz lock metrics.csv model.keras sample.png"
    assert {path.name for path in folder.iterdir()} == {*names.split(), "settings.json"}
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    assert settings["classes"] == list(NAMES) == list(acted.classes)
    assert (folder / "classes.txt").read_text("utf-8").splitlines() == list(NAMES)
    assert (settings["kind"], settings["seed"], settings["size"]) == ("tcn", 3, [32, 32])
    assert (settings["frames"], settings["step"], settings["mirror"]) == (8, 1, False)
    assert settings["data"]["clips"] == {"train": 10, "val": 4}
    assert settings["data"]["folder"] == str(films)
    rows = acted.metrics()
    assert list(rows[0]) == [
        *("epoch", "loss", "top1", "val_top1", "val_loss", "learning_rate", "seconds"),
    ]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    model = acted.model()
    assert (model.input_shape, model.output_shape) == ((None, 8, 32, 32, 3), (None, 2))
    assert getattr(model, "optimizer", None) is None  # its memory stays in last.npz
    for name in ("curves.png", "sample.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 300
    readme = (folder / "README.txt").read_text("utf-8")
    told = {name for name in re.findall(r"^(\S+\.\w+|lock) ", readme, re.MULTILINE)}
    assert told == {path.name for path in folder.iterdir()} - {"README.txt"}
    for line in re.findall(r"vidlearn (?:train|evaluate|predict) .*", readme):
        cli._parser().parse_args(line.split()[1:])


def test_the_best_model_has_the_measures_that_are_told(acted, films):
    rows = acted.metrics()
    best = max(row["val_top1"] for row in rows)
    found = runs.evaluate(acted, films, split="val")
    assert found["top1"] == pytest.approx(best, abs=1e-4)


def test_a_training_learns_what_only_the_order_tells(tmp_path, capsys):
    """A bar goes to the left or to the right: each frame, and all of them mixed, tell nothing."""
    folder = filmed(tmp_path / "films", {"train": 10, "val": 3}, frames=8)
    filmed(folder, {"val": 3}, frames=8, seed=1, ending="avi")
    run = runs.train("c3d", folder, tmp_path / "run", preset="tiny", epochs=25)
    said = capsys.readouterr().out
    assert "20 clips train, 12 validate, as the folder says." in said
    assert "guessing has 0.500" in said
    assert re.search(r"epoch  25 of 25: loss 0\.\d+ \(top1 \d.*validation top1", said)
    found = runs.evaluate(run, folder)
    assert found["top1"] >= 0.9
    assert found["one_frame"] <= 0.7


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_training_goes_on_as_if_it_had_not_been_killed(films, acted, tmp_path, capsys):
    out = tmp_path / "run"
    broken_off.killed("tcn", films, out)
    assert cli.main(["train", "tcn", "--data", str(films), "--out", str(out), "--resume"]) == 0
    assert "Going on at epoch 2, step 1." in capsys.readouterr().out
    equal(out, acted)


def test_ctrl_c_loses_nothing(films, acted, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    told = ["train", "tcn", "--data", str(films), "--out", str(out)]
    broken_off.interrupted(monkeypatch, capsys, told)
    assert cli.main([*told, "--resume"]) == 0
    equal(out, acted)


def test_processes_that_decode_give_the_same(films, acted, tmp_path, monkeypatch):
    preset = replace(table.CLIPS["tiny"], workers=2)
    monkeypatch.setitem(table.CLIPS, "tiny", preset)
    run = runs.train("tcn", films, tmp_path / "run", preset="tiny", epochs=3, seed=3)
    equal(run.folder, acted)


@pytest.mark.parametrize("kind", ["r2plus1d", "cnn_rnn"])
def test_the_others_train_too_on_odd_films(kind, tmp_path, capsys):
    """AVI of odd lengths, undivided, three classes; options by name."""
    folder = filmed(tmp_path / "odd", {"": 3}, names=("a", "b", "c"), frames=17, ending="avi")
    clip = {"frames": 6, "step": 2, "mirror": True}
    size = (48, 32)
    run = runs.train(kind, folder, tmp_path / "run", preset="tiny", epochs=1, size=size, more=clip)
    said = capsys.readouterr().out
    assert "clips of one source together: 7 train, 2 validate" in said
    assert "one frame in 2 of the film, so 11 frames" in said
    assert "left and right exchanged at random" in said
    assert run.model().input_shape == (None, 6, 48, 32, 3)
    assert len(run.settings["data"]["held_out"]) == 2
    found = runs.evaluate(run, folder)
    assert (found["clips"], found["split"]) == (2, "val")


def test_resume_rejects_other_options_and_other_clips(acted, films, tmp_path, capsys):
    told = ["train", "tcn", "--data", str(films), "--out", str(acted.folder), "--resume"]
    other = filmed(tmp_path / "other", {"train": 5, "val": 2}, seed=1)
    for more, message in (
        (["--frames", "12"], "frames was 8 and is 12"),
        (["--step", "2"], "step was 1 and is 2"),
        (["--colour", "strong"], "colour was mild and is strong"),
        (["--data", str(other)], "what is in the train clips was 10 ("),
    ):
        assert cli.main([*told, *more]) == 1
        assert message in capsys.readouterr().err
    told[1] = "ssd"
    assert cli.main([*told[:3], str(films), *told[4:]]) == 1


def test_a_run_of_another_task_does_not_go_on(acted, toy, capsys):
    told = ["train", "ssd", "--data", str(toy), "--out", str(acted.folder), "--resume"]
    assert cli.main(told) == 1
    assert "kind was tcn and is ssd" in capsys.readouterr().err


def test_half_precision_trains_and_goes_on(films, tmp_path, monkeypatch):
    """As on a GPU, here on the CPU: layers in float16, logits and weights in float32."""
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: ["gpu:0"])
    monkeypatch.setitem(table.CLIPS, "gpu", table.CLIPS["tiny"])
    run = runs.train("tcn", films, tmp_path / "run", preset="gpu", epochs=1)
    run = runs.train("tcn", films, run.folder, resume=True, epochs=2)
    model = run.model()
    assert model.get_layer("conv1").compute_dtype == "float16"
    assert model.get_layer("logits").compute_dtype == "float32"
    assert [np.isfinite(row["loss"]) for row in run.metrics()] == [True, True]
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind=None: [])
    full = run.model()  # on a machine without a GPU, where some layers have no half precision
    assert {layer.compute_dtype for layer in full.layers} == {"float32"}
    clips = np.random.default_rng(0).integers(0, 255, (3, 8, 32, 32, 3)).astype(np.uint8)
    scores = models.predict_clips(full, clips)
    np.testing.assert_allclose(scores, models.predict_clips(model, clips), atol=0.01)
    assert keras.config.dtype_policy().name == "float32"


def test_decoded_films_are_kept_and_go_with_the_training(films):
    clips = datasets.read_clips(films)
    settings, *parts = runs.settings.decided("c3d", clips, {"preset": "tiny"})
    task = table.task_of("c3d")(settings, *parts)
    batches = task.batches(0, 0)
    [batches[k] for k in range(4)]
    kept = task.reader.decoder.cache.folder
    assert len(task.reader.decoder.cache) == 10  # each film once
    del batches, task
    gc.collect()
    assert not kept.exists()


def test_decoded_films_of_a_killed_training_are_taken_away(tmp_path, monkeypatch):
    """Up to 1 GiB each time; those of one that still runs stay, and so does what is not ours."""
    monkeypatch.setattr(clip_data, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, other = tmp_path / "vidlearn-films-a", tmp_path / "vidlearn-films-b"
    for folder in (killed, other):
        folder.mkdir()
        (folder / "clip.npy").write_bytes(b"x" * 99)
    (killed / "lock").touch()
    with clip_data.room() as running, clip_data.room() as mine:
        assert {path.name for path in tmp_path.iterdir()} == {
            *(Path(folder).name for folder in (other, running, mine))
        }
        assert (other / "clip.npy").exists()
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.parametrize("seed", range(4))
def test_copies_of_one_clip_stand_on_one_side(tmp_path, seed):
    """Also over a chain of sources: a = b, and another of b = m. Others stay apart."""
    for k, name in enumerate(("left", "right")):
        for source in "abmdef":
            place = tmp_path / name / f"{source}_{k}.mp4"
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(f"{name} {source}".encode() + b"." * "mba".find(source))
    left, right = tmp_path / "left", tmp_path / "right"
    (left / "b_0.mp4").write_bytes((left / "a_0.mp4").read_bytes())
    (right / "b_1.mp4").write_bytes((right / "m_1.mp4").read_bytes())
    train, val, how = clip_data.divided(datasets.read_clips(tmp_path), seed)
    sides = [{item.path.name[0] for item in part} for part in (train, val)]
    assert how == "source"
    assert not sides[0] & sides[1]
    assert any(set("abm") <= side for side in sides)
    assert len(set(train.sources)) + len(set(val.sources)) == 4


def test_clips_for_the_test_are_not_dealt(tmp_path):
    """Where there are none to validate by, these come from the others, the test's excepted."""
    for part, sources in (("train", "abcd"), ("test", "xyz")):
        for name in ("sit", "stand"):
            (tmp_path / part / name).mkdir(parents=True)
            for source in sources:
                path = tmp_path / part / name / f"{name[-1]}{source}_1.mp4"
                path.write_bytes(path.name.encode())
    train, val, how = clip_data.divided(datasets.read_clips(tmp_path))
    names = {item.path.name[1] for part in (train, val) for item in part}
    assert (how, names) == ("source", set("abcd"))


def test_what_is_measured_by_hand(monkeypatch):
    said = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
    monkeypatch.setattr(models, "predict_clips", lambda *_, **__: said)
    task = actions.Actions.__new__(actions.Actions)
    task.looked_at, task.settings = None, {"batch_size": 2}
    task.val = types.SimpleNamespace(labels=np.array([0, 0, 1]))
    loss = -np.log([0.9, 0.2, 0.6]).mean()
    assert task.measured(None) == pytest.approx({"val_top1": 2 / 3, "val_loss": loss})


def test_clips_to_look_at_are_chosen_evenly(monkeypatch):
    @contextmanager
    def reader(clips, *_):
        yield enumerate(clips)

    monkeypatch.setattr(clip_data, "reader", reader)
    task = actions.Actions.__new__(actions.Actions)
    task.settings, task.preset = {}, types.SimpleNamespace(workers=0)
    for most, chosen in ((4, [0, 3, 6, 9]), (10, list(range(10)))):
        task.val = np.arange(10)
        task.choose_validation(most)
        assert task.looked_at.tolist() == task.val.tolist() == chosen


@pytest.mark.parametrize(("gpus", "full"), [([], True), (["gpu:0"], False)])
def test_a_model_is_opened_in_full_precision_only_without_a_gpu(acted, monkeypatch, gpus, full):
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind: gpus)
    monkeypatch.setattr(actions, "in_full_precision", lambda model: "in full")
    model, names = actions.Actions.load(acted.folder / "model.keras")
    assert (model == "in full", names) == (full, acted.classes)


def test_a_clip_that_breaks_while_it_trains_is_named(films, tmp_path):
    clips = datasets.read_clips(filmed(tmp_path / "films", {"train": 2, "val": 1}))
    task = table.task_of("c3d")
    settings, *parts = runs.settings.decided("c3d", clips, {"preset": "tiny"})
    training = task(settings, *parts)
    first = training.batches(0, 0)
    path = parts[0][0].path
    path.write_bytes(b"spoilt")
    with pytest.raises(ValueError, match=re.escape(path.name)):
        [first[k] for k in range(4)]
    assert path.name in str(training.trouble)


def test_batches_are_the_same_from_the_middle_on_and_every_epoch_another(films):
    clips = datasets.read_clips(films)
    settings, *parts = runs.settings.decided("c3d", clips, {"preset": "tiny", "seed": 5})
    task = table.task_of("c3d")(settings, *parts)
    whole = [task.batches(1, 0)[3], task.batches(0, 0)[3]]
    rest = [task.batches(1, 2)[1], task.batches(0, 3)[0]]
    for (clips, labels), (others, named) in zip(whole, rest, strict=True):
        np.testing.assert_array_equal(clips, others)
        np.testing.assert_array_equal(labels, named)
    assert not np.array_equal(whole[0][0], whole[1][0])
    batches = task.batches(2, 0)
    twice = batches[0], batches[1], batches[0]  # as fit looks at the first ones
    assert twice[0] is twice[2]
    seen = np.concatenate([batches[k][1] for k in range(4)])
    assert (np.bincount(seen[:10]) == 5).all()  # each clip once before any comes again


def test_each_epoch_changes_a_clip_anew_and_mirrors_only_where_it_is_asked(tmp_path):
    from vidlearn.video import write_video

    half = np.full((8, 32, 32, 3), 40, np.uint8)
    half[:, :, :16] = 220
    for part, name in (("train", "a"), ("train", "b"), ("val", "a")):
        (tmp_path / part / name).mkdir(parents=True)
        write_video(tmp_path / part / name / f"{part}x.mp4", half)
    clips = datasets.read_clips(tmp_path)
    for mirror in (False, True):
        settings, *parts = runs.settings.decided("c3d", clips, {"preset": "tiny", "mirror": mirror})
        task = table.task_of("c3d")(settings, *parts)
        task.batches(0, 0)
        first, second = ([batch for batch, _ in task._stream(epoch, 0)] for epoch in (0, 1))
        assert not np.array_equal(first[0], second[0])
        seen = np.concatenate(first)
        left = seen[..., :10, :].mean(axis=(1, 2, 3, 4)) > seen[..., -10:, :].mean(
            axis=(1, 2, 3, 4)
        )
        assert left.all() != mirror
        assert left.any()


def test_all_frames_of_a_clip_are_changed_alike(tmp_path):
    """What stands still must stand still, or a change would look like something that happens."""
    from vidlearn.video import write_video

    still = np.repeat(np.random.default_rng(0).integers(0, 255, (1, 8, 8, 3)), 10, 0)
    still = still.repeat(6, 1).repeat(6, 2).astype(np.uint8)
    for part, name in (("train", "a"), ("train", "b"), ("val", "a")):
        (tmp_path / part / name).mkdir(parents=True)
        write_video(tmp_path / part / name / f"{part}x.mp4", still, crf=1)
    clips = datasets.read_clips(tmp_path)
    settings, *parts = runs.settings.decided("c3d", clips, {"preset": "tiny", "colour": "strong"})
    frames, _ = table.task_of("c3d")(settings, *parts).batches(0, 0)[1]
    assert np.abs(np.diff(frames.astype(int), axis=1)).mean() < 2
    assert np.abs(frames[0, 0].astype(int) - frames[1, 0]).mean() > 4


def test_step_and_length_of_a_clip():
    fitting = clip_data.fitting_step
    assert [fitting([n], 16) for n in (1, 16, 31, 32, 47, 63, 64, 9999)] == [1, 1, 1, 2, 2, 3, 4, 4]


def test_models_of_runs_are_those_of_the_library():
    for kind, row in table.KINDS.items():
        assert callable(getattr(models, row.builder)), kind
        small, large = (table.preset_of(kind, preset) for preset in ("cpu", "gpu"))
        assert (large.side, large.steps) > (small.side, small.steps)


@pytest.mark.parametrize("name", ["turn left", "turn_left", "left-hand", "TurnLeft", "Right2left"])
def test_classes_of_left_and_right_are_not_mirrored(name):
    with pytest.raises(runs.RunError, match=f"becomes another: {name}"):
        clip_data.expect_sides(["sit", name], True)
    clip_data.expect_sides(["sit", name], False)


def test_only_whole_words_are_sides():
    clip_data.expect_sides(
        ["brightness", "leftover", "copyright_notes", "éclair", "BrightRoom"], True
    )


@pytest.mark.parametrize("half", ["mixed_float16", "mixed_bfloat16"])
def test_what_was_trained_in_half_precision_is_whole_on_a_cpu(half):
    x = keras.Input((3,), name="x")
    y = keras.layers.Dense(2, dtype=half, name="of_mixed_float16")(x)
    model = keras.Model(x, y)
    full = actions.in_full_precision(model)
    layer = full.get_layer("of_mixed_float16")
    assert layer.compute_dtype == layer.variable_dtype == "float32"
    np.testing.assert_array_equal(full.get_weights()[0], model.get_weights()[0])
    assert actions.in_full_precision(full) is full  # by its name it was none
