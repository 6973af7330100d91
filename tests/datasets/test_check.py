"""Every fault, found by file and line."""

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from tests.datasets.labelled import picture, put, told
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DetectionSet, LabelledPicture
from vidlearn.datasets.faults import SEVERITY
from vidlearn.messages import text


@pytest.fixture
def every(tmp_path):
    """A folder in the article's form that holds every fault which that form can hold."""
    train, val = tmp_path / "train", tmp_path / "val"
    put(tmp_path / "classes.txt", "cat\ndog\nowl\n")
    picture(train / "boxes.png", 0)
    rows = [
        "cat 1 2 3",  # 1: too few
        "cat 1 two 3 4",  # 2: a word
        "cat 1 2 nan 4",  # 3
        "cat 1 2 3 1e999",  # 4
        "mouse 1 2 30 40",  # 5: unknown
        "7 1 2 30 40",  # 6: unknown by number
        "cat 30 2 10 40",  # 7: inverted
        "cat 10 2 10 40",  # 8: without area
        "cat 60 2 91 40",  # 9: outside
        "cat -5 2 10 40",  # 10: negative
        "cat 0.1 0.2 0.3 0.4",  # 11: fractions
        "cat 5 6 70 50",  # 12
        "cat 5 6 70 50",  # 13: again
        "cat 5 6 80.5 50",  # 14: half a pixel
        "cat 0.9 5 6 70 50",  # 15: a score
        "dog 1 1 9 9",
    ]
    put(train / "boxes.txt", "\n".join(rows) + "\n")
    put(train / "alone.txt", "cat 1 2 3 4\n")
    picture(train / "bare.png", 1)
    put(train / "broken.jpg", b"no picture")
    put(train / "broken.txt", "cat 1 2 3 4\n")
    whole = picture(tmp_path / "whole.jpg", 2, (200, 300))
    put(train / "cut.jpg", whole.read_bytes()[:-900])
    whole.unlink()
    put(train / "cut.txt", "cat 1 2 3 4\n")
    picture(train / "same.jpg", 3)
    put(train / "same.txt", "cat 1 2 3 4\n")
    put(val / "copy.jpg", (train / "same.jpg").read_bytes())
    put(val / "copy.txt", "cat 1 2 3 4\n")
    Image.open(train / "same.jpg").save(val / "pixels.png")
    put(val / "pixels.txt", "cat 1 2 3 4\n")
    picture(train / "near.jpg", 4, (90, 120))
    put(train / "near.txt", "cat 1 2 3 4\n")
    picture(val / "near2.jpg", 4, (60, 80), quality=40)
    put(val / "near2.txt", "cat 1 2 3 4\n")
    exif = Image.Exif()
    exif[0x0112] = 8
    picture(train / "turned.jpg", 5, exif=exif)
    put(train / "turned.txt", "cat 1 2 3 4\n")
    picture(train / "latin.png", 6)
    put(train / "latin.txt", "cat 1 2 3 4\nk\xe4t 1 2 3 5\n", "latin-1")
    picture(train / "windows.png", 7)
    put(train / "windows.txt", b"\xef\xbb\xbfcat 1 2 3 4\r\ncat 1 2 3 5\r\n")
    picture(train / "two.png", 8)
    picture(train / "two.jpg", 9)
    put(train / "two.txt", "cat 1 2 3 4\n")
    return tmp_path


FOUND = {
    ("field-count", "train/boxes.txt", 1),
    ("not-a-number", "train/boxes.txt", 2),
    ("not-finite", "train/boxes.txt", 3),
    ("not-finite", "train/boxes.txt", 4),
    ("unknown-class", "train/boxes.txt", 5),
    ("unknown-class", "train/boxes.txt", 6),
    ("inverted", "train/boxes.txt", 7),
    ("zero-size", "train/boxes.txt", 8),
    ("outside", "train/boxes.txt", 9),
    ("negative", "train/boxes.txt", 10),
    ("fractions", "train/boxes.txt", 11),
    ("duplicate-box", "train/boxes.txt", 13),
    ("slightly-outside", "train/boxes.txt", 14),
    ("field-count", "train/boxes.txt", 15),
    ("label-without-picture", "train/alone.txt", None),
    ("picture-without-label", "train/bare.png", None),
    ("unreadable-picture", "train/broken.jpg", None),
    ("truncated-picture", "train/cut.jpg", None),
    ("same-picture-across", "val/copy.jpg", None),
    ("same-picture-across", "val/pixels.png", None),
    ("near-duplicate-across", "val/near2.jpg", None),
    ("exif", "train/turned.jpg", None),
    ("not-utf8", "train/latin.txt", 2),
    ("unknown-class", "train/latin.txt", 2),
    ("bom", "train/windows.txt", 1),
    ("crlf", "train/windows.txt", 1),
    ("two-pictures", "train/two.jpg", None),
    ("class-imbalance", ".", None),
    ("unused-class", ".", None),
}


