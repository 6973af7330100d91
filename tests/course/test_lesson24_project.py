"""The folder of lesson 24: written with its faults, brought to one size, filmed, handed on."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from vidlearn import boxes, datasets
from vidlearn.boxes import Detections, Tracks, Truth
from vidlearn.course.exercises.lesson24 import (
    CLASSES,
    as_project,
    followed,
    found_in,
    killed_after,
    new_pictures,
    project_film,
    run_command,
    score,
    score_curve,
    write_pictures,
)
from vidlearn.metrics import detection_errors

pytestmark = pytest.mark.filterwarnings("ignore::vidlearn.datasets.DatasetWarning")
COUNTS = {"train": 9, "val": 4, "test": 3}


@pytest.fixture
def folder(tmp_path):
    return write_pictures(tmp_path / "data", COUNTS, (48, 64))


def test_the_folder_has_the_form_of_the_project(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["test", "train", "val"]
    for part, count in COUNTS.items():
        pictures = sorted((folder / part).glob("*.jpg"))
        assert len(pictures) == count + (part == "val")  # one is there twice
        for picture in pictures:
            for line in picture.with_suffix(".txt").read_text().splitlines():
                name, *numbers = line.split()
                assert name.lower() in CLASSES
                assert len([float(x) for x in numbers]) == 4


def test_check_finds_the_planted_faults_and_mending_is_enough(folder):
    report = datasets.check(folder)
    kinds = [fault.kind for fault in report.of("error")]
    assert sorted(kinds) == ["inverted", "outside", "same-picture-across"]
    assert [fault.kind for fault in report.of("warning")] == ["similar-classes"]
    datasets.repair(folder, ["fix-inverted", "clip"])
    for label in folder.glob("train/*.txt"):
        label.write_text(label.read_text().lower())
    for copy in folder.glob("val/holiday.*"):
        copy.unlink()
    report = datasets.check(folder)
    assert report.ok
    assert tuple(report.classes) == CLASSES


def test_the_same_call_writes_the_same_bytes(folder, tmp_path):
    again = write_pictures(tmp_path / "again", COUNTS, (48, 64))
    for path in folder.rglob("*.*"):
        assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes()


def longer_sides(pictures):
    return np.concatenate(
        [(item.truth.boxes[:, 2:] - item.truth.boxes[:, :2]).max(axis=1) for item in pictures]
    )


def test_training_lacks_what_is_far_until_new_pictures_come(folder):
    pictures = datasets.read(folder, skip=True)
    before = longer_sides(pictures.split("train")).min()
    assert longer_sides(pictures.split("val")).min() < 0.7 * before
    added = new_pictures(folder / "train", 3, (48, 64))
    assert len(added) == 3
    pictures = datasets.read(folder, skip=True)
    assert len(pictures.split("train")) == COUNTS["train"] + 3
    assert longer_sides(pictures.split("train")).min() < 0.7 * before


def test_a_project_is_made_to_fit_with_its_boxes(folder, tmp_path):
    pictures = datasets.read(folder, skip=True)
    made = as_project(pictures, tmp_path / "small", (24, 48))
    assert {item.size for item in made} == {(24, 32)}
    assert made.counts() == pictures.counts()
    assert set(made.splits) == {"train", "val", "test"}
    before, after = (sorted(item.truth.boxes.sum() for item in s) for s in (pictures, made))
    np.testing.assert_allclose(after, np.array(before) / 2, atol=0.05)


def test_an_undivided_folder_is_divided_by_film(folder, tmp_path):
    """Names of two films: one trains, the other validates."""
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted((folder / "test").glob("*.*")) * 2):
        name = f"film{number // 6}_{number % 6 // 2}"
        (flat / f"{name}{path.suffix}").write_bytes(path.read_bytes())
    made = as_project(datasets.read(flat), tmp_path / "project", (48, 64))
    sides = {part: {item.name[:5] for item in made.split(part)} for part in made.splits}
    assert sorted(map(sorted, sides.values())) == [["film0"], ["film1"]]


def test_any_form_of_labels_and_names_with_spaces(folder, tmp_path):
    """Pictures of one name in two folders, a class of two words, YOLO's numbers."""
    pictures = datasets.read(folder, skip=True)
    named = datasets.DetectionSet(("red coin", "cup", "flower", "Cup", "Flower"), pictures.items)
    datasets.write(named, tmp_path / "yolo", form="yolo")
    read = datasets.read(tmp_path / "yolo")
    made = as_project(read, tmp_path / "project", (48, 64))
    assert made.counts()["red coin"] == read.counts()["red coin"] > 0
    again = as_project(datasets.read(tmp_path / "yolo"), tmp_path / "twice", (48, 64))
    assert len(again) == len(made)


class Seer:
    """A detector that finds a box where it is told."""

    classes = CLASSES

    def __init__(self, box):
        self.box, self.batches = box, []

    def predict(self, frames, *, threshold, batch_size):
        self.batches.append(len(frames))
        return [Detections([self.box], [0.9], [1])] * len(frames)


def test_score_fills_batches_up_and_keeps_order(folder):
    pictures = datasets.read(folder / "test")
    item = pictures[1]
    seer = Seer(item.truth.boxes[0])
    found, truths, ap50 = score(seer, pictures)
    assert (len(found), len(truths), seer.batches) == (3, 3, [16])
    assert truths[1] is item.truth
    assert 0 <= ap50 <= 1


