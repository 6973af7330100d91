"""A real set: 364 pictures of blood cells, where VIDLEARN_BCCD names their folder."""

import os
from pathlib import Path

import pytest

from tests.datasets.labelled import same, told
from vidlearn import datasets

BCCD = Path(os.environ.get("VIDLEARN_BCCD", "none"))
pytestmark = pytest.mark.skipif(not BCCD.is_dir(), reason="VIDLEARN_BCCD is not set")


@pytest.fixture(scope="module")
def cells():
    with pytest.warns(datasets.DatasetWarning, match="BloodImage_00338.* and 1 more"):
        return datasets.read(BCCD, skip=True)


def test_what_is_in_it(cells):
    assert len(cells) == 364
    assert {name: len(cells.split(name)) for name in cells.splits} == {
        "train": 205,
        "val": 87,
        "test": 72,
    }
    assert cells.counts() == {"Platelets": 361, "RBC": 4153, "WBC": 372}


@pytest.mark.parametrize("form", ["txt", "voc", "csv", "coco", "yolo"])
def test_it_comes_back_from_each_form(cells, tmp_path, form):
    datasets.write(cells, tmp_path / "new", form=form)
    after = datasets.read(tmp_path / "new")
    assert after.form == form
    same(cells, after)


def test_all_its_faults_are_known():
    """Two clicks; two pairs of pictures that show the same cells, in different splits."""
    assert told(datasets.check(BCCD)) == [
        ("zero-size", "Annotations/BloodImage_00338.xml", 163),
        ("zero-size", "Annotations/BloodImage_00343.xml", 55),
        ("near-duplicate-across", "JPEGImages/BloodImage_00038.jpg", None),
        ("near-duplicate-across", "JPEGImages/BloodImage_00391.jpg", None),
        ("class-imbalance", ".", None),
        ("class-imbalance", ".", None),
    ]
