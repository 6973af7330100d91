import numpy as np
import pytest

from vidlearn import cli, runs
from vidlearn.models import frame_scores, transitions_of
from vidlearn.runs.boundaries import Boundaries, Uncut
from vidlearn.video import write_video


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.train("shotnet", None, tmp_path_factory.mktemp("run") / "run", preset="tiny")


def test_a_training_leaves_what_others_leave(run):
    names = {path.name for path in run.folder.iterdir()}
    assert {"model.keras", "metrics.csv", "curves.png", "sample.png", "README.txt"} <= names
    rows = run.metrics()
    assert len(rows) == 2
    assert all(0 < row["val_threshold"] < 1 for row in rows)
    film = np.random.default_rng(0).integers(0, 256, (40, 27, 48, 3), dtype=np.uint8)
    scores = frame_scores(run.model(), film)
    assert scores.shape == (40, 2)
    transitions_of(scores)


def test_going_on_comes_to_the_same(run, tmp_path):
    """Batches depend on seed, epoch and step alone, wherever a training goes on."""
    one, two = (Boundaries(run.settings, Uncut(), Uncut()) for _ in range(2))
    whole = list(one.batches(1, 0))
    rest = list(two.batches(1, 2))
    for a, b in zip(whole[2:], rest, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    assert (whole[0][0] != whole[1][0]).any()
    again = runs.train("shotnet", None, run.folder, resume=True)  # its settings can be read
    assert again.settings == run.settings


def test_own_films_and_the_other_network_from_the_command_line(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for k in range(2):
        film = rng.integers(60 * k, 60 * k + 90, (40, 36, 64, 3)).astype(np.uint8)
        path = tmp_path / "films" / f"{k}.mp4"
        path.parent.mkdir(exist_ok=True)
        write_video(path, film)
    call = ["train", "segmenter", "--out", str(tmp_path / "run"), "--preset", "tiny"]
    assert cli.main([*call, "--epochs", "1", "--data", str(tmp_path / "films")]) == 0
    assert "parts of your films" in capsys.readouterr().out
    settings = runs.Run(tmp_path / "run").settings
    assert settings["data"]["folder"] == str(tmp_path / "films")


def test_what_it_rejects(run, tmp_path):
    with pytest.raises(runs.RunError, match="size must be one of 27x48"):
        runs.train("shotnet", None, tmp_path / "a", preset="tiny", size=(32, 48))
    with pytest.raises(runs.RunError, match="is none for predict"):
        runs.predict(run, tmp_path / "a.mp4", tmp_path / "b.mp4")
    with pytest.raises(runs.RunError, match="is none for evaluate"):
        runs.evaluate(run, tmp_path)
    with pytest.raises(runs.RunError, match="is none for export"):
        runs.export(run, tmp_path / "c")
