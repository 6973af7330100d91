"""Each form read from files written by hand."""

import json

import pytest

from tests.datasets.labelled import picture, put
from vidlearn import datasets
from vidlearn.datasets import DatasetError


def boxes(item):
    return item.truth.boxes.tolist()


def test_the_articles_form_by_hand(tmp_path):
    picture(tmp_path / "train" / "Katze 1.JPG", 0)
    put(tmp_path / "train" / "Katze 1.txt", "red cell 1 2 30 40.5\r\nkät 0 0 80 60\n\n")
    picture(tmp_path / "train" / "cam 2" / "x.png", 1, (40, 50))
    picture(tmp_path / "val" / "n.jpg", 2, (30, 20))
    put(tmp_path / "val" / "n.txt", "")
    put(tmp_path / "README.txt", "not labels")
    found = datasets.read(tmp_path)
    assert (found.form, found.classes) == ("txt", ("kät", "red cell"))
    assert [(i.split, i.name, i.size) for i in found] == [
        ("train", "Katze 1.JPG", (60, 80)),
        ("train", "cam 2/x.png", (40, 50)),
        ("val", "n.jpg", (30, 20)),
    ]
    assert boxes(found[0]) == [[1, 2, 30, 40.5], [0, 0, 80, 60]]
    assert found[0].truth.labels.tolist() == [1, 0]
    assert [len(i.truth) for i in found] == [2, 0, 0]
    assert found[1].frame().shape == (40, 50, 3)


def test_classes_are_numbers_by_hand(tmp_path):
    picture(tmp_path / "a.png", 0)
    put(tmp_path / "a.txt", "3 1 2 30 40\n0 1 2 30 41\n")
    assert datasets.read(tmp_path).classes == ("0", "1", "2", "3")
    assert datasets.read(tmp_path)[0].truth.labels.tolist() == [3, 0]
    put(tmp_path / "classes.txt", "\ufeffsky\r\nsea\r\n0\r\nland\r\n")
    found = datasets.read(tmp_path)
    assert found.classes == ("sky", "sea", "0", "land")
    assert found[0].truth.labels.tolist() == [3, 2]  # a name goes before a number


XML = """<?xml version="1.0"?>
<annotation><filename>{name}</filename>
<size><width>80</width><height>60</height><depth>3</depth></size>
<object><name>cat &amp; dog</name><truncated>1</truncated><difficult>0</difficult>
  <bndbox><ymin>2</ymin><xmin>1</xmin><ymax>60</ymax><xmax>80.5</xmax></bndbox>
  <part><name>head</name><bndbox><xmin>9</xmin></bndbox></part>
</object>
<object><bndbox><xmin>11</xmin><ymin>2</ymin><xmax>11</xmax><ymax>5</ymax></bndbox>
  <name>ant</name><difficult>1</difficult></object>
</annotation>"""


def test_voc_by_hand(tmp_path):
    """The first pixel has the number 1: x1 = xmin - 1, x2 = xmax."""
    picture(tmp_path / "JPEGImages" / "a.jpg", 0)
    picture(tmp_path / "JPEGImages" / "b.jpg", 1)
    picture(tmp_path / "SegmentationClass" / "a.png", 1)
    put(tmp_path / "Annotations" / "a.xml", XML.format(name="a.jpg"))
    put(tmp_path / "ImageSets" / "Main" / "trainval.txt", "a\nb\n")
    put(tmp_path / "ImageSets" / "Main" / "train.txt", "a\n")
    put(tmp_path / "ImageSets" / "Main" / "val.txt", "b\n")
    found = datasets.read(tmp_path)
    assert (found.form, found.classes) == ("voc", ("ant", "cat & dog"))
    assert [(i.split, i.name) for i in found] == [("train", "a.jpg"), ("val", "b.jpg")]
    assert boxes(found[0]) == [[0, 1, 80.5, 60], [10, 1, 11, 5]]
    assert found[0].truth.difficult.tolist() == [False, True]
    assert found[0].truncated.tolist() == [True, False]
    with pytest.raises(DatasetError, match=r"a\.xml:8: ant 11 2 11 5 has no area"):
        datasets.read(tmp_path, origin=0)
    deep = tmp_path.parent / (tmp_path.name + "kit")
    tmp_path.rename(deep.parent / "VOC2007")
    (deep / "VOCdevkit").mkdir(parents=True)
    (deep.parent / "VOC2007").rename(deep / "VOCdevkit" / "VOC2007")
    assert len(datasets.read(deep)) == 2


