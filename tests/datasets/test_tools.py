"""What free programs for labelling export, laid out as they do it: read as it comes."""

import json

import pytest

from tests.datasets.labelled import picture, put
from vidlearn import datasets

NAMES = ["walk_000000", "walk_000025", "walk_000050", "shop_000000"]
BOX = (10, 20, 40, 50)  # in a picture of 80 x 60, edges from 0

XML = """<annotation>
\t<folder>{folder}</folder>
\t<filename>{name}.png</filename>
\t<path>{folder}/{name}.png</path>
\t<source><database>{unknown}</database></source>
\t<size><width>80</width><height>60</height><depth>3</depth></size>
\t<segmented>0</segmented>
\t<object>
\t\t<name>cup</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>{flag}</truncated>
\t\t<difficult>{flag}</difficult>
\t\t<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>50</ymax></bndbox>
\t</object>
</annotation>
"""
YOLO = "0 0.3125 0.583333 0.375 0.5\n"


def labelimg(folder):
    """XML beside each picture."""
    for k, name in enumerate(NAMES):
        picture(folder / f"{name}.png", k)
        words = XML.format(name=name, folder="my_pictures", unknown="Unknown", flag=0)
        put(folder / f"{name}.xml", words)


def makesense(folder):
    """XML in which flags are words."""
    for k, name in enumerate(NAMES):
        picture(folder / f"{name}.png", k)
        words = XML.format(name=name, folder="my-project-name", unknown="Unspecified", flag="X")
        put(folder / f"{name}.xml", words.replace(">X<", ">Unspecified<"))


def label_studio(folder):
    """YOLO with Images: names get a prefix when they are uploaded."""
    for k, name in enumerate(NAMES):
        picture(folder / "images" / f"{k}c4e1a9{k}-{name}.png", k)
        put(folder / "labels" / f"{k}c4e1a9{k}-{name}.txt", YOLO)
    put(folder / "classes.txt", "cup\n")
    notes = {"categories": [{"id": 0, "name": "cup"}], "info": {"contributor": "Label Studio"}}
    put(folder / "notes.json", json.dumps(notes))


def cvat(folder, place="images/default"):
    """COCO 1.0, with the images saved."""
    images, boxes = [], []
    for k, name in enumerate(NAMES, 1):
        picture(folder / place / f"{name}.png", k)
        images.append({"id": k, "width": 80, "height": 60, "file_name": f"{name}.png"})
        boxes.append({"id": k, "image_id": k, "category_id": 1, "bbox": [10, 20, 30, 30]})
        boxes[-1] |= {"area": 900, "iscrowd": 0, "segmentation": []}
    content = {"licenses": [], "info": {}, "categories": [{"id": 1, "name": "cup"}]}
    content |= {"images": images, "annotations": boxes}
    put(folder / "annotations" / "instances_default.json", json.dumps(content))


def cvat_flat(folder):
    """As older versions lay it out."""
    cvat(folder, "images")


@pytest.mark.parametrize(
    ("tool", "form"),
    [
        (labelimg, "voc"),
        (makesense, "voc"),
        (label_studio, "yolo"),
        (cvat, "coco"),
        (cvat_flat, "coco"),
    ],
)
def test_what_a_tool_exports_is_read_and_its_films_are_known(tmp_path, tool, form):
    tool(tmp_path)
    report = datasets.check(tmp_path)
    assert not [fault for fault in report.faults if fault.severity == "error"], report
    pictures = datasets.read(tmp_path)
    assert (pictures.form, pictures.classes, len(pictures)) == (form, ("cup",), 4)
    for item in pictures:
        assert item.truth.boxes.round(3).tolist() == [list(map(float, BOX))]
    groups = datasets.name_groups(item.name for item in pictures)
    assert sorted(map(len, groups.values())) == [1, 3]


def test_a_word_that_looks_like_a_prefix_stays():
    names = ["deadbee-1.jpg", "deadbeef-1.jpg", "deadbeef.jpg", "3c4e1a9f-7.jpg"]
    assert list(datasets.name_groups(names)) == ["deadbee", "1", "deadbeef", "7"]
