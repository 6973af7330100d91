"""The toys in place of the course's exercises, and progress in a file of the test's own."""

import pytest

from tests.course.toys import TOYS
from vidlearn.course import exercises


@pytest.fixture
def toys(monkeypatch):
    """Make the toys the only exercises there are."""
    monkeypatch.setattr(exercises, "_registry", lambda: TOYS)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keep progress in a file, and return its path."""
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"