def test_voc_beside_the_pictures_by_hand(tmp_path):
    picture(tmp_path / "train" / "a.jpg", 0)
    put(tmp_path / "train" / "a.xml", XML.format(name="a.jpg"))
    item = datasets.read(tmp_path)[0]
    assert (item.split, item.name, len(item.truth)) == ("train", "a.jpg", 2)


CSV = '''filename,width,height,class,xmin,ymin,xmax,ymax
"a, b.jpg",80,60,cat,1,2,80,60
c.jpg,80,60,,,,,
"a, b.jpg",80,60,"dog ""x""",5,6,7,8
'''


def test_csv_by_hand(tmp_path):
    picture(tmp_path / "images" / "a, b.jpg", 0)
    picture(tmp_path / "images" / "c.jpg", 1)
    put(tmp_path / "train_labels.csv", "\ufeff" + CSV.replace("\n", "\r\n"))
    found = datasets.read(tmp_path)
    assert (found.form, found.classes) == ("csv", ("cat", 'dog "x"'))
    assert [(i.split, i.name, len(i.truth)) for i in found] == [
        ("train", "a, b.jpg", 2),
        ("train", "c.jpg", 0),
    ]
    assert boxes(found[0]) == [[0, 1, 80, 60], [4, 5, 7, 8]]
    assert boxes(datasets.read(tmp_path, origin=0)[0])[1] == [5, 6, 7, 8]


def test_csv_without_a_header_by_hand(tmp_path):
    """The form of keras-retinanet: edges, counted from 0."""
    picture(tmp_path / "a.jpg", 0)
    picture(tmp_path / "b.jpg", 1)
    put(tmp_path / "val.csv", "a.jpg,0,2,30,40,cat\nb.jpg,,,,,\n")
    found = datasets.read(tmp_path)
    assert [(i.split, boxes(i)) for i in found] == [("val", [[0, 2, 30, 40]]), ("val", [])]


COCO = {
    "images": [
        {"id": 7, "file_name": "night/a.jpg", "width": 80, "height": 60},
        {"id": 3, "file_name": "b.jpg", "width": 50, "height": 40},
    ],
    "annotations": [
        {"id": 9, "image_id": 7, "category_id": 18, "bbox": [0.1, 2, 0.2, 40], "area": 55.5},
        {"id": 4, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4], "iscrowd": 1, "ignore": 1},
    ],
    "categories": [{"id": 18, "name": "dog"}, {"id": 2, "name": "car", "supercategory": "x"}],
}


def test_coco_by_hand(tmp_path):
    picture(tmp_path / "train2017" / "night" / "a.jpg", 0)
    picture(tmp_path / "train2017" / "b.jpg", 1, (40, 50))
    put(tmp_path / "annotations" / "instances_train2017.json", json.dumps(COCO))
    found = datasets.read(tmp_path)
    assert (found.form, found.classes, found.category_ids) == ("coco", ("car", "dog"), (2, 18))
    assert [(i.split, i.name, i.id) for i in found] == [
        ("train", "night/a.jpg", 7),
        ("train", "b.jpg", 3),
    ]
    assert boxes(found[0]) == [[0.1, 2, 0.3, 42], [1, 2, 4, 6]]  # and not 0.30000000000000004
    assert found[0].truth.labels.tolist() == [1, 0]
    assert found[0].truth.crowd.tolist() == found[0].truth.difficult.tolist() == [False, True]
    assert found[0].box_ids == (9, 4)
    assert found[0].truth.areas is None  # one is not told


@pytest.mark.parametrize(
    "yaml",
    [
        "path: .\ntrain: images/train\nval: [images/val]\nnc: 2\nnames: [no, 'a b']\n",
        "names:\n  0: no\n  1: a b\nval: ../images/val\ntrain: train.txt\n",
    ],
)
def test_yolo_by_hand(tmp_path, yaml):
    picture(tmp_path / "images" / "train" / "a.jpg", 0)
    picture(tmp_path / "images" / "val" / "b.jpg", 1, (50, 90))
    put(tmp_path / "labels" / "train" / "a.txt", "1 0.5 0.25 0.25 0.1\n")
    put(tmp_path / "labels" / "val" / "b.txt", "")
    put(tmp_path / "train.txt", "./images/train/a.jpg\n")
    put(tmp_path / "data.yaml", yaml)
    found = datasets.read(tmp_path)
    assert (found.form, found.classes) == ("yolo", ("no", "a b"))
    assert [(i.split, i.name) for i in found] == [("train", "a.jpg"), ("val", "b.jpg")]
    assert boxes(found[0]) == [[30, 12, 50, 18]]
    assert found[0].truth.labels.tolist() == [1]


