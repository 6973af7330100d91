"""How good a trained detector is, by hand; classes by their names; splits."""

import json

import numpy as np
import pytest

from tests.runs.conftest import labelled
from vidlearn import cli, datasets, metrics, runs
from vidlearn.boxes import Truth


def test_numbers_are_those_of_the_metrics(complete, toy, tmp_path, capsys):
    file = tmp_path / "found.json"
    told = [str(complete.folder), "--data", str(toy), "--split", "val", "--json", str(file)]
    assert cli.main(["evaluate", *told]) == 0
    found = json.loads(file.read_text())
    items = datasets.read(toy).split("val")
    detections = complete.model().predict([item.frame() for item in items], threshold=0.01)
    names = ("blue", "red")
    measured = metrics.evaluate_detections(
        detections, [item.truth for item in items], classes=names
    )
    assert found["mAP50"] == pytest.approx(measured.AP50, abs=1e-4)
    assert found["mAP"] == pytest.approx(measured.AP, abs=1e-4)
    assert found["mAP50"] > 0
    for name in names:
        row = found["per_class"][name]
        assert row["mAP50"] == pytest.approx(measured.ap(iou=0.5, label=name), abs=1e-4)
        assert row["boxes"] == sum((i.truth.labels == names.index(name)).sum() for i in items)
    assert found["by_size"]["small"] == pytest.approx(measured.ap(size="small"), abs=1e-4)
    assert found["by_size"]["large"] is None
    assert (found["pictures"], found["split"]) == (3, "val")
    assert found["frames_per_second"] > 0
    said = capsys.readouterr().out
    assert "pictures: 3, split: val" in said
    assert f"all   {found['mAP50']:.3f}" in said
    # The last epoch's own numbers, where it is the best.
    rows = complete.metrics()
    if rows[-1]["val_mAP50"] == max(row["val_mAP50"] for row in rows):
        assert found["mAP50"] == pytest.approx(rows[-1]["val_mAP50"], abs=1e-4)


def test_classes_are_matched_by_name_not_by_number():
    boxes = [[1, 2, 9, 8], [3, 4, 7, 9]]
    first = Truth(boxes, [2, 0], [False, True], [True, False], [30, 11])
    items = [
        datasets.LabelledPicture("a.png", (48, 64), first),
        datasets.LabelledPicture("b.png", (48, 64), Truth([], [])),
    ]
    pictures = datasets.DetectionSet(("red", "unused", "blue"), items)
    matched = runs.evaluation.with_classes(pictures, ("blue", "green", "red"))
    assert matched.classes == ("blue", "green", "red")
    truth = matched[0].truth
    assert truth.labels.tolist() == [0, 2]
    assert truth.boxes.tolist() == boxes
    assert truth.difficult.tolist() == [False, True]
    assert truth.crowd.tolist() == [True, False]
    assert truth.areas.tolist() == [30, 11]
    assert len(matched[1].truth) == 0