def test_films_are_drawn_frame_by_frame(tmp_path):
    from vidlearn import video

    scene = project_film(tmp_path / "film.mp4", frames=4, size=(48, 64))
    assert video.probe(tmp_path / "film.mp4").frames == 4
    assert scene.names
    drawn = found_in(scene.frames, Seer([8, 8, 24, 24]), CLASSES, 0.4)
    assert drawn.shape == (4, 192, 256, 3)
    tracks = Tracks([1, 1, 2], [4, 5, 4], [[4, 4, 20, 20], [30, 9, 50, 30], [9, 4, 25, 20]])
    seen = followed(scene.frames, tracks, ["coin"])
    assert seen.shape == scene.frames.shape
    assert (seen[0] == scene.frames[0]).all()
    assert (seen[1] != scene.frames[1]).any()
    assert (seen[3] != scene.frames[3]).any()  # the trail stays


def test_the_film_holds_things_farther_off_than_the_training():
    scene = project_film(frames=3)
    sides = (scene.full_boxes[0][:, 2:] - scene.full_boxes[0][:, :2]).max(axis=1)
    assert np.median(sides) / 192 < 0.3
    assert len(sides) == 5
    assert boxes.area(scene.full_boxes[0]).min() > 0


def test_the_curve_has_its_line():
    found = [Detections([[0, 0, 9, 9], [20, 20, 29, 29]], [0.9, 0.3], [0, 0])]
    told = detection_errors(found, [Truth([[0, 0, 9, 9]], [0])], threshold=0)
    figure = score_curve(told, 0.9)
    (panel,) = figure.axes
    precision, recall, f1, line = panel.lines
    assert precision.get_ydata().tolist() == [1, 0.5]
    assert recall.get_ydata().tolist() == [1, 1]
    np.testing.assert_allclose(f1.get_ydata(), [1, 2 / 3])
    assert line.get_xdata()[0] == 0.9
    plt.close(figure)


def test_a_command_is_run_and_its_fault_told(tmp_path):
    assert run_command(["-c", "print(3 * 14)"], tmp_path).strip() == "42"
    with pytest.raises(RuntimeError, match="no such thing"):
        run_command(["-c", "raise SystemExit('no such thing')"], tmp_path)


def test_a_process_is_killed_when_its_file_has_enough_lines(tmp_path):
    script = "import time\nfor k in range(10**6): print(k, file=open('log', 'a')); time.sleep(.02)"
    assert killed_after(["-c", script], tmp_path, tmp_path / "log", 3)
    held = (tmp_path / "log").read_text()
    assert 3 <= len(held.splitlines()) < 10**5
    assert not killed_after(["-c", "pass"], tmp_path, tmp_path / "none", 3)


# What the lesson says of the faults ------------------------------------------------------------


@pytest.fixture
def spoiled(folder):
    """One box of all turned inside out; the other faults are mended."""
    datasets.repair(folder, ["clip"])
    for label in folder.glob("train/*.txt"):
        label.write_text(label.read_text().lower())
    return folder / "train"


def trained(folder, epochs=1):
    """The loss of a small SSD after each epoch, and the network."""
    import keras

    from vidlearn import models
    from vidlearn.course.exercises.lesson24.batches import as_it_is, pictures

    keras.utils.set_random_seed(0)
    model = models.build_ssd((48, 64, 3), CLASSES, width=4, depth=1)
    model.compile()
    made = pictures(folder, list(CLASSES), (48, 64), 9, 9, as_it_is)
    return model.fit(made, epochs=epochs, verbose=0).history["loss"], model


def test_one_box_turned_inside_out_makes_the_loss_nan_for_good(spoiled):
    inverted = [fault for fault in datasets.check(spoiled.parent).of("error")
                if fault.kind == "inverted"]  # fmt: skip
    assert len(inverted) == 1
    losses, model = trained(spoiled, epochs=2)
    assert np.isnan(losses[1])
    assert any(np.isnan(weights).any() for weights in model.get_weights())
    datasets.repair(spoiled.parent, ["fix-inverted"])
    assert np.isfinite(trained(spoiled, epochs=2)[0]).all()


def test_an_unknown_class_is_the_fault_that_raises(folder):
    with pytest.raises(ValueError, match="is not in list"):
        trained(folder / "train")


@pytest.mark.parametrize("told", [True, False])
def test_a_layer_moves_boxes_where_it_is_told_their_form(told):
    import keras

    form = {"bounding_box_format": "xyxy"} if told else {}
    layer = keras.layers.RandomFlip("horizontal", seed=3, **form)
    frame = np.zeros((1, 40, 60, 3), np.float32)
    frame[:, :, :20] = 1
    boxed = {"boxes": np.float32([[[5, 2, 20, 30]]]), "labels": np.array([[1]])}
    for _ in range(20):  # it flips every other time or so
        if not told:
            flipped = keras.ops.convert_to_numpy(layer(frame, training=True))
        else:
            made = layer({"images": frame, "bounding_boxes": boxed}, training=True)
            flipped = keras.ops.convert_to_numpy(made["images"])
        if flipped[0, 0, 0, 0] == 0:
            break
    assert flipped[0, 0, -1, 0] == 1
    if told:
        moved = keras.ops.convert_to_numpy(made["bounding_boxes"]["boxes"])
        np.testing.assert_allclose(moved[0, 0], [40, 2, 55, 30], atol=1e-4)


def test_a_picture_without_a_label_file_is_one_without_things(folder, tmp_path):
    pictures = datasets.read(folder / "test")
    datasets.write(pictures, tmp_path / "voc", form="voc")
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in (path for path in (tmp_path / "voc").rglob("*.*") if path.suffix != ".txt"):
        (flat / path.name).write_bytes(path.read_bytes())
    without = min(flat.glob("*.xml"))
    without.unlink()
    read = datasets.read(flat)
    assert sorted(len(item.truth) == 0 for item in read) == [False, False, True]
    without.with_suffix(".txt").write_text("")
    with pytest.raises(ValueError, match="several forms"):
        datasets.read(flat)
