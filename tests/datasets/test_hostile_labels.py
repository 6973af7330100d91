"""Label files damaged anywhere: a report, never a traceback; a repair never makes it worse."""

import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets.labelled import picture, told
from vidlearn import datasets
from vidlearn.boxes import Truth
from vidlearn.datasets import DatasetError, DetectionSet, LabelledPicture

module = sys.modules["vidlearn.datasets.repair"]
ENDINGS = (".txt", ".xml", ".csv", ".json", ".yaml")
JUNK = [
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b'"',
        b"<",
        b">",
        b"&x;",
        b"{",
        b"}",
    ),
    *(
        b"[",
        b"]",
        b",",
        b":",
        b"-",
        b"nan",
        b"1e999",
        b"9" * 400,
        b"null",
        b"../",
        b"true",
        b" ",
        b"0.",
    ),
    *(
        b"\xed\xa0\x80",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"&amp;",
        b"<!--",
        b"]]>",
        b"*a",
        b"&a ",
        b"'",
        b"\t",
    ),
]


@pytest.fixture(scope="module", params=["txt", "voc", "csv", "coco", "yolo"])
def written(request, tmp_path_factory):
    """A small set in one form: its folder, and the bytes of its label files."""
    home = tmp_path_factory.mktemp(request.param)
    items = [
        LabelledPicture(
            picture(home / f"{k}.png", k),
            (60, 80),
            Truth([[5, 6, 31.5, 40], [3, 4, 80, 60]], [0, k]),
        )
        for k in range(2)
    ]
    datasets.write(DetectionSet(("a é", "b"), items), home / "set", form=request.param)
    labels = {
        path.relative_to(home / "set"): path.read_bytes()
        for path in sorted((home / "set").rglob("*"))
        if path.suffix in ENDINGS
    }
    pictures = {
        path.relative_to(home / "set"): path
        for path in sorted((home / "set").rglob("*"))
        if path.suffix == ".png"
    }
    return request.param, labels, pictures


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_damage_anywhere_is_told_not_raised(written, data):
    form, labels, pictures = written
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for path, source in pictures.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).hardlink_to(source)
        for path, raw in labels.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from(list(labels)))
            raw = (folder / path).read_bytes()
            at = data.draw(st.integers(0, len(raw)))
            end = min(len(raw), at + data.draw(st.sampled_from([0, 0, 1, 2, 30])))
            junk = data.draw(st.sampled_from(JUNK) | st.binary(max_size=3))
            (folder / path).write_bytes(raw[:at] + junk + raw[end:])
        report = datasets.check(folder, form=form, pictures=False)
        assert report.as_text(None)
        assert report.as_json()
        try:
            found = datasets.read(folder, form=form)
            assert report.ok
            assert all(np.isfinite(item.truth.boxes).all() for item in found)
        except DatasetError:
            assert not report.ok
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", datasets.DatasetWarning)
            datasets.read(folder, form=form, skip=True)
        for _ in range(2):  # text that becomes readable may hold faults of its own
            datasets.repair(folder, module.REPAIRS, form=form)
        left = {one.kind for one in datasets.check(folder, form=form, pictures=False).faults}
        assert not left & {"bom", "crlf", "not-utf8", "outside", "slightly-outside"}


def test_a_name_that_is_too_long_is_a_missing_picture(tmp_path):
    """Asking for such a file raises, and does not say no."""
    picture(tmp_path / "images" / "a.png", 0)
    (tmp_path / "data.yaml").write_text(f"names: [a]\ntrain: {'9' * 400}\n")
    assert ("missing-picture", "data.yaml", 2) in told(datasets.check(tmp_path))
    (tmp_path / "data.yaml").write_text(f"filename,xmin,ymin,xmax,ymax,class\n{'9' * 400},,,,,\n")
    (tmp_path / "data.yaml").rename(tmp_path / "x.csv")
    assert ("missing-picture", "x.csv", 2) in told(datasets.check(tmp_path))


def test_a_quote_that_is_never_closed(tmp_path):
    """The rest of the file is one field, which csv refuses above a size."""
    rows = "filename,xmin,ymin,xmax,ymax,class\na.png,,,,,\n" + 'a.png,"1,2,3,4,x\n'
    picture(tmp_path / "a.png", 0)
    (tmp_path / "x.csv").write_text(rows + "a.png,1,2,3,4,x\n" * 20_000)
    assert ("bad-file", "x.csv", 3) in told(datasets.check(tmp_path))


@pytest.mark.parametrize("end", [b"\r", b"\r\r\n"])
def test_a_carriage_return_inside_the_header_is_told(tmp_path, end):
    head = b"file" + end + b"name,width,height,class,xmin,ymin,xmax,ymax\n"
    (tmp_path / "labels.csv").write_bytes(head + b"a.png,80,60,cat,1,2,3,4\n")
    assert not datasets.check(tmp_path, form="csv", pictures=False).ok
    with pytest.raises(DatasetError):
        datasets.read(tmp_path, form="csv")
