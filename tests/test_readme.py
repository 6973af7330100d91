import doctest
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vidlearn
from vidlearn.course.lab import find_lessons

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_taste_prints_what_it_says_and_makes_the_picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    taste = README.split("```python\n")[1].split("```")[0]
    assert taste.count(">>> ") <= 15
    test = doctest.DocTestParser().get_doctest(taste, {}, "README.md", "README.md", 0)
    told = []
    doctest.DocTestRunner().run(test, out=told.append)
    assert not told, "".join(told)
    ours = np.asarray(Image.open(ROOT / "book/_static/taste.png"), float)
    made = np.asarray(Image.open("taste.png"), float)
    assert made.shape == ours.shape
    assert np.abs(made - ours).mean() < 5


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "LICENSE-TEXT.md"])
def test_links_lead_to_files(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_lessons_are_listed_in_reading_order():
    listed = re.findall(r"\]\(notebooks/(\S+\.ipynb)\)", README)
    assert sorted(listed) == sorted(path.name for path in find_lessons().values())


def test_map_names_every_part():
    parts = {p.name for p in (ROOT / "vidlearn").iterdir() if p.name[0] != "_"} - {"messages.py"}
    for part in parts:
        assert re.search(rf"\b{part}(?:/|\b)", README), part


def test_version_is_told_alike():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {vidlearn.__version__}\n" in citation
    assert f"## {vidlearn.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert all((ROOT / name).stat().st_size for name in project["license-files"])
