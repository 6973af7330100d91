"""What people's folders hold and nobody thinks of: odd names, pipes, other encodings, nesting."""

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from tests.datasets.labelled import picture, put, told
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DatasetError, DetectionSet, LabelledPicture, check, read, repair
from vidlearn.datasets.yolo import partner

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
XML = (
    "<annotation><filename>a.jpg</filename><object><name>kät</name><bndbox><xmin>3</xmin>"
    "<ymin>4</ymin><xmax{more}>95</xmax><ymax>20</ymax></bndbox></object></annotation>"
)


def coco(**more):
    """COCO's content of one picture, 80 x 60, with one box."""
    box = {"id": 7, "image_id": 5, "category_id": 1, "bbox": [3, 4, 10, 20]} | more
    return {
        "images": [{"id": 5, "file_name": "a.png", "width": 80, "height": 60}],
        "annotations": [box],
        "categories": [{"id": 1, "name": "cat"}],
    }


@pytest.mark.parametrize("stem", ["license_plate_1", "source_2", "notice3", "README"])
def test_labels_of_a_picture_count_whatever_its_name(tmp_path, stem):
    picture(tmp_path / f"{stem}.png", 1)
    put(tmp_path / f"{stem}.txt", "car 3 4 10 20\n")
    assert read(tmp_path)[0].truth.boxes.tolist() == [[3, 4, 10, 20]]
    assert told(check(tmp_path)) == []
    picture(tmp_path / "y" / "images" / f"{stem}.png", 1)
    put(tmp_path / "y" / "labels" / f"{stem}.txt", "0 .5 .5 .2 .2\n")
    put(tmp_path / "y" / "labels" / "notice-of-rights.txt", "not a label\n")
    assert len(read(tmp_path / "y", form="yolo")[0].truth) == 1


@pytest.mark.parametrize("form", ["txt", "yolo"])
@pytest.mark.parametrize("number", ["9" * 5000, "٣"])
def test_a_class_number_that_is_none_is_a_name_or_a_fault(tmp_path, form, number):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "a.txt", f"{number} {'.5 .5 .1 .2' if form == 'yolo' else '3 4 10 20'}\n")
    kinds = [kind for kind, *_ in told(check(tmp_path, form=form))]
    assert kinds == (["unknown-class"] if form == "yolo" else [])
    put(tmp_path / "classes.txt", "w\nx\ny\nz\n")
    assert told(check(tmp_path, form=form))[0] == ("unknown-class", "a.txt", 1)


def test_a_label_that_cannot_be_read_is_a_fault_like_others(tmp_path):
    for name in "ab":
        picture(tmp_path / f"{name}.png", ord(name))
    put(tmp_path / "a.txt", "cat 3 4 10 20\ncat nan 4 10 20\n")
    for name in ("b.txt", "c.xml", "d.json", "e.csv", "f.yaml"):
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    assert told(check(tmp_path)) == [("bad-file", "b.txt", None), ("not-finite", "a.txt", 2)]
    for form, name in (("voc", "c.xml"), ("coco", "d.json"), ("csv", "e.csv"), ("yolo", "f.yaml")):
        faults = told(check(tmp_path, form=form))
        assert form in ("csv", "yolo") or ("bad-file", name, None) in faults


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_a_pipe_in_the_folder_does_not_stop_for_ever(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "a.txt", "cat 3 4 10 20\n")
    os.mkfifo(tmp_path / "b.txt")
    os.mkfifo(tmp_path / "c.png")
    found = []
    thread = threading.Thread(target=lambda: found.append(check(tmp_path)), daemon=True)
    thread.start()
    thread.join(20)
    assert found
    assert told(found[0]) == []


def test_yaml_with_a_byte_order_mark_names_the_classes(tmp_path):
    picture(tmp_path / "images" / "a.png", 1)
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2\n")
    put(tmp_path / "data.yaml", "\ufeffnames: [car]\n")
    assert read(tmp_path).classes == ("car",)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (b"names: [k\xe4t]\n", "special characters are not allowed"),
        ("names: " + "[" * 20_000 + "]" * 20_000, "nested too deep"),
        ("names: [a]\nnc: [3]\n", "nc says no number, and there are 1 names"),
        ("names: [b, c]\n", "it names other classes than classes.txt"),
    ],
)
def test_yaml_that_is_wrong_is_told_why(tmp_path, words, why):
    picture(tmp_path / "images" / "a.png", 1)
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2\n")
    put(tmp_path / "classes.txt", "a\n")
    put(tmp_path / "data.yaml", words)
    found = [one.text for one in check(tmp_path).faults if one.kind == "bad-file"]
    assert found == [f"cannot be understood: {why}"]


