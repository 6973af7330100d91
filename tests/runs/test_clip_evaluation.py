"""How good a network for clips is, by hand; what it is shown for that; how fast it is."""

import json
import shutil

import numpy as np
import pytest

from tests.runs.clip_sets import NAMES, filmed
from vidlearn import cli, datasets, models, runs
from vidlearn.runs import clip_evaluation


def test_numbers_by_hand():
    """Five clips of three classes, the last class never shown."""
    scores = np.array(
        [[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.6, 0.3], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]
    )
    found = clip_evaluation.measured(scores, np.array([0, 0, 1, 1, 1]), ("a", "b", "c"))
    assert found["top1"] == 0.6  # clips 0, 2, 3
    assert found["top5"] is None
    assert found["confusion"] == [[1, 1, 0], [1, 2, 0], [0, 0, 0]]
    assert found["per_class"]["a"] == {"top1": 0.5, "AP": 0.8333, "clips": 2}  # (1/1 + 2/3) / 2
    # Sorted by b: clips 2, 1 and 3 alike, 4, 0; recall 1/3 at precision 1, 2/3 at 2/3, 1 at 3/4.
    assert found["per_class"]["b"]["AP"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3, abs=1e-4)
    assert found["per_class"]["c"] == {"top1": None, "AP": None, "clips": 0}
    assert found["mAP"] == pytest.approx((0.8333 + (1 + 2 / 3 + 3 / 4) / 3) / 2, abs=1e-4)


def test_the_first_five_tell_something_from_ten_classes_on():
    scores = np.arange(10.0)[None]
    for count, label, value in ((9, 3, None), (10, 5, 1.0), (10, 4, 0.0)):
        names = [f"c{k}" for k in range(count)]
        assert clip_evaluation.measured(scores[:, :count], [label], names)["top5"] == value


def test_numbers_are_those_of_the_model(acted, films, tmp_path, capsys):
    file = tmp_path / "found.json"
    told = [str(acted.folder), "--data", str(films), "--json", str(file)]
    assert cli.main(["evaluate", *told]) == 0
    found = json.loads(file.read_text("utf-8"))
    clips = datasets.read_clips(films).split("test")
    with datasets.ClipReader(clips, frames=8, size=(32, 32), mode="dense") as reader:
        ((frames, labels),) = reader.batches(99)
    scores = models.predict_clips(acted.model(), frames)
    assert found["top1"] == pytest.approx((scores.argmax(axis=1) == labels).mean(), abs=1e-4)
    assert (found["clips"], found["split"], found["views"]) == (6, "test", 1)
    assert np.sum(found["confusion"]) == 6
    assert [found["per_class"][name]["clips"] for name in NAMES] == [3, 3]
    middle = models.predict_clips(acted.model(), frames[:, [4] * 8]).argmax(axis=1)
    assert found["one_frame"] == pytest.approx((middle == labels).mean(), abs=1e-4)
    assert found["clips_per_second"]["network"] > 0
    assert found["clips_per_second"]["with_decoding"] is None  # there was one batch
    assert found["parameters"] == acted.model().count_params()
    assert found["multiply_adds"] == models.multiply_adds(acted.model())
    said = capsys.readouterr().out
    assert "clips: 6, split: test, views of each: 1" in said
    assert f"{'all':{len(NAMES[0])}}  {found['top1']:.3f}" in said
    assert "guessing 0.500" in said
    assert "rows: what is done" in said


def test_controls_see_the_same_frames_held_or_mixed(acted, films, monkeypatch):
    seen = []

    def scored(model, clips):
        seen.append(clips)
        return clips[:, 0, 0, 0, :2]

    monkeypatch.setattr(clip_evaluation, "_predicted", scored)
    monkeypatch.setattr(clip_evaluation, "BATCH", 6)
    runs.evaluate(acted, films, split="test", views=2)
    warm, plain, middle, mixed = seen
    assert warm.shape == (6, 8, 32, 32, 3)
    assert plain.shape == (12, 8, 32, 32, 3)  # two views of each of six
    np.testing.assert_array_equal(middle, plain[:, [4] * 8])
    moved = 0
    for clip, other in zip(plain, mixed, strict=True):
        frames, others = ({frame.tobytes() for frame in one} for one in (clip, other))
        assert frames == others
        moved += not np.array_equal(clip, other)
    assert moved > 9