def test_every_fault_is_found_by_file_and_line(every):
    report = datasets.check(every)
    assert set(told(report)) == FOUND
    assert len(report.faults) == len(FOUND)
    assert not report.ok
    assert report.pictures == 13
    severities = [one.severity for one in report.faults]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


def test_every_fault_says_what_it_found(every):
    said = {(one.file, one.line): one.text for one in datasets.check(every).faults}
    assert "'two' is not a number" in said["train/boxes.txt", 2]
    assert "pixels of 80 x 60 are meant" in said["train/boxes.txt", 11]
    assert said["train/boxes.txt", 13] == "says the same as line 12"
    assert "same picture as train/same.jpg (the same bytes)" in said["val/copy.jpg", None]
    assert "same picture as train/same.jpg (the same pixels)" in said["val/pixels.png", None]
    assert "class 'mouse' is not in classes.txt" in said["train/boxes.txt", 5]


def test_a_check_changes_nothing(every):
    def tree():
        return {
            path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
            for path in sorted(every.rglob("*"))
        }

    before = tree()
    datasets.check(every)
    assert tree() == before


def test_a_report_groups_counts_and_is_cut(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "cat 5 5 4 9\n" * 42)
    report = datasets.check(tmp_path)
    said = report.as_text()
    assert "✗ error: boxes turned inside out [inverted] (42)" in said
    assert said.count("ends before it begins") == 5
    assert "and 37 more (--all shows them)" in said
    assert report.as_text(None).count("ends before it begins") == 42
    assert said.endswith("42 errors, 41 warnings, 1 note.")
    assert json.loads(report.as_json())["faults"][0]["line"] == 1


def test_a_report_on_names_that_are_not_utf8_can_be_printed(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "k\xe4t 1 2 30 40\n", "latin-1")
    report = datasets.check(tmp_path)
    for words in (str(report), report.as_json()):
        assert r"k\udce4t" in words.replace("\\\\", "\\")
        assert words.encode()


def test_every_kind_has_its_words():
    assert text("fault_titles").keys() == SEVERITY.keys() == text("fault_texts").keys()


def test_a_sound_folder_has_no_fault(tmp_path):
    for seed in range(3):
        picture(tmp_path / f"{seed}.png", seed)
        put(tmp_path / f"{seed}.txt", "cat 1 2 30 40\n")
    report = datasets.check(tmp_path)
    assert (report.faults, report.ok, report.boxes) == ([], True, 3)
    assert "No fault found." in str(report)


def test_a_folder_without_anything(tmp_path):
    assert told(datasets.check(tmp_path)) == [("folder", ".", None)]
    assert told(datasets.check(tmp_path / "none")) == [("folder", ".", None)]


def test_check_rejects_an_unknown_form(tmp_path):
    with pytest.raises(datasets.DatasetError, match="form must be one of txt, voc, csv, coco"):
        datasets.check(tmp_path, form="pascal")


VOC = """<annotation>
<filename>other.jpg</filename>
<size>
<width>81</width><height>60</height></size>
<object>
<name>cat</name>
<bndbox>
<xmin>{}</xmin>
<ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>
</object></annotation>"""


