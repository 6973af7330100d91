"""Films with what was found in them: frames, times and sound stay, and the numbers are told."""

import json

import av
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip
from tests.runs.conftest import COLOURS
from vidlearn import cli, runs, video


def scenes(count, size=(60, 80)):
    """A blue and a red thing that move."""
    rng = np.random.default_rng(5)
    frames = rng.integers(60, 120, (count, *size, 3)).astype(np.uint8)
    for k in range(count):
        frames[k, 8:28, 4 + k : 24 + k] = COLOURS[0]
        frames[k, 34:52, 58 - k : 74 - k] = COLOURS[1]
    return frames


def between(model, frames):
    """A threshold that some boxes are above, and none is near: rounding must not decide."""
    scores = np.sort(np.concatenate([one.scores for one in model.predict(frames, threshold=0)]))
    scores = scores[-60:-10]
    widest = np.diff(scores).argmax()
    return float(scores[widest : widest + 2].mean())


def sound_of(path):
    """Codec, packets and seconds of the sound."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        seconds = float(sum(packet.duration for packet in packets) * stream.time_base)
        return stream.codec_context.name, len(packets), seconds


def test_a_film_keeps_frames_times_and_sound(complete, tmp_path, capsys):
    times = [0, 40, 80, 200, 240, 280, 333, 366, 400, 440, 480, 520, 560, 600, 640, 700, 760, 800]
    film = make_clip(tmp_path / "a.mkv", scenes(18), fps=25, audio="aac", times=times)
    out, found = tmp_path / "found.mp4", tmp_path / "found.json"
    model, frames = complete.model(), list(video.read_frames(film))
    least = between(model, frames)
    told = ["predict", str(complete.folder), str(film), "--out", str(out), "--json", str(found)]
    assert cli.main([*told, "--threshold", str(least)]) == 0
    info = video.probe(out)
    assert (info.frames, info.height, info.width) == (18, 60, 80)
    np.testing.assert_allclose(video.frame_times(out), np.array(times) / 1000, atol=2e-4)
    codec, packets, seconds = sound_of(film)
    assert sound_of(out)[0] == codec == "aac"
    assert abs(sound_of(out)[1] - packets) <= 6
    assert sound_of(out)[2] == pytest.approx(seconds, abs=0.13)
    whole = json.loads(found.read_text())
    assert whole["classes"] == ["blue", "red"]
    assert (whole["threshold"], whole["source"]) == (least, "a.mkv")
    lines = found.read_text().splitlines()
    assert len(lines) == 1 + 18 + 1  # a line for each frame
    assert json.loads(lines[5].rstrip(",")) == whole["frames"][4]
    boxes = 0
    for k, (line, one) in enumerate(
        zip(whole["frames"], model.predict(frames, threshold=least), strict=True)
    ):
        assert line["frame"] == k
        assert line["seconds"] == pytest.approx(times[k] / 1000, abs=1e-6)
        np.testing.assert_allclose(np.reshape(line["boxes"], (-1, 4)), one.boxes, atol=0.02)
        np.testing.assert_allclose(line["scores"], one.scores, atol=2e-4)
        assert line["names"] == [("blue", "red")[label] for label in one.labels]
        boxes += len(one)
    assert boxes
    assert f"Wrote 18 frames with {boxes} boxes" in capsys.readouterr().out


def test_boxes_are_drawn(complete, tmp_path):
    film = make_clip(tmp_path / "a.mp4", scenes(2, (96, 128)))
    least = between(complete.model(), list(video.read_frames(film)))
    runs.predict(complete, film, tmp_path / "some.mp4", threshold=least)
    runs.predict(complete, film, tmp_path / "none.mp4", threshold=1.0)
    some, none = (video.read_video(tmp_path / f"{name}.mp4") for name in ("some", "none"))
    assert np.abs(none - video.read_video(film).astype(int)).mean() < 4
    assert np.abs(some - none.astype(int)).max() > 60


def test_a_folder_of_pictures_of_several_sizes(complete, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k, size in enumerate([(60, 80), (33, 47), (100, 70)]):
        picture = Image.fromarray(scenes(1, (120, 160))[0]).resize(size[::-1])
        picture.convert("L" if k == 1 else "RGB").save(folder / f"{k}.png")
    found = tmp_path / "found.json"
    runs.predict(complete, folder, tmp_path / "a.mp4", found=found, threshold=0.0)
    info = video.probe(tmp_path / "a.mp4")
    assert (info.frames, info.height, info.width) == (3, 60, 80)
    frames = json.loads(found.read_text())["frames"]
    assert [line["seconds"] for line in frames] == [0.0, 0.04, 0.08]
    boxes = np.concatenate([np.reshape(line["boxes"], (-1, 4)) for line in frames[2:]])
    assert boxes[:, 3].max() > 60  # of a picture 100 high


def test_batches_are_filled_up_and_bounded(complete, tmp_path, monkeypatch):
    film = make_clip(tmp_path / "a.mp4", scenes(11))
    monkeypatch.setattr(runs.film, "PIXELS", 4 * 60 * 80 + 7)
    model, asked = complete.model(), []
    see = type(model).predict
    monkeypatch.setattr(
        type(model), "predict", lambda *a, **k: (asked.append(len(a[1])), see(*a, **k))[1]
    )
    runs.predict(complete, film, tmp_path / "b.mp4")
    assert asked == [4, 4, 4]
    assert video.probe(tmp_path / "b.mp4").frames == 11


def test_nothing_half_written_stays(complete, tmp_path, monkeypatch, capsys):
    film = make_clip(tmp_path / "a.mp4", scenes(20))
    (tmp_path / "out").mkdir()
    out, found = tmp_path / "out" / "b.mp4", tmp_path / "out" / "b.json"
    found.write_text("of another day")

    def stopped(*more, **options):
        if len(calls) == 1:
            raise KeyboardInterrupt
        calls.append(more)
        return draw(*more, **options)

    calls, draw = [], runs.prediction.draw_boxes
    monkeypatch.setattr(runs.prediction, "draw_boxes", stopped)
    told = ["predict", str(complete.folder), str(film), "--out", str(out), "--json", str(found)]
    assert cli.main(told) == 130
    assert [path.name for path in out.parent.iterdir()] == ["b.json"]
    assert found.read_text() == "of another day"
    assert capsys.readouterr().err.strip().endswith("vidlearn: stopped")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["a.mp4", "--out", "b.avi"], "must end in .mp4"),
        (["a.mp4", "--out", "a.mp4"], "is the source itself"),
        (["a.mp4", "--out", "b.mp4", "--threshold", "1.2"], "threshold must be 0 to 1"),
        (["gone.mp4", "--out", "b.mp4"], "There is no file"),
        (["a.mp4", "--out", "b.mp4", "--json", "no/b.json"], "b.json was not written"),
        (["a.mp4", "--out", "b.mp4", "--json", "./a.mp4"], "./a.mp4 is the source itself"),
        (["a.mp4", "--out", "b.mp4", "--json", "./b.mp4"], "cannot hold two things"),
        (["a.mp4", "--out", "b.mp4", "--json", "."], ". is a folder"),
    ],
    ids=["ending", "itself", "threshold", "gone", "folder", "source", "both", "onto"],
)
def test_predict_rejects(complete, tmp_path, monkeypatch, capsys, options, message):
    make_clip(tmp_path / "a.mp4", 3)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["predict", str(complete.folder), *options]) == 1
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_times_go_on_where_a_film_gives_more_frames_than_it_told():
    clock = runs.film.Clock(np.array([0.0, 0.1, 0.2]))
    seconds = [clock.at(k) for k in range(5)]
    assert seconds == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert list(clock) == seconds
    assert list(clock) == []
    assert runs.film.Clock(np.array([0.0])).at(2) == pytest.approx(0.08)
