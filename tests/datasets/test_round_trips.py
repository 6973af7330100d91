"""What is written in one form and read again, through all five."""

import dataclasses
import itertools
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets.labelled import by_name, picture, same, toy
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DatasetError, DetectionSet, LabelledPicture

FORMS = ("txt", "voc", "csv", "coco", "yolo")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("origin", [0, 1])
def test_a_set_comes_back_from_each_form(tmp_path, form, origin):
    before = toy(tmp_path)
    datasets.write(before, tmp_path / "new", form=form, origin=origin)
    after = datasets.read(tmp_path / "new", origin=origin)
    assert after.form == form
    same(before, after)
    for key, item in by_name(after).items():
        other = by_name(before)[key]
        if form in ("voc", "coco"):
            assert item.truth.difficult.tolist() == other.truth.difficult.tolist()
        if form == "voc":
            assert item.truncated.tolist() == other.truncated.tolist()


@pytest.mark.parametrize("chain", [*itertools.permutations(FORMS, 2)], ids="-".join)
def test_a_set_survives_every_pair_of_forms(tmp_path, chain):
    before, here = toy(tmp_path), tmp_path / "toy"
    datasets.write(before, here / ".." / "start", form=chain[0])
    datasets.convert(tmp_path / "start", tmp_path / "end", to=chain[1])
    same(before, datasets.read(tmp_path / "end"))


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_may_be_named_by_a_detour(tmp_path, form, monkeypatch):
    before = toy(tmp_path)
    datasets.write(before, tmp_path / "new", form=form)
    same(before, datasets.read(tmp_path / "toy" / ".." / "new"))
    monkeypatch.chdir(tmp_path / "toy")
    same(before, datasets.read("../new"))
    monkeypatch.chdir(tmp_path / "new")
    same(before, datasets.read("."))
    (tmp_path / "link").symlink_to(tmp_path / "new", target_is_directory=True)
    same(before, datasets.read(tmp_path / "link"))
    assert datasets.check("../link/../new", pictures=False).ok


def test_numbers_of_coco_survive(tmp_path):
    item = LabelledPicture(
        picture(tmp_path / "x.png", 0),
        (60, 80),
        Truth([[0.1, 0.2, 7.3, 8], [1, 2, 3, 5]], [1, 0], crowd=[0, 1], areas=[12.5, 3]),
        id=77,
        box_ids=(9, 4),
    )
    before = DetectionSet(("cat", "dog"), [item], category_ids=(3, 90))
    datasets.write(before, tmp_path / "new", form="coco")
    after = datasets.read(tmp_path / "new")
    assert after.category_ids == (3, 90)
    assert (after[0].id, after[0].box_ids) == (77, (9, 4))
    assert after[0].truth.areas.tolist() == [12.5, 3]
    assert after[0].truth.crowd.tolist() == [False, True]
    told = json.loads((tmp_path / "new" / "annotations" / "instances.json").read_text())
    assert told["annotations"][0]["bbox"] == [0.1, 0.2, 7.2, 7.8]


def test_written_coco_is_read_by_pycocotools(tmp_path, capsys):
    coco = pytest.importorskip("pycocotools.coco")
    before = toy(tmp_path)
    datasets.write(before, tmp_path / "new", form="coco")
    reader = coco.COCO(tmp_path / "new" / "annotations" / "instances_train.json")
    assert [c["name"] for c in reader.loadCats(reader.getCatIds())] == list(before.classes)
    first = reader.loadAnns(reader.getAnnIds(imgIds=[1]))
    assert [a["bbox"] for a in first] == [[0, 0, 80, 60], [1.5, 2.25, 28.6, 38.45]]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)
CLASS = st.lists(NAMES, min_size=1, max_size=3).map(" ".join)
STEM = st.text("abÄ ß1.-_'&;#", min_size=1, max_size=8).map(lambda s: f"p{s}q")
SIDE = st.integers(8, 90)
PART = st.integers(0, 10**6).map(lambda n: n / 10**6)
SPLIT = st.sampled_from(["", "train", "val", "test"])


@st.composite
def sets(draw):
    """Draw (classes, [(split, name, size, boxes, labels)])."""
    classes = draw(st.lists(CLASS, min_size=1, max_size=4, unique=True))
    unsplit = draw(st.booleans())
    rows = {}
    for _ in range(draw(st.integers(1, 4))):
        split = "" if unsplit else draw(SPLIT.filter(bool))
        stem = draw(st.sampled_from(["", "deep/er/"])) + draw(STEM)
        height, width = draw(SIDE), draw(SIDE)
        boxes, labels = [], []
        for _ in range(draw(st.integers(0, 3))):
            x, y = round(draw(PART) * (width - 3), 6), round(draw(PART) * (height - 4), 6)
            w, h = 2 + draw(PART) * (width - x - 2.5), 3 + draw(PART) * (height - y - 3.5)
            boxes.append([x, y, round(x + w, 4), round(y + h, 4)])
            labels.append(draw(st.integers(0, len(classes) - 1)))
        rows[split, stem.casefold()] = split, stem + ".PNG", (height, width), boxes, labels
    return tuple(classes), list(rows.values())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sets(), st.permutations(FORMS))
