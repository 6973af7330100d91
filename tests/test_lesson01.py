"""The last cell of lesson 01 writes small whatever file of their own the learner names."""

from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
import skimage

from tests.media import make_clip, read_number
from vidlearn import video
from vidlearn.course.exercises.lesson01 import HURRIED
from vidlearn.course.lab import find_lessons

FILES = {
    "telephone.mp4": {"audio": "aac", "size": (160, 96), "options": {"bf": "2", "g": "12"}},
    "old.avi": {"codec": "mpeg4", "audio": "libmp3lame"},
    "web.webm": {"codec": "libvpx-vp9", "audio": "libopus"},
    "any.mkv": {"audio": "aac", "times": np.cumsum([0] + [20, 40, 70] * 8)},
    "edit.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    "large.mp4": {"size": (540, 360)},
    "grey.mkv": {"codec": "ffv1", "pix_fmt": "gray", "size": (97, 161)},
}


@pytest.fixture(scope="module")
def cells():
    notebook = nbformat.read(find_lessons()["01"], as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return sources[0], next(source for source in sources if "MY_CLIP" in source)


@pytest.fixture
def run(cells, tmp_path, monkeypatch, capsys):
    """Run the first and the last cell on a file; return what they left, and what was printed."""
    matplotlib.use("Agg")
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(film):
        space = {"settings": dict(HURRIED)}
        for source in cells:
            source = source.replace("MY_CLIP = None", f"MY_CLIP = {str(film)!r}")
            exec(compile(source, film.name, "exec"), space)
        return space, capsys.readouterr().out

    return run


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FILES)
def test_last_cell_runs_on(name, run, tmp_path):
    film = make_clip(tmp_path / name, frames=25, **FILES[name])
    space, said = run(film)
    assert "kept.mp4: " in said
    seen = video.read_video(tmp_path / "kept.mp4")
    height, width = video.probe(film).height, video.probe(film).width
    assert seen.shape[0] == 25
    assert seen.shape[1] <= 270
    assert seen.shape[2] / seen.shape[1] == pytest.approx(width / height, rel=0.03)
    assert [read_number(frame) for frame in seen] == list(range(25))
    assert video.probe(tmp_path / "kept.mp4").fps == pytest.approx(space["fps"], rel=1e-3)


def test_last_cell_runs_on_a_clip_of_a_package(run, tmp_path):
    film = Path(skimage.__file__).parent / "data" / "no_time_for_that_tiny.gif"
    if not film.exists():
        pytest.skip("this scikit-image brings no animation")
    run(film)
    assert video.probe(tmp_path / "kept.mp4").frames == 24