def test_views_lie_over_the_film_and_are_averaged(acted, films, monkeypatch):
    def scored(model, clips):
        sums = clips.reshape(len(clips), -1).mean(axis=1)
        return np.stack([sums, 255 - sums], axis=1)

    monkeypatch.setattr(clip_evaluation, "_predicted", scored)
    whole = np.concatenate([clip_evaluation._averaged(None, np.zeros((2, 3, 8, 4, 4, 3)))])
    assert whole.tolist() == [[0, 255]] * 2
    frames = np.arange(2 * 3)[:, None, None, None, None].reshape(2, 3, 1, 1, 1, 1)
    found = clip_evaluation._averaged(None, np.broadcast_to(frames, (2, 3, 8, 4, 4, 3)))
    assert found[:, 0].tolist() == [1, 4]  # means of 0 1 2 and 3 4 5


def test_speeds_leave_out_the_start_of_the_processes(acted, films, monkeypatch):
    monkeypatch.setattr(clip_evaluation, "BATCH", 4)
    speeds = runs.evaluate(acted, films, split="test")["clips_per_second"]
    assert 0 < speeds["with_decoding"] < speeds["network"]


def test_classes_are_matched_by_name(acted, films, tmp_path):
    """One class only, whose number in its own folder is another."""
    folder = tmp_path / "one"
    shutil.copytree(films / "test" / NAMES[1], folder / NAMES[1])
    found = runs.evaluate(acted, folder)
    assert [found["per_class"][name]["clips"] for name in NAMES] == [0, 3]
    assert found["per_class"][NAMES[0]]["top1"] is None
    assert "  -  " in runs.as_text(found)


def test_evaluate_rejects(acted, complete, films, toy, tmp_path, capsys):
    other = filmed(tmp_path / "other", {"": 1}, names=("turn", "spin"))
    for told, message in (
        ([acted.folder, "--data", other], "does not know: spin, turn. It knows: drücken left"),
        ([acted.folder, "--data", films, "--views", "0"], "views must be a whole number from 1"),
        ([acted.folder, "--data", films, "--split", "vla"], "split must be one of"),
        ([acted.folder, "--data", films, "--form", "txt"], "--form is for labelled pictures"),
        ([acted.folder, "--data", films, "--origin", "0"], "--origin is for labelled pictures"),
        ([acted.folder, "--data", toy], "which are no clips"),
        ([complete.folder, "--data", toy, "--views", "2"], "views are for clips"),
        ([complete.folder, "--data", films], "no labels of a known form"),
    ):
        assert cli.main(["evaluate", *map(str, told)]) == 1
        assert message in capsys.readouterr().err


def test_many_classes_are_told_by_what_is_confused_most():
    names = [f"class number {k}" for k in range(40)]
    scores = np.eye(40)[np.r_[0:40, 7, 7]]
    labels = np.r_[0:40, 3, 3]
    found = {"clips": 42, "split": "", "views": 1}
    found |= clip_evaluation.measured(scores, labels, names) | {"one_frame": 0.1, "shuffled": 0.2}
    found |= {"parameters": 1234567, "multiply_adds": None}
    found["clips_per_second"] = {"network": 9.0, "with_decoding": None}
    said = runs.as_text(found)
    told = [line for line in said.splitlines() if "taken for one another most" in line]
    assert told[0].endswith("most: class number 3: class number 7 (2)")
    assert "clips: 42, split: all" in said
    assert "1,234,567 parameters, - million" in said
    assert "top-5: " in said


def test_a_spoilt_list_of_classes_is_told(acted, tmp_path):
    shutil.copytree(acted.folder, tmp_path / "run")
    path = tmp_path / "run" / "settings.json"
    words = path.read_text("utf-8")
    first, second = (json.dumps(name, ensure_ascii=False) for name in NAMES)
    swapped = words.replace(first, "?").replace(second, first).replace("?", second)
    path.write_text(swapped, "utf-8")
    with pytest.raises(runs.RunError, match=r"settings\.json are not those of the model: drü"):
        runs.Run(tmp_path / "run").model()
    path.write_text(words, "utf-8")
    (tmp_path / "run" / "classes.txt").write_text("one\n")
    with pytest.raises(runs.RunError, match="knows 2 classes"):
        runs.Run(tmp_path / "run").model()