def test_yaml_where_names_stands_in_a_text_only(tmp_path):
    picture(tmp_path / "images" / "a.png", 1)
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2\n")
    put(tmp_path / "data.yaml", 'description: "foo\nnames: b"\n')
    assert told(check(tmp_path)) == []
    assert read(tmp_path).classes == ("0",)


def test_coco_repairs_the_value_and_not_its_namesake_within(tmp_path):
    picture(tmp_path / "a.png", 1)
    content = coco(attributes={"bbox": [0, 0, 1, 1], "area": 1}, bbox=[70, 4, 20, 20], area=400)
    content["annotations"][0] = dict(reversed(content["annotations"][0].items()))
    content["images"][0] = {"meta": {"height": 7, "width": 9}} | content["images"][0] | {"width": 9}
    file = put(tmp_path / "all.json", json.dumps(content))
    repair(tmp_path, ["clip", "fix-size"])
    now = json.loads(file.read_text())
    assert now["annotations"][0]["bbox"] == [70, 4, 10, 20]
    assert now["annotations"][0]["area"] == 200
    assert now["annotations"][0]["attributes"] == {"bbox": [0, 0, 1, 1], "area": 1}
    assert now["images"][0]["width"] == 80
    assert now["images"][0]["meta"] == {"height": 7, "width": 9}
    assert check(tmp_path).ok


@pytest.mark.parametrize("area", [-5, "200", float("nan"), True])
def test_coco_area_that_is_none_is_told_where_it_stands(tmp_path, area):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "all.json", json.dumps(coco(area=area), indent=1))
    (fault,) = check(tmp_path).faults
    assert (fault.kind, fault.place) == ("bad-file", "all.json:11")
    assert repr(area) in fault.text
    with pytest.raises(DatasetError, match=r"all\.json:11"):
        read(tmp_path)
    with pytest.warns(datasets.DatasetWarning):
        assert read(tmp_path, skip=True)[0].truth.areas is None


def test_coco_box_of_an_unknown_image_says_which(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "all.json", json.dumps(coco(image_id="5")))
    assert check(tmp_path).faults[0].text == (
        "there is no picture whose id is '5', as image_id says"
    )


def test_coco_with_a_number_too_long_says_so(tmp_path):
    put(tmp_path / "all.json", json.dumps(coco())[:-1] + ', "x": ' + "9" * 5000 + "}")
    assert "4300 digits" in check(tmp_path).faults[0].text


def test_coco_as_it_is_published_is_read_by_its_instances(tmp_path):
    picture(tmp_path / "train2017" / "a.png", 1)
    for name in ("instances", "person_keypoints"):
        put(tmp_path / "annotations" / f"{name}_train2017.json", json.dumps(coco()))
    captions = coco() | {"annotations": [{"id": 1, "image_id": 5, "caption": "a"}]}
    del captions["categories"]
    file = put(tmp_path / "annotations" / "captions_train2017.json", json.dumps(captions))
    assert told(check(tmp_path)) == []
    assert len(read(tmp_path)[0].truth) == 1
    (tmp_path / "annotations" / "instances_train2017.json").unlink()
    assert ("bad-file", f"annotations/{file.name}", 1) in told(check(tmp_path))


def test_results_that_are_infinite_are_refused(tmp_path):
    item = LabelledPicture(tmp_path / "a.jpg", (48, 64), Truth([]), id=139)
    row = {"image_id": 139, "category_id": 1, "score": 0.5}
    file = put(
        tmp_path / "r.json", json.dumps([row | {"bbox": [float("inf"), 0, -float("inf"), 1]}])
    )
    with pytest.raises(DatasetError, match="result 0: numbers must be finite"):
        datasets.read_results(file, DetectionSet(("cat",), [item]))


def test_xml_with_a_greater_sign_in_an_attribute_is_repaired_in_place(tmp_path):
    picture(tmp_path / "a.jpg", 1)
    file = put(tmp_path / "a.xml", XML.format(more=" a='>' b=\">\""))
    repair(tmp_path, ["clip"])
    assert file.read_text("utf-8") == XML.format(more=" a='>' b=\">\"").replace("95", "80")


