"""What is done in a film: windows, frames and seconds by hand; the film that is written; JSON."""

import json
import os
import sys
import types

import numpy as np
import pytest

from tests.media import make_clip, painted, read_number
from tests.runs.clip_sets import NAMES, moving
from tests.runs.test_prediction import sound_of
from vidlearn import cli, models, runs, video
from vidlearn.runs import clip_prediction
from vidlearn.runs.files import write_text


class Bar:
    def update(self, n):
        pass


def seen(monkeypatch, path, *, frames, step, stride):
    """Look at a film of numbered frames; a window's scores are its numbers: first, last, sum."""
    windows = []

    def predict(model, clips, **_):
        numbers = np.array([[read_number(frame) for frame in clip] for clip in clips])
        windows.extend(numbers.tolist())
        return np.stack([numbers[:, 0], numbers[:, -1], numbers.sum(axis=1)], axis=1)

    monkeypatch.setattr(models, "predict_clips", predict)
    settings = {"frames": frames, "step": step, "size": [96, 160]}
    return clip_prediction.Seen(None, path, settings, stride, Bar()), windows


@pytest.mark.parametrize(
    ("count", "stride", "starts"),
    [
        (20, 5, [0, 5, 10, 13]),  # the last window ends with the film
        (17, 5, [0, 5, 10]),
        (7, 3, [0]),
        (8, 3, [0, 1]),
        (5, 3, [0]),
        (1, 7, [0]),
    ],
)
def test_windows_by_hand(tmp_path, monkeypatch, count, stride, starts):
    """Windows of four frames, every second one: seven frames from the first to the last."""
    film = make_clip(tmp_path / "a.mp4", count)
    found, windows = seen(monkeypatch, film, frames=4, step=2, stride=stride)
    assert (found.span, found.frames, found.starts.tolist()) == (7, count, starts)
    last = count - 1
    assert windows == [[min(start + k, last) for k in (0, 2, 4, 6)] for start in starts]
    assert found.scores[:, 0].tolist() == starts


def test_a_frame_has_the_mean_of_the_windows_in_which_it_is(tmp_path, monkeypatch):
    film = make_clip(tmp_path / "a.mp4", 12)
    found, _ = seen(monkeypatch, film, frames=4, step=1, stride=3)
    assert found.starts.tolist() == [0, 3, 6, 8]
    covering = [[0], [0], [0], [0, 3], [3], [3], [3, 6], [6], [6, 8], [6, 8], [8], [8]]
    covering[9] = [6, 8]
    assert [found.at(k)[0] for k in range(12)] == [np.mean(starts) for starts in covering]


def test_windows_go_out_in_batches_and_no_more_is_kept(tmp_path, monkeypatch):
    film = make_clip(tmp_path / "a.mp4", 40)
    monkeypatch.setattr(clip_prediction, "BATCH", 3)
    asked = []

    def predict(model, clips):
        asked.append(len(clips))
        return np.eye(3)[[0] * len(clips)]

    monkeypatch.setattr(models, "predict_clips", predict)
    settings = {"frames": 5, "step": 1, "size": [24, 32]}
    found = clip_prediction.Seen(None, film, settings, 5, Bar())
    assert asked == [3, 3, 2]
    assert found.scores.shape == (8, 3)


def film_of(path, **how):
    rng = np.random.default_rng(0)
    frames = np.concatenate([moving(kind, 12, rng, (64, 96)) for kind in (1, 0, 1)])
    return make_clip(path, frames, **how)


