"""Films with tracks: what a tracker says of what the detector finds, told alike in each file."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip
from tests.runs.test_prediction import between, scenes, sound_of
from vidlearn import cli, datasets, runs, tracking, video
from vidlearn.boxes import Detections, Tracks
from vidlearn.runs.tracking import TRAIL, _Trails


def seen(k):
    """What a sure detector finds in frame k: two things that move, one of them lost for a while."""
    boxes, labels = [[4 + k, 8, 24 + k, 28], [58 - k, 34, 74 - k, 52]], [0, 1]
    there = [True, not 6 <= k < 9]
    return Detections(boxes, [0.9, 0.8 - k / 100], labels)[np.array(there)]


@pytest.fixture
def sure(complete, monkeypatch):
    """The training's model, with eyes that see exactly what there is."""
    model, asked = complete.model(), []

    def predict(self, frames, *, threshold, batch_size):
        first = sum(asked)
        asked.append(batch_size)
        found = [seen(first + k) for k in range(len(frames))]
        return [one[one.scores >= threshold] for one in found]

    monkeypatch.setattr(type(model), "predict", predict)
    monkeypatch.setattr(runs.Run, "model", lambda self: model)
    return complete


def test_film_json_and_mot_tell_the_same_as_the_tracker(sure, tmp_path, capsys):
    times = [0, 40, 80, 200, 240, 280, 333, 366, 400, 440, 480, 520, 560, 600, 640, 700, 760, 800]
    film = make_clip(tmp_path / "a.mkv", scenes(18), fps=25, audio="aac", times=times)
    out, found, mot = (tmp_path / name for name in ("found.mp4", "found.json", "found.txt"))
    told = ["track", str(sure.folder), str(film), "--out", str(out), "--json", str(found)]
    assert cli.main([*told, "--mot", str(mot)]) == 0
    wanted = tracking.track([seen(k) for k in range(18)])
    assert sorted(set(wanted.ids)) == [1, 2]
    assert f"Wrote 18 frames with 2 tracks, {len(wanted)} boxes, to" in capsys.readouterr().out
    read = datasets.read_mot(mot, kind="found", length=18)
    for name in ("frames", "ids", "labels"):
        assert getattr(read, name).tolist() == getattr(wanted, name).tolist()
    np.testing.assert_allclose(read.boxes, wanted.boxes, atol=1e-3)
    np.testing.assert_allclose(read.scores, wanted.scores, atol=1e-5)
    assert mot.read_text().startswith("1,1,5,9,20,20,0.9,1,-1\n")  # frames and pixels from 1
    whole = json.loads(found.read_text())
    assert (whole["threshold"], whole["classes"]) == (runs.tracking.THRESHOLD, ["blue", "red"])
    for k, line in enumerate(whole["frames"]):
        own = wanted[wanted.frames == k]
        assert (line["frame"], line["ids"]) == (k, own.ids.tolist())
        assert line["names"] == [("blue", "red")[label] for label in own.labels]
        np.testing.assert_allclose(np.reshape(line["boxes"], (-1, 4)), own.boxes, atol=0.01)
        assert line["seconds"] == pytest.approx(times[k] / 1000, abs=1e-6)
        assert line["detected"] == [not (one == 2 and 6 <= k < 9) for one in own.ids]
    info = video.probe(out)
    assert (info.frames, info.height, info.width) == (18, 60, 80)
    np.testing.assert_allclose(video.frame_times(out), np.array(times) / 1000, atol=2e-4)
    assert sound_of(out)[0] == "aac"
    assert sound_of(out)[2] == pytest.approx(sound_of(film)[2], abs=0.13)


def test_predict_with_tracks_is_track(complete, tmp_path, capsys):
    """Without a stand-in for the detector, by both commands."""
    film = make_clip(tmp_path / "a.mp4", scenes(10))
    least = str(between(complete.model(), list(video.read_frames(film))))
    files = {}
    for name, more in (("track", []), ("predict", ["--track"])):
        out, found = tmp_path / f"{name}.mp4", tmp_path / f"{name}.json"
        told = [name, str(complete.folder), str(film), "--out", str(out), "--json", str(found)]
        assert cli.main([*told, *more, "--threshold", least]) == 0
        files[name] = out.read_bytes(), found.read_text()
    assert files["track"] == files["predict"]
    assert json.loads(files["track"][1])["frames"][9].keys() >= {"ids", "detected"}


