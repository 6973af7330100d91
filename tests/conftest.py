"""Fixtures that more than one folder of tests uses."""

import json
import os
import sys

import hypothesis
import pytest

from tests.browser import MISSING, launch
from vidlearn.course import lab

# The same examples at each run, and no clock: a red suite means a fault in what was changed.
# To search further: HYPOTHESIS_PROFILE=search make test
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


LONGEST = (
    "tests/classroom/test_hostile.py",
    "tests/classroom/test_course.py",
    "tests/widgets/test_every.py",
    "tests/book/test_site.py",
    "tests/test_lab.py",
    "tests/runs/",
    "tests/widgets/",
    "notebooks/",
    "tests/book/",
    "tests/course/test_exercises.py",
    "tests/models/",
    "tests/course/",
)


def pytest_collection_modifyitems(items):
    """Let what takes longest come first: at the end no worker waits for another's long file."""

    def place(item):
        fitting = (k for k, start in enumerate(LONGEST) if item.nodeid.startswith(start))
        return next(fitting, len(LONGEST))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def as_it_was():
    """What a test leaves behind does not reach the next one: precision of Keras, open figures."""
    yield
    if "keras" in sys.modules:
        import keras

        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Lesson"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": ["print('é')"],
            "execution_count": 3,
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["é\n"]}],
        },
    ],
    "metadata": {"language_info": {"name": "python"}, "widgets": {}, "vidlearn": {}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium for the whole session (Playwright's sync API)."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = launch(playwright)
        if found is None:
            pytest.skip(MISSING)
        yield found
        found.close()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of lessons 00 and 03; returns what publishes a lesson with another title."""
    folder = tmp_path / "course" / "notebooks"
    folder.mkdir(parents=True)

    def publish(name, title):
        notebook = json.loads(json.dumps(NOTEBOOK))
        notebook["cells"][0]["source"] = [title]
        (folder / name).write_text(json.dumps(notebook), "utf-8")

    publish("00_start.ipynb", "# Zero")
    publish("03_convolution.ipynb", "# Two")
    monkeypatch.setattr(lab, "PACKAGE", folder.parent / "vidlearn")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))  # where copies are signed
    return publish