def test_a_film_keeps_frames_times_and_sound_and_all_is_told(acted, tmp_path, capsys):
    times = [40 * k + (k > 20) * 700 for k in range(36)]  # a rate that varies
    film = film_of(tmp_path / "a.mkv", audio="aac", times=times)
    out, file = tmp_path / "b.mp4", tmp_path / "b.json"
    told = ["predict", str(acted.folder), str(film), "--out", str(out), "--json", str(file)]
    assert cli.main([*told, "--stride", "4"]) == 0
    info = video.probe(out)
    assert (info.frames, info.height, info.width) == (36, 64, 96)
    np.testing.assert_allclose(video.frame_times(out), np.array(times) / 1000, atol=2e-4)
    assert sound_of(out)[0] == "aac"
    whole = json.loads(file.read_text("utf-8"))
    assert (whole["video"], whole["frames"], whole["classes"]) == ("a.mkv", 36, list(NAMES))
    assert whole["window"] == {"frames": 8, "step": 1, "stride": 4}
    assert whole["fps"] == pytest.approx(video.probe(film).fps, abs=0.1)
    starts = [row["start"] for row in whole["windows"]]
    assert starts == list(range(0, 29, 4))
    frames = np.stack(list(video.read_frames(film, size=(32, 32))))
    scores = models.predict_clips(acted.model(), np.stack([frames[k : k + 8] for k in starts]))
    for row, one in zip(whole["windows"], scores, strict=True):
        assert row["end"] == row["start"] + 8
        assert row["start_seconds"] == pytest.approx(times[row["start"]] / 1000, abs=1e-6)
        assert row["label"] == NAMES[one.argmax()]
        assert row["score"] == pytest.approx(one.max(), abs=2e-4)
    assert whole["windows"][-1]["end_seconds"] > times[-1] / 1000
    assert [row["second"] for row in whole["seconds"]] == [0, 1, 2]
    by_frame = []
    for k in range(36):
        by_frame.append(scores[[s <= k < s + 8 for s in starts]].mean(axis=0))
    for row in whole["seconds"]:
        inside = [one for one, t in zip(by_frame, times, strict=True) if t // 1000 == row["second"]]
        mean = np.mean(inside, axis=0)
        assert row["label"] == NAMES[mean.argmax()]
        assert row["score"] == pytest.approx(mean.max(), abs=2e-4)
    assert "Wrote 36 frames, named by 8 windows, to" in capsys.readouterr().out


def test_the_label_is_drawn_where_it_is_sure_enough(acted, tmp_path):
    film = film_of(tmp_path / "a.mp4")
    runs.predict(acted, film, tmp_path / "some.mp4")
    runs.predict(acted, film, tmp_path / "none.mp4", threshold=1.0)
    names = ("some", "none", "a")
    some, none, old = (video.read_video(tmp_path / f"{k}.mp4").astype(int) for k in names)
    assert np.abs(none - old).mean() < 4
    changed = np.abs(some - none).max(axis=(0, 3))
    assert changed[2:10, 2:30].min() > 20
    assert changed[30:].mean() < 14  # what the encoder makes of it


def test_a_film_shorter_than_a_window_and_a_folder_of_pictures(acted, tmp_path):
    film = make_clip(tmp_path / "a.mp4", [painted(k) for k in range(3)])
    runs.predict(acted, film, tmp_path / "b.mp4", found=tmp_path / "b.json")
    found = json.loads((tmp_path / "b.json").read_text("utf-8"))
    (row,) = found["windows"]
    assert (row["start"], row["end"], row["end_seconds"]) == (0, 3, 0.12)
    assert len(found["seconds"]) == 1
    folder = tmp_path / "pictures"
    folder.mkdir()
    from PIL import Image

    for k, size in enumerate([(60, 80), (33, 47)] * 6):
        Image.fromarray(painted(k, size)).save(folder / f"{k}.png")
    runs.predict(acted, folder, tmp_path / "c.mp4", found=tmp_path / "c.json")
    found = json.loads((tmp_path / "c.json").read_text("utf-8"))
    assert (found["frames"], found["fps"]) == (12, 25)
    assert video.probe(tmp_path / "c.mp4").width == 80


def test_windows_of_two_frames_go_on_by_one_and_what_is_just_sure_enough_is_drawn(
    tmp_path, monkeypatch
):
    settings, drawn = {"frames": 2, "step": 1, "size": [32, 48]}, []
    monkeypatch.setattr(clip_prediction, "readable", lambda *_: settings)
    monkeypatch.setattr(clip_prediction.clip_data, "fitting_model", lambda run: None)
    monkeypatch.setattr(models, "predict_clips", lambda model, clips: np.ones((len(clips), 2)))
    monkeypatch.setattr(
        clip_prediction, "draw_label", lambda frame, label, **_: drawn.append(label) or frame
    )
    run = types.SimpleNamespace(settings={}, folder=tmp_path / "run", classes=("a", "b"))
    film = make_clip(tmp_path / "a.mp4", 5)
    told = clip_prediction.predict_actions(run, film, tmp_path / "b.mp4", threshold=1)
    assert "5 frames, named by 4 windows" in told
    assert drawn == [0] * 5


def test_a_frame_a_hair_before_a_second_counts_to_it():
    seconds = clip_prediction.Seconds()
    seconds.add(0, 2.9999999, np.array([0.2, 0.8]), {})
    assert [place for place, _ in seconds.means()] == [{"second": 3}]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_goes_all_the_way(acted, tmp_path, capsys):
    name = os.fsdecode(b"day \xff.mp4")
    film = make_clip(tmp_path / name, [painted(k) for k in range(3)])
    words = ["predict", acted.folder, film, "--out", tmp_path / "b.mp4", "--json", tmp_path / "b"]
    assert cli.main(list(map(str, words))) == 0, capsys.readouterr().err
    assert json.loads((tmp_path / "b").read_text("utf-8"))["video"] == name
    write_text(tmp_path / "c", json.dumps({"held_out": [name]}, ensure_ascii=False))
    assert json.loads((tmp_path / "c").read_text("utf-8")) == {"held_out": [name]}


def test_a_damaged_film_is_told_as_far_as_it_goes_and_of_its_damage_once(acted, tmp_path, capsys):
    film = make_clip(tmp_path / "a.mkv", 40)
    data = film.read_bytes()
    film.write_bytes(data[: len(data) * 2 // 3])
    words = ["predict", acted.folder, film, "--out", tmp_path / "b.mp4", "--json"]
    assert cli.main([*map(str, words), str(tmp_path / "b.json")]) == 0
    assert len(capsys.readouterr().err.splitlines()) == 1
    found = json.loads((tmp_path / "b.json").read_text("utf-8"))
    written = video.probe(tmp_path / "b.mp4").frames
    assert 8 < found["frames"] == written < 40
    assert found["windows"][-1]["end"] == written


def test_nothing_half_written_stays(acted, tmp_path, monkeypatch, capsys):
    film = film_of(tmp_path / "a.mp4")
    (tmp_path / "out").mkdir()
    out, found = tmp_path / "out" / "b.mp4", tmp_path / "out" / "b.json"
    found.write_text("of another day")
    calls, draw = [], clip_prediction.draw_label

    def stopped(*more, **options):
        if len(calls) == 5:
            raise KeyboardInterrupt
        calls.append(more)
        return draw(*more, **options)

    monkeypatch.setattr(clip_prediction, "draw_label", stopped)
    told = ["predict", str(acted.folder), str(film), "--out", str(out), "--json", str(found)]
    assert cli.main(told) == 130
    assert [path.name for path in out.parent.iterdir()] == ["b.json"]
    assert found.read_text() == "of another day"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["a.mp4", "--out", "b.avi"], "must end in .mp4"),
        (["a.mp4", "--out", "no/b.mp4"], "There is no folder"),
        (["a.mp4", "--out", "a.mp4"], "is the source itself"),
        (["a.mp4", "--out", "b.mp4", "--threshold", "1.2"], "threshold must be 0 to 1"),
        (["a.mp4", "--out", "b.mp4", "--stride", "0"], "stride must be a whole number from 1 to 8"),
        (["a.mp4", "--out", "b.mp4", "--stride", "9"], "Received: 9"),
        (["a.mp4", "--out", "b.mp4", "--track"], "there is nothing to follow"),
        (["gone.mp4", "--out", "b.mp4"], "There is no file"),
        (["a.mp4", "--out", "b.mp4", "--json", "no/b.json"], "b.json was not written"),
        (["a.mp4", "--out", "b.mp4", "--json", "./b.mp4"], "cannot hold two things"),
    ],
)
def test_predict_rejects(acted, tmp_path, monkeypatch, capsys, options, message):
    """Before it goes through the film, which may take an hour."""
    monkeypatch.setattr(clip_prediction, "Seen", None)
    make_clip(tmp_path / "a.mp4", 3)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["predict", str(acted.folder), *options]) == 1
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_track_and_export_are_for_detectors(acted, complete, tmp_path, monkeypatch, capsys):
    make_clip(tmp_path / "a.mp4", 3)
    monkeypatch.chdir(tmp_path)
    for told, message in (
        (["track", acted.folder, "a.mp4", "--out", "b.mp4"], "there is nothing to follow"),
        (["export", acted.folder, "--out", "new"], "An export is for detectors"),
        (["predict", complete.folder, "a.mp4", "--out", "b.mp4", "--stride", "2"], "is for clips"),
    ):
        assert cli.main([str(word) for word in told]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        assert message in lines[0]
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