def test_yolo_beside_the_pictures_and_roboflow_by_hand(tmp_path):
    picture(tmp_path / "flat" / "a.jpg", 0)
    put(tmp_path / "flat" / "a.txt", "1 0.5 0.25 0.25 0.1\n")
    found = datasets.read(tmp_path / "flat")
    assert (found.form, found.classes, found[0].split) == ("yolo", ("0", "1"), "")
    robo = tmp_path / "robo"
    picture(robo / "valid" / "images" / "a.jpg", 0)
    put(robo / "valid" / "labels" / "a.txt", "0 0.5 0.25 0.25 0.1\n")
    put(robo / "data.yaml", "train: ../train/images\nval: ../valid/images\nnames: ['x']\n")
    with pytest.raises(DatasetError, match=r"data\.yaml:1: there is no picture \.\./train/images"):
        datasets.read(robo)
    with pytest.warns(datasets.DatasetWarning):
        found = datasets.read(robo, skip=True)
    assert [(i.split, i.name) for i in found] == [("val", "a.jpg")]


def test_read_rejects_several_forms_and_names_them(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    put(tmp_path / "a.txt", "cat 1 2 3 4\n")
    put(tmp_path / "a.xml", XML.format(name="a.jpg"))
    with pytest.raises(DatasetError, match=r"several forms: voc \(a\.xml\), txt \(a\.txt\)\. Say"):
        datasets.read(tmp_path)
    assert boxes(datasets.read(tmp_path, form="txt")[0]) == [[1, 2, 3, 4]]
    assert len(datasets.read(tmp_path, form="voc")[0].truth) == 2


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, "holds no labels of a known form"),
        ({"form": "pascal"}, "form must be one of txt, voc, csv, coco, yolo. Received: 'pascal'"),
        ({"form": "voc", "origin": 2}, "origin must be 0 or 1"),
    ],
)
def test_read_rejects(tmp_path, how, message):
    with pytest.raises(DatasetError, match=message):
        datasets.read(tmp_path, **how)
    with pytest.raises(DatasetError, match="is not there"):
        datasets.read(tmp_path / "none")
    put(tmp_path / "file", "")
    with pytest.raises(DatasetError, match="is a file"):
        datasets.read(tmp_path / "file")


def test_read_rejects_a_line_and_counts_the_others(tmp_path):
    picture(tmp_path / "a.jpg", 0)
    put(tmp_path / "a.txt", "cat 1 2 3 4\ncat 5 5 1 9\ncat a 2 3 4\n")
    with pytest.raises(DatasetError, match=r"a\.txt:3: 'a' is not a number \(1 more"):
        datasets.read(tmp_path)
    with pytest.warns(datasets.DatasetWarning, match="and 1 more"):
        found = datasets.read(tmp_path, skip=True)
    assert boxes(found[0]) == [[1, 2, 3, 4]]


def test_a_label_cannot_lead_out_of_the_folder(tmp_path):
    """A hostile file_name would otherwise be written outside of a converted set."""
    picture(tmp_path / "secret.jpg", 0)
    told = COCO | {"annotations": [], "images": [{"id": 1, "file_name": "../../secret.jpg"}]}
    put(tmp_path / "set" / "annotations" / "instances.json", json.dumps(told))
    with pytest.raises(DatasetError, match=r"there is no picture \.\./\.\./secret\.jpg"):
        datasets.read(tmp_path / "set")


def test_a_picture_turned_by_exif_has_its_shown_size(tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    picture(tmp_path / "a.jpg", 0, exif=exif)
    put(tmp_path / "a.txt", "cat 0 0 60 80\n")
    item = datasets.read(tmp_path)[0]
    assert item.size == item.frame().shape[:2] == (80, 60)


def test_linked_folders_are_followed_once(tmp_path):
    picture(tmp_path / "far" / "a.png", 0)
    put(tmp_path / "far" / "a.TXT", "cat 1 2 30 40\n")
    (tmp_path / "far" / "loop").symlink_to(tmp_path / "set", target_is_directory=True)
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "val").symlink_to(tmp_path / "far", target_is_directory=True)
    (item,) = datasets.read(tmp_path / "set")
    assert (item.split, item.name, boxes(item)) == ("val", "a.png", [[1, 2, 30, 40]])