def test_options_and_trackers_of_ones_own_are_heard(sure, tmp_path):
    film = make_clip(tmp_path / "a.mp4", scenes(16))

    def ids(**how):
        runs.track(sure, film, tmp_path / "b.mp4", mot=tmp_path / "b.txt", **how)
        read = datasets.read_mot(tmp_path / "b.txt", kind="found")
        return [set(read.ids[read.labels == label].tolist()) for label in (0, 1)]

    assert ids(tracker={"coast": 2}) == [{1}, {2, 3}]


def test_coast_and_birth_on_the_command_line(sure, tmp_path, capsys):
    film = make_clip(tmp_path / "a.mp4", scenes(18))
    told = ["track", str(sure.folder), str(film), "--out", str(tmp_path / "b.mp4")]
    assert cli.main([*told, "--coast", "1"]) == 0  # lost for three frames: another number
    assert "with 3 tracks" in capsys.readouterr().out
    assert cli.main([*told, "--birth", "0"]) == 1
    assert "birth must be a whole number of frames" in capsys.readouterr().err


def test_a_folder_of_pictures_of_several_sizes(complete, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k, size in enumerate([(60, 80), (33, 47), (100, 70)]):
        Image.fromarray(scenes(1, size)[0]).save(folder / f"{k}.png")
    runs.track(complete, folder, tmp_path / "a.mp4", found=tmp_path / "a.json", threshold=0.0)
    info = video.probe(tmp_path / "a.mp4")
    assert (info.frames, info.height, info.width) == (3, 60, 80)


def test_a_film_in_which_nothing_is_found(complete, tmp_path):
    film = make_clip(tmp_path / "a.mp4", 4)
    told = runs.track(complete, film, tmp_path / "b.mp4", mot=tmp_path / "b.txt", threshold=1)
    assert "4 frames with 0 tracks, 0 boxes" in told
    assert (tmp_path / "b.txt").read_text() == ""


def test_a_model_of_one_class_writes_the_columns_that_programs_know(tmp_path):
    path = tmp_path / "a.txt"
    rows = Tracks([2], [5], [[0, 0, 4, 3]], [0.5])
    with runs.tracking._mot_teller(path, classes=False) as tell:
        tell(2, 0.08, rows, {})
    assert path.read_text() == "3,5,1,1,4,3,0.5,-1,-1,-1\n"


def test_the_class_is_written_where_the_model_knows_several(complete, tmp_path, monkeypatch):
    film, told, teller = make_clip(tmp_path / "a.mp4", 2), [], runs.tracking._mot_teller

    def heard(path, classes):
        told.append(classes)
        return teller(path, classes)

    monkeypatch.setattr(runs.tracking, "_mot_teller", heard)
    for names in (("blue", "red"), ("cell",)):
        run = runs.Run(complete.folder)
        run.classes = names
        monkeypatch.setattr(run, "model", complete.model)
        runs.track(run, film, tmp_path / "b.mp4", mot=tmp_path / "b.txt", threshold=1)
    assert told == [True, False]


def test_what_is_only_expected_is_drawn_so(complete, tmp_path, monkeypatch):
    class Given:
        coasting = (7,)

        def update(self, detections, frame):
            return Tracks([0, 0], [5, 7], [[0, 0, 4, 3], [9, 9, 20, 20]], [0.5, 0.5], [0, 1])

    draw, told = runs.tracking.draw_tracks, []

    def heard(frame, rows, **how):
        told.append((how["coasting"], how["names"]))
        return draw(frame, rows, **how)

    monkeypatch.setattr(runs.tracking, "draw_tracks", heard)
    film = make_clip(tmp_path / "a.mp4", 2)
    runs.track(complete, film, tmp_path / "b.mp4", tracker=Given())
    assert told == [((7,), ("blue", "red"))] * 2


def test_trails_are_bounded_however_long_the_film():
    trails = _Trails()
    for k in range(500):
        ids = [1 + k // 3] if k % 50 < 40 else []  # another one every three frames
        boxes = [[k, 0, k + 4, 2]] * len(ids)
        trails.add(Tracks([k] * len(ids), ids, boxes))
        assert len(trails.now) <= TRAIL / 3 + 1
        assert len(trails._last) == len(trails.now)
        assert max(map(len, trails.now.values()), default=0) <= TRAIL
    assert trails.ever == len({1 + k // 3 for k in range(500) if k % 50 < 40})
    long = _Trails()
    for k in range(100):
        long.add(Tracks([k], [1], [[k, 2, k + 4, 6]]))
    assert list(long.now[1]) == [[k + 2.0, 4.0] for k in range(100 - TRAIL, 100)]
    assert long.ever == 1


def test_nothing_half_written_stays(complete, tmp_path, monkeypatch, capsys):
    film = make_clip(tmp_path / "a.mp4", scenes(20))
    (tmp_path / "out").mkdir()
    out, found, mot = (tmp_path / "out" / name for name in ("b.mp4", "b.json", "b.txt"))
    found.write_text("of another day")
    mot.write_text("of yesterday")
    draw, calls = runs.tracking.draw_tracks, []

    def stopped(*more, **options):
        calls.append(more)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return draw(*more, **options)

    monkeypatch.setattr(runs.tracking, "draw_tracks", stopped)
    told = ["track", str(complete.folder), str(film), "--out", str(out), "--json", str(found)]
    assert cli.main([*told, "--mot", str(mot)]) == 130
    assert sorted(path.name for path in out.parent.iterdir()) == ["b.json", "b.txt"]
    assert found.read_text() + mot.read_text() == "of another dayof yesterday"
    assert capsys.readouterr().err.strip().endswith("vidlearn: stopped")


KILLED = """
import os, signal, sys
from vidlearn import cli, runs
draw, calls = runs.tracking.draw_tracks, []
def killed(*more, **options):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(*more, **options)
runs.tracking.draw_tracks = killed
cli.main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_killed_in_mid_film_leaves_what_was_there(complete, tmp_path):
    film = make_clip(tmp_path / "a.mp4", scenes(20))
    (tmp_path / "b.mp4").write_bytes(b"of another day")
    told = ["track", complete.folder, film, "--out", "b.mp4", "--mot", "b.txt", "--json", "b.json"]
    run = [sys.executable, "-c", KILLED, *map(str, told)]
    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    whole = {path.name for path in tmp_path.iterdir() if path.name[0] != "."}
    assert whole == {"a.mp4", "b.mp4"}
    assert (tmp_path / "b.mp4").read_bytes() == b"of another day"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["a.mp4", "--out", "b.avi"], "must end in .mp4"),
        (["a.mp4", "--out", "a.mp4"], "is the source itself"),
        (["a.mp4", "--out", "b.mp4", "--threshold", "-1"], "threshold must be 0 to 1"),
        (["gone.mp4", "--out", "b.mp4"], "There is no file"),
        (["notes.mp4", "--out", "b.mp4"], "notes.mp4"),
        (["a.mp4", "--out", "b.mp4", "--mot", "b.mp4"], "b.mp4 cannot hold two things"),
        (["a.mp4", "--out", "b.mp4", "--mot", "a.mp4"], "a.mp4 is the source itself"),
        (["a.mp4", "--out", "b.mp4", "--mot", "x", "--json", "./x"], "x cannot hold two things"),
        (["a.mp4", "--out", "b.mp4", "--mot", "no/b.txt"], "b.txt was not written"),
        (["a.mp4", "--out", "b.mp4", "--mot", "."], ". is a folder"),
        (["a.mp4", "--out", "no/b.mp4"], "There is no folder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_track_rejects(complete, tmp_path, monkeypatch, capsys, options, message):
    make_clip(tmp_path / "a.mp4", 3)
    (tmp_path / "notes.mp4").write_text("no video at all")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["track", str(complete.folder), *options]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("vidlearn: ")
    assert message in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "notes.mp4"]


def test_track_rejects_what_is_no_fresh_tracker(complete, tmp_path):
    film = make_clip(tmp_path / "a.mp4", 3)
    used = tracking.Sort()
    used.update(seen(0))
    for tracker in (used, tracking.Sort, "sort"):
        with pytest.raises(runs.RunError, match="tracker must be a new one for each film"):
            runs.track(complete, film, tmp_path / "b.mp4", tracker=tracker)
    with pytest.raises(TypeError, match="fly"):
        runs.track(complete, film, tmp_path / "b.mp4", tracker={"fly": 3})
