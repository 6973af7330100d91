"""The progress of a training: in logs, terminals and notebooks; interruptions, checkpoints."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from vidlearn import scratch
from vidlearn.course import ProgressBar, bar, checkpoint, keras_progress, training
from vidlearn.course.bar import Bar, duration

X, Y = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2


class Break(scratch.Callback):
    def __init__(self, error, epoch, step=2):
        self.error, self.place = error, (epoch, step)

    def on_step(self, run):
        if (run.epoch, run.step) == self.place:
            raise self.error


def fit(*callbacks, epochs=3, **options):
    network = scratch.Network([scratch.Dense(2)], input_shape=(3,))
    options |= {"optimizer": scratch.SGD(0.1), "epochs": epochs, "batch_size": 16}
    return scratch.fit(network, X, Y, callbacks=[ProgressBar(), *callbacks], **options)


def test_log_by_hand(capsys, monkeypatch):
    monkeypatch.setattr(bar, "KNOWN_SECONDS", 1e9)
    history = fit(validation=(X, Y))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    numbers = [
        f"loss {history['loss'][k]:.3g} · accuracy {history['accuracy'][k]:.3f} · "
        f"val_loss {history['val_loss'][k]:.3g} · val_accuracy {history['val_accuracy'][k]:.3f}"
        for k in range(3)
    ]
    assert lines[0] == f"epoch 1 of 3 · {numbers[0]}"
    assert lines[1] == f"epoch 2 of 3 · {numbers[1]}"
    assert re.fullmatch(rf"epoch 3 of 3 · {re.escape(numbers[2])} · [\d.e-]+ s per epoch", lines[2])


def test_nothing_goes_to_the_error_stream(capsys):
    fit()
    assert capsys.readouterr().err == ""


def test_a_long_log_stays_short(capsys, monkeypatch):
    monkeypatch.setattr(bar, "KNOWN_SECONDS", 1e9)
    fit(epochs=200)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("epoch 20 of 200")
    assert lines[-1].startswith("epoch 200 of 200")


def test_it_foretells_how_long_by_hand(capsys, monkeypatch):
    monkeypatch.setattr(bar, "monotonic", lambda: now)
    now = 100.0
    shown = Bar(epochs=4, steps=10)
    now = 130.0  # the first step is slow, and does not count
    shown.on_step(1, dict)
    for step in range(2, 7):
        now += 2.0
        shown.on_step(step, lambda: {"loss": 0.5})
    # 5 of 40 steps in 10 s: 20 s an epoch, 80 s in all, 3.4 epochs are left.
    shown.on_epoch({"loss": 0.25})
    assert capsys.readouterr().out.splitlines() == [
        "about 1 min 16 s left of 1 min 20 s",
        "epoch 1 of 4 · loss 0.25",
    ]


def test_durations_by_hand():
    said = [
        "0.0001 s",
        "9.9 s",
        "10 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
        "2 h 5 min",
    ]
    seconds = [0.0001, 9.94, 9.96, 59.4, 59.6, 3599, 3600, 7500]
    assert [duration(s) for s in seconds] == said


def test_stopping_early_is_said(capsys):
    fit(scratch.EarlyStopping("loss", patience=1), epochs=400)
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.match(r"epoch \d+ of 400, stopped early · loss", last)


def test_an_interruption_says_how_to_go_on(capsys, tmp_path):
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(Break(KeyboardInterrupt, 2), epochs=5, checkpoint=path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("epoch 3 of 5, broken off · loss")
    assert lines[-1] == ("Interrupted. Run this cell again, and training goes on after epoch 2.")
    assert path.exists()
    history = fit(epochs=5, checkpoint=path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Going on after epoch 2, from the checkpoint."
    assert lines[1].startswith("epoch 3 of 5 · ")
    assert history == fit(epochs=5)
    assert not path.exists()


def test_an_interruption_in_the_first_epoch(capsys, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(Break(KeyboardInterrupt, 0), checkpoint=tmp_path / "run.npz")
    assert "in the first epoch" in capsys.readouterr().out.splitlines()[-1]


def test_an_interruption_without_a_checkpoint(capsys):
    with pytest.raises(KeyboardInterrupt):
        fit(Break(KeyboardInterrupt, 1))
    assert "without a checkpoint" in capsys.readouterr().out.splitlines()[-1]


def test_another_error_speaks_for_itself(capsys):
    with pytest.raises(ZeroDivisionError):
        fit(Break(ZeroDivisionError, 1))
    assert "broken off" in capsys.readouterr().out.splitlines()[-1]


def test_a_terminal_gets_a_bar_on_its_output(monkeypatch, capsys):
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(bar, "DRAW_SECONDS", 0)
    fit()
    monkeypatch.undo()
    last = terminal.getvalue().rstrip().rpartition("\r")[2]
    assert "████" in last
    assert "epoch 3 of 3 · loss" in last
    assert last.endswith("s per epoch")
    assert terminal.getvalue().count("\n") == 1
    assert capsys.readouterr().err == ""


def test_keras_shows_the_same(capsys, monkeypatch):
    monkeypatch.setattr(bar, "KNOWN_SECONDS", 1e9)
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(
        "sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    capsys.readouterr()
    history = model.fit(
        X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=[keras_progress()]
    ).history
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert printed.err == ""
    assert len(lines) == 3
    assert lines[1] == (
        f"epoch 2 of 3 · loss {history['loss'][1]:.3g} · accuracy {history['accuracy'][1]:.3f} · "
        f"val_loss {history['val_loss'][1]:.3g} · val_accuracy {history['val_accuracy'][1]:.3f}"
    )
    assert lines[2].endswith("s per epoch")


def test_keras_stops_early_and_goes_on(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "progress.json"))
    keras = pytest.importorskip("keras")

    class Stop(keras.callbacks.Callback):
        def __init__(self, at, error=None):
            super().__init__()
            self.at, self.error = at, error

        def on_epoch_begin(self, epoch, logs=None):
            if epoch == self.at and self.error:
                raise self.error

        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == self.at

    def train(stop):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        keep = keras.callbacks.BackupAndRestore(checkpoint("tests"))
        model.fit(X, Y, epochs=6, verbose=0, callbacks=[keras_progress(), keep, stop])

    with pytest.raises(KeyboardInterrupt):
        train(Stop(2, KeyboardInterrupt))
    assert (tmp_path / "checkpoints" / "tests").exists()
    capsys.readouterr()
    train(Stop(4))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Going on after epoch 2, from the checkpoint."
    assert lines[-1].startswith("epoch 5 of 6, stopped early · loss")


def trained(*, units=2, interrupted=False, rate=0.1, epochs=3):
    """Train a small network on; return it."""
    keras = pytest.importorskip("keras")

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if interrupted and epoch == 0:
                raise KeyboardInterrupt

    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss)
    callbacks = [training.keras_checkpoint("tests"), Stop()]
    with contextlib.suppress(KeyboardInterrupt):
        model.fit(X, Y, epochs=epochs, verbose=0, callbacks=callbacks, shuffle=False)
    return model


def cut(folder):
    """Leave the first two thirds of the weights, as if the process had been killed."""
    file = folder / "latest.weights.h5"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 3])


def emptied(folder):
    (folder / "latest.weights.h5").write_bytes(b"")


def no_json(folder):
    (folder / "training_metadata.json").write_text("")


def another_json(folder):
    (folder / "training_metadata.json").write_text('{"step": 1}')


@pytest.mark.parametrize("damage", [None, cut, emptied, no_json, another_json])
def test_keras_begins_anew_where_what_was_kept_is_damaged(damage, monkeypatch, tmp_path, capsys):
    """With no damage, it belongs to a network of other units."""
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "progress.json"))
    trained(interrupted=True, units=2 if damage else 4)
    folder = tmp_path / "checkpoints" / "tests"
    assert (folder / "latest.weights.h5").exists()
    if damage:
        damage(folder)
    capsys.readouterr()
    model = trained()
    assert "damaged, or belongs to another network" in capsys.readouterr().out
    assert model.history.epoch == [0, 1, 2]
    never = trained()
    assert capsys.readouterr().out == ""
    for ours, theirs in zip(model.get_weights(), never.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "Can't write data (errno = 28, buf = 0x5580)"), os.strerror(28)),
        (RuntimeError("Can't close the file (errno = 28)"), "Can't close the file"),
    ],
)
def test_keras_trains_on_where_nothing_can_be_kept(error, reason, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "progress.json"))
    keras = pytest.importorskip("keras")

    def full(self, filepath, **options):
        Path(filepath).write_bytes(b"half")
        raise error

    monkeypatch.setattr(keras.Model, "save_weights", full)
    assert trained().history.epoch == [0, 1, 2]
    said = capsys.readouterr().out
    assert said.count(f"could not be written: {reason}. Training goes on") == 1
    assert not (tmp_path / "checkpoints" / "tests").exists()


SETTINGS = """
import numpy as np
from vidlearn import scratch
from vidlearn.course import ProgressBar, keras_progress

