"""A detector that left this library: the same boxes, in a process that cannot import it."""

import errno
import json
import logging
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image

from tests.media import make_clip
from tests.runs.conftest import COLOURS
from tests.runs.test_prediction import scenes
from vidlearn import cli, models, runs, video
from vidlearn.models.serving import found_in_fixed_shape
from vidlearn.runs import stream as stream_file

NAMES = ["README.txt", "classes.txt", "model", "stream.py"]
FORBIDDEN = "import runpy, sys\nsys.modules['vidlearn'] = None\nsys.modules['av'] = None\n"


def without_us(script, *words):
    """Run a script in a process in which this library cannot be imported."""
    run = [sys.executable, "-c", FORBIDDEN + script, *map(str, words)]
    return subprocess.run(run, capture_output=True, text=True, check=False)


def stream(folder, *words):
    script = "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')"
    return without_us(script, folder / "stream.py", *words)


HEARD = []


@pytest.fixture(scope="module")
def exported(complete, tmp_path_factory):
    logger, listener = logging.getLogger("tensorflow"), logging.Handler("INFO")
    listener.emit = lambda record: HEARD.append(record.getMessage())
    level = logger.level
    logger.setLevel("INFO")
    logger.addHandler(listener)
    try:
        return runs.export(complete, tmp_path_factory.mktemp("export") / "new" / "one")
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)


def test_nobody_is_told_of_the_folder_in_between(exported):
    assert not [words for words in HEARD if "part" in words]


def test_an_export_is_a_folder_for_others(exported, complete):
    assert sorted(path.name for path in exported.iterdir()) == NAMES
    assert not list(exported.parent.glob(".*"))
    assert (exported / "classes.txt").read_text() == "blue\nred\n"
    told = (exported / "README.txt").read_text()
    assert "np.zeros((1, 48, 64, 3), np.uint8)" in told
    assert "(N, 100, 4)" in told


@pytest.mark.parametrize("kind", ["ssd", "yolo", "faster_rcnn"])
def test_the_graph_finds_what_predict_finds(kind):
    keras.utils.set_random_seed(4)
    size = {"ssd": {"sizes": ((12, 20), (30, 40))}, "yolo": {}, "faster_rcnn": {}}[kind]
    if kind == "faster_rcnn":
        size = {"sizes": ((12, 20),)}
    model = getattr(models, f"build_{kind}")((48, 64, 3), ["a", "b", "c"], **size)
    frames = np.random.default_rng(1).integers(0, 256, (3, 48, 64, 3), np.uint8)
    frames[:2] = [models.letterbox(frames[k, :, :w], (48, 64))[0] for k, w in ((0, 40), (1, 64))]
    sizes = np.float32([[48, 40], [48, 64], [48, 64]])
    how = {"threshold": 0.01, "overlap": 0.3, "most": 30}
    boxes, scores, labels = map(
        keras.ops.convert_to_numpy, found_in_fixed_shape(model, frames, sizes, **how)
    )
    given = [frame[:, : int(w)] for frame, (_, w) in zip(frames, sizes, strict=True)]
    for k, found in enumerate(model.predict(given, **how)):
        n = len(found)
        assert n > 5
        np.testing.assert_allclose(boxes[k, :n], found.boxes, atol=1e-3)
        np.testing.assert_allclose(scores[k, :n], found.scores, atol=1e-5)
        assert labels[k, :n].tolist() == found.labels.tolist()
        for filled in (boxes[k, n:], scores[k, n:], labels[k, n:]):
            assert (filled == -1).all()


def test_another_process_with_tensorflow_alone_finds_the_same(exported, complete, tmp_path):
    frames = np.stack([models.letterbox(frame, (48, 64))[0] for frame in scenes(5)])
    np.save(tmp_path / "frames.npy", frames)
    script = (
        "import numpy as np, tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1] + '/model')\n"
        "frames = np.load(sys.argv[2] + '/frames.npy')\n"
        "whole = [x.numpy() for x in model.serve(frames)]\n"
        "floats = [x.numpy() for x in model.serve(frames.astype('float32'))]\n"
        "alone = [x.numpy() for x in model.serve(frames[3:4])]\n"
        "assert all(np.array_equal(a, b) for a, b in zip(whole, floats))\n"
        "assert all(np.allclose(a[3:4], b, atol=1e-4) for a, b in zip(whole, alone))\n"
        "np.savez(sys.argv[2] + '/found.npz', *whole)\n"
        "assert not [name for name in sys.modules if name.startswith('vidlearn.')]\n"
    )
    run = without_us(script, exported, tmp_path)
    assert run.returncode == 0, run.stderr
    with np.load(tmp_path / "found.npz") as found:
        boxes, scores, labels = found.values()
    assert (boxes.shape, scores.shape, labels.shape) == ((5, 100, 4), (5, 100), (5, 100))
    assert (boxes.dtype, scores.dtype, labels.dtype) == (np.float32, np.float32, np.int32)
    for k, one in enumerate(complete.model().predict(frames)):
        n = len(one)
        assert n
        assert (scores[k, n:] == -1).all()
        np.testing.assert_allclose(boxes[k, :n], one.boxes, atol=1e-3)
        np.testing.assert_allclose(scores[k, :n], one.scores, atol=1e-5)
        assert labels[k, :n].tolist() == one.labels.tolist()