@pytest.mark.parametrize(
    ("xmin", "found"),
    [
        ("1", []),
        ("0", [("counted-from-0", 7)]),
        ("x", [("not-a-number", 8)]),
        ("31", [("zero-size", 7)]),
        ("32", [("inverted", 7)]),
        ("30", []),  # one pixel wide
        ("</xmin><xmin>", [("not-a-number", 8)]),
    ],
)
def test_faults_of_voc(tmp_path, xmin, found):
    picture(tmp_path / "JPEGImages" / "a.jpg", 0)
    put(tmp_path / "Annotations" / "a.xml", VOC.format(xmin))
    report = told(datasets.check(tmp_path))
    mine = [(k, n) for k, f, n in report if f == "Annotations/a.xml"]
    assert mine == [*found, ("wrong-size", 4), ("other-name", 2)]


def test_faults_of_voc_around_the_boxes(tmp_path):
    voc = VOC.format(1).replace("81", "80").replace("other.jpg", "{}.jpg")
    for k, name in enumerate("ab"):
        picture(tmp_path / "JPEGImages" / f"{name}.jpg", k)
        put(tmp_path / "Annotations" / f"{name}.xml", voc.format(name))
    put(tmp_path / "Annotations" / "gone.xml", voc.format("gone"))
    put(tmp_path / "Annotations" / "ill.xml", "<annotation>\n<object></annotation>")
    put(tmp_path / "Annotations" / "short.xml", "<annotation>\n")
    bomb = '<!DOCTYPE a [\n<!ENTITY x "y">\n]><annotation>&x;</annotation>'
    put(tmp_path / "Annotations" / "bomb.xml", bomb)
    put(tmp_path / "ImageSets" / "Main" / "train.txt", "a\nb\nnone\n")
    put(tmp_path / "ImageSets" / "Main" / "val.txt", "\nb\n")
    report = datasets.check(tmp_path)
    errors = {(one.kind, one.file, one.line) for one in report.of("error")}
    assert errors == {
        ("bad-file", "Annotations/ill.xml", 2),
        ("bad-file", "Annotations/short.xml", 2),
        ("entity", "Annotations/bomb.xml", 2),
        ("missing-picture", "ImageSets/Main/train.txt", 3),
        ("label-without-picture", "Annotations/gone.xml", None),
        ("listed-twice", "ImageSets/Main/val.txt", 2),
    }


def test_a_million_laughs_are_refused(tmp_path):
    rows = "\n".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{rows}]><annotation>&l9;</annotation>'
    put(tmp_path / "Annotations" / "a.xml", bomb)
    assert ("entity", "Annotations/a.xml", 1) in told(datasets.check(tmp_path))


