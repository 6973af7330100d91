"""Real pictures and a real film, where VIDLEARN_BCCD and VIDLEARN_FILM name their folders."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from vidlearn import cli, runs, video

BCCD, FILM = (Path(os.environ.get(name, "none")) for name in ("VIDLEARN_BCCD", "VIDLEARN_FILM"))


@pytest.mark.skipif(not BCCD.is_dir(), reason="VIDLEARN_BCCD is not set")
def test_blood_cells_from_the_labels_to_the_measures(tmp_path, capsys):
    out, file = tmp_path / "run", tmp_path / "found.json"
    told = ["train", "ssd", "--data", str(BCCD), "--out", str(out), "--preset", "tiny"]
    assert cli.main([*told, "--epochs", "1"]) == 1  # two clicks are no boxes
    assert "BloodImage_00338" in capsys.readouterr().err
    assert cli.main([*told, "--epochs", "1", "--skip", "--upside-down"]) == 0
    said = capsys.readouterr()
    assert "205 pictures train, 87 validate, as the folder says." in said.out
    assert "Left out" in said.err
    settings = runs.Run(out).settings
    assert settings["classes"] == ["Platelets", "RBC", "WBC"]
    assert settings["size"] == [48, 64]
    sides = np.ravel(settings["network"]["sizes"])
    assert 3 < sides[0] < sides[3] < 25  # platelets and white cells, at 48 x 64
    told = ["evaluate", str(out), "--data", str(BCCD), "--skip", "--json", str(file)]
    assert cli.main(told) == 0
    found = json.loads(file.read_text())
    assert (found["pictures"], found["split"]) == (72, "test")
    assert set(found["per_class"]) == {"Platelets", "RBC", "WBC"}


@pytest.mark.skipif(not FILM.is_dir(), reason="VIDLEARN_FILM is not set")
def test_a_real_film_keeps_its_times(complete, tmp_path):
    film, out = FILM / "people-detection.mp4", tmp_path / "found.mp4"
    runs.predict(complete, film, out, found=tmp_path / "found.json", threshold=0.3)
    before, after = video.probe(film), video.probe(out)
    assert (after.frames, after.width, after.height) == (before.frames, 480, 270)
    np.testing.assert_allclose(video.frame_times(out), video.frame_times(film), atol=1e-4)
    frames = json.loads((tmp_path / "found.json").read_text())["frames"]
    assert len(frames) == before.frames