def test_xml_that_declares_its_encoding_keeps_it(tmp_path):
    picture(tmp_path / "a.jpg", 1)
    words = '<?xml version="1.0" encoding="iso-8859-1"?>' + XML.format(more="")
    file = put(tmp_path / "a.xml", words, "latin-1")
    repair(tmp_path, ["fix-encoding", "clip"])
    assert file.read_bytes() == words.replace("95", "80").encode("latin-1")
    assert read(tmp_path).classes == ("kät",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_told_and_not_torn_by_a_repair(tmp_path, encoding):
    mark = b"\xfe\xff" * (encoding == "utf-16-be")  # "utf-16" writes its own
    for name, words in (("a.txt", "kät 3 4 95 20\n"), ("v/a.xml", XML.format(more=""))):
        home = (tmp_path / name).parent
        picture(home / "a.jpg", 1)
        file = put(tmp_path / name, mark + words.encode(encoding))
        form = "voc" if name[-3:] == "xml" else "txt"
        report = check(home, form=form)
        assert ("utf16", "a" + name[-4:], 1) in told(report)
        assert not report.ok
        before = file.read_bytes()
        assert not repair(home, ["clip", "drop-malformed"], form=form).changes
        assert file.read_bytes() == before
        repair(home, ["fix-encoding", "clip", "drop-malformed"], form=form)
        assert file.read_text("utf-8") == words
        file.unlink()


def test_csv_row_without_a_box_is_given_its_size(tmp_path):
    picture(tmp_path / "a.png", 1)
    file = put(tmp_path / "all.csv", HEADER + "a.png,70,60,,,,,\na.png,70,60,cat,,5,9,9\n")
    assert repair(tmp_path, ["fix-size"]).backup is not None
    assert file.read_text() == HEADER + "a.png,80,60,,,,,\na.png,80,60,cat,,5,9,9\n"
    assert [kind for kind, *_ in told(check(tmp_path))] == ["field-count"]
    assert not repair(tmp_path, ["fix-size"]).changes


def test_csv_of_two_pictures_does_not_pour_them_into_one(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(
        tmp_path / "all.csv",
        HEADER + "day/a.png,80,60,cat,1,2,30,40\nnight/a.png,80,60,cat,5,2,30,40\n"
        "./day/a.png,80,60,cat,2,2,30,40\n",
    )
    (fault,) = check(tmp_path).faults
    assert (fault.kind, fault.line) == ("listed-twice", 3)
    assert fault.text == "night/a.png is listed already in line 2, as day/a.png"


def test_a_file_changed_while_it_is_repaired_is_left(tmp_path, monkeypatch):
    picture(tmp_path / "a.png", 1)
    file = put(tmp_path / "a.txt", "cat 3 4 95 20\n")
    module = sys.modules["vidlearn.datasets.repair"]
    stage = module._write

    def meanwhile(path, content):
        stage(path, content)
        file.write_text("dog 1 2 3 4\n")

    monkeypatch.setattr(module, "_write", meanwhile)
    with pytest.raises(DatasetError, match="changed meanwhile"):
        repair(tmp_path, ["clip"])
    assert file.read_text() == "dog 1 2 3 4\n"
    assert not list((tmp_path / ".vidlearn_backup").iterdir())


def test_names_that_do_not_print_are_shown_and_refused(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "all.csv", HEADER + 'a.png,80,60,"a\nb\x1b[31m",1,2,30,40\n')
    report = check(tmp_path)
    assert r"classes: a\nb\x1b[31m 1" in str(report)
    assert "\x1b" not in str(report)
    pictures = read(tmp_path)
    assert datasets.contact_sheet(pictures).shape[2] == 3
    with pytest.raises(DatasetError, match="line breaks"):
        datasets.write(pictures, tmp_path / "new", form="txt")


@pytest.mark.parametrize("form", ["txt", "coco", "yolo"])
def test_write_puts_no_picture_over_another(tmp_path, form):
    items = [
        LabelledPicture(picture(tmp_path / f"{k}.png", k), (60, 80), Truth([]), split, name)
        for k, (split, name) in enumerate((("", "train/a.png"), ("train", "a.png")))
    ]
    with pytest.raises(DatasetError, match="place of another"):
        datasets.write(DetectionSet(("cat",), items), tmp_path / "new", form=form)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("form", ["txt", "voc", "csv", "coco", "yolo"])
def test_a_folder_without_labels_of_the_named_form_is_not_clean(tmp_path, form):
    put(tmp_path / "x.md", "nothing\n")
    report = check(tmp_path, form=form)
    assert not report.ok
    assert f"holds no labels of the form {form}" in report.faults[0].text


def test_a_picture_that_is_cut_off_is_grey_on_the_sheet(tmp_path):
    for name in "ab":
        picture(tmp_path / f"{name}.jpg", ord(name), size=(300, 300))
        put(tmp_path / f"{name}.txt", "cat 3 4 100 200\n")
    raw = (tmp_path / "a.jpg").read_bytes()
    put(tmp_path / "a.jpg", raw[: len(raw) // 2])
    pictures = read(tmp_path)
    with pytest.raises(DatasetError, match=r"a\.jpg cannot be read"):
        pictures[0].frame()
    with pytest.warns(datasets.DatasetWarning, match=r"Drawn grey: .*a\.jpg"):
        sheet = datasets.contact_sheet(pictures)
    assert (sheet[sheet.shape[0] - 200, 300] == 128).all()
    with pytest.warns(datasets.DatasetWarning, match="Drawn grey"):
        assert datasets.write_sheet(tmp_path, tmp_path / "s.png") == 2


@pytest.mark.parametrize(
    ("x2", "kind"),
    [(80.005, None), (80.05, "slightly-outside"), (80.9, "slightly-outside"), (81.2, "outside")],
)
def test_how_far_outside_is_how_bad(tmp_path, x2, kind):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "a.txt", f"cat 3 4 {x2} 20\n")
    assert [one for one, *_ in told(check(tmp_path)) if one != "unused-class"] == [kind] * bool(
        kind
    )


def test_yolo_box_that_leaves_its_picture_is_not_taken_for_pixels(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "a.txt", "0 1.5 .5 .2 .2\n0 40 30 10 10\n")
    kinds = {line: kind for kind, _, line in told(check(tmp_path, form="yolo")) if line}
    assert kinds == {1: "outside", 2: "pixels"}


def test_a_repair_does_not_touch_numbers_that_mean_something_else(tmp_path):
    picture(tmp_path / "a.jpg", 1)
    put(tmp_path / "a.txt", "0 40 30 10 10\n")
    every = ["clip", "drop-empty", "fix-inverted", "drop-malformed"]
    assert not repair(tmp_path, every, form="yolo").changes
    put(tmp_path / "a.xml", XML.format(more="").replace("<xmin>3", "<xmin>0"))
    assert [one.line for one in repair(tmp_path, every, form="voc").changes] == []


def test_clip_and_drop_empty_leave_a_box_that_is_upside_down(tmp_path):
    picture(tmp_path / "a.png", 1)
    put(tmp_path / "a.txt", "cat 90 40 99 20\ncat 90 20 99 40\n")
    done = repair(tmp_path, ["clip", "drop-empty"])
    assert [one.line for one in done.changes] == [2]


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes")
def test_a_repair_keeps_the_mode_and_leaves_only_copies(tmp_path):
    picture(tmp_path / "a.png", 1)
    file = put(tmp_path / "a.txt", "cat 3 4 95 20\n")
    file.chmod(0o640)
    done = repair(tmp_path, ["clip"])
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in done.backup.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("bad", [(0,), (0, 1), (1, 2), (0, 2), (0, 1, 2)])
def test_coco_elements_are_taken_out_with_one_comma_each(tmp_path, bad):
    picture(tmp_path / "a.png", 1)
    content = coco()
    boxes = [content["annotations"][0] | {"id": k, "bbox": [k, 4, 10, 20]} for k in range(3)]
    for k in bad:
        boxes[k] = boxes[k] | {"bbox": None}
    file = put(tmp_path / "all.json", json.dumps(content | {"annotations": boxes}))
    repair(tmp_path, ["drop-malformed"])
    assert [one["id"] for one in json.loads(file.read_text())["annotations"]] == [
        k for k in range(3) if k not in bad
    ]


@pytest.mark.parametrize(("words", "difficult"), [("", False), ("0", False), ("1", True)])
def test_an_empty_difficult_is_none(tmp_path, words, difficult):
    picture(tmp_path / "a.jpg", 1)
    xml = XML.format(more="").replace("95", "60")
    put(tmp_path / "a.xml", xml.replace("<bndbox>", f"<difficult>{words}</difficult><bndbox>"))
    assert read(tmp_path)[0].truth.difficult.tolist() == [difficult]


def test_the_last_folder_images_is_that_of_the_labels():
    assert partner(Path("images/a/images/1.jpg")) == Path("images/a/labels/1.jpg")


def test_coco_numbers_that_are_not_apart_are_given_anew(tmp_path):
    paths = [picture(tmp_path / f"{k}.png", k) for k in range(3)]
    splits = ("train", "train", "val")
    items = [
        LabelledPicture(path, (60, 80), Truth([]), split, id=9)
        for path, split in zip(paths, splits, strict=True)
    ]
    datasets.write(DetectionSet(("cat",), items), tmp_path / "same", form="coco")
    assert [item.id for item in read(tmp_path / "same")] == [1, 2, 3]
    datasets.write(DetectionSet(("cat",), items[1:]), tmp_path / "apart", form="coco")
    assert [item.id for item in read(tmp_path / "apart")] == [9, 9]