def test_a_size_before_turning_is_an_error(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(tmp_path / "a.jpg", 0, exif=exif)
    put(tmp_path / "a.xml", VOC.format(1).replace("81", "80").replace("other", "a"))
    assert told(datasets.check(tmp_path))[0] == ("turned", "a.jpg", None)


def test_faults_of_csv(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    picture(tmp_path / "left.jpg", 1)
    rows = [
        "filename,width,height,class,xmin,ymin,xmax,ymax",
        "a.jpg,80,60,cat,1,2,30",
        "none.jpg,80,60,cat,1,2,30,40",
        '"a.jpg",80,60,"two',
        'lines",1,2,30,x',
        "a.jpg,80,60,,1,2,30,40",
        "a.jpg,80,60,cat,30,30,30,30",
        "a.jpg,81,60,cat,1,2,30,inf",
    ]
    put(tmp_path / "labels.csv", "\n".join(rows))
    assert set(told(datasets.check(tmp_path))) == {
        ("field-count", "labels.csv", 2),
        ("missing-picture", "labels.csv", 3),
        ("not-a-number", "labels.csv", 4),
        ("field-count", "labels.csv", 6),
        ("zero-size", "labels.csv", 7),
        ("not-finite", "labels.csv", 8),
        ("wrong-size", "labels.csv", 8),
        ("picture-not-listed", "left.jpg", None),
    } | {("unused-class", ".", None)}


@pytest.mark.parametrize("form", ["csv", "coco"])
def test_one_file_in_train_and_val_is_an_error(tmp_path, form):
    """It has the same bytes as itself, so no comparison of pictures would tell."""
    item = LabelledPicture(
        picture(tmp_path / "a.png", 0), (60, 80), Truth([[1, 2, 30, 40]]), "train"
    )
    datasets.write(DetectionSet(("cat",), [item]), tmp_path / "set", form=form)
    (train,) = (tmp_path / "set").rglob("*train.*")
    val = put(train.with_name(train.name.replace("train", "val")), train.read_bytes())
    if form == "coco":
        (tmp_path / "set" / "images" / "train" / "a.png").rename(tmp_path / "set" / "a.png")
    (one,) = datasets.check(tmp_path / "set").faults
    assert (one.kind, one.line) == ("listed-twice", 2 + (form == "coco"))
    assert one.file.endswith(val.name)
    assert f"{train.name}:{one.line}" in one.text


COCO = """{"images": [
{"id": 1, "file_name": "a.jpg", "width": 80, "height": 60},
{"id": 2, "file_name": "none.jpg"},
{"id": 1, "file_name": "a.jpg"}
], "annotations": [
{"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 2, 30]},
{"id": 2, "image_id": 1, "category_id": 5, "bbox": [1, 2, "30", 4]},
{"id": 3, "image_id": 1, "category_id": 5, "bbox": [1, 2, NaN, 4]},
{"id": 4, "image_id": 1, "category_id": 6, "bbox": [1, 2, 3, 4]},
{"id": 5, "image_id": 9, "category_id": 5, "bbox": [1, 2, 3, 4]},
{"id": 5, "image_id": 1, "category_id": 5, "bbox": [1, 2, -3, 4]},
{"id": 6, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 0]},
{"id": 7, "image_id": 1, "category_id": [], "bbox": [70, 2, 30, 9]}
], "categories": [{"id": 5, "name": "cat"}]}"""


def test_faults_of_coco(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    put(tmp_path / "x.json", COCO)
    assert set(told(datasets.check(tmp_path))) == {
        ("missing-picture", "x.json", 3),
        ("listed-twice", "x.json", 4),
        ("field-count", "x.json", 6),
        ("not-a-number", "x.json", 7),
        ("not-finite", "x.json", 8),
        ("unknown-class", "x.json", 9),
        ("label-without-picture", "x.json", 10),
        ("listed-twice", "x.json", 11),
        ("inverted", "x.json", 11),
        ("zero-size", "x.json", 12),
        ("unknown-class", "x.json", 13),
        ("outside", "x.json", 13),
        ("unused-class", ".", None),
    }


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ('{"images": [],\n"annotations": [],\n', 3),
        ('{"images": [], "annotations": {}, "categories": []}', 1),
        ('{"images": [\n7], "annotations": [], "categories": []}', 2),
        ('{"images": [], "annotations": [], "categories":\n[{"id": 1}]}', 2),
        ('{"images": ' + "[" * 100_000 + '"annotations"', None),
        ('{"images" "annotations"', 1),
        ('{"images": [], "annotations": [], 7: 8}', 1),
    ],
    ids=range(7),
)
def test_damaged_json_is_one_fault(tmp_path, words, line):
    put(tmp_path / "x.json", words)
    assert ("bad-file", "x.json", line) in told(datasets.check(tmp_path))


def test_faults_of_yolo(tmp_path):
    picture(tmp_path / "images" / "a.jpg", 0)
    rows = [
        "0 0.5 0.5 0.2",
        "0 0.1 0.1 0.2 0.1 0.2 0.2",
        "cat 0.5 0.5 0.2 0.2",
        "2 0.5 0.5 0.2 0.2",
        "0 40 30 20 20",
        "0 0.5 0.5 0 0.2",
        "0 0.5 0.5 -0.1 0.2",
        "1 0.9 0.5 0.4 0.2",
        "1 0.9 0.5 0.2 0.2 0.77",
    ]
    put(tmp_path / "labels" / "a.txt", "\n".join(rows))
    put(tmp_path / "labels" / "b.txt", "")
    put(tmp_path / "data.yaml", "train: images\nnc: 3\nnames: [a, b]\nval: gone\n")
    assert set(told(datasets.check(tmp_path))) == {
        ("field-count", "labels/a.txt", 1),
        ("polygon", "labels/a.txt", 2),
        ("unknown-class", "labels/a.txt", 3),
        ("unknown-class", "labels/a.txt", 4),
        ("pixels", "labels/a.txt", 5),
        ("zero-size", "labels/a.txt", 6),
        ("inverted", "labels/a.txt", 7),
        ("outside", "labels/a.txt", 8),
        ("field-count", "labels/a.txt", 9),
        ("label-without-picture", "labels/b.txt", None),
        ("bad-file", "data.yaml", 2),
        ("missing-picture", "data.yaml", 4),
        ("unused-class", ".", None),
    }


@pytest.mark.parametrize(
    "yaml",
    [
        "names: [a, a]\n",
        "names: {0: a, 2: b}\n",
        "names: &x [*x]\n",
        "names: [a\n",
        "names: 7\n",
        "names: [&a [x], *a]\n",
        "? [1]\n: 2\nnames: [a]\n",
    ],
)
def test_damaged_yaml_is_one_fault(tmp_path, yaml):
    picture(tmp_path / "images" / "a.jpg", 0)
    put(tmp_path / "data.yaml", yaml)
    assert "bad-file" in {kind for kind, *_ in told(datasets.check(tmp_path))}


def test_classes_of_nearly_one_name(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "Red cell 1 2 30 40\nred-cell 1 2 30 41\nRed cell 2 2 9 9\n")
    assert ("similar-classes", "a.txt", 2) in told(datasets.check(tmp_path))


def test_near_duplicates_within_a_split_are_a_note(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    picture(tmp_path / "b.jpg", 0, (70, 95), quality=60)
    put(tmp_path / "c.jpg", (tmp_path / "a.jpg").read_bytes())
    for name in "abc":
        put(tmp_path / f"{name}.txt", "x 1 2 3 4\n")
    assert told(datasets.check(tmp_path)) == [
        ("same-picture", "c.jpg", None),
        ("near-duplicate", "b.jpg", None),
    ]


def test_flat_pictures_are_no_near_duplicates(tmp_path):
    for k in range(3):
        Image.new("RGB", (80, 60), (k, k, k)).save(tmp_path / f"{k}.png")
        put(tmp_path / f"{k}.txt", "x 1 2 3 4\n")
    assert told(datasets.check(tmp_path)) == []


def test_all_pairs_are_seen_in_blocks(tmp_path, monkeypatch):
    duplicates = sys.modules["vidlearn.datasets.duplicates"]
    for k in range(7):
        picture(tmp_path / f"{k}.jpg", k % 4, (60, 80 + k))
        put(tmp_path / f"{k}.txt", "x 1 2 3 4\n")
    whole = told(datasets.check(tmp_path))
    assert [file for _, file, _ in whole] == ["4.jpg", "5.jpg", "6.jpg"]
    monkeypatch.setattr(duplicates, "AT_ONCE", 15)
    assert told(datasets.check(tmp_path)) == whole


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "bmp"])
def test_pictures_cut_off_anywhere_are_found(tmp_path, kind):
    whole = picture(tmp_path / f"whole.{kind}", 3, (64, 96)).read_bytes()
    (tmp_path / f"whole.{kind}").unlink()
    for part in (0.3, 0.6, 0.97):
        path = put(tmp_path / f"{part}.{kind}", whole[: int(len(whole) * part)])
        put(path.with_suffix(".txt"), "x 1 2 3 4\n")
    found = told(datasets.check(tmp_path))
    ill = {f for kind, f, _ in found if kind in ("truncated-picture", "unreadable-picture")}
    assert ill == {f"{part}.{kind}" for part in (0.3, 0.6, 0.97)}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_label_that_may_not_be_read(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "x 1 2 3 4\n").chmod(0)
    with pytest.raises(PermissionError):
        datasets.check(tmp_path)


def test_the_hash_is_the_sign_of_neighbours_by_hand():
    from vidlearn.datasets.scan import _hashed

    ramp = np.tile(np.arange(17, dtype=np.float32) * 10, (17, 1))
    (across, down), thumb = _hashed(ramp)
    assert across.bit_count() == 56  # brighter to the right; the last column wraps to the first
    assert down.bit_count() == 0
    assert thumb.mean() == pytest.approx(0, abs=1e-6)