def test_stream_prints_what_predict_finds(exported, complete, tmp_path):
    """Pictures of several sizes, larger, smaller and exact; one of them is none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for k, size in enumerate([(60, 80), (33, 47), (48, 64), (141, 100)]):
        frame = np.full((*size, 3), 90, np.uint8)
        frame += rng.integers(0, 20, frame.shape, np.uint8)
        frame[size[0] // 4 : size[0] // 2, size[1] // 3 : size[1] // 2 + 9] = COLOURS[k % 2]
        Image.fromarray(frame).save(folder / f"{k + 8}.png")  # 8, 9, 10, 11
    (folder / "9a.png").write_text("no picture")
    run = stream(exported, folder, "--threshold", "0.06")
    assert run.returncode == 0, run.stderr
    assert "9a.png cannot be read; left out" in run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["frame"] for line in lines] == [0, 1, 2, 3]
    frames = [np.asarray(Image.open(folder / f"{k + 8}.png")) for k in range(4)]
    total = 0
    for line, one in zip(lines, complete.model().predict(frames, threshold=0.06), strict=True):
        sure = one[one.scores > 0.065]  # resized pictures differ by a grey level here and there
        total += len(sure)
        assert len(sure) <= len(line["boxes"])
        for box, score, label in zip(sure.boxes, sure.scores, sure.labels, strict=True):
            away = np.abs(np.reshape(line["boxes"], (-1, 4)) - box).max(axis=1)
            away[np.array(line["names"]) != ("blue", "red")[label]] = np.inf
            best = away.argmin()
            assert away[best] < 0.5
            assert line["scores"][best] == pytest.approx(score, abs=5e-3)
    assert total > 4


def test_stream_reads_a_film_and_says_in_a_line_what_is_wrong(exported, tmp_path):
    film = make_clip(tmp_path / "a film.mp4", scenes(7))
    run = stream(exported, film)
    assert (run.returncode, "stream.py: " in run.stderr) == (0, False)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [set(line) for line in lines] == [{"frame", "boxes", "scores", "names"}] * 7
    for score in ("nan", "1.5", "-0.1"):
        run = stream(exported, film, "--threshold", score)
        assert (run.returncode, run.stdout) == (2, "")
        assert "threshold must be 0 to 1" in run.stderr.splitlines()[-1]
    (tmp_path / "notes.mp4").write_text("no video")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_text("")
    for source, message in (
        ("gone.mp4", "there is no file gone.mp4"),
        (tmp_path / "notes.mp4", "no frame can be read from"),
        (tmp_path / "empty", "holds no picture"),
        (tmp_path / "bad", "not one picture of"),
    ):
        run = stream(exported, source)
        assert (run.returncode, run.stdout) == (1, "")
        assert message in run.stderr.splitlines()[-1]
        assert "Traceback" not in run.stderr


def test_stream_says_where_a_film_breaks_off(tmp_path, capsys):
    film = make_clip(tmp_path / "a.mkv", 30, codec="mjpeg", pix_fmt="yuvj420p")
    frames = sum(1 for _ in stream_file.frames_of(str(film)))
    assert (frames, capsys.readouterr().err) == (30, "")
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    frames = sum(1 for _ in stream_file.frames_of(str(film)))
    assert 5 < frames < 30
    assert f"stream.py: {frames} of 30 frames of {film} can be read" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["cv2", "tensorflow"])
def test_stream_says_what_is_not_installed(exported, tmp_path, module):
    film = make_clip(tmp_path / "a.mp4", 2)
    script = f"sys.modules[{module!r}] = None\nsys.argv = sys.argv[1:]\n"
    script += "runpy.run_path(sys.argv[0], run_name='__main__')"
    run = without_us(script, exported / "stream.py", film)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(f"stream.py: import of {module} halted")
    assert len(run.stderr.splitlines()) == 1


def test_stream_says_that_a_model_is_damaged(exported, tmp_path):
    broken = shutil.copytree(exported, tmp_path / "broken")
    data = broken / "model" / "variables" / "variables.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:2000])
    run = stream(broken, make_clip(tmp_path / "a.mp4", 2))
    assert (run.returncode, run.stdout) == (1, "")
    assert "model cannot be loaded" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_its_letterbox_is_ours():
    rng = np.random.default_rng(0)
    for size in ((50, 130), (200, 90), (48, 64), (20, 30), (33, 1), (240, 317)):
        frame = rng.integers(0, 256, (*size, 3), np.uint8)
        ours, factor = models.letterbox(frame, (48, 64))
        theirs, other = stream_file.letterbox(frame, (48, 64))
        assert factor == other
        assert theirs.dtype == np.uint8
        assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_an_earlier_export_is_replaced_and_nothing_else(exported, complete, tmp_path, capsys):
    out = tmp_path / "one"
    for _ in range(2):
        assert cli.main(["export", str(complete.folder), "--out", str(out)]) == 0
    assert f"python {out}/stream.py" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == NAMES
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    spaced = tmp_path / "one more"
    assert cli.main(["export", str(complete.folder), "--out", str(spaced)]) == 0
    assert f'python "{spaced}/stream.py" FILM.mp4' in capsys.readouterr().out
    (out / "mine.txt").write_text("of the user")
    (tmp_path / "file").write_text("")
    for taken in (out, complete.folder, tmp_path / "file"):
        assert cli.main(["export", str(complete.folder), "--out", str(taken)]) == 1
        assert "no export or more than that" in capsys.readouterr().err
    assert (out / "mine.txt").read_text() == "of the user"


def test_an_earlier_export_comes_back_where_the_new_one_cannot_come(tmp_path, monkeypatch):
    module, rename = sys.modules["vidlearn.runs.export"], os.rename
    for name in ("new", "one"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "told").write_text(name)

    def refused(source, target):
        if source == tmp_path / "new":
            raise OSError(errno.EBUSY, "busy")
        rename(source, target)

    monkeypatch.setattr(module.os, "rename", refused)
    with pytest.raises(OSError, match="busy"):
        module._exchange(tmp_path / "new", tmp_path / "one")
    assert (tmp_path / "one" / "told").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "one"]


@pytest.mark.parametrize("when", ["model", "README.txt", "rename"])
def test_an_export_is_whole_or_not_there(complete, tmp_path, monkeypatch, capsys, when):
    import tensorflow as tf

    out, export = tmp_path / "one", sys.modules["vidlearn.runs.export"]
    out.mkdir()
    for name in NAMES:
        (out / name).mkdir() if name == "model" else (out / name).write_text("old")
    (out / "model" / "saved_model.pb").write_text("old")

    def full(self, *_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "x; No space left on device")

    def stopped(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def written(self, path, **_):
        sys.modules["pathlib"].Path(path).mkdir()

    archive = keras.export.ExportArchive().__class__
    monkeypatch.setattr(archive, "write_out", full if when == "model" else written)
    monkeypatch.setattr(archive, "add_endpoint", lambda *_: None)
    if when == "README.txt":
        monkeypatch.setattr(export, "write_text", stopped)
    if when == "rename":
        monkeypatch.setattr(export.os, "rename", stopped)
    assert cli.main(["export", str(complete.folder), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert "the disk is full" in told
    assert told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (out / "stream.py").read_text() == "old"


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"threshold": 1.5}, "threshold must be 0 to 1"),
        ({"overlap": -0.1}, "overlap must be 0 to 1"),
        ({"most": 0}, "most must be a whole number from 1 to 10000. Received: 0"),
        ({"most": 2.5}, "Received: 2.5"),
    ],
)
def test_export_rejects(complete, tmp_path, how, message):
    with pytest.raises(runs.RunError, match=message):
        runs.export(complete, tmp_path / "one", **how)
    assert not (tmp_path / "one").exists()


def test_export_rejects_what_is_no_training_and_other_backends(
    complete, tmp_path, monkeypatch, capsys
):
    assert cli.main(["export", str(tmp_path), "--out", str(tmp_path / "one")]) == 1
    assert "is no training" in capsys.readouterr().err
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert cli.main(["export", str(complete.folder), "--out", str(tmp_path / "one")]) == 1
    assert "Keras runs on jax. Export again with KERAS_BACKEND" in capsys.readouterr().err
    assert not (tmp_path / "one").exists()


def test_a_film_is_read_the_same_by_both(exported, tmp_path):
    film = make_clip(tmp_path / "a.mp4", scenes(4))
    theirs = list(stream_file.frames_of(str(film)))
    ours = list(video.read_frames(film))
    assert len(theirs) == len(ours)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(ours, theirs, strict=True)) < 6