def test_any_set_survives_all_forms(drawn, order):
    classes, rows = drawn
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        items = []
        for k, (split, name, size, boxes, labels) in enumerate(rows):
            path = picture(folder / "start" / split / name, k, size)
            items.append(LabelledPicture(path, size, Truth(boxes, labels), split, name))
        before = now = DetectionSet(classes, items)
        for form in order:
            datasets.write(now, folder / form, form=form)
            now = datasets.read(folder / form)
        same(before, now)


def test_one_name_in_two_splits_and_folders(tmp_path):
    rows = [("train", "a.png"), ("val", "a.png"), ("val", "b/a.png")]
    items = [
        LabelledPicture(picture(tmp_path / s / n, k), (60, 80), Truth([[k, 1, 20, 9]]), s, n)
        for k, (s, n) in enumerate(rows)
    ]
    for form in FORMS:
        datasets.write(DetectionSet(("x",), items), tmp_path / form, form=form)
        same(DetectionSet(("x",), items), datasets.read(tmp_path / form))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ("a\nb", "c", "d")}, "a class must have a name"),
        ({"classes": ("a", "a", "b")}, "classes must differ"),
        ({"name": "../x.jpg"}, "name must be a path within the set"),
        ({"name": "/x.jpg"}, "name must be a path within the set"),
        ({"split": "fold1"}, "split must be one of test, train, trainval, val"),
        ({"name": "night/b.jpg"}, "the form txt cannot tell .*1.JPG from .*b.png"),
    ],
)
def test_write_rejects_what_a_form_cannot_hold(tmp_path, change, message):
    before = toy(tmp_path)
    classes = change.pop("classes", before.classes)
    first = dataclasses.replace(before[0], **change)
    after = DetectionSet(classes, [first, *before.items[1:]])
    with pytest.raises(DatasetError, match=message):
        datasets.write(after, tmp_path / "new", form="txt")
    assert not (tmp_path / "new").exists()


def test_results_by_hand_and_back(tmp_path):
    coco = pytest.importorskip("pycocotools.coco")
    from vidlearn.boxes import Detections

    before = toy(tmp_path).split("train")
    datasets.write(before, tmp_path / "new", form="coco")
    found = [Detections([[1, 2, 4, 8.5], [0, 0, 9, 9]], [0.25, 1], [2, 0]), Detections([], [])]
    path = tmp_path / "found.json"
    datasets.write_results(found, before, path)
    assert json.loads(path.read_text())[0] == {
        "image_id": 1,
        "category_id": 3,
        "bbox": [1, 2, 3, 6.5],
        "score": 0.25,
    }
    again = datasets.read_results(path, before)
    assert [len(one) for one in again] == [2, 0]
    np.testing.assert_array_equal(again[0].boxes, found[0].boxes)
    assert again[0].labels.tolist() == [2, 0]
    reader = coco.COCO(tmp_path / "new" / "annotations" / "instances_train.json")
    assert len(reader.loadRes(str(path)).getAnnIds()) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("{", "is not JSON"),
        ("{}", "must hold a list of results. Received: dict"),
        ('[{"image_id": 5}]', "result 0: not of these pictures"),
        ('[{"image_id": 1, "category_id": 9, "bbox": [1,2,3,4], "score": 1}]', "KeyError: 9"),
        ('[{"image_id": 1, "category_id": 1, "bbox": [1,2,3,NaN], "score": 1}]', "finite"),
        ('[{"image_id": 1, "category_id": 1, "bbox": [1,2,3], "score": 1}]', "ValueError"),
    ],
)
def test_read_results_rejects(tmp_path, words, message):
    (tmp_path / "found.json").write_text(words)
    with pytest.raises(DatasetError, match=message):
        datasets.read_results(tmp_path / "found.json", toy(tmp_path))


def test_write_results_rejects(tmp_path):
    from vidlearn.boxes import Detections

    before = toy(tmp_path)
    with pytest.raises(DatasetError, match="detections must be 4, one for each picture"):
        datasets.write_results([], before, tmp_path / "x.json")
    found = [Detections([[0, 0, 1, 1]], [1], [3])] * 4
    with pytest.raises(DatasetError, match="labels must be 0 to 2"):
        datasets.write_results(found, before, tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()
