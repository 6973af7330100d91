"""Lesson 01 runs unchanged on files of the learner's own, whatever they are."""

from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
import skimage

from tests.media import make_clip, painted
from vidlearn.course.lab import find_lessons

FILES = {
    "telephone.mp4": {"audio": "aac", "size": (160, 96), "options": {"bf": "2", "g": "12"}},
    "old.avi": {"codec": "mpeg4", "audio": "libmp3lame"},
    "web.webm": {"codec": "libvpx-vp9", "audio": "libopus"},
    "any.mkv": {"audio": "aac", "times": np.cumsum([0] + [20, 40, 70] * 8)},
    "edit.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    "grey.mkv": {"codec": "ffv1", "pix_fmt": "gray", "size": (97, 161)},
}


@pytest.fixture(scope="module")
def cells():
    notebook = nbformat.read(find_lessons()["01"], as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def run(cells, tmp_path, monkeypatch, capsys):
    """Run every cell on a file; return what they left, and what was printed."""
    matplotlib.use("Agg")
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def run(film):
        monkeypatch.setenv("VIDLEARN_CLIP", str(film))
        space = {}
        for source in cells:
            exec(compile(source, film.name, "exec"), space)
        assert space["film"] == film
        return space, capsys.readouterr().out

    return run


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FILES)
def test_lesson_runs_on(name, run, tmp_path):
    film = make_clip(tmp_path / name, frames=25, **FILES[name])
    space, said = run(film)
    assert f"{name}\n  25 frames" in said
    true = painted(7, space["size"]).astype(int)
    if name == "grey.mkv":
        true = true.mean(axis=-1, keepdims=True)
    assert np.abs(space["clip"][7] - true).mean() < 12


def test_lesson_runs_on_a_clip_of_a_package(run):
    film = Path(skimage.__file__).parent / "data" / "no_time_for_that_tiny.gif"
    if not film.exists():
        pytest.skip("this scikit-image brings no animation")
    space, said = run(film)
    assert len(space["clip"]) == space["info"].frames == 24
    assert "gif, bgra" in said