def test_evaluate_rejects_a_class_that_the_model_does_not_know(complete, tmp_path, capsys):
    folder = labelled(tmp_path / "other", {"test": 2})
    for path in folder.rglob("*.txt"):
        path.write_text(path.read_text().replace("red", "green") + "green 1 2 30 40\n")
    assert cli.main(["evaluate", str(complete.folder), "--data", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "does not know: green. It knows: blue, red." in said


def test_which_pictures_are_looked_at(complete, toy, tmp_path):
    whole = datasets.read(toy)
    assert runs.evaluation.chosen_split(complete, whole, None)[0] == "test"
    rest = whole[[item.split != "test" for item in whole]]
    assert runs.evaluation.chosen_split(complete, rest, None)[0] == "val"
    undivided = datasets.read(labelled(tmp_path / "flat", {"": 6}))
    split, chosen = runs.evaluation.chosen_split(complete, undivided, None)
    assert (split, len(chosen)) == ("", 6)
    with pytest.raises(runs.RunError, match="split must be one of test, train, val"):
        runs.evaluation.chosen_split(complete, whole, "tset")
    with pytest.raises(runs.RunError, match="no picture"):
        runs.evaluation.chosen_split(complete, undivided[:0], None)


def test_an_undivided_folder_is_evaluated_on_what_was_put_aside(tmp_path):
    undivided = datasets.read(labelled(tmp_path / "flat", {"": 10}))
    train, val, how = runs.data.divided(undivided, seed=1)
    assert (len(train), len(val), how) == (8, 2, "each")
    names = [item.name for item in val]
    again = runs.data.held_out(undivided, names)
    assert [item.name for item in again.split("val")] == names
    assert len(again.split("train")) == 8
    assert runs.data.held_out(undivided, ["elsewhere.png"]) is undivided
    assert runs.data.held_out(undivided, []) is undivided


def test_pictures_of_the_same_names_are_not_those_that_were_put_aside(tmp_path):
    flat = datasets.read(labelled(tmp_path / "flat", {"": 10}))
    settings, _, val = runs.settings.decided("ssd", flat, {"seed": 1})
    about, names = settings["data"], [item.name for item in val]

    def put_aside(pictures):
        return [item.name for item in runs.data.as_trained(pictures, about).split("val")]

    assert put_aside(flat) == names
    assert put_aside(datasets.read(labelled(tmp_path / "moved", {"": 10}))) == names
    others = datasets.read(labelled(tmp_path / "others", {"": 10}, seed=5))
    assert runs.data.as_trained(others, about) is others
    for spoilt in (None, [], "x"):
        assert runs.data.as_trained(flat, spoilt) is flat
    labels = tmp_path / "flat" / names[0].replace("png", "txt")
    labels.write_text("red 1 2 13 14\n")  # corrected since
    assert put_aside(datasets.read(tmp_path / "flat")) == names


def test_a_damaged_or_missing_model_is_told(complete, tmp_path, capsys):
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(runs.RunError, match="is no training"):
        runs.Run(folder)
    for name in ("settings.json", "classes.txt"):
        (folder / name).write_bytes((complete.folder / name).read_bytes())
    with pytest.raises(runs.RunError, match=r"no model in .* yet"):
        runs.Run(folder).model()
    assert runs.Run(folder).metrics() == []
    (folder / "model.keras").write_bytes((complete.folder / "model.keras").read_bytes()[:5000])
    with pytest.raises(runs.RunError, match=r"model\.keras cannot be loaded"):
        runs.Run(folder).model()
    (folder / "model.keras").write_bytes((complete.folder / "model.keras").read_bytes())
    (folder / "settings.json").write_text('{"classes": ["red", "blue"]}')
    with pytest.raises(runs.RunError, match=r"settings\.json are not those of .*: blue, red\."):
        runs.Run(folder).model()
    for words in (b"epoch,loss\n1,abc\n", b"epoch\n1,2\n", b"\xff\xfe"):
        (folder / "metrics.csv").write_bytes(words)
        with pytest.raises(runs.RunError, match=r"metrics\.csv is damaged .* --resume"):
            runs.Run(folder).metrics()
    (folder / "settings.json").write_text('{"classes": 3')
    assert cli.main(["evaluate", str(folder), "--data", str(tmp_path)]) == 1
    assert "settings.json is damaged" in capsys.readouterr().err


def test_numbers_that_cannot_be_had_are_none_and_a_dash(complete):
    rows = complete.metrics()
    assert all(isinstance(row["epoch"], int) for row in rows)
    assert runs.run._number("") is None
    assert runs.run._number("3") == 3
    assert runs.run._number("1e-05") == 1e-5
    table = {"mAP50": None, "mAP": 0.25, "per_class": {}, "by_size": {"small": None}}
    table |= {"pictures": 1, "split": "", "frames_per_second": 9.5}
    said = runs.as_text(table)
    assert "pictures: 1, split: all" in said
    assert "  -    0.250" in said
    assert "9.5 frames per second" in said


def test_precision_of_nothing_to_find_is_none(complete):
    frame = np.zeros((48, 64, 3), np.uint8)
    found = runs.evaluation.precision(complete.model(), [frame], [Truth([])], ("blue", "red"))
    assert found == (None, None)
