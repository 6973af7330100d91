import hashlib
import tomllib
from pathlib import Path

import pytest
import skimage

from vidlearn.synthetic.pictures import PICTURES

DATASETS = Path(__file__).parents[2] / "datasets"
PACKAGES = Path(skimage.__file__).parents[1]
LISTED = tomllib.loads((DATASETS / "manifest.toml").read_text("utf-8"))["pictures"]


def test_every_picture_is_listed_and_described():
    assert set(LISTED) == {*PICTURES, "digits"}
    card = (DATASETS / "generated.md").read_text("utf-8")
    for name, entry in LISTED.items():
        row = next(line for line in card.splitlines() if line.startswith(f"| {name} |"))
        assert row.endswith(f"| {entry['package']} |")
        if entry["licence"].startswith("CC"):
            assert entry["licence"].removesuffix("-1.0").replace("-", " ") in row.replace("-", " ")


@pytest.mark.parametrize("name", LISTED)
def test_the_files_are_the_ones_installed(name):
    entry = LISTED[name]
    assert set(entry) - {"source"} == {
        "package", "file", "bytes", "sha256", "author", "licence", "terms"
    }  # fmt: skip
    content = (PACKAGES / entry["file"]).read_bytes()
    assert len(content) == entry["bytes"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