X, Y = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2
network = scratch.Network([scratch.Dense(2)], input_shape=(3,))
options = dict(optimizer=scratch.SGD(0.1), epochs=4, batch_size=16)
"""


def execute(*cells, allow_errors=False):
    """Run cells in a real kernel; return the notebook as it would be stored."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETTINGS, *cells)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(notebook, kernel_name="python3", allow_errors=allow_errors).execute()
    return notebook


def run(*cells, **options):
    """Return the outputs of each cell."""
    return [cell.outputs for cell in execute(*cells, **options).cells[1:]]


def test_strict_cells_may_train(tmp_path):
    """nbval sees the first drawing, the file has the last; times and last digits differ."""
    cell = (
        "history = scratch.fit(network, X, Y, callbacks=[ProgressBar()], **options)\nprint(1 + 1)"
    )
    notebook = execute(cell)
    (tmp_path / "lesson.ipynb").write_text(nbformat.writes(notebook), "utf-8")
    config = Path(__file__).parents[1] / "nbval.cfg"
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-sanitize-with"]
    checked = subprocess.run(
        [sys.executable, *command, str(config), "lesson.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_notebook_stores_one_display_with_the_end():
    cell = "history = scratch.fit(network, X, Y, callbacks=[ProgressBar()], **options)"
    ((shown,),) = run(cell)
    assert shown.output_type == "display_data"
    line = r"epoch 4 of 4 · loss [\d.]+ · accuracy [\d.]+ · [\d.e-]+ s per epoch"
    assert re.fullmatch(line, shown.data["text/plain"])
    page = shown.data["text/html"]
    assert re.search(rf"✓ {line}</div>", page)
    assert "<progress" not in page
    assert "\n" not in page


def test_a_notebook_that_is_interrupted_says_how_to_go_on():
    ours = """
class Break(scratch.Callback):
    def on_epoch(self, run):
        if run.epoch == 3:
            raise KeyboardInterrupt

scratch.fit(network, X, Y, callbacks=[ProgressBar(), Break()], **options)"""
    theirs = """
from vidlearn.course import quiet
with quiet():
    import keras

class Break(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
progress = keras_progress()
model.fit(X, Y, epochs=4, verbose=0, callbacks=[progress, Break()])"""
    again = "model.fit(X, Y, epochs=2, verbose=0, callbacks=[progress]);"
    first, second, third = run(ours, theirs, again, allow_errors=True)
    for outputs, place in ((first, "4 of 4"), (second, "3 of 4")):
        shown, *rest = [o for o in outputs if o.output_type == "display_data"]
        assert not rest
        assert shown.data["text/plain"].startswith(f"epoch {place}, broken off")
        said = "".join(o.text for o in outputs if o.output_type == "stream")
        assert "Interrupted. The " in said
        assert "keeps what it has learned" in said
        assert any(o.get("ename") == "KeyboardInterrupt" for o in outputs)
    assert [o.output_type for o in third] == ["display_data"]
    assert third[0].data["text/plain"].startswith("epoch 2 of 2 · loss")


def test_checkpoints_lie_beside_the_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    assert checkpoint("10-cnn-rnn") == tmp_path / "kept" / "checkpoints" / "10-cnn-rnn"
    assert checkpoint("10-cnn-rnn").parent.is_dir()


def test_checkpoints_go_with_the_process_where_nothing_is_kept(monkeypatch):
    monkeypatch.setenv("VIDLEARN_PROGRESS", "off")
    path = checkpoint("a.b-c_1")
    assert path == checkpoint("a.b-c_1")
    assert path.parent.is_dir()
    training._temporary.cache_clear()
    assert not path.parent.is_dir()


def test_a_folder_that_cannot_be_written_is_told(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "file" / "progress.json"))
    path = checkpoint("one")
    assert path.parent.is_dir()
    assert "could not be written" in capsys.readouterr().out


def test_a_folder_that_is_closed_is_told_before_the_training(monkeypatch, tmp_path, capsys):
    """The folder is there, and nothing can be made in it."""
    monkeypatch.setenv("VIDLEARN_PROGRESS", str(tmp_path / "progress.json"))
    checkpoint("one")
    assert list(tmp_path.rglob("*")) == [tmp_path / "checkpoints"]
    capsys.readouterr()

    def closed(dir):
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(training.tempfile, "TemporaryFile", closed)
    path = checkpoint("one")
    assert path.parent != tmp_path / "checkpoints"
    assert "could not be written: Permission denied" in capsys.readouterr().out


@pytest.mark.parametrize("name", [None, 3, b"one", "one\n", "n" * 300])
def test_checkpoint_rejects_what_is_no_name(name):
    with pytest.raises(ValueError, match=r"name must be .* 100 at most; received "):
        checkpoint(name)


@pytest.mark.parametrize("name", ["", "../one", "a/b", ".hidden", "a b"])
def test_checkpoint_rejects_names_that_are_paths(name):
    with pytest.raises(ValueError, match="letters, digits, dots and dashes, 100 at most; received"):
        checkpoint(name)
