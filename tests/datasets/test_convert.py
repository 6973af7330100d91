"""Conversion, whole or not at all; contact sheets; types."""

import errno
import os
import shutil
import sys

import numpy as np
import pytest

from tests.datasets.labelled import picture, put, same, toy
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DatasetError, DetectionSet, LabelledPicture


def test_convert_leaves_the_source_and_copies_the_pictures(tmp_path):
    before = toy(tmp_path)
    datasets.write(before, tmp_path / "a", form="txt")
    files = {p: p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()}
    (tmp_path / "b").mkdir()  # empty: fine
    converted = datasets.convert(tmp_path / "a", tmp_path / "b", to="voc")
    same(before, converted)
    same(before, datasets.read(tmp_path / "b"))
    assert {p: p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()} == files
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "toy"]


def test_links_share_their_bytes(tmp_path):
    before = toy(tmp_path)
    datasets.write(before, tmp_path / "new", form="yolo", link=True)
    after = datasets.read(tmp_path / "new")
    assert all(item.path.stat().st_nlink == 2 for item in after)


@pytest.mark.parametrize("inside", ["old/new", "old", "./x/../old/new"])
def test_convert_rejects_a_target_in_the_source(tmp_path, inside):
    datasets.write(toy(tmp_path), tmp_path / "old", form="txt")
    with pytest.raises(DatasetError, match="Name a folder beside it"):
        datasets.convert(tmp_path / "old", tmp_path / inside, to="voc")


def test_convert_rejects_a_target_that_holds_something(tmp_path):
    datasets.write(toy(tmp_path), tmp_path / "old", form="txt")
    put(tmp_path / "new" / "mine.txt", "precious")
    with pytest.raises(DatasetError, match="is there and not empty"):
        datasets.convert(tmp_path / "old", tmp_path / "new", to="voc")
    put(tmp_path / "file", "precious")
    with pytest.raises(DatasetError, match=r"file is a file\. Name a new folder"):
        datasets.convert(tmp_path / "old", tmp_path / "file", to="voc")
    with pytest.raises(DatasetError, match="form must be one of"):
        datasets.convert(tmp_path / "old", tmp_path / "other", to="pascal")
    assert (tmp_path / "new" / "mine.txt").read_text() == "precious"


@pytest.mark.parametrize("form", ["txt", "voc", "csv", "coco", "yolo"])
def test_a_target_written_by_half_does_not_stay(tmp_path, monkeypatch, form):
    before, left = toy(tmp_path), [2]

    def full(source, target):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        datasets.write(before, tmp_path / "new", form=form)
    assert [p.name for p in tmp_path.iterdir()] == ["toy"]


def test_links_across_disks_are_refused_with_a_way_out(tmp_path, monkeypatch):
    def link(source, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(DatasetError, match=r"cannot be linked.*Copy instead"):
        datasets.write(toy(tmp_path), tmp_path / "new", form="txt", link=True)
    assert not (tmp_path / "new").exists()


def test_faults_are_left_out_when_asked(tmp_path):
    picture(tmp_path / "a" / "x.png", 0)
    put(tmp_path / "a" / "x.txt", "cat 1 2 30 40\ncat 9 9 3 9\n")
    with pytest.raises(DatasetError, match=r"x\.txt:2"):
        datasets.convert(tmp_path / "a", tmp_path / "b", to="coco")
    with pytest.warns(datasets.DatasetWarning, match=r"x\.txt:2"):
        done = datasets.convert(tmp_path / "a", tmp_path / "b", to="coco", skip=True)
    assert len(done[0].truth) == 1


def test_a_contact_sheet_has_the_boxes_in_their_colours(tmp_path):
    from vidlearn.plots import COLOURS

    items = [
        LabelledPicture(
            picture(tmp_path / f"{k}.png", k, (120, 200)),
            (120, 200),
            Truth([[20, 30, 120, 90]], [k % 2]),
            "train",
        )
        for k in range(5)
    ]
    pictures = DetectionSet(("cat", "dog"), items)
    sheet = datasets.contact_sheet(pictures, number=4, seed=1)
    colours = [tuple(bytes.fromhex(colour[1:])) for colour in COLOURS[:2]]
    for colour in colours:
        assert (sheet == colour).all(-1).sum() > 400
    assert sheet.shape[1] > sheet.shape[0] > 2 * 288
    assert (datasets.contact_sheet(pictures, number=4, seed=1) == sheet).all()
    with pytest.raises(DatasetError, match="number must be at least 1"):
        datasets.contact_sheet(pictures, number=0)
    with pytest.raises(DatasetError, match="number must be at least 1"):
        datasets.contact_sheet(pictures[:0])


def test_write_sheet_rejects(tmp_path):
    picture(tmp_path / "train" / "x.png", 0)
    put(tmp_path / "train" / "x.txt", "cat 1 2 30 40\n")
    with pytest.raises(DatasetError, match=r"split must be one of train. Received: 'val'"):
        datasets.write_sheet(tmp_path, tmp_path / "s.png", split="val")
    with pytest.raises(DatasetError, match=r"out must end in \.png"):
        datasets.write_sheet(tmp_path, tmp_path / "train" / "x.txt")
    assert datasets.write_sheet(tmp_path, tmp_path / "s.png", split="train") == 1


def test_a_set_is_a_sequence(tmp_path):
    pictures = toy(tmp_path)
    assert pictures.splits == ("train", "val", "test")
    assert [item.name for item in pictures[1:3]] == ["night/b.png", "night/b.png"]
    assert pictures[np.array([True, False, False, True])][1] is pictures[3]
    assert pictures.counts() == {"red cell": 5, "unused, & <odd>": 0, "Zelle": 1}
    assert len(pictures.split("train")) == 2
    assert len(pictures[[]]) == 0


def test_types_reject(tmp_path):
    item = toy(tmp_path)[0]
    with pytest.raises(ValueError, match="labels must be 0 to 1, one for each class"):
        DetectionSet(("a", "b"), [item])
    with pytest.raises(ValueError, match=r"truncated must have shape \(1,\)"):
        LabelledPicture("x.jpg", (6, 8), Truth([[1, 2, 3, 4]]), truncated=[True, False])


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes")
def test_the_new_folder_can_be_entered_as_others_can(tmp_path):
    (tmp_path / "plain").mkdir()
    datasets.write(toy(tmp_path), tmp_path / "new", form="txt")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_results_are_refused_where_pictures_share_a_number(tmp_path):
    items = [
        LabelledPicture(tmp_path / f"{split}.jpg", (48, 64), Truth([]), split, id=9)
        for split in ("train", "val")
    ]
    (tmp_path / "r.json").write_text("[]")
    with pytest.raises(DatasetError, match="different numbers"):
        datasets.read_results(tmp_path / "r.json", DetectionSet(("cat",), items))


def test_a_missing_picture_is_told_once_however_many_boxes_it_has(tmp_path):
    row = "gone.jpg,80,60,cat,1,2,30,40\n"
    (tmp_path / "all.csv").write_text("filename,width,height,class,xmin,ymin,xmax,ymax\n" + 3 * row)
    faults = datasets.check(tmp_path).faults
    assert [(one.kind, one.line) for one in faults] == [("missing-picture", 2)]
